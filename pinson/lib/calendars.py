"""Calendars as files: what happens when and where, for calendar programs that subscribe to an address (RFC 5545).

Called by interfaces that offer dates. Pure. Times are written in the zone where they are, with that zone's own rules in
the file, so that a program that knows nothing of it still shows them right.

Sources: RFC 5545 (iCalendar), RFC 7986 (properties of whole calendars).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

MOST_OCTETS = 75  # of a line, without its end
MEDIA_TYPE = "text/calendar; charset=utf-8"
AROUND = timedelta(days=370)  # how far around what happens a zone's changes are written


class Alarm(msgspec.Struct, frozen=True):
    """A reminder so long before the beginning."""

    before: timedelta
    text: str


class Date(msgspec.Struct, frozen=True):
    """Something that happens (VEVENT).

    uid: of it, for ever. sequence: how often it changed.
    zone: in which its times are said. url: of its page, or "".
    part_of: uid of what it is a part of, or "".
    """

    uid: str
    sequence: int
    created: datetime
    modified: datetime
    starts: datetime
    ends: datetime | None
    zone: ZoneInfo
    title: str
    text: str = ""
    place: str = ""
    url: str = ""
    language: str = ""
    cancelled: bool = False
    part_of: str = ""
    alarm: Alarm | None = None


class Calendar(msgspec.Struct, frozen=True):
    """A calendar. address: its own. refresh: how often programs may look again."""

    name: str
    address: str
    page: str
    modified: datetime
    dates: Sequence[Date]
    text: str = ""
    refresh: timedelta = timedelta(hours=1)


def written(calendar: Calendar) -> bytes:
    """The file."""
    refresh = _duration(calendar.refresh)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pinson//Pinson//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(calendar.name)}",
        f"X-WR-CALNAME:{_text(calendar.name)}",
        *([f"DESCRIPTION:{_text(calendar.text)}"] if calendar.text else []),
        f"UID:{_text(calendar.address)}",
        f"LAST-MODIFIED:{_utc(calendar.modified)}",
        f"URL:{calendar.page}",
        f"SOURCE;VALUE=URI:{calendar.address}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}",
        f"X-PUBLISHED-TTL:{refresh}",
    ]
    zones = {date.zone.key: date.zone for date in calendar.dates if date.zone.key != "UTC"}
    for key, zone in sorted(zones.items()):
        moments = [
            at for date in calendar.dates if date.zone.key == key for at in (date.starts, date.ends or date.starts)
        ]
        lines += _zone(zone, min(moments) - AROUND, max(moments) + AROUND)
    for date in calendar.dates:
        lines += _date(date)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _date(date: Date) -> Iterable[str]:
    language = f";LANGUAGE={date.language}" if date.language else ""
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(date.uid)}"
    yield f"DTSTAMP:{_utc(date.modified)}"
    yield f"CREATED:{_utc(date.created)}"
    yield f"LAST-MODIFIED:{_utc(date.modified)}"
    yield f"SEQUENCE:{date.sequence}"
    yield f"DTSTART{_at(date.starts, date.zone)}"
    if date.ends is not None:
        yield f"DTEND{_at(date.ends, date.zone)}"
    yield f"SUMMARY{language}:{_text(date.title)}"
    if date.text:
        yield f"DESCRIPTION{language}:{_text(date.text)}"
    if date.place:
        yield f"LOCATION{language}:{_text(date.place)}"
    if date.url:
        yield f"URL:{date.url}"
    if date.part_of:
        yield f"RELATED-TO:{_text(date.part_of)}"
    yield f"STATUS:{'CANCELLED' if date.cancelled else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"  # that one may follow it takes nobody's time
    if date.alarm is not None and not date.cancelled:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_text(date.alarm.text)}"
        yield f"TRIGGER:-{_duration(date.alarm.before)}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _zone(zone: ZoneInfo, first: datetime, last: datetime) -> Iterable[str]:
    """A zone's rules from one moment to another (section 3.6.5): how it stands at the first, and each change since."""
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{zone.key}"
    changes = [(first, first.astimezone(zone).utcoffset() or timedelta()), *_changes(zone, first, last)]
    before = changes[0][1]
    for at, offset in changes:
        here = at.astimezone(zone)
        kind = "DAYLIGHT" if here.dst() else "STANDARD"
        local = (at.astimezone(UTC) + before).replace(tzinfo=None)  # the clock's time just before it is set
        yield f"BEGIN:{kind}"
        yield f"DTSTART:{local:%Y%m%dT%H%M%S}"
        yield f"TZOFFSETFROM:{_offset(before)}"
        yield f"TZOFFSETTO:{_offset(offset)}"
        yield f"TZNAME:{_text(here.tzname() or zone.key)}"
        yield f"END:{kind}"
        before = offset
    yield "END:VTIMEZONE"


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterable[tuple[datetime, timedelta]]:
    """The moments at which a zone's clocks are set, and to what: looked for day by day, then to the second."""
    at, offset = first, first.astimezone(zone).utcoffset() or timedelta()
    while at < last:
        later = at + timedelta(days=1)
        then = later.astimezone(zone).utcoffset() or timedelta()
        if then != offset:
            low, high = at, later
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                middle = middle.replace(microsecond=0)
                if middle <= low:
                    break
                if (middle.astimezone(zone).utcoffset() or timedelta()) == offset:
                    low = middle
                else:
                    high = middle
            yield high, then
            offset = then
        at = later


def _at(moment: datetime, zone: ZoneInfo) -> str:
    if zone.key == "UTC":
        return f":{_utc(moment)}"
    return f";TZID={zone.key}:{moment.astimezone(zone):%Y%m%dT%H%M%S}"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _offset(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    said = f"{sign}{seconds // 3600:02}{seconds // 60 % 60:02}"
    return said + (f"{seconds % 60:02}" if seconds % 60 else "")


def _duration(length: timedelta) -> str:
    """Section 3.3.6, in minutes."""
    return f"PT{int(length.total_seconds()) // 60}M"


def _text(said: str) -> str:
    """Section 3.3.11. Control characters cannot be there at all."""
    escaped = said.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    lines = escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(letter for letter in lines if letter >= " " and letter != "\x7f")


def _folded(line: str) -> bytes:
    """Section 3.1: at most 75 octets a line, never parting a character."""
    parts: list[bytes] = []
    part = b""
    for letter in line:
        octets = letter.encode()
        if len(part) + len(octets) > MOST_OCTETS - (1 if parts else 0):
            parts.append(part)
            part = b""
        part += octets
    return b"\r\n ".join([*parts, part]) + b"\r\n"
