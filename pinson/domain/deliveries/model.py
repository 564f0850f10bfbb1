"""A delivery, and what can come of it."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Channel(StrEnum):
    """By which way somebody is reached, and what its holders are."""

    PUSH = "push"  # apps, and browsers of members: push subscriptions of notifications
    SMS = "sms"  # addresses of alerts, as are the next two
    EMAIL = "email"
    BROWSER = "browser"
    WEBSUB = "websub"  # programs that asked for a feed: subscriptions of the hub


NEVER_TWICE = frozenset({Channel.SMS})
"""An attempt by these that nobody reported on may have arrived, and costs: it is not repeated."""


class About(StrEnum):
    """What a delivery is about: which kind of thing its `about_id` names."""

    NOTIFICATION = "notification"
    POST = "post"
    DIGEST = "digest"
    MORNING = "morning"  # how an event went, the morning after
    NOTE = "note"  # what the service itself has to say to an address: a code, an answer
    FEED = "feed"  # a feed says something new


class Outcome(StrEnum):
    """How a delivery ended."""

    SENT = "sent"  # the other side took it
    FAILED = "failed"  # it did not, as often as we tried
    NEEDLESS = "needless"  # there was nothing to say any more, or nobody to say it to
    IN_DOUBT = "in_doubt"  # we stopped in the middle, and it may have arrived


class What(StrEnum):
    """What a line of the ledger counts; of each post, asked is the sum of the four outcomes and of what waits."""

    ASKED = "asked"
    SENT = "sent"
    FAILED = "failed"
    NEEDLESS = "needless"
    IN_DOUBT = "in_doubt"
    DELIVERED = "delivered"  # of those sent: a receipt says so
    LOST = "lost"  # of those sent: a receipt, or a letter that came back, says that it did not arrive
    LEFT = "left"  # who had it last when they took back their wish


class Delivery(msgspec.Struct, frozen=True):
    """One thing on its way to one holder. attempts: with the one that is being made."""

    id: int
    holder_id: int
    about: About
    about_id: int
    asked_at: datetime
    attempts: int


class Ended(msgspec.Struct, frozen=True):
    """It will not be tried again.

    error: of the last attempt, for operators; no address, no secret.
    remote_ids: what the other side calls the parts that it took, if it will say what becomes of them.
    """

    delivery_id: int
    outcome: Outcome
    error: str = ""
    remote_ids: tuple[str, ...] = ()


class Again(msgspec.Struct, frozen=True):
    """It did not work, and may later."""

    delivery_id: int
    due_at: datetime
    error: str


class Reached(msgspec.Struct, frozen=True):
    """A holder for whom something was asked, and how that ended: None if it has not."""

    channel: Channel
    holder_id: int
    outcome: Outcome | None


class Had(msgspec.Struct, frozen=True):
    """How many had something by a channel, or will have it."""

    channel: Channel
    deliveries: int


class Made(msgspec.Struct, frozen=True):
    """A delivery, whatever became of it. outcome: None if it has not ended."""

    id: int
    channel: Channel
    holder_id: int
    about: About
    about_id: int
    outcome: Outcome | None


class Line(msgspec.Struct, frozen=True):
    """A line of the ledger. minute: since 1970."""

    post_id: int
    channel: Channel
    minute: int
    what: What
    deliveries: int


class Pace(msgspec.Struct, frozen=True):
    """How many of a post were sent by a channel, from when it was asked for the first until the last had left."""

    post_id: int
    channel: Channel
    deliveries: int
    asked_at: datetime
    ended_at: datetime


class Count(msgspec.Struct, frozen=True):
    """How many deliveries of a channel ended so since a moment."""

    channel: str
    outcome: Outcome
    deliveries: int


class Waiting(msgspec.Struct, frozen=True):
    """What has not ended. since: when the oldest of them was asked for; error: one of theirs; due_at: of the first."""

    channel: str
    deliveries: int
    since: datetime
    error: str
    due_at: datetime


class Lately(msgspec.Struct, frozen=True):
    """What was heard last of a channel.

    receipt_at: when the latest part was taken whose receipt has come. failed_at, why: of the latest that failed.
    """

    receipt_at: datetime | None = None
    failed_at: datetime | None = None
    why: str = ""
