"""Subscriptions to feeds, and what there is to send."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class Mode(StrEnum):
    """What a program asks for."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


class Topic(msgspec.Struct, frozen=True):
    """A feed that programs can subscribe to.

    address: of it, whole; path: of that address. topic_id: what it shows stands under; None: under the hashtag `tag`,
    which nobody has used yet. since, until: of a feed of days, from when until when.
    """

    address: str
    path: str
    topic_id: int | None
    tag: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Wish(msgspec.Struct, frozen=True):
    """What a program asked for, which its callback has to confirm. secret: to sign with, or ""."""

    mode: Mode
    topic: Topic
    callback: str
    secret: str = ""
    lasts: timedelta = timedelta()


class Subscription(msgspec.Struct, frozen=True):
    """Whom to send a feed to, until its lease ends."""

    id: int
    path: str
    callback: str
    secret: str
    ends_at: datetime


class Update(msgspec.Struct, frozen=True):
    """A feed that says something else than before. is_newest: nothing has changed since."""

    id: int
    path: str
    is_newest: bool


class Asked(msgspec.Struct, frozen=True):
    """How far deliveries of an update were asked for."""

    id: int
    version: str
    through: int
    done: bool
