"""A process that makes a film of what was sent, to be killed: `victim.py DATA MEDIA_ID`."""

import asyncio
import sys
from pathlib import Path

from pinson.domain.media import Studio
from pinson.lib.blobs import Blobs
from pinson.lib.clock import SystemClock
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.video import Ffmpeg


async def main(data: Path, id: int) -> None:
    """Process it."""
    db = Sqlite(data)
    await Studio(db, Blobs(data / "files", db), Ffmpeg.find()).process(id, now=SystemClock().now())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
