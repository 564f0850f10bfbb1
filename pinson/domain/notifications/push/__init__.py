"""Push subscriptions: where browsers and apps want to be woken, each for one token, and goes with it.

Called by interfaces, and by what wakes them (`pinson/pushing.py`). Nothing is sent from here: what is kept is what
sending takes.

Source: https://docs.joinmastodon.org/methods/push; RFC 8291 (their keys), RFC 8292 (ours).
"""

from pinson.domain.notifications.push.commands import change, drop, public_key, remove, subscribe
from pinson.domain.notifications.push.model import Holder, Keys, PushPolicy, Subscription
from pinson.domain.notifications.push.queries import holders, of_account, signing_key, subscription
from pinson.domain.notifications.push.rules import BadEndpoint, BadKeys, NotSubscribed, prepare, wants

__all__ = [
    "BadEndpoint",
    "BadKeys",
    "Holder",
    "Keys",
    "NotSubscribed",
    "PushPolicy",
    "Subscription",
    "change",
    "drop",
    "holders",
    "of_account",
    "prepare",
    "public_key",
    "remove",
    "signing_key",
    "subscribe",
    "subscription",
    "wants",
]
