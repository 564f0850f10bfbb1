"""A follow, and how two accounts stand to each other."""

from enum import StrEnum

import msgspec

from pinson.domain.accounts import AccountId


class TopicKind(StrEnum):
    """What is followed."""

    ACCOUNT = "account"
    TAG = "tag"


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
    languages: list[str] | None = None


class Relationship(msgspec.Struct, frozen=True):
    """How the viewer stands to another account."""

    id: AccountId
    following: bool = False
    boosts: bool = False
    notify: bool = False
    languages: list[str] | None = None
    followed_by: bool = False
