"""Short links of an account: made, looked at and changed by programs, as members do on the page `/links`."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from pinson.domain import shortlinks
from pinson.domain.shortlinks import Channel, Origins, ShortLink, ShortLinkId, Utm, Wish
from pinson.interfaces.api import Call, json
from pinson.interfaces.own import entities
from pinson.interfaces.own.entities import CountriesEntity, ShortLinkEntity, UtmEntity
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx
from pinson.lib.paging import Page

routes = Routes()

ROOT = "/api/pinson/v1/links"
PAGE, MOST = 20, 80


class Listing(msgspec.Struct):
    """Links of the account, newest first."""

    max_id: str | None = None
    since_id: str | None = None
    min_id: str | None = None
    limit: int | None = None


class OneLink(msgspec.Struct):
    """A link, by one of its codes."""

    code: str


class GivenUtm(msgspec.Struct):
    """What a target is told, by the way a link is given out."""

    message: UtmEntity | None = None
    qr: UtmEntity | None = None
    sms: UtmEntity | None = None
    email: UtmEntity | None = None
    push: UtmEntity | None = None
    feed: UtmEntity | None = None

    @property
    def utm(self) -> dict[Channel, Utm]:
        """What the domain calls it."""
        given = {channel: getattr(self, channel) for channel in Channel}
        return {channel: Utm(one.source, one.medium, one.campaign) for channel, one in given.items() if one is not None}


class NewLink(msgspec.Struct, kw_only=True):
    """A link. See `ShortLinkEntity`; what is left out is empty."""

    target: str
    title: str = ""
    expires_at: datetime | None = None
    max_clicks: int | None = None
    utm: GivenUtm | None = None


class ChangedLink(msgspec.Struct, kw_only=True):
    """What is to change of a link; what is left out stays."""

    code: str
    target: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    expires_at: datetime | UnsetType | None = UNSET
    max_clicks: int | UnsetType | None = UNSET
    utm: GivenUtm | None = None


@routes.get(ROOT, scopes=("read:statuses",), answers=list[ShortLinkEntity])
async def show_links(call: Call, form: Listing) -> Response:
    """The links of the account, newest first."""
    page = Page.of(
        max_id=form.max_id,
        since_id=form.since_id,
        min_id=form.min_id,
        limit=form.limit,
        default=PAGE,
        maximum=MOST,
    )
    async with call.tools.db.read() as tx:
        found = await shortlinks.of_account(tx, call.account_id, page)
        codes = await shortlinks.codes_of(tx, [link.id for link in found])
    headers = call.link(first=found[0].id, last=found[-1].id) if found else None
    return json([_entity(call, link, codes[link.id]) for link in found], headers=headers)


@routes.post(ROOT, scopes=("write:statuses",), answers=ShortLinkEntity)
async def make_link(call: Call, form: NewLink) -> Response:
    """Make a link."""
    wish = Wish(
        target=form.target,
        title=form.title,
        expires_at=form.expires_at,
        max_clicks=form.max_clicks,
        utm=form.utm.utm if form.utm else {},
    )
    [made] = await call.tools.db.write(
        shortlinks.make, account_id=call.account_id, wishes=[_checked(call, wish)], now=call.now
    )
    return json(_entity(call, made.link, made.codes))


@routes.get(f"{ROOT}/{{code}}", scopes=("read:statuses",), answers=ShortLinkEntity)
async def show_link(call: Call, form: OneLink) -> Response:
    """One link of the account."""
    link = await _owned(call, form.code)
    return await _answer(call, link)


@routes.get(f"{ROOT}/{{code}}/countries", scopes=("read:statuses",), answers=CountriesEntity)
async def show_countries(call: Call, form: OneLink) -> Response:
    """From which countries people followed a link, in the last 25 months."""
    link = await _owned(call, form.code)

    async def read(tx: ReadTx) -> Origins:
        return await shortlinks.origins_since(tx, [link.id], people=link.people)

    found = await call.tools.db.read_in_thread(read)
    return json(
        CountriesEntity(call.tools.countries.is_there, link.people, found.countries, found.others, found.unknown)
    )


@routes.on("PATCH", f"{ROOT}/{{code}}", scopes=("write:statuses",), answers=ShortLinkEntity)
async def change_link(call: Call, form: ChangedLink) -> Response:
    """Let a link lead elsewhere, or for so long, or so many: it stays the same link."""
    link = await _owned(call, form.code)
    expires_at = link.expires_at if form.expires_at is UNSET else form.expires_at
    wish = Wish(
        target=link.target if form.target is UNSET else form.target,
        title=link.title if form.title is UNSET else form.title,
        expires_at=None if expires_at == link.expires_at else expires_at,  # what stays may be past
        max_clicks=link.max_clicks if form.max_clicks is UNSET else form.max_clicks,
        utm=form.utm.utm if form.utm else link.utm,
    )
    checked = msgspec.structs.replace(_checked(call, wish), expires_at=expires_at)
    changed = await call.tools.db.write(
        shortlinks.change, id=link.id, account_id=call.account_id, wish=checked, now=call.now
    )
    return await _answer(call, changed)


@routes.on("DELETE", f"{ROOT}/{{code}}", scopes=("write:statuses",), answers=ShortLinkEntity)
async def end_link(call: Call, form: OneLink) -> Response:
    """Let a link lead nowhere from now on. It is kept, with what was counted."""
    link = await _owned(call, form.code)
    ended = await call.tools.db.write(
        shortlinks.retire, id=link.id, account_id=call.account_id, retired=True, now=call.now
    )
    return await _answer(call, ended)


async def _owned(call: Call, code: str) -> ShortLink:
    async with call.tools.db.read() as tx:
        return await shortlinks.owned_by_code(tx, code.lower(), account_id=call.account_id)


async def _answer(call: Call, link: ShortLink) -> Response:
    async with call.tools.db.read() as tx:
        codes = await shortlinks.codes_of(tx, [link.id])
    return json(_entity(call, link, codes[ShortLinkId(link.id)]))


def _checked(call: Call, wish: Wish) -> shortlinks.Checked:
    return shortlinks.checked(
        wish, bases=call.tools.settings.short_bases, closed=call.tools.redirects.closed, now=call.now
    )


def _entity(call: Call, link: ShortLink, codes: Mapping[Channel, str]) -> ShortLinkEntity:
    return entities.short_link(link, codes, base=call.tools.settings.short_url, now=call.now)
