"""What rises now, as Mastodon clients know it: https://docs.joinmastodon.org/methods/trends.

Moderators see the same lists and more (admin/trends.py). Not here: when something rises (domain).
"""

from collections.abc import Sequence
from datetime import date

import msgspec
from starlette.responses import Response

from pinson.domain import links, posts, trends
from pinson.domain.links import Link
from pinson.domain.posts import Shape, Tag
from pinson.domain.trends import Kind
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import StatusCard, StatusEntity
from pinson.interfaces.mastodon.tags import HashtagEntity, TagHistory, entities, histories
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx

routes = Routes()

TAGS, MOST_TAGS = 10, 20
STATUSES, MOST_STATUSES = 20, 40


class Ranked(msgspec.Struct):
    """Parameters of every list here: it is in the order of a ranking, and paged by offset."""

    limit: int | None = None
    offset: int = 0

    def most(self, default: int, maximum: int) -> int:
        """How many are asked for."""
        return default if self.limit is None else min(abs(self.limit), maximum)


class TrendingLink(StatusCard):
    """https://docs.joinmastodon.org/entities/Trends_Link"""

    history: list[TagHistory]


@routes.get("/api/v1/trends/tags", who=Who.ANYONE, answers=list[HashtagEntity])
async def rising_tags(call: Call, form: Ranked) -> Response:
    """The hashtags that rise."""
    limit = form.most(TAGS, MOST_TAGS)
    found = await tags(call, form, limit)
    return ranked(call, form, limit, await entities(call, found), count=len(found))


routes.get("/api/v1/trends", who=Who.ANYONE, answers=list[HashtagEntity], deprecated=date(2022, 3, 30))(rising_tags)


@routes.get("/api/v1/trends/statuses", who=Who.ANYONE, answers=list[StatusEntity])
async def rising_statuses(call: Call, form: Ranked) -> Response:
    """The posts that rise, but for those that the viewer keeps away."""
    limit = form.most(STATUSES, MOST_STATUSES)
    found = await statuses(call, form, limit)
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        everything = call.tools.timelines.public(local=False)
        seen = [shape for shape in found if everything.admits(shape, reader)]
        body = await call.renderings.page(tx, seen, reader=reader)
    return ranked(call, form, limit, body, count=len(found))


@routes.get("/api/v1/trends/links", who=Who.ANYONE, answers=list[TrendingLink])
async def rising_links(call: Call, form: Ranked) -> Response:
    """The links that rise."""
    limit = form.most(TAGS, MOST_TAGS)
    found = await trending(call, form, limit)
    return ranked(call, form, limit, await link_entities(call, found), count=len(found))


async def tags(call: Call, form: Ranked, limit: int, *, unseen: bool = False) -> list[Tag]:
    """A page of the hashtags that rise. unseen: also those that moderators do not let people see."""
    async with call.tools.db.read() as tx:
        ids = await _ids(tx, Kind.TAG, form, limit, unseen=unseen)
        found = await posts.tags_by_ids(tx, ids)
    return [found[id] for id in ids if id in found]


async def statuses(call: Call, form: Ranked, limit: int, *, unseen: bool = False) -> list[Shape]:
    """A page of the posts that rise, whoever may see them."""
    async with call.tools.db.read() as tx:
        return await call.tools.shapes.of(tx, await _ids(tx, Kind.POST, form, limit, unseen=unseen))


async def trending(call: Call, form: Ranked, limit: int, *, unseen: bool = False) -> list[Link]:
    """A page of the links that rise."""
    async with call.tools.db.read() as tx:
        ids = await _ids(tx, Kind.LINK, form, limit, unseen=unseen)
        found = await links.by_ids(tx, ids)
    return [found[id] for id in ids if id in found]


async def link_entities(call: Call, found: Sequence[Link]) -> list[TrendingLink]:
    """The entities of links, in order."""
    history = await histories(call, [link.id for link in found])
    async with call.tools.db.read() as tx:
        cards = await call.renderings.cards(tx, found)
    return [TrendingLink(**msgspec.structs.asdict(cards[link.id]), history=history[link.id]) for link in found]


def ranked(call: Call, form: Ranked, limit: int, body: object, *, count: int) -> Response:
    """A page, with the header that leads on. count: of what was found, before anything of it was left out."""
    headers = call.link_by_offset(offset=abs(form.offset), limit=limit, is_full=count == limit)
    return json(body, headers=headers)


async def _ids(tx: ReadTx, kind: Kind, form: Ranked, limit: int, *, unseen: bool) -> list[int]:
    found = await trends.rising(tx, kind, offset=abs(form.offset), limit=limit, unseen=unseen)
    return [trend.id for trend in found]
