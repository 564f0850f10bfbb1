"""What happens to intakes, each in one transaction."""

from datetime import datetime

import msgspec

from pinson.domain import posts
from pinson.domain.accounts import AccountId
from pinson.domain.intakes import rules, store
from pinson.domain.intakes.facts import IntakeGoesOn
from pinson.domain.intakes.model import Intake
from pinson.domain.intakes.rules import IntakeUnderWay
from pinson.domain.posts import Prepared, Reader, Visibility
from pinson.lib import blobs, log
from pinson.lib.db import WriteTx


async def ask(
    tx: WriteTx, *, account_id: AccountId, key: str, total: int, visibility: Visibility, now: datetime
) -> None:
    """Have an archive taken in.

    Args:
        key: of a file that was kept and is not yet claimed. total: entries in it.
    Raises:
        IntakeUnderWay.
    """
    old = await store.of_account(tx, account_id)
    if rules.is_under_way(old, now):
        raise IntakeUnderWay
    await blobs.abandon(tx, [old.key] if old and old.key else [], now=now)
    await blobs.claim(tx, [key], now=now)
    intake = Intake(account_id, tx.new_id(account_id, now), visibility, now, key, total)
    await store.put(tx, intake)
    await log.record(tx, IntakeGoesOn(at=now, account_id=account_id, intake_id=intake.id))


async def take_in(
    tx: WriteTx,
    *,
    intake: Intake,
    source: str,
    author: Reader,
    prepared: Prepared,
    created_at: datetime,
    lost_files: int,
    base_url: str,
    now: datetime,
) -> Intake:
    """Make a post of the next entry, unless that was done before.

    Args:
        intake: as it stood before. source: the entry's name where it comes from.
        lost_files: that the post goes without.
    Raises:
        All that `posts.import_post` raises; nothing is kept then: see `leave_out`.
    """
    if await store.post_of(tx, intake.account_id, source) is not None:
        new = msgspec.structs.replace(intake, place=intake.place + 1, known=intake.known + 1)
    else:
        post = await posts.import_post(
            tx, author=author, prepared=prepared, created_at=created_at, base_url=base_url, now=now
        )
        await store.insert_source(tx, intake.account_id, source, post.id)
        new = msgspec.structs.replace(
            intake, place=intake.place + 1, posts=intake.posts + 1, lost_files=intake.lost_files + lost_files
        )
    await _advance(tx, new)
    return new


async def leave_out(tx: WriteTx, *, intake: Intake) -> Intake:
    """The next entry cannot become a post."""
    new = msgspec.structs.replace(intake, place=intake.place + 1, left_out=intake.left_out + 1)
    await _advance(tx, new)
    return new


async def go_on(tx: WriteTx, *, intake: Intake, now: datetime) -> None:
    """Let the rest be done as another part."""
    await log.record(tx, IntakeGoesOn(at=now, account_id=intake.account_id, intake_id=intake.id))


async def finish(tx: WriteTx, *, intake: Intake, now: datetime) -> None:
    """It is done: the file goes."""
    if intake.key is not None and await _is_current(tx, intake):
        await blobs.abandon(tx, [intake.key], now=now)
        await store.put(tx, msgspec.structs.replace(intake, key=None, finished_at=now))


async def forget_account(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int = 1000) -> int:
    """Forget what a closed account took in, up to `limit` entries; how many. Call again until none."""
    intake = await store.of_account(tx, account_id)
    if intake is not None:
        await blobs.abandon(tx, [intake.key] if intake.key else [], now=now)
        await store.delete(tx, account_id)
    return await store.delete_sources(tx, account_id, limit=limit)


async def _advance(tx: WriteTx, intake: Intake) -> None:
    if await _is_current(tx, intake):
        await store.put(tx, intake)


async def _is_current(tx: WriteTx, intake: Intake) -> bool:
    there = await store.of_account(tx, intake.account_id)
    return there is not None and there.id == intake.id
