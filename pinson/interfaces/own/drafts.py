"""What is ready to be written in an event, in order: for its team."""

import msgspec
from starlette.responses import Response

from pinson.domain import events
from pinson.domain.events import Marks
from pinson.domain.posts import EventId
from pinson.interfaces.api import Call, json
from pinson.interfaces.own import entities
from pinson.interfaces.own.entities import DraftEntity, EmptyAnswer
from pinson.interfaces.own.events import ROOT, OneEvent, staffed
from pinson.interfaces.request import Routes
from pinson.lib.errors import Kind, Refusal

routes = Routes()


class BadRange(Refusal):
    """An expectation reaches from some minute to another."""

    kind, code = Kind.INVALID, "bad_range"
    text = "Give two numbers of minutes: from and to."


class NewDraft(msgspec.Struct, kw_only=True):
    """See `DraftEntity`."""

    id: EventId
    text: str
    language: str | None = None
    after_start: int | None = None
    is_key: bool = False
    gauge: float | None = None
    expects: list[int] | None = None
    promises: bool = False
    is_skipped: bool = False

    @property
    def marks(self) -> Marks:
        """What it is to be in its event."""
        return Marks(self.is_key, self.gauge, minutes(self.expects), self.promises, is_skipped=self.is_skipped)


class GivenDraft(NewDraft, kw_only=True):
    """All that a draft says from now on."""

    draft_id: int


class OneDraft(msgspec.Struct):
    """A draft of an event."""

    id: EventId
    draft_id: int


class NewOrder(msgspec.Struct):
    """Drafts in their new order; those that are left out come after."""

    id: EventId
    draft_ids: list[int]


@routes.get(f"{ROOT}/{{id}}/drafts", scopes=("read:statuses",), answers=list[DraftEntity])
async def show_drafts(call: Call, form: OneEvent) -> Response:
    """What is ready, and what was written of it, in order."""
    async with call.tools.db.read() as tx:
        event = await staffed(tx, call, form.id)
        return json([entities.draft(one, event) for one in await events.drafts(tx, form.id)])


@routes.post(f"{ROOT}/{{id}}/drafts", scopes=("write:statuses",), answers=DraftEntity)
async def add_draft(call: Call, form: NewDraft) -> Response:
    """Have something ready, after what is ready already."""
    draft = await call.tools.db.write(
        events.add_draft,
        id=form.id,
        account_id=call.account_id,
        text=form.text,
        language=form.language,
        after_start=form.after_start,
        marks=form.marks,
        now=call.now,
    )
    async with call.tools.db.read() as tx:
        return json(entities.draft(draft, await events.by_id(tx, form.id)))


@routes.on("PUT", f"{ROOT}/{{id}}/drafts/{{draft_id}}", scopes=("write:statuses",), answers=DraftEntity)
async def change_draft(call: Call, form: GivenDraft) -> Response:
    """Let a draft say something else."""
    draft = await call.tools.db.write(
        events.change_draft,
        id=form.id,
        account_id=call.account_id,
        draft_id=form.draft_id,
        text=form.text,
        language=form.language,
        after_start=form.after_start,
        marks=form.marks,
        now=call.now,
    )
    async with call.tools.db.read() as tx:
        return json(entities.draft(draft, await events.by_id(tx, form.id)))


@routes.post(f"{ROOT}/{{id}}/drafts/order", scopes=("write:statuses",), answers=EmptyAnswer)
async def order_drafts(call: Call, form: NewOrder) -> Response:
    """Put drafts into another order."""
    await call.tools.db.write(
        events.order_drafts, id=form.id, account_id=call.account_id, draft_ids=form.draft_ids, now=call.now
    )
    return json(EmptyAnswer())


@routes.on("DELETE", f"{ROOT}/{{id}}/drafts/{{draft_id}}", scopes=("write:statuses",), answers=EmptyAnswer)
async def delete_draft(call: Call, form: OneDraft) -> Response:
    """Throw a draft away."""
    await call.tools.db.write(
        events.delete_draft, id=form.id, account_id=call.account_id, draft_id=form.draft_id, now=call.now
    )
    return json(EmptyAnswer())


def minutes(given: list[int] | None) -> tuple[int, int] | None:
    """An expectation as the domain has it.

    Raises:
        BadRange: they are not two.
    """
    if not given:
        return None
    if len(given) != 2:
        raise BadRange
    return given[0], given[1]
