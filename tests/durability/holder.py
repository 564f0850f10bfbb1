"""A process that takes the write lock, writes half of something and never ends.

Started with `python -m tests.durability.holder FOLDER`.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from pinson.lib.db import WriteTx
from pinson.lib.db.sqlite import Sqlite


async def write_and_hang(tx: WriteTx) -> None:
    """A body that writes, says so, and hangs with all locks held."""
    await tx.run("INSERT INTO topics (id, head) VALUES (-1, -1)")
    os.write(1, b"holding\n")
    time.sleep(60)  # noqa: ASYNC251 - to block is the point


async def main(data: Path) -> None:
    """Hang until killed."""
    await Sqlite(data).write(write_and_hang)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
