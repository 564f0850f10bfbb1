"""What happens to proofs, each in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from pinson.domain import accounts
from pinson.domain.accounts import AccountId
from pinson.domain.links.proofs import rules, store
from pinson.domain.links.proofs.facts import ProofAsked, ProofDue
from pinson.domain.links.proofs.model import Failure, Proof
from pinson.lib import log
from pinson.lib.db import WriteTx

MOST_DUE = 10  # pages looked at again between two sweeps of the schedule


async def ask_again(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Somebody wants us to look at their pages now. What was looked at within a minute is left alone."""
    await log.record(tx, ProofAsked(at=now, account_id=account_id))


async def ask_due(tx: WriteTx, *, now: datetime) -> int:
    """Ask for looks that are due, some at a time so that others need not wait long behind them; how many."""
    found = await store.due(tx, now=now, limit=MOST_DUE)
    await store.postpone(tx, found, until=now + rules.DAILY)  # the look itself says when the next one is
    for proof in found:
        await log.record(tx, ProofDue(at=now, account_id=proof.account_id, url=proof.url))
    return len(found)


async def keep_up(tx: WriteTx, *, account_id: AccountId, urls: Sequence[str], now: datetime) -> None:
    """Forget what no line of the profile leads to any more, and keep a place for what is new."""
    known = {proof.url for proof in await store.of_account(tx, account_id)}
    await store.delete(tx, account_id, sorted(known - set(urls)))
    for url in urls:
        if url not in known:
            await store.put(tx, Proof(account_id, url, due_at=now + timedelta(hours=1)))


async def keep(tx: WriteTx, *, account_id: AccountId, url: str, failure: Failure, now: datetime) -> None:
    """A page was looked at. Nothing happens if no line leads there any more."""
    known = next((one for one in await store.of_account(tx, account_id) if one.url == url), None)
    profile = await accounts.profile(tx, account_id)
    line = next((one for one in profile.fields if one.value == url), None) if profile else None
    if known is None or line is None:
        return
    verified_at = line.verified_at
    if failure is Failure.NONE:
        new, verified_at = rules.proven(known, now=now), verified_at or now
    else:
        new = rules.failed(known, failure, was_proven=verified_at is not None, now=now)
        if verified_at and rules.is_lost(new, now=now):
            new, verified_at = msgspec.structs.replace(new, failures=1, failing_since=now), None
    await store.put(tx, new)
    await accounts.prove(tx, account_id=account_id, value=url, verified_at=verified_at, now=now)


async def forget_account(tx: WriteTx, *, account_id: AccountId) -> None:
    """The account is gone."""
    await store.delete_all(tx, account_id)
