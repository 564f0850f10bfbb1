"""The condition of a database file, found out without changing it.

Called by whoever must know before they trust one: `pinson doctor`, `restore`, and the command
line before it opens a server's data. Not here: repairing, which is restoring a backup.
"""

from datetime import datetime
from pathlib import Path

import apsw
import msgspec

from pinson.lib.clock import from_ms
from pinson.lib.errors import Kind, Refusal

DATABASE = "pinson.db"  # in the folder of data
MOST = 10  # damages that are told: the first says it all
BUSY = 10_000  # milliseconds

SCHEMA = "SELECT coalesce(max(number), 0) FROM migrations"
LAST_ID = "SELECT id FROM last_id"
LAST_AT = "SELECT at FROM log ORDER BY seq DESC LIMIT 1"


class NotOurDatabase(Refusal):
    """The file is no SQLite database, or one of another program."""

    kind, code = Kind.INVALID, "not_our_database"
    text = "{path} is not a database that Pinson can read: {why}."


class Condition(msgspec.Struct, frozen=True):
    """What was found.

    schema: number of the newest migration that was applied.
    damage: what SQLite says is broken in the file; empty if it is sound.
    orphans: rows that refer to a row that is not there.
    last_id: the newest id that was given out.
    last_at: when the newest line of the log was written; None if there is none.
    """

    schema: int
    damage: tuple[str, ...]
    orphans: int
    last_id: int
    last_at: datetime | None


def schema(path: Path) -> int:
    """The number of the newest migration that was applied.

    Raises:
        NotOurDatabase.
    """
    try:
        connection = _open(path)
        try:
            return int(connection.execute(SCHEMA).get)
        finally:
            connection.close()
    except apsw.Error as error:
        raise NotOurDatabase(path=path, why=error) from error


def examine(path: Path) -> Condition:
    """Look at all of it. Reads the whole file: some seconds a gigabyte.

    Raises:
        NotOurDatabase: not even that much can be read.
    """
    try:
        connection = _open(path)
        try:
            verdict = [str(line) for (line,) in connection.execute(f"PRAGMA quick_check({MOST})")]
            last_at = connection.execute(LAST_AT).get
            return Condition(
                schema=connection.execute(SCHEMA).get,
                damage=() if verdict == ["ok"] else tuple(verdict),
                orphans=len(connection.execute("PRAGMA foreign_key_check").fetchall()),
                last_id=connection.execute(LAST_ID).get,
                last_at=None if last_at is None else from_ms(last_at),
            )
        finally:
            connection.close()
    except apsw.Error as error:
        raise NotOurDatabase(path=path, why=error) from error


def _open(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)  # not made if it is missing
    connection.set_busy_timeout(BUSY)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection
