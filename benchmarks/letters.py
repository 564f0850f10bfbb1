"""One message to all who want it by e-mail, by a server as it runs: from the post to the last letter taken.

Called by `measures.py`. All that a letter takes is in it: whom the message concerns, a delivery each, words, a
signature, two turns with a mail server in another process, and what the ledger says. Each letter is to another mailbox.
One that is missing, came twice, is not signed or is not in the ledger is a mistake.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import cast

import uvloop

from benchmarks.handing import Handed, Receiver
from benchmarks.server import Server, cpu_seconds
from pinson.domain import alerts, deliveries
from pinson.domain.accounts import AccountId
from pinson.domain.alerts import Reach, Source, Topic, Wish, Wording
from pinson.domain.deliveries import Channel, Outcome, What
from pinson.domain.posts import PostId
from pinson.domain.relations.model import TopicKind
from pinson.lib.clock import SystemClock
from pinson.lib.db import WriteTx
from pinson.lib.db.sqlite import Sqlite

AT_A_TIME = 1000  # who asks in one transaction
LONGEST = 120.0  # seconds for all letters of a message
LOOK = 0.02  # seconds between looks at how many came
CODE = "123456"
TEXT = "Le pont de Lune est fermé jusqu’à 18 h : prenez la rocade. Réouverture prévue ce soir. #travaux"


def settings(port: int) -> Mapping[str, str]:
    """Of a server that sends to this port, and signs."""
    sender = "Ville de Portelune <no-reply@portelune.example>"
    mail = {"BACKEND": "smtp", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_TLS": "none", "SENDER": sender}
    return {f"PINSON_MAIL_{name}": value for name, value in mail.items()}


def ask_for(data: Path, account_id: int, *, readers: int) -> None:
    """So many people ask for the messages of an account by e-mail, and prove that their address is theirs."""

    async def in_database() -> None:
        db, now = Sqlite(data), SystemClock().now()
        try:
            for start in range(0, readers, AT_A_TIME):
                numbers = range(start, min(start + AT_A_TIME, readers))
                await db.write(_ask, account_id=AccountId(account_id), numbers=numbers, now=now)
        finally:
            await db.close()

    uvloop.run(in_database())


async def _ask(tx: WriteTx, *, account_id: AccountId, numbers: range, now: datetime) -> None:
    for number in numbers:
        asked = await alerts.ask(
            tx,
            reach=Reach(Channel.EMAIL, f"reader{number}@mail{number % 50}.example"),
            topic=Topic(TopicKind.ACCOUNT, account_id, account_id),
            wish=Wish(),
            wording=Wording("fr", "J’accepte."),
            source=Source.PAGE,
            topic_name="Ville de Portelune",
            zone="Europe/Paris",
            reader_id=None,
            secrets=alerts.Secrets(CODE, f"link{number}"),
            now=now,
        )
        await alerts.confirm(tx, address_id=asked.address_id, code=CODE, now=now)
    claimed = await deliveries.claim(tx, channel=Channel.EMAIL, now=now, until=now, limit=len(numbers))
    sent = [deliveries.Ended(one.id, Outcome.SENT) for one in claimed]  # what asks for the proof has left
    await deliveries.settle(tx, channel=Channel.EMAIL, results=sent, now=now)


def wait_for(receiver: Receiver, server: Server, *, letters: int) -> Handed:
    """Until so many letters came, from now on."""
    began, cpu = time.perf_counter(), cpu_seconds(server.pids)
    while receiver.count() < letters and time.perf_counter() < began + LONGEST:
        time.sleep(LOOK)
    took, cpu = time.perf_counter() - began, cpu_seconds(server.pids) - cpu
    seen = Counter(receiver.seen())
    del seen[b""]
    return Handed(letters, took, cpu, missing=letters - len(seen), doubled=sum(seen.values()) - len(seen))


def in_ledger(data: Path, post_ids: list[str]) -> Mapping[What, int]:
    """What a server has counted of these posts, once it has stopped."""

    async def read() -> Counter[What]:
        db = Sqlite(data)
        try:
            async with db.read() as tx:
                found = Counter[What]()
                for line in await deliveries.lines(tx, [PostId(int(id)) for id in post_ids]):
                    found[line.what] += line.deliveries
                return found
        finally:
            await db.close()

    return uvloop.run(read())


class Taking(asyncio.Protocol):
    """The least that a mail server says. It sees whom each signed letter is to."""

    def __init__(self, seen: list[bytes]) -> None:
        self._seen = seen
        self._buffer = b""
        self._in_text = False
        self._to = b""

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
                self._seen.append(self._to if piece.startswith(b"DKIM-Signature: ") else b"")
                self._in_text = False
                answers += b"250 taken\r\n"
            elif piece.upper() == b"DATA":
                self._in_text = True
                answers += b"354 go on\r\n"
            elif piece.upper().startswith(b"EHLO"):
                answers += b"250-sink\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n"
            else:
                if piece.startswith(b"RCPT TO:"):
                    self._to = piece[8:]
                answers += b"250 ok\r\n"
        if answers:
            self._transport.write(answers)
