"""How a live event is followed by a text: the number, the words, and an address that has a telephone write them.

Called by the page of an event and by its wall. Not here: what is done with the text (pinson/texting), the sheet of all
ways to follow (`doors`).
"""

from urllib.parse import quote

import msgspec
import segno
from markupsafe import Markup

from pinson.domain.alerts import publishers
from pinson.domain.events import Event
from pinson.lib.db import ReadTx
from pinson.lib.i18n import Lang
from pinson.tools import Tools

QUIET = 2  # modules around a code


class ByText(msgspec.Struct, frozen=True):
    """What somebody writes, and to which number."""

    number: str
    words: str

    @property
    def link(self) -> str:
        """Where a telephone writes it by itself (RFC 5724; with both marks, as all of them take it)."""
        return f"sms:{self.number}?&body={quote(self.words)}"

    @property
    def code(self) -> Markup:
        """The same for the camera of a telephone, drawn in the colour of text on white."""
        drawn = segno.make_qr(self.link, error="m").svg_inline(
            omitsize=True, svgclass="qr", lineclass=None, border=QUIET
        )
        return Markup(drawn)  # noqa: S704  (lines, of numbers that segno wrote)


async def by_text(tx: ReadTx, tools: Tools, event: Event, *, lang: Lang) -> ByText | None:
    """How an event is followed by a text; None if it is not. One statement, none where no number takes texts.

    Accounts that sell something need a consent of their own, which is asked for on the sheet.
    """
    settings = tools.settings.sms
    if settings.backend == "none" or not settings.number or event.is_model or event.cancelled_at is not None:
        return None
    owner = event.account_id
    if (await publishers.publishers(tx, [owner]))[owner].commercial:
        return None
    follow = tools.catalogs.translations(lang).gettext("FOLLOW")
    return ByText(settings.number, f"{follow} #{event.hashtag}" if event.hashtag else f"{follow} {event.slug}")
