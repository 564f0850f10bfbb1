"""What our own API answers with. Ids are texts, as numbers of that size are not safe in every program."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from pinson.domain.accounts import Profile
from pinson.domain.events import Entry, Event, Line, Member, ReadyDraft, Role, Situation, State, Step, Told, Webcast
from pinson.domain.media import Media, MediaKind, address
from pinson.domain.posts import Shape
from pinson.domain.shortlinks import Channel, ShortLink
from pinson.lib.ids import moment_of


class EmptyAnswer(msgspec.Struct):
    """`{}`: it is done, and there is nothing to tell."""


class GaugeStep(msgspec.Struct):
    """A named step of a gauge."""

    value: float
    label: str


class EventEntity(msgspec.Struct):
    """A live event. state: where the clock stands. sequence: how often what stands in calendars changed (RFC 5545).

    zone: of its clock, a name of the IANA's. hashtag: "" if there is none.
    is_model: others are made from it; it takes place never, and only its team sees it.
    """

    id: str
    slug: str
    url: str
    calendar_url: str
    account_id: str
    title: str
    text: str
    place: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    state: State
    language: str | None
    hashtag: str
    adds_hashtag: bool
    webcast_url: str
    webcast_kind: Webcast
    cover_id: str | None
    gauge_unit: str
    gauge_steps: list[GaugeStep]
    is_model: bool
    model_id: str | None
    paused_at: datetime | None
    cancelled_at: datetime | None
    sequence: int
    created_at: datetime
    updated_at: datetime


class MemberEntity(msgspec.Struct):
    """An account of an event's team. The account whose event it is is a lead, and stands in `EventEntity`."""

    account_id: str
    role: Role


class LineEntity(msgspec.Struct):
    """A line of the programme. done_at: when it was over, if somebody said so."""

    id: str
    starts_at: datetime
    ends_at: datetime | None
    what: str
    who: str
    done_at: datetime | None


class MarksEntity(msgspec.Struct):
    """What a ready draft is to be in its event. expects: minutes, from and to."""

    is_key: bool
    gauge: float | None
    expects: list[int] | None
    promises: bool


class DraftEntity(msgspec.Struct):
    """What is ready to be written. after_start: when it is meant to go out, in seconds after the beginning.

    due_at: that moment. message_id: what it became. is_skipped: it is not to go out, unless somebody puts it back.
    """

    id: str
    place: int
    text: str
    language: str | None
    after_start: int | None
    due_at: datetime | None
    marks: MarksEntity
    is_skipped: bool
    message_id: str | None


class VoiceEntity(msgspec.Struct):
    """Who wrote a message."""

    id: str
    acct: str
    display_name: str
    url: str
    avatar: str | None


class PictureEntity(msgspec.Struct):
    """What a message shows. description: "" if nobody said what there is to see or hear."""

    id: str
    kind: MediaKind
    url: str | None
    preview_url: str | None
    description: str
    width: int
    height: int
    blurhash: str | None


class MessageEntity(msgspec.Struct):
    """A message of an event; as a status it is at /api/v1/statuses/:id.

    number: its place in the event, the oldest being 1.
    content: HTML. text: as it was written. place: the name of where it is from, "" if that was not said.
    by_tag: the hashtag brought it here. gauge: where the gauge stands from it on.
    expects_from, expects_until: when it says that more will follow; open until met_at, met by the message met_by.
    promises, kept_at, kept_by: likewise for what it leaves to be answered.
    corrects_id: the message that it corrects. corrected_by_id, corrected_at: the latest that corrects it.
    """

    id: str
    event_id: str
    number: int
    url: str
    created_at: datetime
    edited_at: datetime | None
    account: VoiceEntity
    content: str
    text: str
    spoiler_text: str
    sensitive: bool
    language: str | None
    tags: list[str]
    media: list[PictureEntity]
    by_tag: bool
    is_key: bool
    gauge: float | None
    expects_from: datetime | None
    expects_until: datetime | None
    met_by: str | None
    met_at: datetime | None
    promises: bool
    kept_by: str | None
    kept_at: datetime | None
    line_id: str | None
    corrects_id: str | None
    corrected_by_id: str | None
    corrected_at: datetime | None
    place: str


class OpenEntity(msgspec.Struct):
    """A message that leaves something open."""

    message_id: str
    since: datetime
    expects_from: datetime | None
    expects_until: datetime | None
    promises: bool


class SituationEntity(msgspec.Struct):
    """How things stand in an event at the moment `at`.

    messages: how many there are. gauge: where it stands; reached, next_step: its steps around that.
    expecting: what is expected, and late_seconds: by how much it is late. promising: oldest first.
    line: what goes on by the programme; next_line: what comes next.
    """

    at: datetime
    state: State
    is_paused: bool
    messages: int
    gauge: float | None
    reached: GaugeStep | None
    next_step: GaugeStep | None
    expecting: OpenEntity | None
    late_seconds: int | None
    promising: list[OpenEntity]
    line: LineEntity | None
    next_line: LineEntity | None


class CorrectionEntity(msgspec.Struct):
    """A message that corrects another. Both are statuses of /api/v1/statuses/:id."""

    message_id: str
    account_id: str
    corrects_id: str
    event_id: str | None
    at: datetime


def event(one: Event, *, base_url: str, now: datetime) -> EventEntity:
    """An event."""
    url = f"{base_url}/e/{one.slug}"
    return EventEntity(
        id=str(one.id),
        slug=one.slug,
        url=url,
        calendar_url=f"{url}.ics",
        account_id=str(one.account_id),
        title=one.title,
        text=one.text,
        place=one.place,
        zone=one.zone,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        state=one.state(now),
        language=one.language,
        hashtag=one.hashtag,
        adds_hashtag=one.adds_hashtag,
        webcast_url=one.webcast_url,
        webcast_kind=one.webcast_kind,
        cover_id=_id(one.cover_id),
        gauge_unit=one.gauge_unit,
        gauge_steps=[_step(step) for step in one.gauge_steps],
        is_model=one.is_model,
        model_id=_id(one.model_id),
        paused_at=one.paused_at,
        cancelled_at=one.cancelled_at,
        sequence=one.sequence,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


def member(one: Member) -> MemberEntity:
    """An account of a team."""
    return MemberEntity(str(one.account_id), one.role)


def line(one: Line) -> LineEntity:
    """A line of a programme."""
    return LineEntity(str(one.id), one.starts_at, one.ends_at, one.what, one.who, one.done_at)


def draft(one: ReadyDraft, of: Event) -> DraftEntity:
    """What is ready to be written in an event."""
    marks = MarksEntity(
        one.marks.is_key,
        one.marks.gauge,
        None if one.marks.expects is None else list(one.marks.expects),
        one.marks.promises,
    )
    due_at = None if one.after_start is None else of.starts_at + timedelta(seconds=one.after_start)
    return DraftEntity(
        id=str(one.id),
        place=one.place,
        text=one.text,
        language=one.language,
        after_start=one.after_start,
        due_at=due_at,
        marks=marks,
        is_skipped=one.marks.is_skipped,
        message_id=_id(one.post_id),
    )


def message(told: Told, base_url: str) -> MessageEntity:
    """A message of an event."""
    post, entry = told.post, told.entry
    return MessageEntity(
        id=str(post.id),
        event_id=str(entry.event_id),
        number=told.number,
        url=f"{told.author.url(base_url)}/{post.id}",
        created_at=post.created_at,
        edited_at=post.edited_at,
        account=_voice(told.author, base_url),
        content=post.html,
        text=post.text,
        spoiler_text=post.spoiler,
        sensitive=post.sensitive,
        language=post.language,
        tags=list(post.tags),
        media=[_picture(one, base_url) for one in told.media],
        by_tag=entry.by_tag,
        is_key=entry.is_key,
        gauge=entry.gauge,
        expects_from=entry.expects_from,
        expects_until=entry.expects_until,
        met_by=_id(entry.met_by),
        met_at=entry.met_at,
        promises=entry.promises,
        kept_by=_id(entry.kept_by),
        kept_at=entry.kept_at,
        line_id=_id(entry.line_id),
        corrects_id=_id(post.corrects_id),
        corrected_by_id=_id(post.corrected_by_id),
        corrected_at=told.corrected_at,
        place=post.place,
    )


def situation(one: Situation, of: Event, *, now: datetime) -> SituationEntity:
    """How things stand."""
    late = one.late(now)
    return SituationEntity(
        at=now,
        state=one.state,
        is_paused=of.paused_at is not None,
        messages=one.posts,
        gauge=one.gauge,
        reached=_step(one.reached) if one.reached else None,
        next_step=_step(one.next_step) if one.next_step else None,
        expecting=_open(one.expecting) if one.expecting else None,
        late_seconds=None if late is None else int(late.total_seconds()),
        promising=[_open(entry) for entry in one.promising],
        line=line(one.line) if one.line else None,
        next_line=line(one.next_line) if one.next_line else None,
    )


def corrections(shapes: Sequence[Shape]) -> list[CorrectionEntity]:
    """Of these messages those that correct another."""
    return [
        CorrectionEntity(str(one.id), str(one.author_id), str(one.corrects_id), _id(one.event_id), moment_of(one.id))
        for one in shapes
        if one.corrects_id is not None
    ]


def _open(entry: Entry) -> OpenEntity:
    return OpenEntity(
        str(entry.post_id), moment_of(entry.post_id), entry.expects_from, entry.expects_until, entry.promises
    )


def _step(step: Step) -> GaugeStep:
    return GaugeStep(step.value, step.label)


def _voice(author: Profile, base_url: str) -> VoiceEntity:
    return VoiceEntity(
        str(author.id),
        author.acct,
        author.display_name or author.username,
        author.url(base_url),
        address(author.avatar, base_url) if author.avatar else None,
    )


def _picture(one: Media, base_url: str) -> PictureEntity:
    return PictureEntity(
        str(one.id),
        one.kind,
        address(one.key, base_url) if one.key else None,
        address(one.preview_key, base_url) if one.preview_key else None,
        one.description,
        one.details.width,
        one.details.height,
        one.blurhash,
    )


def _id(id: int | None) -> str | None:
    return None if id is None else str(id)


class UtmEntity(msgspec.Struct):
    """What a target is told about where a visit comes from, in the parameters `utm_…`; "" is not told."""

    source: str = ""
    medium: str = ""
    campaign: str = ""


class ShortLinkEntity(msgspec.Struct):
    """A short link. url: as it stands in messages. urls: by the way it is given out, each counted apart.

    message_id: the message that it was made for, or first stood in.
    max_clicks: how many people it leads on. is_over: whether it leads nowhere any more.
    people, machines, own: how often it was followed in the last 25 months, half a second ago.
    """

    id: str
    code: str
    url: str
    urls: dict[Channel, str]
    target: str
    title: str
    message_id: str | None
    created_at: datetime
    expires_at: datetime | None
    max_clicks: int | None
    utm: dict[Channel, UtmEntity]
    is_over: bool
    people: int
    machines: int
    own: int


class CountriesEntity(msgspec.Struct):
    """From which countries people followed a short link; countries, others and unknown add up to people.

    is_counted: whether this server tells countries now: it takes a table that whoever runs it puts there.
    countries: by code (ISO 3166-1, two letters). others: from all countries from which fewer than five people came.
    unknown: people whose country the table does not say, or who came while there was none.
    """

    is_counted: bool
    people: int
    countries: dict[str, int]
    others: int
    unknown: int


def short_link(link: ShortLink, codes: Mapping[Channel, str], *, base: str, now: datetime) -> ShortLinkEntity:
    """The entity of a link.

    Args:
        base: where short links are.
    """
    return ShortLinkEntity(
        id=str(link.id),
        code=codes[Channel.MESSAGE],
        url=f"{base}/{codes[Channel.MESSAGE]}",
        urls={channel: f"{base}/{code}" for channel, code in codes.items()},
        target=link.target,
        title=link.title,
        message_id=str(link.post_id) if link.post_id is not None else None,
        created_at=link.created_at,
        expires_at=link.expires_at,
        max_clicks=link.max_clicks,
        utm={channel: UtmEntity(one.source, one.medium, one.campaign) for channel, one in link.utm.items()},
        is_over=link.is_over(now),
        people=link.people,
        machines=link.machines,
        own=link.own,
    )
