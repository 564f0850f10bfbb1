"""Bring a SQLite database to this program's schema. Called at start (`app.py`) and by `pinson restore`.

Steps are forward-only files, `NNNN_name.sql`, applied in order, each in its own transaction
together with the note that it was applied. One process migrates while others wait on the
write lock; a copy of the database is made first. Nothing here knows what the tables mean.
"""

import os
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import apsw

from pinson.lib.db.sqlite import READ_WRITE, connect, write_lock
from pinson.lib.errors import Kind, Refusal

OWNS = ("migrations",)

NOTE_TABLE = """
    CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL)
"""
APPLIED = "SELECT coalesce(max(number), 0) FROM migrations"
NOTE = "INSERT INTO migrations (number, name, at) VALUES (:number, :name, :at)"


class NewerSchema(Refusal):
    """The data was written by a newer program."""

    kind, code = Kind.UNAVAILABLE, "newer_schema"
    text = (
        "This data is at schema {found}, but this program knows only {known}. "
        "Start the newer program, or restore the backup that it made before it migrated."
    )


def steps(folder: Path) -> dict[int, Path]:
    """The migration files in `folder` by number."""
    numbered = [(int(match[1]), path) for path in folder.glob("*.sql") if (match := re.match(r"(\d{4})_", path.name))]
    if sorted(number for number, _ in numbered) != list(range(1, len(numbered) + 1)):
        raise ValueError(f"migrations must be numbered from 1, each once, without gaps: {sorted(numbered)}")
    return dict(numbered)


def migrate(data: Path, *, steps: Mapping[int, Path], now: datetime) -> list[str]:
    """Apply the steps that are missing to the database in the folder `data`.

    Returns:
        Names of the files that were applied; empty if the schema was current.
    Raises:
        NewerSchema: the database has steps we do not know.
        apsw.Error: a step failed. It left no trace; the steps before it stand.
    """
    with write_lock(data):
        connection = connect(data / "pinson.db", flags=READ_WRITE)
        try:
            connection.execute(NOTE_TABLE)
            current: int = connection.execute(APPLIED).get
            if current > len(steps):
                raise NewerSchema(found=current, known=len(steps))
            missing = {number: path for number, path in sorted(steps.items()) if number > current}
            if missing and current:
                backups = data / "backups"
                backups.mkdir(exist_ok=True)
                # One copy for each schema: a step that fails, tried at every restart, must not fill the disk.
                copy_database(connection, backups / f"schema-{current:04}.db")
            # A step that rebuilds a table drops the old one, and that must not cascade.
            connection.execute("PRAGMA foreign_keys = OFF")
            for number, path in missing.items():
                with connection:
                    connection.execute(path.read_text(encoding="utf-8"))
                    connection.execute(NOTE, {"number": number, "name": path.name, "at": now})
                    if broken := connection.execute("PRAGMA foreign_key_check").fetchall():
                        raise apsw.ConstraintError(f"{path.name} leaves rows without what they refer to: {broken[:5]}")
            return [path.name for path in missing.values()]
        finally:
            connection.close()


def copy_database(source: apsw.Connection, target: Path) -> None:
    """Copy the database, consistent while others write, into a file that is on disk when this returns.

    One step from end to end, so one snapshot: copied in pieces, it would start over at each
    write of another process, for ever on a busy server.
    """
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    copy = apsw.Connection(str(partial))
    try:
        copy.execute("PRAGMA synchronous = FULL")
        with copy.backup("main", source, "main") as backup:
            backup.step()
        if (verdict := copy.execute("PRAGMA quick_check").get) != "ok":
            raise apsw.CorruptError(f"the copy does not pass its check: {verdict}")
    finally:
        copy.close()
    partial.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name too
    finally:
        os.close(folder)
