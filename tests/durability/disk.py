"""A disk that can be full, that can fail, and that can lose its power, for SQLite to write to.

`Disk` is a VFS over the machine's own files. Everything works as usual on them, shared memory
and locks included; besides, it keeps for each file what had been synced, and the changes since
then that only a cache holds. A power cut loses some of those changes, in pieces of a sector.

Source: what SQLite expects of a disk, https://www.sqlite.org/atomiccommit.html#_hardware_assumptions.
"""

import random
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import apsw

Change = tuple[int, bytes | None]
"""Bytes written at an offset; or (size, None), the file cut off at that size."""


class Disk(apsw.VFS):
    """Pass its `name` to whoever opens a database.

    before: called before each change with what it is ("write", "sync", "truncate", "delete") and
        the file's name; it makes the change fail by raising.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.name = name
        self.lock = threading.RLock()
        self.before: Callable[[str, str], None] = lambda what, file: None
        self._contents: dict[Path, Content] = {}

    def content(self, path: Path) -> "Content":
        if path not in self._contents:
            self._contents[path] = Content(path.read_bytes() if path.exists() else b"")
        return self._contents[path]

    def xOpen(self, name, flags):  # noqa: N802 - SQLite's name
        return File(self, name, flags)

    def xDelete(self, name, sync_folder):  # noqa: N802 - SQLite's name
        path = Path(name)
        with self.lock:
            self.before("delete", path.name)
            super().xDelete(name, sync_folder)
            self.content(path).pending.append((0, None))  # to SQLite an empty journal is none

    def unsynced(self) -> int:
        """How many changes a power cut would put at risk."""
        with self.lock:
            return sum(len(content.pending) for content in self._contents.values())

    def cut_power(self, into: Path, *, chance: random.Random) -> None:
        """Put into another folder what the files would hold if the power failed now."""
        with self.lock:
            for path, content in self._contents.items():
                (into / path.name).write_bytes(content.after_power_cut(chance))


class File(apsw.VFSFile):
    """A file of the disk, open."""

    def __init__(self, disk: Disk, name, flags) -> None:
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self._disk, self._name = disk, path.name
        with disk.lock:
            self._content = disk.content(path)
        super().__init__("", name, flags)

    def xWrite(self, data, offset):  # noqa: N802 - SQLite's name
        with self._disk.lock:
            self._disk.before("write", self._name)
            super().xWrite(data, offset)
            self._content.pending.append((offset, bytes(data)))

    def xTruncate(self, size):  # noqa: N802 - SQLite's name
        with self._disk.lock:
            self._disk.before("truncate", self._name)
            super().xTruncate(size)
            self._content.pending.append((size, None))

    def xSync(self, _flags):  # noqa: N802 - SQLite's name
        with self._disk.lock:
            self._disk.before("sync", self._name)
            self._content.sync()  # the machine's own cache need not be flushed: nothing here pulls its plug


class Content:
    """What a file holds: synced, and since."""

    def __init__(self, synced: bytes) -> None:
        self.pending: list[Change] = []
        self._synced = bytearray(synced)

    def sync(self) -> None:
        for change in self.pending:
            put(self._synced, change)
        self.pending.clear()

    def after_power_cut(self, chance: random.Random) -> bytes:
        """What was synced, and of the rest whatever had already reached the platter, in no particular order."""
        content = bytearray(self._synced)
        reached, sector = chance.choice((0, 0.1, 0.5, 0.9, 1)), chance.choice((512, 4096))
        for change in self.pending:
            for piece in sectors(change, sector):
                if chance.random() < reached:
                    put(content, piece)
        return bytes(content)


def put(content: bytearray, change: Change) -> None:
    """Make one change; what lies between the end of the file and a write after it is zeros."""
    offset, data = change
    if data is None:
        del content[offset:]
    else:
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data


def sectors(change: Change, size: int) -> Iterator[Change]:
    """The parts of a change that a disk makes whole or not at all."""
    offset, data = change
    if data is None:
        yield change
        return
    cuts = [0, *range(size - offset % size, len(data), size), len(data)]
    for start, end in pairwise(cuts):
        yield offset + start, data[start:end]
