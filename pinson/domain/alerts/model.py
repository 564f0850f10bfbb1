"""A reader, their addresses, what they want to hear, and the proof that they asked."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NewType

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.deliveries import Channel
from pinson.domain.posts import PostId
from pinson.domain.relations.model import TopicKind

ReaderId = NewType("ReaderId", int)
AddressId = NewType("AddressId", int)

CHANNELS = (Channel.SMS, Channel.EMAIL, Channel.BROWSER)
"""By which addresses are reached. The other channels have holders of their own."""


class Rhythm(StrEnum):
    """How much of a topic somebody wants."""

    ALL = "all"  # each message, of a live day too
    KEY = "key"  # each message, but of live days key moments only
    DIGEST = "digest"  # all of a day together


class Source(StrEnum):
    """Where somebody asked."""

    PAGE = "page"
    POSTER = "poster"  # the same page, reached by the code on a printed sheet
    SMS = "sms"
    INVITATION = "invitation"  # a list of addresses was invited
    MEMBER = "member"  # signed in
    APP = "app"  # a program took the address; what it showed, we do not know


class Confirmed(StrEnum):
    """How somebody proved that an address is theirs."""

    CODE = "code"
    LINK = "link"
    REPLY = "reply"
    PERMISSION = "permission"  # the browser asked
    KNOWN = "known"  # they had proved it before


class Withdrawn(StrEnum):
    """How somebody took their wish back, or why it ended."""

    PAGE = "page"
    ONE_CLICK = "one click"  # RFC 8058
    SMS = "sms"
    COMPLAINT = "complaint"  # marked as unwanted where it arrived
    LOST = "lost"  # nothing arrives there any more
    SERVED = "served"  # it was for once, and that has come
    CLOSED = "closed"  # what they followed, or they themselves, closed their account


class NoteKind(StrEnum):
    """What the service itself says to an address. The data of each, by name."""

    CODE = "code"  # code, link, topic: to be typed or followed
    ASK = "ask"  # topic: to be answered by yes
    GOODBYE = "goodbye"  # after everything ended
    ANSWER = "answer"  # text: to what was written to us
    TEST = "test"  # asked for on the page of settings
    REMINDER = "reminder"  # at, what, event, page, account: what begins soon, whose it is
    INVITATION = "invitation"  # topic, username: they are on a list of somebody who writes here


class Reason(StrEnum):
    """Why a message waits for the digest."""

    DIGEST = "digest"  # they want it so
    CAP = "cap"  # as many as they want in a week were sent
    PAUSED = "paused"


class Reader(msgspec.Struct, frozen=True):
    """Somebody who is reached. account_id: None if they have no account here.

    quiet_from, quiet_until: minutes of the day in their zone, within which no phone rings; equal if there are none.
    digest_hour: when what was held is sent, 0 to 23.
    """

    id: ReaderId
    account_id: AccountId | None
    lang: str
    zone: str
    quiet_from: int
    quiet_until: int
    digest_hour: int
    paused_until: datetime | None


class Reach(msgspec.Struct, frozen=True):
    """Where somebody is reached: checked, and in its normal form.

    value: a number as of E.164, an e-mail address, or the endpoint of a push subscription.
    keys: of a browser: p256dh and auth, as base64url.
    """

    channel: Channel
    value: str
    keys: Mapping[str, str] = {}


class Address(msgspec.Struct, frozen=True):
    """Where a reader is reached by one channel."""

    id: AddressId
    reader_id: ReaderId
    channel: Channel
    value: str
    keys: Mapping[str, str]
    created_at: datetime
    confirmed_at: datetime | None
    lost_at: datetime | None
    failing_since: datetime | None = None

    @property
    def is_asleep(self) -> bool:
        """Whether nothing is sent there since letters failed for weeks; its reader may wake it."""
        return self.lost_at is not None and self.failing_since is not None


class Failing(msgspec.Struct, frozen=True):
    """An address whose letters fail one after the other: since when, and how many did."""

    since: datetime
    failures: int


class Wish(msgspec.Struct, frozen=True):
    """How much of a topic, and how often.

    narrow_id: only what is under this hashtag too; 0 for all. per_week: at most so many, the rest in the digest.
    """

    rhythm: Rhythm = Rhythm.KEY
    per_week: int | None = None
    narrow_id: int = 0


class Topic(msgspec.Struct, frozen=True):
    """What is followed. account_id: who writes under it, if it is one account."""

    kind: TopicKind
    id: int
    account_id: AccountId | None = None


class Alert(msgspec.Struct, frozen=True):
    """A standing wish. confirmed_at: None until it is proven that the address is theirs who asked.

    paused_until: when what comes by it meanwhile is sent, together.
    """

    id: int
    address_id: AddressId
    kind: TopicKind
    topic_id: int
    narrow_id: int
    rhythm: Rhythm
    per_week: int | None
    asked_at: datetime
    confirmed_at: datetime | None
    paused_until: datetime | None = None


class Standing(msgspec.Struct, frozen=True):
    """An alert and what it takes to judge one message by it; see `Alert` and `Reader`.

    paused_until: the later of its own and the reader's; long past if there is none.
    """

    id: int
    address_id: AddressId
    channel: Channel
    topic_id: int
    rhythm: Rhythm
    per_week: int | None
    week: int
    week_sent: int
    zone: str
    quiet_from: int
    quiet_until: int
    digest_hour: int
    paused_until: datetime


class Holder(msgspec.Struct, frozen=True):
    """What it takes to reach an address. topics: what is wanted there, confirmed. zone: of the reader's clock."""

    id: AddressId
    reader_id: ReaderId
    channel: Channel
    value: str
    keys: Mapping[str, str]
    lang: str
    zone: str
    topics: tuple[int, ...]


class Asked(msgspec.Struct, frozen=True):
    """What came of a wish. reader_id: whose the address is, if it needs no proof; confirmed: nothing more to do."""

    address_id: AddressId
    reader_id: ReaderId
    confirmed: bool


class Wording(msgspec.Struct, frozen=True):
    """What somebody read before they agreed, in the language that they read it in."""

    lang: str
    text: str


class Consent(msgspec.Struct, frozen=True):
    """A line of the register. masked: the address with most of it left out; how: see the enums."""

    id: int
    channel: Channel
    fingerprint: bytes
    masked: str
    kind: TopicKind
    topic_id: int
    narrow_id: int
    account_id: AccountId | None
    wording: str
    lang: str
    source: Source
    asked_at: datetime
    confirmed_at: datetime | None
    confirmed_how: str
    withdrawn_at: datetime | None
    withdrawn_how: str


class Note(msgspec.Struct, frozen=True):
    """See `NoteKind`."""

    id: int
    address_id: AddressId
    kind: NoteKind
    data: Mapping[str, str]
    created_at: datetime


class Held(msgspec.Struct, frozen=True):
    """A message in a digest, and why it came so late."""

    digest_id: int
    post_id: PostId
    topic_id: int
    reason: Reason


class Publisher(msgspec.Struct, frozen=True):
    """What an account is as a sender.

    commercial: it sells something, so the law asks for more. sender: its name in an SMS, "" for its username.
    promise: how many messages a week it says that it sends. credits: parts of SMS that it may still send; None: no end.
    """

    account_id: AccountId
    commercial: bool = False
    sender: str = ""
    promise: int | None = None
    credits: int | None = None


class Audience(msgspec.Struct, frozen=True):
    """How many confirmed alerts of a topic are reached by a channel, in this rhythm."""

    channel: Channel
    rhythm: Rhythm
    alerts: int


class Reachable(msgspec.Struct, frozen=True):
    """How many addresses a message would reach by a channel: at once, and later, in a digest."""

    channel: Channel
    now: int
    later: int
