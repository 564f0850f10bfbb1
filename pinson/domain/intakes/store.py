"""SQL of intakes."""

from pinson.domain.accounts import AccountId
from pinson.domain.intakes.model import Intake
from pinson.domain.posts import PostId
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("intakes", "taken_in")

INTAKE = "account_id, id, visibility, asked_at, key, total, place, posts, known, left_out, lost_files, finished_at"
OF_ACCOUNT = f"SELECT {INTAKE} FROM intakes WHERE account_id = :account_id"
PUT = """
    INSERT INTO intakes (
        account_id, id, visibility, asked_at, key, total, place, posts, known, left_out, lost_files, finished_at)
    VALUES (
        :account_id, :id, :visibility, :asked_at, :key, :total, :place, :posts, :known, :left_out, :lost_files,
        :finished_at)
    ON CONFLICT (account_id) DO UPDATE
    SET id = excluded.id, visibility = excluded.visibility, asked_at = excluded.asked_at, key = excluded.key,
        total = excluded.total, place = excluded.place, posts = excluded.posts, known = excluded.known,
        left_out = excluded.left_out, lost_files = excluded.lost_files, finished_at = excluded.finished_at
"""
DELETE = "DELETE FROM intakes WHERE account_id = :account_id"
POST_OF = "SELECT post_id FROM taken_in WHERE account_id = :account_id AND source = :source"
INSERT_SOURCE = "INSERT INTO taken_in (account_id, source, post_id) VALUES (:account_id, :source, :post_id)"
DELETE_SOURCES = """
    DELETE FROM taken_in
    WHERE account_id = :account_id
          AND source IN (SELECT source FROM taken_in WHERE account_id = :account_id LIMIT :limit)
"""


async def of_account(tx: ReadTx, account_id: AccountId) -> Intake | None:
    """The one of an account. One look into the primary key."""
    return await tx.one(Intake, OF_ACCOUNT, account_id=account_id)


async def put(tx: WriteTx, intake: Intake) -> None:
    """Keep it, instead of what there was of its account."""
    await tx.run(
        PUT,
        account_id=intake.account_id,
        id=intake.id,
        visibility=intake.visibility,
        asked_at=intake.asked_at,
        key=intake.key,
        total=intake.total,
        place=intake.place,
        posts=intake.posts,
        known=intake.known,
        left_out=intake.left_out,
        lost_files=intake.lost_files,
        finished_at=intake.finished_at,
    )


async def delete(tx: WriteTx, account_id: AccountId) -> None:
    """Forget that of an account."""
    await tx.run(DELETE, account_id=account_id)


async def post_of(tx: ReadTx, account_id: AccountId, source: str) -> PostId | None:
    """What was made of an entry. One look into the primary key."""
    id = await tx.one(int, POST_OF, account_id=account_id, source=source)
    return None if id is None else PostId(id)


async def insert_source(tx: WriteTx, account_id: AccountId, source: str, post_id: PostId) -> None:
    """Keep what was made of an entry."""
    await tx.run(INSERT_SOURCE, account_id=account_id, source=source, post_id=post_id)


async def delete_sources(tx: WriteTx, account_id: AccountId, *, limit: int) -> int:
    """Forget up to so many of an account. O(limit) on the primary key."""
    return await tx.run(DELETE_SOURCES, account_id=account_id, limit=limit)
