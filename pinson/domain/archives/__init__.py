"""Archives: all that an account holds, in one file that its owner can take along.

Asked for on a page of settings, once a day; made behind the log (`pinson/archiving`), kept for a week. Called by
interfaces, `reactions.py`, `schedule.py` (`forget_old`) and `closing.py`.

Not here: what is in the file, and how it is made (`pinson/archiving`).
"""

from datetime import datetime, timedelta

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.archives import store
from pinson.domain.archives.facts import ArchiveAsked, ArchiveMade
from pinson.domain.archives.model import Archive
from pinson.lib import blobs, log
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.errors import Kind, Refusal

__all__ = [
    "KEPT",
    "OFTEN",
    "Archive",
    "ArchiveAsked",
    "ArchiveGone",
    "ArchiveMade",
    "ArchiveTooSoon",
    "ask",
    "forget_account",
    "forget_old",
    "keep",
    "of_account",
]

OFTEN = timedelta(days=1)  # one may be asked for so often
KEPT = timedelta(days=7)  # after it was made
GIVEN_UP = timedelta(days=14)  # after it was asked for, made or not


class ArchiveTooSoon(Refusal):
    """One was asked for less than a day ago."""

    kind, code = Kind.TOO_MANY, "archive_too_soon"
    text = "You asked for an archive less than a day ago. You can ask for another tomorrow."


class ArchiveGone(Refusal):
    """There is none to take: not asked for, not made yet, or erased after a week."""

    kind, code = Kind.MISSING, "archive_gone"
    text = "There is no archive here. It may have been erased after seven days: you can ask for a new one."


async def of_account(tx: ReadTx, account_id: AccountId) -> Archive | None:
    """The archive that was asked for last, made or not; None if there is none, or none any more."""
    return await store.of_account(tx, account_id)


async def ask(tx: WriteTx, *, account_id: AccountId, user_id: int, now: datetime) -> None:
    """Have an archive made. An older one goes.

    Args:
        user_id: who asks, and is told when it is there.
    Raises:
        ArchiveTooSoon.
    """
    old = await store.of_account(tx, account_id)
    if old is not None and now - old.asked_at < OFTEN:
        raise ArchiveTooSoon
    await _erase(tx, old, now=now)
    new = Archive(account_id, tx.new_id(account_id, now), user_id, now)
    await store.put(tx, new)
    await log.record(tx, ArchiveAsked(at=now, account_id=account_id, archive_id=new.id))


async def keep(tx: WriteTx, *, account_id: AccountId, archive_id: int, key: str, size: int, now: datetime) -> None:
    """It was made. Nothing happens if nobody wants it any more, or it was made before; its file then goes by itself.

    Args:
        key: of a file that was kept and is not yet claimed. size: in bytes.
    """
    asked = await store.of_account(tx, account_id)
    if asked is None or asked.id != archive_id or asked.made_at is not None:
        return
    await blobs.claim(tx, [key], now=now)
    await store.put(tx, msgspec.structs.replace(asked, made_at=now, key=key, size=size))
    await log.record(tx, ArchiveMade(at=now, account_id=account_id, archive_id=archive_id, user_id=asked.user_id))


async def forget_old(tx: WriteTx, *, now: datetime, limit: int = 100) -> int:
    """Erase up to `limit` that were made a week ago, or asked for long ago and never made; how many."""
    found = await store.old(tx, made_until=now - KEPT, asked_until=now - GIVEN_UP, limit=limit)
    for archive in found:
        await _erase(tx, archive, now=now)
    return len(found)


async def forget_account(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """The account is gone: its archive goes too."""
    await _erase(tx, await store.of_account(tx, account_id), now=now)


async def _erase(tx: WriteTx, archive: Archive | None, *, now: datetime) -> None:
    if archive is not None:
        await blobs.abandon(tx, [archive.key] if archive.key else [], now=now)
        await store.delete(tx, archive.account_id)
