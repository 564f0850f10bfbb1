"""How our e-mails look: what is said, once, as plain text and as HTML for mail programs.

Called by whoever writes letters, with the blocks that make one up. Both forms come from the same blocks, so neither
says less. HTML as mail programs take it: styles on each element (some drop the rest), one table around it all (Outlook
knows no other way to a width), light and dark, and no picture but those of the message itself, so nothing tells us that
it was opened.

Not here: what is said, and in which language (letters, mailing).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pinson.lib import colours
from pinson.lib.i18n import Lang

TEMPLATES = Path(__file__).with_name("templates")
LIGHT = {"ground": "#f2f4f6", "card": "#ffffff", "text": "#15202b", "hint": "#5b6773", "line": "#d9dee3"}
DARK = {"ground": "#12171c", "card": "#1b2229", "text": "#e6ebf0", "hint": "#a3afba", "line": "#38434d"}

_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]»’']")


class Paragraph(msgspec.Struct, frozen=True):
    """Some words. An address in them can be followed."""

    text: str
    small: bool = False


class Heading(msgspec.Struct, frozen=True):
    """What follows is about."""

    text: str


class Button(msgspec.Struct, frozen=True):
    """The one thing to do. The address is told too, for who wants to see it first."""

    text: str
    href: str


class Code(msgspec.Struct, frozen=True):
    """Digits to type."""

    digits: str


class Picture(msgspec.Struct, frozen=True):
    """A picture of a message. text: what it shows."""

    src: str
    text: str
    width: int = 0
    height: int = 0


class Piece(msgspec.Struct, frozen=True):
    """A message, as somebody published it.

    label: what is special about it, such as that it corrects another. who, when: as people say it; "" if known.
    read: what the link to it is called. reason: why it is here. more: what there is besides, on its page.
    language: of `text`, if it is not that of the letter, so that it is read out as it should be.
    """

    text: str
    href: str
    read: str
    who: str = ""
    when: str = ""
    label: str = ""
    reason: str = ""
    more: str = ""
    language: str = ""
    pictures: Sequence[Picture] = ()


class Links(msgspec.Struct, frozen=True):
    """Small links in a row: what they are called, and where they lead."""

    links: Sequence[tuple[str, str]]


Block = Paragraph | Heading | Button | Code | Piece | Links


class Style(msgspec.Struct, frozen=True):
    """What is the same in every letter of a server. name: of the server. accent: "#rrggbb"."""

    name: str
    url: str
    accent: str


def plain(blocks: Sequence[Block], foot: Sequence[Block] = ()) -> str:
    """As plain text."""
    parts = ["\n\n".join(map(_plain, some)) for some in (blocks, foot) if some]
    return "\n\n-- \n".join(parts) + "\n"


def html(title: str, blocks: Sequence[Block], foot: Sequence[Block] = (), *, lang: Lang, style: Style) -> str:
    """As HTML."""
    template = _environment().get_template("letter.html")
    return template.render(
        title=title,
        blocks=blocks,
        foot=foot,
        lang=lang,
        style=style,
        light=_colours(style.accent, dark=False),
        dark=_colours(style.accent, dark=True),
    )


def _plain(block: Block) -> str:
    match block:
        case Paragraph():
            return block.text
        case Heading():
            return f"{block.text}\n{'-' * min(len(block.text), 60)}"
        case Button():
            return f"{block.text}\n{block.href}"
        case Code():
            return block.digits
        case Links():
            return "\n".join(f"{text}\n{href}" for text, href in block.links)
        case Piece():
            lines = [", ".join(filter(None, (block.who, block.when))), block.label, block.text]
            lines += [f"[{picture.text}] {picture.src}" for picture in block.pictures]
            return "\n".join(filter(None, [*lines, block.more, block.reason, block.read, block.href]))


@lru_cache(64)
def _colours(accent: str, *, dark: bool) -> dict[str, str]:
    base = DARK if dark else LIGHT
    palette = colours.palette(accent, grounds=(base["card"], base["ground"]), text=base["text"])
    return base | {"accent": palette.accent, "on_accent": palette.on_accent}


@lru_cache(1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["linked"] = _linked
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment


def _linked(text: str, style: str) -> Markup:
    """Text with its addresses as links and its lines as lines."""
    pieces: list[Markup] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        pieces += [_lines(text[end : found.start()])]
        pieces += [Markup('<a href="{0}" class="link" style="{1}">{0}</a>').format(found[0], style)]
        end = found.end()
    return Markup().join([*pieces, _lines(text[end:])])


def _lines(text: str) -> Markup:
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))
