"""SQL of telephones."""

from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.phones.model import Drawn
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("pockets", "drawn_texts")

BY_ACCOUNT = "SELECT allowed, code FROM pockets WHERE account_id = :account_id"
PUT = """
    INSERT INTO pockets (account_id, allowed, code, changed_at) VALUES (:account_id, :allowed, :code, :now)
    ON CONFLICT (account_id) DO UPDATE
    SET allowed = excluded.allowed, code = excluded.code, changed_at = excluded.changed_at
"""
DELETE = "DELETE FROM pockets WHERE account_id = :account_id"
INSERT_DRAWN = """
    INSERT INTO drawn_texts (id, phone, ours, sender, body, parts, at)
    VALUES (:id, :phone, :ours, :sender, :body, :parts, :now)
"""
DRAWN = """
    SELECT id, phone, ours, sender, body, parts, at FROM drawn_texts
    WHERE phone = :phone
    ORDER BY id DESC
    LIMIT :limit
"""
DELETE_DRAWN = "DELETE FROM drawn_texts WHERE at <= :until"


class Kept(msgspec.Struct, frozen=True):
    """What an account allows, with its code."""

    allowed: bool
    code: str


async def by_account(tx: ReadTx, account_id: AccountId) -> Kept | None:
    """What an account allows."""
    return await tx.one(Kept, BY_ACCOUNT, account_id=account_id)


async def put(tx: WriteTx, account_id: AccountId, *, allowed: bool, code: str, now: datetime) -> None:
    """Keep what an account allows."""
    await tx.run(PUT, account_id=account_id, allowed=allowed, code=code, now=now)


async def delete(tx: WriteTx, account_id: AccountId) -> None:
    """Forget what an account allowed."""
    await tx.run(DELETE, account_id=account_id)


async def insert_drawn(
    tx: WriteTx, id: int, phone: str, *, ours: bool, sender: str, body: str, parts: int, now: datetime
) -> None:
    """Keep a text of a drawn telephone."""
    await tx.run(INSERT_DRAWN, id=id, phone=phone, ours=ours, sender=sender, body=body, parts=parts, now=now)


async def drawn(tx: ReadTx, phone: str, *, limit: int) -> list[Drawn]:
    """The latest texts of a drawn telephone, the latest first. O(limit) on its index."""
    return await tx.all(Drawn, DRAWN, phone=phone, limit=limit)


async def delete_drawn(tx: WriteTx, *, until: datetime) -> None:
    """Remove texts of drawn telephones that are older than a moment."""
    await tx.run(DELETE_DRAWN, until=until)
