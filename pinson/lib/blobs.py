"""Files that people uploaded or that we made for them, each under a random key.

Called by the domain packages whose rows name files, by whoever serves them, and by
`schedule.py` (`sweep`). A key is 128 random bits and a suffix: nothing of an uploader's file name
is in it, and who was not told it cannot find it.

No file is ever without an owner, and no row without its file, whenever the server is killed:

    keep      puts the keys on record, to be removed in a day; then the files, on disk before it returns
    claim     in the transaction that writes a key into a row: the file stays
    abandon   in the transaction that takes it out again: the file goes at the next sweep

Not here: what is in the files, who may read them. They are files of one folder; what S3 will
need is behind the methods of `Blobs`.
"""

import asyncio
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from pinson.lib.db import CannotWrite, Database, ReadTx, WriteTx
from pinson.lib.errors import Kind, Refusal

OWNS = ("unclaimed_blobs",)

UNCLAIMED = timedelta(days=1)
CHUNK = 256 << 10  # bytes read at a time
SWEEP = 500  # files removed at a time
KEY = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{1,8}")

RESERVE = "INSERT INTO unclaimed_blobs (key, due_at) VALUES (:key, :due_at)"
CLAIM = "DELETE FROM unclaimed_blobs WHERE key IN (SELECT value FROM json_each(:keys)) AND due_at > :now"
DUE = "SELECT key FROM unclaimed_blobs WHERE due_at <= :now ORDER BY due_at LIMIT :limit"
FORGET = "DELETE FROM unclaimed_blobs WHERE key IN (SELECT value FROM json_each(:keys))"


class TookTooLong(Refusal):
    """The files were not claimed within a day, or the clock jumped."""

    kind, code = Kind.UNAVAILABLE, "file_took_too_long"
    text = "Storing the file took too long. Please send it again."


async def claim(tx: WriteTx, keys: Sequence[str], *, now: datetime) -> None:
    """A row of this transaction names these files from now on: they stay.

    Raises:
        TookTooLong: they were kept a day ago, and may be gone.
    """
    if await tx.run(CLAIM, keys=list(keys), now=now) != len(keys):
        raise TookTooLong


async def abandon(tx: WriteTx, keys: Sequence[str], *, now: datetime) -> None:
    """No row names these files any more: they go at the next sweep."""
    await tx.run_many(RESERVE, [{"key": key, "due_at": now} for key in keys])


class Blobs:
    """The files in one folder."""

    def __init__(self, folder: Path, db: Database) -> None:
        """
        Args:
            folder: made if it is missing. It may be, or lie on, another disk than the database.
        """
        self._folder = folder
        self._unfinished = folder / "unfinished"
        self._unfinished.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = db

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """A folder to make files in that `keep` will take. What is left in it goes with it.

        Raises:
            CannotWrite: the disk would not take even that.
        """
        try:
            folder = tempfile.TemporaryDirectory(dir=self._unfinished, ignore_cleanup_errors=True)
        except OSError as error:
            raise CannotWrite from error
        with folder as name:
            yield Path(name)

    async def keep(self, files: Sequence[Path], *, now: datetime) -> list[str]:
        """Take files out of the workshop, under new keys with their suffixes. They are on disk when this returns.

        A transaction must `claim` them within a day.

        Raises:
            CannotWrite: the disk would not take them.
        """
        keys = [f"{secrets.token_hex(16)}{file.suffix}" for file in files]
        await self._db.write(_reserve, keys=keys, due_at=now + UNCLAIMED)
        try:
            await asyncio.to_thread(self._place, dict(zip(keys, files, strict=True)))
        except OSError as error:
            raise CannotWrite from error
        return keys

    def path(self, key: str) -> Path:
        """Where the file is, for a program that reads it."""
        return self._folder / key[:2] / key

    async def open(self, key: str) -> "Blob | None":
        """The file under this key, if there is one. `key` may be anything."""
        if not KEY.fullmatch(key):
            return None
        return await asyncio.to_thread(_open, self.path(key))

    async def sweep(self, *, now: datetime) -> int:
        """Remove up to 500 of the files that no row names; how many. Twice at once does no harm."""
        async with self._db.read() as tx:
            keys = await _due(tx, now=now)
        if keys:
            await asyncio.to_thread(self._remove, keys)
            await self._db.write(_forget, keys=keys)
        await asyncio.to_thread(self._clear, before=(now - UNCLAIMED).timestamp())
        return len(keys)

    def _place(self, files: dict[str, Path]) -> None:
        folders = {self._folder}
        for key, file in files.items():
            target = self.path(key)
            target.parent.mkdir(exist_ok=True, mode=0o700)
            _sync(file)
            file.rename(target)
            folders.add(target.parent)
        for folder in folders:
            _sync(folder)  # the new names too

    def _remove(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.path(key).unlink(missing_ok=True)

    def _clear(self, *, before: float) -> None:
        """Remove what killed processes left unfinished."""
        for folder in self._unfinished.iterdir():
            with suppress(FileNotFoundError):
                if folder.stat().st_mtime < before:
                    shutil.rmtree(folder, ignore_errors=True)


class Blob:
    """An open file. size: in bytes."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = size

    async def pieces(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `stop`, in pieces, and then it is closed. Reads in threads."""
        try:
            while start < stop:
                piece = await asyncio.to_thread(os.pread, self._file.fileno(), min(CHUNK, stop - start), start)
                if not piece:
                    return  # cut off under our hands: the client sees that bytes are missing
                start += len(piece)
                yield piece
        finally:
            self.close()

    def close(self) -> None:
        """Let go of it."""
        self._file.close()


async def _reserve(tx: WriteTx, *, keys: Sequence[str], due_at: datetime) -> None:
    await tx.run_many(RESERVE, [{"key": key, "due_at": due_at} for key in keys])


async def _due(tx: ReadTx, *, now: datetime) -> list[str]:
    return await tx.all(str, DUE, now=now, limit=SWEEP)


async def _forget(tx: WriteTx, *, keys: Sequence[str]) -> None:
    await tx.run(FORGET, keys=list(keys))


def _open(path: Path) -> Blob | None:
    try:
        file = path.open("rb", buffering=0)
    except FileNotFoundError:
        return None
    return Blob(file, os.fstat(file.fileno()).st_size)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
