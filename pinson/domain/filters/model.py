"""A filter, and what it looks for."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.posts import PostId


class Context(StrEnum):
    """Where a filter is meant to work. Apps decide by it; nothing here does."""

    HOME = "home"  # and lists
    NOTIFICATIONS = "notifications"
    PUBLIC = "public"  # and hashtags
    THREAD = "thread"
    ACCOUNT = "account"  # profiles


class Action(StrEnum):
    """What an app is to do with a post that matches."""

    WARN = "warn"
    HIDE = "hide"
    BLUR = "blur"  # its pictures and films only


class Filter(msgspec.Struct, frozen=True):
    """A wish of an account's. expires_at: from then on it matches nothing, but stays; None is never."""

    id: int
    account_id: AccountId
    title: str
    contexts: tuple[Context, ...]
    action: Action
    expires_at: datetime | None


class Keyword(msgspec.Struct, frozen=True):
    """A word or phrase that a filter looks for. whole_word: not inside of longer words."""

    id: int
    filter_id: int
    keyword: str
    whole_word: bool


class FilteredPost(msgspec.Struct, frozen=True):
    """A single post that a filter matches, whatever it says."""

    id: int
    filter_id: int
    post_id: PostId


class Whole(msgspec.Struct, frozen=True):
    """A filter and all that it looks for, oldest first."""

    filter: Filter
    keywords: tuple[Keyword, ...]
    posts: tuple[FilteredPost, ...]


class Match(msgspec.Struct, frozen=True):
    """That a filter matches a post.

    keyword: the first of its keywords in the text, as it stands there; None if there is none.
    post_id: the post, if the filter names it.
    """

    filter: Filter
    keyword: str | None
    post_id: PostId | None
