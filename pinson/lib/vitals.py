"""How a server is, as far as it can tell while it runs: room, size, backups, what follows late or not at all.

Called by the pages for whoever runs it, and for everybody (`/status`), and by `pinson doctor`, which looks from beside.
A look takes a few statements and a few questions to the disk.

Not here: words for people, whether it can be reached, whether a mail server listens.
"""

import asyncio
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec

from pinson.lib import log, reactor
from pinson.lib.db import Database
from pinson.lib.db.check import DATABASE
from pinson.lib.reactor import Cursor, Failing, Retry

MB = 1 << 20
LITTLE_ROOM, NO_ROOM = 1024 * MB, 100 * MB
FAR_BEHIND = 10_000  # facts
BACKUP_AFTER = timedelta(days=2)  # a daily one, and a day to notice
LAST_BACKUP = "last-backup"  # in the folder of data: its time is that of the newest backup


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"  # it works, and may not for long, or not as meant
    BROKEN = "broken"


class Vitals(msgspec.Struct, frozen=True):
    """See the module.

    free, database: bytes. backed_up_at: None if there never was a backup.
    cursors, last: how far each reaction is, and the newest fact. failing: what will be tried again, a line a reaction.
    """

    free: int
    database: int
    backed_up_at: datetime | None
    cursors: Sequence[Cursor]
    last: int
    failing: Sequence[Failing]
    dead: Sequence[Retry]

    @property
    def behind(self) -> int:
        """By how many facts the slowest reaction is behind."""
        return max((self.last - cursor.seq for cursor in self.cursors), default=0)

    @property
    def room(self) -> Level:
        """Whether there is room on the disk."""
        return room(self.free)

    @property
    def following(self) -> Level:
        """Whether reactions keep up, and none has given up."""
        return Level.WARNING if self.dead or self.behind > FAR_BEHIND else Level.OK

    def backups(self, now: datetime) -> Level:
        """Whether there is a backup, and a recent one."""
        return Level.WARNING if self.backed_up_at is None or now - self.backed_up_at > BACKUP_AFTER else Level.OK


def room(free: int) -> Level:
    """Whether so many bytes are enough to go on with."""
    if free < NO_ROOM:
        return Level.BROKEN
    return Level.WARNING if free < LITTLE_ROOM else Level.OK


async def look(db: Database, data: Path) -> Vitals:
    """How the server in this folder is now."""
    free, size, backed_up_at = await asyncio.to_thread(_disk, data)
    async with db.read() as tx:
        return Vitals(
            free=free,
            database=size,
            backed_up_at=backed_up_at,
            cursors=await reactor.cursors(tx),
            last=await log.last(tx),
            failing=await reactor.failing(tx),
            dead=await reactor.dead_letters(tx),
        )


def note_backup(data: Path, *, at: datetime) -> None:
    """Keep that a backup was made."""
    (data / LAST_BACKUP).write_text(f"{at.isoformat()}\n", encoding="ascii")


def _disk(data: Path) -> tuple[int, int, datetime | None]:
    size = sum(path.stat().st_size for path in data.glob(f"{DATABASE}*"))
    try:
        backed_up_at = datetime.fromisoformat((data / LAST_BACKUP).read_text(encoding="ascii").strip())
    except (FileNotFoundError, ValueError):
        backed_up_at = None
    return shutil.disk_usage(data).free, size, backed_up_at
