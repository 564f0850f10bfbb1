"""A process that sends letters until it is killed or has no more.

`python -m tests.durability.postman FOLDER MINUTES PORT`. MINUTES: how far its clock is ahead. PORT: of the mail server.
"""

import sys
from pathlib import Path

import uvloop

from pinson import app
from pinson.delivering import Worker
from pinson.lib import config
from pinson.mailing import Letters
from tests.durability.sender import AheadClock, until_done
from tests.world import SETTINGS


async def main(data: Path, minutes: int, port: int) -> None:
    """Send what is due."""
    mail = {"mail.backend": "smtp", "mail.smtp_host": "127.0.0.1", "mail.smtp_port": port, "mail.smtp_tls": "none"}
    settings = config.load(data, environ={}, overrides=SETTINGS | mail)
    async with app.machine(settings, data, clock=AheadClock(minutes)) as machine:
        await machine.reactor.settle()
        await until_done(Worker(machine.tools, Letters(machine.tools)))


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
