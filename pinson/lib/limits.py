"""Rate limits that hold across all processes of one machine.

Called by interfaces before they do what is asked: sign-in, sign-up, posting, requests at all.

The counters are in one file of fixed size in the data folder, mapped into the memory of every
server process and changed under a file lock: a hit costs microseconds, never waits for a disk,
and outlives a restart. Against the rejected alternatives: a counter in each process lets through
as many times too much as there are workers; a row in the database is a durable write per request.

A window begins with the first hit and ends `seconds` later. The key is kept as a keyed hash only
(no address or name is in the file), in one of the 8 slots of its bucket. When all 8 are in use
the counter that ends soonest makes room: the table forgives under a flood, it never fails, and
since the hash is keyed nobody can choose whom it forgives.

Not here: which limits there are (settings) and what is said to the person (interfaces). Other
machines of a cluster count by themselves.
"""

import fcntl
import hashlib
import mmap
import os
import struct
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from pinson.lib.clock import EPOCH

# Slots are 32 bytes: hash of the key, moment the window ends (µs since 1970), hits. The first
# bucket holds the mark of this layout and the key of the hash instead.
_SLOT = struct.Struct("<16sqq")
_BUCKET = 8 * _SLOT.size
_BUCKETS = 8192  # 65,536 counters in 2 MiB
_SIZE = (1 + _BUCKETS) * _BUCKET
_MARK = b"pinson-limits-1\n"
_MICROSECOND = timedelta(microseconds=1)


class Limit(msgspec.Struct, frozen=True):
    """At most `count` hits in a window of `seconds`."""

    count: int
    seconds: int


class Verdict(msgspec.Struct, frozen=True):
    """What became of a hit.

    remaining: how many more are allowed until `reset_at`, when the window ends and counting starts anew.
    """

    allowed: bool
    remaining: int
    reset_at: datetime


class Limits:
    """The counters of one data folder, shared by every process that opens the same file.

    Call it from one thread of a process, as an event loop does: the file lock keeps processes
    apart, not threads. Forked children may go on using it.
    """

    def __init__(self, path: Path, *, secret: bytes) -> None:
        """
        Args:
            path: the counters; made if missing. May be deleted while no server runs: all counts start anew.
            secret: 16 random bytes, used if the file is made now; otherwise the file has its own.
        """
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            if os.pread(self._file, len(_MARK), 0) != _MARK:
                os.ftruncate(self._file, 0)
                os.ftruncate(self._file, _SIZE)
                os.pwrite(self._file, secret, len(_MARK))
                os.pwrite(self._file, _MARK, 0)
            with suppress(OSError):  # its size is not its room yet: a page that a full disk has none for is SIGBUS
                os.posix_fallocate(self._file, 0, _SIZE)
            self._table = mmap.mmap(self._file, _SIZE)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)
        self._secret = self._table[len(_MARK) : len(_MARK) + 16]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._table.close()
        os.close(self._file)

    def hit(self, key: str, limit: Limit, now: datetime) -> Verdict:
        """Count one more of whatever `key` names, unless that is more than `limit` allows.

        A hit that is refused is not counted, so that waiting until `reset_at` always helps.
        Costs about 5 µs. A process that dies halfway leaves at worst one wrong counter.

        Args:
            key: what is limited and for whom, such as "sign-in 192.0.2.7"; the same key, the same limit.
        """
        return self._hit(key, limit, now, counts=True)

    def look(self, key: str, limit: Limit, now: datetime) -> Verdict:
        """What a hit would come to, without counting one: for what is counted only if it fails."""
        return self._hit(key, limit, now, counts=False)

    def _hit(self, key: str, limit: Limit, now: datetime, *, counts: bool) -> Verdict:
        digest = hashlib.blake2b(key.encode(), digest_size=16, key=self._secret).digest()
        bucket = _BUCKET * (1 + int.from_bytes(digest[:4], "little") % _BUCKETS)
        moment = (now - EPOCH) // _MICROSECOND
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            place = self._place(digest, bucket, moment)
            owner, ends, hits = _SLOT.unpack_from(self._table, place)
            # A window that ends later than one beginning now was begun before the clock was set back.
            if owner != digest or not moment < ends <= moment + limit.seconds * 1_000_000:
                ends, hits = moment + limit.seconds * 1_000_000, 0
            allowed = hits < limit.count
            if allowed and counts:
                hits += 1
                _SLOT.pack_into(self._table, place, digest, ends, hits)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)
        return Verdict(allowed, max(limit.count - hits, 0), EPOCH + timedelta(microseconds=ends))

    def _place(self, digest: bytes, bucket: int, moment: int) -> int:
        """Where in the file the counter of `digest` is or should be; called under the lock."""
        found = self._table.find(digest, bucket, bucket + _BUCKET)
        if found >= 0 and (found - bucket) % _SLOT.size == 0:
            return found
        slots = range(bucket, bucket + _BUCKET, _SLOT.size)
        return min(slots, key=lambda place: _SLOT.unpack_from(self._table, place)[1])  # ended, or ends soonest
