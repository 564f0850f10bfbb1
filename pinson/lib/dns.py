"""Asks the DNS for the texts of a name, as this machine asks it.

Called by `pinson doctor`, which compares what mailboxes look for with what they find. Python resolves addresses only.

Not here: addresses of what we talk to (lib/http has its own guard).

Source: RFC 1035, section 4.
"""

import asyncio
import secrets
import struct
from ipaddress import ip_address
from pathlib import Path

RESOLVERS = Path("/etc/resolv.conf")
PORT = 53
TXT, IN = 16, 1
NO_SUCH_NAME = 3
SECONDS = 5.0


class NoAnswer(Exception):
    """The resolver does not answer, or not so that it can be read."""


def resolver(file: Path = RESOLVERS) -> str | None:
    """The first one that this machine asks."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            try:
                return str(ip_address(words[1].partition("%")[0]))
            except ValueError:
                continue
    return None


async def texts(name: str, *, server: str, port: int = PORT) -> list[str]:
    """The TXT records of a name, the pieces of each put together; none if there is no such name.

    Raises:
        NoAnswer.
    """
    id = secrets.randbits(16)
    labels = [label.encode("idna") for label in name.rstrip(".").split(".")]
    asked = b"".join(struct.pack("B", len(label)) + label for label in labels) + b"\0" + struct.pack(">HH", TXT, IN)
    # Recursion is wanted; one additional record says that answers may be long (EDNS, RFC 6891).
    query = struct.pack(">HHHHHH", id, 0x0100, 1, 0, 0, 1) + asked + b"\0" + struct.pack(">HHIH", 41, 4096, 0, 0)
    try:
        async with asyncio.timeout(SECONDS):
            answer = await _ask_briefly(query, server, port)
            if len(answer) > 2 and answer[2] & 0x02:  # cut off: once more, over a connection
                answer = await _ask_at_length(query, server, port)
        return _texts(answer, id)
    except (OSError, EOFError, struct.error, IndexError) as error:  # TimeoutError is an OSError
        raise NoAnswer(f"{server}: {type(error).__name__} {error}".strip()) from error


class _Waiting(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _addr: object) -> None:
        """The answer, or somebody's guess: its id tells."""
        if not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        """Nobody is there."""
        if not self.answer.done():
            self.answer.set_exception(exc)


async def _ask_briefly(query: bytes, server: str, port: int) -> bytes:
    loop = asyncio.get_running_loop()
    transport, waiting = await loop.create_datagram_endpoint(_Waiting, remote_addr=(server, port))
    try:
        transport.sendto(query)
        return await waiting.answer
    finally:
        transport.close()


async def _ask_at_length(query: bytes, server: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(server, port)
    try:
        writer.write(struct.pack(">H", len(query)) + query)
        (length,) = struct.unpack(">H", await reader.readexactly(2))
        return await reader.readexactly(length)
    finally:
        writer.close()


def _texts(answer: bytes, id: int) -> list[str]:
    got, flags, questions, answers, _, _ = struct.unpack_from(">HHHHHH", answer)
    if got != id or flags & 0x000F not in (0, NO_SUCH_NAME):
        raise OSError(f"it answers {flags & 0x000F}")
    place = 12
    for _question in range(questions):
        place = _after_name(answer, place) + 4
    found = []
    for _record in range(answers):
        place = _after_name(answer, place)
        kind, _class, _ttl, length = struct.unpack_from(">HHIH", answer, place)
        place += 10
        if kind == TXT:
            found.append(_pieces(answer[place : place + length]))
        place += length
    return found


def _pieces(data: bytes) -> str:
    pieces, place = [], 0
    while place < len(data):
        pieces.append(data[place + 1 : place + 1 + data[place]])
        place += 1 + data[place]
    return b"".join(pieces).decode("utf-8", "replace")


def _after_name(answer: bytes, place: int) -> int:
    """Where what follows a name begins; a name that points elsewhere ends with that."""
    while length := answer[place]:
        if length & 0xC0:
            return place + 2
        place += 1 + length
    return place + 1
