"""Pictures made of text, for places that show a link as a picture: 1200 by 630 pixels, as Open Graph wants them.

Called in a thread: a picture takes some 30 ms. The text is set in a font of the machine, since the one that Pillow
brings has no accents; where no such font is installed there are no such pictures.

Not here: which text, who may see it, where pictures are held (interfaces).
"""

from io import BytesIO
from textwrap import TextWrapper

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
FONTS = ("Inter-Regular.ttf", "DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf")
GROUND, EDGE, TEXT, FAINT = "#f3f4f6", "#1f5582", "#1c2430", "#556070"
LEFT, TOP = 80, 170
BODY = ((56, 36), (46, 45), (38, 54))  # pixels of the letters, and how many stand in a line: as large as it fits
LINES = 340 // 56  # of the largest letters; smaller ones have more


def font(size: int) -> ImageFont.FreeTypeFont | None:
    """The first of our fonts that the machine has; None if it has none."""
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None


def draw(*, name: str, handle: str, said: str, place: str) -> bytes | None:
    """A picture of what somebody said, as PNG; None if there is no font to set it in.

    Args:
        place: where it was said: the domain.
    """
    head, small = font(44), font(32)
    if head is None or small is None:
        return None
    picture = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 24, SIZE[1]), fill=EDGE)
    pen.text((LEFT, 56), _cut(name, 40), font=head, fill=TEXT)
    pen.text((LEFT, 112), _cut(handle, 55), font=small, fill=FAINT)
    pen.text((LEFT, SIZE[1] - 76), place, font=small, fill=EDGE)
    for size, wide in BODY:
        most = LINES * BODY[0][0] // size
        lines = TextWrapper(wide, max_lines=most, placeholder=" …").wrap(said)
        if size == BODY[-1][0] or len(TextWrapper(wide).wrap(said)) <= most:
            pen.multiline_text((LEFT, TOP + 20), "\n".join(lines), font=font(size), fill=TEXT, spacing=size // 3)
            break
    out = BytesIO()
    picture.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
