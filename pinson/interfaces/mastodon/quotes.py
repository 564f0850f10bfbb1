"""Who quotes a status and who may: https://docs.joinmastodon.org/methods/statuses.

Quoting is part of writing a status (statuses.py).
"""

import msgspec
from starlette.responses import Response

from pinson.domain import posts
from pinson.domain.accounts import QuotePolicy
from pinson.domain.posts import PostId
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import StatusEntity
from pinson.interfaces.mastodon.people import People, leading_on
from pinson.interfaces.request import Routes

routes = Routes()

PAGE, MOST = 20, 40


class Quotes(People):
    """A page of what quotes a status."""

    id: PostId = PostId(0)


class OneQuote(msgspec.Struct):
    """A status, and another that quotes it, by the ids in the path."""

    id: PostId
    quoting_status_id: PostId


class Policy(msgspec.Struct):
    """Body of PUT /api/v1/statuses/:id/interaction_policy."""

    id: PostId
    quote_approval_policy: QuotePolicy


@routes.get("/api/v1/statuses/{id}/quotes", scopes=("read:statuses",), answers=list[StatusEntity])
async def quotes(call: Call, form: Quotes) -> Response:
    """What quotes a status, the latest first: its author learns of all of it, others of what they may see."""
    bounds = form.bounds(default=PAGE, maximum=MOST)
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        quoted = await posts.visible(tx, form.id, reader=reader)
        found = await posts.quotes(tx, quoted.id, before=bounds.before, after=bounds.after, limit=bounds.limit)
        is_own = quoted.author_id == reader.id
        shown = [
            shape
            for shape in found
            if posts.can_see(shape, reader)
            or (is_own and shape.author_id not in reader.suspended and not posts.is_hidden(shape, reader))
        ]
        body = await call.renderings.page(tx, shown, reader=reader)
    return json(body, headers=leading_on(call, [shape.id for shape in found], bounds.limit))


@routes.post(
    "/api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke", scopes=("write:statuses",), answers=StatusEntity
)
async def revoke(call: Call, form: OneQuote) -> Response:
    """Have one's status no longer shown in one that quotes it; the answer is that one."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    post = await call.tools.db.write(
        posts.revoke_quote, id=form.id, quoting_id=form.quoting_status_id, reader=reader, now=call.now
    )
    async with call.tools.db.read() as tx:
        return json(await call.renderings.status(tx, post.shape, reader=reader))


@routes.on("PUT", "/api/v1/statuses/{id}/interaction_policy", scopes=("write:statuses",), answers=StatusEntity)
async def set_policy(call: Call, form: Policy) -> Response:
    """Say who may quote one's status."""
    post = await call.tools.db.write(
        posts.set_quote_policy,
        id=form.id,
        author_id=call.account_id,
        policy=form.quote_approval_policy,
        now=call.now,
    )
    async with call.tools.db.read() as tx:
        return json(await call.renderings.status(tx, post.shape, reader=await call.reader(tx)))
