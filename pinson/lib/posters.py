"""Pictures made of text, for places that show a link as a picture: 1200 by 630 pixels, as Open Graph wants them.

Called in a thread: a picture takes some 100 ms. The text is set in Inter, which comes along (`fonts`, under the SIL
Open Font License), so that accents, no-break spaces and quotation marks are right on a bare machine. It has Latin,
Greek and Cyrillic letters; what is written in others is set in a font of the machine that has more. Emoji are left out.

Not here: which text, who may see it, where pictures are held (interfaces).
"""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pinson.lib import colours

FONTS = Path(__file__).parent / "fonts"
REGULAR, STRONG = "Inter-Regular.otf", "Inter-SemiBold.otf"
OTHERS = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf")
OURS = re.compile(r"[ -~\u00a0-\u017fȘ-țΆ-ώЀ-џҐґ\u2002-\u200a‐-―‘-„†-•…\u202f‰′″‹›€№™←-↓−≈≠≤≥]*")
SYMBOLS = {"So", "Sk", "Cf", "Cn", "Co", "Cs", "Mn", "Me"}  # emoji, and what joins and colours them

SIZE = (1200, 630)
GROUND, TEXT, FAINT = "#f3f4f6", "#1c2430", "#556070"
LEFT, TOP, WIDTH, HEIGHT = 80, 190, 1040, 330  # of what was said
BODY = (64, 52, 42)  # pixels of its letters: as large as it fits
LEADING = 1.35
MOST, LINE = 800, 200  # letters that are looked at, in all and in a line: fewer fit


@lru_cache(64)
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """One of our fonts, or one of the machine's."""
    return ImageFont.truetype(str(FONTS / name) if name in (REGULAR, STRONG) else name, size)


def draw(*, name: str, handle: str, said: str, place: str, accent: str) -> bytes:
    """A picture of what somebody said, as PNG.

    Args:
        place: where it was said: the domain.
        accent: the colour of that place, "#rrggbb".
    """
    picture = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(picture)
    edge = colours.readable(accent, [GROUND])
    pen.rectangle((0, 0, 24, SIZE[1]), fill=edge)
    _line(pen, 52, name, STRONG, 44, TEXT)
    _line(pen, 112, handle, REGULAR, 30, FAINT)
    _line(pen, SIZE[1] - 76, place, REGULAR, 30, edge)
    text = _shown(said[:MOST])
    which = _of(text, REGULAR)
    for size in BODY:
        lines = wrap(text, font(which, size), WIDTH)
        most = int(HEIGHT / (size * LEADING))
        if len(lines) <= most:
            break
    else:
        lines = [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), font(which, size), WIDTH)]
    for number, line in enumerate(lines):
        pen.text((LEFT, TOP + int(number * size * LEADING)), line, font=font(which, size), fill=TEXT)
    out = BytesIO()
    picture.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


def wrap(text: str, letters: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Lines no wider than `width`, broken at spaces that allow it; a word that is wider is broken anywhere."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if letters.getlength(longer) <= width:
            lines[-1:] = [longer]
            continue
        while letters.getlength(word) > width:
            end = max(1, _fitting(word, letters, width))
            lines.append(word[:end])
            word = word[end:]
        lines.append(word)
    return lines


def _line(pen: ImageDraw.ImageDraw, top: int, text: str, which: str, size: int, colour: str) -> None:
    shown = _shown(text[:MOST])
    letters = font(_of(shown, which), size)
    pen.text((LEFT, top), _cut(shown, letters, WIDTH), font=letters, fill=colour)


def _cut(text: str, letters: ImageFont.FreeTypeFont, width: float) -> str:
    if len(text) <= LINE and letters.getlength(text) <= width:
        return text
    return f"{text[: _fitting(text, letters, width - letters.getlength('…'))].rstrip()}…"


def _fitting(text: str, letters: ImageFont.FreeTypeFont, width: float) -> int:
    """How many letters of the text fit."""
    return bisect_right(range(1, min(len(text), LINE) + 1), width, key=lambda end: letters.getlength(text[:end]))


def _shown(text: str) -> str:
    """The text in one line, composed, without emoji and what cannot be seen."""
    composed = unicodedata.normalize("NFC", text)
    kept = (char for char in composed if OURS.fullmatch(char) or unicodedata.category(char) not in SYMBOLS)
    return " ".join(part for part in re.split(r"[ \t\r\n]+", "".join(kept)) if part)


def _of(text: str, ours: str) -> str:
    """The font that has these letters, if there is one."""
    if OURS.fullmatch(text):
        return ours
    for name in OTHERS:
        try:
            font(name, 10)
        except OSError:
            continue
        return name
    return ours
