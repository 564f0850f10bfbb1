"""Signs e-mail with the key of a domain, so that mailboxes believe that it is from there (DKIM).

Called by lib/smtp for each message as it leaves, and by the command that tells an operator what to put into DNS.
OpenSSL signs, since a signature in Python alone (dkimpy) takes many times as long; the tests have dkimpy verify what
is signed.

Only RSA: mailboxes that demand a signature do not all know Ed25519 (RFC 8463). 2,048 bits are what RFC 8301 asks for
and what fits into DNS.

Not here: where the key is kept (domain/instance).

Source: RFC 6376; which headers, section 5.4 and RFC 8058, section 4.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

BITS = 2048
SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
CLOSED = ("from", "to", "subject", "date")  # named once more than they occur: nobody can add a second one
LONGEST_STRING = 255  # of a TXT record: RFC 1035, section 3.3.14; longer ones are told in pieces

_SPACE = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")


class Signer:
    """Signs for one domain."""

    def __init__(self, secret: bytes, *, domain: str, selector: str) -> None:
        """
        Args:
            secret: from `new_secret`.
            domain: in ASCII; that of the address in From, or mailboxes will not count it (RFC 7489, section 3.1.1).
            selector: where in the domain the public part is found.
        """
        key = load_der_private_key(secret, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("not an RSA key")
        self._key, self.domain, self.selector = key, domain, selector

    def sealed(self, content: bytes, *, at: datetime) -> bytes:
        """A message with a signature before it.

        Args:
            content: whole, with lines that end in CRLF, and none of the headers above twice.
            at: now.
        """
        head, _, body = content.partition(b"\r\n\r\n")
        headers = _headers(head)
        named = [name for name in SIGNED if name.encode() in headers]
        body_hash = base64.b64encode(hashlib.sha256(_simple(body)).digest()).decode()
        begun = (
            f"v=1; a=rsa-sha256; c=relaxed/simple; d={self.domain}; s={self.selector}; t={int(at.timestamp())};\r\n"
            f" h={_folded([*named, *CLOSED])};\r\n bh={body_hash};\r\n b="
        )
        covered = b"".join(b"%b:%b\r\n" % (name.encode(), headers[name.encode()]) for name in named)
        covered += b"dkim-signature:" + _relaxed(_FOLD.sub(b"", begun.encode()))
        signature = base64.b64encode(self._key.sign(covered, padding.PKCS1v15(), hashes.SHA256())).decode()
        pieces = "\r\n ".join(signature[start : start + 72] for start in range(0, len(signature), 72))
        return f"DKIM-Signature: {begun}{pieces}\r\n".encode() + content

    @property
    def host(self) -> str:
        """Where in DNS the public part belongs."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The TXT record that belongs there: RFC 6376, section 3.6.1."""
        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def new_secret() -> bytes:
    """A private key (PKCS #8). Takes a tenth of a second."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def zone_line(host: str, record: str) -> str:
    """A TXT record as zone files have it, in strings that are short enough."""
    pieces = [f'"{record[start : start + LONGEST_STRING]}"' for start in range(0, len(record), LONGEST_STRING)]
    return f"{host}. IN TXT ( {' '.join(pieces)} )"


def _headers(head: bytes) -> dict[bytes, bytes]:
    """Headers as they are signed (relaxed: RFC 6376, section 3.4.2), by name."""
    headers = {}
    for line in _FOLD.sub(b"", head).split(b"\r\n"):
        name, _, value = line.partition(b":")
        headers[name.strip().lower()] = _relaxed(value)
    return headers


def _relaxed(value: bytes) -> bytes:
    return _SPACE.sub(b" ", value).strip(b" \t")


def _simple(body: bytes) -> bytes:
    """A body without empty lines at its end: RFC 6376, section 3.4.3."""
    while body.endswith(b"\r\n\r\n"):
        body = body[:-2]
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _folded(names: Sequence[str]) -> str:
    """Names with colons between, broken into lines."""
    lines, line = [], ""
    for name in names:
        if len(line) + len(name) > 66:
            lines.append(line)
            line = ""
        line += f"{name}:"
    return "\r\n  ".join([*lines, line]).removesuffix(":")
