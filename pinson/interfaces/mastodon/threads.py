"""The thread around a status: https://docs.joinmastodon.org/methods/statuses/#context."""

import asyncio
from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import posts
from pinson.domain.posts import Reader, Shape
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import StatusEntity, array
from pinson.interfaces.mastodon.statuses import OneStatus
from pinson.interfaces.request import Routes

routes = Routes()

AT_A_TIME = 100  # statuses rendered before others in the event loop get their turn


class ContextEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Context"""

    ancestors: list[StatusEntity]
    descendants: list[StatusEntity]


@routes.get("/api/v1/statuses/{id}/context", scopes=("read:statuses",), who=Who.ANYONE, answers=ContextEntity)
async def context(call: Call, form: OneStatus) -> Response:
    """What a status answers, and what answers it, as far as the reader may see it."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    found = await call.tools.db.read_in_thread(posts.context, id=form.id, reader=reader)
    ancestors = await _rendered(call, found.ancestors, reader)
    descendants = await _rendered(call, found.descendants, reader)
    return json(b'{"ancestors":' + ancestors + b',"descendants":' + descendants + b"}")


async def _rendered(call: Call, shapes: Sequence[Shape], reader: Reader) -> bytes:
    statuses: list[bytes] = []
    for start in range(0, len(shapes), AT_A_TIME):
        async with call.tools.db.read() as tx:
            statuses += await call.renderings.statuses(tx, shapes[start : start + AT_A_TIME], reader=reader)
        await asyncio.sleep(0)
    return array(statuses)
