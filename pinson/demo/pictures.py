"""Drawings for the demo, made by the program: nobody's rights, and the same on every machine.

Called by `day.py`, and where the demo's world is made. Not here: pictures that people share (`lib/posters`).
"""

import io
import math
import random
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image, ImageDraw

from pinson.lib import posters

WIDTH, HEIGHT, FACE = 1200, 800, 400
NIGHT, DESK, GLASS, GLOW = "#16202c", "#2c3c4e", "#0d2a3d", "#8ec2ee"
PAPER = "#f5efe2"
COLOURS = ("#f2a65a", "#8ec2ee", "#e76f6f", "#9bd18b", "#d9b8f0", "#f4e285")
GROUNDS = ("#c9dcec", "#f0d9c0", "#d5e6cf", "#e4d6ea", "#f3e7b8", "#cfe3e0")
SKINS = ("#f6d7b8", "#e8b98f", "#c98f62", "#9a6440", "#6f4529")
HAIRS = ("#2a1d14", "#5b3a22", "#a86b32", "#d9b36b", "#8c8c8c", "#1c1c28")


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


def _books(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill=PAPER)
    for shelf in (380, 740):
        x = 60
        while x < 900:
            width, height = chance.randint(34, 74), chance.randint(190, 300)
            pen.rounded_rectangle((x, shelf - height, x + width, shelf), 5, fill=chance.choice(COLOURS), outline=NIGHT)
            pen.rectangle((x + 8, shelf - height + 24, x + width - 8, shelf - height + 40), fill=PAPER)
            x += width + 4
        pen.rectangle((30, shelf, WIDTH - 30, shelf + 18), fill=DESK)
    _bulb(pen, 1040, 380)
    _bulb(pen, 1040, 740)


def _lamp(pen: ImageDraw.ImageDraw, _chance: random.Random) -> None:
    pen.ellipse((230, -60, 970, 680), fill="#1f3040")
    pen.polygon(((480, 140), (720, 140), (860, 400), (340, 400)), fill=COLOURS[0])
    pen.ellipse((500, 370, 700, 430), fill="#fff3c4")
    pen.rectangle((588, 400, 612, 610), fill=GLOW)
    pen.rounded_rectangle((470, 600, 730, 640), 12, fill=GLOW)
    for top, colour in ((640, COLOURS[2]), (700, COLOURS[3])):
        pen.rounded_rectangle((330, top, 870, top + 56), 8, fill=colour)
        pen.rectangle((360, top + 14, 840, top + 42), fill=PAPER)


def _bulb(pen: ImageDraw.ImageDraw, x: int, foot: int) -> None:
    pen.polygon(
        ((x - 40, foot - 220), (x + 40, foot - 220), (x + 90, foot - 130), (x - 90, foot - 130)), fill=COLOURS[0]
    )
    pen.rectangle((x - 6, foot - 130, x + 6, foot - 14), fill=DESK)
    pen.rounded_rectangle((x - 60, foot - 16, x + 60, foot), 6, fill=DESK)


def _chart(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill="#d7e8ef")
    coast = [(x, 420 + 120 * math.sin(x / 130) + chance.randint(-26, 26)) for x in range(0, WIDTH + 40, 40)]
    for depth, colour in ((70, "#c3dde8"), (30, "#a9cfe0")):
        pen.polygon([(0, HEIGHT), *((x, y - depth) for x, y in coast), (WIDTH, HEIGHT)], fill=colour)
    pen.polygon([(0, HEIGHT), *coast, (WIDTH, HEIGHT)], fill="#e9dcb8", outline=NIGHT)
    for _ in range(40):
        x, y = chance.randint(20, WIDTH - 20), chance.randint(20, 240)
        pen.line((x, y, x + 9, y), fill=DESK, width=3)
    for turn in range(16):
        angle, length = turn * math.tau / 16, 150 if turn % 4 == 0 else 90 if turn % 2 == 0 else 55
        pen.line((980, 190, 980 + length * math.cos(angle), 190 + length * math.sin(angle)), fill=COLOURS[2], width=4)


def _bus(pen: ImageDraw.ImageDraw, _chance: random.Random) -> None:
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill="#cfe0ea")
    pen.rectangle((0, 640, WIDTH, HEIGHT), fill="#7f95a3")
    pen.pieslice((620, 420, 1320, 1120), 180, 360, fill=DESK)
    pen.pieslice((720, 520, 1220, 1020), 180, 360, fill="#cfe0ea")
    pen.rectangle((600, 640, WIDTH, HEIGHT), fill="#7f95a3")
    pen.rounded_rectangle((90, 330, 650, 640), 30, fill=COLOURS[2])
    for left in range(130, 560, 130):
        pen.rounded_rectangle((left, 380, left + 100, 480), 10, fill="#eaf4fb")
    pen.rectangle((90, 540, 650, 560), fill=PAPER)
    for x in (210, 530):
        pen.ellipse((x - 55, 590, x + 55, 700), fill=NIGHT)
        pen.ellipse((x - 22, 623, x + 22, 667), fill="#9fb2bf")
    pen.polygon(((700, 560), (760, 660), (640, 660)), fill=COLOURS[5], outline=NIGHT)


def face(name: str) -> bytes:
    """A portrait of somebody invented, as PNG: the same each time."""
    chance = random.Random(name)  # noqa: S311  (the same drawing each time)
    canvas = Image.new("RGB", (FACE, FACE), chance.choice(GROUNDS))
    pen = ImageDraw.Draw(canvas)
    skin, hair, coat = chance.choice(SKINS), chance.choice(HAIRS), chance.choice(COLOURS)
    pen.ellipse((40, 290, 360, 640), fill=coat)
    pen.rounded_rectangle((165, 240, 235, 330), 30, fill=skin)
    long = chance.random() < 0.5
    pen.ellipse((96, 60, 304, 300 if long else 220), fill=hair)
    if long:
        pen.rectangle((96, 180, 304, 300), fill=hair)
        pen.rounded_rectangle((165, 230, 235, 330), 30, fill=skin)
    pen.ellipse((118, 95, 282, 285), fill=skin)
    pen.pieslice((108, 62, 292, 230), 180 + chance.randint(-12, 12), 360, fill=hair)
    for x in (168, 232):
        pen.ellipse((x - 8, 186, x + 8, 202), fill=NIGHT)
    if chance.random() < 0.4:
        for x in (168, 232):
            pen.ellipse((x - 27, 168, x + 27, 220), outline=NIGHT, width=5)
        pen.line((195, 192, 205, 192), fill=NIGHT, width=5)
    pen.arc((168, 205, 232, 250), 20, 160, fill=NIGHT, width=6)
    out = io.BytesIO()
    canvas.save(out, "PNG")
    return out.getvalue()


def sign(name: str, letters: str) -> bytes:
    """A picture of an organisation, as PNG: its first letters, on a colour."""
    chance = random.Random(name)  # noqa: S311  (the same drawing each time)
    canvas = Image.new("RGB", (FACE, FACE), NIGHT)
    pen = ImageDraw.Draw(canvas)
    pen.ellipse((20, 20, FACE - 20, FACE - 20), fill=chance.choice(COLOURS))
    pen.text((FACE / 2, FACE / 2), letters, font=posters.font(posters.STRONG, 190), fill=NIGHT, anchor="mm")
    out = io.BytesIO()
    canvas.save(out, "PNG")
    return out.getvalue()


DRAWINGS: Mapping[str, Callable[[ImageDraw.ImageDraw, random.Random], Any]] = {
    "room": _room,
    "screens": _screens,
    "crew": _crew,
    "collision": _collision,
    "books": _books,
    "lamp": _lamp,
    "chart": _chart,
    "bus": _bus,
}
