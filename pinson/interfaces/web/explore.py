"""Explore: what rises now and why, who agreed to be found, and all that is public here, newest first. For anybody.

Not here: when something rises (trends), looking for something (`search.py`).
"""

from collections.abc import Sequence

import msgspec
from babel.numbers import format_decimal
from starlette.responses import Response

from pinson.domain import accounts, links, posts, trends
from pinson.domain.accounts import Profile
from pinson.domain.filters import Context
from pinson.domain.links import Link
from pinson.domain.posts import Tag, summary_of
from pinson.domain.trends import Kind, Reason, Trend
from pinson.interfaces.request import Routes
from pinson.interfaces.web.cards import path_of
from pinson.interfaces.web.dates import LOCALES
from pinson.interfaces.web.reading import KEPT, Paged, read
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx

routes = Routes()

TAGS, FEW, PEOPLE = 6, 3, 6  # what is shown of each: hashtags, links and posts, people


class Talked(msgspec.Struct, frozen=True):
    """Something that rises. usual: how many accounts use it on a usual day, in words."""

    of: Tag | Link
    reason: Reason
    usual: str


class Liked(msgspec.Struct, frozen=True):
    """A post that rises."""

    path: str
    summary: str
    language: str
    author: str
    reactions: int


class Rising(msgspec.Struct, frozen=True):
    """What rises, the highest first, and who can be found."""

    tags: Sequence[Talked] = ()
    links: Sequence[Talked] = ()
    posts: Sequence[Liked] = ()
    people: Sequence[Profile] = ()


@routes.get("/explore")
async def show(call: Call, form: Paged) -> Response:
    """Everything public from here; above its newest page, what rises."""
    rising = await _rising(call) if form.is_first else Rising()
    part = await read(call, call.tools.timelines.public(local=True), form, Context.PUBLIC)
    return call.page("explore", kept=KEPT, part=part, rising=rising)


async def _rising(call: Call) -> Rising:
    found = await call.tools.db.read_in_thread(accounts.discoverable, by_activity=True, local=True, limit=PEOPLE)
    async with call.tools.db.read() as tx:
        profiles = await accounts.profiles(tx, found)
        tags = await trends.rising(tx, Kind.TAG, limit=TAGS)
        shared = await trends.rising(tx, Kind.LINK, limit=FEW)
        return Rising(
            tags=_talked(call, tags, await posts.tags_by_ids(tx, [one.id for one in tags])),
            links=_talked(call, shared, await links.by_ids(tx, [one.id for one in shared])),
            posts=await _liked(tx, call),
            people=[profiles[id] for id in found if id in profiles],
        )


def _talked(call: Call, rising: Sequence[Trend], of: dict[int, Tag] | dict[int, Link]) -> list[Talked]:
    return [
        Talked(of[one.id], one.reason, format_decimal(one.reason.usual, "0.#", locale=LOCALES[call.lang]))
        for one in rising
        if one.id in of
    ]


async def _liked(tx: ReadTx, call: Call) -> list[Liked]:
    """The posts that rise, as far as their reader does not keep them away."""
    reader, everything = await call.reader(tx), call.tools.timelines.public(local=False)
    rising = {one.id: one.reason for one in await trends.rising(tx, Kind.POST, limit=FEW)}
    shapes = await call.tools.shapes.of(tx, list(rising))
    veiled = await call.veils(tx, shapes, Context.PUBLIC)
    ids = [shape.id for shape in shapes if everything.admits(shape, reader) and shape.id not in veiled]
    read = await posts.posts(tx, ids)
    authors = await accounts.by_ids(tx, [post.author_id for post in read.values()])
    return [
        Liked(
            path_of(author.acct, post),
            summary_of(post),
            post.language or "",
            author.display_name or author.username,
            rising[id].reactions,
        )
        for id in ids
        if (post := read.get(id)) and (author := authors.get(post.author_id))
    ]
