"""SQL of drafts."""

from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.posts.drafts.model import KeptDraft
from pinson.domain.posts.model import PostId
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("drafts",)

INSERT = """
    INSERT INTO drafts (id, account_id, key, changed_at, draft, due_at, until)
    VALUES (:id, :account_id, :key, :changed_at, :draft, :due_at, :until)
"""
UPDATE = """
    UPDATE drafts SET changed_at = :changed_at, draft = :draft, due_at = :due_at, until = :until WHERE id = :id
"""
DELETE = "DELETE FROM drafts WHERE id = :id"
DELETE_OF = "DELETE FROM drafts WHERE account_id = :account_id"
ONE = "SELECT id, account_id, key, changed_at, draft, due_at, until FROM drafts WHERE id = :id"
OF_KEY = """
    SELECT id, account_id, key, changed_at, draft, due_at, until FROM drafts
    WHERE account_id = :account_id AND key = :key
"""
OF_ACCOUNT = """
    SELECT id, account_id, key, changed_at, draft, due_at, until FROM drafts
    WHERE account_id = :account_id
    ORDER BY changed_at DESC, id DESC
    LIMIT :limit
"""
COUNT = "SELECT count(*) FROM drafts WHERE account_id = :account_id AND until IS NULL"
DISCARDED = """
    SELECT id, account_id, key, changed_at, draft, due_at, until FROM drafts
    WHERE until <= :now
    ORDER BY until
    LIMIT :limit
"""


async def insert(tx: WriteTx, one: KeptDraft) -> None:
    """Keep a new one."""
    await tx.run_with(INSERT, one)


async def update(tx: WriteTx, one: KeptDraft) -> None:
    """Keep what of it can change."""
    await tx.run(UPDATE, id=one.id, changed_at=one.changed_at, draft=one.draft, due_at=one.due_at, until=one.until)


async def delete(tx: WriteTx, id: PostId) -> None:
    """Remove one."""
    await tx.run(DELETE, id=id)


async def delete_of(tx: WriteTx, account_id: AccountId) -> int:
    """Remove all of an account, some hundred at most; how many."""
    return await tx.run(DELETE_OF, account_id=account_id)


async def one(tx: ReadTx, id: PostId) -> KeptDraft | None:
    """One, whoever asks."""
    return await tx.one(KeptDraft, ONE, id=id)


async def of_key(tx: ReadTx, account_id: AccountId, key: str) -> KeptDraft | None:
    """The one that is written on the page with this key. One look into the index (account_id, key)."""
    return await tx.one(KeptDraft, OF_KEY, account_id=account_id, key=key)


async def of_account(tx: ReadTx, account_id: AccountId, *, limit: int) -> list[KeptDraft]:
    """Those of an account, the one changed last first. O(all of the account), which are some hundred at most."""
    return await tx.all(KeptDraft, OF_ACCOUNT, account_id=account_id, limit=limit)


async def count(tx: ReadTx, account_id: AccountId) -> int:
    """How many an account keeps, without those that were thrown away. O(all of the account)."""
    return await tx.one(int, COUNT, account_id=account_id) or 0


async def discarded(tx: ReadTx, *, now: datetime, limit: int) -> list[KeptDraft]:
    """Those that were thrown away long enough ago. O(limit) on its index."""
    return await tx.all(KeptDraft, DISCARDED, now=now, limit=limit)
