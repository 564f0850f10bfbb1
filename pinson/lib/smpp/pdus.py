"""The words of SMPP as bytes and back: those that a client needs which sends, hears and is told what came of it.

Called by `client`. Pure. What comes in is from another machine: every length is checked against what is there, and
whatever does not add up is `Malformed`, never an error of ours.

Source: Short Message Peer to Peer Protocol Specification v3.4, sections 3.2 (layout), 4 (operations), 5 (parameters).
"""

import struct
from collections.abc import Mapping
from enum import IntEnum

import msgspec

HEADER = struct.Struct(">IIII")  # length, command, status, number
MOST_BYTES = 64 << 10  # of one word; the longest that the standard knows are far shorter
MOST_TEXT = 254  # octets of a text that is not put into an optional parameter
RESPONSE = 0x8000_0000
VERSION = 0x34
_FIXED = struct.Struct(">BBB")


class Malformed(ValueError):
    """These bytes are not SMPP, or do not add up."""


class Command(IntEnum):
    """What a word is; its answer has the same number with the highest bit set."""

    GENERIC_NACK = 0x8000_0000
    BIND_TRANSCEIVER = 0x09
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    ENQUIRE_LINK = 0x15
    DATA_SM = 0x103


class Status(IntEnum):
    """How an operation ended; those that we say or act on (section 5.1.3)."""

    OK = 0x00
    INVALID_LENGTH = 0x02
    INVALID_COMMAND = 0x03
    ALREADY_BOUND = 0x05
    SYSTEM_ERROR = 0x08
    QUEUE_FULL = 0x14
    THROTTLED = 0x58
    TRY_LATER = 0x64  # ours to the network: it keeps what it has, and hands it over again


class Tag(IntEnum):
    """Optional parameters that we read (section 5.3.2)."""

    RECEIPTED_MESSAGE_ID = 0x001E
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_NUMBER = 0x020F
    NETWORK_ERROR = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class Address(msgspec.Struct, frozen=True):
    """Whom a text is from or to. ton, npi: kind of number and plan of numbers (sections 5.2.5 and 5.2.6)."""

    ton: int
    npi: int
    number: str


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A text, or a part of one, either way (submit_sm, deliver_sm, data_sm).

    payload: as it travels, with its header if `esm_class` says that there is one.
    receipt: whether we wish to be told what comes of it.
    minutes: how long the network may go on trying; 0: as long as it is used to.
    """

    source: Address
    to: Address
    esm_class: int = 0
    coding: int = 0
    payload: bytes = b""
    receipt: bool = False
    minutes: int = 0
    extra: Mapping[int, bytes] = {}


def word(command: int, number: int, body: bytes = b"", *, status: int = Status.OK) -> bytes:
    """A whole word."""
    return HEADER.pack(HEADER.size + len(body), command, status, number) + body


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """What bind_transceiver says (section 4.1.5)."""
    return _cstring(system_id) + _cstring(password) + _cstring(system_type) + _FIXED.pack(VERSION, 0, 0) + b"\0"


def submit_body(text: Text) -> bytes:
    """What submit_sm says (section 4.4.1)."""
    assert len(text.payload) <= MOST_TEXT, "a part of a text is never so long"
    validity = _cstring(_period(text.minutes)) if text.minutes else b"\0"
    return b"".join(
        (
            b"\0",  # the service that the network is used to
            _address(text.source),
            _address(text.to),
            _FIXED.pack(text.esm_class, 0, 0),
            b"\0",  # at once
            validity,
            bytes((text.receipt, 0, text.coding, 0, len(text.payload))),
            text.payload,
        )
    )


def text_of(command: int, body: bytes) -> Text:
    """The text in the body of submit_sm, deliver_sm or data_sm.

    Raises:
        Malformed.
    """
    read = _Reader(body)
    read.cstring()  # the service
    source, to = read.address(), read.address()
    esm_class = read.byte()
    if command == Command.DATA_SM:
        receipt, coding, payload = read.byte(), read.byte(), b""
    else:
        read.take(2)  # protocol, priority
        read.cstring()
        read.cstring()  # when, and how long
        receipt, _, coding, _, length = read.take(5)
        payload = read.take(length)
    extra = read.parameters()
    return Text(
        source=source,
        to=to,
        esm_class=esm_class,
        coding=coding,
        payload=extra.get(Tag.MESSAGE_PAYLOAD) or payload,
        receipt=bool(receipt & 1),
        extra=extra,
    )


def id_of(body: bytes) -> str:
    """The id that the network gave a text, from the answer to submit_sm; "" if it gave none.

    Raises:
        Malformed.
    """
    return _Reader(body).cstring() if body else ""


def _address(address: Address) -> bytes:
    return bytes((address.ton, address.npi)) + _cstring(address.number)


def _cstring(text: str) -> bytes:
    return text.encode("latin-1", "replace").replace(b"\0", b"") + b"\0"


def _period(minutes: int) -> str:
    """A time from now, as section 7.1.1 writes it: YYMMDDhhmmss, tenths, no zone, relative."""
    days, rest = divmod(minutes, 1440)
    return f"0000{days:02}{rest // 60:02}{rest % 60:02}00000R"


class _Reader:
    """Takes one thing after another from a body."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, length: int) -> bytes:
        end = self._at + length
        if end > len(self._body):
            raise Malformed("a word ends before what it says is in it")
        taken, self._at = self._body[self._at : end], end
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def cstring(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise Malformed("a text in a word has no end")
        return self.take(end + 1 - self._at)[:-1].decode("latin-1")

    def address(self) -> Address:
        ton, npi = self.take(2)
        return Address(ton, npi, self.cstring())

    def parameters(self) -> dict[int, bytes]:
        """What is optional: tag, length, value. Of one that comes twice, the last."""
        found = {}
        while self._at < len(self._body):
            tag, length = struct.unpack(">HH", self.take(4))
            found[tag] = self.take(length)
        return found
