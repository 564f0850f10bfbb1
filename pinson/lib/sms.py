"""What a text costs as an SMS, and how to say the same for less.

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
from enum import StrEnum

import msgspec

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape goes before each, so they count for two

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
    parts, used = 1, 0
    for size in sizes:
        if used + size > each:  # neither an escape nor a surrogate is parted from what it belongs to
            parts, used = parts + 1, 0
        used += size
    return Measure(alphabet, units, parts, each - used, outside)


def rewrite(text: str, *, in_quotes: bool = False) -> Rewritten:
    """Say the same in the GSM alphabet, changing as little as helps: typography alone if that is enough.

    Accents that the alphabet lacks are dropped only if the text then costs less, and within quotes
    never, since names stand there, unless `in_quotes`. What stays outside (an emoji, another
    script) makes the rest of no use, so then only typography changes, if even that saves a part.
    """
    price = measure(text)
    if not price.outside:
        return Rewritten(text, ())
    plain = _replaced(text, accents=False, kept=())
    if measure(plain.text).alphabet is Alphabet.GSM:
        return plain
    kept = () if in_quotes else tuple(found.span() for found in _QUOTED.finditer(text))
    for candidate in (_replaced(text, accents=True, kept=kept), plain):
        if measure(candidate.text).parts < price.parts:
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


def _size(char: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM:
        return 2 if char in EXTENDED else 1
    return 2 if ord(char) > 0xFFFF else 1
