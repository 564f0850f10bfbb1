"""Knows afterwards that a process was stopped by force, and when.

Each process holds a lock on a file of its own as long as it lives, and touches it while it works. Ended in order, it
takes the file away. A file that is left and not locked is of one that was killed, or of a machine that lost its power:
the system lets go of locks, whatever happens. Against the rejected alternative, a row with the number of the process:
in a container the next one has the same.

Called by whoever keeps something in memory for a moment before it is written, and is to say when some of it was lost.
"""

import fcntl
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path


class Vigil:
    """See the module."""

    def __init__(self, folder: Path, *, now: datetime) -> None:
        """
        Args:
            folder: of the files, made if it is not there; of nothing else.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        self._path = folder / secrets.token_hex(8)
        unlocked = self._path.with_suffix(".new")  # a name that nobody looks at until it is locked
        self._file = unlocked.open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        unlocked.rename(self._path)
        self.beat(now)

    def beat(self, now: datetime) -> None:
        """This process works, and all that was in its memory is written."""
        os.utime(self._path, (now.timestamp(),) * 2)

    def killed(self) -> list[datetime]:
        """When those that were stopped by force since somebody last asked had last written."""
        return sorted(moment for path in self._folder.glob("????????????????") if (moment := _taken(path)))

    def close(self) -> None:
        """This process ends in order."""
        self._path.unlink(missing_ok=True)
        self._file.close()


def _taken(path: Path) -> datetime | None:
    """When a process last wrote that is not alive any more; its file is gone then. None if it lives, or was taken."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            status = os.fstat(file.fileno())
            if status.st_nlink == 0:  # taken by another process meanwhile
                return None
            path.unlink()
            return datetime.fromtimestamp(status.st_mtime, UTC)
    except (FileNotFoundError, BlockingIOError):
        return None
