"""The page of an event, `/e/slug`, before, during and after, at the same address for ever; `/events` lists them.

The page stands whole without script. With it, the time until the beginning counts down, new messages are announced, how
things stand is kept up to date, and a webcast opens in its place once somebody asks for it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_timedelta
from starlette.responses import Response

from pinson.domain import accounts, events, media, posts
from pinson.domain.accounts import Profile
from pinson.domain.events import Entry, Event, Role, Situation, State, Told
from pinson.domain.filters import Context
from pinson.domain.media import Media
from pinson.domain.posts import PostId, Shape, summary_of
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates, telephone
from pinson.interfaces.web.by_text import by_text
from pinson.interfaces.web.cards import Card, path_of
from pinson.interfaces.web.events import calendars
from pinson.interfaces.web.pages import typeset
from pinson.interfaces.web.reading import KEPT, Paged
from pinson.interfaces.web.sharing import KEPT_PICTURE
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx
from pinson.lib.ids import moment_of
from pinson.lib.paging import Page
from pinson.playing import SPEEDS, Retelling

routes = Routes()

CALENDAR = ".ics"
PAGE = 100  # messages: an event is read as one page, as long as a browser likes it
MOST_KEY, MOST_PICTURES, MOST_CORRECTIONS, MOST_LISTED = 40, 24, 100, 60


class Asked(Paged, kw_only=True):
    """A page of an event. order: `oldest` turns it around.

    line, remind: of its calendar, the line of the programme that is asked for alone, and so many minutes before which a
        calendar program is to ring.
    """

    slug: str
    order: str = ""
    line: int | None = None
    remind: int | None = None

    @property
    def is_oldest_first(self) -> bool:
        """Whether it is read as it happened."""
        return self.order == "oldest"


class One(msgspec.Struct):
    """An event, by its address."""

    slug: str


class Deed(One):
    """What a button of its page sends. do: follow or unfollow."""

    do: str = ""


class OnPage(msgspec.Struct, frozen=True):
    """A message on the page: its card, its place, and what it is there."""

    card: Card
    number: int
    entry: Entry


class Moment(msgspec.Struct, frozen=True):
    """A message that others lead to: a key moment, a correction. at: in words; corrects: the other one's moment."""

    id: PostId
    path: str
    summary: str
    at: datetime
    said: str
    corrects: str = ""


class Play(msgspec.Struct, frozen=True):
    """On a demo: how an event can be told again, or is. again: how far one is that tells another.

    slug: of what is told again. fast, slow: how long that takes, in words; "" if it is too long to say.
    """

    slug: str
    fast: str
    slow: str
    again: Retelling | None


class Picture(msgspec.Struct, frozen=True):
    """A picture of the album, and the message that showed it."""

    media: Media
    path: str


@routes.get("/events")
async def show_all(call: Call) -> Response:
    """Events that go on or are to come; for members, those of their account and their models too."""
    async with call.tools.db.read() as tx:
        coming = await events.current(tx, now=call.now, limit=MOST_LISTED)
        own: Sequence[Event] = ()
        models: Sequence[Event] = ()
        if call.acting is not None:
            own = await events.of_account(tx, call.acting.account_id, limit=MOST_LISTED)
            models = await events.of_account(tx, call.acting.account_id, is_model=True, limit=MOST_LISTED)
        found = await accounts.profiles(tx, list({event.account_id for event in (*coming, *own)}))
    shown = [event for event in coming if _is_shown(found.get(event.account_id))]
    return call.page(
        "events/all",
        kept=KEPT,
        coming=[(event, found[event.account_id], when(call, event)) for event in shown],
        own=[(event, when(call, event)) for event in own],
        models=models,
    )


@routes.get("/e/{slug}")
async def show(call: Call, form: Asked) -> Response:
    """An event; as a file for calendars, if the address ends so.

    Raises:
        EventNotFound: there is none, it is a model and the reader is not of its team, or its account is suspended.
    """
    if form.slug.endswith(CALENDAR):
        slug = form.slug.removesuffix(CALENDAR)
        return await calendars.of_event(call, slug, line_id=form.line, remind=form.remind)
    async with call.tools.db.read() as tx:
        event, owner, role = await opened(tx, call, form.slug)
        reader = await call.reader(tx)
        situation = await events.situation(tx, event, now=call.now)
        followed = reader.circle is not None and event.id in reader.circle.topics
    page = Page.of(max_id=form.max_id, min_id=form.min_id, default=PAGE, maximum=PAGE)
    if form.is_oldest_first and form.is_first:
        page = Page(None, None, 0, PAGE)
    shapes = await call.tools.timelines.page(
        call.tools.db, call.tools.timelines.event(event.id), reader=reader, page=page
    )
    pictured: Sequence[Shape] = ()
    if situation.posts:
        pictured = await call.tools.timelines.page(
            call.tools.db,
            call.tools.timelines.event(event.id, media=True),
            reader=reader,
            page=Page(None, None, None, MOST_PICTURES),
        )
    async with call.tools.db.read() as tx:
        told = await events.tell(tx, event.id, shapes)
        cards = {card.shape.id: card for card in await call.cards(tx, shapes, Context.PUBLIC)}
        moments, corrections = await _moments(tx, call, event, shapes, situation)
        album = await _album(tx, call, pictured)
        team = await accounts.profiles(tx, [member.account_id for member in await events.team(tx, event.id)])
        cover = await cover_of(tx, event)
        is_over = situation.state is State.AFTER
        text = None if is_over else await by_text(tx, call.tools, event, lang=call.lang)
    play = await play_of(call, event, situation, shapes)
    newest = max((shape.id for shape in shapes), default=0)
    oldest = min((shape.id for shape in shapes), default=0)
    full = len(shapes) == PAGE
    shown = [OnPage(cards[one.post.id], one.number, one.entry) for one in told if one.post.id in cards]
    if form.is_oldest_first:
        shown = shown[::-1]
    return call.page(
        "events/page",
        kept=0 if call.tools.settings.demo else KEPT,  # its buttons are forms, which everybody gets for themselves
        shows=(*shown_origins(event), *(["'self'"] if play is not None and play.again is not None else [])),
        play=play,
        telephone=telephone.beside(call, event.id) if play is not None and play.again is not None else "",
        cover=cover,
        event=event,
        owner=owner,
        role=role,
        is_lead=role is Role.LEAD,
        followed=followed,
        situation=situation,
        standing=standing(call, event, situation),
        when=when(call, event),
        countdown=countdown(call, event),
        programme=programme(call, event, situation),
        told=shown,
        newest=newest,
        older=oldest if (full or (form.is_oldest_first and not form.is_first)) and shapes else None,
        newer=newest if shapes and (full if form.is_oldest_first else not form.is_first) else None,
        is_oldest_first=form.is_oldest_first,
        is_first=form.is_first,
        moments=moments,
        corrections=corrections,
        album=album,
        team=list(team.values()),
        webcast=events.embed_of(event),
        path=f"/e/{event.slug}",
        data=as_data(call, event, owner, told),
        summary=_summary(event),
        text=text,
    )


@routes.get("/e/{slug}/situation")
async def show_situation(call: Call, form: One) -> Response:
    """How things stand, as a part of the page: asked for by its script when something changed.

    Raises:
        EventNotFound.
    """
    async with call.tools.db.read() as tx:
        event, _, _ = await opened(tx, call, form.slug)
        situation = await events.situation(tx, event, now=call.now)
    return call.fragment(
        "events/_situation",
        play=await play_of(call, event, situation, ()),
        path=f"/e/{event.slug}",
        event=event,
        situation=situation,
        standing=standing(call, event, situation),
        programme=programme(call, event, situation),
        countdown=countdown(call, event),
    )


@routes.post("/e/{slug}")
async def act(call: Call, form: Deed) -> Response:
    """Follow an event, or no longer.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound.
    """
    own = call.require("write:follows")
    async with call.tools.db.read() as tx:
        event, _, _ = await opened(tx, call, form.slug)
    verb = events.unfollow if form.do == "unfollow" else events.follow
    await call.tools.db.write(verb, id=event.id, account_id=own, now=call.now)
    return call.redirect(f"/e/{event.slug}")


@routes.get("/e/{slug}/card.png")
async def picture(call: Call, form: One) -> Response:
    """What an event is, as a picture for links to it.

    Raises:
        EventNotFound.
    """
    async with call.tools.db.read() as tx:
        event, owner, _ = await opened(tx, call, form.slug)
    said = " · ".join(part for part in (_date(event), event.place) if part)
    drawn = await call.poster(name=event.title, handle=f"@{owner.acct}", said=said)
    return call.public(drawn, "image/png", kept=KEPT_PICTURE)


async def opened(tx: ReadTx, call: Call, slug: str) -> tuple[Event, Profile, Role | None]:
    """An event that the reader may see, whose it is, and what they do in it.

    Raises:
        EventNotFound: see `show`.
    """
    event = await events.by_slug(tx, slug)
    role = await events.role(tx, event, call.acting.account_id if call.acting else None)
    owner = await accounts.profile(tx, event.account_id)
    if not _is_shown(owner) or (event.is_model and role is None):
        raise events.EventNotFound
    assert owner is not None
    return event, owner, role


async def cover_of(tx: ReadTx, event: Event) -> Media | None:
    """The picture of an event. One statement if it has any."""
    if event.cover_id is None:
        return None
    return next((one for one in (await media.of_posts(tx, [event.id])).get(event.id, ()) if one.key), None)


async def play_of(call: Call, event: Event, situation: Situation, shapes: Sequence[Shape]) -> Play | None:
    """See `Play`; None where nothing is to be told again. Costs nothing but on a demo."""
    if not call.tools.settings.demo or event.is_model:
        return None
    async with call.tools.db.read() as tx:
        again = call.plays.state(event, await events.drafts(tx, event.id))
        old = (await events.by_ids(tx, [event.model_id])).get(event.model_id) if again and event.model_id else None
    if again is None and (situation.state is not State.AFTER or not situation.posts):
        return None
    lasts = timedelta()
    if shapes and len(shapes) == situation.posts:
        lasts = moment_of(max(shape.id for shape in shapes)) - moment_of(min(shape.id for shape in shapes))
    fast, slow = (_lasting(lasts / speed) for speed in SPEEDS)
    return Play(old.slug if old else event.slug, fast, slow, again)


def _lasting(of: timedelta) -> str:
    """How long, to the second, in units that are the same in both languages: « 4 min 42 s »."""
    hours, rest = divmod(round(of.total_seconds()), 3600)
    parts = [(hours, "h"), (rest // 60, "min"), (rest % 60, "s")]
    first = next((place for place, (count, _) in enumerate(parts) if count), None)
    return (
        ""
        if first is None
        else " ".join(f"{count}\N{NO-BREAK SPACE}{unit}" for count, unit in parts[first : first + 2])
    )


def when(call: Call, event: Event) -> str:
    """When an event is, in its own zone."""
    return dates.span(event.starts_at, event.ends_at, lang=call.lang, zone=ZoneInfo(event.zone))


def countdown(call: Call, event: Event) -> str:
    """How long until the beginning, in words: « 3 jours »; "" once it has begun."""
    left = event.starts_at - call.now
    return length(call, left) if left > timedelta() else ""


class Standing(msgspec.Struct, frozen=True):
    """How things stand, in words. expected: between which hours more will follow; late: by how much it is late."""

    expected: str = ""
    expects_id: PostId | None = None
    late: str = ""
    percent: int = 0


def standing(call: Call, event: Event, situation: Situation) -> Standing:
    """See `Standing`. percent: how far the gauge stands, of its steps' whole height."""
    zone = ZoneInfo(event.zone)
    percent = 0
    if event.gauge_steps and situation.gauge is not None:
        low = min(event.gauge_steps[0].value, 0.0)
        percent = round(100 * (situation.gauge - low) / ((event.gauge_steps[-1].value - low) or 1))
    one = situation.expecting
    if one is None or one.expects_from is None or one.expects_until is None:
        return Standing(percent=percent)
    first, last = (dates.hour(at, lang=call.lang, zone=zone) for at in (one.expects_from, one.expects_until))
    late = situation.late(call.now)
    return Standing(
        first if first == last else f"{first} – {last}",
        one.post_id,
        length(call, late) if late is not None and late >= timedelta(minutes=1) else "",
        percent,
    )


class Row(msgspec.Struct, frozen=True):
    """A line of the programme on the page. day: in words, if it is not that of the line before. is_now: it goes on.

    is_coming: one can still be reminded of it.
    """

    id: int
    day: str
    starts_at: datetime
    hours: str
    what: str
    who: str
    is_done: bool
    is_now: bool
    is_coming: bool


def programme(call: Call, event: Event, situation: Situation) -> list[Row]:
    """The programme, in the event's own zone."""
    zone, rows, last = ZoneInfo(event.zone), list[Row](), event.starts_at.astimezone(ZoneInfo(event.zone)).date()
    for line in situation.lines:
        starts = line.starts_at.astimezone(zone)
        hours = " – ".join(dates.clock(at, zone=zone) for at in (line.starts_at, line.ends_at) if at is not None)
        is_now = situation.line is not None and situation.line.id == line.id
        day = dates.day(starts.date(), lang=call.lang) if starts.date() != last else ""
        is_coming = line.done_at is None and line.starts_at > call.now
        is_done = line.done_at is not None
        rows.append(Row(line.id, day, line.starts_at, hours, line.what, line.who, is_done, is_now, is_coming))
        last = starts.date()
    return rows


def shown_origins(event: Event) -> tuple[str, ...]:
    """Of which other sites this page may show something, once its reader asks for it."""
    address = event.webcast_url if event.webcast_kind is events.Webcast.HLS else events.embed_of(event)
    parts = urlsplit(address)
    return (f"https://{parts.netloc}",) if address and parts.hostname and parts.netloc.isascii() else ()


def as_data(call: Call, event: Event, owner: Profile, told: Sequence[Told]) -> Mapping[str, object]:
    """The event for programs that read schema.org: what takes place, and how it is told."""
    url = f"{call.base_url}/e/{event.slug}"
    by = {"@type": "Organization", "name": owner.display_name or owner.username, "url": owner.url(call.base_url)}
    happening = {
        "@type": "Event",
        "@id": f"{url}#event",
        "name": event.title,
        "description": event.text or event.title,
        "startDate": event.starts_at.astimezone(ZoneInfo(event.zone)).isoformat(),
        "endDate": event.ends_at.astimezone(ZoneInfo(event.zone)).isoformat(),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if event.cancelled_at else 'Scheduled'}",
        "location": {"@type": "Place", "name": event.place, "address": event.place}
        if event.place
        else {"@type": "VirtualLocation", "url": url},
        "image": f"{url}/card.png",
        "organizer": by,
        "url": url,
    }
    by_id = {one.post.id: one for one in told}
    return {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "@id": url,
        "url": url,
        "headline": event.title,
        "description": _summary(event),
        "about": happening,
        "author": by,
        "publisher": by,
        "datePublished": event.created_at.isoformat(),
        "dateModified": max([event.updated_at, *(_changed(one) for one in told)]).isoformat(),
        "coverageStartTime": event.starts_at.isoformat(),
        "coverageEndTime": event.ends_at.isoformat(),
        "image": f"{url}/card.png",
        **({"inLanguage": event.language} if event.language else {}),
        "liveBlogUpdate": [_update(call, one, by_id) for one in told],
    }


def _update(call: Call, one: Told, by_id: Mapping[PostId, Told]) -> Mapping[str, object]:
    said = one.post.spoiler or one.post.text
    corrected = by_id.get(one.post.corrected_by_id or PostId(0))
    pictures = [media.address(shown.key, call.base_url) for shown in one.media if shown.key and shown.kind == "image"]
    more: dict[str, object] = {}
    if pictures and not one.post.sensitive:
        more["image"] = pictures
    if corrected is not None:
        more["correction"] = {
            "@type": "CorrectionComment",
            "text": corrected.post.text,
            "datePublished": corrected.post.created_at.isoformat(),
            "url": f"{call.base_url}{path_of(corrected.author.acct, corrected.post)}",
        }
    return {
        "@type": "BlogPosting",
        "headline": summary_of(one.post) or f"{one.post.created_at:%H:%M}",
        "articleBody": said,
        "datePublished": one.post.created_at.isoformat(),
        "dateModified": _changed(one).isoformat(),
        "url": f"{call.base_url}{path_of(one.author.acct, one.post)}",
        "author": {
            "@type": "Person",
            "name": one.author.display_name or one.author.username,
            "url": one.author.url(call.base_url),
        },
        **more,
    }


def _changed(one: Told) -> datetime:
    return max(at for at in (one.post.created_at, one.post.edited_at, one.corrected_at) if at is not None)


async def _moments(
    tx: ReadTx, call: Call, event: Event, shown: Sequence[Shape], situation: Situation
) -> tuple[list[Moment], list[Moment]]:
    """Key moments and corrections, the latest first, as far as the reader sees them."""
    if not situation.posts:
        return [], []
    keys = [entry.post_id for entry in await events.key_moments(tx, event.id, limit=MOST_KEY)]
    corrections = await posts.corrections_under(tx, event.id, limit=MOST_CORRECTIONS)
    reader = await call.reader(tx)
    wanted = [*keys, *(id for one in corrections for id in (one.id, one.corrects_id) if id is not None)]
    there = {shape.id for shape in await call.tools.shapes.of(tx, wanted) if posts.can_see(shape, reader)}
    found = await posts.posts(tx, [id for id in dict.fromkeys(wanted) if id in there])
    named = await accounts.by_ids(tx, list({post.author_id for post in found.values()})) if found else {}
    zone = ZoneInfo(event.zone)
    made = {}
    for post in found.values():
        if post.author_id in named:
            time = dates.clock(post.created_at, zone=zone)
            path = path_of(named[post.author_id].acct, post)
            before = found.get(post.corrects_id or PostId(0))
            corrects = dates.hour(before.created_at, lang=call.lang, zone=zone) if before else ""
            made[post.id] = Moment(
                post.id, path, typeset(summary_of(post), post.language), post.created_at, time, corrects
            )
    return [made[id] for id in keys if id in made], [made[one.id] for one in corrections if one.id in made]


async def _album(tx: ReadTx, call: Call, pictured: Sequence[Shape]) -> list[Picture]:
    """Pictures of the event, the latest first, without those that are sensitive."""
    if not pictured:
        return []
    shown = await media.of_posts(tx, [shape.id for shape in pictured])
    found = await posts.posts(tx, [shape.id for shape in pictured])
    named = await accounts.by_ids(tx, list({shape.author_id for shape in pictured}))
    return [
        Picture(one, path_of(named[shape.author_id].acct, shape))
        for shape in pictured
        if shape.author_id in named and shape.id in found and not found[shape.id].sensitive
        for one in shown.get(shape.id, ())
        if one.kind == "image" and one.key
    ][:MOST_PICTURES]


def _is_shown(owner: Profile | None) -> bool:
    return owner is not None and owner.suspended_at is None


def length(call: Call, of: timedelta) -> str:
    """How long something is, in words: « 6 minutes »."""
    return str(format_timedelta(of, threshold=1.2, locale=dates.LOCALES[call.lang]))


def _date(event: Event) -> str:
    return f"{event.starts_at.astimezone(ZoneInfo(event.zone)):%d.%m.%Y %H:%M}"


def _summary(event: Event) -> str:
    said = " ".join(event.text.split()) or " · ".join(part for part in (_date(event), event.place) if part)
    return said if len(said) <= 200 else f"{said[:199]}…"
