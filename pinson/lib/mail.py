"""One e-mail to one person: put into the form of RFC 5322 and handed over.

Called by reactions (confirm an address, reset a password) and by the worker that makes e-mail deliveries, after the
transaction that decided it: sending is slow and may fail. Two mailers, chosen in app.py: `lib/smtp.SmtpMailer` gives
the message to a mail server, `FolderMailer` writes it into a folder, for demos and tests.

A message has an id, chosen by whoever sends it and the same at every attempt: a delivery that was cut off in the
middle can be tried again, and mailboxes drop the copy. All else that makes the bytes is the same then too, but for
the date and what is signed over it.

Not here: when to try again (the caller), wording and language (templates), signatures (lib/dkim).
"""

import asyncio
import binascii
import os
import re
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import msgspec

from pinson.lib.clock import Clock

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_MAILBOX = re.compile(r"([^\s@<>()\[\]\\,;:\"]{1,64})@([^\s@<>()\[\]\\,;:\"]{1,253})")
_LONGEST = 900  # characters of a header; with its name it stays under the 998 of RFC 5322, 2.1.1
_IN_A_REPLY = re.compile(r"\S+@\S+")
_GONE = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # Unicode's categories Cc, Zl and Zp
_SILENCE = {  # so that no holiday notice answers us: RFC 3834, section 5, and what Exchange looks at instead
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
}
_OF_THE_BODY = frozenset({"mime-version", "content-type", "content-transfer-encoding"})


class MailFailed(Exception):
    """A message was not handed over.

    permanent: whether the same message can only fail again (the server refused it with a 5xx answer, or the address
        is none). Otherwise it is worth another attempt.
    gone: whether it was refused since nobody has this address, so that no other message will reach it either.
    in_doubt: whether the server had all of it when we lost sight of it, and may send it on.
    of_mailbox: whether the server says it of the mailbox, and not of the message or of us.
    The text holds no e-mail address, since it goes to the log.
    """

    def __init__(
        self, reason: str, *, permanent: bool, gone: bool = False, in_doubt: bool = False, of_mailbox: bool = False
    ) -> None:
        super().__init__(_IN_A_REPLY.sub("…", reason))
        self.permanent, self.gone, self.in_doubt, self.of_mailbox = permanent, gone, in_doubt, of_mailbox


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail to one person.

    id: names this message for ever: letters, digits, "." "_" "-", at most 64. A second attempt carries the same; no
        other message does. Becomes the Message-ID.
    to: bare address, as the person wrote it; the domain may be international.
    subject: put on one line, whatever it holds.
    from_name: whose word it is, if not the server's own; the address stays the sender's.
    answers: id of an earlier message that mail programs are to show this one with.
    bounces_to: bare address that is told if it cannot be delivered; "": the sender's.
    headers: further ones, such as List-Unsubscribe, each put on one line.
    """

    id: str
    to: str
    subject: str
    text: str
    html: str | None = None
    from_name: str = ""
    answers: str = ""
    bounces_to: str = ""
    headers: Mapping[str, str] = {}


class Mailer(Protocol):
    """Hands e-mail over."""

    async def send(self, message: Message) -> None:
        """Return once the message is in other hands, on disk there.

        Raises:
            MailFailed: it is not, or (a connection lost at the end) perhaps it is.
        """
        ...

    async def close(self) -> None:
        """Let go of what is kept open between messages."""
        ...


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

    async def close(self) -> None:
        """See `Mailer.close`. Nothing is."""


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
    to = mailbox(message.to)
    address = address_of(sender)
    headers = {
        "From": _named(message.from_name, sender),
        "To": to,
        "Subject": _encoded(message.subject),
        "Date": format_datetime(date),
        "Message-ID": _message_id(message.id, address),
        **_SILENCE,
    }
    if message.answers:
        earlier = _message_id(message.answers, address)
        headers |= {"In-Reply-To": earlier, "References": earlier}
    taken = {header.lower() for header in headers} | _OF_THE_BODY
    for header, value in message.headers.items():
        if not _HEADER_NAME.fullmatch(header) or header.lower() in taken:
            raise ValueError(f"not the name of a further header: {header!r}")
        taken.add(header.lower())
        headers[header] = _encoded(value)
    head = "".join(f"{header}: {value}\r\n" for header, value in headers.items())
    return head.encode() + b"MIME-Version: 1.0\r\n" + _body(message)


def leaving(*, page: str, address: str = "") -> dict[str, str]:
    """Headers by which a mail program offers to end what this message is one of, with one press and no page.

    Args:
        page: https address that ends it at once when it is posted to, without a sign-in or a cookie.
        address: bare one that ends it when it is written to; "" if we take no mail.

    Source: RFC 2369, section 3.2; RFC 8058, section 3.1.
    """
    ways = [f"<{page}>", *([f"<mailto:{address}?subject=unsubscribe>"] if address else [])]
    return {"List-Unsubscribe": ", ".join(ways), "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def is_gone(status: str) -> bool:
    """Whether an enhanced status code says that nobody has the address. A full mailbox, say, is no such thing.

    Source: RFC 3463, sections 3.2 and 3.3; RFC 7505 (5.1.10).
    """
    return status in _GONE


def is_for_now(status: str) -> bool:
    """Whether an enhanced status code is about the mailbox or the way to it, and not about the message or about us.

    So where it is no `is_gone`, the mailbox may take another message later: it is full, say, or its server is away.

    Source: RFC 3463, section 3: the second number is the subject.
    """
    return status.split(".")[1:2] in (["0"], ["1"], ["2"], ["4"])


def _message_id(id: str, address: str) -> str:
    if not _ID.fullmatch(id):
        raise ValueError(f"not the id of a message: {id!r}")
    return f"<{id}@{domain_of(address)}>"


def _body(message: Message) -> bytes:
    """MIME headers and content. Written out by hand: `EmailMessage` takes a millisecond for what takes a tenth here."""
    if message.html is None:
        return _part("plain", message.text)
    # No line of quoted-printable holds "=_", so the boundary is in no part.
    boundary = f"=_{blake2b(message.id.encode(), digest_size=12).hexdigest()}"
    parts = b"".join(
        b"--%b\r\n%b\r\n" % (boundary.encode(), _part(kind, text))
        for kind, text in (("plain", message.text), ("html", message.html))
    )
    head = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
    return head.encode() + parts + f"--{boundary}--\r\n".encode()


def _part(kind: str, text: str) -> bytes:
    """Text in quoted-printable: only ASCII, no line longer than 76. Source: RFC 2045, section 6.7."""
    lines = text.encode().splitlines() or [b""]
    written = binascii.b2a_qp(b"\r\n".join([*lines, b""]), istext=True)
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + written


def _encoded(value: str) -> str:
    """`value` as the text of a header, on one line if it is plain ASCII and in encoded words (RFC 2047) if not.

    By hand, since `EmailMessage` breaks words longer than its lines (an address in
    List-Unsubscribe) by encoding them, which mail programs do not undo there, and in some
    versions of Python loses spaces between words with accents.
    """
    line = _one_line(value)
    if line.isascii() and "=?" not in line and len(line) < _LONGEST:
        return line
    return _in_words(line)


@lru_cache(256)  # the subject and the sender of a letter to thousands: each takes a third of a millisecond
def _in_words(line: str) -> str:
    return Header(line, "utf-8", maxlinelen=75, header_name="Subject").encode(linesep="\r\n")


def _one_line(value: str) -> str:
    """`value` without control characters or line ends (Unicode's too), runs of space made one."""
    return " ".join(_CONTROL.sub(" ", value).split())


def mailbox(address: str) -> str:
    """`address` with its domain in ASCII. Raises MailFailed if it is none."""
    found = _MAILBOX.fullmatch(address)
    if found is None or not address.isprintable():
        raise MailFailed("this is not an e-mail address", permanent=True)
    try:
        return f"{found[1]}@{found[2].encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise MailFailed("the domain of this e-mail address is malformed", permanent=True) from error


@lru_cache(256)
def _named(name: str, sender: str) -> str:
    """The sender's address behind a name, or behind its own."""
    own, address = parseaddr(sender)
    return formataddr((_encoded(name or own), address))


@lru_cache(16)
def address_of(sender: str) -> str:
    """The bare address of "Name <address>"."""
    return parseaddr(sender)[1]


def domain_of(address: str) -> str:
    """What follows the @."""
    return address.rpartition("@")[2]


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
