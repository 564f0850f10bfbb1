"""The short links of an account, `/links`: make many at once, see who follows them, let one lead elsewhere.

Whoever may read figures may look; whoever may publish may make and change. What cannot be made comes back with its
reason, line by line, while the others are made: nothing that was pasted is lost. A link that is ended can be had back
by the same button, so nothing asks whether one is sure.

Not here: what happens to those who follow a link (interfaces/shortlinks), links that come about as a message is
published (domain/posts).
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import segno
from starlette.responses import Response

from pinson.domain import shortlinks
from pinson.domain.shortlinks import Channel, Checked, Clicks, ShortLink, ShortLinkId, Utm, Visitor, Wish
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates, origins
from pinson.interfaces.web.sheets import sheet
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.writing import BadMoment
from pinson.lib.db import ReadTx
from pinson.lib.errors import Refusal
from pinson.lib.paging import Page

routes = Routes()

SEEING, MAKING = "read:statuses", "write:statuses"
AT_A_TIME = 40  # links on a page
MOST_EXPORTED = 10_000
HOURS, DAYS = 24, 30
EXAMPLE = "7kq4mwz"  # of a code
HIGH = 16  # of a bar, in units of the drawing
SCHEMELESS = re.compile(r"(?![a-z][a-z0-9+.-]*:)[\w-]+(\.[\w-]+)+(:\d+)?([/?#].*)?", re.IGNORECASE)
QR_QUIET = 4  # modules around it (ISO/IEC 18004)


class Pasted(msgspec.Struct):
    """The list, and the form that makes links: one address a line, and what one calls it. max_id: of the page.

    message: the one whose links are asked for alone.
    """

    max_id: ShortLinkId | None = None
    message: int | None = None
    addresses: str = ""


class UtmForm(msgspec.Struct):
    """What a target is told, as the form has it."""

    source: str = ""
    medium: str = ""
    campaign: str = ""


class Told(msgspec.Struct):
    """By channel."""

    message: UtmForm = msgspec.field(default_factory=UtmForm)
    qr: UtmForm = msgspec.field(default_factory=UtmForm)
    sms: UtmForm = msgspec.field(default_factory=UtmForm)
    email: UtmForm = msgspec.field(default_factory=UtmForm)
    push: UtmForm = msgspec.field(default_factory=UtmForm)
    feed: UtmForm = msgspec.field(default_factory=UtmForm)

    @property
    def utm(self) -> dict[Channel, Utm]:
        """What the domain calls it."""
        return {channel: Utm(**msgspec.structs.asdict(getattr(self, channel))) for channel in Channel}

    @classmethod
    def of(cls, utm: Mapping[Channel, Utm]) -> "Told":
        """The form filled in."""
        return cls(**{channel: UtmForm(**msgspec.structs.asdict(one)) for channel, one in utm.items()})


class Changed(msgspec.Struct):
    """The form about one link. ends: when, in the reader's time zone, as browsers write it. people: for how many."""

    code: str
    target: str = ""
    title: str = ""
    ends: str = ""
    people: str = ""
    utm: Told = msgspec.field(default_factory=Told)
    saved: bool = False
    channel: Channel | None = None
    ended: bool = False


class Refused(msgspec.Struct, frozen=True):
    """A line from which no link was made, and why."""

    number: int
    line: str
    why: str


class Line(msgspec.Struct, frozen=True):
    """A link as the list shows it.

    short: its address; shown: the same without https://. bars: people by hour, of the last day, as heights.
    day: how many people followed it in the last day.
    """

    link: ShortLink
    code: str
    short: str
    shown: str
    bars: list[int]
    day: int
    is_over: bool


@routes.get("/links")
async def show(call: Call, form: Pasted) -> Response:
    """The list, newest first.

    Raises:
        NotSignedIn, RoleForbids.
    """
    return await _list(call, form)


@routes.post("/links", again=show)
async def make(call: Call, form: Pasted) -> Response:
    """Make a link of each address; what cannot be made comes back.

    Raises:
        NotSignedIn, RoleForbids, TooManyAtOnce.
    """
    account_id = call.require(MAKING)
    wishes, refused = _read(call, form.addresses)
    if not wishes and not refused:
        return call.redirect("/links")
    if wishes:
        await call.tools.db.write(shortlinks.make, account_id=account_id, wishes=wishes, now=call.now)
    if not refused:
        return call.redirect("/links")
    call.status = 422
    form.addresses = "\n".join(one.line for one in refused)
    return await _list(call, form, made=len(wishes), refused=refused)


@routes.get("/links.csv")
async def export(call: Call) -> Response:
    """All of the account's links with what was counted, for a spreadsheet."""
    account_id = call.require(SEEING)

    async def read(tx: ReadTx) -> tuple[list[ShortLink], Mapping[ShortLinkId, Mapping[Channel, str]]]:
        links = await shortlinks.of_account(tx, account_id, Page(None, None, None, MOST_EXPORTED))
        return links, await shortlinks.codes_of(tx, [link.id for link in links])

    links, codes = await call.tools.db.read_in_thread(read)
    _ = call.tools.catalogs.translations(call.lang).gettext
    head = (_("Short link"), _("Target"), _("Name"), _("Made"), _("Ends"), _("People"), _("Machines"), _("Ourselves"))
    rows = (
        (
            _address(call, codes[link.id][Channel.MESSAGE]),
            link.target,
            link.title,
            _stamp(call, link.created_at),
            _stamp(call, link.retired_at or link.expires_at),
            link.people,
            link.machines,
            link.own,
        )
        for link in links
    )
    return sheet("links.csv", head, rows)


@routes.get("/links/{code}")
async def show_one(call: Call, form: Changed) -> Response:
    """One link: who follows it, and the form to change it.

    Raises:
        NotSignedIn, RoleForbids, ShortLinkNotFound.
    """
    account_id = call.require(SEEING)
    since = _hour(call.now) - timedelta(days=DAYS)
    async with call.tools.db.read() as tx:
        link = await shortlinks.owned_by_code(tx, form.code.lower(), account_id=account_id)
        codes = (await shortlinks.codes_of(tx, [link.id]))[link.id]
        clicks = await shortlinks.clicks_since(tx, [link.id], since=since)
        former = await shortlinks.former_targets(tx, link.id)
        found = None
        if call.tools.countries.is_there:
            people = sum(one.clicks for one in clicks if one.visitor is Visitor.PEOPLE)
            found = await shortlinks.origins_since(tx, [link.id], people=people, since=since)
    if not call.problems:
        form = Changed(
            form.code,
            link.target,
            link.title,
            f"{link.expires_at.astimezone(call.zone):%Y-%m-%dT%H:%M}" if link.expires_at else "",
            str(link.max_clicks or ""),
            Told.of(link.utm),
            form.saved,
        )
    return call.page(
        "links/link",
        form=form,
        line=_line(call, link, codes, clicks),
        days=_days(call, clicks),
        by_channel=_by_channel(clicks),
        origins=origins.lines(call, found) if found else [],
        codes={channel: _address(call, code) for channel, code in codes.items()},
        channels=list(Channel),
        former=former,
        may_make=call.may(MAKING),
        when=lambda at: dates.moment(at, lang=call.lang, zone=call.zone),
        longest_title=shortlinks.LONGEST_TITLE,
        longest_utm=shortlinks.LONGEST_UTM,
    )


@routes.post("/links/{code}", again=show_one)
async def change(call: Call, form: Changed) -> Response:
    """Let it lead elsewhere, or for so long, or so many.

    Raises:
        NotSignedIn, RoleForbids, ShortLinkNotFound, BadMoment, BadLimit, and all that `shortlinks.checked` raises.
    """
    account_id = call.require(MAKING)
    async with call.tools.db.read() as tx:
        link = await shortlinks.owned_by_code(tx, form.code.lower(), account_id=account_id)
    expires_at = _moment(call, form.ends)
    if (
        expires_at is not None
        and link.expires_at is not None
        and abs(expires_at - link.expires_at) < timedelta(minutes=1)
    ):
        expires_at = link.expires_at  # it stays, past or not
    wish = Wish(
        target=_with_scheme(form.target),
        title=form.title,
        expires_at=None if expires_at == link.expires_at else expires_at,
        max_clicks=_count(form.people),
        utm=form.utm.utm,
    )
    checked = msgspec.structs.replace(_checked(call, wish), expires_at=expires_at)
    await call.tools.db.write(shortlinks.change, id=link.id, account_id=account_id, wish=checked, now=call.now)
    return call.redirect(f"/links/{form.code.lower()}?saved=1")


@routes.post("/links/{code}/end")
async def end(call: Call, form: Changed) -> Response:
    """Let it lead nowhere, or again where it led.

    Raises:
        NotSignedIn, RoleForbids, ShortLinkNotFound.
    """
    account_id = call.require(MAKING)
    async with call.tools.db.read() as tx:
        link = await shortlinks.owned_by_code(tx, form.code.lower(), account_id=account_id)
    await call.tools.db.write(shortlinks.retire, id=link.id, account_id=account_id, retired=form.ended, now=call.now)
    return call.redirect(f"/links/{form.code.lower()}")


@routes.post("/links/{code}/addresses")
async def give_out(call: Call, form: Changed) -> Response:
    """Have an address for one more channel.

    Raises:
        NotSignedIn, RoleForbids, ShortLinkNotFound.
    """
    account_id = call.require(MAKING)
    async with call.tools.db.read() as tx:
        link = await shortlinks.owned_by_code(tx, form.code.lower(), account_id=account_id)
    if form.channel is not None:
        await call.tools.db.write(shortlinks.code_for, id=link.id, account_id=account_id, channel=form.channel)
    return call.redirect(f"/links/{form.code.lower()}#addresses")


@routes.get("/links/{code}/qr.svg")
async def qr_svg(call: Call, form: Changed) -> Response:
    """The code to print, as lines: sharp in any size.

    Raises:
        NotSignedIn, RoleForbids, ShortLinkNotFound.
    """
    drawn = io.BytesIO()
    (await _qr(call, form)).save(
        drawn, kind="svg", scale=8, border=QR_QUIET, light="white", svgclass=None, lineclass=None
    )
    return _file(drawn.getvalue(), "image/svg+xml", f"{form.code.lower()}.svg")


@routes.get("/links/{code}/qr.png")
async def qr_png(call: Call, form: Changed) -> Response:
    """The code to print, as a picture.

    Raises:
        NotSignedIn, RoleForbids, ShortLinkNotFound.
    """
    drawn = io.BytesIO()
    (await _qr(call, form)).save(drawn, kind="png", scale=16, border=QR_QUIET, light="white")
    return _file(drawn.getvalue(), "image/png", f"{form.code.lower()}.png")


@routes.get("/links/{code}/clicks.csv")
async def export_clicks(call: Call, form: Changed) -> Response:
    """What was counted of one link, hour by hour.

    Raises:
        NotSignedIn, RoleForbids, ShortLinkNotFound.
    """
    account_id = call.require(SEEING)
    async with call.tools.db.read() as tx:
        link = await shortlinks.owned_by_code(tx, form.code.lower(), account_id=account_id)

    async def read(tx: ReadTx) -> list[Clicks]:
        return await shortlinks.clicks_since(tx, [link.id], since=link.created_at - timedelta(hours=1))

    clicks = await call.tools.db.read_in_thread(read)
    _ = call.tools.catalogs.translations(call.lang).gettext
    head = (_("Hour (UTC)"), _("Given out by"), _("Who"), _("Times"))
    rows = ((f"{one.hour:%Y-%m-%d %H:00}", one.channel, one.visitor, one.clicks) for one in clicks)
    return sheet(f"{form.code.lower()}.csv", head, rows)


@routes.get("/links/{code}/countries.csv")
async def export_countries(call: Call, form: Changed) -> Response:
    """From where people came, over all the time that is kept.

    Raises:
        NotSignedIn, RoleForbids, ShortLinkNotFound.
    """
    account_id = call.require(SEEING)
    async with call.tools.db.read() as tx:
        link = await shortlinks.owned_by_code(tx, form.code.lower(), account_id=account_id)
        found = await shortlinks.origins_since(tx, [link.id], people=link.people)
    return origins.file(call, f"{form.code.lower()}-countries.csv", found)


async def _list(call: Call, form: Pasted, *, made: int = 0, refused: Sequence[Refused] = ()) -> Response:
    account_id = call.require(SEEING)
    async with call.tools.db.read() as tx:
        if form.message is not None:
            links = [one for one in await shortlinks.of_post(tx, form.message) if one.account_id == account_id]
        else:
            links = await shortlinks.of_account(tx, account_id, Page(form.max_id, None, None, AT_A_TIME + 1))
        shown = links[:AT_A_TIME]
        ids = [link.id for link in shown]
        codes = await shortlinks.codes_of(tx, ids)
        clicks = await shortlinks.clicks_since(tx, ids, since=_hour(call.now) - timedelta(hours=HOURS - 1))
        gaps = await shortlinks.gaps(tx, since=call.now - timedelta(days=DAYS))
    of: dict[ShortLinkId, list[Clicks]] = defaultdict(list)
    for one in clicks:
        of[one.link_id].append(one)
    return call.page(
        "links/list",
        form=form,
        lines=[_line(call, link, codes[link.id], of[link.id]) for link in shown],
        older=shown[-1].id if len(links) > AT_A_TIME else None,
        made=made,
        refused=refused,
        may_make=call.may(MAKING),
        most=shortlinks.MOST_AT_ONCE,
        gaps=[dates.moment(at, lang=call.lang, zone=call.zone) for at in gaps],
        example=_address(call, EXAMPLE).partition("://")[2],
    )


def _read(call: Call, pasted: str) -> tuple[list[Checked], list[Refused]]:
    """The links that these lines ask for, and the lines that ask for none, with the reason."""
    wishes, refused = [], []
    translate = call.tools.catalogs.translations(call.lang).gettext
    for number, line in enumerate(pasted.splitlines(), start=1):
        address, *title = line.split(maxsplit=1) or [""]
        if not address:
            continue
        try:
            wishes.append(_checked(call, Wish(target=_with_scheme(address), title=title[0] if title else "")))
        except Refusal as refusal:
            refused.append(Refused(number, line.strip(), translate(refusal.text).format(**refusal.facts)))
    return wishes, refused


def _checked(call: Call, wish: Wish) -> Checked:
    return shortlinks.checked(
        wish, bases=call.tools.settings.short_bases, closed=call.tools.redirects.closed, now=call.now
    )


def _with_scheme(typed: str) -> str:
    """An address as people write it, `www.example.org/news`, with what browsers put in front."""
    typed = typed.strip()
    return f"https://{typed}" if SCHEMELESS.fullmatch(typed) else typed


def _moment(call: Call, typed: str) -> datetime | None:
    if not typed:
        return None
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=call.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadMoment from None


def _count(typed: str) -> int | None:
    bare = re.sub(r"\s", "", typed)
    if not bare:
        return None
    if not bare.isascii() or not bare.isdecimal() or len(bare) > 10:
        raise shortlinks.BadLimit
    return int(bare)


def _line(call: Call, link: ShortLink, codes: Mapping[Channel, str], clicks: Iterable[Clicks]) -> Line:
    last = _hour(call.now)
    hours = [0] * HOURS
    for one in clicks:
        ago = (last - one.hour) // timedelta(hours=1)
        if one.visitor is Visitor.PEOPLE and 0 <= ago < HOURS:
            hours[HOURS - 1 - ago] += one.clicks
    code = codes[Channel.MESSAGE]
    short = _address(call, code)
    return Line(link, code, short, short.partition("://")[2], _bars(hours), sum(hours), link.is_over(call.now))


def _bars(counts: Sequence[int]) -> list[int]:
    """Heights: the most is as high as the drawing, what is not nothing is seen."""
    most = max(counts, default=0)
    return [0 if not one else max(1, round(HIGH * one / most)) for one in counts]


def _days(call: Call, clicks: Iterable[Clicks]) -> list[tuple[str, int, int, int]]:
    """The last thirty days, oldest first: the day in words, its people and machines, and the height of its bar."""
    today = call.now.astimezone(call.zone).date()
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    people, machines = dict.fromkeys(days, 0), dict.fromkeys(days, 0)
    for one in clicks:
        day = one.hour.astimezone(call.zone).date()
        if day in people:
            people[day] += one.clicks if one.visitor is Visitor.PEOPLE else 0
            machines[day] += one.clicks if one.visitor is Visitor.MACHINES else 0
    heights = _bars(list(people.values()))
    return [
        (dates.short(day, lang=call.lang), people[day], machines[day], height)
        for day, height in zip(days, heights, strict=True)
    ]


def _by_channel(clicks: Iterable[Clicks]) -> dict[Channel, dict[Visitor, int]]:
    found: dict[Channel, dict[Visitor, int]] = {}
    for one in clicks:
        counted = found.setdefault(one.channel, dict.fromkeys(Visitor, 0))
        counted[one.visitor] += one.clicks
    return found


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _address(call: Call, code: str) -> str:
    return f"{call.tools.settings.short_url}/{code}"


def _stamp(call: Call, at: datetime | None) -> str:
    return f"{at.astimezone(call.zone):%Y-%m-%d %H:%M}" if at else ""


async def _qr(call: Call, form: Changed) -> segno.QRCode:
    account_id = call.require(SEEING)
    async with call.tools.db.read() as tx:
        link = await shortlinks.owned_by_code(tx, form.code.lower(), account_id=account_id)
        codes = (await shortlinks.codes_of(tx, [link.id]))[link.id]
    # In capitals it is drawn smaller: such codes know 45 signs that take less room (ISO/IEC 18004, alphanumeric mode).
    return segno.make_qr(_address(call, codes[Channel.QR]).upper(), error="m")


def _file(body: bytes, media_type: str, name: str) -> Response:
    headers = {"content-disposition": f'inline; filename="{name}"', "cache-control": "private, max-age=3600"}
    return Response(body, media_type=media_type, headers=headers)
