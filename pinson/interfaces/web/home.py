"""The first page: for members what they follow, for everybody else the front door.

Above what a member follows stands what the server announces, until they dismiss it, and what they missed (`away.py`);
beside it on wide screens, ways on (`beside.py`).
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, instance, notifications, posts
from pinson.domain.accounts import AccountId
from pinson.domain.filters import Context
from pinson.domain.instance import Announcement, AnnouncementNotFound
from pinson.domain.notifications import Marker
from pinson.domain.posts import PostId
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.away import HOME, away, keep_place, move
from pinson.interfaces.web.beside import Beside, beside
from pinson.interfaces.web.cards import Card
from pinson.interfaces.web.reading import KEPT, Paged, read
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.starts import guides
from pinson.lib.db import ReadTx

routes = Routes()

MOST_AT_ONCE = 3  # posts of one author in a row; the others of the row are folded


class Run(msgspec.Struct, frozen=True):
    """Posts in a row that one account published or passed on. who: its name, if some are folded."""

    shown: Sequence[Card]
    folded: Sequence[Card]
    who: str


class Announced(msgspec.Struct, frozen=True):
    """What the server tells everybody here. html: its text. when: what it is about happens, in words; "" if never."""

    id: int
    html: str
    when: str


class One(msgspec.Struct):
    """An announcement, by the id in the path."""

    id: int


class Place(msgspec.Struct):
    """Up to which entry a member has read their home."""

    id: PostId = PostId(0)


@routes.get("/")
async def home(call: Call, form: Paged) -> Response:
    """What the acting account follows, newest first; what this is, for those who have no account yet."""
    if call.acting is None:
        gettext = call.tools.catalogs.translations(call.lang).gettext
        return call.page("front", kept=KEPT, mode=call.tools.settings.registration.mode, guides=guides(gettext))
    own = call.acting.account_id
    announced: Sequence[Announced] = ()
    ways: Beside | None = None
    marker: Marker | None = None
    async with call.tools.db.read() as tx:
        circle = await call.tools.circles.of(tx, own, now=call.now)
        if form.is_first:
            announced = await _announced(tx, call, own)
            ways = await beside(tx, call, own)
            marker = next(iter(await notifications.markers(tx, own, [HOME])), None)
    timeline = call.tools.timelines.home(circle)
    part = await read(call, timeline, form, Context.HOME)
    missed = None
    if form.is_first and call.may("write:statuses"):
        missed = await away(call, timeline, part, marker)
        if missed is None:
            await keep_place(call, part, marker)
    runs = await _runs(call, part.cards)
    return call.page("home", part=part, runs=runs, announced=announced, away=missed, ways=ways)


@routes.post("/home/read")
async def have_read(call: Call, form: Place) -> Response:
    """The acting account has read its home up to an entry, whether it looked at all of it or not.

    Raises:
        NotSignedIn, RoleForbids.
    """
    if form.id:
        await move(call, form.id)
    return call.redirect("/")


@routes.post("/announcements/{id}/dismiss")
async def dismiss(call: Call, form: One) -> Response:
    """The acting account has read an announcement, and is not shown it again.

    Raises:
        NotSignedIn, RoleForbids.
    """
    own = call.require("write:statuses")
    with suppress(AnnouncementNotFound):  # it is over meanwhile: nobody is shown it any more
        await call.tools.db.write(instance.dismiss, id=form.id, account_id=own, now=call.now)
    return call.redirect("/")


async def _announced(tx: ReadTx, call: Call, own: AccountId) -> list[Announced]:
    """What is being announced and was not dismissed, the newest first. One statement if that is nothing, else four."""
    told = await instance.announcements(tx, now=call.now, reader_id=own)
    return [
        Announced(
            one.announcement.id,
            posts.note_html(one.announcement.said(call.lang), base_url=call.base_url),
            _when(call, one.announcement),
        )
        for one in told
        if not one.is_dismissed
    ]


def _when(call: Call, one: Announcement) -> str:
    """From when to when it is, in words: whole days as they are, hours where the reader is."""
    said = [
        dates.day(at.date(), lang=call.lang) if one.all_day else dates.moment(at, lang=call.lang, zone=call.zone)
        for at in (one.starts_at, one.ends_at)
        if at is not None
    ]
    return " – ".join(dict.fromkeys(said))


async def _runs(call: Call, cards: Sequence[Card]) -> list[Run]:
    """Cards in their order, parted where somebody else speaks. One statement if anything is folded, none else."""
    found = [list(run) for _, run in groupby(cards, lambda card: card.shape.author_id)]
    long = [run[0].shape.author_id for run in found if len(run) > MOST_AT_ONCE]
    named = {}
    if long:
        async with call.tools.db.read() as tx:
            named = await accounts.by_ids(tx, long)
    runs = []
    for run in found:
        author = named.get(run[0].shape.author_id)
        most = MOST_AT_ONCE if author else len(run)
        runs.append(Run(run[:most], run[most:], (author.display_name or author.username) if author else ""))
    return runs
