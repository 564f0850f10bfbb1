"""Intakes: what an account published elsewhere in the past, taken in with its dates, and news for nobody.

Asked for on a page of settings; the work is done behind the log (`pinson/importing`), and how far it is stands in a
row, written with each post: a killed server goes on where it was. Each entry is known by the name that it had there,
so that the same archive twice makes each post once, and what was deleted since stays so.

Not here: how archives are read (`pinson/importing`).
"""

from pinson.domain.intakes.commands import ask, finish, forget_account, go_on, leave_out, take_in
from pinson.domain.intakes.facts import IntakeGoesOn
from pinson.domain.intakes.model import Intake
from pinson.domain.intakes.queries import of_account, post_of
from pinson.domain.intakes.rules import IntakeUnderWay

__all__ = [
    "Intake",
    "IntakeGoesOn",
    "IntakeUnderWay",
    "ask",
    "finish",
    "forget_account",
    "go_on",
    "leave_out",
    "of_account",
    "post_of",
    "take_in",
]
