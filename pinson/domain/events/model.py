"""A live event, its team, its programme, its drafts, and what a post is in it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.media import MediaId
from pinson.domain.posts import EventId, PostId


class State(StrEnum):
    """Where the clock stands."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Role(StrEnum):
    """What an account does in an event. The account whose event it is is a lead."""

    WRITER = "writer"  # writes in it
    LEAD = "lead"  # changes it as well


class Webcast(StrEnum):
    """What an address of a webcast leads to: how it is shown on the event's page."""

    NONE = ""
    HLS = "hls"  # the browser's own player
    PEERTUBE = "peertube"  # theirs, once somebody asks for it
    YOUTUBE = "youtube"
    VIMEO = "vimeo"
    LINK = "link"  # nothing that we could show: a link


class Step(msgspec.Struct, frozen=True):
    """A named step of a gauge."""

    value: float
    label: str


class Event(msgspec.Struct, frozen=True):
    """What people attend, here or there.

    id: also the topic that its posts are under.
    slug: where its page is, for ever.
    zone: of its clock, a name of the IANA's.
    language: of its title and text; None if unknown.
    tag_id, hashtag: what brings a post of its team into it while it lasts, and how that is written; None and "".
    adds_hashtag: what is written in it gets the hashtag by itself.
    cover_id: the picture of it.
    gauge_steps: of what is measured during it, ascending, in `gauge_unit`; the last is its goal.
    is_model: others are made from it; it takes place never, and only its team sees it.
    model_id: what it was made from.
    paused_at: since when its wall stands still.
    sequence: how often what stands in calendars changed (RFC 5545, section 3.8.7.4).
    """

    id: EventId
    slug: str
    account_id: AccountId
    title: str
    text: str
    place: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    language: str | None
    tag_id: int | None
    hashtag: str
    adds_hashtag: bool
    webcast_url: str
    webcast_kind: Webcast
    cover_id: MediaId | None
    gauge_unit: str
    gauge_steps: tuple[Step, ...]
    is_model: bool
    model_id: EventId | None
    paused_at: datetime | None
    cancelled_at: datetime | None
    sequence: int
    created_at: datetime
    updated_at: datetime

    def state(self, now: datetime) -> State:
        """Where the clock stands: its last moment is the one before `ends_at`."""
        if now < self.starts_at:
            return State.BEFORE
        return State.DURING if now < self.ends_at else State.AFTER


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says about an `Event`; None keeps what is, "" takes a hashtag, a language or a webcast away.

    cover_id: 0 takes the picture away. is_paused, is_cancelled: from now on, or no longer.
    """

    title: str | None = None
    text: str | None = None
    place: str | None = None
    zone: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    language: str | None = None
    hashtag: str | None = None
    adds_hashtag: bool | None = None
    webcast_url: str | None = None
    cover_id: int | None = None
    gauge_unit: str | None = None
    gauge_steps: tuple[Step, ...] | None = None
    is_model: bool | None = None
    is_paused: bool | None = None
    is_cancelled: bool | None = None


class Member(msgspec.Struct, frozen=True):
    """An account of an event's team."""

    event_id: EventId
    account_id: AccountId
    role: Role


class Line(msgspec.Struct, frozen=True):
    """A line of the programme: what happens when, and who is there.

    ends_at: None if nobody said. done_at: when it was over, if somebody said so.
    """

    id: int
    event_id: EventId
    starts_at: datetime
    ends_at: datetime | None
    what: str
    who: str
    done_at: datetime | None


class Moment(msgspec.Struct, frozen=True):
    """A line of a programme, or the beginning of an event, that one can be reminded of.

    id: of the line, or, of a beginning, that of the event below zero: no two of them have the same, nor anything else
    that is followed. what: "" of a beginning. is_off: it does not take place, or is over.
    """

    id: int
    event: Event
    starts_at: datetime
    what: str
    is_off: bool


class Marks(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a post is to be in its event.

    is_key: a key moment.
    gauge: where the gauge stands from it on.
    expects: in how many minutes more will follow, from and to. What was expected before is then no longer.
    promises: it leaves something open that will be answered.
    meets, keeps: the post whose expectation it meets, and whose promise it keeps.
    line_id: the line of the programme that it is about.
    again: the message of another event that it tells again, see `retell`. is_skipped: it is not to go out after all,
        unless somebody puts it back. Both of drafts only.
    """

    is_key: bool = False
    gauge: float | None = None
    expects: tuple[int, int] | None = None
    promises: bool = False
    meets: PostId | None = None
    keeps: PostId | None = None
    line_id: int | None = None
    again: PostId | None = None
    is_skipped: bool = False


class ReadyDraft(msgspec.Struct, frozen=True):
    """What is ready to be written in an event.

    place: in the order of them. after_start: when it is meant to go out, in seconds after the beginning.
    post_id: what it became.
    """

    id: int
    event_id: EventId
    place: int
    text: str
    language: str | None
    after_start: int | None
    marks: Marks
    post_id: PostId | None


class Entry(msgspec.Struct, frozen=True):
    """A post in its event.

    by_tag: its hashtag brought it there.
    expects_from, expects_until: when it says that more will follow. Open until met_at.
    met_by: the post that did; None if somebody just said so, or that post is gone.
    promises, kept_at, kept_by: likewise.
    """

    post_id: PostId
    event_id: EventId
    account_id: AccountId
    by_tag: bool
    is_key: bool
    gauge: float | None
    expects_from: datetime | None
    expects_until: datetime | None
    met_by: PostId | None
    met_at: datetime | None
    promises: bool
    kept_by: PostId | None
    kept_at: datetime | None
    line_id: int | None
