"""Boosts: somebody passes a post on to those who follow them.

Called by interfaces. A boost is a post of its own, with its own id and its own place on
timelines, that holds nothing but which post it shows. It stands under its booster alone: not
under hashtags, nor on public pages. When the post goes, `commands.clear_after` removes its boosts.

Not here: which boosts stand at home (timelines).
"""

from datetime import datetime

from pinson.domain import accounts
from pinson.domain.posts import queries, rules, store
from pinson.domain.posts.commands import remove
from pinson.domain.posts.facts import PostPublished
from pinson.domain.posts.model import Post, PostId, Shape, Visibility
from pinson.domain.posts.rules import PostNotFound, Reader
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx


async def boost(
    tx: WriteTx, *, booster: Reader, id: PostId, visibility: Visibility, app_id: int | None, now: datetime
) -> Post:
    """Pass a post on. What was boosted already stays as it is: the boost of then is the answer.

    Args:
        id: of the post, or of somebody's boost of it.
        visibility: of the boost; that of a private post is private whatever is said here.
    Raises:
        AccountNotFound: the booster is gone or suspended.
        PostNotFound: there is no such post, or the booster may not pass it on.
    """
    assert booster.id is not None
    account = await accounts.active(tx, booster.id)
    original = await queries.original(tx, id, reader=booster)
    if before := await store.boost_by(tx, booster.id, original.id):
        return await queries.post(tx, before.id)
    post = rules.pass_on(
        original,
        id=PostId(tx.new_id(booster.id, now)),
        booster=account,
        visibility=visibility,
        app_id=app_id,
        now=now,
    )
    await store.insert(tx, post)
    await store.count(tx, original.id, boosts=1)
    count = await accounts.count_posts(tx, booster.id, 1, last_post_at=now)
    await log.record(tx, PostPublished(at=now, post=post.shape, count=count))
    return post


async def unboost(tx: WriteTx, *, booster: Reader, id: PostId, now: datetime) -> Shape:
    """Take a boost back; the post that was boosted. If it was not, nothing changes.

    Args:
        id: of the post, or of the boost.
    Raises:
        PostNotFound: the post is gone, or was not boosted and is not for this reader.
    """
    assert booster.id is not None
    found = await store.shapes(tx, [id])
    if not found:
        raise PostNotFound
    original_id = found[0].boost_of_id or id
    if before := await store.boost_by(tx, booster.id, original_id):
        await remove(tx, before, now)
        return (await queries.post(tx, original_id)).shape
    return await queries.original(tx, id, reader=booster)


async def boosts(tx: ReadTx, id: PostId, *, before: int, after: int, limit: int) -> list[Shape]:
    """Boosts of a post with ids between the two, newest first."""
    return await store.boosts_of(tx, id, before=before, after=after, limit=limit)
