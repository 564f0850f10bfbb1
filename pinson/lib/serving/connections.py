"""One HTTP connection: uvicorn's, with deadlines, with answers in one piece, and with streams that take it over.

A client may be slow, but not without end: it has so long for the head of a request, must bring a body at a certain
pace, and must take an answer, or is hung up on. A head has an end too, for all of it is kept until it is whole, and
copied as it grows. There are never more connections than files may be open, so that the database can always open
another.

Why not leave the deadlines to the proxy in front: it has its own, and a server without one stands too.

Source: RFC 9112 (HTTP/1.1); RFC 9110, section 15.5.9 (408); RFC 6585, section 5 (431).
"""

import asyncio
import re
from collections.abc import Sequence
from itertools import chain
from typing import Any, cast
from urllib.parse import unquote

import httptools
from starlette.responses import Response
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from pinson.lib.serving.events import EventStream
from pinson.lib.serving.outlets import STUCK, TICK, Outlet, Owner
from pinson.lib.serving.sockets import WebSocket

CONNECTION = "pinson.connection"  # among the extensions of a request's scope: the connection that it came by
IDLE = 2  # ticks that a connection is kept, after an answer, for the next request
HEAD = 8  # ticks for the head of a request, from the first byte of it or from the connection's first moment
BODY = 12  # ticks before the pace of a body is looked at
PACE = 500  # bytes per second, on average
MOST_AHEAD = 64  # requests that may come before the first of them is answered: each costs far more than its bytes
LONGEST_HEAD = 64 << 10  # bytes of a request's head, or of what follows its body
NOT_IN_HEADERS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")  # RFC 9110, section 5.5: would end a header, or the head
WITHOUT_BODY = (204, 304)  # RFC 9112, section 6.3
WAITING, READING, ANSWERING = range(3)
"""What a connection does: nothing or reading a head, reading a body, and making and sending an answer."""


class Connection(HttpToolsProtocol):
    """See the module."""

    def __init__(self, *arguments: Any, most: int, **named: Any) -> None:
        """
        Args:
            most: connections at a time; whoever comes then is told to come again.
        """
        super().__init__(*arguments, **named)
        self._most = most
        self._seen: tuple[object, int] = (None, WAITING)  # request and phase at the last tick
        self._ticks = 0  # since then
        self._came = 0  # bytes of the body
        self._fed = 0  # bytes since a head was whole, or part of a body was there
        self._pending = 0  # bytes that had not left at the last tick
        self._stuck = 0  # ticks since some did
        self._has_moved = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        if len(self.connections) > self._most:
            self.transport.write(FULL)
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self._fed += len(data)
        super().data_received(data)
        if self._fed > LONGEST_HEAD:
            self._hang_up(TOO_LONG)

    def on_headers_complete(self) -> None:
        if self._fed > LONGEST_HEAD:  # or others came along with it
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > LONGEST_HEAD:
                self._hang_up(TOO_LONG)
                raise ValueError("too long")  # the parser stops here
        if len(self.pipeline) >= MOST_AHEAD:
            self._hang_up(b"")
            raise ValueError("too many")
        self._fed = 0
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._hang_up(NO_REQUEST)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._came = 0
        self.scope["extensions"] = cast(dict[str, dict[object, object]], {CONNECTION: self})

    def on_body(self, body: bytes) -> None:
        self._fed = 0
        self._came += len(body)
        super().on_body(body)

    def resume_writing(self) -> None:
        self._has_moved = True
        super().resume_writing()

    def handle_websocket_upgrade(self) -> None:
        scope = cast(Scope, self.scope)
        try:
            _address(scope, self.url)
        except (httptools.HttpParserError, UnicodeDecodeError):
            self._hang_up(NO_REQUEST)
            return
        socket = WebSocket(self.transport, self.server_state)
        self._hand_over(socket)
        if (work := socket.ask(self.app, scope)) is not None:
            task = self.loop.create_task(work)
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)

    def answer(self, scope: Scope, response: Response) -> bool:
        """Send an answer that is there as a whole; whether that could be. If not, it is to be sent as any other.

        Two messages through ASGI, each header looked at and two writes cost more than some answers do. What is not
        plain is left to uvicorn: a client that does not take its bytes, or sends the next request without waiting; the
        last answer on a connection; and what may not be sent at all.
        """
        cycle, headers, body = self.cycle, response.raw_headers, response.body
        if cycle.scope is not scope or cycle.response_started or not cycle.keep_alive or self.flow.write_paused:
            return False
        pieces, has_length = [STATUS_LINE[response.status_code]], response.status_code in WITHOUT_BODY
        for name, value in headers:
            if name in (b"connection", b"transfer-encoding"):
                return False
            has_length = has_length or (name == b"content-length" and value == b"%d" % len(body))
            pieces += name, b": ", value, b"\r\n"
        if not has_length or cycle.disconnected or NOT_IN_HEADERS.search(b"".join(chain.from_iterable(headers))):
            return False
        for name, value in cycle.default_headers:
            pieces += name, b": ", value, b"\r\n"
        pieces.append(b"\r\n")
        if scope["method"] != "HEAD" and response.status_code not in WITHOUT_BODY:
            pieces.append(bytes(body))
        self.transport.write(b"".join(pieces))
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        cycle.on_response()
        return True

    def on_response_complete(self) -> None:
        """As uvicorn does, but without a timer for each answer that tells when to hang up: `check` does."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    def stream_events(self, owner: Owner, status: int, headers: Sequence[tuple[bytes, bytes]]) -> EventStream:
        """Answer the request with a stream that outlives it, from its head on."""
        cycle = self.cycle
        assert not cycle.response_started
        cycle.response_started = cycle.response_complete = True
        stream = EventStream(self.transport, self.server_state, owner, is_chunked=self.scope["http_version"] != "1.0")
        self.flow.resume_reading()  # it was paused if more requests came meanwhile: they will not be answered
        self._hand_over(stream)
        stream.begin(status, [*self.server_state.default_headers, *headers])
        return stream

    def _hand_over(self, outlet: Outlet) -> None:
        """Let go of the connection, and of what it needed for requests."""
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        self.transport.set_protocol(outlet)
        self.parser = None  # type: ignore[assignment]  # it holds us, and we it: memory would be given back late
        self.scope["extensions"] = {}  # so does this

    def connection_lost(self, exc: Exception | None) -> None:
        if self.scope is not None:
            self.scope["extensions"] = {}
        super().connection_lost(exc)

    # --- deadlines ------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Another `TICK` seconds have passed: hang up if the client has been too slow."""
        self._check_that_it_takes()
        cycle = self.cycle
        phase = WAITING if cycle is None or cycle.response_complete else READING if cycle.more_body else ANSWERING
        if self._seen != (cycle, phase):
            self._seen, self._ticks = (cycle, phase), 0
            return
        if phase is ANSWERING or (phase is READING and (self.flow.read_paused or cycle.body)):
            return  # it is our turn
        self._ticks += 1
        if phase is WAITING and cycle is not None and cycle.scope is self.scope:  # nothing of another request has come
            if self._ticks >= IDLE:
                self.transport.close()
        elif phase is WAITING and self._ticks >= HEAD:
            self._hang_up(LATE if self.scope is not None else b"")
        elif phase is READING and self._ticks >= BODY and self._came < PACE * TICK * self._ticks:
            self._hang_up(LATE)

    def _hang_up(self, words: bytes) -> None:
        """End the connection, with an answer unless another has begun."""
        cycle = self.cycle
        is_free = cycle is None or cycle.response_complete or not (cycle.response_started or self.pipeline)
        if is_free and not self.transport.is_closing():
            self.transport.write(words)
        self.transport.close()

    def _check_that_it_takes(self) -> None:
        pending = self.transport.get_write_buffer_size()
        if pending and pending >= self._pending and not self._has_moved:
            self._stuck += 1
            if self._stuck >= STUCK:
                self.transport.abort()
        else:
            self._stuck = 0
        self._pending, self._has_moved = pending, False


def sent_at_once(response: Response, scope: Scope) -> bool:
    """Send an answer past ASGI, if it is there as a whole and the connection is one of ours; whether that was done."""
    if type(response).__call__ is not Response.__call__ or response.background is not None:
        return False
    connection: Connection | None = scope.get("extensions", {}).get(CONNECTION)
    return connection is not None and connection.answer(scope, response)


def _last_words(status: bytes, text: bytes, header: bytes = b"") -> bytes:
    """An answer after which nothing comes."""
    return (
        b"HTTP/1.1 %b\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n%bconnection: close\r\n\r\n%b"
    ) % (status, len(text), header, text)


FULL = _last_words(b"503 Service Unavailable", b"Too many are here. Try again in a moment.\r\n", b"retry-after: 5\r\n")
LATE = _last_words(b"408 Request Timeout", b"The request was too slow")
NO_REQUEST = _last_words(b"400 Bad Request", b"This is no request as HTTP has it.")
TOO_LONG = _last_words(b"431 Request Header Fields Too Large", b"The head of the request is too long.")


def _address(scope: Scope, url: bytes) -> None:
    """Put into a scope where a request goes. uvicorn does it for those that are no upgrades only.

    Raises:
        HttpParserError, UnicodeDecodeError: it is no address.
    """
    parsed = httptools.parse_url(url)
    path = parsed.path.decode("ascii")
    scope["path"] = unquote(path) if "%" in path else path
    scope["raw_path"] = parsed.path
    scope["query_string"] = parsed.query or b""
