"""Deliveries: each attempt to reach somebody outside by one channel, and what came of it.

Called by reactions, which ask for deliveries, and by the workers that make the attempts. A delivery is on disk before
it is tried, so a process that dies on the way loses none: what it had taken on is due again a little later.

Not here: what is sent, and how (`pinson/pushing.py`); who wants to be reached (push subscriptions).
"""

from pinson.domain.deliveries.commands import ask, claim, forget_ended, settle
from pinson.domain.deliveries.model import Again, Channel, Count, Delivery, Ended, Outcome, Waiting
from pinson.domain.deliveries.queries import counts, is_due, waiting
from pinson.domain.deliveries.rules import pause

__all__ = [
    "Again",
    "Channel",
    "Count",
    "Delivery",
    "Ended",
    "Outcome",
    "Waiting",
    "ask",
    "claim",
    "counts",
    "forget_ended",
    "is_due",
    "pause",
    "settle",
    "waiting",
]
