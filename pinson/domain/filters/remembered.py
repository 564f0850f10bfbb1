"""Which posts match whose filters, in memory behind the log.

Called by whoever renders posts for somebody who signed in. Most people have no filters, which is
all that is looked up for them. For others the filters are loaded when they first read, and what
they match of the posts met lately is remembered, until either changes or a filter expires.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from pinson.domain.accounts import AccountId
from pinson.domain.filters import queries, store
from pinson.domain.filters.facts import FiltersChanged
from pinson.domain.filters.matching import Compiled, Text, compiled, matches, text_of
from pinson.domain.filters.model import Match
from pinson.domain.posts import PostDeleted, PostEdited, PostId
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact

Key = TypeVar("Key")
Value = TypeVar("Value")

READERS = 20_000  # with filters that can match anything, and as many without
POSTS = 400  # of each reader; then theirs are matched anew
TEXTS = 10_000  # of posts, about 1 KB each
NOTHING: Mapping[PostId, tuple[Match, ...]] = {}


class Reading:
    """A reader's filters that count, until the first of them expires, and what they match of the posts met lately."""

    __slots__ = ("filters", "known", "until")

    def __init__(self, filters: Sequence[Compiled]) -> None:
        self.filters = filters
        self.until = min((one.filter.expires_at for one in filters if one.filter.expires_at), default=None)
        self.known: dict[PostId, tuple[Match, ...]] = {}


class FilteredPosts:
    """A view: see the module."""

    def __init__(self) -> None:
        self._without: OrderedDict[AccountId, None] = OrderedDict()
        self._readers: OrderedDict[AccountId, Reading] = OrderedDict()
        self._texts: OrderedDict[PostId, Text] = OrderedDict()

    async def of(
        self, tx: ReadTx, account_id: AccountId, ids: Sequence[PostId], *, now: datetime
    ) -> Mapping[PostId, tuple[Match, ...]]:
        """Which of these posts match which of the account's filters; those that match none may be left out.

        Free for those without filters and for posts met lately; else one statement for posts that nobody
        with filters met lately, and three for filters that were not used lately.
        """
        if account_id in self._without:
            return NOTHING
        reading = self._readers.get(account_id)
        if reading is None or (reading.until is not None and reading.until <= now):
            reading = await self._read(tx, account_id, now)
            if reading is None:
                return NOTHING
        self._readers.move_to_end(account_id)
        known = reading.known
        missing = [id for id in ids if id not in known]
        if missing:
            if len(known) > POSTS:
                known.clear()
                missing = list(ids)
            texts = await self._read_texts(tx, missing)
            known.update((id, matches(reading.filters, id, text)) for id, text in texts.items())
        return known

    def is_without(self, account_id: AccountId) -> bool:
        """Whether the account is known to have no filters. Free; what is not known is found out by `of`."""
        return account_id in self._without

    async def load(self, _tx: ReadTx) -> None:
        """Start over, empty."""
        self._without.clear()
        self._readers.clear()
        self._texts.clear()

    def apply(self, fact: Fact) -> None:
        """Follow the log. An edit costs O(readers with filters), a millisecond at most."""
        match fact:
            case FiltersChanged():
                self._without.pop(fact.account_id, None)
                self._readers.pop(fact.account_id, None)
            case PostEdited():
                self._texts.pop(fact.post.id, None)
                for reading in self._readers.values():
                    reading.known.pop(fact.post.id, None)
            case PostDeleted():
                self._texts.pop(fact.id, None)

    async def _read(self, tx: ReadTx, account_id: AccountId, now: datetime) -> Reading | None:
        """Load the filters of an account that can match anything at a moment; None if there are none."""
        count = [
            compiled(one)
            for one in await queries.of_account(tx, account_id)
            if (one.filter.expires_at is None or one.filter.expires_at > now) and (one.keywords or one.posts)
        ]
        if not count:
            self._readers.pop(account_id, None)
            _keep(self._without, account_id, None, READERS)
            return None
        reading = Reading(count)
        _keep(self._readers, account_id, reading, READERS)
        return reading

    async def _read_texts(self, tx: ReadTx, ids: Sequence[PostId]) -> dict[PostId, Text]:
        """What these posts say; those that are gone are left out."""
        found = {id: text for id in ids if (text := self._texts.get(id)) is not None}
        missing = [id for id in ids if id not in found]
        if missing:
            parts: dict[PostId, list[str]] = {}
            for part in await store.said(tx, missing):
                parts.setdefault(part.post_id, []).append(part.text)
            for id, said in parts.items():
                found[id] = text_of(said)
                _keep(self._texts, id, found[id], TEXTS)
        return found


def _keep(mapping: OrderedDict[Key, Value], key: Key, value: Value, most: int) -> None:
    mapping[key] = value
    if len(mapping) > most:
        mapping.popitem(last=False)
