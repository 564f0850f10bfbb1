"""A WebSocket, from the request that asks for it to the end.

Made by `Connection` when a request asks for an upgrade. The application is called as ASGI says, with the socket among
the scope's extensions (`SOCKET`): it either refuses, by an answer over ASGI, or calls `accept` and returns. From then
on its owner is called when something comes, and nothing of the request is kept.

What a client says is held against the standard byte by byte (`frames.py`). It is asked for a sign of life after half a
minute of silence, and hung up on after another. One that pings and does not read is not read from either.

Source: RFC 6455, sections 4.2 (opening), 5.5 (control frames), 7 (closing).
"""

import asyncio
import base64
import binascii
import hashlib
import logging
from collections.abc import Coroutine
from typing import Any, Protocol, cast

from starlette.types import Message as AsgiMessage
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE
from uvicorn.server import ServerState

from pinson.lib.serving.frames import BrokenFrame, Code, Message, Opcode, Reader, closing, closing_code, frame
from pinson.lib.serving.outlets import Outlet, Owner

SOCKET = "pinson.socket"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # section 1.3
VERSION = b"13"
MOST = 64 << 10  # bytes of a message from a client
SILENT = 12  # ticks without a word from the client until it is asked whether it is there, and again until it is not
FAREWELL = 4  # ticks in which a client may answer that we end the connection
SPOKEN = [(b"sec-websocket-version", VERSION), (b"upgrade", b"websocket")]
PING = frame(Opcode.PING, b"pinson")

journal = logging.getLogger("uvicorn.error")


class Hearing(Owner, Protocol):
    """Who owns a socket."""

    def on_text(self, text: str) -> None:
        """The client says something."""
        ...


class WebSocket(Outlet):
    """See the module. `owner` is asked for nothing before `accept`."""

    __slots__ = ("_farewell", "_is_held", "_key", "_owner", "_reader", "_silent", "_state")

    def __init__(self, transport: asyncio.Transport, state: ServerState) -> None:
        super().__init__(transport, state)
        self._state = state
        self._owner: Hearing | None = None
        self._reader: Reader | None = None  # None: not accepted, or nothing more is to be understood
        self._key = b""
        self._is_held = False  # by its owner, who takes nothing now
        self._silent = 0  # ticks since something came
        self._farewell = 0  # ticks since we said that it ends; 0: we did not

    # --- the request ----------------------------------------------------------------------------------------------

    def ask(self, app: Any, scope: Scope) -> Coroutine[Any, Any, None] | None:
        """Let the application decide on a request to open a socket; None if it is none, and is refused already.

        Args:
            scope: of the request, which is made into one of a WebSocket.
        """
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            headers[name] = headers[name] + b"," + value if name in headers else value
        if why := _fault(scope, headers):
            self._refuse(why[0], SPOKEN if why[0] == 426 else [], why[1])
            return None
        self._key = headers[b"sec-websocket-key"].strip()
        self._transport.pause_reading()  # a client that waits for its answer has nothing to say yet
        said = headers.get(b"sec-websocket-protocol", b"").decode("latin-1")
        scope.update(
            {
                "type": "websocket",
                "scheme": "wss" if scope["scheme"] == "https" else "ws",
                "subprotocols": [token for part in said.split(",") if (token := part.strip())],
                "extensions": {"websocket.http.response": {}, SOCKET: self},
            }
        )
        del scope["method"]
        return self._decide(app, scope)

    async def _decide(self, app: Any, scope: Scope) -> None:
        asgi = _Asgi(self)
        receive: Receive = asgi.receive
        send: Send = asgi.send
        try:
            await app(scope, receive, send)
        except Exception:
            journal.exception("Exception in ASGI application\n")
        if self._reader is None and not self._transport.is_closing():
            self._refuse(500, [], b"Internal Server Error")

    def accept(self, owner: Hearing, subprotocol: str | None = None) -> None:
        """Open the socket. `owner.on_gone` is called even if the client left meanwhile."""
        self._owner, self._reader = owner, Reader(MOST)
        digest = hashlib.sha1(self._key + GUID, usedforsecurity=False).digest()
        self._key = b""
        if self.is_gone:
            asyncio.get_running_loop().call_soon(owner.on_gone)
            return
        answer = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        answer += b"sec-websocket-accept: %b\r\n" % base64.b64encode(digest)
        if subprotocol is not None:
            answer += b"sec-websocket-protocol: %b\r\n" % subprotocol.encode("latin-1")
        self._transport.write(answer + b"\r\n")
        self._transport.resume_reading()

    def _refuse(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        if self._transport.is_closing():
            return
        named = {name for name, _ in headers}
        lines = [
            *(header for header in self._state.default_headers if header[0] not in named),
            *headers,
            (b"connection", b"close, upgrade" if b"upgrade" in named else b"close"),
        ]
        if b"content-length" not in named:
            lines += [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        head = b"".join(b"%b: %b\r\n" % header for header in lines)
        self._transport.write(STATUS_LINE[status] + head + b"\r\n" + body)
        self._transport.close()

    # --- afterwards -----------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send frames, unless it has been said that it ends."""
        if not self._farewell:
            self._transport.write(data)

    def close(self, code: int = Code.NORMAL, reason: str = "") -> None:
        """Say that it ends, and wait a little for the client to say so too."""
        if not self._farewell and self._reader is not None and not self._transport.is_closing():
            self._farewell = 1
            self._transport.write(closing(code, reason))

    def shutdown(self) -> None:
        if self.is_full:
            self.abort()
        self.close(Code.RESTART)
        self._transport.close()

    def hold(self) -> None:
        """Take nothing from the client for now, but for what has come already."""
        self._is_held = True
        self._listen()

    def go_on(self) -> None:
        """Take what the client says again."""
        self._is_held = False
        self._listen()

    def _listen(self) -> None:
        """Read from the client, or do not, as things stand."""
        if self._transport.is_closing():
            return
        if self._is_held or self.is_full:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        self._silent = 0
        reader = self._reader
        if reader is None:
            return
        try:
            for message in reader.feed(data):
                self._take(message)
                if self._reader is None:
                    return
        except BrokenFrame as broken:
            self._fail(broken)

    def _take(self, message: Message) -> None:
        opcode, text, data = message
        if opcode is Opcode.PING:
            if not self._farewell:
                self._transport.write(frame(Opcode.PONG, data))
        elif opcode is Opcode.CLOSE:
            code = closing_code(data)
            if not self._farewell:
                self._transport.write(frame(Opcode.CLOSE, b"") if code is None else closing(code))
            self._end()
        elif self._farewell or self._owner is None or opcode is Opcode.PONG:
            pass
        elif opcode is Opcode.TEXT:
            self._owner.on_text(text)
        else:
            self.close(Code.UNSUPPORTED)

    def _fail(self, broken: BrokenFrame) -> None:
        """Section 7.1.7: say why, and hear no more. To close with bytes unread would take the reason back."""
        self._reader = None
        if not self._farewell:
            self._farewell = 1
            self._transport.write(closing(broken.code, str(broken)))
        self._transport.write_eof()

    def _end(self) -> None:
        """Nothing that still comes means anything."""
        self._reader = None
        self._farewell = self._farewell or 1
        self._transport.close()

    def check(self) -> None:
        super().check()
        if self._farewell:
            self._farewell += 1
            if self._farewell > FAREWELL:
                self.abort()
            return
        self._silent += 1
        if self._owner is None or self._silent < SILENT:
            return
        if self._silent >= 2 * SILENT:
            self.abort()
        elif self._silent == SILENT:
            self._transport.write(PING)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._listen()

    def on_room(self) -> None:
        self._listen()
        if self._owner is not None and not self._farewell:
            self._owner.on_room()

    def on_gone(self) -> None:
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.on_gone()


class _Asgi:
    """The request as ASGI has it, for as long as it is not decided."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._is_told = False
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = b""

    async def receive(self) -> AsgiMessage:
        if self._is_told:
            return {"type": "websocket.disconnect", "code": 1006}
        self._is_told = True
        return {"type": "websocket.connect"}

    async def send(self, message: AsgiMessage) -> None:
        match message["type"]:
            case "websocket.close":
                self._socket._refuse(403, [], b"Forbidden")
            case "websocket.http.response.start":
                self._status, self._headers = message["status"], list(message.get("headers", ()))
            case "websocket.http.response.body":
                self._body += message.get("body", b"")
                if not message.get("more_body"):
                    self._socket._refuse(self._status, self._headers, self._body)
            case other:
                raise RuntimeError(f"{other}: sockets are opened by their own `accept`")


def _fault(scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, bytes] | None:
    """Status and reason why a request cannot open a socket; None if it can. Section 4.2.1."""
    if scope["method"] != "GET" or scope["http_version"] == "1.0":
        return 400, b"A WebSocket is opened by GET, over HTTP/1.1."
    if b"host" not in headers:
        return 400, b"The request has no Host header."
    if headers.get(b"sec-websocket-version", b"").strip() != VERSION:
        return 426, b"Only version 13 of the WebSocket protocol is spoken here."
    try:
        key = base64.b64decode(headers.get(b"sec-websocket-key", b"").strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 16:
        return 400, b"Sec-WebSocket-Key is not 16 bytes in base64."
    return None


def socket_of(scope: Scope) -> WebSocket:
    """The socket that a request asks for."""
    return cast(WebSocket, scope["extensions"][SOCKET])
