"""Proven links: a line of a profile is proven if the page it leads to links back to the profile with rel="me".

Whoever can write on a web site thereby shows that the profile is theirs: a reader of the town's page knows that it is
the town's. Called by `reactions.py` (`look`, `look_again`), `schedule.py` (`ask_due`) and the page of settings.

A line is proven while its page, read once a day, says so. It loses its proof at once if the page no longer links
back, and after several fruitless looks over days if there is no page: sites are down at times. The moment since when
it is proven stands with the line, in `accounts`.
"""

from pinson.domain.links.proofs.commands import ask_again, ask_due, forget_account
from pinson.domain.links.proofs.facts import ProofAsked, ProofDue
from pinson.domain.links.proofs.looking import look, look_again
from pinson.domain.links.proofs.model import Failure, Proof
from pinson.domain.links.proofs.queries import of_account
from pinson.domain.links.proofs.rules import is_provable

__all__ = [
    "Failure",
    "Proof",
    "ProofAsked",
    "ProofDue",
    "ask_again",
    "ask_due",
    "forget_account",
    "is_provable",
    "look",
    "look_again",
    "of_account",
]
