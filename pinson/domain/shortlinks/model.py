"""Short links: what they are, where they are given out, and who follows them."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

import msgspec

from pinson.domain.accounts import AccountId

ShortLinkId = NewType("ShortLinkId", int)


class Channel(StrEnum):
    """Where an address of a link is given out. Each has a code of its own, so a visit says where it was found."""

    MESSAGE = "message"  # in the text of a post, which apps and other servers show as it is
    QR = "qr"  # printed, for phones
    SMS = "sms"
    EMAIL = "email"
    PUSH = "push"
    FEED = "feed"


class Visitor(StrEnum):
    """Who follows a link, as far as the request itself says; see `visitors.py`."""

    PEOPLE = "people"
    MACHINES = "machines"
    OWN = "own"  # a member of the account whose link it is


class Utm(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the target is told about where a visit comes from, in the parameters `utm_…`; "" is not told."""

    source: str = ""
    medium: str = ""
    campaign: str = ""


class ShortLink(msgspec.Struct, frozen=True):
    """A link.

    post_id: the message that it was made for, or first stood in; it may be gone.
    expires_at: from when on it leads nowhere. max_clicks: how many people it leads on; taken: how many it has.
    retired_at: since when it leads nowhere because somebody said so; None if it works.
    people, machines, own: how often it was followed in the last 25 months.
    """

    id: ShortLinkId
    account_id: AccountId
    target: str
    title: str
    created_at: datetime
    post_id: int | None = None
    expires_at: datetime | None = None
    max_clicks: int | None = None
    taken: int = 0
    utm: dict[Channel, Utm] = {}
    retired_at: datetime | None = None
    people: int = 0
    machines: int = 0
    own: int = 0

    def is_over(self, now: datetime) -> bool:
        """Whether it leads nowhere any more."""
        return (
            self.retired_at is not None
            or (self.expires_at is not None and self.expires_at <= now)
            or (self.max_clicks is not None and self.taken >= self.max_clicks)
        )


class Code(msgspec.Struct, frozen=True):
    """The seven characters by which a link is found, in one channel."""

    code: str
    link_id: ShortLinkId
    channel: Channel


class Coded(msgspec.Struct, frozen=True):
    """What the seven characters lead to: just what it takes to answer. See `ShortLink`."""

    code: str
    channel: Channel
    link_id: ShortLinkId
    account_id: AccountId
    target: str
    utm: dict[Channel, Utm]
    expires_at: datetime | None
    max_clicks: int | None
    retired_at: datetime | None


class Clicks(msgspec.Struct, frozen=True):
    """How often a link was followed in one hour, in one channel. hour: its beginning, UTC."""

    link_id: ShortLinkId
    hour: datetime
    channel: Channel
    visitor: Visitor
    clicks: int


class Origin(msgspec.Struct, frozen=True):
    """How many people followed a link from one country in one hour. country: two letters, or "" if it is not known."""

    link_id: ShortLinkId
    hour: datetime
    country: str
    clicks: int


class FromCountry(msgspec.Struct, frozen=True):
    """How many people came from one country. country: see `Origin`."""

    country: str
    clicks: int


class Origins(msgspec.Struct, frozen=True):
    """From where people came, as far as it is told: `people` in all.

    countries: those with enough of them, most first. others: people from all countries with fewer, together.
    unknown: those whose address the table does not know, or who came while there was none.
    """

    countries: dict[str, int]
    others: int
    unknown: int

    @property
    def people(self) -> int:
        """All of them."""
        return sum(self.countries.values()) + self.others + self.unknown


class FormerTarget(msgspec.Struct, frozen=True):
    """Where a link led before, and until when."""

    link_id: ShortLinkId
    until: datetime
    target: str


class ClosedSite(msgspec.Struct, frozen=True):
    """A site that short links do not lead to. host: counts for what is below it too. reason: for whoever comes by."""

    host: str
    reason: str
    closed_at: datetime


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody wishes a link. See `ShortLink`."""

    target: str
    title: str = ""
    expires_at: datetime | None = None
    max_clicks: int | None = None
    utm: dict[Channel, Utm] = {}


class Checked(Wish, frozen=True, kw_only=True):
    """A wish that was held to the rules: all that can be done before the transaction; see `rules.checked`."""


class Made(msgspec.Struct, frozen=True):
    """A link with the codes that lead to it."""

    link: ShortLink
    codes: dict[Channel, str]
