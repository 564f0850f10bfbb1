"""Texts handed to a mobile network over SMPP: by one process, with a window, to a network in another.

Called by `measures.py`. The network takes everything and answers at once; it counts the numbers that it saw: a text
that is missing, or came twice, is a mistake.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from benchmarks import handing
from benchmarks.handing import Handed
from pinson.lib import smpp
from pinson.lib.clock import SystemClock
from pinson.lib.gateways import SmppGateway, Taken, Text

WINDOW = 50
FASTEST = 100_000  # parts a second: no brake of ours
BODY = "Le pont de Lune est fermé jusqu'à 18 h : prenez la rocade. Réouverture prévue ce soir."

_HEADER = struct.Struct(">IIII")


def hand_over(seconds: float) -> Handed:
    """Send for so many seconds."""
    return handing.hand_over(_Session, _sending, at_once=2 * WINDOW, seconds=seconds)


@asynccontextmanager
async def _sending(port: int) -> AsyncIterator[Callable[[int], Awaitable[Taken]]]:
    account = smpp.Account(
        host="127.0.0.1", port=port, system_id="bench", password="", window=WINDOW, per_second=FASTEST
    )
    gateway = SmppGateway(account, _deaf, region="FR", clock=SystemClock(), chance=lambda: 0)
    running = asyncio.create_task(gateway.run())
    async with asyncio.timeout(10):
        while gateway.trouble:  # noqa: ASYNC110  (what is waited for is on the other side of a socket)
            await asyncio.sleep(0.01)
    yield lambda number: gateway.send(Text(number, f"+336{number:08}", "38000", BODY))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def _deaf(_heard: Sequence[Any]) -> None:
    """Nobody writes to us here."""


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
