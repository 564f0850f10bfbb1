"""Push subscriptions: where browsers and apps want to be woken, each for one token, and goes with it.

Called by interfaces. Nothing is sent from here: what is kept is what sending takes.

Source: https://docs.joinmastodon.org/methods/push; RFC 8291 (their keys), RFC 8292 (ours).
"""

from pinson.domain.notifications.push.commands import change, public_key, remove, subscribe
from pinson.domain.notifications.push.model import Keys, PushPolicy, Subscription
from pinson.domain.notifications.push.queries import subscription
from pinson.domain.notifications.push.rules import BadEndpoint, BadKeys, NotSubscribed, prepare

__all__ = [
    "BadEndpoint",
    "BadKeys",
    "Keys",
    "NotSubscribed",
    "PushPolicy",
    "Subscription",
    "change",
    "prepare",
    "public_key",
    "remove",
    "subscribe",
    "subscription",
]
