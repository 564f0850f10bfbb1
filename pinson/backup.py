"""A whole server in one file, and back: `pinson backup` and `pinson restore`.

    data/pinson.db, data/pinson.toml, data/mail/…    the folder of data, as it was
    pinson-backup.json                               what belongs to it: sizes and hashes. Last, so that
                                                     an archive that was cut off has none

A server may go on working meanwhile. The database is copied first, in one snapshot, then the
files: a file is on disk before a row names it, so no row of the copy is without its file.

What comes back is checked before anything is put in place, and nothing in an archive decides
where it goes: only plain files are taken, under names that a backup can have.

Not here: moving a server to another public address, which is in its links for ever.
"""

import gzip
import hashlib
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

import apsw
import msgspec

import pinson
from pinson.app import RESTORING, prepare_data
from pinson.lib import vitals
from pinson.lib.clock import Clock
from pinson.lib.db import check
from pinson.lib.db.check import DATABASE
from pinson.lib.db.migrate import copy_database
from pinson.lib.db.sqlite import READ_WRITE, connect, write_lock
from pinson.lib.errors import Kind, Refusal

FORMAT = 1
MANIFEST = "pinson-backup.json"
MOST_MANIFEST = 256 << 20  # bytes: about a million files
FOLDER = "data"
LOCK = "write.lock"
# What a running server makes for itself, and copies that migrations left.
OURS_ALONE = frozenset({LOCK, "committed", "counting", "limits", "backups", RESTORING, vitals.LAST_BACKUP})
CHUNK = 1 << 20

Tell = Callable[[str, int, int], None]
"""Told how far the work is: the step, bytes done, bytes in all (0 if that is not known)."""


class NoData(Refusal):
    """There is no server's data in this folder."""

    kind, code = Kind.MISSING, "no_data"
    text = "There is no server's data in {folder}. Name its folder with --data; `pinson serve` makes a new one."


class TargetExists(Refusal):
    """A backup never takes the place of an older one."""

    kind, code = Kind.CONFLICT, "target_exists"
    text = "{path} is there already: choose another name."


class TargetInside(Refusal):
    """A backup in the folder that it is of would be in the next one, and lost with it."""

    kind, code = Kind.INVALID, "target_inside"
    text = "{path} lies in the folder that is backed up: choose a place outside {folder}, best on another disk."


class CopyFailed(Refusal):
    """The disk is full, or the database damaged."""

    kind, code = Kind.UNAVAILABLE, "copy_failed"
    text = "The database could not be copied: {why}. `pinson doctor` may say more."


class NotEmpty(Refusal):
    """Restoring never replaces anything."""

    kind, code = Kind.CONFLICT, "folder_not_empty"
    text = "{folder} is not empty, or a server uses it: restore into a new folder, and nothing can be lost."


class NotABackup(Refusal):
    """The archive is not one of ours, or somebody changed it."""

    kind, code = Kind.INVALID, "not_a_backup"
    text = "{path} cannot be restored: {why}. Nothing was changed."


class NoRoom(Refusal):
    """The disk is too full."""

    kind, code = Kind.UNAVAILABLE, "no_room"
    text = "There is not enough room in {folder}: {needed} MB are needed, {free} MB are free."


class Entry(msgspec.Struct, frozen=True):
    """A file of a backup. size: bytes. sha256: in hexadecimal."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds.

    format: of the archive itself.
    program: version that made it.
    schema: of the database.
    files: by path, seen from the folder of data, with slashes.
    """

    format: int
    program: str
    schema: int
    made_at: datetime
    files: Mapping[str, Entry]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(entry.size for entry in self.files.values())


def back_up(data: Path, target: Path, *, now: datetime, tell: Tell) -> Manifest:
    """Write all that makes up the server in the folder `data` into the file `target`.

    Everything that was acknowledged before the call is in it. The file appears under its name
    once it is on disk and has been read again from end to end.

    Raises:
        NoData, NotOurDatabase, TargetExists, TargetInside, CopyFailed.
        OSError: a file cannot be read or written.
    """
    if not (data / DATABASE).is_file():
        raise NoData(folder=data)
    if target.exists():
        raise TargetExists(path=target)
    if target.parent.resolve(strict=True).is_relative_to(data.resolve()):
        raise TargetInside(path=target, folder=data)
    with tempfile.TemporaryDirectory(prefix=".pinson-backup-", dir=target.parent) as name:
        work = Path(name)
        tell("Copying the database", 0, 0)
        _copy_database(data / DATABASE, work / DATABASE)
        manifest = _pack(data, work / DATABASE, work / "archive", now=now, tell=tell)
        if _unpack(work / "archive", None, tell=lambda done, of: tell("Verifying", done, of)) != manifest:
            raise OSError(f"{target}: what was written is not what is read back")
        (work / "archive").rename(target)
        _sync(target.parent)
    vitals.note_backup(data, at=now)
    return manifest


def restore(archive: Path, data: Path, *, clock: Clock, tell: Tell) -> Manifest:
    """Make the folder `data` what it was when the backup was made, at this program's schema.

    Everything is unpacked and checked beside its place first; a server that is started in this
    folder meanwhile waits until it is there. What an attempt that was killed has left is put there anew.

    Raises:
        NotEmpty: there is something in the folder.
        NotABackup: the archive is damaged, cut off, or holds what no backup does.
        NewerSchema: a newer program made it.
        NoRoom: the disk is too full.
        OSError: the archive cannot be read, or the folder not be written.
    """
    with archive.open("rb"):
        pass  # before anything is made: there is such a file, and we may read it
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    staging = data / RESTORING
    if _others(data) and not staging.is_dir():
        raise NotEmpty(folder=data)
    with write_lock(data):
        is_again = staging.is_dir() and not (data / DATABASE).exists()
        if _others(data) and not is_again:
            raise NotEmpty(folder=data)
        shutil.rmtree(staging, ignore_errors=True)
        try:
            staging.mkdir(mode=0o700)
            manifest = _unpack(archive, staging, tell=lambda done, of: tell("Unpacking", done, of))
            tell("Checking the database", 0, 0)
            _check_database(staging / DATABASE, archive)
            prepare_data(staging, clock=clock)
            if _others(data) - {child.name for child in staging.iterdir()}:
                raise NotEmpty(folder=data)
            _put_in_place(staging, data)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            if is_again and not (data / DATABASE).exists():
                staging.mkdir(mode=0o700)  # still half of it: no server is to begin anew here
    return manifest


def _others(data: Path) -> set[str]:
    """What is in the folder, but for what an attempt to restore makes first."""
    return {child.name for child in data.iterdir()} - {LOCK, RESTORING}


def _copy_database(source: Path, target: Path) -> None:
    check.schema(source)  # whether it is a database of ours at all
    try:
        connection = connect(source, flags=READ_WRITE)
        try:
            copy_database(connection, target)
        finally:
            connection.close()
    except apsw.Error as error:
        raise CopyFailed(why=error) from error


def _check_database(database: Path, archive: Path) -> None:
    try:
        condition = check.examine(database)
    except check.NotOurDatabase as error:
        raise NotABackup(path=archive, why="its database is none of ours") from error
    if condition.damage or condition.orphans:
        raise NotABackup(path=archive, why="its database is damaged")


def _put_in_place(staging: Path, data: Path) -> None:
    """Move everything up; the database last, since a folder without it holds no server's data."""
    for child in sorted(staging.iterdir(), key=lambda child: child.name == DATABASE):
        if child.name != LOCK:
            _remove(data / child.name)  # of an attempt that was killed here
            child.rename(data / child.name)
    _sync(data)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Wait until the names in the folder are on disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _pack(data: Path, database: Path, archive: Path, *, now: datetime, tell: Tell) -> Manifest:
    """Write the archive; `database` is the copy that goes into it."""
    sources = {DATABASE: database, **_files(data)}
    expected = sum(source.stat().st_size for source in sources.values() if source.exists())
    entries: dict[str, Entry] = {}
    done = 0
    with open(os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", format=tarfile.PAX_FORMAT, compresslevel=6) as tar:
            for name, source in sources.items():
                with suppress(FileNotFoundError), source.open("rb") as content:  # deleted since: no row names it now
                    status = os.fstat(content.fileno())
                    entries[name] = _add(tar, f"{FOLDER}/{name}", content, size=status.st_size, at=status.st_mtime)
                    done += entries[name].size
                    tell("Writing", done, max(done, expected))
            manifest = Manifest(FORMAT, pinson.__version__, check.schema(database), now, entries)
            text = msgspec.json.format(msgspec.json.encode(manifest))
            _add(tar, MANIFEST, BytesIO(text), size=len(text), at=now.timestamp())
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _files(data: Path) -> dict[str, Path]:
    """What belongs to a backup besides the database, by name. Links are followed, each folder once."""
    found: dict[str, Path] = {}
    seen: set[tuple[int, int]] = set()
    for folder, folders, names in os.walk(data, followlinks=True):
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        for name in sorted(names):
            path = Path(folder, name)
            relative = path.relative_to(data).as_posix()
            if relative != DATABASE and _belongs(relative) and path.is_file():
                found[relative] = path
    return found


def _belongs(name: str) -> bool:
    """Whether a file of this name, seen from the folder of data, is part of a backup."""
    path = PurePosixPath(name)
    if str(path) != name or path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts:
        return False
    unfinished = "unfinished" in path.parts or path.suffix == ".unfinished"  # mail and files on their way to disk
    return not unfinished and path.parts[0] not in OURS_ALONE and not name.startswith(f"{DATABASE}-")


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], *, size: int, at: float) -> Entry:
    """Add the first `size` bytes of `content`, hashed on the way; a file that grows meanwhile is cut there."""
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, int(at), 0o600
    hashing = _Hashing(content)
    tar.addfile(member, hashing)  # type: ignore[arg-type]  # all it uses of a file is `read`
    return Entry(size, hashing.digest.hexdigest())


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        chunk = self._content.read(size)
        self.digest.update(chunk)
        return chunk


def _unpack(archive: Path, folder: Path | None, *, tell: Callable[[int, int], None]) -> Manifest:
    """Read a backup from end to end and hold it to its manifest.

    Args:
        folder: empty; where the files go, on disk when this returns. None reads only.
    """
    entries: dict[str, Entry] = {}
    manifest: Manifest | None = None
    size = archive.stat().st_size
    with archive.open("rb") as file:
        try:
            with _Unpacked(fileobj=file) as unpacked, tarfile.open(fileobj=unpacked, mode="r:") as tar:
                for member in tar:
                    if member.name == MANIFEST:
                        manifest = _manifest(tar, member)
                        break
                    name = member.name.removeprefix(f"{FOLDER}/")
                    if name == member.name or name in entries or not _belongs(name):
                        raise _Hostile(f"no backup holds a {member.name!r}")
                    entries[name] = _extract(tar, member, folder, name)
                    tell(file.tell(), size)
                while manifest and unpacked.read(CHUNK):
                    pass  # to the very end, where gzip keeps its sum of it all
        except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise NotABackup(path=archive, why="it is damaged, or was cut off") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotABackup(path=archive, why="its list of files cannot be read") from error
        except _Hostile as error:
            raise NotABackup(path=archive, why=error) from error
    if manifest is None:
        raise NotABackup(path=archive, why="it is cut off, or not a backup: its list of files is missing")
    if manifest.format != FORMAT:
        raise NotABackup(path=archive, why=f"a newer program made it ({manifest.program})")
    if dict(manifest.files) != entries or DATABASE not in entries:
        raise NotABackup(path=archive, why="its files are not those of its list")
    if folder:
        os.sync()
    return manifest


class _Hostile(Exception):
    """Nothing that we wrote."""


class _Unpacked(gzip.GzipFile):
    """The archive, unpacked while it is read, in pieces: a header that says it is gigabytes long is not ours."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= CHUNK:
            raise _Hostile("it holds a header that is too long")
        return super().read(size)


def _manifest(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Manifest:
    if member.size > MOST_MANIFEST:
        raise _Hostile("its list of files is too long")
    return msgspec.json.decode(b"".join(_content(tar, member)), type=Manifest)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path | None, name: str) -> Entry:
    """Read a file of an archive, and write it into `folder`."""
    if folder is None:
        return _read(_content(tar, member), None)
    free = shutil.disk_usage(folder).free
    if member.size > free:
        raise NoRoom(folder=folder.parent, needed=member.size >> 20, free=free >> 20)
    target = folder / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            return _read(_content(tar, member), file)
    except (FileExistsError, NotADirectoryError) as error:
        raise _Hostile(f"{member.name!r} is a file and a folder") from error


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    """A file of an archive in pieces; links, devices and what else a tar can hold are refused."""
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        raise _Hostile(f"{member.name!r} is not a plain file")
    content = tar.extractfile(member)
    assert content is not None, "a plain file has a content"
    while chunk := content.read(CHUNK):
        yield chunk


def _read(content: Iterator[bytes], target: IO[bytes] | None) -> Entry:
    digest, size = hashlib.sha256(), 0
    for chunk in content:
        digest.update(chunk)
        size += len(chunk)
        if target:
            target.write(chunk)
    return Entry(size, digest.hexdigest())
