"""What was reported: the list of it, and each report with all that helps to decide."""

from collections.abc import Callable, Coroutine
from enum import StrEnum
from functools import partial
from typing import Any

from starlette.responses import Response

from pinson.domain import instance, moderation
from pinson.domain.moderation import Outcome, Report
from pinson.interfaces.request import Routes
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.staff import Listed, One
from pinson.interfaces.web.site import Call
from pinson.lib.errors import Kind, Refusal
from pinson.lib.paging import Page

routes = Routes()

EARLIER = 10  # reports about the same account that are shown beside one


class Show(StrEnum):
    """Which reports."""

    OPEN = "open"
    MINE = "mine"
    CLOSED = "closed"


class NoSuchButton(Refusal):
    """The form asks for something that cannot be done with a report."""

    kind, code = Kind.MALFORMED, "no_such_button"
    text = "There is no such button."


class Inbox(Listed):
    """Parameters of the list."""

    show: Show = Show.OPEN


class Answered(One):
    """The answer to whoever made a report without an account."""

    outcome: Outcome = Outcome.KEPT
    text: str = ""


class Handled(One):
    """What a button of a report sends."""

    do: str = ""


VERBS: dict[str, Callable[..., Coroutine[Any, Any, Report]]] = {
    "assign": moderation.assign,
    "unassign": moderation.unassign,
    "resolve": moderation.resolve,
    "reopen": moderation.reopen,
}


@routes.get("/moderation")
async def inbox(call: Call, form: Inbox) -> Response:
    """Reports, the latest first.

    Raises:
        NotSignedIn, NotStaff, BadCursor.
    """
    by = staff.moderator(call)
    found = await call.tools.db.read_in_thread(
        moderation.reports,
        page=form.page,
        resolved=form.show is Show.CLOSED,
        assigned_to=by.account_id if form.show is Show.MINE else None,
    )
    shown, older = staff.cut(found)
    async with call.tools.db.read() as tx:
        people = await staff.people(
            tx, (id for one in shown for id in (one.account_id, one.target_id, one.assigned_to))
        )
        notices = await moderation.notices_by_ids(tx, [one.id for one in shown if one.account_id is None])
    return await staff.page(
        call,
        "reports",
        "reports",
        show=form.show,
        reports=[one for one in shown if one.target_id in people and (one.account_id in people or one.id in notices)],
        people=people,
        older=older,
        when=partial(staff.when, call),
    )


@routes.get("/moderation/reports/{id}")
async def show(call: Call, form: Answered) -> Response:
    """One report: the posts, who reports whom, and what was reported and decided about them before.

    Raises:
        NotSignedIn, NotStaff, ReportNotFound.
    """
    by = staff.moderator(call)
    earlier = Page(None, None, None, EARLIER)
    async with call.tools.db.read() as tx:
        report = await moderation.report_by_id(tx, form.id)
        notice = (await moderation.notices_by_ids(tx, [form.id])).get(form.id) if report.account_id is None else None
        dossier = await moderation.dossier(tx, report.target_id)
        strikes = await moderation.strikes_of(tx, report.target_id)
        hidden = await staff.hidden(tx, strikes)
        others = [
            other
            for resolved in (False, True)
            for other in await moderation.reports(tx, page=earlier, resolved=resolved, target_id=report.target_id)
            if other.id != report.id
        ]
        named = {report.account_id, report.target_id, report.assigned_to, report.resolved_by}
        named |= {one.by_id for one in notice.answers} if notice else set()
        people = await staff.people(tx, (*named, *(one.by_id for one in strikes), *(one.account_id for one in others)))
        cards = await call.cards(tx, await call.tools.shapes.of(tx, list(report.post_ids)))
        rules = await instance.all_rules(tx) if report.rule_ids else []
    return await staff.page(
        call,
        "report",
        "reports",
        report=report,
        notice=notice,
        form=form,
        dossier=dossier,
        is_mine=report.assigned_to == by.account_id,
        cards=cards,
        gone=len(report.post_ids) - len(cards),
        rules=[rule.said(call.lang).text for rule in rules if rule.id in report.rule_ids],
        strikes=strikes,
        hidden=hidden,
        may_hide=[card.shape.id for card in cards if card.shape.id not in call.tools.standing.posts],
        others=others,
        people=people,
        when=partial(staff.when, call),
    )


@routes.post("/moderation/reports/{id}")
async def handle(call: Call, form: Handled) -> Response:
    """Take a report on oneself, leave it to others, close it, open it again.

    Raises:
        NotSignedIn, NotStaff, NoSuchButton, ReportNotFound.
    """
    by = staff.moderator(call)
    if form.do not in VERBS:
        raise NoSuchButton
    await call.tools.db.write(VERBS[form.do], by=by, id=form.id, now=call.now)
    return call.redirect(f"/moderation/reports/{form.id}")


@routes.post("/moderation/reports/{id}/answer", again=show)
async def answer(call: Call, form: Answered) -> Response:
    """Answer whoever made a report without an account: nothing is done about it, or it is gone already, and why.

    Raises:
        NotSignedIn, NotStaff, ReasonMissing, NoSuchButton, ReportNotFound, AnsweredAlready, TextTooLong.
    """
    by = staff.moderator(call)
    if form.outcome not in (Outcome.KEPT, Outcome.GONE):
        raise NoSuchButton
    await call.tools.db.write(
        moderation.answer_notice,
        by=by,
        id=form.id,
        outcome=form.outcome,
        text=staff.reason(form.text),
        now=call.now,
    )
    return call.redirect(f"/moderation/reports/{form.id}")
