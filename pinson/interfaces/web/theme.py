"""The accent colour of the pages as a style sheet, made readable on light and on dark grounds.

Linked by every page once a colour is chosen; the address holds the colour, so that browsers keep it for ever.
"""

import msgspec
from starlette.responses import Response

from pinson.domain.instance import checked_colour
from pinson.interfaces.request import Routes
from pinson.interfaces.web.files import FOR_EVER
from pinson.interfaces.web.site import Call
from pinson.lib import colours
from pinson.lib.colours import Palette

routes = Routes()

# OWN_ACCENT is --accent, these are --surface, --ground and --text of static/styles/colours.css
LIGHT, LIGHT_TEXT = ("#ffffff", "#f3f4f6"), "#1c2430"
DARK, DARK_TEXT = ("#1b2129", "#12161c"), "#e7ebf0"


class Theme(msgspec.Struct):
    """Parameters of the style sheet. accent: six hexadecimal digits."""

    accent: str = ""


def light(accent: str) -> Palette:
    """The colours on light pages."""
    return colours.palette(accent, grounds=LIGHT, text=LIGHT_TEXT)


def dark(accent: str) -> Palette:
    """The colours on dark pages."""
    return colours.palette(accent, grounds=DARK, text=DARK_TEXT)


@routes.get("/theme.css")
async def show(_call: Call, form: Theme) -> Response:
    """The style sheet of an accent colour.

    Raises:
        BadColour.
    """
    accent = checked_colour(f"#{form.accent}")
    on_light, on_dark = _tokens(light(accent)), _tokens(dark(accent))
    sheet = f":root {{{on_light}}}\n@media (prefers-color-scheme: dark) {{ :root {{{on_dark}}} }}\n"
    return Response(sheet, headers={"cache-control": FOR_EVER}, media_type="text/css")


def _tokens(palette: Palette) -> str:
    return (
        f"--accent: {palette.accent}; --accent-strong: {palette.strong}; "
        f"--on-accent: {palette.on_accent}; --tint: {palette.tint}"
    )
