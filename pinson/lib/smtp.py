"""E-mail over connections to a mail server that are kept (RFC 5321), for thousands of messages a minute.

`SmtpMailer` is the mailer of real servers; app.py makes it. aiosmtplib opens a connection (greeting, encryption,
signing in); what passes on it then is ours, since a message takes two turns with PIPELINING (RFC 2920) instead of four,
and aiosmtplib throws away answers that come together.

What an answer means for the message: 5xx is for ever, 4xx for now; what the server says of the recipient is told apart
from what it says of the message or of us. A connection that ended while it lay idle costs nobody an attempt: nothing
was handed over, so another is opened. One that ends after the whole message was written leaves it in doubt.

Not here: the form of a message (lib/mail), its signature (lib/dkim).
"""

import asyncio
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Literal, NamedTuple, Protocol, cast

import aiosmtplib

from pinson.lib.clock import Clock
from pinson.lib.mail import MailFailed, Message, address_of, compose, domain_of, is_for_now, is_gone, mailbox

CONNECTIONS = 8
IDLE = 20.0  # seconds that a connection is kept for the next message; servers wait five minutes (RFC 5321, 4.5.3.2.7)
LONGEST_REPLY = 64 << 10  # bytes; a server that says more is none
NO_SUCH_MAILBOX = frozenset({550, 551, 553})  # of a recipient, where the server gives no enhanced code
CLOSING = 421

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")


class Sealer(Protocol):
    """Puts a signature before a message."""

    def sealed(self, content: bytes, *, at: datetime) -> bytes:
        """The message with one more header."""
        ...


class Reply(NamedTuple):
    """What a server answers. text: of all its lines."""

    code: int
    text: str

    @property
    def status(self) -> str:
        """The enhanced status code (RFC 3463); "" if there is none."""
        found = _ENHANCED.match(self.text)
        return found[1] if found else ""

    def failure(self, *, of_recipient: bool = False) -> MailFailed:
        """This answer as the reason why a message was not taken."""
        gone = self.code >= 500 and (
            is_gone(self.status) or (of_recipient and not self.status and self.code in NO_SUCH_MAILBOX)
        )
        of_mailbox = is_for_now(self.status) if self.status else of_recipient
        return MailFailed(f"{self.code} {self.text}", permanent=self.code >= 500, gone=gone, of_mailbox=of_mailbox)


class SmtpMailer:
    """Gives messages to a mail server, over a few connections that it keeps."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: Literal["none", "starttls", "tls"],
        username: str,
        password: str,
        sender: str,
        clock: Clock,
        sealer: Sealer | None = None,
        connections: int = CONNECTIONS,
        step_seconds: float = 60,
    ) -> None:
        """
        Args:
            tls: never, after a greeting in clear, or from the start; certificates are checked.
            username: empty to send without signing in.
            sender: an address, or "Name <address>".
            connections: at most at once; more messages wait for their turn.
            step_seconds: longest wait for each answer of the server. RFC 5321 (4.5.3.2) allows it
                minutes; a reaction that waits that long holds up those behind it.
        """
        self._host, self._port, self._tls = host, port, tls
        self._username, self._password = username, password
        self._sender, self._clock, self._sealer, self._step_seconds = sender, clock, sealer, step_seconds
        self._places = asyncio.Semaphore(connections)
        self._idle: list[_Connection] = []  # the one that was used last at the end
        self._sweeping: asyncio.TimerHandle | None = None

    async def send(self, message: Message) -> None:
        """See `Mailer.send`."""
        recipient = mailbox(message.to)
        envelope_sender = mailbox(message.bounces_to) if message.bounces_to else address_of(self._sender)
        async with self._places:  # here and not before: many at once would keep requests waiting while they are signed
            now = self._clock.now()
            content = compose(message, sender=self._sender, date=now)
            if self._sealer is not None:
                content = self._sealer.sealed(content, at=now)
            await self._hand_over(envelope_sender, recipient, _stuffed(content))

    async def close(self) -> None:
        """See `Mailer.close`."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        while self._idle:
            self._idle.pop().leave()

    async def _hand_over(self, envelope_sender: str, recipient: str, content: bytes) -> None:
        while True:
            kept = self._kept()
            connection = kept or await self._open()
            try:
                await connection.hand_over(envelope_sender, recipient, content)
            except _Ended as end:
                if kept is not None and not end.in_doubt:
                    continue  # it had ended while it lay idle, as servers do
                raise MailFailed(str(end), permanent=False, in_doubt=end.in_doubt) from end
            finally:
                self._keep(connection)
            return

    def _kept(self) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None

    def _keep(self, connection: "_Connection") -> None:
        if not connection.is_open:
            connection.leave()
            return
        self._idle.append(connection)
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(IDLE, self._sweep)

    def _sweep(self) -> None:
        """Leave connections that nobody has used for a while."""
        until = time.monotonic() - IDLE
        for connection in [one for one in self._idle if one.used_at <= until]:
            self._idle.remove(connection)
            connection.leave()
        self._sweeping = asyncio.get_running_loop().call_later(IDLE, self._sweep) if self._idle else None

    async def _open(self) -> "_Connection":
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            username=self._username or None,
            password=self._password or None,
            local_hostname=domain_of(address_of(self._sender)),  # the default asks DNS, and waits for it
            timeout=self._step_seconds,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            # No answer, or a refusal of us (greeting, password), not of this message: 5xx or not, it may go once the
            # mail server or the settings are mended.
            raise MailFailed(f"{type(error).__name__}: {error}", permanent=False) from error
        return _Connection(client, seconds=self._step_seconds)


class _Ended(Exception):
    """The connection ended, or the server stopped making sense. in_doubt: after all of a message was written."""

    def __init__(self, why: str, *, in_doubt: bool = False) -> None:
        super().__init__(why)
        self.in_doubt = in_doubt


class _Connection:
    """One that the server has greeted, for one message after the other."""

    def __init__(self, client: aiosmtplib.SMTP, *, seconds: float) -> None:
        transport = client.transport
        if transport is None:
            raise MailFailed("the server has hung up", permanent=False)
        self._wire = _Wire(cast(asyncio.Transport, transport))
        self._pipelining = client.supports_extension("pipelining")
        self._any_script = client.supports_extension("smtputf8")
        self._seconds = seconds
        self.is_open = True
        self.used_at = time.monotonic()

    async def hand_over(self, envelope_sender: str, recipient: str, content: bytes) -> None:
        """Give one message to the server.

        Args:
            content: with dots doubled, and the one that ends it.
        Raises:
            MailFailed: the server does not take it. The connection goes on, unless `is_open` says otherwise.
            _Ended.
        """
        utf8 = not (recipient.isascii() and envelope_sender.isascii())
        if utf8 and not self._any_script:
            raise MailFailed("the mail server takes no addresses with accents (SMTPUTF8)", permanent=True)
        # Whatever goes wrong from here leaves a connection of which we do not know where it stands.
        is_open, self.is_open = self.is_open, False
        steps = [
            f"MAIL FROM:<{envelope_sender}>{' SMTPUTF8' if utf8 else ''}\r\n".encode(),
            f"RCPT TO:<{recipient}>\r\n".encode(),
            b"DATA\r\n",
        ]
        replies = await self._ask(steps)
        if replies[0].code == CLOSING:
            raise _Ended(f"{replies[0].code} {replies[0].text}")
        if (failure := _refusal(replies)) is not None:
            self.is_open = await self._forget(replies)
            raise failure
        [taken] = await self._wire.ask(content, 1, seconds=self._seconds, in_doubt=True)
        self.used_at = time.monotonic()
        self.is_open = is_open and taken.code != CLOSING
        if not 200 <= taken.code < 300:
            raise taken.failure()

    def leave(self) -> None:
        """Say good-bye, and do not wait for an answer."""
        self.is_open = False
        self._wire.leave()

    async def _ask(self, steps: Sequence[bytes]) -> list[Reply]:
        """Answers to the steps, up to the first that is refused; to all of them if they went off together."""
        if self._pipelining:
            return await self._wire.ask(b"".join(steps), len(steps), seconds=self._seconds)
        replies: list[Reply] = []
        for step in steps:
            replies += await self._wire.ask(step, 1, seconds=self._seconds)
            if replies[-1].code >= 400:
                break
        return replies

    async def _forget(self, replies: Sequence[Reply]) -> bool:
        """Make the server forget a message that it refused; whether it is ready for another."""
        if any(reply.code == CLOSING for reply in replies):
            return False
        with suppress(_Ended):
            if replies[-1].code == 354:  # it waits for the text, though nobody is to get it: RFC 2920, section 3.1
                await self._wire.ask(b".\r\n", 1, seconds=self._seconds)
            [reset] = await self._wire.ask(b"RSET\r\n", 1, seconds=self._seconds)
            return reset.code == 250
        return False


class _Wire(asyncio.Protocol):
    """Lines of a connection that somebody else has opened: what is asked, and as many answers."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._buffer = bytearray()
        self._lines: list[str] = []  # of an answer that is not whole yet
        self._replies: list[Reply] = []
        self._wanted = 0
        self._waiter: asyncio.Future[None] | None = None
        self._end: str | None = None
        transport.set_protocol(self)

    async def ask(self, asked: bytes, count: int, *, seconds: float, in_doubt: bool = False) -> list[Reply]:
        """Write, and wait for so many answers.

        Raises:
            _Ended: they did not come. in_doubt: whether the server may have acted all the same.
        """
        if self._end is not None or self._transport.is_closing():
            raise _Ended(self._end or "the connection is closed")
        self._replies, self._wanted = [], count
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(asked)
        try:
            async with asyncio.timeout(seconds):
                await self._waiter
        except TimeoutError:
            self._stop("the mail server does not answer")
        finally:
            self._waiter = None
        if len(self._replies) != count:
            # A server that says why it hangs up says so instead of the answer that we wait for.
            said = f" after {self._replies[-1].code} {self._replies[-1].text}" if self._replies else ""
            raise _Ended(f"{self._end}{said}", in_doubt=in_doubt)
        return self._replies

    def leave(self) -> None:
        """QUIT, and hang up."""
        if self._end is None and not self._transport.is_closing():
            self._transport.write(b"QUIT\r\n")
        self._stop("we have left")

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self._buffer += data
        if len(self._buffer) > LONGEST_REPLY:
            self._stop("the mail server says too much")
            return
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = bytearray(rest)
        for line in lines:
            if not self._read(line.rstrip(b"\r").decode("utf-8", "replace")):
                self._stop("the mail server says what is no answer")
                return
        if self._wanted and len(self._replies) > self._wanted:
            self._stop("the mail server answers more than it was asked")
        elif self._wanted and len(self._replies) == self._wanted:
            self._wanted = 0
            self._wake()
        elif not self._wanted and self._replies and self._waiter is None:
            self._replies = []  # said unasked, such as 421 before it hangs up

    def _read(self, line: str) -> bool:
        """Take in a line; whether it is one of an answer. Source: RFC 5321, section 4.2.1."""
        code, mark, text = line[:3], line[3:4], line[4:].strip()
        if not (code.isascii() and code.isdigit()) or mark not in ("", " ", "-") or len(self._lines) > 100:
            return False
        self._lines.append(text)
        if mark != "-":
            self._replies.append(Reply(int(code), " ".join(self._lines)))
            self._lines = []
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._end = self._end or (f"{type(exc).__name__}: {exc}" if exc else "the mail server has hung up")
        self._wake()

    def _stop(self, why: str) -> None:
        self._end = self._end or why
        self._transport.close()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _refusal(replies: Sequence[Reply]) -> MailFailed | None:
    """Why the server does not want the text; None if it waits for it."""
    for place, reply in enumerate(replies):
        if reply.code >= 400 or (place == 2) != (reply.code == 354):
            return reply.failure(of_recipient=place == 1)
    return None


def _stuffed(content: bytes) -> bytes:
    """A message as it is written to a server, and the dot that ends it. Source: RFC 5321, section 4.5.2."""
    doubled = content.replace(b"\r\n.", b"\r\n..")
    return (
        (b"." if doubled.startswith(b".") else b"")
        + doubled
        + (b"" if doubled.endswith(b"\r\n") else b"\r\n")
        + b".\r\n"
    )
