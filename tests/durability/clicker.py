"""A server that somebody follows a link on until it is killed: `python -m tests.durability.clicker FOLDER CODE`.

Each answered visit is one line on the standard output, not buffered: the moment, in milliseconds, when it was over.
"""

import asyncio
import os
import sys
from pathlib import Path

import uvloop

from pinson import app
from pinson.lib import config
from pinson.lib.clock import to_ms
from tests.domain.shortlinks.test_visitors import CHROME
from tests.world import SETTINGS

PACE = 0.002  # seconds between visits


async def main(data: Path, code: str) -> None:
    """Follow the link until killed."""
    settings = config.load(data, environ={}, overrides=SETTINGS)
    async with app.machine(settings, data) as machine:
        counting = asyncio.create_task(machine.tools.clicks.run())
        while not counting.done():
            await machine.application(visit(code), nothing, nobody)
            os.write(1, b"%d\n" % to_ms(machine.tools.clock.now()))
            await asyncio.sleep(PACE)


def visit(code: str) -> dict[str, object]:
    """A request, as the server hands it to us."""
    headers = [(b"host", b"pinson.example"), (b"user-agent", CHROME.encode())]
    return {"type": "http", "method": "GET", "path": f"/{code}", "headers": headers, "client": ("192.0.2.1", 1)}


async def nothing() -> dict[str, object]:
    """What else the visitor sends."""
    return {"type": "http.disconnect"}


async def nobody(message: dict[str, object]) -> None:
    """Where the answer goes: it must lead on."""
    assert message.get("status", 302) == 302


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), sys.argv[2]))
