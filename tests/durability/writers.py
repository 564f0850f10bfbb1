"""A process that writes until it is killed: `python -m tests.durability.writers FOLDER`.

64 writers; each acknowledged id is one line on the standard output, written after the
acknowledgement and not buffered.
"""

import asyncio
import os
import sys
from pathlib import Path

import uvloop

from pinson.lib.db.sqlite import Sqlite
from tests.durability.tags import keep_writing, prepare

WRITERS = 64


async def tell(id: int) -> None:
    """Pass an acknowledged id on."""
    os.write(1, b"%d\n" % id)


async def main(data: Path) -> None:
    """Write until killed."""
    db = Sqlite(data)
    async with asyncio.TaskGroup() as group:
        for writer in range(WRITERS):
            group.create_task(keep_writing(db, writer=writer, text="x" * 100, acknowledge=tell))


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
    uvloop.run(main(Path(sys.argv[1])))
