"""Things handed to somebody else's server, one after the other: how many a second, at what cost, and whether each came.

Called by `letters.py` and `texts.py`, which say what is handed over and who takes it. The server is in a process of its
own and says what it saw: what is missing, or came twice, is a mistake.
"""

import asyncio
import os
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import msgspec
import uvloop

Taking = Callable[[list[bytes]], asyncio.Protocol]
"""Makes what takes one connection, and adds to the list what it saw."""

Sending = Callable[[int], AbstractAsyncContextManager[Callable[[int], Awaitable[Any]]]]
"""Connects to a port, and gives what hands over the thing of a number."""


class Handed(msgspec.Struct, frozen=True):
    """What came of one round. cpu: seconds of processor time of the sending process."""

    sent: int
    seconds: float
    cpu: float
    missing: int
    doubled: int

    @property
    def rate(self) -> float:
        return self.sent / self.seconds


def hand_over(taking: Taking, sending: Sending, *, at_once: int, seconds: float) -> Handed:
    """Send for so many seconds, so many at a time."""
    with receiving(taking) as receiver:
        sent, took, cpu = uvloop.run(_send(sending, receiver.port, at_once, seconds))
        seen = Counter(receiver.seen())
    doubled = sum(count - 1 for count in seen.values())
    return Handed(sent, took, cpu, missing=sent - len(seen), doubled=doubled)


async def _send(sending: Sending, port: int, at_once: int, seconds: float) -> tuple[int, float, float]:
    sent = 0
    async with sending(port) as send:
        start, cpu = time.perf_counter(), time.process_time()

        async def keep_sending() -> None:
            nonlocal sent
            while time.perf_counter() < start + seconds:
                sent += 1
                await send(sent)

        await asyncio.gather(*(keep_sending() for _ in range(at_once)))
        return sent, time.perf_counter() - start, time.process_time() - cpu


class Receiver:
    """A server in a process of its own, asked what it saw."""

    def __init__(self, port: int, line: Connection) -> None:
        self.port, self._line = port, line

    def count(self) -> int:
        """How many it saw since it was last asked what."""
        self._line.send(False)
        count: int = self._line.recv()
        return count

    def seen(self) -> list[bytes]:
        """What it saw; it begins anew."""
        self._line.send(True)
        seen: list[bytes] = self._line.recv()
        return seen


@contextmanager
def receiving(taking: Taking) -> Iterator[Receiver]:
    """A server, until the block ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_take, args=(taking, listening, theirs), daemon=True)
    process.start()
    try:
        yield Receiver(listening.getsockname()[1], ours)
    finally:
        process.terminate()
        process.join()
        listening.close()


def _take(taking: Taking, listening: socket.socket, line: Connection) -> None:
    async def serve() -> None:
        seen: list[bytes] = []

        def answer() -> None:
            os.set_blocking(line.fileno(), True)  # the loop lets nothing block; what was seen may be megabytes
            if line.recv():
                line.send(seen)
                seen.clear()
            else:
                line.send(len(seen))

        asyncio.get_running_loop().add_reader(line.fileno(), answer)
        server = await asyncio.get_running_loop().create_server(lambda: taking(seen), sock=listening)
        await server.serve_forever()

    uvloop.run(serve())
