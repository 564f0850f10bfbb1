"""Texts handed to a mobile network over SMPP: by one process, with a window, to a network in another.

Called by `measures.py`. The network takes everything and answers at once; it counts the numbers that it saw: a text
that is missing, or came twice, is a mistake.
"""

import asyncio
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, cast

import msgspec
import uvloop

from pinson.lib import smpp
from pinson.lib.clock import SystemClock
from pinson.lib.gateways import SmppGateway, Text

WINDOW = 50
FASTEST = 100_000  # parts a second: no brake of ours
BODY = "Le pont de Lune est fermé jusqu'à 18 h : prenez la rocade. Réouverture prévue ce soir."

_HEADER = struct.Struct(">IIII")


class Handed(msgspec.Struct, frozen=True):
    """What came of one round. cpu: seconds of processor time of the sending process."""

    texts: int
    seconds: float
    cpu: float
    missing: int
    doubled: int

    @property
    def rate(self) -> float:
        return self.texts / self.seconds


def hand_over(seconds: float) -> Handed:
    """Send for so many seconds."""
    with _network() as (port, line):
        sent, took, cpu = uvloop.run(_send(port, seconds))
        line.send(None)
        seen: Counter[bytes] = Counter(line.recv())
    doubled = sum(count - 1 for count in seen.values())
    return Handed(texts=sent, seconds=took, cpu=cpu, missing=sent - len(seen), doubled=doubled)


async def _send(port: int, seconds: float) -> tuple[int, float, float]:
    account = smpp.Account(
        host="127.0.0.1", port=port, system_id="bench", password="", window=WINDOW, per_second=FASTEST
    )
    gateway = SmppGateway(account, _deaf, region="FR", clock=SystemClock(), chance=lambda: 0)
    running = asyncio.create_task(gateway.run())
    async with asyncio.timeout(10):
        while gateway.trouble:  # noqa: ASYNC110  (what is waited for is on the other side of a socket)
            await asyncio.sleep(0.01)
    sent = 0
    start, cpu = time.perf_counter(), time.process_time()
    until = start + seconds

    async def keep_sending() -> None:
        nonlocal sent
        while time.perf_counter() < until:
            sent += 1
            await gateway.send(Text(sent, f"+336{sent:08}", "38000", BODY))

    await asyncio.gather(*(keep_sending() for _ in range(2 * WINDOW)))
    took, used = time.perf_counter() - start, time.process_time() - cpu
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return sent, took, used


async def _deaf(_heard: Sequence[Any]) -> None:
    """Nobody writes to us here."""


@contextmanager
def _network() -> Iterator[tuple[int, Connection]]:
    """A network in a process of its own: its port, and a line that gives the numbers it saw when asked."""
    listening = socket.create_server(("127.0.0.1", 0))
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_take, args=(listening, theirs), daemon=True)
    process.start()
    try:
        yield listening.getsockname()[1], ours
    finally:
        process.terminate()
        process.join()
        listening.close()


def _take(listening: socket.socket, line: Connection) -> None:
    async def serve() -> None:
        seen: list[bytes] = []
        loop = asyncio.get_running_loop()
        told = asyncio.Event()
        loop.add_reader(line.fileno(), told.set)
        server = await loop.create_server(lambda: _Session(seen), sock=listening)
        await told.wait()
        line.recv()
        line.send(seen)
        server.close()

    uvloop.run(serve())


class _Session(asyncio.Protocol):
    """Takes whatever is submitted, and answers with the number of the word as its id."""

    def __init__(self, seen: list[bytes]) -> None:
        self._seen = seen
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        at, answers = 0, []
        while len(self._buffer) - at >= _HEADER.size:
            length, command, _, number = _HEADER.unpack_from(self._buffer, at)
            if len(self._buffer) - at < length:
                break
            if command == 4:  # submit_sm: service, source, then whom it is to
                source_ends = self._buffer.index(0, at + _HEADER.size + 3)
                self._seen.append(bytes(self._buffer[source_ends + 3 : self._buffer.index(0, source_ends + 3)]))
            body = b"%x\0" % number if command in (4, 9) else b""
            answers.append(_HEADER.pack(_HEADER.size + len(body), command | 0x80000000, 0, number) + body)
            at += length
        del self._buffer[:at]
        self._transport.write(b"".join(answers))
