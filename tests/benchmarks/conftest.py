"""A server that answers as a test tells it to."""

import asyncio
import os

import pytest


class Server:
    """Answers the n-th request with `answer(n)`: bytes as they go over the wire, or None to hang up."""

    def __init__(self):
        self.asked = []

    async def start(self, answer):
        self._answer = answer
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.pids = (os.getpid(),)

    async def stop(self):
        self._server.close()

    async def _talk(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((int(line[15:]) for line in head.split(b"\r\n") if line[:15] == b"Content-Length:"), 0)
                self.asked.append(head + await reader.readexactly(length))
                answer = self._answer(len(self.asked) - 1)
                if answer is None:
                    break
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def server():
    """Not started yet: `await server.start(answer)`."""
    one = Server()
    yield one
    await one.stop()
