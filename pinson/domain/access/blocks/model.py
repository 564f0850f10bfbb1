"""What keeps people out."""

from datetime import datetime
from enum import Enum, StrEnum

import msgspec
from msgspec import UNSET, UnsetType

from pinson.domain.accounts import AccountId


class EmailDomainBlock(msgspec.Struct, frozen=True):
    """Addresses at a domain, and at those below it, that nobody can sign up with.

    allow_with_approval: whether they can, if a moderator lets them in.
    """

    id: int
    domain: str
    allow_with_approval: bool
    created_at: datetime


class AttemptsOn(msgspec.Struct, frozen=True):
    """How often somebody tried to sign up with a blocked domain, on the day that begins then (UTC)."""

    block_id: int
    day: datetime
    attempts: int


class EmailBlock(msgspec.Struct, frozen=True):
    """An address that nobody can sign up with, however it is spelt.

    hash: SHA-256 of its canonical form, in hexadecimal.
    account_id: of the suspended account whose owner has it, if that is why.
    """

    id: int
    hash: str
    account_id: AccountId | None


class NetworkSeverity(StrEnum):
    """What cannot be done from a network; each forbids what those before it do. The values are Mastodon's."""

    SIGN_UP_REQUIRES_APPROVAL = "sign_up_requires_approval"
    SIGN_UP_BLOCK = "sign_up_block"
    NO_ACCESS = "no_access"

    @property
    def rank(self) -> int:
        """The stricter, the higher."""
        return list(NetworkSeverity).index(self)


class NetworkBlock(msgspec.Struct, frozen=True):
    """A part of the internet from which something cannot be done.

    network: in CIDR notation (RFC 4632), without host bits.
    comment: why, for moderators.
    expires_at: None is for ever.
    """

    id: int
    network: str
    severity: NetworkSeverity
    comment: str
    created_at: datetime
    expires_at: datetime | None


class NetworkTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody wants a network blocked; what is UNSET stays as it is. See `NetworkBlock`.

    network: as typed; a single address is a network too.
    """

    network: str | UnsetType = UNSET
    severity: NetworkSeverity | UnsetType = UNSET
    comment: str | UnsetType = UNSET
    expires_at: datetime | UnsetType | None = UNSET


class Verdict(Enum):
    """What a newcomer's e-mail address leads to."""

    WELCOME = "welcome"
    WAITS = "waits"  # for a moderator
    REFUSED = "refused"
