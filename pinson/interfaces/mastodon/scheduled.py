"""Statuses for later, as Mastodon clients know them: https://docs.joinmastodon.org/methods/scheduled_statuses.

Scheduling one is writing a status with a date (statuses.py).
"""

from datetime import datetime

import msgspec
from starlette.responses import Response

from pinson.domain import media
from pinson.domain.posts import PostId, scheduled
from pinson.domain.posts.scheduled import ScheduledPost
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import Empty, ScheduledStatus, scheduled_status
from pinson.interfaces.mastodon.timelines import Paged
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx

routes = Routes()


class OneScheduled(msgspec.Struct):
    """A scheduled status, by the id in the path."""

    id: PostId


class Rescheduling(OneScheduled):
    """Body of PUT /api/v1/scheduled_statuses/:id."""

    scheduled_at: datetime


@routes.get("/api/v1/scheduled_statuses", scopes=("read:statuses",), answers=list[ScheduledStatus])
async def list_all(call: Call, form: Paged) -> Response:
    """The viewer's statuses for later, the one written last first. One that could not be published has its old date."""
    async with call.tools.db.read() as tx:
        found = await scheduled.page(tx, call.account_id, form.page())
        shown = await _rendered(call, tx, *found)
    return json(shown, headers=call.link(first=found[0].id, last=found[-1].id) if found else None)


@routes.get("/api/v1/scheduled_statuses/{id}", scopes=("read:statuses",), answers=ScheduledStatus)
async def show(call: Call, form: OneScheduled) -> Response:
    """One of them."""
    async with call.tools.db.read() as tx:
        one = await scheduled.owned(tx, form.id, account_id=call.account_id)
        return json((await _rendered(call, tx, one))[0])


@routes.on("PUT", "/api/v1/scheduled_statuses/{id}", scopes=("write:statuses",), answers=ScheduledStatus)
async def reschedule(call: Call, form: Rescheduling) -> Response:
    """Have it published at another time."""
    one = await call.tools.db.write(
        scheduled.reschedule, id=form.id, account_id=call.account_id, due_at=form.scheduled_at, now=call.now
    )
    async with call.tools.db.read() as tx:
        return json((await _rendered(call, tx, one))[0])


@routes.on("DELETE", "/api/v1/scheduled_statuses/{id}", scopes=("write:statuses",), answers=Empty)
async def cancel(call: Call, form: OneScheduled) -> Response:
    """Have it not published at all."""
    await call.tools.db.write(scheduled.cancel, id=form.id, account_id=call.account_id, now=call.now)
    return json({})


async def _rendered(call: Call, tx: ReadTx, *found: ScheduledPost) -> list[ScheduledStatus]:
    attached = await media.of_posts(tx, [one.id for one in found if one.draft.media_ids])
    return [scheduled_status(one, attached.get(one.id, ()), call.base_url) for one in found]
