"""HTTP/1.1 as lean as a client can speak it: requests are bytes made beforehand, answers are looked at in place.

Called by `load.py` (a `Line` for each connection, without an event loop), `pace.py` and `streams.py` (a `Connection`,
in one). The load generator shares two cores with the server, so what it takes is taken from the figures: 15 µs an
answer and 10 more for 40 KB, nearly all of it in the kernel, against 100 with a client library.

Source: RFC 9112.
"""

import asyncio
import re
import socket
from collections.abc import Callable
from typing import NamedTuple, cast

ROOM = 1 << 18  # bytes of the longest answer
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"content-length: *([0-9]+)\r\n")  # of a head in lower case
WITHOUT_BODY = (204, 304)  # RFC 9112, section 6.3
STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")


class Answer(NamedTuple):
    """What came back. body: good only until the next request is sent on the connection."""

    status: int
    body: memoryview


class NotUnderstood(ValueError):
    """What came back is not an answer whose length is known beforehand, or there is more of it than it says."""


def request(
    method: str, path: str, *, token: str = "", headers: str = "", body: bytes = b"", agent: str = "bench"
) -> bytes:
    """A request as it goes over the wire.

    Args:
        headers: further ones, each with its line end.
        agent: who says to ask.
    """
    lines = f"{method} {path} HTTP/1.1\r\nHost: bench.example\r\nUser-Agent: {agent}\r\nAccept: */*\r\n{headers}"
    if token:
        lines += f"Authorization: Bearer {token}\r\n"
    if body:
        lines += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return lines.encode() + b"\r\n" + body


class Connection(asyncio.BufferedProtocol):
    """A connection with at most one request under way."""

    def __init__(
        self,
        on_answer: Callable[["Connection", Answer], None],
        on_end: Callable[["Connection", Exception | None], None],
    ) -> None:
        """
        Args:
            on_answer: called with each whole answer.
            on_end: called once, with what went wrong, or None if the other side hung up.
        """
        self.ended = False
        self._on_answer = on_answer
        self._on_end = on_end
        self._room = bytearray(ROOM)
        self._view = memoryview(self._room)
        self._filled = 0  # bytes of the answer that have come
        self._size = 0  # bytes it has, 0 until its head is there
        self._body_at = 0
        self._status = 0
        self._transport: asyncio.Transport | None = None
        self._wrong: Exception | None = None

    def send(self, request: bytes) -> None:
        """Send a request; the answer to the one before is forgotten."""
        assert self._transport is not None
        self._filled = self._size = 0
        self._transport.write(request)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self._on_end(self, self._wrong or exc)

    def get_buffer(self, _sizehint: int) -> memoryview:
        return self._view[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        try:
            if not self._size:
                self._read_head()
            if not self._size or self._filled < self._size:
                if self._filled == ROOM:
                    raise NotUnderstood("longer than there is room for")
                return
            if self._filled > self._size:
                raise NotUnderstood("more came than the answer's length says")
        except NotUnderstood as wrong:
            self._wrong = wrong
            self.close()
            return
        self._on_answer(self, Answer(self._status, self._view[self._body_at : self._size]))

    def _read_head(self) -> None:
        head = read_head(self._room, self._filled)
        if head is not None:
            self._status, self._body_at, self._size = head


class Line:
    """A connection with at most one request under way, for whoever waits for many sockets at once.

    room: where answers are received; all lines of a thread may share one, so that it stays in the processor's cache.
    """

    __slots__ = ("_begun", "_room", "_view", "socket")

    def __init__(self, port: int, room: bytearray) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._room = room
        self._view = memoryview(room)
        self._begun = b""  # of an answer that came in part

    def receive(self) -> int:
        """Receive what is there; how many bytes of an answer there are now in `room`, from its beginning on.

        Raises:
            ConnectionError: the other side hung up.
        """
        if begun := len(self._begun):
            came = self.socket.recv_into(self._view[begun:])
            self._room[:begun], self._begun = self._begun, b""
        else:
            came = self.socket.recv_into(self._room)
        if not came:
            raise ConnectionError("the server hung up")
        return begun + came

    def answer(self, filled: int) -> Answer | None:
        """The answer, if that is all of it. Its body is good only until anything else is received in this room.

        Args:
            filled: see `receive`.
        Raises:
            NotUnderstood: it is none, or none that we can tell the end of.
        """
        head = read_head(self._room, filled)
        if head is None or filled < head[2]:
            if filled == len(self._room):
                raise NotUnderstood("longer than there is room for")
            self._begun = bytes(self._view[:filled])
            return None
        status, body_at, size = head
        if filled > size:
            raise NotUnderstood("more came than the answer's length says")
        return Answer(status, self._view[body_at:size])


def read_head(room: bytearray, filled: int) -> tuple[int, int, int] | None:
    """Of an answer at the beginning of `room`: its status, where its body begins, and where it ends.

    Args:
        filled: bytes of it that are there.
    Returns:
        None if its head is not there yet.
    Raises:
        NotUnderstood.
    """
    end = room.find(HEAD_END, 0, filled)
    if end < 0:
        return None
    head = room[: end + 2]
    status, length = STATUS.match(head), LENGTH.search(head) or LENGTH.search(head.lower())
    if status is None or (length is None and int(status[1]) not in WITHOUT_BODY):
        raise NotUnderstood(f"no status or no length: {bytes(head[:80])!r}")
    body_at = end + len(HEAD_END)
    return int(status[1]), body_at, body_at + (0 if length is None else int(length[1]))
