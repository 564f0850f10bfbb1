"""What people do with statuses: https://docs.joinmastodon.org/methods/statuses, favourites and bookmarks.

Boosts, favourites, bookmarks, pins, muted conversations; who did so, and what the viewer did.
Not here: writing, editing and deleting (statuses.py), an account's pinned statuses (timelines.py).
"""

from collections.abc import Callable, Coroutine
from enum import Enum
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, posts
from pinson.domain.accounts import AccountId
from pinson.domain.posts import Mark, PostId, Shape, Visibility
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import AccountEntity, StatusEntity
from pinson.interfaces.mastodon.people import People, page_of
from pinson.interfaces.mastodon.statuses import OneStatus, count_deletion
from pinson.interfaces.mastodon.timelines import Paged
from pinson.interfaces.request import Routes

routes = Routes()


class BoostVisibility(Enum):
    """Whom a boost can be for."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


BY_DEFAULT = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.FOLLOWERS,  # the least that a boost can be for
}


class Boosting(msgspec.Struct):
    """Parameters of POST /api/v1/statuses/:id/reblog."""

    id: PostId
    visibility: BoostVisibility | None = None


class PeopleWith(People):
    """A page of the accounts that did something with a status."""

    id: PostId = PostId(0)


@routes.post("/api/v1/statuses/{id}/reblog", scopes=("write:statuses",), answers=StatusEntity)
async def boost(call: Call, form: Boosting) -> Response:
    """Pass a status on; the answer is the boost, with the status in it."""
    assert call.principal is not None
    async with call.tools.db.read() as tx:
        booster = await call.reader(tx)
        defaults = await accounts.defaults(tx, call.account_id)
    post = await call.tools.db.write(
        posts.boost,
        booster=booster,
        id=form.id,
        visibility=BY_DEFAULT[form.visibility.value if form.visibility else defaults.visibility],
        app_id=call.principal.app_id,
        now=call.now,
    )
    async with call.tools.db.read() as tx:
        return json(await call.renderings.status(tx, post.shape, reader=booster))


@routes.post("/api/v1/statuses/{id}/unreblog", scopes=("write:statuses",), answers=StatusEntity)
async def unboost(call: Call, form: OneStatus) -> Response:
    """Take a boost back; the answer is the status that was in it."""
    count_deletion(call)
    async with call.tools.db.read() as tx:
        booster = await call.reader(tx)
    shape = await call.tools.db.write(posts.unboost, booster=booster, id=form.id, now=call.now)
    async with call.tools.db.read() as tx:
        return json(await call.renderings.status(tx, shape, reader=booster))


@routes.post("/api/v1/statuses/{id}/favourite", scopes=("write:favourites",), answers=StatusEntity)
async def favourite(call: Call, form: OneStatus) -> Response:
    """Say that one likes a status."""
    return await _do(call, posts.favourite, form.id)


@routes.post("/api/v1/statuses/{id}/unfavourite", scopes=("write:favourites",), answers=StatusEntity)
async def unfavourite(call: Call, form: OneStatus) -> Response:
    """Take that back."""
    return await _do(call, posts.unfavourite, form.id)


@routes.post("/api/v1/statuses/{id}/bookmark", scopes=("write:bookmarks",), answers=StatusEntity)
async def bookmark(call: Call, form: OneStatus) -> Response:
    """Keep a status for later."""
    return await _do(call, posts.bookmark, form.id)


@routes.post("/api/v1/statuses/{id}/unbookmark", scopes=("write:bookmarks",), answers=StatusEntity)
async def unbookmark(call: Call, form: OneStatus) -> Response:
    """Keep it no longer, even if it is no longer for the viewer."""
    return await _do(call, posts.unbookmark, form.id)


@routes.post("/api/v1/statuses/{id}/pin", scopes=("write:accounts",), answers=StatusEntity)
async def pin(call: Call, form: OneStatus) -> Response:
    """Have one's status stand first on one's profile."""
    return await _do(call, posts.pin, form.id)


@routes.post("/api/v1/statuses/{id}/unpin", scopes=("write:accounts",), answers=StatusEntity)
async def unpin(call: Call, form: OneStatus) -> Response:
    """Have it stand there no longer."""
    return await _do(call, posts.unpin, form.id)


@routes.post("/api/v1/statuses/{id}/mute", scopes=("write:mutes",), answers=StatusEntity)
async def mute(call: Call, form: OneStatus) -> Response:
    """Ask for no more notifications about the conversation that a status is in."""
    return await _do(call, posts.mute, form.id)


@routes.post("/api/v1/statuses/{id}/unmute", scopes=("write:mutes",), answers=StatusEntity)
async def unmute(call: Call, form: OneStatus) -> Response:
    """Be notified of it again."""
    return await _do(call, posts.unmute, form.id)


@routes.get(
    "/api/v1/statuses/{id}/reblogged_by", scopes=("read:accounts",), who=Who.ANYONE, answers=list[AccountEntity]
)
async def boosted_by(call: Call, form: PeopleWith) -> Response:
    """Who passed a status on, the latest first. Of boosts that the viewer may not see nothing is told."""
    bounds = form.bounds()
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        post = await posts.original(tx, form.id, reader=reader)
        found = await posts.boosts(tx, post.id, before=bounds.before, after=bounds.after, limit=bounds.limit)
        secret = {boost.author_id for boost in found if not posts.can_see(boost, reader)}
        rows = [(boost.id, boost.author_id) for boost in found]
        return await page_of(call, tx, rows, bounds.limit, without=secret)


@routes.get(
    "/api/v1/statuses/{id}/favourited_by", scopes=("read:accounts",), who=Who.ANYONE, answers=list[AccountEntity]
)
async def favourited_by(call: Call, form: PeopleWith) -> Response:
    """Who likes a status, the latest first."""
    bounds = form.bounds()
    async with call.tools.db.read() as tx:
        post = await posts.original(tx, form.id, reader=await call.reader(tx))
        found = await posts.marking(
            tx, post.id, Mark.FAVOURITE, before=bounds.before, after=bounds.after, limit=bounds.limit
        )
        return await page_of(call, tx, [(mark.id, AccountId(mark.of_id)) for mark in found], bounds.limit)


@routes.get("/api/v1/favourites", scopes=("read:favourites",), answers=list[StatusEntity])
async def favourites(call: Call, form: Paged) -> Response:
    """What the viewer likes, the latest first."""
    return await _marked(call, Mark.FAVOURITE, form)


@routes.get("/api/v1/bookmarks", scopes=("read:bookmarks",), answers=list[StatusEntity])
async def bookmarks(call: Call, form: Paged) -> Response:
    """What the viewer kept, the latest first."""
    return await _marked(call, Mark.BOOKMARK, form)


async def _do(call: Call, verb: Callable[..., Coroutine[Any, Any, Shape]], id: PostId) -> Response:
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    shape = await call.tools.db.write(verb, reader=reader, id=id, now=call.now)
    async with call.tools.db.read() as tx:
        return json(await call.renderings.status(tx, shape, reader=reader))


async def _marked(call: Call, mark: Mark, form: Paged) -> Response:
    """A page of what the viewer marked, as far as they still may see it. It leads on as long as it was full before."""
    page = form.page()
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        found = await posts.marked_by(tx, call.account_id, mark, page)
        shapes = await call.tools.shapes.of(tx, [PostId(one.of_id) for one in found])
        visible = [shape for shape in shapes if posts.can_see(shape, reader)]
        body = await call.renderings.page(tx, visible, reader=reader)
    if not found:
        return json(body)
    last = found[-1].id if len(found) == page.limit else None
    return json(body, headers=call.link(first=found[0].id, last=last))
