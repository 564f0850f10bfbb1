"""An account, alone and as people see it."""

from datetime import datetime
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
    created_at: datetime
    suspended_at: datetime | None

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


class Profile(Account, frozen=True):
    """An account with its counters, as a page or an app shows it.

    followers, following: accounts, not hashtags.
    last_post_at: None if it never posted.
    """

    followers: int
    following: int
    posts: int
    last_post_at: datetime | None
