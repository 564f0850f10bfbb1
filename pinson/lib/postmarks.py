"""Addresses that letters are sent with, each good for one reader and one thing, so that what comes back is understood.

Made of numbers and a proof that nobody else can make: of the reader's key, which it does not show, since mail servers
on the way see and keep it. (Variable envelope return paths, as mailing lists have them.)

Not here: what follows when something comes to one (returning.py).
"""

import hashlib
import hmac
from typing import NamedTuple, Self

from pinson.lib.config import Settings
from pinson.lib.mail import address_of, domain_of

BOUNCE, LEAVE = "bounce", "leave"  # before the +: of a delivery, of a topic
LONGEST = 64  # characters before the @: RFC 5321, section 4.5.3.1.1
MOST = 1 << 63


class Mark(NamedTuple):
    """What an address of ours is for. owner: whose it is. number: of a delivery, or of a topic."""

    kind: str
    owner: int
    number: int


class Postmark(NamedTuple):
    """Makes addresses in one domain."""

    domain: str

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """By the settings; None if no mail is taken."""
        mail = settings.mail
        return cls((mail.bounce_domain or domain_of(address_of(mail.sender))).lower()) if mail.lmtp_port else None

    def address(self, kind: str, key: str, number: int) -> str:
        """An address of one purpose. key: the reader's, with their number in hexadecimal before its first hyphen."""
        owner = key.partition("-")[0]
        return f"{kind}+{number:x}-{owner}-{_proof(kind, key, number)}@{self.domain}"

    def parse(self, address: str) -> tuple[Mark, str] | None:
        """What an address would be for, and the proof that it carries; None if it cannot be one of ours."""
        local, _, domain = address.lower().rpartition("@")
        kind, _, token = local.partition("+")
        parts = token.split("-")
        if domain != self.domain or kind not in (BOUNCE, LEAVE) or len(parts) != 3 or len(local) > LONGEST:
            return None
        try:
            number, owner = int(parts[0], 16), int(parts[1], 16)
        except ValueError:
            return None
        return (Mark(kind, owner, number), parts[2]) if 0 <= number < MOST and 0 < owner < MOST else None

    def is_proven(self, mark: Mark, proof: str, key: str) -> bool:
        """Whether we made the address. key: of the reader whose it says it is."""
        return hmac.compare_digest(_proof(mark.kind, key, mark.number).encode(), proof.encode())


def _proof(kind: str, key: str, number: int) -> str:
    return hmac.digest(key.encode(), f"{kind}:{number:x}".encode(), hashlib.sha256)[:10].hex()
