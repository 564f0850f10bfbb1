"""SQL of archives."""

from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.archives.model import Archive
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("archives",)

ARCHIVE = "account_id, id, user_id, asked_at, made_at, key, size"
OF_ACCOUNT = f"SELECT {ARCHIVE} FROM archives WHERE account_id = :account_id"
OLD = f"""
    SELECT {ARCHIVE} FROM archives
    WHERE asked_at <= :made_until AND (made_at <= :made_until OR asked_at <= :asked_until)
    ORDER BY asked_at
    LIMIT :limit
"""
PUT = """
    INSERT INTO archives (account_id, id, user_id, asked_at, made_at, key, size)
    VALUES (:account_id, :id, :user_id, :asked_at, :made_at, :key, :size)
    ON CONFLICT (account_id) DO UPDATE
    SET id = excluded.id, user_id = excluded.user_id, asked_at = excluded.asked_at, made_at = excluded.made_at,
        key = excluded.key, size = excluded.size
"""
DELETE = "DELETE FROM archives WHERE account_id = :account_id"


async def of_account(tx: ReadTx, account_id: AccountId) -> Archive | None:
    """The one of an account. One look into the primary key."""
    return await tx.one(Archive, OF_ACCOUNT, account_id=account_id)


async def old(tx: ReadTx, *, made_until: datetime, asked_until: datetime, limit: int) -> list[Archive]:
    """What was made, or asked for, so long ago. O(asked for before `made_until`) on an index: none, mostly."""
    return await tx.all(Archive, OLD, made_until=made_until, asked_until=asked_until, limit=limit)


async def put(tx: WriteTx, archive: Archive) -> None:
    """Keep it, instead of what there was of its account."""
    await tx.run(
        PUT,
        account_id=archive.account_id,
        id=archive.id,
        user_id=archive.user_id,
        asked_at=archive.asked_at,
        made_at=archive.made_at,
        key=archive.key,
        size=archive.size,
    )


async def delete(tx: WriteTx, account_id: AccountId) -> None:
    """Forget that of an account."""
    await tx.run(DELETE, account_id=account_id)
