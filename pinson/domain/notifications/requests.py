"""From whom an account wants to hear, and who waits until it accepts them.

Called by interfaces; what a decision moves is moved by a reaction, in steps.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.notifications import store
from pinson.domain.notifications.commands import AT_ONCE
from pinson.domain.notifications.facts import NotificationsMerged, SenderAccepted, SenderDismissed
from pinson.domain.notifications.model import Pending, Policy, PolicyChanges, Request
from pinson.domain.notifications.rules import RequestNotFound
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import NEWEST, Page

MOST_COUNTED = 100  # senders


async def policy(tx: ReadTx, account_id: AccountId) -> Policy:
    """From whom an account wants to hear."""
    return await store.policy(tx, account_id) or Policy()


async def set_policy(tx: WriteTx, *, account_id: AccountId, changes: PolicyChanges) -> Policy:
    """Change some of it; what holds then. What was told or kept apart already stays where it is."""
    given = {name: choice for name, choice in msgspec.structs.asdict(changes).items() if choice is not None}
    new = msgspec.structs.replace(await policy(tx, account_id), **given)
    await store.put_policy(tx, account_id, new)
    return new


async def pending(tx: ReadTx, account_id: AccountId) -> Pending:
    """How much waits to be accepted."""
    return await store.pending(tx, account_id, most=MOST_COUNTED)


async def requests(tx: ReadTx, account_id: AccountId, page: Page) -> list[Request]:
    """A page of senders who wait, the latest first."""
    before = NEWEST if page.max_id is None else page.max_id
    after = page.since_id or 0 if page.min_id is None else page.min_id
    ascending = page.min_id is not None
    found = await store.requests(tx, account_id, before=before, after=after, limit=page.limit, ascending=ascending)
    return found[::-1] if ascending else found


async def request(tx: ReadTx, account_id: AccountId, id: int) -> Request:
    """One of them.

    Raises:
        RequestNotFound.
    """
    found = await store.request(tx, account_id, id)
    if found is None:
        raise RequestNotFound
    return found


async def accept_senders(tx: WriteTx, *, account_id: AccountId, ids: Sequence[int], now: datetime) -> int:
    """Hear what these senders sent, and whatever they send from now on; how many of them waited."""
    senders = await _end(tx, account_id, ids)
    for from_id in senders:
        await store.permit(tx, account_id, from_id)
        await log.record(tx, SenderAccepted(at=now, account_id=account_id, from_id=from_id))
    return len(senders)


async def dismiss_senders(tx: WriteTx, *, account_id: AccountId, ids: Sequence[int], now: datetime) -> int:
    """Do not hear what these senders sent; how many of them waited. What they send from now on is kept apart again."""
    senders = await _end(tx, account_id, ids)
    for from_id in senders:
        through = tx.new_id(account_id, now)
        await log.record(tx, SenderDismissed(at=now, account_id=account_id, from_id=from_id, through=through))
    return len(senders)


async def is_merging(tx: ReadTx, account_id: AccountId) -> bool:
    """Whether something of those who were accepted is still on its way."""
    return await store.is_merging(tx, account_id)


async def merge(tx: WriteTx, *, account_id: AccountId, from_id: AccountId, now: datetime) -> int:
    """Show up to `AT_ONCE` of what an accepted sender sent; how many. Call again until none: then it is told."""
    moved = await store.merge(tx, account_id, from_id, limit=AT_ONCE)
    if not moved:
        await log.record(tx, NotificationsMerged(at=now, account_id=account_id))
    return moved


async def clear_away(tx: WriteTx, *, account_id: AccountId, from_id: AccountId, through: int) -> int:
    """Remove up to `AT_ONCE` of what a dismissed sender had sent by then; how many. Call again until none."""
    return await store.delete_apart(tx, account_id, from_id, through=through, limit=AT_ONCE)


async def _end(tx: WriteTx, account_id: AccountId, ids: Sequence[int]) -> list[AccountId]:
    ended = [await store.end_request(tx, account_id, id) for id in dict.fromkeys(ids)]
    return [from_id for from_id in ended if from_id is not None]
