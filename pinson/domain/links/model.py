"""Links: addresses that people share, and what their pages say of themselves."""

from datetime import datetime
from typing import NewType

import msgspec

from pinson.domain.accounts import AccountId

LinkId = NewType("LinkId", int)
PublisherId = NewType("PublisherId", int)


class Picture(msgspec.Struct, frozen=True, omit_defaults=True):
    """The picture of a page, made anew by us and kept under `key` in `Blobs`. Sizes in pixels."""

    key: str
    width: int
    height: int
    blurhash: str
    description: str = ""


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a page says of itself. All of it is plain text that a stranger wrote; "" is nothing.

    language: two or three letters (ISO 639).
    provider: name of the site.
    creator: the account that the page names as its author's, as people here address it.
    creator_id: that account, if we know it. Whether it agrees is in its `attribution_domains`.
    """

    title: str
    description: str = ""
    language: str | None = None
    provider: str = ""
    author: str = ""
    author_url: str = ""
    creator: str = ""
    creator_id: AccountId | None = None
    published_at: datetime | None = None
    picture: Picture | None = None


class Link(msgspec.Struct, frozen=True):
    """An address that was shared.

    id: also the topic of the public posts that share it.
    url: see `rules.normal`.
    asked_at: when its page was last to be read; fetched_at: when it last was, or we gave up; failure says why.
    card: None until its page was read, or if there is nothing to show.
    trendable: what a moderator said about this link; None if nothing.
    loose_since: when the last post that shared it went; None while there is one.
    """

    id: LinkId
    url: str
    publisher_id: PublisherId
    asked_at: datetime
    fetched_at: datetime | None = None
    failure: str = ""
    card: Card | None = None
    trendable: bool | None = None
    loose_since: datetime | None = None

    @property
    def is_due(self) -> bool:
        """Whether its page is still to be read."""
        return self.fetched_at is None or self.fetched_at < self.asked_at


class Publisher(msgspec.Struct, frozen=True):
    """A site. domain: its host, without "www.". trendable: what a moderator said, at `reviewed_at`; None if nothing."""

    id: PublisherId
    domain: str
    trendable: bool | None = None
    reviewed_at: datetime | None = None
