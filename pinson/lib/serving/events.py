"""A stream of Server-Sent Events, once the request that asked for it has been answered with its head.

Made by `Connection.stream_events`. What the client sends from now on is read and forgotten.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html; RFC 9112, section 7.1 (chunks).
"""

import asyncio
from collections.abc import Sequence

from uvicorn.protocols.http.httptools_impl import STATUS_LINE
from uvicorn.server import ServerState

from pinson.lib.serving.outlets import Outlet, Owner

QUIET = 5  # ticks without a word after which it is time for a sign of life: 15 seconds at most
LAST = b"0\r\n\r\n"


class EventStream(Outlet):
    """See the module."""

    __slots__ = ("_is_chunked", "_owner", "_quiet")

    def __init__(self, transport: asyncio.Transport, state: ServerState, owner: Owner, *, is_chunked: bool) -> None:
        """
        Args:
            is_chunked: whether the client knows chunks (HTTP/1.1); else what follows ends with the connection.
        """
        super().__init__(transport, state)
        self._owner = owner
        self._is_chunked = is_chunked
        self._quiet = 0

    def begin(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Send the head of the answer."""
        lines = [STATUS_LINE[status], *(b"%b: %b\r\n" % header for header in headers), b"connection: close\r\n"]
        if self._is_chunked:
            lines.append(b"transfer-encoding: chunked\r\n")
        self._transport.write(b"".join(lines) + b"\r\n")

    def send(self, data: bytes) -> None:
        """Send events, or part of one; never nothing, which would end the stream."""
        self._quiet = 0
        if not self._transport.is_closing():
            self._transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._is_chunked else data)

    def close(self) -> None:
        """End the stream: whoever listens comes back by themselves."""
        if not self._transport.is_closing():
            if self._is_chunked:
                self._transport.write(LAST)
            self._transport.close()

    def shutdown(self) -> None:
        if self.is_full:
            self.abort()
        self.close()

    def check(self) -> None:
        super().check()
        self._quiet += 1
        if self._quiet >= QUIET and not self._transport.is_closing():
            self._quiet = 0
            self._owner.on_quiet()

    def on_room(self) -> None:
        self._owner.on_room()

    def on_gone(self) -> None:
        self._owner.on_gone()
