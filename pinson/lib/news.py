"""What is new on a site of others, as one of its documents says it: a feed, a sitemap, or a page with links.

Called by whatever follows sites (domain/sources). Documents come from strangers and the parsers are patient with all
that is broken, so they run in a process of their own (`newsreader.py`) with limits: a document that would take hours
is given up after seconds, and those who read meanwhile do not notice. That costs a quarter of a second for each that
changed.

Not here: fetching, what becomes of the news.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from pinson.lib.blobs import Blobs
from pinson.lib.db import CannotWrite
from pinson.lib.programs import ProgramFailed, run

READER = Path(__file__).with_name("newsreader.py")
SECONDS = 15.0  # that reading one document may take
MEMORY = 384 << 20  # bytes of address space: a document as long as may be was seen to take half of it
MOST_AT_ONCE = 3  # documents that one process of ours has read
OUTPUT = 32 << 20  # bytes of what is said
MOST_ITEMS = 200  # of a document, from its beginning
MOST_PAGES = 10_000  # of a sitemap

events = structlog.get_logger("pinson.news")


class Unreadable(Exception):
    """There is no news in this document. `why` is a word of ours: unknown, unreadable, entities, too_many, too_long."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Item(msgspec.Struct, frozen=True):
    """Something that is new, or was once. All of it was written by a stranger, and is plain text.

    id: by which its site knows it, or "". link: of its page, or "". title: on one line; what it says, if it has none.
    published: seconds since 1970.
    """

    id: str
    link: str
    title: str
    published: int | None = None
    categories: tuple[str, ...] = ()
    language: str = ""

    @property
    def at(self) -> datetime | None:
        """When it was published, as its site says."""
        if self.published is None or not -(1 << 40) < self.published < 1 << 37:
            return None
        try:
            return datetime.fromtimestamp(self.published, UTC)
        except (ValueError, OverflowError, OSError):
            return None


class Offered(msgspec.Struct, frozen=True):
    """A feed that a page names."""

    address: str
    title: str = ""


class Told(msgspec.Struct, frozen=True):
    """What a document says.

    kind: `index` is a list of sitemaps, which are its items.
    home: the page that it is about. hubs: that tell at once when it changes; topic: by what they know it.
    pause: for how many seconds it asks to be left alone, or 0.
    feeds: that a page names.
    """

    kind: Literal["feed", "sitemap", "index", "page"]
    items: tuple[Item, ...] = ()
    title: str = ""
    home: str = ""
    language: str = ""
    hubs: tuple[str, ...] = ()
    topic: str = ""
    pause: int = 0
    feeds: tuple[Offered, ...] = ()


class _Refused(msgspec.Struct, frozen=True):
    refused: str = ""
    why: str = ""


class Reader:
    """Reads documents, a few at a time; who comes then waits for their turn."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def read(self, body: bytes, *, content_type: str, url: str) -> Told:
        """What a document says is new.

        Args:
            content_type: header of its answer. url: where it was found.
        Raises:
            Unreadable.
            CannotWrite: the disk is full.
        """
        async with self._turns:
            with self._blobs.workshop() as folder:
                return await _read(body, content_type, url, folder)


async def _read(body: bytes, content_type: str, url: str, folder: Path) -> Told:
    source, target = folder / "document", folder / "told.json"
    try:
        await asyncio.to_thread(source.write_bytes, body)
    except OSError as error:
        raise CannotWrite from error
    job = {
        "source": str(source),
        "target": str(target),
        "content_type": content_type[:200],
        "url": url,
        "most": MOST_ITEMS,
        "most_pages": MOST_PAGES,
    }
    command = (sys.executable, "-I", READER, msgspec.json.encode(job).decode())
    try:
        await run(*command, seconds=SECONDS, memory=MEMORY, output=OUTPUT)
        said = target.read_bytes()
    except (ProgramFailed, OSError) as failure:
        events.info("news_not_read", why=str(failure))
        raise Unreadable("unreadable") from failure
    refusal = msgspec.json.decode(said, type=_Refused)
    if refusal.refused:
        events.info("news_not_read", why=refusal.why or refusal.refused)
        raise Unreadable(refusal.refused)
    return msgspec.json.decode(said, type=Told)
