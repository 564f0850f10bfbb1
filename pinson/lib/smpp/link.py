"""One connection to a network: words go out, each has its answer, and what comes by itself is queued.

Called by `client`. Knows when a question left: whoever asked and lost the connection before the answer learns so.
"""

import asyncio
from typing import cast

import msgspec
import structlog

from pinson.lib.smpp import pdus
from pinson.lib.smpp.pdus import HEADER, MOST_BYTES, RESPONSE, Command, Malformed, Status, Text

MOST_QUEUED = 1000  # texts and receipts that nobody has taken in yet
LAST_NUMBER = 0x7FFF_FFFF

events = structlog.get_logger("pinson.smpp")


class Broken(Exception):
    """The connection ended between a question and its answer."""


class Answer(msgspec.Struct, frozen=True):
    """What the other side said to a question."""

    status: int
    body: bytes


class Arrival(msgspec.Struct, frozen=True):
    """A text that came by itself. It is answered once it is taken in."""

    link: "Link"
    number: int
    command: int
    text: Text


class Link(asyncio.Protocol):
    """See the module. Made by `loop.create_connection`."""

    def __init__(self, arrivals: "asyncio.Queue[Arrival]") -> None:
        self._arrivals = arrivals
        self._buffer = bytearray()
        self._asked: dict[int, tuple[asyncio.Future[Answer], float]] = {}
        self._number = 0
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self.heard_at = self._loop.time()
        self.closed = self._loop.create_future()
        self.leaving = False

    def ask(self, command: Command, body: bytes = b"") -> "asyncio.Future[Answer]":
        """Say something now, to be answered: a status that is not good is an answer.

        Raises (the future):
            Broken: it left, and we shall never know.
        """
        assert self._transport is not None
        self._number = self._number % LAST_NUMBER + 1
        answer = self._loop.create_future()
        if self._transport.is_closing():
            answer.set_exception(Broken())
        else:
            self._asked[self._number] = answer, self._loop.time()
            self._transport.write(pdus.word(command, self._number, body))
        return answer

    def answer(self, command: int, number: int, body: bytes = b"", *, status: int = Status.OK) -> None:
        """Answer what came."""
        assert self._transport is not None
        if not self._transport.is_closing():
            self._transport.write(pdus.word(command | RESPONSE, number, body, status=status))

    @property
    def usable(self) -> bool:
        """Whether anything can be said."""
        return not (self.leaving or self._transport is None or self._transport.is_closing())

    @property
    def is_waiting(self) -> bool:
        """Whether something was asked that has no answer yet."""
        return bool(self._asked)

    @property
    def oldest(self) -> float:
        """When the question was asked that has waited the longest for its answer; infinite if there is none."""
        return next((asked_at for _, asked_at in self._asked.values()), float("inf"))

    def abort(self) -> None:
        """End it now."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are not of its kind, and do the same

    def connection_lost(self, _error: Exception | None) -> None:
        for answer, _ in self._asked.values():
            if not answer.done():
                answer.set_exception(Broken())
        self._asked.clear()
        if not self.closed.done():
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.heard_at = self._loop.time()
        self._buffer += data
        at, held = 0, self._buffer
        try:
            while len(held) - at >= HEADER.size:
                length, command, status, number = HEADER.unpack_from(held, at)
                if not HEADER.size <= length <= MOST_BYTES:
                    raise Malformed("a word of an impossible length")
                if len(held) - at < length:
                    break
                self._hear(command, status, number, bytes(held[at + HEADER.size : at + length]))
                at += length
        except Malformed as problem:
            events.warning("smpp_malformed", why=str(problem))
            self.abort()
        del held[:at]

    def _hear(self, command: int, status: int, number: int, body: bytes) -> None:
        if command & RESPONSE:
            answer, _ = self._asked.pop(number, (None, 0.0))
            if answer is not None and not answer.done():
                answer.set_result(Answer(status or (Status.INVALID_COMMAND if command == RESPONSE else 0), body))
            return
        match command:
            case Command.DELIVER_SM | Command.DATA_SM:
                self._arrive(command, number, body)
            case Command.ENQUIRE_LINK:
                self.answer(command, number)
            case Command.UNBIND:
                self.leaving = True
                self.answer(command, number)
            case _:
                self.answer(Command.GENERIC_NACK, number, status=Status.INVALID_COMMAND)

    def _arrive(self, command: int, number: int, body: bytes) -> None:
        """Queue a text. One that cannot be read is refused, and the connection goes on: its end is where it said."""
        try:
            text = pdus.text_of(command, body)
        except Malformed as problem:
            events.warning("smpp_text_malformed", why=str(problem))
            self.answer(command, number, b"\0", status=Status.INVALID_LENGTH)
            return
        if self._arrivals.qsize() >= MOST_QUEUED:
            self.answer(command, number, b"\0", status=Status.THROTTLED)
        else:
            self._arrivals.put_nowait(Arrival(self, number, command, text))
