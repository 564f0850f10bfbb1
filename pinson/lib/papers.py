"""Pages as PDF, for printers and archives.

Called by interfaces with HTML of ours. What sets it (`typesetter.py`, with WeasyPrint) runs in a process of its own
with limits, one at a time and below the server's priority: a thousand messages take seconds of a processor, and those
who read meanwhile are not to notice. WeasyPrint needs libraries that are not Python's (Pango); where they are missing,
only this does not work.

Not here: what the pages say (interfaces).
"""

import asyncio
import sys
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

import msgspec
import structlog

from pinson.lib.blobs import Blobs
from pinson.lib.errors import Kind, Refusal
from pinson.lib.pieces import Pieces
from pinson.lib.posters import FONTS
from pinson.lib.programs import ProgramFailed, run

TYPESETTER = Path(__file__).with_name("typesetter.py")
SECONDS = 120.0  # that one may take: a thousand messages were seen to take ten by themselves, forty on a busy machine
MEMORY = 2048 << 20  # bytes of address space
OUTPUT = 64 << 20  # bytes of a PDF: above forty pictures
MOST_WAITING = 8  # for their turn; whoever comes then is asked to come back
KEPT = 16 << 20  # bytes of those that were made last

events = structlog.get_logger("pinson.papers")


class CannotPrint(Refusal):
    """The libraries that WeasyPrint needs are not installed; `pinson doctor` says which."""

    kind, code = Kind.UNAVAILABLE, "cannot_print"
    text = "This server cannot make PDF files. Open the page itself, and print it or save it as PDF from your browser."


class PressIsBusy(Refusal):
    """Too many wait for their turn, or it took too long."""

    kind, code = Kind.UNAVAILABLE, "press_is_busy"
    text = "Too many PDF files are being made just now. Please try again in a minute."


class _Answer(msgspec.Struct):
    refused: str = ""
    why: str = ""


class Press:
    """Makes PDF files, one at a time, and remembers the last ones."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._made: Pieces[bytes] = Pieces(KEPT)

    async def print(self, html: str, files: Mapping[str, Path], *, base_url: str) -> bytes:
        """A page as tagged PDF (PDF/UA-1), in the language and under the title that it states.

        Args:
            files: what it shows as `pinson:NAME`, pictures and styles, by name. Our fonts are there already.
            base_url: what the links in it are relative to.
        Raises:
            CannotPrint, PressIsBusy.
            CannotWrite: the disk would not take it.
        """
        name = blake2b(html.encode(), digest_size=16).hexdigest()
        if (made := self._made.get(name)) is not None:
            return made
        if self._waiting >= MOST_WAITING:
            raise PressIsBusy
        self._waiting += 1
        try:
            async with self._turn:
                made = self._made.get(name)  # somebody who waited before may have wanted the same
                return made if made is not None else self._made.keep(name, await self._set(html, files, base_url))
        finally:
            self._waiting -= 1

    async def _set(self, html: str, files: Mapping[str, Path], base_url: str) -> bytes:
        shelf = {path.name: path for path in FONTS.glob("*.otf")} | dict(files)
        with self._blobs.workshop() as folder:
            source, target, job = folder / "page.html", folder / "page.pdf", folder / "job.json"
            told = {"source": source, "target": target, "base_url": base_url, "files": shelf}
            await asyncio.to_thread(_write, {source: html.encode(), job: msgspec.json.encode(told, enc_hook=str)})
            answer = await _typeset(job)
            if answer.refused == "missing":
                raise CannotPrint
            if answer.refused:
                events.warning("page_not_printed", why=answer.why)
                raise PressIsBusy
            return await asyncio.to_thread(target.read_bytes)


async def missing() -> str:
    """What keeps this machine from making PDF files, in the words of whatever misses it; "" if nothing does."""
    answer = await _typeset()
    return answer.why if answer.refused else ""


async def _typeset(*job: Path) -> _Answer:
    try:
        said = await run(sys.executable, "-I", TYPESETTER, *job, seconds=SECONDS, memory=MEMORY, output=OUTPUT)
    except ProgramFailed as failure:
        return _Answer("failed", str(failure))
    return msgspec.json.decode(said, type=_Answer)


def _write(files: Mapping[Path, bytes]) -> None:
    for path, content in files.items():
        path.write_bytes(content)
