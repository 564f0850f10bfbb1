"""Deliveries: each attempt to reach somebody outside by one channel, what came of it, and the ledger of all of them.

Called by reactions, which ask for deliveries, and by the workers that make the attempts. A delivery is on disk before
it is tried, so a process that dies on the way loses none: what it had taken on is due again a little later, or ends in
doubt where nothing may be sent twice. What concerns one holder is forgotten after three days; the ledger counts nobody.

Not here: what is sent, and how (`pinson/delivering.py` and its drivers); who wants to be reached (alerts, push
subscriptions, subscriptions of the hub).
"""

from pinson.domain.deliveries.commands import (
    ask,
    bring_back,
    claim,
    come_back,
    count_left,
    forget_ended,
    receive,
    retell,
    settle,
)
from pinson.domain.deliveries.model import (
    About,
    Again,
    Channel,
    Count,
    Delivery,
    Ended,
    Had,
    Lately,
    Line,
    Made,
    Outcome,
    Pace,
    Reached,
    Waiting,
    What,
)
from pinson.domain.deliveries.queries import (
    ahead,
    asked,
    counts,
    doubtful,
    had,
    is_due,
    lately,
    lines,
    paces,
    reached,
    waiting,
)
from pinson.domain.deliveries.rules import pause

__all__ = [
    "About",
    "Again",
    "Channel",
    "Count",
    "Delivery",
    "Ended",
    "Had",
    "Lately",
    "Line",
    "Made",
    "Outcome",
    "Pace",
    "Reached",
    "Waiting",
    "What",
    "ahead",
    "ask",
    "asked",
    "bring_back",
    "claim",
    "come_back",
    "count_left",
    "counts",
    "doubtful",
    "forget_ended",
    "had",
    "is_due",
    "lately",
    "lines",
    "paces",
    "pause",
    "reached",
    "receive",
    "retell",
    "settle",
    "waiting",
]
