"""A follow, a mute, and how two accounts stand to each other."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pinson.domain.accounts import AccountId


class TopicKind(StrEnum):
    """What is followed."""

    ACCOUNT = "account"
    TAG = "tag"
    EVENT = "event"
    MOMENT = "moment"  # a line of a programme, or the beginning of an event: one is told shortly before, once


class Follow(msgspec.Struct, frozen=True):
    """`account_id` asked to hear of the topic.

    boosts, notify, languages: what of it; languages None means all.
    """

    id: int
    account_id: AccountId
    topic_id: int
    kind: TopicKind
    boosts: bool = True
    notify: bool = False
    languages: tuple[str, ...] | None = None


class FollowRequest(msgspec.Struct, frozen=True):
    """`account_id` waits for the other's consent to follow it so."""

    id: int
    account_id: AccountId
    target_id: AccountId
    boosts: bool = True
    notify: bool = False
    languages: tuple[str, ...] | None = None


class Mute(msgspec.Struct, frozen=True):
    """`account_id` does not want to hear of the other.

    notifications: nor to be notified by it.
    expires_at: None is for ever.
    """

    id: int
    account_id: AccountId
    target_id: AccountId
    notifications: bool
    expires_at: datetime | None


class Listed(msgspec.Struct, frozen=True):
    """An account on a list of accounts, and its place there, by which the list is paged."""

    id: int
    account_id: AccountId


class DomainBlock(msgspec.Struct, frozen=True):
    """A server of which an account does not want to see anything."""

    id: int
    domain: str


class Familiar(msgspec.Struct, frozen=True):
    """An account that somebody follows, and that follows `of_id`."""

    of_id: AccountId
    account_id: AccountId


class Relationship(msgspec.Struct, frozen=True):
    """How the viewer stands to another account.

    boosts, notify, languages: of the follow, or of the request to follow.
    muting_until: None if not muted, or for ever.
    """

    id: AccountId
    following: bool
    boosts: bool
    notify: bool
    languages: tuple[str, ...] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_until: datetime | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str
