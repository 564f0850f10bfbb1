"""The page of an account, `/@name`, and what it published on a day or in a range, `/@name/2010-03-30`.

Source of the addresses: those of statuses in the API, which the page of a post has too (`posts.py`).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, alerts, events, posts
from pinson.domain.accounts import AccountNotFound, Field, Profile
from pinson.domain.events import Event
from pinson.domain.filters import Context
from pinson.domain.posts import Reader, Shape
from pinson.domain.relations import collections
from pinson.feeding import MOST_ON_DAYS, days_of
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.cards import Card
from pinson.interfaces.web.posts import show_post
from pinson.interfaces.web.reading import KEPT, Paged, Part, read
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.stands import stand
from pinson.lib.db import ReadTx
from pinson.lib.ids import first_at
from pinson.lib.paging import Page

routes = Routes()

PROMISED_WEEKS = 12  # in which a promise is looked at
TABS = {"posts": "", "replies": "/with_replies", "media": "/media", "tagged": "/tagged/"}  # behind the address


class Promise(msgspec.Struct, frozen=True):
    """At most so many messages a week are promised; in so many of the last weeks, that was kept."""

    often: int
    kept: int
    of: int


class Asked(Paged, kw_only=True):
    """A page of a profile."""

    acct: str


class Tagged(Asked, kw_only=True):
    """A page of what an account published under a hashtag."""

    tag: str


class OfAccount(msgspec.Struct):
    """An account, by its address."""

    acct: str


class Within(msgspec.Struct):
    """What stands behind the name in the address: a post's id, or days. order: `oldest` turns them around."""

    acct: str
    what: str
    order: str = ""


class Day(msgspec.Struct, frozen=True):
    """The posts of one day, between two separators of a page."""

    path: str
    said: str
    cards: Sequence[Card]


@routes.get("/@{acct}")
async def show(call: Call, form: Asked) -> Response:
    """What an account published, without its replies to others."""
    return await _profile(call, form, tab="posts")


@routes.get("/@{acct}/with_replies")
async def show_with_replies(call: Call, form: Asked) -> Response:
    """What an account published, its replies to others included."""
    return await _profile(call, form, tab="replies")


@routes.get("/@{acct}/media")
async def show_with_media(call: Call, form: Asked) -> Response:
    """What an account published with pictures, films or sounds."""
    return await _profile(call, form, tab="media")


@routes.get("/@{acct}/tagged/{tag}")
async def show_tagged(call: Call, form: Tagged) -> Response:
    """What an account published under a hashtag.

    Raises:
        BadTag: no hashtag can have this name.
    """
    return await _profile(call, form, tab="tagged", tag=form.tag)


@routes.get("/@{acct}/{what}")
async def show_within(call: Call, form: Within) -> Response:
    """A post by its id, or the days of a range, newest first unless the address says `order=oldest`."""
    if form.what.isdecimal():
        return await show_post(call, acct=form.acct, id=form.what)
    first, last = days_of(form.what)
    start, end = (datetime.combine(on, time(), call.zone) for on in (first, last + timedelta(days=1)))
    async with call.tools.db.read() as tx:
        reader, profile = await call.reader(tx), await profile_of(tx, call, form.acct)
    page = Page(max_id=first_at(end), since_id=first_at(start) - 1, min_id=None, limit=MOST_ON_DAYS)
    timeline = call.tools.timelines.profile(profile.id, replies=False, boosts=False, direct=False)
    shapes = await call.tools.timelines.page(call.tools.db, timeline, reader=reader, page=page)
    if form.order == "oldest":
        shapes = shapes[::-1]
    async with call.tools.db.read() as tx:
        cards = await call.cards(tx, shapes, Context.ACCOUNT)
    return call.page(
        "days",
        kept=KEPT,
        profile=profile,
        first=dates.day(first, lang=call.lang),
        last=dates.day(last, lang=call.lang) if last != first else None,
        path=f"/@{profile.acct}/{form.what}",
        before=f"/@{profile.acct}/{first - timedelta(days=1)}",
        after=f"/@{profile.acct}/{last + timedelta(days=1)}",
        days=by_day(call, profile, cards),
        count=len(cards),
        is_oldest_first=form.order == "oldest",
        zone=call.zone.key,
    )


async def profile_of(tx: ReadTx, call: Call, acct: str) -> Profile:
    """The account at an address of ours.

    Raises:
        AccountNotFound: there is none; one that is suspended is as good as none for the web.
    """
    profile = await accounts.profile_by_acct(tx, acct, local_domain=call.local_domain)
    if profile is None or profile.suspended_at is not None:
        raise AccountNotFound
    return profile


def by_day(call: Call, profile: Profile, cards: Iterable[Card]) -> list[Day]:
    """Cards in their order, parted by day."""
    return [
        Day(f"/@{profile.acct}/{on}", dates.day(on, lang=call.lang), list(of_day))
        for on, of_day in groupby(cards, lambda card: _day_of(card, call.zone))
    ]


async def _profile(call: Call, form: Asked, *, tab: str, tag: str = "") -> Response:
    folded = posts.tag_name(tag) if tag else ""
    async with call.tools.db.read() as tx:
        reader, profile = await call.reader(tx), await profile_of(tx, call, form.acct)
        pinned = await _pinned(tx, call, profile, reader) if tab == "posts" and form.is_first else []
        stands = await stand(tx, call, profile)
        event = await events.next_of(tx, profile.id, now=call.now) if form.is_first else None
        recommends = await collections.of_account(tx, profile.id, reader.id, limit=1, offset=0)
        found = await posts.tag(tx, folded) if folded else None
        promise = await _promise(tx, call, profile)
    timeline = call.tools.timelines.profile(
        profile.id,
        replies=tab != "posts",
        boosts=tab in ("posts", "replies"),
        direct=False,
        media=tab == "media",
        under=() if found is None else (found.id,),
    )
    part = Part() if folded and found is None else await read(call, timeline, form, Context.ACCOUNT)
    return call.page(
        "profile",
        kept=KEPT,
        of=None if folded and found is None else (profile.id,),
        good_until=event.ends_at if event else None,
        profile=profile,
        event=event,
        event_when=_when(call, event) if event else "",
        joined=dates.month(profile.created_at.astimezone(call.zone).date(), lang=call.lang),
        picture=call.picture_of(profile),
        note=posts.note_html(profile.note, base_url=call.base_url),
        fields=[_line(call, one) for one in profile.fields],
        tab=tab,
        path=f"/@{profile.acct}{TABS[tab]}{folded}",
        tag=found.display_name if found else tag,
        pinned=pinned,
        stand=stands,
        recommends=bool(recommends),
        promise=promise,
        days=by_day(call, profile, part.cards),
        part=part,
    )


async def _promise(tx: ReadTx, call: Call, profile: Profile) -> Promise | None:
    """How often an account says that it writes, and whether it does; None if it says nothing. A statement, or two."""
    often = (await alerts.publishers.publishers(tx, [profile.id]))[profile.id].promise
    if often is None:
        return None
    of = min(PROMISED_WEEKS, (call.now - profile.created_at).days // 7)
    weeks = await posts.written_weekly(tx, profile.id, now=call.now, most=of) if of else []
    return Promise(often, sum(1 for count in weeks if count <= often), of)


def _when(call: Call, event: Event) -> str:
    return dates.span(event.starts_at, event.ends_at, lang=call.lang, zone=ZoneInfo(event.zone))


def _line(call: Call, line: Field) -> tuple[str, str, str]:
    """A line of a profile: its name, its content as HTML, and since when its site is proven ("" if it is not)."""
    since = line.verified_at and dates.short(line.verified_at.astimezone(call.zone).date(), lang=call.lang)
    return line.name, posts.line_html(line.value, base_url=call.base_url), since or ""


async def _pinned(tx: ReadTx, call: Call, profile: Profile, reader: Reader) -> list[Card]:
    shapes: list[Shape] = await call.tools.shapes.of(tx, await posts.pinned(tx, profile.id))
    return await call.cards(tx, [shape for shape in shapes if posts.can_see(shape, reader)], Context.ACCOUNT)


def _day_of(card: Card, zone: ZoneInfo) -> date:
    return card.at.astimezone(zone).date()
