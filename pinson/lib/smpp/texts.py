"""A text as the parts that networks carry, and parts as the text that a person wrote.

Called by `client` and by tests. Pure, but for `Pieces`, which holds the parts of texts that have not come whole.

Source: 3GPP TS 23.038 (alphabets), TS 23.040 sections 9.2.3.24 and 9.2.3.24.1 to .8 (headers, long texts); SMPP 3.4
sections 5.2.12 (esm_class), 5.2.19 (data_coding).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from pinson.lib import sms
from pinson.lib.smpp.pdus import Address, Tag, Text
from pinson.lib.sms import Alphabet

HAS_HEADER = 0x40  # in esm_class
KIND = 0x3C  # in esm_class: what is it
RECEIPTS = frozenset({0x04, 0x08, 0x20})  # of the network, of the phone, on the way
DEFAULT, LATIN_1, UCS2 = 0, 3, 8  # data_coding
LONG_8, LONG_16 = 0x00, 0x08  # in a header: this is a part of a long text
PATIENCE = timedelta(minutes=5)  # for the parts of one text; then what came is all there is
MOST_HELD = 1000  # parts


def payloads(text: str, *, reference: int) -> list[tuple[int, int, bytes]]:
    """A text as its parts travel: of each, esm_class, data_coding and octets.

    Args:
        reference: that the parts of a long text have in common, of which the lowest eight bits count.
    """
    coding = UCS2 if sms.measure(text).alphabet is Alphabet.UCS2 else DEFAULT
    cut = [_packed(part, coding) for part in sms.parts(text)]
    if len(cut) == 1:
        return [(0, coding, cut[0])]
    head = bytes((5, LONG_8, 3, reference & 0xFF, len(cut)))
    return [(HAS_HEADER, coding, head + bytes((number,)) + part) for number, part in enumerate(cut, 1)]


def _packed(text: str, coding: int) -> bytes:
    return sms.to_gsm(text) if coding == DEFAULT else text.encode("utf-16-be", "replace")


class Part(msgspec.Struct, frozen=True):
    """What came in one piece. reference, number, of: its place in a long text; 0 of 1 if it is all."""

    content: bytes
    coding: int
    reference: int = 0
    number: int = 1
    of: int = 1


def part_of(text: Text) -> Part:
    """What an incoming text holds. A header that does not add up is taken for text: a person may still read it."""
    content, place = text.payload, None
    if text.esm_class & HAS_HEADER and content and len(content) > content[0]:
        header, content = content[1 : 1 + content[0]], content[1 + content[0] :]
        place = next(_places(header), None)
    elif Tag.SAR_REFERENCE in text.extra:
        values = [int.from_bytes(text.extra.get(tag, b"")[:2]) for tag in _SAR]
        place = values[0], values[1], values[2]
    if place is not None and 1 <= place[1] <= place[2]:
        return Part(content, text.coding, *place)
    return Part(content, text.coding)


_SAR = (Tag.SAR_REFERENCE, Tag.SAR_NUMBER, Tag.SAR_TOTAL)


def _places(header: bytes) -> Iterator[tuple[int, int, int]]:
    """Of the elements of a header, those that say which part of a long text this is: reference, number, of how many."""
    while len(header) >= 2:
        kind, length = header[:2]
        value, header = header[2 : 2 + length], header[2 + length :]
        if kind == LONG_8 and len(value) == 3:
            yield value[0], value[2], value[1]
        elif kind == LONG_16 and len(value) == 4:
            yield int.from_bytes(value[:2]), value[3], value[2]


def read(content: bytes, coding: int) -> str:
    """What octets say. Never fails.

    data_coding is the network's default alphabet (0), Latin (1, 3), UCS-2 (8), or, above 0xF0, a class of message
    with the alphabet in the third bit. What else there is (binary, Cyrillic ...) is read as Latin.
    """
    if coding & 0xF0 == 0xF0:
        coding = LATIN_1 if coding & 0x04 else DEFAULT
    elif coding & 0xC0 == 0 and coding & 0x10:  # a class of message, TS 23.038 section 4
        coding = {0: DEFAULT, 0x08: UCS2}.get(coding & 0x0C, LATIN_1)
    if coding == DEFAULT:
        return sms.from_gsm(content)
    if coding == UCS2:
        return content.decode("utf-16-be", "replace")
    return content.decode("latin-1")


class Pieces:
    """Parts of long texts until they are whole, and taken in.

    In memory only: a network wants its answer for each part, so those of a text that is half here when the process
    dies are lost. What has been waiting for five minutes, or is too much, is given out as it is.
    """

    def __init__(self) -> None:
        self._held: dict[_Key, _Held] = {}

    def add(self, text: Text, *, now: datetime) -> str | None:
        """Take in what came; the whole text, once it is. Whoever has kept that says so: `done`."""
        part = part_of(text)
        if part.of == 1:
            return read(part.content, part.coding)
        held = self._held.setdefault(_key(text, part), _Held(now, part.coding, {}))
        held.parts[part.number] = part.content
        return _joined(held) if len(held.parts) == part.of else None

    def done(self, text: Text) -> None:
        """The text of which this was the last part is kept."""
        self._held.pop(_key(text, part_of(text)), None)

    def late(self, *, now: datetime) -> list[tuple[Address, str, str]]:
        """Texts of which no more is expected: from, to, and what came of them."""
        given, parts = [], sum(len(held.parts) for held in self._held.values())
        for key, held in list(self._held.items()):  # the oldest first
            if now - held.since >= PATIENCE or parts > MOST_HELD:
                del self._held[key]
                parts -= len(held.parts)
                given.append((key[0], key[1], _joined(held)))
        return given


_Key = tuple[Address, str, int, int]


class _Held(msgspec.Struct):
    since: datetime
    coding: int
    parts: dict[int, bytes]


def _key(text: Text, part: Part) -> _Key:
    return text.source, text.to.number, part.reference, part.of


def _joined(held: _Held) -> str:
    """Octets first, then characters: a surrogate may be parted, and an escape too."""
    return read(b"".join(content for _, content in sorted(held.parts.items())), held.coding)
