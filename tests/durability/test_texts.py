"""Texts to many, in a process that is killed among them: none is sent twice, and what is in doubt is listed."""

import asyncio
import sys
from collections import Counter
from datetime import timedelta

import pytest

from pinson.domain import deliveries, posts
from pinson.domain.deliveries import Channel, What
from pinson.domain.posts import Draft
from pinson.lib.clock import SystemClock
from tests.durability import texter
from tests.durability.tags import ROOT
from tests.durability.test_deliveries import ask_many, settle_notes
from tests.smsc import Network, serving
from tests.world import open_world

READERS = 150
KILLED_AFTER = (40, 90)
MOST_OPEN = 2 * texter.WINDOW


class Fatal(Network):
    """A network that has the sender killed when it has taken so many, before it says that it has."""

    def __init__(self):
        super().__init__()
        self.kill_after, self.process = list(KILLED_AFTER), None

    def _came(self, source, to, text):
        super()._came(source, to, text)
        if self.kill_after and len(self.texts) >= self.kill_after[0]:
            self.kill_after.pop(0)
            self.process.kill()


async def a_crowd(folder):
    """Readers of an account, and one message to them."""
    async with open_world(folder, {}) as world:
        lab = await world.person("lab")
        now = SystemClock().now() - timedelta(minutes=2)
        write = world.tools.db.write
        numbers = [f"{number:05}" for number in range(READERS)]
        await write(ask_many, channel=Channel.SMS, lab=lab.account_id, numbers=numbers, confirmed=True, now=now)
        await write(settle_notes, now=now)
        prepared = posts.prepare(Draft("COLLISIONS !"), max_characters=500, local_domain="pinson.example")
        async with world.tools.db.read() as tx:
            author = posts.Reader(await world.tools.circles.of(tx, lab.account_id, now=now), world.tools.standing)
        named = {"author_id": lab.account_id, "prepared": prepared, "base_url": "https://pinson.example"}
        return await write(posts.publish, author=author, **named, now=now + timedelta(minutes=1))


async def send(folder, minutes, network):
    """Send until killed, or until nothing is left; how it ended."""
    command = [sys.executable, "-m", "tests.durability.texter", str(folder), str(minutes), str(network.port)]
    network.process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)
    return await network.process.wait()


@pytest.mark.slow
async def test_a_process_that_is_killed_twice_among_texts_sends_none_twice_and_says_what_is_in_doubt(tmp_path):
    message = await a_crowd(tmp_path)

    async with serving(Fatal()) as network:
        ends = [await send(tmp_path, minutes, network) for minutes in (0, 5, 10)]

    assert [end < 0 for end in ends] == [True, True, False]
    assert max(Counter(to for _, to, _ in network.texts).values()) == 1
    counted = Counter()
    async with open_world(tmp_path, {}) as world:
        for line in await world.ask(deliveries.lines, [message.id]):
            counted[line.what] += line.deliveries
        doubtful = await world.ask(deliveries.doubtful)
    assert counted[What.ASKED] == READERS
    assert counted[What.SENT] + counted[What.IN_DOUBT] == READERS
    assert 0 < counted[What.IN_DOUBT] == len(doubtful) <= 2 * MOST_OPEN
    assert counted[What.SENT] <= len(network.texts) <= READERS
