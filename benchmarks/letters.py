"""E-mail handed to a mail server: composed, signed and sent by one process, to a server in another.

Called by `measures.py`. The server takes everything at once, with PIPELINING, and counts the ids it saw: a message that
is missing, or came twice, is a mistake.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import cast

from benchmarks import handing
from benchmarks.handing import Handed
from pinson.lib import dkim
from pinson.lib.clock import SystemClock
from pinson.lib.mail import Message, leaving
from pinson.lib.smtp import SmtpMailer

AT_ONCE = 32  # messages under way, over the connections that a server keeps
SENDER = "Ville de Portelune <no-reply@portelune.example>"

_MESSAGE_ID = re.compile(rb"^Message-ID: <([^@]+)@", re.MULTILINE)


def hand_over(seconds: float) -> Handed:
    """Send for so many seconds."""
    return handing.hand_over(_Taking, _sending, at_once=AT_ONCE, seconds=seconds)


@asynccontextmanager
async def _sending(port: int) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    sealer = dkim.Signer(dkim.new_secret(), domain="portelune.example", selector="pinson")
    mailer = SmtpMailer(
        host="127.0.0.1",
        port=port,
        tls="none",
        username="",
        password="",
        sender=SENDER,
        clock=SystemClock(),
        sealer=sealer,
    )
    yield lambda number: mailer.send(_message(number))
    await mailer.close()


def _message(number: int) -> Message:
    text = "Le pont de Lune est fermé jusqu’à 18 h : prenez la rocade.\n\nhttps://portelune.example/@ville/1\n"
    page = f"https://portelune.example/alerts/leave/{number:032x}"
    rows = "".join(f'<p style="margin:0 0 16px;font:16px/1.5 sans-serif">{text}</p>\n' for _ in range(24))
    return Message(
        id=f"alert.{datetime.now(UTC):%H%M%S}.{number}",
        to=f"reader{number}@example.org",
        subject="Le pont de Lune est fermé",
        text=text * 6,
        html=f'<!doctype html>\n<html lang="fr">\n<body>\n{rows}</body>\n</html>\n',
        from_name="Ville de Portelune",
        bounces_to=f"bounce+{number:032x}@portelune.example",
        headers={"List-Id": "Ville de Portelune <ville.portelune.example>", **leaving(page=page)},
    )


class _Taking(asyncio.Protocol):
    """The least that a mail server says."""

    def __init__(self, seen: list[bytes]) -> None:
        self._seen = seen
        self._buffer = b""
        self._in_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        answers = b""
        while True:
            end = b"\r\n.\r\n" if self._in_text else b"\r\n"
            piece, found, rest = self._buffer.partition(end)
            if not found:
                break
            self._buffer = rest
            if self._in_text:
                message_id = _MESSAGE_ID.search(piece)
                self._seen.append(message_id[1] if message_id else b"")
                self._in_text = False
                answers += b"250 taken\r\n"
            elif piece.upper() == b"DATA":
                self._in_text = True
                answers += b"354 go on\r\n"
            elif piece.upper().startswith(b"EHLO"):
                answers += b"250-sink\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n"
            else:
                answers += b"250 ok\r\n"
        if answers:
            self._transport.write(answers)
