"""Sources: sites whose news become messages of an account."""

from datetime import datetime
from enum import StrEnum
from typing import NewType
from urllib.parse import urlsplit

import msgspec

from pinson.domain.accounts import AccountId

SourceId = NewType("SourceId", int)


class Kind(StrEnum):
    """What is read at a source's address."""

    FEED = "feed"  # Atom, RSS or JSON Feed
    SITEMAP = "sitemap"
    PAGE = "page"  # whose links are watched


class State(StrEnum):
    """Whether a source is looked at."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"  # its site says that it is gone, or could not be read for weeks


class Outcome(StrEnum):
    """What became of something new."""

    PUBLISHED = "published"
    HELD = "held"  # it waits among the drafts
    OVER = "over"  # there were as many as wanted that day
    REFUSED = "refused"  # it could not be published


class Rules(msgspec.Struct, frozen=True, omit_defaults=True):
    """What becomes a message, and how.

    categories: only what is in one of these; all of it if there are none.
    per_day: at most so many; 0 is without end.
    tag: a hashtag that each gets, without its sign.
    hold: each waits as a draft until somebody publishes it.
    language: of the messages; "" is found out.
    """

    categories: tuple[str, ...] = ()
    per_day: int = 0
    tag: str = ""
    hold: bool = False
    language: str = ""


class Trouble(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why the last look failed: a refusal of `rules.py`, by its code, and the facts in it."""

    code: str
    facts: dict[str, int | str] = {}


class Source(msgspec.Struct, frozen=True):
    """A site that an account follows for its news.

    title: what it calls itself, or its address. home: the page that it is about, or "".
    next_at: when it is looked at next; None: never, as it stands. looked_at: when it was last read well.
    newest_at: when something new was last found there.
    etag, modified: by which its site knows what we read last. digest: of that.
    pause: for how many seconds it asks to be left alone, or 0.
    failures: in a row. trouble: of the last of them.
    learning: what stands there at the next look is not news.
    removed_at: it can be had back for a day.
    """

    id: SourceId
    account_id: AccountId
    kind: Kind
    address: str
    title: str
    home: str
    rules: Rules
    added_at: datetime
    newest_at: datetime
    state: State = State.ACTIVE
    next_at: datetime | None = None
    looked_at: datetime | None = None
    etag: str = ""
    modified: str = ""
    digest: bytes = b""
    pause: int = 0
    failures: int = 0
    trouble: Trouble | None = None
    learning: bool = False
    removed_at: datetime | None = None


class Entry(msgspec.Struct, frozen=True):
    """Something new on a site, as a message may be made of it. See `pinson.lib.news.Item`.

    keys: by which it is known from now on; known_by: those of them that show that it was known before.
    """

    title: str
    link: str
    keys: tuple[str, ...]
    known_by: tuple[str, ...]
    at: datetime | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None


class Made(msgspec.Struct, frozen=True):
    """What became of something new. post_id: of the message or draft. refusal: why it could not be published."""

    id: int
    source_id: SourceId
    outcome: Outcome
    title: str
    link: str
    post_id: int | None = None
    refusal: str | None = None


class Subscription(msgspec.Struct, frozen=True):
    """That a hub is to tell us when a source has something new. See `hubs.py`.

    topic: by what the hub knows it. token: of the address that it calls. secret: that what it brings is signed with.
    wanted: whether we want to be told; if not, it is to be let go.
    asked_at: when the hub was asked last. until: it tells until then. next_at: when it is asked, again.
    failures: in a row. reason: why it refused, in its words; "" if it gave none, or tells us since.
    """

    source_id: SourceId
    hub: str
    topic: str
    token: str
    secret: str
    wanted: bool = True
    asked_at: datetime | None = None
    until: datetime | None = None
    next_at: datetime | None = None
    failures: int = 0
    reason: str = ""


class Untold(msgspec.Struct, frozen=True):
    """A source whose hub does not tell us, though the site says that it would. reason: see `Subscription`."""

    source_id: SourceId
    hub: str
    reason: str

    @property
    def host(self) -> str:
        """Where the hub is."""
        return urlsplit(self.hub).hostname or ""


class Look(msgspec.Struct, frozen=True):
    """What a look at a source found. entries: the oldest first; None: it is as it was.

    address: where it is from now on. hubs, topic: see `pinson.lib.news.Told`.
    """

    address: str
    entries: tuple[Entry, ...] | None
    title: str = ""
    home: str = ""
    etag: str = ""
    modified: str = ""
    digest: bytes = b""
    pause: int = 0
    hubs: tuple[str, ...] = ()
    topic: str = ""
