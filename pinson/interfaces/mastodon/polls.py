"""Polls, as Mastodon clients know them: https://docs.joinmastodon.org/methods/polls.

Asking is part of writing a status (statuses.py). A poll has the id of its status.
"""

import msgspec
from starlette.responses import Response

from pinson.domain import posts
from pinson.domain.posts import PostId, Reader, polls
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import PollEntity
from pinson.interfaces.request import Routes

routes = Routes()


class OnePoll(msgspec.Struct):
    """A poll, by the id in the path."""

    id: PostId


class Vote(OnePoll):
    """Body of POST /api/v1/polls/:id/votes: places of options, from 0."""

    choices: list[int]


@routes.get("/api/v1/polls/{id}", scopes=("read:statuses",), who=Who.ANYONE, answers=PollEntity)
async def show(call: Call, form: OnePoll) -> Response:
    """A poll as the viewer sees it."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    return await _shown(call, form.id, reader)


@routes.post("/api/v1/polls/{id}/votes", scopes=("write:statuses",), answers=PollEntity)
async def vote(call: Call, form: Vote) -> Response:
    """Choose. The answer is the poll with that in it."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    await call.tools.db.write(posts.vote, reader=reader, id=form.id, choices=form.choices, now=call.now)
    return await _shown(call, form.id, reader)


async def _shown(call: Call, id: PostId, reader: Reader) -> Response:
    async with call.tools.db.read() as tx:
        shape, poll = await posts.poll(tx, id, reader=reader)
        chosen = None if reader.id is None else (await polls.chosen(tx, reader.id, [id])).get(id, ())
    return json(call.renderings.poll(poll, chosen, is_own=shape.author_id == reader.id))
