"""SQL of invitations."""

from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("alert_invitations",)

NOBODY = AccountId(0)

KNOWN = """
    SELECT count(*) FROM alert_invitations WHERE fingerprint = :fingerprint AND account_id IN (0, :account_id)
"""
PUT = """
    INSERT INTO alert_invitations (account_id, fingerprint, at) VALUES (:account_id, :fingerprint, :now)
    ON CONFLICT (account_id, fingerprint) DO NOTHING
"""
SINCE = "SELECT count(*) FROM alert_invitations WHERE account_id = :account_id AND at > :since"
FORGET = """
    DELETE FROM alert_invitations WHERE (account_id, fingerprint) IN (
        SELECT account_id, fingerprint FROM alert_invitations WHERE at <= :until ORDER BY at LIMIT :limit
    )
"""
DELETE_OF = "DELETE FROM alert_invitations WHERE account_id = :account_id"


async def is_known(tx: ReadTx, account_id: AccountId, fingerprint: bytes) -> bool:
    """Whether an address was invited by an account before, or wants no invitations."""
    return bool(await tx.one(int, KNOWN, account_id=account_id, fingerprint=fingerprint))


async def put(tx: WriteTx, account_id: AccountId, fingerprint: bytes, *, now: datetime) -> None:
    """Keep that an address was invited, or wants no invitation of an account; by nobody (`NOBODY`): of anybody."""
    await tx.run(PUT, account_id=account_id, fingerprint=fingerprint, now=now)


async def count_since(tx: ReadTx, account_id: AccountId, *, since: datetime) -> int:
    """How many an account has invited since a moment. O(those it ever invited)."""
    return await tx.one(int, SINCE, account_id=account_id, since=since) or 0


async def forget(tx: WriteTx, *, until: datetime, limit: int) -> int:
    """Remove what was kept before a moment; how many. O(limit)."""
    return await tx.run(FORGET, until=until, limit=limit)


async def delete_of(tx: WriteTx, account_id: AccountId) -> None:
    """Remove what an account has invited."""
    await tx.run(DELETE_OF, account_id=account_id)
