"""However much happens in a minute, the log keeps a day of it, and no more."""

from datetime import timedelta

from pinson import schedule
from pinson.lib import log


async def passed(tx, *, now):
    """All reactions have, those too that had nothing to do."""
    await tx.run("UPDATE cursors SET seq = (SELECT max(seq) FROM log)")


async def test_a_sweep_forgets_all_that_is_old(world, monkeypatch):
    monkeypatch.setattr(log, "AT_A_TIME", 3)
    alice = await world.person("alice")
    for number in range(10):
        await world.publish(alice, f"{number}")
    await world.settle()
    await world.write(passed)
    world.clock.move(timedelta(hours=25))

    await schedule.sweep(world.tools)

    async with world.tools.db.read() as tx:
        assert await log.first(tx) == await log.last(tx)
