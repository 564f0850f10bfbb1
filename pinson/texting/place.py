"""The place of the one process of a machine that speaks with the operator, and how it stands there.

Called by `sending`, which takes it, and by whoever looks from outside (`pinson doctor`, the operator's page). The place
is a lock on a file, which the system lets go of when its process dies; how things stand is written into that file.
"""

import fcntl
import os
from datetime import datetime
from pathlib import Path

import msgspec

NAME = "texting.lock"
LONGEST = 4096  # bytes of what is written there


class Standing(msgspec.Struct, frozen=True):
    """How the session with the operator stands. trouble: "" if texts can be sent. since: when that began."""

    trouble: str
    since: datetime


class Place:
    """See the module."""

    def __init__(self, data: Path) -> None:
        self._path = data / NAME
        self._file: int | None = None
        self._told: str | None = None
        self.take()

    @property
    def is_ours(self) -> bool:
        """Whether this process has it."""
        return self._file is not None

    def take(self) -> bool:
        """Take it, if nobody else has it; whether it is ours now."""
        if self._file is None:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
            else:
                self._file = file
        return self._file is not None

    def tell(self, trouble: str, *, now: datetime) -> None:
        """Write how things stand, if that is new. A few microseconds: nobody waits for a disk."""
        if self._file is not None and trouble != self._told:
            said = msgspec.json.encode(Standing(trouble[: LONGEST // 8], now))
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, said, 0)
            self._told = trouble

    def leave(self) -> None:
        """Let another process take it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def standing(data: Path) -> Standing | None:
    """How the session of whatever process has the place stands; None if none has it, or none has said so yet."""
    try:
        file = os.open(data / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        try:
            return msgspec.json.decode(os.pread(file, LONGEST, 0), type=Standing)
        except msgspec.DecodeError:
            return None
    else:
        return None  # it was free
    finally:
        os.close(file)
