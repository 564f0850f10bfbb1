"""What an event may be, and who may do what with it. Pure."""

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pinson.domain.accounts import AccountId
from pinson.domain.events.model import Entry, Event, Line, Marks, Member, ReadyDraft, Role, Step, Webcast
from pinson.domain.posts import fold_tag, parse
from pinson.lib.errors import Kind, Refusal

LONGEST_TITLE, LONGEST_TEXT, LONGEST_LINE = 120, 5000, 200
LONGEST = timedelta(days=60)
MOST_EVENTS, MOST_MEMBERS, MOST_LINES, MOST_DRAFTS, MOST_STEPS = 1000, 50, 200, 300, 30
RETELLING_BEGINS = timedelta(seconds=2)  # how long after it was asked for the first message is told again
RETELLING_ENDS = timedelta(minutes=1)  # how long such an event goes on after the last one
LONGEST_WAIT = 24 * 60  # minutes that an expectation may reach ahead
LONGEST_SLUG = 60
MORNING = time(8)  # when it is told how an event went
SMALL_HOURS = timedelta(hours=5)  # until then, a night belongs to the day before
NEWS = timedelta(hours=48)  # how an event went that ended before is no news any more
FIRST_YEAR, LAST_YEAR = 1900, 3000


class EventNotFound(Refusal):
    """There is no such event."""

    kind, code = Kind.MISSING, "event_not_found"
    text = "There is no such event."


class NotInTeam(Refusal):
    """Only its team writes in an event, and only its leads change it."""

    kind, code = Kind.FORBIDDEN, "not_in_team"
    text = "Only the team of this event can do that."


class BlankTitle(Refusal):
    """An event needs a name."""

    kind, code = Kind.INVALID, "blank_title"
    text = "Say what the event is called."


class TooLong(Refusal):
    """What is said is longer than there is room for."""

    kind, code = Kind.INVALID, "event_text_too_long"
    text = "This is too long: there is room for {limit} characters."


class BadTimes(Refusal):
    """An event ends after it begins."""

    kind, code = Kind.INVALID, "bad_times"
    text = "The end must come after the beginning, at most {days} days later."


class BadZone(Refusal):
    """There is no such time zone."""

    kind, code = Kind.INVALID, "bad_zone"
    text = "There is no time zone of this name."


class BadWebcast(Refusal):
    """That is no address on the web."""

    kind, code = Kind.INVALID, "bad_webcast"
    text = "The address of the video must begin with https://."


class BadGauge(Refusal):
    """Steps rise, and each has a name."""

    kind, code = Kind.INVALID, "bad_gauge"
    text = "The steps of the gauge must rise, from the first to the last, and there are at most {limit}."


class BadSlug(Refusal):
    """The end of the address that was wished is not possible."""

    kind, code = Kind.INVALID, "bad_slug"
    text = "An address is made of small letters, digits and hyphens."


class SlugTaken(Refusal):
    """Another event is there, for ever."""

    kind, code = Kind.INVALID, "slug_taken"
    text = "Another event has this address."


class BadExpectation(Refusal):
    """When more will follow is soon, and from some moment to a later one."""

    kind, code = Kind.INVALID, "bad_expectation"
    text = "Say from how many minutes to how many, within a day."


class NothingOpen(Refusal):
    """There is nothing open that could be answered."""

    kind, code = Kind.INVALID, "nothing_open"
    text = "That message leaves nothing open in this event."


class NothingToRetell(Refusal):
    """Nothing was written in the event."""

    kind, code = Kind.INVALID, "nothing_to_retell"
    text = "Nothing was written in this event, so there is nothing to tell again."


class NotPublic(Refusal):
    """What is written in an event is for everybody."""

    kind, code = Kind.INVALID, "not_public"
    text = "What is written in an event is public."


class TooMany(Refusal):
    """There is no room for more."""

    kind, code = Kind.INVALID, "too_many_in_event"
    text = "There are {limit} already, and no room for more."


class LineNotFound(Refusal):
    """There is no such line in the programme."""

    kind, code = Kind.MISSING, "line_not_found"
    text = "There is no such line in the programme."


class BlankLine(Refusal):
    """A line says what happens; a draft says something."""

    kind, code = Kind.INVALID, "blank_line"
    text = "Say what happens."


class DraftNotFound(Refusal):
    """There is no such draft, or it was written already."""

    kind, code = Kind.MISSING, "event_draft_not_found"
    text = "There is no such draft."


class EntryNotFound(Refusal):
    """The post is not part of the event."""

    kind, code = Kind.MISSING, "entry_not_found"
    text = "There is no such message in this event."


class HasPosts(Refusal):
    """What was told stays at its address."""

    kind, code = Kind.INVALID, "event_has_posts"
    text = "Messages were written in this event, so it stays at its address. It can be cancelled."


class IsModel(Refusal):
    """A model takes place never: events are made from it."""

    kind, code = Kind.INVALID, "event_is_model"
    text = "This is a model. Make an event from it first."


def check(event: Event) -> None:
    """
    Raises:
        BlankTitle, TooLong, BadZone, BadTimes, BadWebcast, BadGauge.
    """
    if not event.title.strip():
        raise BlankTitle
    for said, limit in (
        (event.title, LONGEST_TITLE),
        (event.text, LONGEST_TEXT),
        (event.place, LONGEST_LINE),
        (event.gauge_unit, 20),
        (event.webcast_url, 2000),
    ):
        if len(said) > limit:
            raise TooLong(limit=limit)
    check_zone(event.zone)
    check_moment(event.starts_at)
    if not event.starts_at < event.ends_at <= event.starts_at + LONGEST:
        raise BadTimes(days=LONGEST.days)
    if event.webcast_url and urlsplit(event.webcast_url).scheme != "https":
        raise BadWebcast
    _check_steps(event.gauge_steps)


def check_moment(at: datetime) -> None:
    """
    Raises:
        BadTimes: nothing that people attend is so far away, and no other moment could be counted from it.
    """
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BadTimes(days=LONGEST.days)


def check_zone(zone: str) -> None:
    """
    Raises:
        BadZone.
    """
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as unknown:
        raise BadZone from unknown


def _check_steps(steps: tuple[Step, ...]) -> None:
    values = [step.value for step in steps]
    named = all(step.label.strip() and len(step.label) <= 60 for step in steps)
    rising = all(math.isfinite(value) for value in values) and sorted(set(values)) == values
    if len(steps) > MOST_STEPS or not rising or not named:
        raise BadGauge(limit=MOST_STEPS)


def check_marks(marks: Marks) -> None:
    """
    Raises:
        BadExpectation, BadGauge.
    """
    if marks.gauge is not None and not math.isfinite(marks.gauge):
        raise BadGauge(limit=MOST_STEPS)
    if marks.expects is not None:
        least, most = marks.expects
        if not 0 <= least <= most <= LONGEST_WAIT or most == 0:
            raise BadExpectation


def marks_again(entry: Entry, written: datetime, *, speed: float) -> Marks:
    """What a message is to be when it is told again, so many times faster. What it answers is found as it goes out."""
    expects = None
    if entry.expects_from is not None and entry.expects_until is not None:
        least, most = (
            max(1, round((at - written) / timedelta(minutes=1) / speed))
            for at in (entry.expects_from, entry.expects_until)
        )
        expects = (least, most)
    return Marks(is_key=entry.is_key, gauge=entry.gauge, expects=expects, promises=entry.promises, again=entry.post_id)


def check_line(line: Line) -> None:
    """
    Raises:
        BlankLine, TooLong, BadTimes.
    """
    if not line.what:
        raise BlankLine
    if max(len(line.what), len(line.who)) > LONGEST_LINE:
        raise TooLong(limit=LONGEST_LINE)
    check_moment(line.starts_at)
    if line.ends_at is not None and not line.starts_at <= line.ends_at <= line.starts_at + LONGEST:
        raise BadTimes(days=LONGEST.days)


def check_draft(draft: ReadyDraft) -> None:
    """
    Raises:
        BlankLine, TooLong, BadTimes, BadExpectation, BadGauge.
    """
    if draft.after_start is not None and abs(draft.after_start) > LONGEST.total_seconds():
        raise BadTimes(days=LONGEST.days)
    if not draft.text:
        raise BlankLine
    if len(draft.text) > LONGEST_TEXT:
        raise TooLong(limit=LONGEST_TEXT)
    check_marks(draft.marks)


def webcast_kind(url: str) -> Webcast:
    """What an address of a webcast leads to."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if not url:
        return Webcast.NONE
    if parts.path.endswith(".m3u8"):
        return Webcast.HLS
    if host in ("youtube.com", "youtu.be", "youtube-nocookie.com"):
        return Webcast.YOUTUBE
    if host in ("vimeo.com", "player.vimeo.com"):
        return Webcast.VIMEO
    if re.match(r"/(w|videos/(watch|embed))/[\w-]+$", parts.path):
        return Webcast.PEERTUBE
    return Webcast.LINK


def embed_of(event: Event) -> str:
    """The address of what a frame can show of a webcast; "" if it is none of another site, or none is known."""
    parts = urlsplit(event.webcast_url)
    last = parts.path.rstrip("/").rpartition("/")[2]
    match event.webcast_kind:
        case Webcast.YOUTUBE:
            id = parse_qs(parts.query).get("v", [last])[0]
            return f"https://www.youtube-nocookie.com/embed/{id}" if re.fullmatch(r"[\w-]{6,20}", id) else ""
        case Webcast.VIMEO:
            return f"https://player.vimeo.com/video/{last}" if re.fullmatch(r"\d{4,20}", last) else ""
        case Webcast.PEERTUBE:
            return f"https://{parts.netloc}/videos/embed/{last}"
    return ""


def slug_of(title: str) -> str:
    """The end of an address for an event of this title; "event" if nothing of it can stand in one."""
    plain = unicodedata.normalize("NFKD", title.casefold().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", letters)[:LONGEST_SLUG].strip("-") or "event"


def check_slug(slug: str) -> None:
    """
    Raises:
        BadSlug.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > LONGEST_SLUG:
        raise BadSlug


def role_of(event: Event, team: Iterable[Member], account_id: AccountId) -> Role | None:
    """What an account does in the event; None if nothing."""
    if account_id == event.account_id:
        return Role.LEAD
    return next((member.role for member in team if member.account_id == account_id), None)


def with_hashtag(event: Event, text: str) -> str:
    """What is written in an event, with its hashtag if it is added by itself and not there yet."""
    if not event.adds_hashtag or not event.hashtag:
        return text
    if fold_tag(event.hashtag) in parse(text, local_domain="").tags:
        return text
    return f"{text.rstrip()} #{event.hashtag}".lstrip()


def calendar_differs(one: Event, other: Event) -> bool:
    """Whether calendars that hold one event must hear of the other."""
    return any(
        getattr(one, name) != getattr(other, name)
        for name in ("title", "text", "place", "zone", "starts_at", "ends_at", "cancelled_at")
    )


def morning_after(event: Event) -> datetime:
    """When to tell how an event went: at eight where it took place, on the day after its last; of one that ends in the
    small hours, that same day."""
    end = event.ends_at.astimezone(ZoneInfo(event.zone))
    day = (end - SMALL_HOURS).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, end.tzinfo).astimezone(event.ends_at.tzinfo)
