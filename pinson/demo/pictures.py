"""Drawings for the demo, made by the program: nobody's rights, and the same on every machine.

Called by `day.py`. Not here: pictures that people share (`lib/posters`).
"""

import io
import math
import random
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 800
NIGHT, DESK, GLASS, GLOW = "#16202c", "#2c3c4e", "#0d2a3d", "#8ec2ee"
COLOURS = ("#f2a65a", "#8ec2ee", "#e76f6f", "#9bd18b", "#d9b8f0", "#f4e285")


def draw(name: str) -> bytes:
    """One of `DRAWINGS`, as PNG."""
    canvas = Image.new("RGB", (WIDTH, HEIGHT), NIGHT)
    DRAWINGS[name](ImageDraw.Draw(canvas), random.Random(name))  # noqa: S311  (the same drawing each time)
    out = io.BytesIO()
    canvas.save(out, "PNG", optimize=True)
    return out.getvalue()


def _screen(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], chance: random.Random, *, falls: bool) -> None:
    left, top, right, bottom = box
    pen.rounded_rectangle(box, 10, fill=GLASS, outline=GLOW, width=3)
    height = bottom - top - 40
    line = []
    for x in range(left + 20, right - 20, 6):
        share = (x - left) / (right - left)
        value = 0.0 if falls and share > 0.6 else min(1.0, share * 1.6) * (0.8 + 0.05 * chance.random())
        line.append((x, bottom - 20 - value * height))
    pen.line(line, fill=chance.choice(COLOURS), width=4)


def _room(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for column in range(4):
        left = 60 + column * 280
        _screen(pen, (left, 60, left + 240, 240), chance, falls=column == 2)
    for row, top in enumerate((400, 520, 660)):
        width = 900 + row * 130
        left = (WIDTH - width) // 2
        pen.rounded_rectangle((left, top, left + width, top + 60), 12, fill=DESK)
        for place in range(7):
            x = left + 60 + place * (width - 120) // 6
            pen.ellipse((x - 22, top - 62, x + 22, top - 18), fill=COLOURS[(place + row) % len(COLOURS)])
            pen.rounded_rectangle((x - 34, top - 16, x + 34, top + 20), 14, fill="#45596e")


def _screens(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for place, (left, top) in enumerate(((40, 40), (620, 40), (40, 420), (620, 420))):
        _screen(pen, (left, top, left + 540, top + 340), chance, falls=place == 1)


def _crew(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    _screen(pen, (220, 60, 980, 470), chance, falls=False)
    for place, x in enumerate((330, 600, 870)):
        pen.ellipse((x - 75, 420, x + 75, 570), fill=COLOURS[place])
        pen.pieslice((x - 160, 560, x + 160, 1000), 180, 360, fill="#45596e")


def _collision(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    middle = (WIDTH / 2, HEIGHT / 2)
    for radius in (120, 220, 330, 390):
        pen.ellipse(
            (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius), outline=DESK, width=3
        )
    for _ in range(46):
        angle, bend = chance.random() * math.tau, chance.uniform(-0.9, 0.9)
        length, colour = chance.uniform(150, 390), chance.choice(COLOURS)
        track = [
            (
                middle[0] + step * math.cos(angle + bend * step / 400),
                middle[1] + step * math.sin(angle + bend * step / 400),
            )
            for step in range(0, int(length), 8)
        ]
        pen.line(track, fill=colour, width=chance.choice((2, 3, 5)))
    pen.ellipse((middle[0] - 12, middle[1] - 12, middle[0] + 12, middle[1] + 12), fill="#ffffff")


DRAWINGS: Mapping[str, Callable[[ImageDraw.ImageDraw, random.Random], Any]] = {
    "room": _room,
    "screens": _screens,
    "crew": _crew,
    "collision": _collision,
}
