"""Pages of timelines: from memory where the heads and rings reach, from SQL below.

Called by interfaces. Whatever the timeline (home, a profile, a hashtag, everything public),
it is a set of topics and a rule; paging is exact in all directions, and SQL and memory give
the same pages (a property test holds them equal).
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable

import msgspec
import numpy as np
from numpy.typing import NDArray

from pinson.domain.accounts import AccountId
from pinson.domain.posts import PostDeleted, PostPublished, Reader, Shape, Shapes, can_see, topics
from pinson.domain.relations import Circle
from pinson.domain.timelines import merge, rules, store
from pinson.domain.timelines.heads import Heads
from pinson.domain.timelines.rings import DEPTH, Rings
from pinson.lib.db import Database, ReadTx
from pinson.lib.log import Fact
from pinson.lib.paging import NEWEST, Page

FIRST_TOPICS = 32  # merged at first: enough for a page of 20 if the rules drop a third; more only if they drop more
MOST_TOPICS = 256  # above this, SQL is the faster way to go on
IN_THREAD = 1000  # topics, above which SQL costs over a millisecond and leaves the event loop
KEEP = 20_000  # homes whose topics are remembered as arrays, 12 bytes a follow


class Timeline(msgspec.Struct, frozen=True):
    """A set of topics, and the rule by which a post under them belongs.

    topics: (n,) ids. places: (n,) where their heads are.
    """

    topics: NDArray[np.int64]
    places: NDArray[np.int32]
    rule: rules.Rule

    def admits(self, post: Shape, reader: Reader) -> bool:
        """Whether `reader` finds `post` here."""
        return can_see(post, reader) and self.rule(post, reader)


class Timelines:
    """The views behind all timelines of a process."""

    def __init__(self, shapes: Shapes, *, depth: int = DEPTH, first_topics: int = FIRST_TOPICS) -> None:
        """
        Args:
            depth, first_topics: smaller ones let tests reach the ends of memory with few posts.
        """
        self._shapes = shapes
        self._first_topics = first_topics
        self._heads = Heads()
        self._rings = Rings(depth=depth)
        self._homes: OrderedDict[AccountId, tuple[Circle, Timeline]] = OrderedDict()

    async def load(self, tx: ReadTx) -> None:
        """Start over from the tables."""
        self._rings.clear()
        await self._heads.load(tx)

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        if isinstance(fact, PostPublished):
            for topic in fact.post.topics:
                self._heads.rise(topic, fact.post.id)
                self._rings.push(topic, fact.post.id)
        elif isinstance(fact, PostDeleted):
            for topic in fact.topics:
                self._rings.remove(topic, fact.id)

    def home(self, circle: Circle) -> Timeline:
        """What the accounts and hashtags of this circle publish, its own, and what is addressed to it."""
        known = self._homes.get(circle.account_id)
        if known is not None and known[0] is circle:
            self._homes.move_to_end(circle.account_id)
            return known[1]
        own = (circle.account_id, topics.addressed_to(circle.account_id))
        timeline = self._timeline({*circle.topics, *own}, rules.home)
        self._homes[circle.account_id] = (circle, timeline)
        if len(self._homes) > KEEP:
            self._homes.popitem(last=False)
        return timeline

    def public(self, *, local: bool) -> Timeline:
        """Everything public; `local`: only from this server."""
        return self._timeline([topics.LOCAL if local else topics.EVERYTHING], rules.everything)

    def tag(self, tag_id: int) -> Timeline:
        """What is public under a hashtag."""
        return self._timeline([tag_id], rules.everything)

    def profile(self, account_id: AccountId, *, replies: bool = True, direct: bool = True) -> Timeline:
        """An account's own posts; `direct`: its direct ones too, for those who may see them."""
        under = [account_id, topics.addressed_to(account_id)] if direct else [account_id]
        return self._timeline(under, rules.profile(account_id, replies=replies))

    async def page(self, db: Database, timeline: Timeline, *, reader: Reader, page: Page) -> list[Shape]:
        """A page of a timeline, newest first.

        Costs about 20 µs from memory at 200 topics; below what memory holds, one seek a topic.
        """
        if page.limit == 0:
            return []
        async with db.read() as tx:
            found = await self._from_memory(tx, timeline, reader, page)
        if found is None:
            return await self._from_tables(db, timeline, reader, page)
        return found

    async def _from_memory(self, tx: ReadTx, timeline: Timeline, reader: Reader, page: Page) -> list[Shape] | None:
        """The page, if heads and rings reach down to it."""
        before, after = _bounds(page)
        heads = self._heads.ids[timeline.places]
        if not heads.max(initial=0) > after:
            return []
        k = self._first_topics
        while True:
            chosen, next_head = merge.newest_topics(heads, k)
            rings = await self._rings.pick(tx, timeline.topics[chosen].tolist())
            self._heads.ids[timeline.places[chosen]] = rings.ids[:, 0]
            ids, certain_above = merge.newest(rings, next_head=next_head)
            complete = certain_above <= after
            if page.min_id is None or complete:
                wanted = ids[(ids < before) & (ids > after)].tolist()
                if page.min_id is not None:
                    wanted.reverse()
                found = await self._admitted(tx, timeline, reader, wanted, page.limit)
                if complete or len(found) == page.limit:
                    return found[::-1] if page.min_id is not None else found
            if k >= min(len(heads), MOST_TOPICS):
                return None
            k *= 4

    async def _from_tables(self, db: Database, timeline: Timeline, reader: Reader, page: Page) -> list[Shape]:
        """The page by SQL: candidates in growing batches until enough are admitted."""
        before, after = _bounds(page)
        ascending = page.min_id is not None
        ask = store.newer if ascending else store.older
        all_topics = timeline.topics.tolist()
        found: list[Shape] = []
        batch = 2 * page.limit
        while True:
            bounds = {"topics": all_topics, "before": before, "after": after, "limit": batch}
            if len(all_topics) > IN_THREAD:
                ids = await db.read_in_thread(ask, **bounds)
            else:
                async with db.read() as tx:
                    ids = await ask(tx, **bounds)
            async with db.read() as tx:
                once = list(dict.fromkeys(ids))
                found += await self._admitted(tx, timeline, reader, once, page.limit - len(found))
            if len(found) == page.limit or len(ids) < batch:
                return found[::-1] if ascending else found
            before, after = (before, ids[-1]) if ascending else (ids[-1], after)
            batch = min(batch * 2, 320)

    async def _admitted(
        self, tx: ReadTx, timeline: Timeline, reader: Reader, ids: list[int], limit: int
    ) -> list[Shape]:
        """The first `limit` posts among `ids` that belong, in their order."""
        found: list[Shape] = []
        for start in range(0, len(ids), 2 * limit):
            for shape in await self._shapes.of(tx, ids[start : start + 2 * limit]):
                if timeline.admits(shape, reader):
                    found.append(shape)
                    if len(found) == limit:
                        return found
        return found

    def _timeline(self, under: Iterable[int], rule: Callable[[Shape, Reader], bool]) -> Timeline:
        ids = np.fromiter(under, np.int64)
        return Timeline(ids, self._heads.places(ids.tolist()), rule)


def _bounds(page: Page) -> tuple[int, int]:
    """The ids between which the page lies, both excluded."""
    before = NEWEST if page.max_id is None else page.max_id
    after = page.min_id if page.min_id is not None else page.since_id
    return before, after or 0
