"""Frames of WebSockets: bytes out, bytes in. No connection, no clock.

Called by `sockets.py`, which says what is done with what comes. A reader at rest holds nothing: text is checked and
taken in piece by piece as it comes, and what a client may make us keep is bounded by `most`.

Why not the websockets package's frames: its reader is a coroutine with a buffer of its own for each connection, takes
text as bytes, and finds out that it is none only when all of it is there.

Source: RFC 6455, sections 5 (framing), 7.4 (codes), 8.1 (UTF-8).
"""

import codecs
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

MOST_CONTROL = 125  # bytes in a control frame
FINAL = MASKED = 0x80
RESERVED = 0x70
SHORT, LONG = 126, 127  # lengths that say that the length follows, in two bytes and in eight
CODES = frozenset((1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014))
OWN_CODES = range(3000, 5000)  # of libraries and applications


class Opcode(IntEnum):
    """What a frame is."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class Code(IntEnum):
    """Why a connection ends, as far as we say it."""

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    UNSUPPORTED = 1003  # a kind of message that we do not take
    NOT_UTF8 = 1007
    POLICY = 1008
    TOO_LARGE = 1009
    RESTART = 1012  # come back, in a moment
    LATER = 1013  # come back, and see what was missed


class BrokenFrame(Exception):
    """What came is not what the standard allows: the connection fails with this code."""

    def __init__(self, code: Code, why: str) -> None:
        super().__init__(why)
        self.code = code


class Message(NamedTuple):
    """Something whole that came.

    opcode: TEXT, BINARY, CLOSE, PING or PONG. text: of a TEXT. data: of the others; of a BINARY it is left out.
    """

    opcode: Opcode
    text: str = ""
    data: bytes = b""


def frame(opcode: Opcode, payload: bytes) -> bytes:
    """A frame from a server, which does not mask: whole, so that the same bytes go to all who get it."""
    size = len(payload)
    if size < SHORT:
        return bytes((FINAL | opcode, size)) + payload
    if size < 1 << 16:
        return bytes((FINAL | opcode, SHORT)) + size.to_bytes(2, "big") + payload
    return bytes((FINAL | opcode, LONG)) + size.to_bytes(8, "big") + payload


def closing(code: int, reason: str = "") -> bytes:
    """A frame that ends the connection; a reason that is too long is cut."""
    short = reason.encode()[: MOST_CONTROL - 2].decode(errors="ignore")
    return frame(Opcode.CLOSE, code.to_bytes(2, "big") + short.encode())


def closing_code(payload: bytes) -> int | None:
    """The code in a frame that ends the connection; None if there is none.

    Raises:
        BrokenFrame: it is no code that may be sent, or what follows it is no text.
    """
    if not payload:
        return None
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or (code not in CODES and code not in OWN_CODES):
        raise BrokenFrame(Code.PROTOCOL_ERROR, "no such code")
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise BrokenFrame(Code.NOT_UTF8, "the reason is no UTF-8") from None
    return code


def unmasked(data: bytes, mask: bytes, offset: int = 0) -> bytes:
    """Payload, or the part of one that begins at `offset`, as it was before the client masked it."""
    size = len(data)
    if not size:
        return b""
    start = offset % 4
    keys = (mask * (size // 4 + 2))[start : start + size]
    return (int.from_bytes(data, "little") ^ int.from_bytes(keys, "little")).to_bytes(size, "little")


class Reader:
    """What comes from one client."""

    __slots__ = ("_decoder", "_head", "_most", "_open", "_payload", "_size", "_texts")

    def __init__(self, most: int) -> None:
        """
        Args:
            most: bytes of a message, in all its frames.
        """
        self._most = most
        self._head = b""  # the beginning of a frame's head, or of a control frame
        self._payload: _Payload | None = None  # of the data frame that is coming in
        self._open: Opcode | None = None  # of the message that is coming in
        self._size = 0  # of it, so far
        self._texts: list[str] | None = None
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take bytes in; what is whole with them. Whatever comes before a mistake is handed out before it is raised.

        Raises:
            BrokenFrame.
        """
        if self._head:
            data, self._head = self._head + data, b""
        at, end = 0, len(data)
        while at < end:
            if self._payload is None:
                found = _head(data, at)
                if found is None:
                    self._head = data[at:]
                    return
                start, opcode, is_final, size, mask = found
                if opcode >= Opcode.CLOSE:
                    if end < start + size:
                        self._head = data[at:]
                        return
                    at = start + size
                    yield Message(opcode, data=unmasked(data[start:at], mask))
                    continue
                self._begin(opcode, size)
                at, self._payload = start, _Payload(is_final, size, mask)
            payload = self._payload
            taken = min(payload.left, end - at)
            if taken or not payload.left:
                self._take(unmasked(data[at : at + taken], payload.mask, payload.offset), payload.ends_with(taken))
            at += taken
            payload.left -= taken
            payload.offset += taken
            if not payload.left:
                self._payload = None
                if payload.is_final:
                    yield self._finished()

    def _begin(self, opcode: Opcode, size: int) -> None:
        """A data frame begins."""
        if opcode is Opcode.CONTINUATION:
            if self._open is None:
                raise BrokenFrame(Code.PROTOCOL_ERROR, "nothing to continue")
        elif self._open is not None:
            raise BrokenFrame(Code.PROTOCOL_ERROR, "a message within a message")
        else:
            self._open, self._size = opcode, 0
            if opcode is Opcode.TEXT:
                self._texts = []
        self._size += size
        if self._size > self._most:
            raise BrokenFrame(Code.TOO_LARGE, f"at most {self._most} bytes")

    def _take(self, data: bytes, is_last: bool) -> None:
        """Part of a message came in. What is no text is refused here and now; what is binary is not kept."""
        if self._texts is None:
            return
        try:
            if self._decoder is None:
                if is_last and not self._texts:  # most often all is there at once
                    self._texts.append(data.decode())
                    return
                self._decoder = codecs.getincrementaldecoder("utf-8")()
            if text := self._decoder.decode(data, is_last):  # empty frames may come without end
                self._texts.append(text)
        except UnicodeDecodeError:
            raise BrokenFrame(Code.NOT_UTF8, "no UTF-8") from None

    def _finished(self) -> Message:
        opcode, texts = self._open, self._texts
        self._open = self._texts = self._decoder = None
        assert opcode is not None
        return Message(opcode, text="".join(texts or ()))


class _Payload:
    """What is still to come of a data frame."""

    __slots__ = ("is_final", "left", "mask", "offset")

    def __init__(self, is_final: bool, size: int, mask: bytes) -> None:
        self.is_final = is_final
        self.left = size
        self.mask = mask
        self.offset = 0

    def ends_with(self, taken: int) -> bool:
        """Whether the message is over once so much more has come."""
        return self.is_final and taken == self.left


def _head(data: bytes, at: int) -> tuple[int, Opcode, bool, int, bytes] | None:
    """Of the frame that begins at a place: where its payload starts, what it is, whether it is the last of its message,
    how long, and by what it is masked; None if its head is not all there. What is wrong is said as early as it shows.

    Raises:
        BrokenFrame.
    """
    left = len(data) - at
    first = data[at]
    try:
        opcode = Opcode(first & 0x0F)
    except ValueError:
        raise BrokenFrame(Code.PROTOCOL_ERROR, "no such kind of frame") from None
    if first & RESERVED:
        raise BrokenFrame(Code.PROTOCOL_ERROR, "a reserved bit is set")
    is_final = bool(first & FINAL)
    if opcode >= Opcode.CLOSE and not is_final:
        raise BrokenFrame(Code.PROTOCOL_ERROR, "a control frame in pieces")
    if left < 2:
        return None
    second = data[at + 1]
    if not second & MASKED:
        raise BrokenFrame(Code.PROTOCOL_ERROR, "not masked")
    size, start = second & 0x7F, at + 2
    if size >= SHORT:
        if opcode >= Opcode.CLOSE:
            raise BrokenFrame(Code.PROTOCOL_ERROR, "a control frame is too long")
        width = 2 if size == SHORT else 8
        if left < 2 + width:
            return None
        size, start = int.from_bytes(data[start : start + width], "big"), start + width
        if size < (SHORT if width == 2 else 1 << 16) or size >> 63:
            raise BrokenFrame(Code.PROTOCOL_ERROR, "the length is not written as short as it can be")
    if len(data) < start + 4:
        return None
    return start + 4, opcode, is_final, size, data[start : start + 4]
