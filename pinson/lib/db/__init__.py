"""The truth: one small interface to SQL, which every driver fills.

Called by: commands and queries of the domain, through the `ReadTx` and `WriteTx` they are
given; handlers and reactions, through `Database`. Drivers: `sqlite.py`; PostgreSQL fills the
same interface. Row mapping is in `rows.py`, migrations in `migrate.py`.

Not here: what the SQL says (each package's `store.py`), the ordered log (`pinson.lib.log`).

Reading:    async with db.read() as tx: await tx.one(Post, SQL, id=id)
Writing:    post = await db.write(posts.publish, author=author, draft=draft, now=now)

A body given to `write` is `async def body(tx, **arguments)` and awaits nothing but `tx`: on
SQLite one writer thread runs it from end to end and commits it together with its neighbours.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from pinson.lib.errors import Kind, Refusal

T = TypeVar("T")
Dialect = Literal["sqlite", "postgresql"]

Recorded = tuple[int, object]
"""A fact with its place in the log: (seq, fact)."""

Listener = Callable[[Sequence[Recorded]], Coroutine[Any, Any, None]]
"""Called in the event loop after a commit, with its facts in order, before any writer is answered."""


class CannotWrite(Refusal):
    """The disk is full or failing, or the database is not to be written to."""

    kind, code = Kind.UNAVAILABLE, "storage_unavailable"
    text = "The server cannot write to its disk at the moment. Nothing was saved; please try again later."


class CannotRead(Refusal):
    """The disk is failing, or the database on it is damaged. The log says which, and what to do."""

    kind, code = Kind.UNAVAILABLE, "storage_unreadable"
    text = "The server cannot read this from its disk. Whoever runs it finds more in its log."


class BodyAwaitedElse(RuntimeError):
    """A body given to `write` waited for something that is not its transaction: a bug. It was rolled back."""


class ReadTx(Protocol):
    """One consistent view of the data."""

    dialect: Dialect

    async def all(self, type: type[T], sql: str, /, **parameters: Any) -> list[T]:
        """All rows as `type`: a struct whose fields are the columns, in order, or int, str, bytes, float.

        Parameters are written `:name` in the SQL. Datetimes are integers of milliseconds in
        tables; booleans are 0 and 1; lists, mappings and structs are JSON text.
        """
        ...

    async def one(self, type: type[T], sql: str, /, **parameters: Any) -> T | None:
        """The first row, or None."""
        ...


class WriteTx(ReadTx, Protocol):
    """A transaction that changes something: all of it happens, or nothing does."""

    facts: list[Recorded]
    """What `log.record` has recorded in this transaction so far."""

    async def run(self, sql: str, /, **parameters: Any) -> int:
        """Execute one statement; the number of rows it changed."""
        ...

    async def run_with(self, sql: str, holder: object, /) -> int:
        """Execute one statement whose parameters are attributes of `holder`; the number of rows it changed."""
        ...

    async def run_many(self, sql: str, rows: Sequence[Mapping[str, Any]], /) -> None:
        """Execute one statement for each mapping of parameters."""
        ...

    def new_id(self, owner: int | None, now: datetime) -> int:
        """A new id, above all that were given before; see `pinson.lib.ids`."""
        ...


class Database(Protocol):
    """A driver: see the module."""

    dialect: Dialect

    def read(self) -> AbstractAsyncContextManager[ReadTx]:
        """Read in the event loop: for questions that cost microseconds."""
        ...

    async def read_in_thread(self, body: Callable[..., Coroutine[Any, Any, T]], /, **arguments: Any) -> T:
        """Run `body(tx, **arguments)` away from the event loop: for questions that may be long."""
        ...

    async def write(self, body: Callable[..., Coroutine[Any, Any, T]], /, **arguments: Any) -> T:
        """Run `body(tx, **arguments)` in a transaction and answer once it is on disk.

        Raises:
            CannotWrite: the disk would not take it; nothing was saved.
            Whatever the body raises: nothing of that body was saved.
        """
        ...

    def listen(self, listener: Listener) -> None:
        """Tell `listener` of the facts of each commit of this process."""
        ...

    @property
    def waiting(self) -> int:
        """How many bodies wait for their turn to be run."""
        ...

    @property
    def committed(self) -> int:
        """Place in the log of the newest fact that any process on this data has committed."""
        ...

    @property
    def committed_elsewhere(self) -> int:
        """Place in the log up to which one must have read to know all that other processes have committed.

        What this process commits is on its way to the listener by itself.
        """
        ...

    async def close(self) -> None:
        """Finish what is queued, then let go of all files."""
        ...
