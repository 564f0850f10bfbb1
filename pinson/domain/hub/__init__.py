"""The hub: programs that are sent a feed of ours whenever it changes, each until its lease ends (W3C WebSub).

Called by the interface that they subscribe by (`interfaces/websub`), and by `syndicating.py`, which sends. Nothing is
kept of a callback before it has confirmed that it wants this.

Not here: what is in a feed (`feeding.py`), how it is sent (`syndicating.py`), what came of that (deliveries); feeds of
others that we read.
"""

from pinson.domain.hub.commands import drop, forget_old, publish, subscribe, unsubscribe
from pinson.domain.hub.model import Mode, Subscription, Topic, Update, Wish
from pinson.domain.hub.queries import is_subscribed, paths, subscribed, subscriptions, updates
from pinson.domain.hub.rules import (
    BadCallback,
    BadLease,
    BadSecret,
    HubIsBusy,
    TooManyOfHost,
    check_callback,
    check_secret,
    lease,
)
from pinson.domain.hub.verifying import Verifications

__all__ = [
    "BadCallback",
    "BadLease",
    "BadSecret",
    "HubIsBusy",
    "Mode",
    "Subscription",
    "TooManyOfHost",
    "Topic",
    "Update",
    "Verifications",
    "Wish",
    "check_callback",
    "check_secret",
    "drop",
    "forget_old",
    "is_subscribed",
    "lease",
    "paths",
    "publish",
    "subscribe",
    "subscribed",
    "subscriptions",
    "unsubscribe",
    "updates",
]
