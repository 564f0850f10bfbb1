"""HTTP/1.1 as lean as a client can speak it: requests are bytes made beforehand, answers are looked at in place.

Called by `load.py` and `streams.py`. The load generator shares two cores with the server, so
what it takes is taken from the figures: about 10 µs an answer, against 100 with a client library.

Source: RFC 9112.
"""

import asyncio
import re
from collections.abc import Callable
from typing import NamedTuple, cast

ROOM = 1 << 18  # bytes of the longest answer
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)
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
        end = self._room.find(HEAD_END, 0, self._filled)
        if end < 0:
            return
        head = self._room[: end + 2]
        status, length = STATUS.match(head), LENGTH.search(head)
        if status is None or (length is None and int(status[1]) not in WITHOUT_BODY):
            raise NotUnderstood(f"no status or no length: {bytes(head[:80])!r}")
        self._status = int(status[1])
        self._body_at = end + len(HEAD_END)
        self._size = self._body_at + (0 if length is None else int(length[1]))
