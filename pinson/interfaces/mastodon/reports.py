"""Reports, as Mastodon clients know them: https://docs.joinmastodon.org/methods/reports.

Nothing is forwarded: no other server is known. What becomes of a report is in admin/reports.py.
"""

from typing import Any, Literal

import msgspec
from starlette.responses import Response

from pinson.domain import moderation
from pinson.domain.accounts import AccountId
from pinson.domain.moderation import Appeal, Category, Report, Sanction, Strike
from pinson.domain.posts import PostId
from pinson.interfaces.mastodon.api import A_DAY, Call, json
from pinson.interfaces.mastodon.entities import AccountEntity, moment
from pinson.interfaces.request import Routes
from pinson.lib.limits import Limit

routes = Routes()


class ReportEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Report"""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: Category
    comment: str
    forwarded: bool | None
    created_at: str
    status_ids: list[str] | None
    rule_ids: list[str] | None
    collection_ids: list[str]
    target_account: AccountEntity


class AppealEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Appeal"""

    text: str
    state: Literal["approved", "rejected", "pending"]


class AccountWarningEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/AccountWarning; to contest it is a matter of the web page."""

    id: str
    action: Literal["none", "delete_statuses", "sensitive", "disable", "silence", "suspend"]
    text: str
    status_ids: list[str] | None
    target_account: AccountEntity
    appeal: AppealEntity | None
    created_at: str


class NewReport(msgspec.Struct):
    """Body of POST /api/v1/reports."""

    account_id: AccountId
    status_ids: list[PostId] = []
    comment: str = ""
    category: Category = Category.OTHER
    rule_ids: list[int] = []
    collection_ids: list[int] = []


@routes.post("/api/v1/reports", scopes=("write:reports",), answers=ReportEntity)
async def report(call: Call, form: NewReport) -> Response:
    """Tell moderators about an account."""
    most = call.tools.settings.limits.reports_per_24_hours
    call.limit("reports", f"account {call.account_id}", Limit(most, A_DAY))
    async with call.tools.db.read() as tx:
        reporter = await call.reader(tx)
    made = await call.tools.db.write(
        moderation.report,
        reporter=reporter,
        target_id=form.account_id,
        post_ids=form.status_ids,
        category=form.category,
        comment=form.comment,
        rule_ids=form.rule_ids,
        collection_ids=form.collection_ids,
        now=call.now,
    )
    async with call.tools.db.read() as tx:
        target = (await call.renderings.accounts(tx, [made.target_id]))[made.target_id]
    return json(entity(made, target))


def entity(one: Report, target: bytes) -> dict[str, Any]:
    """A report, as whoever made it sees it. target: the account, rendered."""
    return {
        "id": str(one.id),
        "action_taken": one.resolved_at is not None,
        "action_taken_at": moment(one.resolved_at) if one.resolved_at else None,
        "category": one.category,
        "comment": one.comment,
        "forwarded": False,
        "created_at": moment(one.created_at),
        "status_ids": [str(id) for id in one.post_ids],
        "rule_ids": [str(id) for id in one.rule_ids],
        "collection_ids": [str(id) for id in one.collection_ids],
        "target_account": msgspec.Raw(target),
    }


def warning(one: Strike, target: bytes, appeal: Appeal | None) -> dict[str, Any]:
    """A decision about an account, as its owner sees it. target: the account, rendered."""
    return {
        "id": str(one.id),
        "action": "delete_statuses" if one.action is Sanction.HIDE else one.action,  # what comes nearest to it
        "text": one.text,
        "status_ids": [str(id) for id in one.post_ids],
        "target_account": msgspec.Raw(target),
        "appeal": None if appeal is None else AppealEntity(appeal.text, _state(appeal)),
        "created_at": moment(one.created_at),
    }


def _state(appeal: Appeal) -> Literal["approved", "rejected", "pending"]:
    if appeal.answered_at is None:
        return "pending"
    return "approved" if appeal.granted else "rejected"
