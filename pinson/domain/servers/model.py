"""What was decided about another server."""

from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import UNSET, UnsetType


class Severity(StrEnum):
    """What becomes of everything that comes from a server. The values are Mastodon's."""

    NOOP = "noop"  # nothing, but for its media and reports if they are rejected
    SILENCE = "silence"  # it reaches those who follow
    SUSPEND = "suspend"  # it is not let in

    @property
    def rank(self) -> int:
        """The stricter, the higher."""
        return list(Severity).index(self)


class ServerBlock(msgspec.Struct, frozen=True):
    """A server that is kept at a distance.

    domain: in lower case; counts for what is below it too.
    private_comment: why, for moderators. public_comment: why, for everyone.
    obfuscate: whether the public list shows only parts of the domain.
    """

    id: int
    domain: str
    severity: Severity
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool
    created_at: datetime


class ServerAllow(msgspec.Struct, frozen=True):
    """A server that is let in where only those are that are named."""

    id: int
    domain: str
    created_at: datetime


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody wants a server blocked; what is UNSET stays as it is, or is as in a new block. See `ServerBlock`."""

    severity: Severity | UnsetType = UNSET
    reject_media: bool | UnsetType = UNSET
    reject_reports: bool | UnsetType = UNSET
    private_comment: str | UnsetType | None = UNSET
    public_comment: str | UnsetType | None = UNSET
    obfuscate: bool | UnsetType = UNSET
