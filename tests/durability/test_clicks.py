"""What was counted is on disk within a second; a clean stop loses nothing of it."""

import asyncio
import subprocess
import sys
import time

from pinson.domain import shortlinks
from pinson.domain.shortlinks import Channel, Checked
from pinson.lib.clock import EPOCH
from tests.durability.tags import ROOT
from tests.world import open_world

SECOND = 1_000_000_000  # nanoseconds
RUNS = 1.6  # seconds before the kill


async def a_link(world):
    cern = await world.person("cern")
    [made] = await world.write(
        shortlinks.make, account_id=cern.account_id, wishes=[Checked(target="https://example.org/")]
    )
    return made


async def people(world, made):
    return (await world.ask(shortlinks.owned, made.link.id, account_id=made.link.account_id)).people


def run_and_kill(command):
    """When the visits were answered, and when the server was killed."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as server:
        first = server.stdout.readline()
        time.sleep(RUNS)
        killed = time.monotonic_ns()
        server.kill()
        return [int(line) for line in (first + server.stdout.read()).split()], killed


async def test_a_killed_server_loses_at_most_the_last_second(tmp_path):
    async with open_world(tmp_path, {}) as world:
        made = await a_link(world)
    command = [sys.executable, "-m", "tests.durability.clicker", str(tmp_path), made.codes[Channel.MESSAGE]]

    moments, killed = await asyncio.to_thread(run_and_kill, command)

    async with open_world(tmp_path, {}) as world:
        counted = await people(world, made)
        gaps = await world.ask(shortlinks.gaps, since=EPOCH)
    safe = sum(moment <= killed - SECOND for moment in moments)
    assert 0 < safe <= counted <= len(moments) + 1  # one may be counted and not yet told
    assert len(gaps) == 1


async def test_a_clean_stop_loses_nothing(tmp_path):
    async with open_world(tmp_path, {}) as world:
        made = await a_link(world)
        world.tools.clicks.count(made.link.id, Channel.MESSAGE, shortlinks.Visitor.PEOPLE)

    async with open_world(tmp_path, {}) as world:
        assert await people(world, made) == 1
        assert await world.ask(shortlinks.gaps, since=EPOCH) == []
