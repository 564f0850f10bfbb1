"""What became of an account's messages, `/figures`: how many they reached, by which way, how quickly, and who came.

Whoever may read figures may look. All of it is read from the ledger, which counts deliveries and knows nobody, and from
short links. A sentence first, five figures, one drawing, one line a message; each figure says how it was counted.

Not here: what is counted and when (domain/deliveries), the links one by one (`links.py`).
"""

from collections import defaultdict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import deliveries, events, posts, shortlinks
from pinson.domain.accounts import AccountId
from pinson.domain.deliveries import Channel, Line, Pace, What
from pinson.domain.events import Event
from pinson.domain.posts import Post, PostId, Visibility
from pinson.domain.shortlinks import Origins, ShortLink, ShortLinkId
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates, origins
from pinson.interfaces.web.events.page import opened
from pinson.interfaces.web.pages import typeset
from pinson.interfaces.web.sheets import sheet
from pinson.interfaces.web.site import Call
from pinson.lib.clock import from_ms
from pinson.lib.db import ReadTx
from pinson.lib.paging import NEWEST

routes = Routes()

SEEING = "read:statuses"
DAYS = (1, 7, 30)
MOST_POSTS = 200
MOST_EXPORTED = 2000
COLUMNS = 60  # of the drawing, at most
HIGH = 100  # of it, in its own units
MINUTE_MS = 60_000
STEPS = (1, 2, 5, 10, 15, 30, 60, 180, 360, 720, 1440)  # minutes that a column may stand for
EXCERPT = 90  # characters of a message


class Asked(msgspec.Struct):
    """Of which event, or of how many days until now."""

    event: str = ""
    days: int = 7


class Row(msgspec.Struct, frozen=True):
    """A message: what was counted of it, over all channels and by channel; people and machines: who followed its links.

    seconds: how long it took until the last had left, by channel, of the last three days.
    """

    post: Post
    excerpt: str
    counts: Mapping[What, int]
    sent: Mapping[Channel, int]
    people: int
    machines: int
    links: Sequence[ShortLinkId]
    paces: Sequence[Pace]


class Column(msgspec.Struct, frozen=True):
    """A column of the drawing: from when, how high by channel (of `HIGH`, from below), and how many in all."""

    at: datetime
    pieces: Sequence[tuple[Channel, int, int]]
    total: int


class Drawing(msgspec.Struct, frozen=True):
    """Deliveries by channel over time. marks: numbers of messages, and over which column each stands."""

    columns: Sequence[Column]
    minutes: int
    most: int
    channels: Sequence[Channel]
    marks: Sequence[tuple[int, int]]


@routes.get("/figures")
async def show(call: Call, form: Asked) -> Response:
    """The figures, or, for a script, the part of the page that changes.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound.
    """
    account_id = call.require(SEEING)
    days = form.days if form.days in DAYS else 7
    async with call.tools.db.read() as tx:
        event = (await opened(tx, call, form.event))[0] if form.event else None
        rows, lines = await _read(tx, account_id, event, since=call.now - timedelta(days=days), limit=MOST_POSTS)
        theirs = await events.of_account(tx, account_id, limit=8)
        gaps = await shortlinks.gaps(tx, since=call.now - timedelta(days=days))
        found = await _origins(tx, rows) if call.tools.countries.is_there else None
    facts: dict[str, Any] = {
        "rows": rows,
        "total": _total(rows),
        "sent": _sent(rows),
        "best": max(rows, key=lambda row: (row.people, row.counts.get(What.SENT, 0)), default=None),
        "drawing": _drawing(lines, rows),
        "event": event,
        "days": days,
        "choices": DAYS,
        "events": [one for one in theirs if one.starts_at <= call.now],
        "is_full": len(rows) == MOST_POSTS,
        "origins": origins.lines(call, found) if found else [],
        "gaps": [dates.moment(at, lang=call.lang, zone=call.zone) for at in gaps],
        "clock": lambda at: dates.moment(at, lang=call.lang, zone=call.zone),
    }
    return call.fragment("figures/_all", **facts) if call.is_fragment else call.page("figures/all", **facts)


@routes.get("/figures.csv")
async def export(call: Call, form: Asked) -> Response:
    """The same line by line, for a spreadsheet.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound.
    """
    rows = await call.tools.db.read_in_thread(await _exported(call, form))
    _ = call.tools.catalogs.translations(call.lang).gettext
    head = (
        _("Published"),
        _("Message"),
        *(f"{_('Alerts sent')} ({channel})" for channel in Channel),
        _("Asked"),
        _("Arrived"),
        _("Did not arrive"),
        _("Failed"),
        _("In doubt"),
        _("Needless"),
        _("Left afterwards"),
        _("People"),
        _("Machines"),
    )
    counted = (What.ASKED, What.DELIVERED, What.LOST, What.FAILED, What.IN_DOUBT, What.NEEDLESS, What.LEFT)
    table = (
        (
            f"{row.post.created_at.astimezone(call.zone):%Y-%m-%d %H:%M}",
            row.post.text,
            *(row.sent.get(channel, 0) for channel in Channel),
            *(row.counts.get(what, 0) for what in counted),
            row.people,
            row.machines,
        )
        for row in rows
    )
    return sheet("figures.csv", head, table)


@routes.get("/figures/countries.csv")
async def export_countries(call: Call, form: Asked) -> Response:
    """From where people followed the links of these messages.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound.
    """
    rows_of = await _exported(call, form)

    async def read(tx: ReadTx) -> Origins:
        return await _origins(tx, await rows_of(tx))

    return origins.file(call, "countries.csv", await call.tools.db.read_in_thread(read))


async def _exported(call: Call, form: Asked) -> Callable[[ReadTx], Coroutine[Any, Any, list[Row]]]:
    """What reads the messages that a spreadsheet is of, in a thread: there may be many."""
    account_id = call.require(SEEING)
    async with call.tools.db.read() as tx:
        event = (await opened(tx, call, form.event))[0] if form.event else None
    since = call.now - timedelta(days=form.days if form.days in DAYS else 7)

    async def read(tx: ReadTx) -> list[Row]:
        return (await _read(tx, account_id, event, since=since, limit=MOST_EXPORTED))[0]

    return read


async def _read(
    tx: ReadTx, account_id: AccountId, event: Event | None, *, since: datetime, limit: int
) -> tuple[list[Row], list[Line]]:
    """The messages, newest first, and the ledger of them. At most six statements."""
    ids = await _ids(tx, account_id, event, since=since, limit=limit)
    found = await posts.posts(tx, ids)
    lines = await deliveries.lines(tx, ids)
    paces: dict[int, list[Pace]] = defaultdict(list)
    for pace in await deliveries.paces(tx, ids):
        paces[pace.post_id].append(pace)
    links: dict[int, list[ShortLink]] = defaultdict(list)
    for link in await shortlinks.of_posts(tx, ids):
        if link.post_id is not None and link.account_id == account_id:
            links[link.post_id].append(link)
    counts: dict[int, dict[What, int]] = defaultdict(lambda: defaultdict(int))
    sent: dict[int, dict[Channel, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        counts[line.post_id][line.what] += line.deliveries
        if line.what is What.SENT:
            sent[line.post_id][line.channel] += line.deliveries
    rows = [
        Row(
            post=found[id],
            excerpt=typeset(_excerpt(found[id].text), found[id].language),
            counts=counts[id],
            sent=sent[id],
            people=sum(link.people for link in links[id]),
            machines=sum(link.machines for link in links[id]),
            links=[link.id for link in links[id]],
            paces=paces[id],
        )
        for id in ids
        if id in found
    ]
    return rows, lines


async def _ids(tx: ReadTx, account_id: AccountId, event: Event | None, *, since: datetime, limit: int) -> list[PostId]:
    if event is not None:
        return [one.post_id for one in await events.page(tx, event.id, limit=limit)]
    shapes = await posts.by_author(tx, account_id, before=NEWEST, limit=limit)
    of_then = await posts.posts(tx, [one.id for one in shapes if one.visibility is Visibility.PUBLIC])
    own = (one for one in of_then.values() if one.boost_of_id is None and one.created_at >= since)
    return sorted((one.id for one in own), reverse=True)


async def _origins(tx: ReadTx, rows: Sequence[Row]) -> Origins:
    """From where people followed the links of these messages, ever. One statement."""
    ids = [id for row in rows for id in row.links]
    return await shortlinks.origins_since(tx, ids, people=sum(row.people for row in rows))


def _total(rows: Sequence[Row]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for row in rows:
        for what, count in row.counts.items():
            total[what] += count
        total["people"] += row.people
        total["machines"] += row.machines
    return total


def _sent(rows: Sequence[Row]) -> dict[Channel, int]:
    sent = {channel: sum(row.sent.get(channel, 0) for row in rows) for channel in Channel}
    return {channel: count for channel, count in sent.items() if count}


def _drawing(lines: Sequence[Line], rows: Sequence[Row]) -> Drawing | None:
    """Columns from the first minute in which something was sent to the last, at most `COLUMNS` of them."""
    sent = [line for line in lines if line.what is What.SENT]
    if not sent:
        return None
    first, last = min(line.minute for line in sent), max(line.minute for line in sent)
    least = (last - first + 1) / COLUMNS
    step = next((step for step in STEPS if step >= least), ceil(least / 1440) * 1440)
    first -= first % step
    columns: list[dict[Channel, int]] = [defaultdict(int) for _ in range((last - first) // step + 1)]
    for line in sent:
        columns[(line.minute - first) // step][line.channel] += line.deliveries
    most = max(sum(column.values()) for column in columns)
    drawn = []
    for number, column in enumerate(columns):
        pieces, below = [], 0
        for channel in Channel:
            if column[channel]:
                high = max(1, round(column[channel] * HIGH / most))
                pieces.append((channel, HIGH - below - high, high))
                below += high
        drawn.append(Column(from_ms((first + number * step) * MINUTE_MS), pieces, sum(column.values())))
    marks = []
    for number, row in enumerate(reversed(rows), 1):
        place = (int(row.post.created_at.astimezone(UTC).timestamp()) // 60 - first) // step
        if 0 <= place < len(columns):
            marks.append((number, place))
    return Drawing(drawn, step, most, [one for one in Channel if any(column[one] for column in columns)], marks)


def _excerpt(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= EXCERPT else f"{plain[: EXCERPT - 1].rstrip()}…"
