"""A delivery, and what can come of it."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Channel(StrEnum):
    """By which way somebody is reached."""

    PUSH = "push"  # of apps and browsers: the holder is a push subscription, what it is about a notification


class Outcome(StrEnum):
    """How a delivery ended."""

    SENT = "sent"  # the other side took it
    FAILED = "failed"  # it did not, as often as we tried
    NEEDLESS = "needless"  # there was nothing to say any more, or nobody to say it to


class Delivery(msgspec.Struct, frozen=True):
    """One thing on its way to one holder. attempts: with the one that is being made."""

    id: int
    holder_id: int
    about_id: int
    asked_at: datetime
    attempts: int


class Ended(msgspec.Struct, frozen=True):
    """It will not be tried again. error: of the last attempt, for operators; no address, no secret."""

    delivery_id: int
    outcome: Outcome
    error: str = ""


class Again(msgspec.Struct, frozen=True):
    """It did not work, and may later."""

    delivery_id: int
    due_at: datetime
    error: str


class Count(msgspec.Struct, frozen=True):
    """How many deliveries of a channel ended so since a moment."""

    channel: str
    outcome: Outcome
    deliveries: int


class Waiting(msgspec.Struct, frozen=True):
    """What has not ended. since: when the oldest of them was asked for; error: one of theirs."""

    channel: str
    deliveries: int
    since: datetime
    error: str
