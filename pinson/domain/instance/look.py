"""The accent colour of the pages, which the organisation chooses.

Called by moderation, which registers who chose it, and by pages through the view `Look`. Title, description and contact
are settings, and stand in the file: whoever may change them can restart the server too, and apps and letters need them
before there is a database.

Not here: the shades that make it readable (lib/colours).
"""

from datetime import datetime

from pinson.domain.instance import store
from pinson.domain.instance.facts import AccentChosen
from pinson.lib import colours, log
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.log import Fact

OWN_ACCENT = "#1f5582"  # of the program, until one is chosen


class BadColour(Refusal):
    """It is no colour."""

    kind, code = Kind.INVALID, "bad_colour"
    text = "Write a colour as # and six digits or letters from a to f, for example #1f5582."


def checked_colour(typed: str) -> str:
    """A colour as it is kept.

    Raises:
        BadColour.
    """
    colour = typed.strip().lower()
    if not colours.HEX.fullmatch(colour):
        raise BadColour
    return colour


async def choose_accent(tx: WriteTx, *, accent: str | None, now: datetime) -> None:
    """Choose the accent colour of all pages; None: the program's own.

    Raises:
        BadColour.
    """
    chosen = None if accent is None else checked_colour(accent)
    await store.choose_accent(tx, chosen)
    await log.record(tx, AccentChosen(at=now, accent=chosen))


class Look:
    """A view: the accent colour that was chosen, or None."""

    def __init__(self) -> None:
        self.accent: str | None = None

    async def load(self, tx: ReadTx) -> None:
        """Start over from the table."""
        self.accent = await store.accent(tx)

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        if isinstance(fact, AccentChosen):
            self.accent = fact.accent
