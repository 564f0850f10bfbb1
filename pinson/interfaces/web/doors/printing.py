"""What leads to the doors from paper and screens: a QR code, and a poster of one A4 sheet."""

import io
from urllib.parse import quote

import segno
from markupsafe import Markup
from starlette.responses import Response

from pinson.interfaces.request import Routes
from pinson.interfaces.web.doors.followed import followed, kind_of
from pinson.interfaces.web.doors.sheet import POSTER, Sheet, number
from pinson.interfaces.web.site import Call

routes = Routes()

KEPT = 3600  # seconds that a proxy may hold what is printed
QUIET = 4  # modules around a code (ISO/IEC 18004)
LONGEST = 80  # letters of a name that fit on a poster


@routes.get("/s/{name}/affiche")
@routes.get("/s/tag/{name}/affiche")
@routes.get("/s/e/{name}/affiche")
async def poster(call: Call, form: Sheet) -> Response:
    """The poster, ready to be printed.

    Raises:
        AccountNotFound, EventNotFound, BadTag, CannotPrint, PressIsBusy, TooManyAttempts.
    """
    async with call.tools.db.read() as tx:
        about = await followed(tx, call, kind_of(call), form.name)
    address = f"{call.base_url}{about.path}"
    return await call.paper(
        "doors/poster",
        name="affiche" if call.lang == "fr" else "poster",
        kept=KEPT,
        style="poster.css",
        pictures=[],
        whose=about.name if len(about.name) <= LONGEST else f"{about.name[: LONGEST - 1]}…",
        code=drawn(f"{address}?via={POSTER}"),
        address=address.partition("://")[2],
        number="" if about.publisher.commercial else number(call),
        word=about.word,
    )


@routes.get("/s/{name}/code.svg")
@routes.get("/s/tag/{name}/code.svg")
@routes.get("/s/e/{name}/code.svg")
async def code(call: Call, form: Sheet) -> Response:
    """The QR code alone, as lines: sharp in any size.

    Raises:
        AccountNotFound, EventNotFound, BadTag.
    """
    async with call.tools.db.read() as tx:
        about = await followed(tx, call, kind_of(call), form.name)
    written = io.BytesIO()
    segno.make_qr(f"{call.base_url}{about.path}?via={POSTER}", error="m").save(
        written, kind="svg", scale=8, border=QUIET, light="white", svgclass=None, lineclass=None
    )
    answer = call.public(written.getvalue(), "image/svg+xml", kept=KEPT)
    answer.headers["content-disposition"] = f'inline; filename="{quote(form.name.lstrip("#"))}.svg"'
    return answer


def drawn(address: str) -> Markup:
    """A QR code, to stand in a page."""
    lines = segno.make_qr(address, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=QUIET)
    return Markup(lines)  # noqa: S704  (lines, of numbers that segno wrote)
