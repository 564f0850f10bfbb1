"""SQL of scheduled posts."""

from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.posts.model import PostId
from pinson.domain.posts.scheduled.model import ScheduledPost
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("scheduled_posts",)

INSERT = """
    INSERT INTO scheduled_posts (id, account_id, due_at, draft, refusal)
    VALUES (:id, :account_id, :due_at, :draft, :refusal)
"""
UPDATE = "UPDATE scheduled_posts SET due_at = :due_at, refusal = :refusal WHERE id = :id"
DELETE = "DELETE FROM scheduled_posts WHERE id = :id"
DELETE_OF = """
    DELETE FROM scheduled_posts
    WHERE id IN (SELECT id FROM scheduled_posts WHERE account_id = :account_id LIMIT :limit)
"""
ONE = "SELECT id, account_id, due_at, draft, refusal FROM scheduled_posts WHERE id = :id"
OLDER = """
    SELECT id, account_id, due_at, draft, refusal FROM scheduled_posts
    WHERE account_id = :account_id AND id < :before AND id > :after
    ORDER BY id DESC
    LIMIT :limit
"""
NEWER = """
    SELECT id, account_id, due_at, draft, refusal FROM scheduled_posts
    WHERE account_id = :account_id AND id < :before AND id > :after
    ORDER BY id
    LIMIT :limit
"""
DUE = """
    SELECT id, account_id, due_at, draft, refusal FROM scheduled_posts
    WHERE refusal IS NULL AND due_at <= :now
    ORDER BY due_at
    LIMIT :limit
"""
COUNT = """
    SELECT count(*) FROM scheduled_posts
    WHERE account_id = :account_id AND id <> :besides AND due_at >= :since AND due_at < :until
"""


async def insert(tx: WriteTx, one: ScheduledPost) -> None:
    """Keep a new one."""
    await tx.run_with(INSERT, one)


async def update(tx: WriteTx, one: ScheduledPost) -> None:
    """Keep what of it can change: its time, and why it could not be published."""
    await tx.run(UPDATE, id=one.id, due_at=one.due_at, refusal=one.refusal)


async def delete(tx: WriteTx, id: PostId) -> None:
    """Remove one."""
    await tx.run(DELETE, id=id)


async def delete_of(tx: WriteTx, account_id: AccountId, *, limit: int) -> int:
    """Remove up to `limit` of an account; how many."""
    return await tx.run(DELETE_OF, account_id=account_id, limit=limit)


async def one(tx: ReadTx, id: int) -> ScheduledPost | None:
    """One, whoever asks."""
    return await tx.one(ScheduledPost, ONE, id=id)


async def page(
    tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int, ascending: bool
) -> list[ScheduledPost]:
    """Those of an account with ids between the two, in order. O(limit) on (account_id, id)."""
    sql = NEWER if ascending else OLDER
    return await tx.all(ScheduledPost, sql, account_id=account_id, before=before, after=after, limit=limit)


async def due(tx: ReadTx, *, now: datetime, limit: int) -> list[ScheduledPost]:
    """Those whose time has come, the one that has waited longest first. O(limit) on its index."""
    return await tx.all(ScheduledPost, DUE, now=now, limit=limit)


async def count(tx: ReadTx, account_id: AccountId, *, since: datetime, until: datetime, besides: PostId | None) -> int:
    """How many of an account, but for one, are for a time between the two. O(those of the account)."""
    return await tx.one(int, COUNT, account_id=account_id, since=since, until=until, besides=besides or 0) or 0
