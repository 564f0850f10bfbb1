"""Takes e-mail from the mail server of this machine (LMTP): what comes back, and what people write to our addresses.

`Door` listens where only that mail server can reach it, and is told by an `Inbox` which addresses there are:
anything else is refused at RCPT, so nothing is ever passed on. Each message has one recipient, as what comes back has
anyway; a server with more for us is asked to come again with the next. What is too long is read to its end and
dropped, never kept.

Written here, since little can be asked and every length must have an end: aiosmtpd keeps a line that never ends.

Not here: what a message means (lib/reports), mail for people.

Source: RFC 2033; RFC 5321, section 4; codes, RFC 3463.
"""

import asyncio
import re
from contextlib import suppress
from typing import Protocol

import structlog

LONGEST_LINE = 2048  # bytes of a command
LONGEST_MESSAGE = 1 << 20  # bytes: what comes back quotes what we sent, and not much of it
MOST_READ = 32 << 20  # of a message that is too long, before we hang up
MOST_OPEN = 50  # connections
MOST_COMMANDS = 5000  # on one connection
PATIENCE = 60.0  # seconds for each step

_PATH = re.compile(r"<([^<>]*)>")
_END = b"\r\n.\r\n"

events = structlog.get_logger("pinson.lmtp")


class Inbox(Protocol):
    """Where messages go."""

    async def knows(self, address: str) -> bool:
        """Whether there is such an address."""
        ...

    async def take(self, address: str, content: bytes) -> None:
        """Keep what follows from a message. When this returns it is on disk; if it raises, the message comes again."""
        ...


class Door:
    """Listens, until cancelled."""

    def __init__(self, inbox: Inbox, *, host: str, port: int, name: str) -> None:
        """
        Args:
            name: how we greet.
        """
        self._inbox, self._host, self._port, self._name = inbox, host, port, name
        self._open: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Take messages. Processes share the port: whichever is free gets the next connection."""
        server = await asyncio.start_server(self._greet, self._host, self._port, reuse_port=True, backlog=MOST_OPEN)
        try:
            async with server:
                await server.serve_forever()
        finally:
            for task in self._open:
                task.cancel()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            if len(self._open) > MOST_OPEN:
                writer.write(b"421 4.3.2 Too many connections\r\n")
            else:
                await _Talk(self._inbox, self._name, reader, writer).run()
        except (OSError, EOFError, TimeoutError):
            pass  # the other side has gone, or fallen asleep: whatever was not answered comes again
        finally:
            self._open.discard(task)
            with suppress(OSError):
                writer.close()


class _Talk:
    """One connection."""

    def __init__(self, inbox: Inbox, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._inbox, self._name, self._reader, self._writer = inbox, name, reader, writer
        self._buffer = bytearray()  # what came and was not looked at yet
        self._greeted = self._begun = False
        self._recipient = ""

    async def run(self) -> None:
        await self._say(f"220 {self._name} LMTP")
        for _ in range(MOST_COMMANDS):
            line = await self._line()
            if line is None:
                await self._say("500 5.5.2 Line too long")
                return
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "QUIT":
                    await self._say("221 2.0.0 Bye")
                    return
                case "LHLO":
                    self._forget()
                    self._greeted = True
                    await self._say(
                        f"250-{self._name}",
                        "250-PIPELINING",
                        "250-8BITMIME",
                        "250-SMTPUTF8",
                        "250-ENHANCEDSTATUSCODES",
                        f"250 SIZE {LONGEST_MESSAGE}",
                    )
                case "NOOP":
                    await self._say("250 2.0.0 OK")
                case "RSET":
                    self._forget()
                    await self._say("250 2.0.0 OK")
                case "MAIL" if self._greeted and not self._begun:
                    await self._say(self._mail(rest))
                case "RCPT" if self._begun:
                    await self._say(await self._rcpt(rest))
                case "DATA" if self._recipient:
                    if not await self._data():
                        return
                    self._forget()
                case "MAIL" | "RCPT" | "DATA":
                    await self._say("503 5.5.1 Not now")
                case _:
                    await self._say("500 5.5.1 Not known here")
        await self._say("421 4.3.2 That is enough for once")

    def _mail(self, rest: str) -> str:
        if not rest.upper().startswith("FROM:") or _PATH.search(rest) is None:
            return "501 5.5.4 MAIL FROM:<address>"
        size = re.search(r"\bSIZE=(\d{1,18})\b", rest, re.IGNORECASE)
        if size is not None and int(size[1]) > LONGEST_MESSAGE:
            return "552 5.3.4 Too long"
        self._begun = True
        return "250 2.1.0 OK"

    async def _rcpt(self, rest: str) -> str:
        path = _PATH.search(rest)
        if not rest.upper().startswith("TO:") or path is None:
            return "501 5.5.4 RCPT TO:<address>"
        if not await self._inbox.knows(path[1]):
            return "550 5.1.1 Nobody here is called so"
        if self._recipient:
            return "452 4.5.3 One recipient at a time"
        self._recipient = path[1]
        return "250 2.1.5 OK"

    async def _data(self) -> bool:
        """Take a message in, and answer for its one recipient; False if there is no end to it."""
        await self._say("354 Go on")
        self._buffer[:0] = b"\r\n"  # so that a dot in the first line is found as in any other
        read, searched, whole = 0, 0, True
        while (end := self._buffer.find(_END, searched)) < 0:
            searched = max(0, len(self._buffer) - len(_END) + 1)
            if len(self._buffer) > LONGEST_MESSAGE:
                del self._buffer[:searched]
                searched, whole = 0, False
            read += await self._more()
            if read > MOST_READ:
                await self._say("552 5.3.4 Too long")
                return False
        content = bytes(self._buffer[: end + 2]).replace(b"\r\n.", b"\r\n")[2:]
        del self._buffer[: end + len(_END)]
        if not whole:
            await self._say("552 5.3.4 Too long")
            return True
        try:
            await self._inbox.take(self._recipient, content)
        except Exception as error:
            events.error("message_not_taken", error=repr(error), exc_info=error)
            await self._say("451 4.3.0 Please try again later")
        else:
            await self._say("250 2.0.0 Taken")
        return True

    async def _line(self) -> str | None:
        """A command; None if it has no end."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > LONGEST_LINE:
                return None
            await self._more()
        line = self._buffer[:end].decode("utf-8", "replace").strip()
        del self._buffer[: end + 1]
        return line if end <= LONGEST_LINE else None

    async def _more(self) -> int:
        """Read on; how many bytes came."""
        piece = await asyncio.wait_for(self._reader.read(64 << 10), PATIENCE)
        if not piece:
            raise EOFError
        self._buffer += piece
        return len(piece)

    def _forget(self) -> None:
        self._begun, self._recipient = False, ""

    async def _say(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await asyncio.wait_for(self._writer.drain(), PATIENCE)
