"""Colours that people can read: contrast, and the shade nearest to a colour that has enough of it.

Called by whatever makes a style sheet. Pure.

Source: WCAG 2.2, success criterion 1.4.3 and the definitions of relative luminance and contrast ratio.
"""

import colorsys
import re
from collections.abc import Sequence

import msgspec

ENOUGH = 4.5  # contrast of text of any size, level AA
HEX = re.compile(r"#[0-9a-f]{6}")
STEPS = 200


class Palette(msgspec.Struct, frozen=True):
    """An accent on pages of one brightness: itself, a stronger shade for what is pointed at, text on it, a tint."""

    accent: str
    strong: str
    on_accent: str
    tint: str


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours ("#rrggbb"), from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, grounds: Sequence[str]) -> str:
    """The shade of a colour nearest to it that can be read on all these grounds, which are all light, or all dark."""
    hue, light, saturation = colorsys.rgb_to_hls(*_channels(colour))
    end = 0.0 if _luminance(grounds[0]) > 0.18 else 1.0  # away from the grounds; either end is readable on them
    for step in range(STEPS + 1):
        shade = _hex(colorsys.hls_to_rgb(hue, light + (end - light) * step / STEPS, saturation))
        if all(contrast(shade, ground) >= ENOUGH for ground in grounds):
            return shade
    return _hex((end, end, end))


def palette(colour: str, *, grounds: Sequence[str], text: str) -> Palette:
    """The colours of pages with this accent.

    Args:
        grounds: what the accent stands on as text; all light, or all dark.
        text: that of the page: the stronger shade goes towards it.
    """
    tint = _mixed(grounds[0], colour, 0.1)
    accent = readable(colour, [*grounds, tint])
    return Palette(
        accent=accent,
        strong=readable(_mixed(accent, text, 0.3), [*grounds, tint]),
        on_accent=max(("#ffffff", "#101418"), key=lambda one: contrast(one, accent)),
        tint=tint,
    )


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(channels: Sequence[float]) -> str:
    return "#" + "".join(f"{round(255 * min(1, max(0, one))):02x}" for one in channels)


def _mixed(one: str, other: str, share: float) -> str:
    return _hex([a + (b - a) * share for a, b in zip(_channels(one), _channels(other), strict=True)])


def _luminance(colour: str) -> float:
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
