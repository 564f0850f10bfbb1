"""One e-mail to one person: put into the form of RFC 5322 and handed over.

Called by reactions (confirm an address, reset a password), after the transaction that decided
it: sending is slow and may fail. Two mailers, chosen in app.py: `SmtpMailer` gives the message
to a mail server, `FolderMailer` writes it into a folder, for demos and tests.

A message has an id, chosen by whoever sends it and the same at every attempt: a delivery that
was cut off in the middle can be tried again, and mailboxes drop the copy.

Not here: when to try again (the reaction's retry table), wording and language (templates).
"""

import asyncio
import os
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path
from typing import Literal, Protocol

import aiosmtplib
import msgspec

from pinson.lib.clock import Clock

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_MAILBOX = re.compile(r"([^\s@<>()\[\]\\,;:\"]{1,64})@([^\s@<>()\[\]\\,;:\"]{1,253})")
_LONGEST = 900  # characters of a header; with its name it stays under the 998 of RFC 5322, 2.1.1
_IN_A_REPLY = re.compile(r"\S+@\S+")


class MailFailed(Exception):
    """A message was not handed over.

    permanent: whether the same message can only fail again (the server refused it with a 5xx
    answer, or the address is none). Otherwise it is worth another attempt.
    The text holds no e-mail address, since it goes to the log.
    """

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(_IN_A_REPLY.sub("…", reason))
        self.permanent = permanent


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail to one person.

    id: names this message for ever: letters, digits, "." "_" "-", at most 64. A second attempt
        carries the same; no other message does. Becomes the Message-ID.
    to: bare address, as the person wrote it; the domain may be international.
    subject: put on one line, whatever it holds.
    headers: further ones, such as List-Unsubscribe, each put on one line.
    """

    id: str
    to: str
    subject: str
    text: str
    html: str | None = None
    headers: Mapping[str, str] = {}


class Mailer(Protocol):
    """Hands e-mail over."""

    async def send(self, message: Message) -> None:
        """Return once the message is in other hands, on disk there.

        Raises:
            MailFailed: it is not, or (a connection lost at the end) perhaps it is.
        """
        ...


class SmtpMailer:
    """Gives each message to a mail server, over a connection of its own (RFC 5321)."""

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
        step_seconds: float = 60,
    ) -> None:
        """
        Args:
            tls: never, after a greeting in clear, or from the start; certificates are checked.
            username: empty to send without signing in.
            sender: an address, or "Name <address>".
            step_seconds: longest wait for each answer of the server. RFC 5321 (4.5.3.2) allows it
                minutes; a reaction that waits that long holds up those behind it.
        """
        self._host, self._port, self._tls = host, port, tls
        self._username, self._password = username, password
        self._sender, self._clock, self._step_seconds = sender, clock, step_seconds

    async def send(self, message: Message) -> None:
        """See `Mailer.send`."""
        content = compose(message, sender=self._sender, date=self._clock.now())
        recipient, envelope_sender = _mailbox(message.to), _address_of(self._sender)
        try:
            await aiosmtplib.send(
                content,
                sender=envelope_sender,
                recipients=[recipient],
                mail_options=[] if recipient.isascii() else ["SMTPUTF8"],
                hostname=self._host,
                port=self._port,
                use_tls=self._tls == "tls",
                start_tls=self._tls == "starttls",
                username=self._username or None,
                password=self._password or None,
                local_hostname=_domain_of(envelope_sender),  # the default asks DNS, and waits for it
                timeout=self._step_seconds,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:  # one recipient, so one refusal
            raise _refused(refused.recipients[0]) from refused
        except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as refused:
            raise _refused(refused) from refused
        except aiosmtplib.SMTPNotSupported as error:
            raise MailFailed(error.message, permanent=not recipient.isascii()) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # No answer, or a refusal of us (greeting, password), not of this message: 5xx or
            # not, it may go once the mail server or the settings are mended.
            raise MailFailed(f"{type(error).__name__}: {error}", permanent=False) from error


class FolderMailer:
    """Writes each message to a file of its own, readable by any mail program, named to sort by time."""

    def __init__(self, folder: Path, *, sender: str, clock: Clock) -> None:
        self._folder, self._sender, self._clock = folder, sender, clock

    async def send(self, message: Message) -> None:
        """See `Mailer.send`. The file appears whole, and is on disk when this returns."""
        now = self._clock.now()
        content = compose(message, sender=self._sender, date=now)
        try:
            await asyncio.to_thread(_write, self._folder, f"{now:%Y%m%dT%H%M%S.%f}Z-{message.id}.eml", content)
        except OSError as error:
            raise MailFailed(f"{self._folder}: {error.strerror}", permanent=False) from error


def compose(message: Message, *, sender: str, date: datetime) -> bytes:
    """The message as it travels: lines end in CRLF, and all is ASCII unless the recipient's name is not.

    Nothing in `message` can add a header or a recipient: addresses are bare and checked, and
    every header is put on one line first.

    Raises:
        MailFailed: `message.to` is no address.
        ValueError: the caller's mistake: an id or a header's name that is malformed, or a header
            that is set here.

    Source: RFC 5322 (form), 2045 (MIME), 3834 section 5 (Auto-Submitted), 6532 (UTF-8 names).
    """
    if not _ID.fullmatch(message.id):
        raise ValueError(f"not the id of a message: {message.id!r}")
    to = _mailbox(message.to)
    name, address = parseaddr(sender)
    headers = {
        "From": formataddr((_encoded(name), address)),
        "To": to,
        "Subject": _encoded(message.subject),
        "Date": format_datetime(date),
        "Message-ID": f"<{message.id}@{_domain_of(address)}>",
        "Auto-Submitted": "auto-generated",  # so that no holiday notice answers us
    }
    for header, value in message.headers.items():
        if not _HEADER_NAME.fullmatch(header) or header.lower() in map(str.lower, headers):
            raise ValueError(f"not the name of a further header: {header!r}")
        headers[header] = _encoded(value)
    head = "".join(f"{header}: {value}\r\n" for header, value in headers.items())
    body = EmailMessage(policy=SMTP)
    body.set_content(message.text, charset="utf-8", cte="quoted-printable")
    if message.html is not None:
        body.add_alternative(message.html, subtype="html", charset="utf-8", cte="quoted-printable")
    return head.encode() + body.as_bytes()


def _encoded(value: str) -> str:
    """`value` as the text of a header, on one line if it is plain ASCII and in encoded words (RFC 2047) if not.

    By hand, since `EmailMessage` breaks words longer than its lines (an address in
    List-Unsubscribe) by encoding them, which mail programs do not undo there, and in some
    versions of Python loses spaces between words with accents.
    """
    line = _one_line(value)
    if line.isascii() and "=?" not in line and len(line) < _LONGEST:
        return line
    return Header(line, "utf-8", maxlinelen=75, header_name="Subject").encode(linesep="\r\n")


def _one_line(value: str) -> str:
    """`value` without control characters or line ends (Unicode's too), runs of space made one."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in value).split())


def _mailbox(address: str) -> str:
    """`address` with its domain in ASCII. Raises MailFailed if it is none."""
    found = _MAILBOX.fullmatch(address)
    if found is None or not address.isprintable():
        raise MailFailed("this is not an e-mail address", permanent=True)
    try:
        return f"{found[1]}@{found[2].encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise MailFailed("the domain of this e-mail address is malformed", permanent=True) from error


def _address_of(sender: str) -> str:
    return parseaddr(sender)[1]


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def _refused(refusal: aiosmtplib.SMTPResponseException) -> MailFailed:
    """5xx answers are for ever, 4xx for now: RFC 5321, section 4.2.1."""
    return MailFailed(f"{refusal.code} {refusal.message}", permanent=refusal.code >= 500)


def _write(folder: Path, name: str, content: bytes) -> None:
    """Create folder/name, whole or not at all, and wait until it is on disk. It may hold a secret link: ours alone."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{name}.unfinished"
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(folder / name)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
