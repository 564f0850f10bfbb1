"""The reactor: runs what follows from facts, each reaction behind its own durable cursor.

Called by `app.py` with the map in `pinson/reactions.py`; the command line lists and repeats
what failed. A reaction runs in one process at a time, under a lease. A fact whose reaction
fails goes to a retry table with growing pauses, and the cursor moves on: one dead gateway
delays nobody else, and a poisoned fact blocks nothing. After the last attempt it is a dead
letter, kept until an operator runs it again or drops it.

A reaction that does several facts together for the price of one is given those of a batch at once;
if that fails, one by one, so that the one at fault is tried again alone. One that most facts do not
concern looks at a batch first, and is given only what is left: to find that there is nothing to do
costs it a microsecond a fact, not a read, a timer and a write.

A reaction may see a fact twice (a crash before the cursor was saved) and late (a retry), so
it reads the truth again before it acts. A reaction that changes only our own tables writes no
row per fact: its cursor is saved once a batch, or once a second if to do several facts again costs little.
"""

import asyncio
import bisect
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
import structlog

from pinson.lib import log
from pinson.lib.clock import EPOCH, Clock
from pinson.lib.db import CannotWrite, Database, ReadTx, WriteTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.log import Fact, Kinds, Line

OWNS = ("cursors", "retries")

LEASE = timedelta(seconds=30)
GONE = timedelta(days=7)  # without a process that runs it, after which a reaction is one that no program has any more
BATCH = 200
POLL = 1.0  # seconds between looks at retries and leases when nothing wakes us
GATHER = 0.05  # seconds after a batch before the next: under load a batch is then many facts, not two or three
KEPT = 2000  # lines of the log that are kept with their facts, since all reactions read the same
PATIENCE = 600.0  # seconds after which a reaction that does not come back has failed
ATTEMPTS = 16  # over about a day
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=6)

Reaction = Callable[[Fact], Awaitable[None]]
"""What follows from a fact. Its tools are bound by `pinson/reactions.py`."""
Together = Callable[[Sequence[Fact]], Awaitable[None]]
"""The same for several facts at once, in order."""
Sift = Callable[[Sequence[Fact]], Awaitable[Sequence[Fact]]]
"""Those of several facts, in order, that a reaction may have something to do for; the others do not concern it."""

CURSORS = "SELECT reaction, seq, holder, held_until FROM cursors ORDER BY reaction"
PASSED_BY_ALL = """
    SELECT coalesce(min(seq), 0) FROM cursors
    WHERE held_until > :before OR held_until = 0
"""
# One that is held beyond `:far`, two leases from now, was taken while the clock was ahead: that is no lease any more.
HELD_BY_ANOTHER = """
    SELECT count(*) FROM cursors
    WHERE reaction = :reaction AND holder <> :holder AND held_until > :now AND held_until <= :far
"""
NEW_CURSOR = "INSERT INTO cursors (reaction, seq) VALUES (:reaction, :seq) ON CONFLICT (reaction) DO NOTHING"
LEND = """
    UPDATE cursors SET holder = :holder, held_until = :until
    WHERE reaction = :reaction AND (holder = :holder OR held_until <= :now OR held_until > :far)
    RETURNING seq
"""
SAVE = "UPDATE cursors SET seq = :seq, held_until = :until WHERE reaction = :reaction AND holder = :holder"
NEW_RETRY = """
    INSERT INTO retries (reaction, seq, kind, payload, attempts, due_at, error)
    VALUES (:reaction, :seq, :kind, :payload, 1, :due_at, :error)
    ON CONFLICT (reaction, seq) DO NOTHING
"""
DUE = """
    SELECT id, reaction, seq, kind, payload, attempts, due_at, error, dead_at
    FROM retries
    WHERE reaction = :reaction AND due_at <= :now AND dead_at IS NULL
    ORDER BY due_at
    LIMIT :limit
"""
FAILED_AGAIN = """
    UPDATE retries SET attempts = attempts + 1, due_at = :due_at, error = :error, dead_at = :dead_at WHERE id = :id
"""
FORGET_RETRY = "DELETE FROM retries WHERE id = :id"
DEAD = """
    SELECT id, reaction, seq, kind, payload, attempts, due_at, error, dead_at
    FROM retries
    WHERE dead_at IS NOT NULL
    ORDER BY dead_at, id
"""
REVIVE = "UPDATE retries SET dead_at = NULL, due_at = :now, attempts = 0 WHERE id = :id AND dead_at IS NOT NULL"
DROP = "DELETE FROM retries WHERE id = :id AND dead_at IS NOT NULL"
FAILING = """
    SELECT reaction, count(*) AS facts, max(error) AS error
    FROM retries
    WHERE dead_at IS NULL
    GROUP BY reaction
    ORDER BY reaction
"""
WAITING = "SELECT count(*) FROM retries WHERE dead_at IS NULL"

events = structlog.get_logger("pinson.reactor")


class NoSuchLetter(Refusal):
    """There is no dead letter with this number."""

    kind, code = Kind.MISSING, "no_such_letter"
    text = "There is no dead letter {id}."


class Cursor(msgspec.Struct, frozen=True):
    """How far a reaction has read, and which process runs it."""

    reaction: str
    seq: int
    holder: str
    held_until: datetime


class Retry(msgspec.Struct, frozen=True):
    """A fact whose reaction failed; a dead letter once `dead_at` is set."""

    id: int
    reaction: str
    seq: int
    kind: str
    payload: str
    attempts: int
    due_at: datetime
    error: str
    dead_at: datetime | None

    @property
    def line(self) -> Line:
        """The line of the log that it came from."""
        return Line(self.seq, self.kind, self.payload)


class Failing(msgspec.Struct, frozen=True):
    """A reaction of which some facts will be tried again: how many, and one of the errors."""

    reaction: str
    facts: int
    error: str


async def cursors(tx: ReadTx) -> list[Cursor]:
    """Every reaction's place in the log."""
    return await tx.all(Cursor, CURSORS)


async def passed_by_all(tx: ReadTx, *, now: datetime) -> int:
    """The place in the log that every reaction has passed: older lines may be trimmed.

    One that nobody has run for a week, while others were run, went with an older program: nothing is kept for it. Where
    none was, all is: 0.
    """
    return await tx.one(int, PASSED_BY_ALL, before=max(now - GONE, EPOCH)) or 0


async def dead_letters(tx: ReadTx) -> list[Retry]:
    """What no attempt could get done, oldest first."""
    return await tx.all(Retry, DEAD)


async def waiting(tx: ReadTx) -> int:
    """How many facts wait to be tried again."""
    return await tx.one(int, WAITING) or 0


async def failing(tx: ReadTx) -> list[Failing]:
    """What will be tried again, a line a reaction. O(facts that wait)."""
    return await tx.all(Failing, FAILING)


async def run_again(tx: WriteTx, *, id: int, now: datetime) -> None:
    """Give a dead letter all its attempts again, from now.

    Raises:
        NoSuchLetter: it is not there, or not dead.
    """
    if not await tx.run(REVIVE, id=id, now=now):
        raise NoSuchLetter(id=id)


async def drop(tx: WriteTx, *, id: int) -> None:
    """Forget a dead letter for good.

    Raises:
        NoSuchLetter: it is not there, or not dead.
    """
    if not await tx.run(DROP, id=id):
        raise NoSuchLetter(id=id)


class Lease:
    """One reaction, run by this process for a while: no other process runs it until `until`."""

    __slots__ = ("owes", "saved", "seq", "until")

    def __init__(self, seq: int, until: datetime) -> None:
        self.seq = seq  # read and done up to here ...
        self.saved = seq  # ... and up to here it is on disk
        self.owes = False  # whether something was done since, and not only passed over
        self.until = until


class Reactor:
    """The reactions of one process: takes the leases it can get, and works through the log."""

    def __init__(
        self,
        db: Database,
        kinds: Kinds,
        reactions: Mapping[type[Fact], Sequence[tuple[str, Reaction]]],
        *,
        together: Mapping[str, Together] | None = None,
        sifts: Mapping[str, Sift] | None = None,
        clock: Clock,
        holder: str,
    ) -> None:
        """
        Args:
            reactions: kind of fact -> what follows, each under a name that is never reused.
            together: by the same names, reactions that do the facts of a batch at once.
            sifts: likewise, what finds out which facts of a batch concern them.
            holder: names this process, unlike any other that ever runs on this data.
        """
        self._db = db
        self._kinds = kinds
        self._clock = clock
        self._holder = holder
        self._together = together or {}
        self._sifts = sifts or {}
        self._lines: list[Line] = []  # of the log, without a gap, ...
        self._kept_after, self._kept_through = 0, 0  # ... all that there are after the one place up to the other
        self._decoded: dict[int, Fact | None] = {}  # by place in the log
        self._steps: dict[str, dict[str, Reaction]] = {}
        for kind, what_follows in reactions.items():
            for name, reaction in what_follows:
                self._steps.setdefault(name, {})[kind.__name__] = reaction
        self._leases: dict[str, Lease] = {}
        self._news = {name: asyncio.Event() for name in self._steps}
        self._concerned = {
            kind: {self._news[name] for name, _reaction in what_follows} for kind, what_follows in reactions.items()
        }

    def wake(self, kind: type[Fact]) -> None:
        """There is a new fact of this kind. Reactions to other kinds sleep on, and pass over it when they next look."""
        for news in self._concerned.get(kind, ()):
            news.set()

    async def start(self) -> None:
        """Give reactions that are new a cursor at the log's present end."""
        await self._db.write(_new_cursors, names=list(self._steps))

    async def run(self) -> None:
        """Work until cancelled, each reaction at its own pace; then hand the leases back."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_leases(), name="reactor's leases")
                for name in self._steps:
                    group.create_task(self._follow(name), name=f"reaction {name}")
        finally:
            seqs = {name: lease.seq for name, lease in self._leases.items()}
            self._leases.clear()
            with suppress(CannotWrite):  # then they expire by themselves
                await self._db.write(_release, seqs=seqs, holder=self._holder)

    async def settle(self) -> None:
        """Do everything that is due now, and what that causes. For tests and for a last sweep."""
        while any([await self._advance(name) for name in self._steps]):
            pass

    async def _follow(self, name: str) -> None:
        news, looked = self._news[name], -POLL
        while True:
            news.clear()
            try:
                while True:
                    if thorough := time.monotonic() - looked >= POLL:
                        looked = time.monotonic()
                    if not await self._advance(name, thorough=thorough):
                        break
                    await asyncio.sleep(GATHER)
            except CannotWrite:  # a full disk: nothing was lost, look again in a moment
                events.warning("reaction_waits_for_disk", reaction=name)
            except Exception:  # not even a bug of ours ends the reactions: nothing would follow from anything
                events.exception("reactor_failed", reaction=name)
            # Not asyncio.wait_for: in Python 3.11 it swallows a cancellation that comes together with the news.
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await news.wait()

    async def _keep_leases(self) -> None:
        """Renew what we hold, so that a reaction may take longer than a lease and still run here only."""
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            for name in self._steps:
                if lease := self._leases.get(name):
                    with suppress(CannotWrite):
                        await self._save(name, lease)

    async def _advance(self, name: str, *, thorough: bool = True) -> bool:
        """One batch of one reaction; whether there was work.

        Args:
            thorough: whether to look for what is to be tried again, too, and for lines of which nobody told us.
        """
        lease = await self._lease(name)
        if lease is None:
            return False
        async with self._db.read() as tx:
            lines = await self._after(tx, lease.seq) if thorough or lease.seq < self._db.committed else []
            due = {"reaction": name, "now": self._clock.now(), "limit": BATCH}
            retries = await tx.all(Retry, DUE, **due) if thorough else []
        for retry in retries:
            error = await self._try(name, retry.line)
            await self._db.write(_settle_retry, retry=retry, error=error, now=self._clock.now())
            if not await self._holds(name, lease):
                return False
        ours = await self._concerning(name, [line for line in lines if line.kind in self._steps[name]])
        alone = [] if len(ours) > 1 and await self._try_together(name, ours) else ours
        for line in alone:
            if (error := await self._try(name, line)) is not None:
                await self._db.write(_new_retry, reaction=name, line=line, error=error, now=self._clock.now())
            lease.seq = line.seq
            if not await self._holds(name, lease):
                return False
        if lines:
            lease.seq = lines[-1].seq
        lease.owes = lease.owes or bool(ours)
        if lease.owes and (thorough or name not in self._together):
            await self._save(name, lease)
        return bool(retries or lines)

    async def _after(self, tx: ReadTx, seq: int) -> list[Line]:
        """The next lines of the log after a place. Whichever reaction comes first reads them for all."""
        if not self._kept_after <= seq <= self._kept_through or len(self._lines) >= KEPT:
            self._lines, self._decoded = [], {}
            self._kept_after = self._kept_through = seq
        is_near = self._kept_through - seq < BATCH
        if is_near and (seq == self._kept_through or self._kept_through < self._db.committed):
            more = await log.after(tx, self._kept_through, limit=BATCH)
            self._lines += more
            self._kept_through = more[-1].seq if more else self._kept_through
        first = bisect.bisect_right(self._lines, seq, key=lambda line: line.seq)
        return self._lines[first : first + BATCH]

    def _fact(self, line: Line) -> Fact | None:
        """The fact on a line; see `Kinds.decode`."""
        if not self._kept_after < line.seq <= self._kept_through:  # to be tried again
            return self._kinds.decode(line)
        if line.seq not in self._decoded:
            self._decoded[line.seq] = self._kinds.decode(line)
        return self._decoded[line.seq]

    async def _concerning(self, name: str, lines: Sequence[Line]) -> Sequence[Line]:
        """The lines that a reaction may have something to do for; all, if that cannot be found out."""
        sift = self._sifts.get(name)
        if sift is None or not lines:
            return lines
        try:
            facts = [self._fact(line) for line in lines]
            async with asyncio.timeout(PATIENCE):
                left = {id(fact) for fact in await sift([fact for fact in facts if fact is not None])}
        except Exception as error:  # as in `_try`, where the one at fault will show
            events.warning("reaction_not_sifted", reaction=name, facts=len(lines), error=repr(error))
            return lines
        return [line for line, fact in zip(lines, facts, strict=True) if id(fact) in left]

    async def _try(self, name: str, line: Line) -> str | None:
        """Run one reaction to one fact; what went wrong, if anything."""
        try:
            fact = self._fact(line)
            if fact is not None:
                async with asyncio.timeout(PATIENCE):
                    await self._steps[name][line.kind](fact)
        except Exception as error:  # whatever it is, it must not stop the reactions after it
            events.warning("reaction_failed", reaction=name, seq=line.seq, kind=line.kind, error=repr(error))
            return repr(error)[:500]
        return None

    async def _try_together(self, name: str, lines: Sequence[Line]) -> bool:
        """Whether a reaction to all these facts at once was done; if not, each is to be tried alone."""
        if name not in self._together:
            return False
        try:
            facts = [fact for line in lines if (fact := self._fact(line)) is not None]
            async with asyncio.timeout(PATIENCE):
                await self._together[name](facts)
        except Exception as error:  # as in `_try`
            events.warning("reaction_failed_together", reaction=name, facts=len(lines), error=repr(error))
            return False
        return True

    async def _lease(self, name: str) -> Lease | None:
        """The lease of a reaction, renewed or newly taken; None while another process holds it."""
        now = self._clock.now()
        lease = self._leases.get(name)
        if lease is not None and LEASE / 2 < lease.until - now <= LEASE:
            return lease
        if lease is not None and lease.seq > lease.saved and lease.until > now:
            return lease if await self._save(name, lease) else None
        self._leases.pop(name, None)
        async with self._db.read() as tx:
            if await tx.one(int, HELD_BY_ANOTHER, reaction=name, holder=self._holder, now=now, far=now + 2 * LEASE):
                return None  # found without a write: those who wait for a lease must not slow down those who write
        seq = await self._db.write(_lend, reaction=name, holder=self._holder, until=now + LEASE, now=now)
        if seq is None:
            return None
        lease = self._leases[name] = Lease(seq, now + LEASE)
        return lease

    async def _holds(self, name: str, lease: Lease) -> bool:
        """Whether the lease is still ours; renews it once half of it is over."""
        if self._leases.get(name) is not lease:
            return False
        left = lease.until - self._clock.now()  # more than a lease: the clock was set back meanwhile
        return LEASE / 2 <= left <= LEASE or await self._save(name, lease)

    async def _save(self, name: str, lease: Lease) -> bool:
        """Put the cursor on disk, which renews the lease; False if another process took it meanwhile."""
        seq, until = lease.seq, self._clock.now() + LEASE
        if not await self._db.write(_save, reaction=name, seq=seq, holder=self._holder, until=until):
            self._leases.pop(name, None)
            return False
        lease.until, lease.saved, lease.owes = until, seq, lease.seq > seq
        return True


async def _new_cursors(tx: WriteTx, *, names: Sequence[str]) -> None:
    seq = await log.last(tx)
    await tx.run_many(NEW_CURSOR, [{"reaction": name, "seq": seq} for name in names])


async def _lend(tx: WriteTx, *, reaction: str, holder: str, until: datetime, now: datetime) -> int | None:
    return await tx.one(int, LEND, reaction=reaction, holder=holder, until=until, now=now, far=now + 2 * LEASE)


async def _save(tx: WriteTx, *, reaction: str, seq: int, holder: str, until: datetime) -> bool:
    return bool(await tx.run(SAVE, reaction=reaction, seq=seq, holder=holder, until=until))


async def _release(tx: WriteTx, *, seqs: Mapping[str, int], holder: str) -> None:
    for name, seq in seqs.items():
        await tx.run(SAVE, reaction=name, seq=seq, holder=holder, until=EPOCH)


async def _new_retry(tx: WriteTx, *, reaction: str, line: Line, error: str, now: datetime) -> None:
    await tx.run(
        NEW_RETRY,
        reaction=reaction,
        seq=line.seq,
        kind=line.kind,
        payload=line.payload,
        due_at=now + _pause(1),
        error=error,
    )


async def _settle_retry(tx: WriteTx, *, retry: Retry, error: str | None, now: datetime) -> None:
    if error is None:
        await tx.run(FORGET_RETRY, id=retry.id)
        return
    attempts = retry.attempts + 1
    dead_at = now if attempts >= ATTEMPTS else None
    await tx.run(FAILED_AGAIN, id=retry.id, due_at=now + _pause(attempts), error=error, dead_at=dead_at)


def _pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling, with some chance so that retries spread out."""
    pause: timedelta = min(FIRST_PAUSE * 2 ** (attempts - 1) * 1.5, LONGEST_PAUSE)
    return pause * random.uniform(0.75, 1.25)  # noqa: S311  (spreads load; guards nothing)
