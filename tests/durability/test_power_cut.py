"""The plug is pulled: what was not synced is lost or torn, and what was promised is there all the same."""

import asyncio
import random
from collections.abc import Callable
from itertools import count
from pathlib import Path

import apsw
import pytest

from pinson.lib.db.sqlite import Sqlite
from tests.durability.disk import Content, Disk, put, sectors
from tests.durability.tags import keep_writing, prepare, what_is_wrong

WRITERS = 64
TEXT = "x" * 3000  # a tag fills most of a page, so that checkpoints come often
CHANGES = 5000  # a cut comes after so many changes to the disk at most: a few checkpoints


class PowerCut(apsw.IOError):
    """There is no power any more."""


async def write_until_power_fails(
    data: Path, after: Path, *, chance: random.Random, weaken: Callable[[Sqlite], None]
) -> tuple[list[int], int]:
    """Write through the real driver until the power fails at some change; put what is left into `after`.

    Returns:
        The ids acknowledged before the cut, and how many changes were not synced then.
    """
    disk = Disk(str(after))
    acknowledged, at_risk = [], []
    changes, last_change = count(), chance.randrange(CHANGES)

    async def acknowledge(id: int) -> None:
        if not at_risk:  # later ones reach nobody: the machine is off
            acknowledged.append(id)

    def fail_in_time(_what: str, _file: str) -> None:
        if next(changes) < last_change:
            return
        if not at_risk:
            at_risk.append(disk.unsynced())
            disk.cut_power(after, chance=chance)
        raise PowerCut

    disk.before = fail_in_time
    db = Sqlite(data, vfs=disk.name)
    weaken(db)
    async with asyncio.TaskGroup() as group:
        for writer in range(WRITERS):
            group.create_task(keep_writing(db, writer=writer, text=TEXT, acknowledge=acknowledge))
    disk.before = lambda what, file: None  # nobody looks at the old files any more
    await db.close()
    return acknowledged, at_risk[0]


async def cut_again_and_again(folder: Path, *, rounds: int, weaken: Callable[[Sqlite], None]) -> tuple[list[str], int]:
    """Go on each time from what the last power cut left, until something is wrong.

    Returns:
        What is wrong, and in how many rounds a change was at risk.
    """
    chance, acknowledged, risky = random.Random(1), [], 0
    data = folder / "0"
    data.mkdir()
    prepare(data)
    for number in range(1, rounds + 1):
        after = folder / str(number)
        after.mkdir()
        answered, at_risk = await write_until_power_fails(data, after, chance=chance, weaken=weaken)
        acknowledged += answered
        risky += at_risk > 0
        if wrong := what_is_wrong(after, acknowledged=acknowledged):
            return wrong, risky
        data = after
    return [], risky


@pytest.mark.slow
async def test_whatever_was_acknowledged_before_a_power_cut_is_there_and_nothing_is_half_written(tmp_path):
    wrong, risky = await cut_again_and_again(tmp_path, rounds=40, weaken=lambda db: None)

    assert wrong == []
    assert risky > 30


@pytest.mark.slow
@pytest.mark.parametrize("level", ["OFF", "NORMAL"])
async def test_a_driver_that_did_not_sync_each_commit_would_be_found_out(tmp_path, level):
    def weaken(db: Sqlite) -> None:
        db._writer._connection.execute(f"PRAGMA synchronous = {level}")

    wrong, _ = await cut_again_and_again(tmp_path, rounds=20, weaken=weaken)

    assert any("lost" in problem or "integrity" in problem or "unreadable" in problem for problem in wrong)


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
