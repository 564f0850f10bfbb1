"""Questions about posts."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pinson.domain import media
from pinson.domain.accounts import AccountId
from pinson.domain.posts import polls, store
from pinson.domain.posts.model import Post, PostId, Shape, Tag, TagDay, Version, Week, Wording
from pinson.domain.posts.rules import BadTag, PostNotFound, Reader, TagNotFound, can_see, may_quote, tag_name
from pinson.lib.clock import from_ms, to_ms
from pinson.lib.db import ReadTx
from pinson.lib.ids import first_at
from pinson.lib.paging import NEWEST, Page

WEEK_MS, MONDAY_MS = 604_800_000, 259_200_000  # 1970 began on a Thursday, three days after a Monday


async def post(tx: ReadTx, id: PostId) -> Post:
    """A post, whoever asks.

    Raises:
        PostNotFound: there is none.
    """
    found = await store.posts(tx, [id])
    if not found:
        raise PostNotFound
    return found[0]


async def posts(tx: ReadTx, ids: list[PostId]) -> dict[PostId, Post]:
    """These posts by id, in one statement; those that are gone are left out."""
    return {post.id: post for post in await store.posts(tx, list(ids))} if ids else {}


async def wordings(tx: ReadTx, ids: Collection[PostId]) -> list[Wording]:
    """What these posts say, in no order and in one statement; those that are gone are left out."""
    return await store.wordings(tx, list(ids)) if ids else []


async def edits(tx: ReadTx, ids: Collection[PostId]) -> dict[PostId, datetime | None]:
    """When these posts were edited last, None for never; those that are gone are left out."""
    return {one.id: one.edited_at for one in await store.edits(tx, list(ids))} if ids else {}


async def visible(tx: ReadTx, id: PostId, *, reader: Reader) -> Shape:
    """The shape of a post that the reader may see. A boost is seen as long as there is something in it.

    Raises:
        PostNotFound: there is none, or not for them.
    """
    found = await store.shapes(tx, [id])
    if not found or not can_see(found[0], reader):
        raise PostNotFound
    boosted = found[0].boost_of_id
    if boosted is not None and not await store.shapes(tx, [boosted]):
        raise PostNotFound
    return found[0]


async def original(tx: ReadTx, id: PostId, *, reader: Reader) -> Shape:
    """The shape of a post that the reader may see; of a boost, that of what it passes on.

    Raises:
        PostNotFound: there is none, or not for them.
    """
    shape = await visible(tx, id, reader=reader)
    return shape if shape.boost_of_id is None else await visible(tx, shape.boost_of_id, reader=reader)


async def quotable(tx: ReadTx, id: PostId, *, reader: Reader) -> Shape:
    """The shape of a post that the reader may quote.

    Raises:
        PostNotFound: there is none, or not for them, or its author does not want them to.
    """
    shape = await visible(tx, id, reader=reader)
    if not may_quote(shape, reader):
        raise PostNotFound
    return shape


async def quotes(tx: ReadTx, id: PostId, *, before: int = NEWEST, after: int = 0, limit: int) -> list[Shape]:
    """Posts that quote a post, with ids between the two, newest first; who may see them is not asked."""
    return await store.quotes_of(tx, id, before=before, after=after, limit=limit)


async def corrections_of(tx: ReadTx, id: PostId, *, limit: int = 40) -> list[Shape]:
    """Posts that correct a post, newest first; who may see it may see them."""
    return await store.corrections_of(tx, id, limit=limit)


async def corrections_by(
    tx: ReadTx, author_id: AccountId, *, before: int = NEWEST, after: int = 0, limit: int
) -> list[Shape]:
    """An author's posts that correct another, with ids between the two, newest first; who may see them is not asked."""
    return await store.corrections_by(tx, author_id, before=before, after=after, limit=limit)


async def corrections_under(tx: ReadTx, topic_id: int, *, limit: int = 200) -> list[Shape]:
    """Posts under a topic, such as an event, that correct another, newest first; who may see them is not asked."""
    return await store.corrections_under(tx, topic_id, limit=limit)


async def versions(tx: ReadTx, post: Post) -> list[Version]:
    """All that a post said since it was published, from the original on; the last one is what it says now."""
    if post.edited_at is not None:
        return await store.versions(tx, post.id)
    shown = (await media.of_posts(tx, [post.id])).get(post.id, []) if post.media else []
    asked = (await polls.of_posts(tx, [post.id])).get(post.id) if post.poll else None
    return [Version.of(post, post.created_at, shown, asked)]


async def by_author(tx: ReadTx, author_id: AccountId, *, before: int = NEWEST, limit: int) -> list[Shape]:
    """An author's posts of every visibility, newest first."""
    return await store.by_author(tx, author_id, before=before, limit=limit)


async def written_weekly(tx: ReadTx, author_id: AccountId, *, now: datetime, most: int) -> list[int]:
    """How many messages an author published in each of the last whole weeks, the latest first.

    Those of live events do not count, nor what answers or repeats somebody else.
    """
    this = (to_ms(now) + MONDAY_MS) // WEEK_MS
    first, end = (first_at(from_ms(week * WEEK_MS - MONDAY_MS)) for week in (this - most, this))
    found = {one.week: one.posts for one in await store.by_week(tx, author_id, first=first, end=end)}
    return [found.get(week, 0) for week in range(this - 1, this - most - 1, -1)]


async def tag(tx: ReadTx, folded: str) -> Tag | None:
    """The hashtag of this folded name, if it was ever used or followed."""
    found = await store.tags(tx, [folded])
    return found[0] if found else None


async def tags(tx: ReadTx, folded: Sequence[str]) -> dict[str, Tag]:
    """Those of the hashtags of these folded names that were ever used or followed, in one statement."""
    return {tag.name: tag for tag in await store.tags(tx, list(folded))} if folded else {}


async def tags_by_ids(tx: ReadTx, ids: Sequence[int]) -> dict[int, Tag]:
    """Those of these hashtags that exist, in one statement."""
    return {tag.id: tag for tag in await store.tags_by_ids(tx, list(ids))} if ids else {}


async def tag_days(tx: ReadTx, ids: Sequence[int], *, since: datetime) -> list[TagDay]:
    """How much these hashtags, or links, were used on each day since; days without use are left out."""
    return await store.tag_days(tx, list(ids), since=since) if ids else []


async def tag_by_id(tx: ReadTx, id: int) -> Tag:
    """
    Raises:
        TagNotFound: there is none.
    """
    found = await store.tags_by_ids(tx, [id])
    if not found:
        raise TagNotFound
    return found[0]


async def all_tags(tx: ReadTx, page: Page) -> list[Tag]:
    """A page of all hashtags that were ever used or followed, the newest first."""
    before, after = NEWEST if page.max_id is None else page.max_id, page.min_id or page.since_id or 0
    ascending = page.min_id is not None
    found = await store.all_tags(tx, before=before, after=after, limit=page.limit, ascending=ascending)
    return found[::-1] if ascending else found


async def published_by_week(tx: ReadTx, *, since: datetime) -> list[Week]:
    """What was published on this server in each week since; weeks without any post are left out."""
    return await store.published_by_week(tx, since=since)


async def count(tx: ReadTx) -> int:
    """How many posts there are; for pages that are cached."""
    return await store.count_all(tx)


async def tags_starting(tx: ReadTx, words: str, *, limit: int, offset: int = 0, unlisted: bool = False) -> list[Tag]:
    """Hashtags that somebody who types the beginning of one may mean; none for what cannot be one.

    Args:
        unlisted: also those that are not to be suggested.
    """
    try:
        beginning = tag_name(words)
    except BadTag:
        return []
    return await store.tags_starting(tx, beginning, limit=limit, offset=offset, unlisted=unlisted)
