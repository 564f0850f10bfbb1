"""The programme of an event: what happens when, and who is there."""

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from pinson.domain import events
from pinson.domain.posts import EventId
from pinson.interfaces.api import Call, Who, json
from pinson.interfaces.own import entities
from pinson.interfaces.own.entities import EmptyAnswer, LineEntity
from pinson.interfaces.own.events import ROOT, OneEvent, visible
from pinson.interfaces.request import Routes

routes = Routes()


class NewLine(msgspec.Struct):
    """A line: see `LineEntity`."""

    id: EventId
    starts_at: datetime
    what: str
    ends_at: datetime | None = None
    who: str = ""


class ChangedLine(msgspec.Struct):
    """What a line says from now on; what is left out stays. is_done: it is over."""

    id: EventId
    line_id: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    what: str | None = None
    who: str | UnsetType | None = UNSET
    is_done: bool | None = None


class OneLine(msgspec.Struct):
    """A line of a programme."""

    id: EventId
    line_id: int


@routes.get(f"{ROOT}/{{id}}/programme", who=Who.ANYONE, scopes=("read:statuses",), answers=list[LineEntity])
async def show_programme(call: Call, form: OneEvent) -> Response:
    """The programme, in the order of time."""
    async with call.tools.db.read() as tx:
        event = await visible(tx, call, form.id)
        return json([entities.line(one) for one in await events.lines(tx, event.id)])


@routes.post(f"{ROOT}/{{id}}/programme", scopes=("write:statuses",), answers=LineEntity)
async def add_line(call: Call, form: NewLine) -> Response:
    """Add a line."""
    line = await call.tools.db.write(
        events.add_line,
        id=form.id,
        account_id=call.account_id,
        starts_at=form.starts_at,
        ends_at=form.ends_at,
        what=form.what,
        who=form.who,
        now=call.now,
    )
    return json(entities.line(line))


@routes.on("PATCH", f"{ROOT}/{{id}}/programme/{{line_id}}", scopes=("write:statuses",), answers=LineEntity)
async def change_line(call: Call, form: ChangedLine) -> Response:
    """Let a line say something else, or that it is over."""
    line = await call.tools.db.write(
        events.change_line,
        id=form.id,
        account_id=call.account_id,
        line_id=form.line_id,
        starts_at=form.starts_at,
        ends_at=form.ends_at,
        what=form.what,
        who=None if form.who is UNSET else form.who or "",
        is_done=form.is_done,
        now=call.now,
    )
    return json(entities.line(line))


@routes.on("DELETE", f"{ROOT}/{{id}}/programme/{{line_id}}", scopes=("write:statuses",), answers=EmptyAnswer)
async def delete_line(call: Call, form: OneLine) -> Response:
    """Remove a line."""
    await call.tools.db.write(
        events.delete_line, id=form.id, account_id=call.account_id, line_id=form.line_id, now=call.now
    )
    return json(EmptyAnswer())
