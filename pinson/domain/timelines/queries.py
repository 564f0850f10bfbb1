"""Pages of timelines: from memory where the heads and rings reach, from SQL below.

Called by interfaces. Whatever the timeline (home, a profile, a hashtag, everything public),
it is a set of topics and a rule; paging is exact in all directions, and SQL and memory give
the same pages (a property test holds them equal).
"""

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from pinson.domain.accounts import AccountId
from pinson.domain.posts import (
    EventId,
    PostDeleted,
    PostEdited,
    PostImported,
    PostMoved,
    PostPublished,
    Reader,
    RememberedTags,
    Shape,
    Shapes,
    can_see,
    topics,
)
from pinson.domain.relations import Circle, ListShape
from pinson.domain.timelines import merge, rules, store
from pinson.domain.timelines.heads import Heads
from pinson.domain.timelines.rings import DEPTH, Rings
from pinson.domain.timelines.spacing import APART, Down, Up
from pinson.lib.db import Database, ReadTx
from pinson.lib.log import Fact
from pinson.lib.paging import NEWEST, Page

FIRST_TOPICS = 32  # merged at first: enough for a page of 20 if the rules drop a third; more only if they drop more
MOST_TOPICS = 256  # above this, SQL is the faster way to go on
IN_THREAD = 1000  # topics, above which SQL costs over a millisecond and leaves the event loop
KEEP = 20_000  # homes whose topics are remembered as arrays, 12 bytes a follow
KEEP_SHOWN = 5000  # profiles and hashtags that were read lately, 2 KB each with the ids that were merged
EVERY_POST = rules.Narrow()
NO_IDS = np.zeros(0, np.int64)


class Merged(msgspec.Struct):
    """What the first merge of a timeline gave. It is good until something is new: most who look again find nothing new.

    newest, newest_head, upheavals: as they were then, of all topics and of its own; see `Timelines._join`.
    ids, floor: see `merge.newest`.
    first: what of these stands on the first page, for a reader of this circle, while `rests` is what it was.
    """

    newest: int = 0
    newest_head: int = 0
    upheavals: int = -1
    ids: NDArray[np.int64] = NO_IDS
    floor: int = 0
    first: list[Shape] = []
    circle: Circle | None = None
    rests: tuple[int, ...] = ()


class Timeline(msgspec.Struct, frozen=True):
    """A set of topics, and the rule by which a post under them belongs.

    topics: (n,) ids. places: (n,) where their heads are.
    apart: how many older entries decide whether a boost is hidden (see `spacing.py`); 0: none is.
    narrow: what of the rule the tables are asked for already, since it may leave little of much.
    """

    topics: NDArray[np.int64]
    places: NDArray[np.int32]
    rule: rules.Rule
    apart: int
    narrow: rules.Narrow
    merged: Merged

    def admits(self, post: Shape, reader: Reader) -> bool:
        """Whether `reader` finds `post` here."""
        return can_see(post, reader) and self.rule(post, reader)


class Timelines:
    """The views behind all timelines of a process."""

    def __init__(
        self, shapes: Shapes, *, depth: int = DEPTH, first_topics: int = FIRST_TOPICS, apart: int = APART
    ) -> None:
        """
        Args:
            depth, first_topics, apart: smaller ones let tests reach the ends of memory with few posts.
        """
        self.tags = RememberedTags()
        self._shapes = shapes
        self._first_topics = first_topics
        self._apart = apart
        self._heads = Heads()
        self._rings = Rings(depth=depth)
        self._homes: OrderedDict[AccountId, tuple[Circle, Timeline]] = OrderedDict()
        self._shown: OrderedDict[tuple[str, tuple[int, ...], rules.Narrow], Timeline] = OrderedDict()
        self._public = {
            (topic, media): self._timeline([topic], rules.everything, narrow=rules.Narrow(media=media))
            for topic in (topics.EVERYTHING, topics.LOCAL)
            for media in (False, True)
        }
        self._newest = 0  # the highest id that was ever seen to join a topic
        self._upheavals = 0  # how often one left, or joined with a lower id than that

    async def load(self, tx: ReadTx) -> None:
        """Start over from the tables."""
        self._rings.clear()
        self._upheavals += 1
        self._heads.forget()
        self._newest = await store.newest(tx)

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        if isinstance(fact, PostPublished | PostImported):
            self._join(fact.post.topics, fact.post.id)
        elif isinstance(fact, PostEdited | PostMoved):
            self._join(fact.joined, fact.post.id)
            self._leave(fact.left, fact.post.id)
        elif isinstance(fact, PostDeleted):
            self._leave(fact.topics, fact.id)

    def _join(self, topics: Sequence[int], id: int) -> None:
        # What is published now is newer than all before it: each timeline that it joins has another newest head. What
        # takes its place further down (an edit brought a hashtag, an import) is rare, and an upheaval of them all.
        if topics and id < self._newest:
            self._upheavals += 1
        self._newest = max(self._newest, id)
        for topic in topics:
            self._heads.rise(topic, id)
            self._rings.push(topic, id)

    def _leave(self, topics: Sequence[int], id: int) -> None:
        self._upheavals += bool(topics)
        for topic in topics:
            self._rings.remove(topic, id)

    def home(self, circle: Circle) -> Timeline:
        """What the accounts and hashtags of this circle publish, its own, and what is addressed to it."""
        known = self._homes.get(circle.account_id)
        if known is not None and known[0] is circle:
            self._homes.move_to_end(circle.account_id)
            return known[1]
        own = (circle.account_id, topics.addressed_to(circle.account_id))
        timeline = self._timeline({*circle.topics, *own}, rules.home, apart=self._apart)
        self._homes[circle.account_id] = (circle, timeline)
        if len(self._homes) > KEEP:
            self._homes.popitem(last=False)
        return timeline

    def public(self, *, local: bool, media: bool = False) -> Timeline:
        """Everything public; `local`: only from this server. `media`: only what has some."""
        return self._public[topics.LOCAL if local else topics.EVERYTHING, media]

    def nothing(self) -> Timeline:
        """What nobody posts: what is public from other servers, of which none is known yet."""
        return self._timeline([], rules.everything)

    def tag(
        self,
        tag_id: int,
        *,
        or_any: Iterable[int] = (),
        and_all: Iterable[int] = (),
        and_none: Iterable[int] = (),
        media: bool = False,
    ) -> Timeline:
        """What is public under a hashtag, or under one of `or_any`; under all and none of the others, if there are."""
        narrow = rules.Narrow(media, tuple(and_all), tuple(and_none))
        return self._known("tag", (tag_id, *or_any), lambda: rules.everything, narrow)

    def link(self, link_id: int) -> Timeline:
        """What is public and shares a link."""
        return self._known("link", (link_id,), lambda: rules.everything, EVERY_POST)

    def event(self, event_id: EventId, *, media: bool = False) -> Timeline:
        """What is part of a live event. media: only what shows something."""
        return self._timeline([event_id], rules.everything, narrow=rules.Narrow(media=media))

    def profile(
        self,
        account_id: AccountId,
        *,
        replies: bool = True,
        boosts: bool = True,
        direct: bool = True,
        media: bool = False,
        under: Iterable[int] = (),
    ) -> Timeline:
        """An account's own posts; `direct`: its direct ones too, for those who may see them.

        Args:
            media: only what has some.
            under: only what is under these hashtags, which is public.
        """
        own = [account_id, topics.addressed_to(account_id)] if direct else [account_id]
        return self._known(
            f"profile {replies} {boosts}",
            own,
            lambda: rules.profile(account_id, replies=replies, boosts=boosts),
            rules.Narrow(media, tuple(under)),
        )

    def of_list(self, shape: ListShape) -> Timeline:
        """What the accounts and hashtags of a list publish."""
        return self._timeline({*shape.accounts, *shape.tags}, rules.members_of(shape), apart=self._apart)

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

    async def repeats(self, db: Database, timeline: Timeline, boost: Shape, *, reader: Reader) -> bool:
        """Whether a boost that the timeline admits is hidden there: see `spacing.py`. For streams."""
        if not timeline.apart:
            return False
        plain = msgspec.structs.replace(timeline, apart=0)
        below = await self.page(db, plain, reader=reader, page=Page(boost.id, None, None, timeline.apart))
        return any(boost.boost_of_id in (entry.id, entry.boost_of_id) for entry in below)

    async def _from_memory(self, tx: ReadTx, timeline: Timeline, reader: Reader, page: Page) -> list[Shape] | None:
        """The page, if heads and rings reach down to it."""
        merged = timeline.merged
        # What decides, besides the ids, who sees what: of facts about posts and accounts it is enough that there were
        # some, and a circle is another once anything in it is.
        rests = (timeline.apart, page.limit, self._shapes.changes, reader.standing.changes)
        is_first = page.max_id is None and page.min_id is None and not page.since_id
        stands = is_first and merged.circle is reader.circle and merged.rests == rests
        if stands and merged.newest == self._newest and merged.upheavals == self._upheavals:
            return [*merged.first]
        _, after = _bounds(page)
        if self._heads.unread:
            await self._heads.read(tx)
        heads = self._heads.ids[timeline.places]
        newest_head = int(heads.max(initial=0))
        if newest_head <= after:
            return []
        k = self._first_topics
        if merged.newest_head != newest_head or merged.upheavals != self._upheavals:
            ids, merged.floor = await self._merge(tx, timeline, heads, k)
            merged.ids = np.array(ids, np.int64)  # a fifth of the memory
            merged.newest_head, merged.upheavals, merged.rests = newest_head, self._upheavals, ()
        elif stands:
            merged.newest = self._newest
            return [*merged.first]
        ids, floor = merged.ids.tolist(), merged.floor
        read = self._down if page.min_id is None else self._up
        while (found := await read(tx, timeline, reader, page, ids, floor)) is None:
            if k >= min(len(heads), MOST_TOPICS):
                return None
            k *= 4
            ids, floor = await self._merge(tx, timeline, heads, k)
        if is_first:
            merged.first, merged.circle, merged.rests, merged.newest = found, reader.circle, rests, self._newest
            return [*found]
        return found

    async def _merge(self, tx: ReadTx, timeline: Timeline, heads: NDArray[np.int64], k: int) -> tuple[list[int], int]:
        """The newest entries of the k topics with the newest heads; see `merge.newest`."""
        chosen, next_head = merge.newest_topics(heads, k)
        rings = await self._rings.pick(tx, timeline.topics[chosen].tolist())
        self._heads.ids[timeline.places[chosen]] = rings.ids[:, 0]
        return merge.newest(rings, next_head=next_head)

    async def _down(
        self, tx: ReadTx, timeline: Timeline, reader: Reader, page: Page, ids: list[int], floor: int
    ) -> list[Shape] | None:
        """The page from ids of which none above `floor` is missing; None if it lies further down."""
        before, after = _bounds(page)
        if page.max_id is not None:
            ids = [id for id in ids if id < before]
        down = Down(after=after, limit=page.limit, apart=timeline.apart)
        for start in range(0, len(ids) or 1, page.limit):
            batch = ids[start : start + page.limit]
            entries = await self._admitted(tx, timeline, reader, batch)
            if down.take(entries, floor=batch[-1] - 1 if start + page.limit < len(ids) else floor):
                return down.page
        return None

    async def _up(
        self, tx: ReadTx, timeline: Timeline, reader: Reader, page: Page, ids: list[int], floor: int
    ) -> list[Shape] | None:
        """The same, from its oldest entry on."""
        before, after = _bounds(page)
        if floor > after:
            return None
        ids = [id for id in reversed(ids) if after < id < before]
        up = Up(limit=page.limit, apart=timeline.apart)
        for start in range(0, len(ids), page.limit):
            entries = await self._admitted(tx, timeline, reader, ids[start : start + page.limit])
            if up.must_know_below(entries):
                below = await self._from_memory(tx, *_below(timeline, reader, after))
                if below is None:
                    return None
                up.stands_on(below)
            if up.take(entries):
                break
        return up.page[::-1]

    async def _from_tables(self, db: Database, timeline: Timeline, reader: Reader, page: Page) -> list[Shape]:
        """The page by SQL: candidates in growing batches until it is complete."""
        before, after = _bounds(page)
        floor = 0 if timeline.apart else after  # what is under the page decides about boosts in it
        batch = 2 * page.limit
        if page.min_id is None:
            down = Down(after=after, limit=page.limit, apart=timeline.apart)
            while True:
                ids = await _candidates(db, store.older, timeline, before, floor, batch)
                ended = len(ids) < batch
                async with db.read() as tx:
                    entries = await self._admitted(tx, timeline, reader, list(dict.fromkeys(ids)))
                if down.take(entries, floor=floor if ended else ids[-1] - 1):
                    return down.page
                before = ids[-1]
                batch = min(batch * 2, 320)
        up = Up(limit=page.limit, apart=timeline.apart)
        above = after
        while True:
            ids = await _candidates(db, store.newer, timeline, before, above, batch)
            async with db.read() as tx:
                entries = await self._admitted(tx, timeline, reader, list(dict.fromkeys(ids)))
            if up.must_know_below(entries):
                up.stands_on(await self._from_tables(db, *_below(timeline, reader, after)))
            if up.take(entries) or len(ids) < batch:
                return up.page[::-1]
            above = ids[-1]
            batch = min(batch * 2, 320)

    async def _admitted(self, tx: ReadTx, timeline: Timeline, reader: Reader, ids: list[int]) -> list[Shape]:
        """Those of the entries that belong, in their order. A boost of what is gone does not."""
        rule = timeline.rule
        found = [  # as `timeline.admits`, without a call for each
            shape for shape in await self._shapes.of(tx, ids) if can_see(shape, reader) and rule(shape, reader)
        ]
        boosted = [shape.boost_of_id for shape in found if shape.boost_of_id is not None]
        if boosted:
            there = {shape.id for shape in await self._shapes.of(tx, boosted)}
            found = [shape for shape in found if shape.boost_of_id is None or shape.boost_of_id in there]
        return found

    def _known(self, kind: str, under: Sequence[int], rule: Callable[[], rules.Rule], narrow: rules.Narrow) -> Timeline:
        """A timeline of a few topics: the same as last time, so that what was merged for it serves again."""
        name = kind, tuple(under), narrow
        timeline = self._shown.get(name)
        if timeline is None:
            timeline = self._shown[name] = self._timeline({*under}, rule(), narrow=narrow)
            if len(self._shown) > KEEP_SHOWN:
                self._shown.popitem(last=False)
        else:
            self._shown.move_to_end(name)
        return timeline

    def _timeline(
        self, under: Iterable[int], rule: rules.Rule, *, apart: int = 0, narrow: rules.Narrow = EVERY_POST
    ) -> Timeline:
        ids = np.fromiter(under, np.int64)
        if narrow != EVERY_POST:
            rule = rules.narrowed(rule, narrow)
        return Timeline(ids, self._heads.places(ids.tolist()), rule, apart, narrow, Merged())


def _below(timeline: Timeline, reader: Reader, after: int) -> tuple[Timeline, Reader, Page]:
    """What to ask for the entries at and under an id that decide about boosts above it."""
    return msgspec.structs.replace(timeline, apart=0), reader, Page(after + 1, None, None, timeline.apart)


async def _candidates(
    db: Database,
    ask: Callable[..., Coroutine[Any, Any, list[int]]],
    timeline: Timeline,
    before: int,
    after: int,
    limit: int,
) -> list[int]:
    """Ids between the two, by `store.older` or `store.newer`; away from the event loop if that takes long."""
    bounds = {
        "topics": timeline.topics.tolist(),
        "narrow": timeline.narrow,
        "before": before,
        "after": after,
        "limit": limit,
    }
    if len(timeline.topics) > IN_THREAD or timeline.narrow.all or timeline.narrow.none:
        return await db.read_in_thread(ask, **bounds)
    async with db.read() as tx:
        return await ask(tx, **bounds)


def _bounds(page: Page) -> tuple[int, int]:
    """The ids between which the page lies, both excluded."""
    before = NEWEST if page.max_id is None else page.max_id
    after = page.min_id if page.min_id is not None else page.since_id
    return before, after or 0
