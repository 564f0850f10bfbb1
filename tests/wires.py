"""Connections in memory: the real `Connection` of the server on one end, a test on the other.

For streams, which httpx's transport cannot hear, since it waits for the end of an answer. What a socket of the network
does besides (buffers that fill, peers that vanish) is tested against a live server, in tests/serving.
"""

import asyncio
import base64
import json

import uvicorn
from uvicorn.server import ServerState

from pinson.lib.serving import Connection, WebSocket

KEY = base64.b64encode(bytes(range(16)))
ADDRESS = ("192.0.2.1", 50000)


class Wire(asyncio.Transport):
    """A connection to an application. sent: what the server has sent, and nobody took yet."""

    def __init__(self, application, *, address=ADDRESS):
        super().__init__({"peername": address, "sockname": ("127.0.0.1", 443), "sslcontext": True})
        config = uvicorn.Config(application, lifespan="off", ws=WebSocket, log_config=None)
        config.load()
        self.sent = bytearray()
        self.state = ServerState()
        self.is_over = False
        self.is_reading = True
        self.waits = 0  # bytes that the server believes have not left yet
        self._news = asyncio.Event()
        self._protocol = None
        connection = Connection(config=config, server_state=self.state, app_state={}, most=100)
        self.set_protocol(connection)
        connection.connection_made(self)

    # --- the test's end ---

    def say(self, data):
        """Send bytes to the server."""
        if not self.is_over:
            self._protocol.data_received(data)

    def ask(self, path, *, method="GET", **headers):
        """Send a request."""
        lines = [f"{method} {path} HTTP/1.1", "host: pinson.example"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.say("\r\n".join([*lines, "", ""]).encode())

    def upgrade(self, path, **headers):
        """Ask for a WebSocket."""
        given = {"connection": "Upgrade", "upgrade": "websocket", "sec_websocket_version": "13"}
        self.ask(path, **{**given, "sec_websocket_key": KEY.decode(), **headers})

    async def until(self, end, seconds=60):
        """What was sent up to and with these bytes."""
        async with asyncio.timeout(seconds):
            while end not in self.sent:
                if self.is_over:
                    raise EOFError(bytes(self.sent))
                await self._wait()
        return self._taken(self.sent.index(end) + len(end))

    async def exactly(self, count, seconds=60):
        """So many bytes."""
        async with asyncio.timeout(seconds):
            while len(self.sent) < count:
                if self.is_over:
                    raise EOFError(bytes(self.sent))
                await self._wait()
        return self._taken(count)

    async def head(self):
        """The status of an answer, and its headers."""
        line, *lines = (await self.until(b"\r\n\r\n")).decode().split("\r\n")
        return int(line.split()[1]), dict(one.split(": ", 1) for one in lines if one)

    async def chunk(self):
        """The next chunk of an answer; empty at its end."""
        size = int(await self.until(b"\r\n"), 16)
        return (await self.exactly(size + 2))[:-2]

    async def frame(self):
        """Kind and payload of the next WebSocket frame."""
        first, size = await self.exactly(2)
        if size >= 126:
            size = int.from_bytes(await self.exactly(2 if size == 126 else 8), "big")
        return first & 0x0F, await self.exactly(size)

    async def told(self):
        """The next message of a stream of the Mastodon API: its event and its payload."""
        message = json.loads((await self.frame())[1])
        return message["event"], message["payload"]

    def hang_up(self, why=None):
        """Leave without a word."""
        self._over(why)

    def tick(self, count=1):
        """Let so many of the server's ticks pass."""
        for _ in range(count):
            if not self.is_over:
                self._protocol.check()

    def fill(self):
        """Let the server's buffer be full."""
        self.waits = 1 << 16
        self._protocol.pause_writing()

    def drain(self):
        """Let all that waited leave."""
        self.waits = 0
        self._protocol.resume_writing()

    # --- the server's end ---

    def write(self, data):
        if not self.is_over:
            self.sent += data
            self._news.set()

    def get_write_buffer_size(self):
        return self.waits

    def set_protocol(self, protocol):
        self._protocol = protocol

    def get_protocol(self):
        return self._protocol

    def is_closing(self):
        return self.is_over

    def close(self):
        self._over(None)

    def abort(self):
        self._over(None)

    def write_eof(self):
        self._over(None)

    def pause_reading(self):
        self.is_reading = False

    def resume_reading(self):
        self.is_reading = True

    def _over(self, why):
        if not self.is_over:
            self.is_over = True
            self._news.set()
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, why)

    async def _wait(self):
        self._news.clear()
        await self._news.wait()

    def _taken(self, count):
        data = bytes(self.sent[:count])
        del self.sent[:count]
        return data


def client_frame(opcode, payload=b"", *, final=True, mask=b"\x01\x02\x03\x04", reserved=0):
    """A frame as clients send it."""
    size = len(payload)
    head = bytes(((0x80 if final else 0) | reserved | opcode,))
    if size < 126:
        head += bytes((0x80 | size,))
    elif size < 1 << 16:
        head += bytes((0x80 | 126,)) + size.to_bytes(2, "big")
    else:
        head += bytes((0x80 | 127,)) + size.to_bytes(8, "big")
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
