"""Marks: what an account does with posts besides writing: favourites, bookmarks, pins, muted conversations.

Called by interfaces. Marking twice is marking once. A mark is on a post, never on a boost:
of a boost, the post in it is marked.

Not here: boosts, which are posts themselves (boosts.py).
"""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.posts import queries, rules, store
from pinson.domain.posts.facts import ConversationMuted, ConversationUnmuted, PostMarked, PostUnmarked
from pinson.domain.posts.model import Mark, Marked, PostId, Shape
from pinson.domain.posts.rules import MOST_PINS, PostNotFound, Reader, TooManyPins
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import NEWEST, Page


async def favourite(tx: WriteTx, *, reader: Reader, id: PostId, now: datetime) -> Shape:
    """Say that one likes a post.

    Raises:
        PostNotFound: there is none, or not for this reader.
    """
    post = await queries.original(tx, id, reader=reader)
    if await _add(tx, reader, post, Mark.FAVOURITE, now):
        await store.count(tx, post.id, favourites=1)
    return post


async def unfavourite(tx: WriteTx, *, reader: Reader, id: PostId, now: datetime) -> Shape:
    """Take that back.

    Raises:
        PostNotFound: there is none, or it was no favourite and is not for this reader.
    """
    post, was_there = await _take(tx, reader, id, Mark.FAVOURITE, now)
    if was_there:
        await store.count(tx, post.id, favourites=-1)
    return post


async def bookmark(tx: WriteTx, *, reader: Reader, id: PostId, now: datetime) -> Shape:
    """Keep a post for later, which nobody else sees.

    Raises:
        PostNotFound: there is none, or not for this reader.
    """
    post = await queries.original(tx, id, reader=reader)
    await _add(tx, reader, post, Mark.BOOKMARK, now)
    return post


async def unbookmark(tx: WriteTx, *, reader: Reader, id: PostId, now: datetime) -> Shape:
    """Keep it no longer, even if the reader may not see it any more.

    Raises:
        PostNotFound: there is none, or it was not kept and is not for this reader.
    """
    post, _ = await _take(tx, reader, id, Mark.BOOKMARK, now)
    return post


async def pin(tx: WriteTx, *, reader: Reader, id: PostId, now: datetime) -> Shape:
    """Have one's own post stand first on one's profile.

    Raises:
        PostNotFound: there is none, or not for this reader.
        CannotPin: it is not something to pin.
        TooManyPins: there are as many as there may be.
    """
    assert reader.id is not None
    post = await queries.visible(tx, id, reader=reader)
    rules.check_pin(post, reader.id)
    if not await store.has_mark(tx, reader.id, id, Mark.PIN) and len(await pinned(tx, reader.id)) >= MOST_PINS:
        raise TooManyPins(limit=MOST_PINS)
    await _add(tx, reader, post, Mark.PIN, now)
    return post


async def unpin(tx: WriteTx, *, reader: Reader, id: PostId, now: datetime) -> Shape:
    """Have it stand there no longer.

    Raises:
        PostNotFound: there is none, or not for this reader.
    """
    post, _ = await _take(tx, reader, id, Mark.PIN, now)
    return post


async def mute(tx: WriteTx, *, reader: Reader, id: PostId, now: datetime) -> Shape:
    """Ask for no more notifications about the thread that a post is in.

    Raises:
        PostNotFound: there is none, or not for this reader.
    """
    assert reader.id is not None
    post = await queries.original(tx, id, reader=reader)
    if await store.mute(tx, reader.id, post.conversation_id):
        await log.record(tx, ConversationMuted(at=now, account_id=reader.id, conversation_id=post.conversation_id))
    return post


async def unmute(tx: WriteTx, *, reader: Reader, id: PostId, now: datetime) -> Shape:
    """Be notified of it again.

    Raises:
        PostNotFound: there is none, or not for this reader.
    """
    assert reader.id is not None
    post = await queries.original(tx, id, reader=reader)
    if await store.unmute(tx, reader.id, post.conversation_id):
        await log.record(tx, ConversationUnmuted(at=now, account_id=reader.id, conversation_id=post.conversation_id))
    return post


async def clear_marks(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int = 500) -> int:
    """Take back up to `limit` marks of an account that is being closed; how many. Call again until none."""
    await store.delete_mutes_by(tx, account_id)
    found = await store.any_marks_by(tx, account_id, limit=limit)
    for one in found:
        await store.delete_mark(tx, account_id, one.id, one.mark)
        if one.mark is Mark.FAVOURITE:
            await store.count(tx, one.id, favourites=-1)
        await log.record(tx, PostUnmarked(at=now, account_id=account_id, post_id=one.id, mark=one.mark))
    return len(found)


async def marks(tx: ReadTx, account_id: AccountId, ids: Sequence[PostId]) -> dict[PostId, set[Mark]]:
    """What an account did with these posts, in one statement; those it did nothing with are left out."""
    found: dict[PostId, set[Mark]] = {}
    for one in await store.marks(tx, account_id, list(ids)):
        found.setdefault(one.id, set()).add(one.mark)
    return found


async def hear_again(tx: WriteTx, *, account_id: AccountId, conversation_id: PostId, now: datetime) -> None:
    """Hear of a conversation again, also if nothing of it is left to be seen."""
    if await store.unmute(tx, account_id, conversation_id):
        await log.record(tx, ConversationUnmuted(at=now, account_id=account_id, conversation_id=conversation_id))


async def muted_conversations(tx: ReadTx, account_id: AccountId, *, before: int, limit: int) -> list[PostId]:
    """The conversations that an account muted, each by the post that began it, there or gone; the newest first."""
    return await store.muted_conversations(tx, account_id, before=before, limit=limit)


async def marked_by(tx: ReadTx, account_id: AccountId, mark: Mark, page: Page) -> list[Marked]:
    """A page of the posts that an account marked so, the latest mark first. Ids in `page` are those of marks."""
    before = NEWEST if page.max_id is None else page.max_id
    after = page.since_id or 0 if page.min_id is None else page.min_id
    ascending = page.min_id is not None
    found = await store.marked_by(
        tx, account_id, mark, before=before, after=after, limit=page.limit, ascending=ascending
    )
    return found[::-1] if ascending else found


async def marking(tx: ReadTx, id: PostId, mark: Mark, *, before: int, after: int, limit: int) -> list[Marked]:
    """Who marked a post so: marks with ids between the two, the latest first."""
    return await store.marking(tx, id, mark, before=before, after=after, limit=limit)


async def pinned(tx: ReadTx, account_id: AccountId) -> list[PostId]:
    """The posts that an account pinned, the latest pin first."""
    found = await store.marked_by(tx, account_id, Mark.PIN, before=NEWEST, after=0, limit=MOST_PINS)
    return [PostId(one.of_id) for one in found]


async def _add(tx: WriteTx, reader: Reader, post: Shape, mark: Mark, now: datetime) -> bool:
    """Make a mark; False if it was there."""
    assert reader.id is not None
    if await store.has_mark(tx, reader.id, post.id, mark):
        return False
    await store.new_mark(tx, tx.new_id(reader.id, now), reader.id, post.id, mark)
    await log.record(tx, PostMarked(at=now, account_id=reader.id, post_id=post.id, author_id=post.author_id, mark=mark))
    return True


async def _take(tx: WriteTx, reader: Reader, id: PostId, mark: Mark, now: datetime) -> tuple[Shape, bool]:
    """Take a mark away; the post, and whether the mark was there. What one marked one may always unmark."""
    assert reader.id is not None
    found = await store.shapes(tx, [id])
    if not found:
        raise PostNotFound
    post_id = found[0].boost_of_id or id
    if not await store.delete_mark(tx, reader.id, post_id, mark):
        return await queries.original(tx, id, reader=reader), False
    await log.record(tx, PostUnmarked(at=now, account_id=reader.id, post_id=post_id, mark=mark))
    return (await queries.post(tx, post_id)).shape, True
