"""The plug is pulled: what was not synced is lost or torn, and what was promised is there all the same."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest

from pinson.lib.db.sqlite import Sqlite
from tests.durability.disk import Content, Disk, put, sectors
from tests.durability.tags import keep_writing, prepare, what_is_wrong

ROUNDS = 12  # power cuts in the life of one database
WRITERS = 64
TEXT = "x" * 3000  # a tag fills most of a page, so that checkpoints come often
TAGS = 20  # by each writer at most before the server stops and starts again, which deletes the WAL
CHANGES = 4000  # a cut comes after so many changes to the disk at most

# SQLite shrugs when the disk fails while it closes; APSW raises all the same, in the writer's thread.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


class PowerCut(apsw.IOError):
    """There is no power any more."""


class Machine:
    """A machine whose power fails at some change to its disk."""

    def __init__(self, data: Path, after: Path, *, chance: random.Random) -> None:
        self.acknowledged: list[int] = []  # before the power failed: later answers reach nobody
        self.changes: Counter[str] = Counter()
        self.at_risk: int | None = None  # changes that were not synced when the power failed
        self._data, self._after, self._chance = data, after, chance
        self._last_change = chance.randrange(CHANGES)
        self._disk = Disk(str(after))
        self._disk.before = self._count_or_fail

    async def run(self, weaken: Callable[[Sqlite], None]) -> None:
        """Servers come and go until the power fails."""
        while self.at_risk is None:
            db = Sqlite(self._data, vfs=self._disk.name)
            weaken(db)
            most = self._chance.randrange(TAGS)
            async with asyncio.TaskGroup() as group:
                for writer in range(WRITERS):
                    group.create_task(
                        keep_writing(db, writer=writer, text=TEXT, acknowledge=self._acknowledge, most=most)
                    )
            if self._chance.random() < 0.5:
                self._shorten_the_wal()
            await db.close()

    def _shorten_the_wal(self) -> None:
        """As a program for backups may, while the server stands by."""
        with suppress(PowerCut), closing(apsw.Connection(str(self._data / "pinson.db"), vfs=self._disk.name)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def _acknowledge(self, id: int) -> None:
        if self.at_risk is None:
            self.acknowledged.append(id)

    def _count_or_fail(self, what: str, file: str) -> None:
        self.changes[f"{what} {file}"] += 1
        if self.changes.total() <= self._last_change:
            return
        if self.at_risk is None:
            self.at_risk = self._disk.unsynced()
            self._disk.cut_power(self._after, chance=self._chance)
        raise PowerCut


class Outcome(NamedTuple):
    """What many power cuts did to one database."""

    wrong: list[str]
    risky: int  # cuts at which something was not synced
    changes: Counter[str]


async def cut_again_and_again(
    folder: Path, *, seed: int, weaken: Callable[[Sqlite], None] = lambda db: None
) -> Outcome:
    """Go on each time from what the last power cut left, until something is wrong."""
    chance, acknowledged, risky, changes = random.Random(seed), [], 0, Counter()
    data = folder / "0"
    data.mkdir()
    prepare(data)
    for number in range(1, ROUNDS + 1):
        after = folder / str(number)
        after.mkdir()
        machine = Machine(data, after, chance=chance)
        await machine.run(weaken)
        acknowledged += machine.acknowledged
        risky += machine.at_risk > 0
        changes += machine.changes
        if wrong := what_is_wrong(after, acknowledged=acknowledged):
            return Outcome(wrong, risky, changes)
        data = after
    return Outcome([], risky, changes)


@pytest.mark.slow
async def test_whatever_was_acknowledged_before_a_power_cut_is_there_and_nothing_is_half_written(tmp_path):
    changes = Counter()
    for seed in range(4):
        folder = tmp_path / f"seed {seed}"
        folder.mkdir()
        outcome = await cut_again_and_again(folder, seed=seed)

        assert outcome.wrong == [], seed
        assert outcome.risky > ROUNDS / 2
        changes += outcome.changes
    # Threads decide which moments a database is cut at, so that every kind was met holds of all of them together.
    assert changes.keys() >= {"write pinson.db", "truncate pinson.db-wal", "delete pinson.db-wal"}


@pytest.mark.slow
@pytest.mark.parametrize("level", ["OFF", "NORMAL"])
async def test_a_driver_that_did_not_sync_each_commit_would_be_found_out(tmp_path, level):
    def weaken(db: Sqlite) -> None:
        db._writer._connection.execute(f"PRAGMA synchronous = {level}")

    outcome = await cut_again_and_again(tmp_path, seed=1, weaken=weaken)

    assert any("lost" in problem or "unreadable" in problem for problem in outcome.wrong)


def test_a_synced_change_survives_and_a_later_one_may_not():
    content = Content(b"")
    content.pending.append((0, b"synced"))
    content.sync()
    content.pending.append((0, b"cached"))

    outcomes = {content.after_power_cut(random.Random(seed)) for seed in range(100)}

    assert outcomes == {b"synced", b"cached"}


def test_a_write_is_torn_at_the_sectors_of_the_disk():
    assert list(sectors((500, b"a" * 12 + b"b" * 512 + b"c"), 512)) == [
        (500, b"a" * 12),
        (512, b"b" * 512),
        (1024, b"c"),
    ]
    assert list(sectors((512, b"a"), 512)) == [(512, b"a")]


def test_a_write_beyond_the_end_leaves_zeros_and_a_truncated_file_ends():
    content = bytearray(b"ab")

    put(content, (4, b"e"))
    put(content, (4, None))

    assert content == b"ab\0\0"
