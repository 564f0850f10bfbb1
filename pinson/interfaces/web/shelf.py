"""Pages as strangers see them, kept whole, and for as long as nothing that they show has changed.

Called by `site.py`, which renders them, and by `Cards`, which hands on the log. A page is kept with the ids of all
that it shows: accounts, posts, and the topics that its posts stand under. A fact that names one of them makes it
stale. Most facts say so completely, and are listed; any other is rare, and makes all pages stale. So a kind of fact
that is new costs speed, and never shows what was.

A stale page is not thrown away: whoever asks next has its facts read, which costs 300 µs, and it is rendered again
only where they differ. That happens once in a while in any case, for what is told by no fact but by the clock.

Not here: pieces of pages (`cards.py`), which pages may be kept, and for how long (the handlers).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from pinson.domain import (
    access,
    accounts,
    conversations,
    events,
    filters,
    links,
    media,
    notifications,
    posts,
    relations,
)
from pinson.lib.log import Fact
from pinson.lib.pieces import Pieces

MOST = 32 << 20  # bytes of pages, about half of them of what they were made of
MOST_TOUCHED = 100_000  # ids of which it is known when a fact named them: 10 MB

# Kinds of fact that name all that looks different because of them.
NAMING: frozenset[type[Fact]] = frozenset(
    {
        access.TokensRevoked,
        access.UserChanged,
        accounts.AccountChanged,
        accounts.AccountCreated,
        conversations.ConversationChanged,
        events.EventPostChanged,
        filters.FiltersChanged,
        links.LinkFound,
        links.LinkPreviewed,
        media.MediaUploaded,
        notifications.NotificationsMerged,
        notifications.Notified,
        posts.PostDeleted,
        posts.PostEdited,
        posts.PostImported,
        posts.PostMarked,
        posts.PostMoved,
        posts.PostPublished,
        posts.PostUnmarked,
        posts.RepliesOrphaned,
        posts.polls.PollVoted,
        relations.Blocked,
        relations.FollowChanged,
        relations.Followed,
        relations.FollowRequested,
        relations.FollowRequestEnded,
        relations.ListChanged,
        relations.Muted,
        relations.Unblocked,
        relations.Unfollowed,
        relations.Unmuted,
    }
)


class Kept(msgspec.Struct):
    """A page as it was made from these facts, and the name of this version of it.

    headers: with which it is answered, and 304 too.
    of: the ids of all that it shows; None if nothing says when it is stale.
    seen: how far the log was followed when its facts were read. until: when the clock may change it.
    """

    facts: Mapping[str, Any]
    body: bytes
    etag: str
    headers: list[tuple[bytes, bytes]] = []
    of: frozenset[int] | None = None
    seen: int = 0
    until: datetime | None = None

    def __len__(self) -> int:
        return 2 * len(self.body) + 64 * len(self.of or ())  # nearly all that a page is made of stands in it


class Shelf:
    """The pages of this process, by address, language and whatever else they differ by."""

    def __init__(self, *, most: int = MOST, most_touched: int = MOST_TOUCHED) -> None:
        self.seen = 0  # facts
        self._pages: Pieces[Kept] = Pieces(most)
        self._touched: dict[int, int] = {}  # by id: the latest fact that named it
        self._all_touched = 0  # the latest that made all pages stale
        self._most_touched = most_touched

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        self.seen += 1
        if type(fact) not in NAMING or len(self._touched) > self._most_touched:
            self._touched.clear()
            self._all_touched = self.seen
        else:
            for id in _named(msgspec.structs.astuple(fact)):
                self._touched[id] = self.seen

    def clear(self) -> None:
        """Forget all pages: nobody knows what happened since they were made."""
        self.seen += 1
        self._touched.clear()
        self._all_touched = self.seen
        self._pages.clear()

    def get(self, place: tuple[Any, ...]) -> Kept | None:
        """The page that was made last here, stale or not."""
        return self._pages.get(place)

    def fresh(self, place: tuple[Any, ...], *, now: datetime) -> Kept | None:
        """The page, if it is what its handler would make now."""
        page = self._pages.get(place)
        if page is None or page.of is None or page.until is None or now >= page.until or page.seen < self._all_touched:
            return None
        touched = self._touched
        if not touched.keys().isdisjoint(page.of) and any(touched.get(id, 0) > page.seen for id in page.of):
            return None
        return page

    def keep(self, place: tuple[Any, ...], page: Kept) -> Kept:
        """Keep a page, which is handed back."""
        return self._pages.keep(place, page)


def _named(values: Iterable[Any]) -> Iterator[int]:
    """All the ids among the values of a fact."""
    for value in values:
        if type(value) is int:
            yield value
        elif type(value) is tuple:
            yield from _named(value)
        elif isinstance(value, msgspec.Struct):
            yield from _named(msgspec.structs.astuple(value))
