"""All that somebody gets, in one place: what × by which way × how much; quiet hours, a pause, a test, and the way out.

`/alertes` is for members and for browsers that proved an address; `/s/gerer/KEY`, the link in letters and texts, opens
what concerns that one address. Leaving works at once, everywhere; what was left can be taken up again by the page that
says so.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from starlette.responses import Response

from pinson import feeding
from pinson.domain import access, alerts, posts
from pinson.domain.alerts import Address, AddressId, Alert, AlertNotFound, NoteKind, Reader, Rhythm, Topic, Wish
from pinson.domain.alerts.visits import Left
from pinson.domain.posts import Tag
from pinson.domain.relations.model import TopicKind
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.doors.followed import Followed, several
from pinson.interfaces.web.doors.renewing import rung
from pinson.interfaces.web.doors.words import wording
from pinson.interfaces.web.pages import LANGUAGES
from pinson.interfaces.web.settings.preferences import by_area
from pinson.interfaces.web.site import Call, local
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.limits import Limit

routes = Routes()

CAPS = (1, 2, 3, 5, 10, 20)  # messages a week that are offered
FEEDS = ("atom", "json")
TESTING = Limit(5, 3600)
MOST_BACK = 40  # alerts that one button takes up again: as many as an address holds
MORNING = 8  # o'clock, at which a pause until Monday ends


class BadHours(Refusal):
    """No time of the day."""

    kind, code = Kind.INVALID, "bad_hours"
    text = "Choose times like 22:00 and 07:00."


class NoSuchReader(Refusal):
    """The link is nobody's any more, or it is not known whose browser this is."""

    kind, code = Kind.MISSING, "no_such_reader"
    text = "This link no longer works: nothing is sent to that address any more."


class Cell(msgspec.Struct):
    """What is chosen of a topic for one address. rhythm: "no" for nothing. cap: messages a week, 0 for no limit."""

    address: int
    rhythm: str = ""
    cap: int = 0


class Arranged(msgspec.Struct):
    """The page, and what its buttons send. key: of a link, "" without. left: what may be taken up again.

    cells: of a topic, by address. back: the page of ours where the button stood.
    """

    key: str = ""
    do: str = ""
    back: str = ""
    left: str = ""
    done: bool = False
    said: str = ""
    alert: int = 0
    address: int = 0
    kind: str = ""
    topic: int = 0
    narrow: int = 0
    cells: list[Cell] = []
    quiet_from: str = ""
    quiet_until: str = ""
    digest_hour: int = -1
    zone: str = ""
    language: str = ""


class Row(msgspec.Struct, frozen=True):
    """An alert, where it arrives, and the hashtag that it is narrowed to."""

    alert: Alert
    address: Address
    narrow: Tag | None


class Group(msgspec.Struct, frozen=True):
    """A topic, and what is wanted of it at each address: None for nothing. paused: until when, or ""."""

    about: Followed
    topic_id: int
    narrow: Tag | None
    cells: Sequence[tuple[Address, Alert | None]]
    paused: str


class Hand(msgspec.Struct, frozen=True):
    """Who is at the page and what of theirs they may arrange here. path: where its forms go."""

    reader: Reader | None
    path: str
    addresses: Sequence[Address] = ()
    alerts: Sequence[Alert] = ()
    rows: Sequence[Row] = ()


@routes.get("/alertes")
@routes.get("/s/gerer/{key}")
async def show(call: Call, form: Arranged) -> Response:
    """All that they get, and how.

    Raises:
        NoSuchReader: the link is nobody's.
    """
    async with call.tools.db.read() as tx:
        mine = await hand(tx, call, form.key)
        about = await several(tx, call, list({(one.kind, one.topic_id) for one in mine.alerts}))
        feed_key = await alerts.feed_key(tx, mine.reader.id) if mine.reader is not None and not form.key else ""
    if mine.reader is None:
        return call.page("doors/nobody")
    zone = ZoneInfo(mine.reader.zone)

    def ends(*pauses: datetime | None) -> str:
        """When the last of these pauses ends, as the reader's clock has it; "" if all are over."""
        later = [one for one in pauses if one is not None and one > call.now]
        return dates.moment(max(later), lang=call.lang, zone=zone) if later else ""

    return call.page(
        "doors/arrange",
        mine=mine,
        reader=mine.reader,
        groups=_groups(mine, about, ends),
        caps=CAPS,
        form=form,
        paused=ends(mine.reader.paused_until),
        quiet=(_clock(mine.reader.quiet_from), _clock(mine.reader.quiet_until)),
        areas=by_area(access.time_zones()),
        rung=rung(mine.addresses),
        feeds=[f"{call.base_url}{feeding.path_of_missed(feed_key, kind)}" for kind in FEEDS] if feed_key else [],
    )


@routes.post("/alertes", again=show)
@routes.post("/s/gerer/{key}", again=show)
async def change(call: Call, form: Arranged) -> Response:
    """What a button says.

    Raises:
        NoSuchReader, AlertNotFound, BadWish, BadHours, TooManyAlerts, TooManyAttempts.
    """
    async with call.tools.db.read() as tx:
        mine = await hand(tx, call, form.key)
        if mine.reader is None:
            raise NoSuchReader
        about = await several(tx, call, _topics(mine, form))
    write, now = call.tools.db.write, call.now
    left: Sequence[Left] = ()
    match form.do:
        case "arrange":
            left = await _arrange(call, form, mine, about)
        case "leave":
            left = await write(alerts.visits.leave, addresses=mine.addresses, alert_id=form.alert, now=now)
        case "stop":
            left = await write(alerts.visits.leave, addresses=mine.addresses, alert_id=None, now=now)
        case "again":
            await _take_up(call, form, mine, about)
        case "hours" | "monday":
            until = now + timedelta(hours=2) if form.do == "hours" else _monday(now, mine.reader.zone)
            await write(alerts.pause, reader_id=mine.reader.id, until=until, now=now)
        case "resume":
            await write(alerts.pause, reader_id=mine.reader.id, until=None, now=now)
        case "hold" | "go":
            ids = [one.id for one in mine.addresses]
            ends = now + timedelta(hours=2) if form.do == "hold" else None
            await write(alerts.pause_topic, address_ids=ids, topic_id=form.topic, until=ends, now=now)
        case "set":
            await write(alerts.set_up, reader=_set(mine.reader, form), now=now)
        case "test":
            await _test(call, form, mine)
        case "feed" | "no_feed" if not form.key:  # a link in a letter opens one address, not all that its reader has
            await write(alerts.open_feed if form.do == "feed" else alerts.close_feed, reader_id=mine.reader.id)
        case "wake":
            await write(alerts.wake, address_id=_own(mine, form).id, reader_id=mine.reader.id)
        case "forget":
            address_id = _own(mine, form).id
            await write(alerts.forget_address, reader_id=mine.reader.id, address_id=address_id, now=now)
    back = local(form.back) if form.back else mine.path
    said = {"left": ",".join(map(_written, left[:MOST_BACK]))} if left else {"said": form.do}
    return call.redirect(f"{back}?{urlencode(said)}")


async def hand(tx: ReadTx, call: Call, key: str = "") -> Hand:
    """Who is at a page, and what of theirs they may arrange. Five statements at most.

    Args:
        key: of a link; it opens one address. Without, members and known browsers have all of theirs.
    Raises:
        NoSuchReader: the key is nobody's.
    """
    if key:
        address = await alerts.by_key(tx, key)
        if address is None:
            raise NoSuchReader
        reader, places, path = await alerts.reader(tx, address.reader_id), [address], f"/s/gerer/{key}"
    else:
        account_id = call.acting.account_id if call.acting is not None else None
        reader = await alerts.visits.known(tx, account_id=account_id, key=call.reader_key)
        places, path = await alerts.addresses_of(tx, reader.id) if reader is not None else [], "/alertes"
    if reader is None:
        return Hand(None, path)
    own = await alerts.alerts_of(tx, [one.id for one in places])
    narrowed = [one.narrow_id for one in own if one.narrow_id]
    tags = await posts.tags_by_ids(tx, narrowed) if narrowed else {}
    by_id = {one.id: one for one in places}
    rows = [Row(one, by_id[one.address_id], tags.get(one.narrow_id)) for one in own]
    return Hand(reader, path, places, own, rows)


def _groups(mine: Hand, about: dict[int, Followed], ends: Callable[..., str]) -> list[Group]:
    def topic(row: Row) -> tuple[int, int]:
        return row.alert.topic_id, row.alert.narrow_id

    groups = []
    for (topic_id, _), of_topic in groupby(sorted(mine.rows, key=topic), topic):
        rows = list(of_topic)
        by_address = {row.address.id: row.alert for row in rows}
        if topic_id in about:
            cells = [(one, by_address.get(one.id)) for one in mine.addresses if not one.lost_at or one.is_asleep]
            paused = ends(*(row.alert.paused_until for row in rows))
            groups.append(Group(about[topic_id], topic_id, rows[0].narrow, cells, paused))
    return sorted(groups, key=lambda group: group.about.name.casefold())


def _topics(mine: Hand, form: Arranged) -> list[tuple[TopicKind, int]]:
    """Which topics the form is about."""
    if form.do == "again":
        return [(one.kind, one.topic_id) for one in _read(form.left)]
    if form.do == "arrange":
        return [(one.kind, one.topic_id) for one in mine.alerts if one.topic_id == form.topic][:1]
    return []


async def _arrange(call: Call, form: Arranged, mine: Hand, about: dict[int, Followed]) -> list[Left]:
    topic = about[form.topic].topic if form.topic in about else None
    if not isinstance(topic, Topic):
        raise AlertNotFound
    wishes: dict[AddressId, Wish | None] = {}
    for cell in form.cells:
        is_wanted = cell.rhythm in list(Rhythm)
        wishes[AddressId(cell.address)] = (
            Wish(rhythm=Rhythm(cell.rhythm), per_week=cell.cap or None, narrow_id=form.narrow) if is_wanted else None
        )
    return await call.tools.db.write(
        alerts.visits.arrange,
        addresses=mine.addresses,
        topic=topic,
        narrow_id=form.narrow,
        wishes=wishes,
        wordings={one: wording(call, about[form.topic], one) for one in alerts.CHANNELS},
        now=call.now,
    )


async def _take_up(call: Call, form: Arranged, mine: Hand, about: dict[int, Followed]) -> None:
    channels = {one.id: one.channel for one in mine.addresses}
    left = []
    for one in _read(form.left):
        of = about.get(one.topic_id)
        if of is not None and isinstance(of.topic, Topic) and one.address_id in channels:
            left.append((one, of.topic, wording(call, of, channels[one.address_id])))
    await call.tools.db.write(alerts.visits.take_up, addresses=mine.addresses, left=left, now=call.now)


async def _test(call: Call, form: Arranged, mine: Hand) -> None:
    address = _own(mine, form)
    if address.confirmed_at is None:
        raise AlertNotFound
    call.limit("alert tests", str(address.id), TESTING)
    await call.tools.db.write(alerts.tell, address_id=address.id, kind=NoteKind.TEST, data={}, now=call.now)


def _own(mine: Hand, form: Arranged) -> Address:
    found = next((one for one in mine.addresses if one.id == form.address), None)
    if found is None:
        raise AlertNotFound
    return found


def _set(reader: Reader, form: Arranged) -> Reader:
    """What a reader chose. What the form does not say stays."""
    zone = form.zone if form.zone in access.time_zones() else reader.zone
    lang = form.language if form.language in LANGUAGES else reader.lang
    return msgspec.structs.replace(
        reader,
        quiet_from=_minute(form.quiet_from, reader.quiet_from),
        quiet_until=_minute(form.quiet_until, reader.quiet_until),
        digest_hour=form.digest_hour if form.digest_hour >= 0 else reader.digest_hour,
        zone=zone,
        lang=lang,
    )


def _minute(said: str, before: int) -> int:
    if not said:
        return before
    try:
        at = datetime.strptime(said, "%H:%M")
    except ValueError:
        raise BadHours from None
    return at.hour * 60 + at.minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _monday(now: datetime, zone: str) -> datetime:
    """The morning of the next Monday there."""
    there = now.astimezone(ZoneInfo(zone))
    then = there.replace(hour=MORNING, minute=0, second=0, microsecond=0) + timedelta(days=7 - there.weekday())
    return then.astimezone(now.tzinfo)


def _written(one: Left) -> str:
    parts = (one.address_id, one.topic_id, one.narrow_id, one.wish.per_week or 0)
    return ".".join([one.kind, one.wish.rhythm, *(f"{part:x}" for part in parts)])


def _read(said: str) -> list[Left]:
    """What `_written` wrote; what nobody wrote is left out. That it is theirs is seen to where it is taken up."""
    return list(_each(said.split(",")[:MOST_BACK]))


def _each(said: Iterable[str]) -> Iterable[Left]:
    for one in said:
        kind, _, rest = one.partition(".")
        rhythm, _, rest = rest.partition(".")
        try:
            address_id, topic_id, narrow_id, cap = (int(part, 16) for part in rest.split("."))
            wish = Wish(rhythm=Rhythm(rhythm), per_week=cap or None, narrow_id=narrow_id)
            found = Left(AddressId(address_id), TopicKind(kind), topic_id, narrow_id, wish)
        except ValueError:
            continue
        if max(address_id, topic_id, narrow_id) < 1 << 63:
            yield found
