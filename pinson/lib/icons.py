"""Icons of an app that is installed from a site, drawn from one picture and one colour.

Called by interfaces; pure. A drawing takes up to a quarter of a second, the first time: call `draw` in a thread.

Source: https://www.w3.org/TR/appmanifest/#icon-masks (what of a maskable icon is always shown).
"""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

DISC = 0.76  # of the width; what lies within 0.8 of it no device cuts off
BIRD = 0.56
CORNER = 0.22
FINE = 2  # edges are drawn so many times larger, and smoothed


@lru_cache(16)
def draw(picture: bytes, *, size: int, colour: str, fills: bool) -> bytes:
    """The picture on a white disc on the colour, as PNG.

    Args:
        picture: square, with a transparent ground.
        size: of its sides, in pixels.
        colour: "#rrggbb".
        fills: the colour goes to the edges, for devices that cut icons to a shape of their own; else they are rounded.
    """
    wide = size * FINE
    ground = Image.new("RGBA", (wide, wide), colour if fills else (0, 0, 0, 0))
    pen = ImageDraw.Draw(ground)
    if not fills:
        pen.rounded_rectangle((0, 0, wide - 1, wide - 1), radius=wide * CORNER, fill=colour)
    edge = wide * (1 - DISC) / 2
    pen.ellipse((edge, edge, wide - edge, wide - edge), fill="#ffffff")
    icon = ground.resize((size, size), Image.Resampling.LANCZOS)
    with Image.open(BytesIO(picture)) as opened:
        wanted = round(size * BIRD)
        small = opened.convert("RGBA").resize((wanted, wanted), Image.Resampling.LANCZOS)
    place = (size - wanted) // 2
    icon.alpha_composite(small, (place, place))
    out = BytesIO()
    (icon.convert("RGB") if fills else icon).save(out, "PNG", optimize=True)
    return out.getvalue()
