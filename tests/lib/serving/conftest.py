"""A live server on a real socket, with an application that says back what sockets say to it."""

import asyncio
import socket
from contextlib import asynccontextmanager, suppress

import pytest_asyncio
from starlette.responses import PlainTextResponse

from pinson.interfaces.tellers import EventsResponse
from pinson.lib.serving.connections import sent_at_once
from pinson.lib.serving.frames import Opcode, frame
from pinson.lib.serving.server import Server
from pinson.lib.serving.sockets import socket_of
from tests.wires import KEY


class Echo:
    """Owns a socket, and says back what it hears. gone: how often it was told that the client left."""

    def __init__(self, socket):
        self.socket = socket
        self.gone = 0

    def on_text(self, text):
        self.socket.send(frame(Opcode.TEXT, text.encode()))

    def on_room(self):
        pass

    def on_quiet(self):
        pass

    def on_gone(self):
        self.gone += 1


class Talk:
    """Owns a stream of events, and says nothing by itself."""

    def __init__(self):
        self.outlet, self.gone, self.room, self.quiet = None, 0, 0, 0

    def starts(self, outlet):
        self.outlet = outlet

    def on_room(self):
        self.room += 1

    def on_quiet(self):
        self.quiet += 1

    def on_gone(self):
        self.gone += 1


class App:
    """See the module. echoes, talks: the owners of what was opened. bodies: of the requests, as they came."""

    def __init__(self):
        self.echoes, self.talks, self.bodies, self.clients = [], [], [], []

    async def __call__(self, scope, receive, send):
        self.clients.append((scope["client"] or ("",))[0])
        if scope["type"] == "websocket":
            if scope["path"] == "/refused":
                await PlainTextResponse("No.", 401)(scope, receive, send)
            elif scope["path"] == "/nowhere":
                await receive()
                await send({"type": "websocket.close"})
            elif scope["path"] == "/bug":
                raise ZeroDivisionError
            else:
                self.echoes.append(Echo(socket_of(scope)))
                socket_of(scope).accept(self.echoes[-1], next(iter(scope["subprotocols"]), None))
        elif scope["path"] == "/events":
            self.talks.append(Talk())
            await EventsResponse(self.talks[-1], {"cache-control": "no-store"})(scope, receive, send)
        else:
            body = b""
            if scope["method"] == "POST":
                while (message := await receive()).get("more_body"):
                    body += message["body"]
                body += message.get("body", b"")
                self.bodies.append(body if message["type"] == "http.request" else message["type"])
            size = int(scope["query_string"] or b"2")
            response = PlainTextResponse("x" * size, 304 if scope["path"] == "/304" else 200)
            if scope["path"] == "/two-lines":
                response.raw_headers.append((b"x-said", b"one\r\ntwo"))
            if scope["path"] == "/in-parts" or not sent_at_once(response, scope):
                await response(scope, receive, send)


class Client:
    """One end of a connection, byte by byte."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    def send(self, *data):
        self.writer.write(b"".join(data))

    async def head(self):
        """Status and headers of an answer."""
        line, *lines = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 60)).decode().split("\r\n")
        return int(line.split()[1]), dict(one.split(": ", 1) for one in lines if one)

    async def frame(self):
        """Kind and payload of the next frame; None at the end."""
        try:
            async with asyncio.timeout(60):
                first, size = await self.reader.readexactly(2)
                if size >= 126:
                    size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
                return first & 0x0F, await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return None

    async def frames(self):
        """All that still come, until the server hangs up."""
        found = []
        while (one := await self.frame()) is not None:
            found.append(one)
        return found

    async def rest(self):
        """All bytes that still come."""
        try:
            return await asyncio.wait_for(self.reader.read(), 60)
        except ConnectionResetError:
            return b""


class Live:
    """The server."""

    def __init__(self, app, server, port):
        self.app, self.server, self.port = app, server, port

    @property
    def connections(self):
        return self.server.server_state.connections

    @asynccontextmanager
    async def client(self, *, buffer=None):
        """A connection. buffer: bytes that the system keeps for a client that does not read."""
        ours = socket.socket()
        if buffer is not None:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        ours.setblocking(False)
        await asyncio.get_running_loop().sock_connect(ours, ("127.0.0.1", self.port))
        reader, writer = await asyncio.open_connection(sock=ours, **({"limit": buffer} if buffer else {}))
        try:
            yield Client(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    @asynccontextmanager
    async def socket(self, path="/", **options):
        """A WebSocket that is open."""
        async with self.client(**options) as client:
            client.send(upgrade(path))
            assert (await client.head())[0] == 101
            yield client

    def tick(self, count=1):
        """Let so many of its ticks pass."""
        for _ in range(count):
            for connection in list(self.connections):
                connection.check()

    async def until(self, condition):
        """Wait for it."""
        async with asyncio.timeout(60):
            while not condition():  # noqa: ASYNC110  (nothing tells)
                await asyncio.sleep(0.001)


def upgrade(path="/", **headers):
    """A request for a WebSocket; a header that is None is left out."""
    given = {
        "host": "pinson.example",
        "connection": "keep-alive, Upgrade",
        "upgrade": "WebSocket",
        "sec_websocket_version": "13",
        "sec_websocket_key": KEY.decode(),
    } | headers
    method, version = given.pop("method", "GET"), given.pop("http", "1.1")
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items() if value is not None]
    return f"{method} {path} HTTP/{version}\r\n{''.join(lines)}\r\n".encode()


@asynccontextmanager
async def serving(**options):
    """A live server, until the block ends."""
    app = App()
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    listening.setblocking(False)
    server = Server(app, trusted_proxies=options.pop("trusted_proxies", ()), before_stop=lambda: None, **options)
    work = asyncio.create_task(server.serve(sockets=[listening]))
    live = Live(app, server, listening.getsockname()[1])
    await live.until(lambda: server.started)
    try:
        yield live
    finally:
        server.should_exit = True
        await work


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def live():
    """One for all tests of a module."""
    async with serving() as live:
        yield live
