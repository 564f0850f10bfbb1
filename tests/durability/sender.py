"""A process that delivers until it is killed or has no more: `python -m tests.durability.sender FOLDER MINUTES AFTER`.

What the other side took is one line on the standard output, not buffered: channel, holder and delivery. It is written
in the middle of an attempt, as a gateway takes a message before we know that it did. MINUTES: how far its clock is
ahead. AFTER: how many are taken until it is killed, which is while a text is under way; 0 for never.
"""

import asyncio
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

import uvloop

from pinson import app
from pinson.delivering import Worker
from pinson.domain.deliveries import Channel, Ended, Outcome
from pinson.lib import config
from pinson.lib.clock import SystemClock
from tests.world import SETTINGS

MOST_OPEN = 50


class AheadClock(SystemClock):
    """The machine's clock, so many minutes ahead."""

    def __init__(self, minutes: int) -> None:
        self._ahead = timedelta(minutes=minutes)

    def now(self) -> datetime:
        """The moment."""
        return super().now() + self._ahead


class Gateway:
    """A channel whose other side takes everything, a moment after it was asked and a moment before it says so."""

    most_open = MOST_OPEN
    taken = 0  # by all channels

    def __init__(self, channel, kill_after):
        self.channel = channel
        self._kill_after = kill_after

    async def prepare(self, tx, claimed):
        """Nothing to look up."""
        return {}

    async def attempt(self, delivery, said):
        """Take it."""
        await asyncio.sleep(0.001)
        os.write(1, f"{self.channel} {delivery.holder_id} {delivery.id}\n".encode())
        Gateway.taken += 1
        if self.channel is Channel.SMS and 0 < self._kill_after <= Gateway.taken:
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.sleep(0.001)
        return Ended(delivery.id, Outcome.SENT)


async def until_done(worker):
    """Make deliveries until there is nothing due."""
    while await worker.step():
        pass


async def main(data: Path, minutes: int, kill_after: int) -> None:
    """Make what is due by every channel."""
    settings = config.load(data, environ={}, overrides=SETTINGS)
    async with app.machine(settings, data, clock=AheadClock(minutes)) as machine:
        await machine.reactor.settle()
        workers = [Worker(machine.tools, Gateway(channel, kill_after)) for channel in Channel]
        await asyncio.gather(*map(until_done, workers))


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
