"""Trends computed anew, and what moderators say about posts. About hashtags and links: posts and links."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain import posts
from pinson.domain.posts import Post, PostId, PostNotFound, Visibility
from pinson.domain.trends import queries, store
from pinson.domain.trends.model import Trend
from pinson.lib.db import Database, WriteTx


async def refresh(db: Database, *, now: datetime) -> None:
    """Compute trends anew, unless another process has just done so.

    All of it is read from the tables each time, in a thread: so edits, deletions and suspensions count from then on,
    and nothing can drift. It writes only if something rises, or did.
    """
    async with db.read() as tx:
        if not await queries.is_due(tx, now=now):
            return
        are_any = await store.computed_at(tx) is not None
    trends = await db.read_in_thread(queries.measured, now=now)
    if trends or are_any:
        await db.write(replace, trends=trends, now=now)


async def replace(tx: WriteTx, *, trends: Sequence[Trend], now: datetime) -> None:
    """Let these be what rises."""
    await store.replace(tx, trends)


async def judge_post(tx: WriteTx, *, id: PostId, trendable: bool, now: datetime) -> Post:
    """A moderator says whether a post may be seen among what rises.

    Raises:
        PostNotFound: there is none that could rise: it is a boost, or not public.
    """
    post = await posts.post(tx, id)
    if post.visibility is not Visibility.PUBLIC or post.boost_of_id is not None:
        raise PostNotFound
    await store.judge_post(tx, id, trendable=trendable)
    return post
