"""The log: every change is also a line here, written in the same transaction, in commit order.

Commands record facts (`record`); views follow them through `Follower`; reactions read them
behind durable cursors (`pinson.lib.reactor`). A fact says what happened, in the past tense,
and carries what a view needs to apply it without asking the database.

Not here: which facts exist (each domain package's `facts.py`; `app.py` lists them all).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from pinson.lib.clock import EPOCH
from pinson.lib.db import Database, ReadTx, Recorded, WriteTx

OWNS = ("log",)

KEEP = timedelta(hours=24)
CATCH_UP = 1000  # facts read at a time
AT_A_TIME = 5000  # lines that are forgotten in one transaction

INSERT = "INSERT INTO log (at, kind, payload) VALUES (:at, :kind, :payload) RETURNING seq"
AFTER = "SELECT seq, kind, payload FROM log WHERE seq > :seq ORDER BY seq LIMIT :limit"
FIRST = "SELECT coalesce((SELECT min(seq) FROM log), 0)"
LAST = "SELECT coalesce((SELECT max(seq) FROM log), 0)"
# What goes is always the beginning of the log, whatever the clock said: a line missing in the
# middle would be a gap that no view can see.
TRIM = """
    WITH oldest AS (SELECT seq, at FROM log WHERE seq <= :through ORDER BY seq LIMIT :limit)
    DELETE FROM log WHERE seq IN (
        SELECT seq FROM oldest
        WHERE seq < coalesce((SELECT min(seq) FROM oldest WHERE at >= :before), (SELECT max(seq) FROM log)))
"""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. Its class name is its kind in the log, for ever.

    at: when, by the clock of the process that did it.
    """

    at: datetime


class Line(msgspec.Struct, frozen=True):
    """A line of the log as it is stored."""

    seq: int
    kind: str
    payload: str


class Kinds:
    """The kinds of fact that this program knows, by name."""

    def __init__(self, types: Iterable[type[Fact]]) -> None:
        self._decoders = {type.__name__: msgspec.json.Decoder(type) for type in types}

    def decode(self, line: Line) -> Fact | None:
        """The fact on this line; None if a newer program wrote it and we do not know its kind."""
        decoder = self._decoders.get(line.kind)
        return decoder.decode(line.payload) if decoder else None


async def record(tx: WriteTx, fact: Fact) -> None:
    """Write `fact` to the log: it stands if, and only if, the transaction does."""
    payload = msgspec.json.encode(fact).decode()
    seq = await tx.one(int, INSERT, at=fact.at, kind=type(fact).__name__, payload=payload)
    assert seq is not None
    tx.facts.append((seq, fact))


async def after(tx: ReadTx, seq: int, *, limit: int = CATCH_UP) -> list[Line]:
    """The oldest lines after `seq`. Costs O(limit) on the primary key."""
    return await tx.all(Line, AFTER, seq=seq, limit=limit)


async def first(tx: ReadTx) -> int:
    """The oldest line that is still kept; 0 if the log is empty."""
    return await tx.one(int, FIRST) or 0


async def last(tx: ReadTx) -> int:
    """The newest line; 0 if the log is empty. All views start here."""
    return await tx.one(int, LAST) or 0


async def trim(tx: WriteTx, *, through: int, now: datetime, limit: int = AT_A_TIME) -> int:
    """Forget lines up to `through` (what every cursor has passed) that are older than a day.

    The newest line always stays, so that `last` survives. At most `limit` at a time; the
    number that went. Costs O(limit) on the primary key, however long the log.
    """
    return await tx.run(TRIM, through=through, before=max(now - KEEP, EPOCH), limit=limit)


class View(Protocol):
    """Something in memory that follows the log and can be thrown away."""

    def apply(self, fact: Fact) -> None:
        """Take in one fact. Applying one twice, or one that is already in what was loaded, changes nothing."""
        ...

    async def load(self, tx: ReadTx) -> None:
        """Start over from the tables: at the start, and when too much of the log was missed."""
        ...


class Follower:
    """Keeps the views of one process exactly as far as the log, in order."""

    def __init__(self, db: Database, kinds: Kinds, views: Sequence[View]) -> None:
        self._db = db
        self._kinds = kinds
        self._views = views
        self.seq = 0

    async def start(self) -> None:
        """Load the views as of the log's present end, and follow from there."""
        async with self._db.read() as tx:
            await self._load(tx)
        self._db.listen(self.hear)

    async def hear(self, facts: Sequence[Recorded]) -> None:
        """The facts of a commit of our own: nothing to read unless another process wrote in between."""
        if facts[0][0] == self.seq + 1:
            for seq, fact in facts:
                self._apply(seq, fact)  # type: ignore[arg-type]
        elif facts[-1][0] > self.seq:
            await self.catch_up()

    @property
    def behind(self) -> bool:
        """Whether another process has committed what our views have not seen. Costs one look into shared memory.

        What this one commits does not count: it reaches the views by itself, before anyone is told, and to read it
        from the log meanwhile would be to apply it twice.
        """
        return self._db.committed_elsewhere > self.seq

    async def catch_up(self) -> None:
        """Apply what other processes have committed. Every request starts with it if we are `behind`."""
        async with self._db.read() as tx:
            oldest = await first(tx)
            if oldest > self.seq + 1:  # what lies between was trimmed
                await self._load(tx)
            while lines := await after(tx, self.seq):
                for line in lines:
                    self._apply(line.seq, self._kinds.decode(line))

    async def _load(self, tx: ReadTx) -> None:
        self.seq = await last(tx)
        for view in self._views:
            await view.load(tx)

    def _apply(self, seq: int, fact: Fact | None) -> None:
        self.seq = seq
        if fact is None:
            return
        for view in self._views:
            view.apply(fact)
