"""SQL of proofs."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.links.proofs.model import Proof
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("proofs",)

PROOF = "account_id, url, checked_at, failure, failures, failing_since, due_at"
OF_ACCOUNT = f"SELECT {PROOF} FROM proofs WHERE account_id = :account_id"
DUE = f"SELECT {PROOF} FROM proofs WHERE due_at <= :now ORDER BY due_at LIMIT :limit"
PUT = """
    INSERT INTO proofs (account_id, url, checked_at, failure, failures, failing_since, due_at)
    VALUES (:account_id, :url, :checked_at, :failure, :failures, :failing_since, :due_at)
    ON CONFLICT (account_id, url) DO UPDATE
    SET checked_at = excluded.checked_at, failure = excluded.failure, failures = excluded.failures,
        failing_since = excluded.failing_since, due_at = excluded.due_at
"""
DELETE = "DELETE FROM proofs WHERE account_id = :account_id AND url IN (SELECT value FROM json_each(:urls))"
DELETE_ALL = "DELETE FROM proofs WHERE account_id = :account_id"
POSTPONE = "UPDATE proofs SET due_at = :due_at WHERE account_id = :account_id AND url = :url"


async def of_account(tx: ReadTx, account_id: AccountId) -> list[Proof]:
    """Those of one account, a few. On the primary key."""
    return await tx.all(Proof, OF_ACCOUNT, account_id=account_id)


async def due(tx: ReadTx, *, now: datetime, limit: int) -> list[Proof]:
    """What is to be looked at, the longest due first. O(limit) on its index."""
    return await tx.all(Proof, DUE, now=now, limit=limit)


async def put(tx: WriteTx, proof: Proof) -> None:
    """Keep how it goes."""
    await tx.run(
        PUT,
        account_id=proof.account_id,
        url=proof.url,
        checked_at=proof.checked_at,
        failure=proof.failure,
        failures=proof.failures,
        failing_since=proof.failing_since,
        due_at=proof.due_at,
    )


async def postpone(tx: WriteTx, proofs: Sequence[Proof], *, until: datetime) -> None:
    """They are not due before."""
    await tx.run_many(POSTPONE, [{"account_id": one.account_id, "url": one.url, "due_at": until} for one in proofs])


async def delete(tx: WriteTx, account_id: AccountId, urls: Sequence[str]) -> None:
    """Forget these of an account."""
    await tx.run(DELETE, account_id=account_id, urls=urls)


async def delete_all(tx: WriteTx, account_id: AccountId) -> None:
    """Forget all of an account."""
    await tx.run(DELETE_ALL, account_id=account_id)
