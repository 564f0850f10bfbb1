"""The SQLite driver: one writer thread, group commit, reads in the event loop.

Why this shape (figures in docs/decisions/0002): a transaction's cost is its fsync, so whole
bodies queue for one thread, each runs in its own savepoint, and all that are waiting share
one COMMIT. A hop between threads for every statement would cost more than the statements.

What holds:
- Nobody is answered before COMMIT, not even with a refusal or a replay: it may rest on a
  neighbour's uncommitted rows.
- If COMMIT fails, or SQLite rolls the whole transaction back (disk full, I/O error), every
  body of the batch fails with `CannotWrite` and the listener hears nothing.
- A queued body runs even if its caller was cancelled meanwhile.
- Writers of several processes queue on lock files, and take turns (`flock` wakes the next one at once;
  SQLite's busy handler sleeps and starves). While it still holds the lock, a writer bumps a counter
  in shared memory, the newest committed place in the log; others compare it and catch up.

Not here: SQL of the domain, migrations (`migrate.py`).
"""

import asyncio
import fcntl
import functools
import mmap
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import apsw
import structlog

from pinson.lib import ids
from pinson.lib.db import BodyAwaitedElse, CannotRead, CannotWrite, Dialect, Listener, Recorded
from pinson.lib.db.rows import bind, reader, values

OWNS = ("last_id",)

T = TypeVar("T")
Body = Callable[..., Coroutine[Any, Any, Any]]

READ_WRITE = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
MAX_BATCH = 512  # bodies that share one commit; bounds how long the first of them waits
CHECKPOINT = 4000  # pages of the write-ahead log, 16 MB, that are moved into the database together
SLOW_READ = 0.020  # seconds in the event loop, above which a query belongs into a thread
STORAGE_FAILURES = (
    apsw.FullError,
    apsw.IOError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.CorruptError,
    apsw.BusyError,  # a program that does not know our lock file keeps the database to itself
)
READ_FAILURES = (apsw.FullError, apsw.IOError, apsw.CantOpenError, apsw.CorruptError, apsw.NotADBError, apsw.BusyError)
LAST_ID = "SELECT id FROM last_id"
KEEP_LAST_ID = "UPDATE last_id SET id = :id"
LAST_SEQ = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'log'), 0)"

events = structlog.get_logger("pinson.db")


def connect(path: Path, *, flags: int, vfs: str | None = None) -> apsw.Connection:
    """A connection with our settings: WAL, durable commits, foreign keys, JSON-able parameters."""
    connection = apsw.Connection(str(path), flags=flags, vfs=vfs, statementcachesize=512)
    # Else SQLite looks into what is bound to plan, and prepares many a statement anew each time: 130 µs for a profile.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    connection.set_busy_timeout(10_000)  # only for checkpoints and outsiders: writers queue on the lock file
    connection.convert_binding = lambda _cursor, _index, value: bind(value)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -16000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


@contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """Hold the right to write to the database in `folder`, waiting for it if need be."""
    with (folder / "write.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file releases the lock


class Sqlite:
    """A `Database` in one folder, whose schema is there (`migrate.py`). Make it inside a running event loop."""

    dialect: Dialect = "sqlite"

    def __init__(self, folder: Path, *, vfs: str | None = None) -> None:
        self._path = folder / "pinson.db"
        self._vfs = vfs
        self._loop = asyncio.get_running_loop()
        self._listener: Listener | None = None
        self._closed = False
        self._idle: deque[apsw.Connection] = deque()
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="read")
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._writer = _Writer(self, folder, connect(self._path, flags=READ_WRITE, vfs=vfs))
        self._writer.start()

    def listen(self, listener: Listener) -> None:
        self._listener = listener

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    @property
    def committed(self) -> int:
        return self._writer.counter.value

    @property
    def committed_elsewhere(self) -> int:
        newest = self._writer.counter.value  # first: the writer notes what is its own before it bumps the counter
        first_own, last_own = self._writer.own
        return first_own - 1 if newest == last_own else newest

    def read(self) -> "_Reading":
        return _Reading(self)

    async def read_in_thread(self, body: Callable[..., Coroutine[Any, Any, T]], /, **arguments: Any) -> T:
        def in_thread() -> T:
            try:
                tx = SqliteReadTx(self._begin())
                try:
                    return run_now(body(tx, **arguments))
                finally:
                    self._end(tx._connection)
            except READ_FAILURES as error:
                raise _unreadable(error) from error

        return await self._loop.run_in_executor(self._threads, in_thread)

    async def write(self, body: Callable[..., Coroutine[Any, Any, T]], /, **arguments: Any) -> T:
        if self._closed:
            raise CannotWrite()  # nobody would run the body
        job = _Job(body, arguments, self._loop.create_future())
        self._queue.put(job)
        return await job.answer  # type: ignore[no-any-return]

    async def close(self) -> None:
        self._closed = True
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._writer.join)
        self._threads.shutdown()
        while self._idle:
            self._idle.pop().close()

    def _begin(self) -> apsw.Connection:
        """A connection in a transaction, to be handed back to `_end`."""
        try:
            connection = self._idle.pop()  # a deque: safe between threads
        except IndexError:
            connection = connect(self._path, flags=READ_WRITE, vfs=self._vfs)
            connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        return connection

    def _end(self, connection: apsw.Connection) -> None:
        try:
            connection.execute("COMMIT")
        except READ_FAILURES:
            connection.close()  # nothing is lost: it only read
        else:
            self._idle.append(connection)


class SqliteReadTx:
    """See `ReadTx`. Its methods never suspend."""

    dialect: Dialect = "sqlite"
    __slots__ = ("_connection",)

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    async def all(self, type: type[T], sql: str, /, **parameters: Any) -> list[T]:
        return self._rows(type, sql, parameters)

    async def one(self, type: type[T], sql: str, /, **parameters: Any) -> T | None:
        found = self._rows(type, sql, parameters)
        return found[0] if found else None

    def _rows(self, type: type[T], sql: str, parameters: dict[str, Any]) -> list[T]:
        cursor = self._connection.execute(sql, parameters)
        known = _result(type, sql)  # type: ignore[arg-type]
        if known.read is None:
            try:
                columns = cursor.getdescription()
            except apsw.ExecutionCompleteError:
                return []
            rows = cursor.fetchall()
            known.read = reader(type, [name for name, _declared in columns])
        else:
            rows = cursor.fetchall()  # to the end, before anything can fail: an open statement keeps its snapshot
        read = known.read
        return [read(row) for row in rows]


class _Reading(SqliteReadTx):
    """A read in the event loop, and the `async with` for it. A generator would cost more than most reads.

    It begins with its first statement, as SQLite's own snapshot does: views answer most
    questions from memory, and then the database is not even touched.
    """

    __slots__ = ("_db", "_started", "statements")

    def __init__(self, db: Sqlite) -> None:
        self._db = db
        self.statements = 0

    async def __aenter__(self) -> SqliteReadTx:
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self.statements:
            self._db._end(self._connection)
            if (took := time.perf_counter() - self._started) > SLOW_READ:
                events.warning("slow_read", seconds=round(took, 4), statements=self.statements)

    def _rows(self, type: type[T], sql: str, parameters: dict[str, Any]) -> list[T]:
        try:
            if not self.statements:
                self._started = time.perf_counter()
                self._connection = self._db._begin()
            self.statements += 1
            return super()._rows(type, sql, parameters)
        except READ_FAILURES as error:
            raise _unreadable(error) from error


class SqliteWriteTx(SqliteReadTx):
    """See `WriteTx`."""

    __slots__ = ("facts", "last_id")

    def __init__(self, connection: apsw.Connection, *, last_id: int) -> None:
        super().__init__(connection)
        self.facts: list[Recorded] = []
        self.last_id = last_id

    async def run(self, sql: str, /, **parameters: Any) -> int:
        self._connection.execute(sql, parameters)
        return self._connection.changes()

    async def run_with(self, sql: str, holder: object, /) -> int:
        self._connection.execute(sql, values(sql)(holder))
        return self._connection.changes()

    async def run_many(self, sql: str, rows: Sequence[Mapping[str, Any]], /) -> None:
        self._connection.executemany(sql, rows)

    def new_id(self, owner: int | None, now: datetime) -> int:
        self.last_id = ids.following(self.last_id, now=now, owner=owner)
        return self.last_id


class _Job:
    """A body that waits for its turn, and then for its commit."""

    __slots__ = ("answer", "arguments", "body", "error", "result")

    def __init__(self, body: Body, arguments: dict[str, Any], answer: "asyncio.Future[Any]") -> None:
        self.body = body
        self.arguments = arguments
        self.answer = answer
        self.result: Any = None
        self.error: Exception | None = None

    def tell(self) -> None:
        if self.answer.done():  # the caller was cancelled; the body ran all the same
            return
        if self.error is None:
            self.answer.set_result(self.result)
        else:
            self.answer.set_exception(self.error)


class _Writer(threading.Thread):
    """Runs bodies in batches, each batch one durable transaction."""

    def __init__(self, db: Sqlite, folder: Path, connection: apsw.Connection) -> None:
        super().__init__(name="writer", daemon=True)
        self.counter = SharedCounter(folder / "committed")
        self.own = (0, -1)  # places in the log of our newest facts, first and last, no other process's among them
        self._db = db
        self._connection = connection
        self._logged = 0  # pages in the write-ahead log ...
        self._move_at = CHECKPOINT  # ... and at how many of them they are moved into the database
        # Else what a savepoint may have to undo goes into a file in /var/tmp, 15 pages a post, once one body has
        # changed 16 pages of 4 KB. Bodies are bounded, and so is what is kept for them.
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.set_wal_hook(self._count_logged)  # in the place of SQLite's own, which lets a commit wait for it
        with write_lock(folder):
            self.counter.value = connection.execute(LAST_SEQ).get
        self._lock = (folder / "write.lock").open("ab")
        self._turn = (folder / "committed").open("ab")  # a lock of its own, see `_take_turn`

    def run(self) -> None:
        while (first := self._db._queue.get()) is not None:
            batch = [first]
            facts = self._commit(batch)
            self._db._loop.call_soon_threadsafe(self._tell, batch, facts)
            if self._logged >= self._move_at:
                self._check_point()
        self._connection.close()
        self._lock.close()
        self._turn.close()
        self.counter.close()

    def _fill(self, batch: list["_Job"]) -> None:
        """Add all others that wait by now, up to MAX_BATCH in all."""
        waiting = self._db._queue
        with suppress(queue.Empty):
            while len(batch) < MAX_BATCH:
                job = waiting.get_nowait()
                if job is None:
                    waiting.put(None)  # the database is closed: this batch first
                    break
                batch.append(job)

    def _commit(self, batch: list["_Job"]) -> list[Recorded]:
        """Run and commit the batch and who came while it waited; its facts in order, or none if all of it failed."""
        execute = self._connection.execute
        try:
            self._take_turn()
            self._fill(batch)
            execute("BEGIN IMMEDIATE")
            tx = SqliteWriteTx(self._connection, last_id=execute(LAST_ID).get)
            first_id = tx.last_id
            for job in batch:
                self._run_in_savepoint(tx, job)
            if tx.last_id != first_id:
                execute(KEEP_LAST_ID, {"id": tx.last_id})
            execute("COMMIT")
            if tx.facts:
                first, last = tx.facts[0][0], tx.facts[-1][0]
                self.own = (self.own[0] if self.own[1] == first - 1 else first, last)
                self.counter.value = last
            return tx.facts
        except Exception as error:
            if self._connection.in_transaction:
                execute("ROLLBACK")
            events.error("commit_failed", error=repr(error), bodies=len(batch))
            for job in batch:
                job.error = _failure(error)
            return []
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _take_turn(self) -> None:
        """Wait for the right to write, behind those who wait already.

        Whoever let go of a lock that others wait for takes it again before they are awake, and has more to write: they
        would wait for a tenth of a second. So there is another, for being the next, that all come through first.
        """
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)

    def _count_logged(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        self._logged = pages
        self._move_at = self._move_at if pages >= CHECKPOINT else CHECKPOINT  # it began anew
        return apsw.SQLITE_OK

    def _check_point(self) -> None:
        """Move what was committed into the database, once those who wait are answered: nobody waits for this.

        Pages that changed often move once, so seldom is cheap. If it fails, all is as safe as before.
        """
        self._move_at = self._logged + CHECKPOINT  # while somebody reads what is old, the log cannot begin anew
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.Error as error:
            level = events.info if isinstance(error, apsw.BusyError) else events.error  # busy: another process does it
            level("checkpoint_failed", error=repr(error))

    def _run_in_savepoint(self, tx: SqliteWriteTx, job: _Job) -> None:
        execute = self._connection.execute
        facts_before = len(tx.facts)
        execute("SAVEPOINT body")
        try:
            job.result = run_now(job.body(tx, **job.arguments))
        except Exception as error:
            if not self._connection.in_transaction:
                raise  # SQLite gave up the whole transaction, the neighbours' rows included
            execute("ROLLBACK TO body")
            del tx.facts[facts_before:]
            job.error = _failure(error)
        execute("RELEASE body")

    def _tell(self, batch: list[_Job], facts: list[Recorded]) -> None:
        """In the event loop: views first, then those who wait."""
        try:
            if facts and self._db._listener is not None:
                run_now(self._db._listener(facts))
        finally:  # a bug in a view leaves nobody waiting for ever: what they wrote is on disk
            for job in batch:
                job.tell()


class SharedCounter:
    """A number that processes of one machine share, in a file mapped into memory: 8 bytes, aligned.

    Written under the write lock only; reading takes no lock, since a processor stores an
    aligned 8-byte word whole.
    """

    def __init__(self, path: Path) -> None:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(file, 0, mmap.PAGESIZE)  # with its room on disk: without, the first write may be SIGBUS
            self._map = mmap.mmap(file, mmap.PAGESIZE)
        finally:
            os.close(file)
        self._words = memoryview(self._map).cast("q")

    @property
    def value(self) -> int:
        return self._words[0]

    @value.setter
    def value(self, value: int) -> None:
        self._words[0] = value

    def close(self) -> None:
        self._words.release()
        self._map.close()


def run_now(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that must not suspend.

    Raises:
        BodyAwaitedElse: it did suspend.
    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    except asyncio.CancelledError as error:  # not ours, and it would end the thread
        raise BodyAwaitedElse(f"{coroutine!r} awaited something that was cancelled") from error
    coroutine.close()
    raise BodyAwaitedElse(f"{coroutine!r} awaited something other than its transaction")


def _failure(error: Exception) -> Exception:
    """What the caller of `write` is told: the disk's troubles as a refusal, anything else as it is."""
    if not isinstance(error, STORAGE_FAILURES):
        return error
    refusal = CannotWrite()
    refusal.__cause__ = error
    return refusal


def _unreadable(error: Exception) -> CannotRead:
    """What whoever reads is told, and, in the log, whoever runs the server."""
    advice = "Run `pinson doctor`. If it finds damage: stop the server, restore the newest backup into a new folder."
    events.critical("cannot_read", error=f"{type(error).__name__}: {error}", advice=advice)
    return CannotRead()


class _Result:
    """What turns rows of a statement into structs; None until it gave some. Names are checked once, not at each run."""

    __slots__ = ("read",)

    def __init__(self) -> None:
        self.read: Callable[[tuple[Any, ...]], Any] | None = None


@functools.lru_cache(maxsize=4096)
def _result(_type: object, _sql: str) -> _Result:
    return _Result()
