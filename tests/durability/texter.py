"""A process that sends texts until it is killed or has no more.

`python -m tests.durability.texter FOLDER MINUTES PORT`. MINUTES: how far its clock is ahead. PORT: of the network.
"""

import asyncio
import sys
from pathlib import Path

import uvloop

from pinson import app
from pinson.delivering import Worker
from pinson.lib import config
from tests.durability.sender import AheadClock, until_done
from tests.world import SETTINGS

WINDOW = 10


async def main(data: Path, minutes: int, port: int) -> None:
    """Send what is due."""
    own = {"sms.backend": "smpp", "sms.host": "127.0.0.1", "sms.port": port, "sms.number": "38000"}
    pace = {"sms.parts_per_second": 1000, "sms.window": WINDOW, "sms.parts_per_day": 100_000}
    settings = config.load(data, environ={}, overrides=SETTINGS | own | pace)
    async with app.machine(settings, data, clock=AheadClock(minutes)) as machine:
        await machine.reactor.settle()
        texts = machine.telephony.texts
        running = asyncio.create_task(texts.run())
        async with asyncio.timeout(60):
            while not texts.most_open:  # noqa: ASYNC110  (the network)
                await asyncio.sleep(0.01)
        await until_done(Worker(machine.tools, texts))
        running.cancel()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
