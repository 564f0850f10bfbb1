"""SQL of publishers and of what they spend."""

from collections.abc import Sequence

from pinson.domain.accounts import AccountId
from pinson.domain.alerts.model import Publisher
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("alert_publishers", "spendings")

COLUMNS = "account_id, commercial, sender, promise, credits"
BY_IDS = f"SELECT {COLUMNS} FROM alert_publishers WHERE account_id IN (SELECT value FROM json_each(:ids))"
PUT = f"""
    INSERT INTO alert_publishers ({COLUMNS}) VALUES (:account_id, :commercial, :sender, :promise, :credits)
    ON CONFLICT (account_id) DO UPDATE
    SET commercial = excluded.commercial, sender = excluded.sender, promise = excluded.promise,
        credits = excluded.credits
"""
DELETE = "DELETE FROM alert_publishers WHERE account_id = :account_id"
SPENT = "SELECT coalesce(sum(parts), 0) FROM spendings WHERE day = :day"
LOW = f"""
    SELECT {COLUMNS} FROM alert_publishers AS p
    WHERE credits IS NOT NULL AND credits < max(:least, (
        SELECT coalesce(sum(parts), 0) FROM spendings AS s WHERE s.account_id = p.account_id AND s.day > :since
    ))
    ORDER BY credits, account_id
    LIMIT :limit
"""
SPEND = """
    INSERT INTO spendings (day, account_id, parts) VALUES (:day, :account_id, :parts)
    ON CONFLICT (day, account_id) DO UPDATE SET parts = spendings.parts + excluded.parts
"""
TAKE = """
    UPDATE alert_publishers SET credits = credits - :parts WHERE account_id = :account_id AND credits IS NOT NULL
"""


async def by_ids(tx: ReadTx, ids: Sequence[AccountId]) -> list[Publisher]:
    """Those of these accounts that chose something."""
    return await tx.all(Publisher, BY_IDS, ids=list(ids))


async def put(tx: WriteTx, publisher: Publisher) -> None:
    """Keep what an account chose."""
    await tx.run_with(PUT, publisher)


async def delete(tx: WriteTx, account_id: AccountId) -> None:
    """Forget what an account chose."""
    await tx.run(DELETE, account_id=account_id)


async def spent(tx: ReadTx, day: int) -> int:
    """Parts of a day, counted since 1970, of all accounts. O(accounts that sent)."""
    return await tx.one(int, SPENT, day=day) or 0


async def low(tx: ReadTx, *, least: int, since: int, limit: int) -> list[Publisher]:
    """Accounts with fewer credits than a number, or than they spent after a day. O(accounts that have credits)."""
    return await tx.all(Publisher, LOW, least=least, since=since, limit=limit)


async def spend(tx: WriteTx, account_id: AccountId, parts: int, *, day: int) -> None:
    """Take from its credits, if it has such, and count."""
    await tx.run(TAKE, account_id=account_id, parts=parts)
    await tx.run(SPEND, day=day, account_id=account_id, parts=parts)
