"""What rises, as moderators see it and may take from sight: https://docs.joinmastodon.org/methods/admin/trends.

Their lists hold what they rejected too. Nothing waits for their review: it is seen until they say no.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import links, moderation, trends
from pinson.domain.access import UserRole
from pinson.domain.links import Link, LinkId, Publisher, PublisherId
from pinson.domain.posts import PostId
from pinson.interfaces.mastodon.admin.desk import One, moderator
from pinson.interfaces.mastodon.admin.tags import AdminTag, tag_entities
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import StatusEntity, array, moment
from pinson.interfaces.mastodon.trends import (
    MOST_STATUSES,
    MOST_TAGS,
    STATUSES,
    TAGS,
    Ranked,
    TrendingLink,
    link_entities,
    ranked,
    statuses,
    tags,
    trending,
)
from pinson.interfaces.request import Routes

routes = Routes()

READ, WRITE = ("admin:read",), ("admin:write",)
ROLE = UserRole.MODERATOR
REVIEWED = b',"requires_review":false}'


class AdminLink(TrendingLink, kw_only=True):
    """A link that rises, with its id."""

    id: str
    requires_review: bool


class AdminStatus(StatusEntity, kw_only=True):
    """A status that rises."""

    requires_review: bool


class PublisherEntity(msgspec.Struct):
    """A site whose links rise. trendable is null if nobody has said anything about it."""

    id: str
    domain: str
    trendable: bool | None
    reviewed_at: str | None
    requested_review_at: str | None
    requires_review: bool


def judged(what: str, *, answers: Any) -> Callable[[Callable[..., Awaitable[Response]]], None]:
    """Both verdicts on one of what rises, each a route of its own."""

    def register(judge: Callable[..., Awaitable[Response]]) -> None:
        async def approve(call: Call, form: One) -> Response:
            return await judge(call, form.id, trendable=True)

        async def reject(call: Call, form: One) -> Response:
            return await judge(call, form.id, trendable=False)

        for verdict in (approve, reject):
            verdict.__doc__ = judge.__doc__
            path = f"/api/v1/admin/trends/{what}/{{id}}/{verdict.__name__}"
            routes.post(path, role=ROLE, scopes=WRITE, answers=answers)(verdict)

    return register


@routes.get("/api/v1/admin/trends/tags", role=ROLE, scopes=READ, answers=list[AdminTag])
async def all_tags(call: Call, form: Ranked) -> Response:
    """The hashtags that rise."""
    limit = form.most(TAGS, MOST_TAGS)
    found = await tags(call, form, limit, unseen=True)
    return ranked(call, form, limit, await tag_entities(call, found), count=len(found))


@judged("tags", answers=AdminTag)
async def judge_tag(call: Call, id: int, *, trendable: bool) -> Response:
    """Let a hashtag be seen among what rises, or not."""
    tag = await call.tools.db.write(moderation.change_tag, by=moderator(call), id=id, trendable=trendable, now=call.now)
    return json((await tag_entities(call, [tag]))[0])


@routes.get("/api/v1/admin/trends/links", role=ROLE, scopes=READ, answers=list[AdminLink])
async def all_links(call: Call, form: Ranked) -> Response:
    """The links that rise."""
    limit = form.most(TAGS, MOST_TAGS)
    found = await trending(call, form, limit, unseen=True)
    return ranked(call, form, limit, await _links(call, found), count=len(found))


@judged("links", answers=AdminLink)
async def judge_link(call: Call, id: int, *, trendable: bool) -> Response:
    """Let a link be seen among what rises, or not, whatever was said of its site."""
    link = await call.tools.db.write(
        moderation.judge_link, by=moderator(call), id=LinkId(id), trendable=trendable, now=call.now
    )
    return json((await _links(call, [link]))[0])


@routes.get("/api/v1/admin/trends/links/publishers", role=ROLE, scopes=READ, answers=list[PublisherEntity])
async def all_publishers(call: Call, form: Ranked) -> Response:
    """The sites whose links rise, each once, in the order of their first."""
    limit, start = form.most(TAGS, MOST_TAGS), abs(form.offset)
    rising = await trending(call, Ranked(), trends.MOST, unseen=True)
    ids = list(dict.fromkeys(link.publisher_id for link in rising))[start : start + limit]
    async with call.tools.db.read() as tx:
        sites = await links.publishers(tx, ids)
    return ranked(call, form, limit, [_publisher(sites[id]) for id in ids if id in sites], count=len(ids))


@judged("links/publishers", answers=PublisherEntity)
async def judge_publisher(call: Call, id: int, *, trendable: bool) -> Response:
    """Let a site's links be seen among what rises, or not."""
    site = await call.tools.db.write(
        moderation.judge_publisher, by=moderator(call), id=PublisherId(id), trendable=trendable, now=call.now
    )
    return json(_publisher(site))


@routes.get("/api/v1/admin/trends/statuses", role=ROLE, scopes=READ, answers=list[AdminStatus])
async def all_statuses(call: Call, form: Ranked) -> Response:
    """The posts that rise."""
    limit = form.most(STATUSES, MOST_STATUSES)
    found = await statuses(call, form, limit, unseen=True)
    async with call.tools.db.read() as tx:
        rendered = await call.renderings.statuses(tx, found, reader=await call.reader(tx))
    return ranked(call, form, limit, array(one[:-1] + REVIEWED for one in rendered), count=len(found))


@judged("statuses", answers=AdminStatus)
async def judge_status(call: Call, id: int, *, trendable: bool) -> Response:
    """Let a post be seen among what rises, or not."""
    post = await call.tools.db.write(
        moderation.judge_post, by=moderator(call), id=PostId(id), trendable=trendable, now=call.now
    )
    async with call.tools.db.read() as tx:
        rendered = await call.renderings.status(tx, post.shape, reader=await call.reader(tx))
    return json(rendered[:-1] + REVIEWED)


async def _links(call: Call, found: list[Link]) -> list[AdminLink]:
    return [
        AdminLink(**msgspec.structs.asdict(entity), id=str(link.id), requires_review=False)
        for link, entity in zip(found, await link_entities(call, found), strict=True)
    ]


def _publisher(site: Publisher) -> PublisherEntity:
    reviewed_at = moment(site.reviewed_at) if site.reviewed_at else None
    return PublisherEntity(str(site.id), site.domain, site.trendable, reviewed_at, None, False)
