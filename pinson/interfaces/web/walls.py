"""Walls of live events: what each shows, and how all who watch one are told.

A wall is rendered once for each language, however many watch it: what the page holds, `Walls` sends again, whole, when
anything on it changes. Whoever lost the connection, or whose server was restarted, gets the wall as it is now, so there
is nothing to catch up on, no gap and no blank. Readers are told which version comes, not what changed: one who is slow
misses versions, never keeps them.

Not here: which posts are part of an event (events, timelines), its addresses (`wall.py`), what a browser does with it
(`static/wall.js`).

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import segno
from markupsafe import Markup

from pinson.domain import accounts, alerts, events, media, posts
from pinson.domain.accounts import Account, AccountId
from pinson.domain.events import Entry, Event, EventNotFound, Line, State
from pinson.domain.media import Media, MediaKind
from pinson.domain.posts import EventId, Post, PostId, Reader, Shape
from pinson.domain.streams import HeardKind
from pinson.interfaces.web import dates
from pinson.interfaces.web.by_text import ByText, by_text
from pinson.interfaces.web.cards import text_of
from pinson.interfaces.web.pages import Pages
from pinson.lib.db import ReadTx
from pinson.lib.i18n import Lang
from pinson.lib.ids import moment_of
from pinson.lib.paging import Page
from pinson.lib.serving import EventStream
from pinson.texting import Message as Words
from pinson.texting import Speeches, name_of
from pinson.tools import Tools

MOST_SHOWN = 12  # messages; a projector shows three of them, a telephone all
MOST_PICTURES = 6
MOST_TOLD = 1000  # messages of an event that is lived through again
MOST_LINES = 4  # of the programme
AGAIN = 15.0  # seconds after which a wall is looked at again when nothing happens, and its readers hear that it stands
AT_ONCE = 0.05  # seconds within which what happens is shown together
AT_A_TIME = 100  # readers told before others in the event loop get their turn
RETRY = 2000  # milliseconds after which a browser comes back by itself; wall.js spreads them
EXAMPLE = "7kq4mwz"  # of a short link
AROUND = {"start": (0, 1200), "correction": (480, 420), "moment": (240, 360)}  # seconds shown before and after
LENGTHS = (60, 140, 280)  # characters up to which a message is written very large, large, and less so


class Tie(msgspec.Struct, frozen=True):
    """A message that another has to do with: when it was published, and what it says.

    hour, time: by the event's clock, for a sentence and by itself.
    """

    at: datetime
    hour: str
    time: str
    html: Markup = Markup()


class Message(msgspec.Struct, frozen=True):
    """A message on a wall.

    size: 0 for the shortest, which are written largest, up to 3. by: who, if it is not the account of the event.
    value, gauge: where the gauge stands from it on, and in words.
    corrects: what it corrects; corrected: what corrects it.
    """

    id: PostId
    time: str
    at: datetime
    html: Markup
    text: str
    language: str | None
    size: int
    by: str
    is_key: bool
    value: float | None
    gauge: str
    pictures: Sequence[Media]
    corrects: Tie | None
    corrected: Tie | None


class Planned(msgspec.Struct, frozen=True):
    """A line of the programme that is still to come, or goes on."""

    time: str
    line: Line
    goes_on: bool


class Expected(msgspec.Struct, frozen=True):
    """Until when more is to follow."""

    until: datetime
    time: str


class Gauge(msgspec.Struct, frozen=True):
    """Where what is measured stands, and in words. reached, and where steps are: in percent of the way."""

    value: float
    goal: float
    said: str
    reached: float
    steps: Sequence[tuple[float, str]]


class Scene(msgspec.Struct, frozen=True):
    """All that a wall shows. begins: the hour; code: for telephones, of `address`; text: how to follow it by one."""

    event: Event
    state: State
    day: str
    begins: str
    messages: Sequence[Message]
    gauge: Gauge | None
    programme: Sequence[Planned]
    expected: Expected | None
    pictures: Sequence[Media]
    address: str
    code: Markup
    text: ByText | None


class Moment(msgspec.Struct, frozen=True):
    """A key moment on the line of time. place: where on it, in percent."""

    message: Message
    place: float


class Chapter(msgspec.Struct, frozen=True):
    """A part of an event that whoever has a minute is shown.

    what: "start", "correction" or "moment": what there is to notice. message: the one in which it is.
    begins, noticed, ends: in seconds after the first message.
    """

    what: str
    message: PostId
    begins: int
    noticed: int
    ends: int


class Story(msgspec.Struct, frozen=True):
    """All that was written in an event, oldest first. begins, ends: the first and the last of it.

    name: of its account; sms: what each message is on a telephone.
    """

    event: Event
    day: str
    messages: Sequence[Message]
    gauge: Gauge | None
    begins: datetime
    ends: datetime
    moments: Sequence[Moment]
    chapters: Sequence[Chapter]
    name: str
    sms: Mapping[PostId, str]


class Walls:
    """The walls that are watched through this process."""

    def __init__(self, tools: Tools, pages: Pages) -> None:
        self._tools = tools
        self._pages = pages
        self._open: dict[tuple[EventId, Lang], _Wall] = {}

    def picture(self, scene: Scene, lang: Lang) -> Markup:
        """What a wall shows, as HTML."""
        return self._pages.piece("events/_wall", lang=lang, scene=scene, zone=scene.event.zone)

    def watching(self, event_id: EventId, lang: Lang, seen: str) -> "Watching":
        """A reader of a wall, who is told until the event is gone or the server stops.

        Args:
            seen: the version that the reader has.
        """
        return Watching(self, event_id, lang, seen)

    def join(self, reader: "Watching") -> None:
        """A reader is there."""
        wall = self._open.get(reader.of)
        if wall is None:
            wall = self._open[reader.of] = _Wall(self, self._tools, *reader.of)
        wall.readers[reader] = None
        reader.show(wall.version, wall.frame)

    def leave(self, reader: "Watching") -> None:
        """A reader has left. Once nobody watches any more, nothing is kept up."""
        wall = self._open.get(reader.of)
        if wall is None or reader not in wall.readers:
            return
        del wall.readers[reader]
        if not wall.readers:
            self.forget(wall)
            wall.close()

    def forget(self, wall: "_Wall") -> None:
        """A wall is over, or nobody watches it."""
        if self._open.get(wall.of) is wall:
            del self._open[wall.of]

    def readers(self, event_id: EventId) -> int:
        """How many watch the walls of an event through this process."""
        return sum(len(wall.readers) for (id, _), wall in self._open.items() if id == event_id)

    async def scene(self, event_id: EventId, lang: Lang) -> Scene:
        """What a wall shows now."""
        return await _scene(self._tools, event_id, lang=lang)

    async def story(self, event_id: EventId, lang: Lang) -> Story:
        """All that was written in an event, for whoever wants to live through it again."""
        return await _story(self._tools, event_id, lang=lang)


class Watching:
    """One reader: see `pinson.interfaces.tellers.Streaming`. of: which wall, in which language."""

    __slots__ = ("_outlet", "_seen", "_walls", "of")

    def __init__(self, walls: Walls, event_id: EventId, lang: Lang, seen: str) -> None:
        self.of = event_id, lang
        self._walls = walls
        self._seen = seen
        self._outlet: EventStream | None = None

    def starts(self, outlet: EventStream) -> None:
        """The head of the answer has been sent."""
        self._outlet = outlet
        outlet.send(f"retry: {RETRY}\n\n".encode())
        self._walls.join(self)

    def show(self, version: str, frame: bytes) -> None:
        """Tell which version stands, if the reader has another and is not too slow for it; else that it stands."""
        if self._outlet is None or self._outlet.is_full:
            return
        if version and version != self._seen:
            self._seen = version
            self._outlet.send(frame)
        else:
            self._outlet.send(STANDS)

    def on_room(self) -> None:
        """They have caught up: what they missed meanwhile does not matter, what stands now does."""
        self._walls.join(self)

    def on_quiet(self) -> None:
        """Walls have signs of life of their own."""

    def on_gone(self) -> None:
        """They have left."""
        self._walls.leave(self)

    def end(self) -> None:
        """There is no such wall any more."""
        if self._outlet is not None:
            self._outlet.close()


class _Wall:
    """A wall in one language, kept up to date while somebody watches it."""

    def __init__(self, walls: Walls, tools: Tools, event_id: EventId, lang: Lang) -> None:
        self.of = event_id, lang
        self.readers: dict[Watching, None] = {}
        self.version = ""
        self.frame = b""
        self._walls = walls
        self._tools = tools
        self._work = asyncio.create_task(self._keep_up())

    def close(self) -> None:
        """Nobody watches any more."""
        self._work.cancel()

    async def _keep_up(self) -> None:
        tools = self._tools
        event_id, _ = self.of
        stranger = Reader(None, tools.standing)
        listener = tools.hub.listen(
            tools.timelines.event(event_id), stranger, principal=None, news=frozenset({HeardKind.EVENT})
        )
        try:
            while not listener.closed:
                await self._render()
                await self._turn()
                try:
                    async with asyncio.timeout(AGAIN):
                        await listener.hear()
                except TimeoutError:
                    continue
                await asyncio.sleep(AT_ONCE)
        except EventNotFound:
            pass
        finally:
            tools.hub.leave(listener)
            self._walls.forget(self)
            for reader in self.readers:
                reader.end()

    async def _render(self) -> None:
        event_id, lang = self.of
        scene = await self._walls.scene(event_id, lang)
        picture = self._walls.picture(scene, lang)
        version = version_of(picture)
        if version != self.version:
            now = int(self._tools.clock.now().timestamp() * 1000)
            told = msgspec.json.encode({"version": version, "now": now, "html": str(picture)})
            self.version = version
            self.frame = b"id: " + version.encode() + b"\nevent: wall\ndata: " + told + b"\n\n"

    async def _turn(self) -> None:
        """Let all readers see what stands."""
        for count, reader in enumerate(list(self.readers), 1):
            reader.show(self.version, self.frame)
            if count % AT_A_TIME == 0:
                await asyncio.sleep(0)


STANDS = b"event: stands\ndata: {}\n\n"


def version_of(picture: Markup) -> str:
    """A name for what a wall shows."""
    return hashlib.blake2b(picture.encode(), digest_size=9).hexdigest()


async def _scene(tools: Tools, event_id: EventId, *, lang: Lang) -> Scene:
    """What a wall shows now: two pages of a timeline, and twelve statements at most.

    Raises:
        EventNotFound.
    """
    now, stranger = tools.clock.now(), Reader(None, tools.standing)
    page = Page(max_id=None, since_id=None, min_id=None, limit=MOST_SHOWN)
    shapes = await tools.timelines.page(tools.db, tools.timelines.event(event_id), reader=stranger, page=page)
    with_media = await tools.timelines.page(
        tools.db, tools.timelines.event(event_id, media=True), reader=stranger, page=page
    )
    async with tools.db.read() as tx:
        event = await events.by_id(tx, event_id)
        stands = await _standing(tx, event, lang, [shape.id for shape in shapes])
        attached = await media.of_posts(tx, [shape.id for shape in with_media])
        situation = await events.situation(tx, event, now=now)
        text = await by_text(tx, tools, event, lang=lang)
    zone = ZoneInfo(event.zone)
    address = f"{tools.settings.url}/e/{event.slug}"
    album = [one for shape in with_media for one in attached.get(shape.id, ()) if one.kind is MediaKind.IMAGE]
    return Scene(
        event=event,
        state=situation.state,
        day=dates.day(event.starts_at.astimezone(zone), lang=lang),
        begins=dates.hour(event.starts_at, lang=lang, zone=zone),
        messages=stands.messages(shapes),
        gauge=_gauge(event, situation.gauge, lang=lang),
        programme=_planned(situation.lines, now, lang=lang, zone=zone),
        expected=_expected(situation.expecting, lang=lang, zone=zone),
        pictures=album[:MOST_PICTURES],
        address=address.partition("://")[2].replace("/e/", "/s/e/"),
        code=_code(f"{address}?via=mur"),
        text=text,
    )


async def _story(tools: Tools, event_id: EventId, *, lang: Lang) -> Story:
    """
    Raises:
        EventNotFound.
    """
    page = Page(max_id=None, since_id=None, min_id=None, limit=MOST_TOLD)
    stranger = Reader(None, tools.standing)
    shapes = await tools.timelines.page(tools.db, tools.timelines.event(event_id), reader=stranger, page=page)
    async with tools.db.read() as tx:
        event = await events.by_id(tx, event_id)
        stands = await _standing(tx, event, lang, [shape.id for shape in shapes])
        publisher = (await alerts.publishers.publishers(tx, [event.account_id]))[event.account_id]
        owner = (await accounts.by_ids(tx, [event.account_id]))[event.account_id]
    messages = stands.messages(shapes[::-1])
    name = name_of(publisher.sender, owner.display_name, owner.username)
    speech, link = Speeches(tools).of(lang), f"{tools.settings.short_url}/{EXAMPLE}"
    begins = messages[0].at if messages else event.starts_at
    ends = messages[-1].at if messages else event.ends_at
    length = max((ends - begins).total_seconds(), 1)
    return Story(
        event=event,
        day=dates.day(begins.astimezone(ZoneInfo(event.zone)), lang=lang),
        messages=messages,
        gauge=_gauge(event, None, lang=lang),
        begins=begins,
        ends=ends,
        moments=[
            Moment(one, round((one.at - begins).total_seconds() / length * 100, 2)) for one in messages if one.is_key
        ],
        chapters=chapters(messages, begins=begins, ends=ends),
        name=name,
        sms={
            one.id: speech.message(
                Words(
                    name,
                    one.text,
                    one.corrects.at if one.corrects else None,
                    len(one.pictures),
                    link if one.pictures else "",
                )
            )
            for one in messages
        },
    )


def chapters(messages: Sequence[Message], *, begins: datetime, ends: datetime) -> list[Chapter]:
    """The beginning, the last correction, and the last key moment: a minute of an event, at 60 times its pace. Pure.

    Args:
        messages: oldest first.
    """
    if not messages:
        return []
    length = int((ends - begins).total_seconds())
    wanted = [("start", messages[0])]
    wanted += [("correction", one) for one in messages if one.corrects][-1:]
    wanted += [("moment", one) for one in messages if one.is_key][-1:]
    found: list[Chapter] = []
    for what, one in sorted(wanted, key=lambda pair: pair[1].at):
        before, after = AROUND[what]
        at = int((one.at - begins).total_seconds())
        first = max(at - before, found[-1].ends if found else 0)
        if first <= at:  # else it was shown with the one before
            found.append(Chapter(what, one.id, first, at, min(at + after, length)))
    return found


async def _standing(tx: ReadTx, event: Event, lang: Lang, ids: Sequence[PostId]) -> "_Stands":
    """What messages are made from, for these posts. Five statements."""
    written = await posts.posts(tx, list(ids))
    corrected = [post.corrects_id for post in written.values() if post.corrects_id is not None]
    return _Stands(
        event,
        lang,
        ZoneInfo(event.zone),
        written | await posts.posts(tx, [id for id in corrected if id not in written]),
        await events.entries(tx, ids),
        await media.of_posts(tx, list(ids)),
        await accounts.by_ids(tx, list({post.author_id for post in written.values()})),
    )


class _Stands(msgspec.Struct, frozen=True):
    """What messages are made from."""

    event: Event
    lang: Lang
    zone: ZoneInfo
    written: Mapping[PostId, Post]
    entries: Mapping[PostId, Entry]
    attached: Mapping[int, Sequence[Media]]
    people: Mapping[AccountId, Account]

    def messages(self, shapes: Sequence[Shape]) -> list[Message]:
        """Posts as a wall shows them, in order; what is gone meanwhile is left out."""
        return [self._message(self.written[shape.id]) for shape in shapes if shape.id in self.written]

    def _message(self, post: Post) -> Message:
        entry = self.entries.get(post.id)
        author = self.people.get(post.author_id)
        is_other = author is not None and author.id != self.event.account_id
        pictures = [one for one in self.attached.get(post.id, ()) if one.kind is MediaKind.IMAGE]
        size = next((size for size, most in enumerate(LENGTHS) if len(post.text) <= most), len(LENGTHS))
        return Message(
            id=post.id,
            time=dates.clock(post.created_at, zone=self.zone),
            at=post.created_at,
            html=_html(post),
            text=post.spoiler or post.text,
            language=post.language,
            size=size,
            by=(author.display_name or author.username) if is_other and author is not None else "",
            is_key=entry is not None and entry.is_key,
            value=entry.gauge if entry is not None else None,
            gauge=_measured(entry.gauge, self.event, self.lang) if entry is not None else "",
            pictures=() if post.sensitive else pictures[:3],
            corrects=self._tie(post.corrects_id),
            corrected=self._tie(post.corrected_by_id),
        )

    def _tie(self, id: PostId | None) -> Tie | None:
        if id is None:
            return None
        other = self.written.get(id)
        at = moment_of(id)
        hour, time = dates.hour(at, lang=self.lang, zone=self.zone), dates.clock(at, zone=self.zone)
        return Tie(at, hour, time, _html(other) if other is not None else Markup())


def _html(post: Post) -> Markup:
    """What it says, or its warning if it has one."""
    return Markup("<p>{}</p>").format(post.spoiler) if post.spoiler else text_of(post)


def _gauge(event: Event, value: float | None, *, lang: Lang) -> Gauge | None:
    if not event.gauge_steps or (goal := event.gauge_steps[-1].value) <= 0:
        return None
    steps = [
        (_percent(step.value, goal), step.label or dates.number(step.value, lang=lang)) for step in event.gauge_steps
    ]
    value = value or 0
    return Gauge(value, goal, _measured(value, event, lang), _percent(value, goal), steps)


def _percent(value: float, goal: float) -> float:
    return round(min(max(value / goal, 0), 1) * 100, 1)


def _measured(value: float | None, event: Event, lang: Lang) -> str:
    """« 1,75 TeV »."""
    return "" if value is None else f"{dates.number(value, lang=lang)}\u00a0{event.gauge_unit}".strip()


def _planned(lines: Sequence[Line], now: datetime, *, lang: Lang, zone: ZoneInfo) -> list[Planned]:
    """The lines that are not over: said to be, or by the clock."""
    planned = []
    for line in lines:
        goes_on = line.starts_at <= now
        over = line.ends_at or line.starts_at + timedelta(minutes=30)
        if line.done_at is None and now < over:
            planned.append(Planned(dates.clock(line.starts_at, zone=zone), line, goes_on))
    return planned[:MOST_LINES]


def _expected(entry: Entry | None, *, lang: Lang, zone: ZoneInfo) -> Expected | None:
    if entry is None or entry.expects_until is None:
        return None
    return Expected(entry.expects_until, dates.hour(entry.expects_until, lang=lang, zone=zone))


def _code(address: str) -> Markup:
    """A QR code that leads to the event, drawn in the colour of text on white."""
    drawn = segno.make_qr(address, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=2)
    return Markup(drawn)  # noqa: S704  (lines, of numbers that segno wrote)
