"""What a text costs as an SMS, how it travels, and how to say the same for less.

Called by whatever counts for a person who writes (the page, the API) and by whatever sends.
A network bills by parts of 140 bytes: 160 characters of the GSM alphabet, but 70 as soon as one
is outside it. French has such letters (ê, ç, œ) and writes ’ and no-break spaces without being
asked: `rewrite` says the same in the alphabet, and never changes a word.

Not here: sending, prices, what a rule or a law adds to a message.

Source: 3GPP TS 23.038 sections 6.2.1 and 6.2.1.1 (the alphabet and its extension); TS 23.040 section 9.2.3.24.1
(parts: a header of 6 bytes leaves 153 characters of 7 bits or 67 of 16).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import pairwise

import msgspec

ESCAPE = "\x1b"
_TABLE = (  # in the order of their codes
    f"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ{ESCAPE}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = dict(zip("\f^{}\\[~]|€", b"\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65", strict=True))
BASIC = frozenset(_TABLE) - {ESCAPE}
EXTENDED = frozenset(_EXTENSION)  # an escape goes before each, so they count for two
_CODES = {char: bytes([code]) for code, char in enumerate(_TABLE) if char != ESCAPE} | {
    char: b"\x1b" + bytes([code]) for char, code in _EXTENSION.items()
}
_EXTENDED_CHARS = {code: char for char, code in _EXTENSION.items()}

# What reads the same in the alphabet; French typography first.
TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ′", "'"),
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("–—−‑‐", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\u2002\u2003", " "),
        **dict.fromkeys("\u200b\u2060\ufeff\u00ad", ""),
        "…": "...",
        "•": "-",
        "œ": "oe",
        "Œ": "OE",
        "\t": " ",
    }
)
_INNER_SPACES = re.compile(r"(?<=«)[ \u00a0\u202f\u2009]+|[ \u00a0\u202f\u2009]+(?=»)")  # a straight quote has none
_QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|\"[^\"]*\"")


class Alphabet(StrEnum):
    """How a text travels."""

    GSM = "gsm"
    UCS2 = "ucs2"


ROOM = {Alphabet.GSM: (160, 153), Alphabet.UCS2: (70, 67)}  # of a message of one part, and of each of several


class Measure(msgspec.Struct, frozen=True):
    """What a text costs.

    units: how long it is, in septets or in 16-bit units.
    parts: as a network bills; none for an empty text.
    left: units that fit into the last part still.
    outside: places of the characters that are not in the GSM alphabet: each alone makes the whole text dear.
    """

    alphabet: Alphabet
    units: int
    parts: int
    left: int
    outside: tuple[int, ...]


class Change(msgspec.Struct, frozen=True):
    """A difference between a text and what it was rewritten to. at: place in the text as it was."""

    at: int
    old: str
    new: str


class Rewritten(msgspec.Struct, frozen=True):
    """A text that costs less, and what was changed for it; the text as it was if nothing helps."""

    text: str
    changes: tuple[Change, ...]


def measure(text: str) -> Measure:
    """What a text costs. O(length)."""
    outside = tuple(place for place, char in enumerate(text) if char not in BASIC and char not in EXTENDED)
    alphabet = Alphabet.UCS2 if outside else Alphabet.GSM
    sizes = [_size(char, alphabet) for char in text]
    units, (alone, each) = sum(sizes), ROOM[alphabet]
    if units <= alone:
        return Measure(alphabet, units, min(units, 1), alone - units, outside)
    cuts = _cuts(sizes, each)
    return Measure(alphabet, units, len(cuts) + 1, each - sum(sizes[cuts[-1] :]), outside)


def parts(text: str) -> tuple[str, ...]:
    """A text as it is cut to travel: as many pieces as `measure` counts."""
    price = measure(text)
    if price.parts <= 1:
        return (text,) * price.parts
    cuts = _cuts([_size(char, price.alphabet) for char in text], ROOM[price.alphabet][1])
    return tuple(text[start:end] for start, end in pairwise((0, *cuts, len(text))))


def to_gsm(text: str) -> bytes:
    """A text in the default alphabet, one septet an octet, as networks take it over SMPP.

    Raises:
        KeyError: it has a character that is not in the alphabet.
    """
    return b"".join([_CODES[char] for char in text])


def from_gsm(septets: bytes) -> str:
    """A text of the default alphabet, one septet an octet. Never fails: what has no character is a blank or a "?".

    An escape before what is not in the extension stands for nothing, and the character of the table is read.
    """
    chars, escaped = [], False
    for code in septets:
        if escaped:
            escaped = False
            chars.append(_EXTENDED_CHARS.get(code) or (_TABLE[code] if code < 128 and code != 0x1B else " "))
        elif code == 0x1B:
            escaped = True
        else:
            chars.append(_TABLE[code] if code < 128 else "?")
    return "".join(chars)


def plain(text: str) -> str:
    """A text with the typography of telephones: it reads the same, and no letter of it changes."""
    return _replaced(text, accents=False, kept=()).text


def rewrite(text: str, *, in_quotes: bool = False, cost: Callable[[str], Measure] = measure) -> Rewritten:
    """Say the same in the GSM alphabet, changing as little as helps: typography alone if that is enough.

    Accents that the alphabet lacks are dropped only if the text then costs less, and within quotes
    never, since names stand there, unless `in_quotes`. What stays outside (an emoji, another
    script) makes the rest of no use, so then only typography changes, if even that saves a part.

    Args:
        cost: what a text costs with all that is sent around it.
    """
    if not measure(text).outside:
        return Rewritten(text, ())
    plain = _replaced(text, accents=False, kept=())
    if measure(plain.text).alphabet is Alphabet.GSM:
        return plain
    kept = () if in_quotes else tuple(found.span() for found in _QUOTED.finditer(text))
    for candidate in (_replaced(text, accents=True, kept=kept), plain):
        if cost(candidate.text).parts < cost(text).parts:
            return candidate
    return Rewritten(text, ())


def _replaced(text: str, *, accents: bool, kept: tuple[tuple[int, int], ...]) -> Rewritten:
    pieces, changes = [], []
    spaces = {place for found in _INNER_SPACES.finditer(text) for place in range(*found.span())}
    for place, char in enumerate(text):
        new = "" if place in spaces else char.translate(TYPOGRAPHY)
        if accents and new == char and not _is_inside(char) and not any(start <= place < end for start, end in kept):
            new = _without_accent(char)
        if new != char:
            changes.append(Change(place, char, new))
        pieces.append(new)
    return Rewritten("".join(pieces), tuple(changes))


def _without_accent(char: str) -> str:
    """The letter under an accent, if the alphabet has it; else the character as it is."""
    base = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return base if base and all(_is_inside(part) for part in base) else char


def _is_inside(char: str) -> bool:
    return char in BASIC or char in EXTENDED


def _cuts(sizes: Sequence[int], each: int) -> list[int]:
    """Where a text of several parts is cut: neither an escape nor a surrogate is parted from what it belongs to."""
    cuts, used = [], 0
    for place, size in enumerate(sizes):
        if used + size > each:
            cuts.append(place)
            used = 0
        used += size
    return cuts


def _size(char: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM:
        return 2 if char in EXTENDED else 1
    return 2 if ord(char) > 0xFFFF else 1
