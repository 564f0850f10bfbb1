"""A collection, and an account's place in one."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pinson.domain.accounts import AccountId


class State(StrEnum):
    """Whether an account stands in a collection. The first two values are Mastodon's."""

    ACCEPTED = "accepted"
    REVOKED = "revoked"  # by the account, for good
    CLEARED = "cleared"  # so it was, and the owner has taken note: nobody sees it any more


class Collection(msgspec.Struct, frozen=True):
    """Accounts that somebody recommends.

    language: of its name and description; None if unknown. tag: the hashtag it is about, as it was typed.
    sensitive: whether to warn before it is shown.
    discoverable: whether others find it; if not, it is for those who know its id.
    """

    id: int
    account_id: AccountId
    name: str
    description: str
    language: str | None
    tag: str | None
    sensitive: bool
    discoverable: bool
    created_at: datetime
    updated_at: datetime


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to change about a `Collection`; None keeps what is, "" takes a language or a tag away."""

    name: str | None = None
    description: str | None = None
    language: str | None = None
    tag: str | None = None
    sensitive: bool | None = None
    discoverable: bool | None = None


class Item(msgspec.Struct, frozen=True):
    """An account's place in a collection."""

    id: int
    collection_id: int
    account_id: AccountId
    state: State
    created_at: datetime
