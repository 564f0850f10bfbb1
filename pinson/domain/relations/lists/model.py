"""A list: as its owner names it (`List`), and as timelines and streams use it (`ListShape`)."""

from enum import StrEnum

import msgspec

from pinson.domain.accounts import AccountId


class Replies(StrEnum):
    """Which replies of its members a list shows, besides those to the owner and to themselves."""

    FOLLOWED = "followed"  # to any account that the owner follows
    LIST = "list"  # to members of the list
    NONE = "none"


class List(msgspec.Struct, frozen=True):
    """A timeline that an account puts together.

    exclusive: whether what its members post leaves the owner's home.
    """

    id: int
    account_id: AccountId
    title: str
    replies: Replies
    exclusive: bool


class ListShape(msgspec.Struct, frozen=True):
    """What decides about a post: the members, the hashtags, and the rules for them."""

    id: int
    replies: Replies
    exclusive: bool
    accounts: frozenset[AccountId]
    tags: frozenset[int]
