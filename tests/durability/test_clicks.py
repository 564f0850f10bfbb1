"""What was counted is on disk soon, and until when is known; a clean stop loses nothing of it."""

import asyncio
import subprocess
import sys
import time

from pinson import app
from pinson.domain import shortlinks
from pinson.domain.shortlinks import Channel, Checked
from pinson.domain.shortlinks.counting import PERIOD
from pinson.lib.clock import EPOCH, from_ms
from tests.durability.tags import ROOT
from tests.world import open_world

PATIENCE = 60  # seconds


async def a_link(world):
    cern = await world.person("cern")
    [made] = await world.write(
        shortlinks.make, account_id=cern.account_id, wishes=[Checked(target="https://example.org/")]
    )
    return made


async def people(world, made):
    return (await world.ask(shortlinks.owned, made.link.id, account_id=made.link.account_id)).people


def run_and_kill(command, counting):
    """When the visits were answered, by a server that is killed between its third time to write and the next."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as server:
        first = server.stdout.readline()
        seen, until = set(), time.monotonic() + PATIENCE
        while len(seen) < 3 and time.monotonic() < until:
            seen |= {path.stat().st_mtime_ns for path in counting.iterdir() if not path.suffix}
            time.sleep(0.01)
        time.sleep(PERIOD / 2)
        server.kill()
        said = (first + server.stdout.read()).splitlines()  # a machine with much else to do has warnings among it
        return [from_ms(int(line)) for line in said if line.isdigit()]


async def test_a_killed_server_loses_at_most_the_last_second(tmp_path):
    async with open_world(tmp_path, {}) as world:
        made = await a_link(world)
    command = [sys.executable, "-m", "tests.durability.clicker", str(tmp_path), made.codes[Channel.MESSAGE]]

    moments = await asyncio.to_thread(run_and_kill, command, tmp_path / app.COUNTING)

    async with open_world(tmp_path, {}) as world:
        counted = await people(world, made)
        [written_until] = await world.ask(shortlinks.gaps, since=EPOCH)
    safe = sum(moment < written_until for moment in moments)
    assert 0 < safe <= counted <= len(moments) + 1  # one may be counted and not yet told
    assert 0 < PERIOD <= 0.5  # seconds: what is lost is less than one


async def test_a_clean_stop_loses_nothing(tmp_path):
    async with open_world(tmp_path, {}) as world:
        made = await a_link(world)
        world.tools.clicks.count(made.link.id, Channel.MESSAGE, shortlinks.Visitor.PEOPLE)

    async with open_world(tmp_path, {}) as world:
        assert await people(world, made) == 1
        assert await world.ask(shortlinks.gaps, since=EPOCH) == []
