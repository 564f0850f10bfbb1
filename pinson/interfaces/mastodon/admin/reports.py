"""Reports, as moderators work through them: https://docs.joinmastodon.org/methods/admin/reports."""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import instance, moderation
from pinson.domain.access import UserRole
from pinson.domain.accounts import AccountId
from pinson.domain.moderation import Category, Report, ReportNotFound
from pinson.interfaces.mastodon.admin import accounts
from pinson.interfaces.mastodon.admin.accounts import AdminAccount
from pinson.interfaces.mastodon.admin.desk import Listed, One, listed, moderator
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import StatusEntity, array, moment
from pinson.interfaces.mastodon.instance import RuleEntity, rule_entity
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx

routes = Routes()

READ, WRITE = ("admin:read:reports",), ("admin:write:reports",)
MODERATOR = UserRole.MODERATOR


class AdminReport(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_Report; statuses, rules: those that are still there."""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: Category
    comment: str
    forwarded: bool | None
    created_at: str
    updated_at: str
    account: AdminAccount
    target_account: AdminAccount
    assigned_account: AdminAccount | None
    action_taken_by_account: AdminAccount | None
    statuses: list[StatusEntity]
    rules: list[RuleEntity]


class Reports(Listed):
    """Parameters of GET /api/v1/admin/reports. Open ones are listed, unless the resolved are asked for."""

    resolved: bool = False
    account_id: AccountId | None = None
    target_account_id: AccountId | None = None


class Classified(One):
    """Body of PUT /api/v1/admin/reports/:id. What is left out stays as it is."""

    category: Category | None = None
    rule_ids: list[int] | None = None


@routes.get("/api/v1/admin/reports", role=MODERATOR, scopes=READ, answers=list[AdminReport])
async def show_all(call: Call, form: Reports) -> Response:
    """Reports, the latest first."""
    page = form.page()
    found = await call.tools.db.read_in_thread(
        moderation.reports,
        page=page,
        resolved=form.resolved,
        account_id=form.account_id,
        target_id=form.target_account_id,
    )
    async with call.tools.db.read() as tx:
        shown = await _entities(tx, call, found)
    return listed(call, page, [one.id for one in found], shown)


@routes.get("/api/v1/admin/reports/{id}", role=MODERATOR, scopes=READ, answers=AdminReport)
async def show(call: Call, form: One) -> Response:
    """One report."""
    async with call.tools.db.read() as tx:
        one = await moderation.report_by_id(tx, form.id)
    return await _shown(call, one)


@routes.on("PUT", "/api/v1/admin/reports/{id}", role=MODERATOR, scopes=WRITE, answers=AdminReport)
async def classify(call: Call, form: Classified) -> Response:
    """Say what a report is about."""
    changed = await call.tools.db.write(
        moderation.classify,
        by=moderator(call),
        id=form.id,
        category=form.category,
        rule_ids=form.rule_ids,
        now=call.now,
    )
    return await _shown(call, changed)


@routes.post("/api/v1/admin/reports/{id}/assign_to_self", role=MODERATOR, scopes=WRITE, answers=AdminReport)
async def assign(call: Call, form: One) -> Response:
    """Take a report on oneself."""
    return await _shown(
        call, await call.tools.db.write(moderation.assign, by=moderator(call), id=form.id, now=call.now)
    )


@routes.post("/api/v1/admin/reports/{id}/unassign", role=MODERATOR, scopes=WRITE, answers=AdminReport)
async def unassign(call: Call, form: One) -> Response:
    """Let somebody else look into it."""
    return await _shown(
        call, await call.tools.db.write(moderation.unassign, by=moderator(call), id=form.id, now=call.now)
    )


@routes.post("/api/v1/admin/reports/{id}/resolve", role=MODERATOR, scopes=WRITE, answers=AdminReport)
async def resolve(call: Call, form: One) -> Response:
    """Close a report."""
    return await _shown(
        call, await call.tools.db.write(moderation.resolve, by=moderator(call), id=form.id, now=call.now)
    )


@routes.post("/api/v1/admin/reports/{id}/reopen", role=MODERATOR, scopes=WRITE, answers=AdminReport)
async def reopen(call: Call, form: One) -> Response:
    """Open a report again."""
    return await _shown(
        call, await call.tools.db.write(moderation.reopen, by=moderator(call), id=form.id, now=call.now)
    )


async def _shown(call: Call, one: Report) -> Response:
    async with call.tools.db.read() as tx:
        shown = await _entities(tx, call, [one])
    if not shown:
        raise ReportNotFound
    return json(shown[0])


async def _entities(tx: ReadTx, call: Call, found: Sequence[Report]) -> list[dict[str, Any]]:
    """Reports, in order, in a few statements. One whose accounts are gone is about to go too, and left out; so is one
    that nobody with an account made, since apps know no such thing: those are on the pages of the desk.
    """
    named = {id for one in found for id in (one.account_id, one.target_id, one.assigned_to, one.resolved_by) if id}
    dossiers = await moderation.dossiers_by_ids(tx, list(named))
    people = {entity["id"]: entity for entity in await accounts.entities(tx, call, list(dossiers.values()))}
    shapes = await call.tools.shapes.of(tx, [id for one in found for id in one.post_ids])
    statuses = await call.renderings.statuses(tx, shapes, reader=await call.reader(tx))
    named_rules = any(one.rule_ids for one in found)
    rules = {rule.id: rule_entity(rule) for rule in await instance.all_rules(tx)} if named_rules else {}
    rendered = dict(zip((shape.id for shape in shapes), statuses, strict=True))
    return [
        {
            "id": str(one.id),
            "action_taken": one.resolved_at is not None,
            "action_taken_at": moment(one.resolved_at) if one.resolved_at else None,
            "category": one.category,
            "comment": one.comment,
            "forwarded": False,
            "created_at": moment(one.created_at),
            "updated_at": moment(one.updated_at),
            "account": people[str(one.account_id)],
            "target_account": people[str(one.target_id)],
            "assigned_account": people.get(str(one.assigned_to)),
            "action_taken_by_account": people.get(str(one.resolved_by)),
            "statuses": msgspec.Raw(array(rendered[id] for id in one.post_ids if id in rendered)),
            "rules": [rules[id] for id in one.rule_ids if id in rules],
        }
        for one in found
        if str(one.account_id) in people and str(one.target_id) in people
    ]
