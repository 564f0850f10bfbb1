"""An account, alone and as people see it."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

import msgspec

AccountId = NewType("AccountId", int)


class Account(msgspec.Struct, frozen=True):
    """A voice: a person, an organisation or a robot, here or on another server.

    username: as its owner writes it.
    handle: the username folded, by which it is found; unique within `domain`.
    domain: the server it lives on; "" is this one.
    note: what it says about itself, plain text.
    locked: whether it approves its followers one by one.
    discoverable: whether it agreed to be suggested; None if it was never asked.
    indexable: whether its public posts may be found by search.
    hide_collections: whether nobody else may see whom it follows and who follows it; None if it was never asked.
    limited_at: since when it reaches only those who follow it; sensitized_at: since when all it shows is sensitive.
    """

    id: AccountId
    username: str
    handle: str
    domain: str
    display_name: str
    note: str
    locked: bool
    bot: bool
    discoverable: bool | None
    indexable: bool
    hide_collections: bool | None
    created_at: datetime
    suspended_at: datetime | None
    limited_at: datetime | None
    sensitized_at: datetime | None

    @property
    def acct(self) -> str:
        """How people here address it: `username`, or `username@domain` if it lives elsewhere."""
        return f"{self.username}@{self.domain}" if self.domain else self.username

    def url(self, base_url: str) -> str:
        """The address of its page on the server at `base_url`."""
        return f"{base_url}/@{self.acct}"


class Activity(msgspec.Struct, frozen=True):
    """How much there is on this server.

    active: accounts that published since a moment that was asked for.
    """

    accounts: int
    posts: int
    active: int


class Opened(msgspec.Struct, frozen=True):
    """Accounts opened on this server in one week; weeks are counted from a moment that was asked for."""

    week: int
    accounts: int


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the table that a profile shows: plain text, both.

    verified_at: since when the page that the value leads to links back to the profile; None if it does not.
    """

    name: str
    value: str
    verified_at: datetime | None = None


class Author(msgspec.Struct, frozen=True):
    """What there is to know of somebody who publishes. limited_at: see `Account`."""

    id: AccountId
    limited_at: datetime | None


class Profile(Account, frozen=True):
    """An account with its counters, as a page or an app shows it.

    fields: at most four.
    attribution_domains: sites whose pages may name the account as their author.
    show_media, show_media_replies, show_featured: which tabs its page has.
    followers, following: accounts, not hashtags.
    last_post_at: None if it never posted.
    avatar, header: files in `Blobs`; None is the picture that everyone has. avatar_moving: the same picture as
        `avatar`, in which something moves; None if nothing does.
    """

    followers: int
    following: int
    posts: int
    last_post_at: datetime | None
    fields: tuple[Field, ...]
    attribution_domains: tuple[str, ...]
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    avatar: str | None
    avatar_description: str
    header: str | None
    header_description: str
    avatar_moving: str | None = None

    @property
    def pictures(self) -> list[str]:
        """Its files."""
        return [key for key in (self.avatar, self.header, self.avatar_moving) if key is not None]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to change about a profile; None keeps what is. See `Account` and `Profile`.

    avatar, header: a file that was kept and is not yet claimed; "" takes away what is there.
    """

    display_name: str | None = None
    note: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hide_collections: bool | None = None
    fields: tuple[Field, ...] | None = None
    attribution_domains: tuple[str, ...] | None = None
    show_media: bool | None = None
    show_media_replies: bool | None = None
    show_featured: bool | None = None
    avatar: str | None = None
    avatar_description: str | None = None
    header: str | None = None
    header_description: str | None = None
    avatar_moving: str | None = None


class QuotePolicy(StrEnum):
    """Who may quote an account's posts."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    NOBODY = "nobody"


class Defaults(msgspec.Struct, frozen=True):
    """How an account posts unless it says otherwise.

    visibility: one of those a post can have; posts live on a higher floor.
    language: None if it is to be detected.
    shorten_links: whether addresses in what it publishes become short links of ours.
    """

    visibility: str = "public"
    sensitive: bool = False
    language: str | None = None
    quote_policy: QuotePolicy = QuotePolicy.PUBLIC
    shorten_links: bool = False


class DefaultsChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to change about `Defaults`; None keeps what is. language: "" is to be detected."""

    visibility: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: QuotePolicy | None = None
    shorten_links: bool | None = None
