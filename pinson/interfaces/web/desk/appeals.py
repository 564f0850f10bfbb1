"""Decisions that somebody asked to be looked at again, and the answer."""

from functools import partial

import msgspec
from starlette.responses import Response

from pinson.domain import moderation
from pinson.interfaces.request import Routes
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.staff import Listed
from pinson.interfaces.web.site import Call
from pinson.lib.i18n import negotiate

routes = Routes()


class Appeals(Listed):
    """Parameters of the list."""

    answered: bool = False


class Answered(msgspec.Struct):
    """The form of the answer. granted: the decision is taken back."""

    id: int
    text: str = ""
    granted: bool = False


@routes.get("/moderation/appeals")
async def show_all(call: Call, form: Appeals) -> Response:
    """Those that wait for an answer, or that have one.

    Raises:
        NotSignedIn, NotStaff, BadCursor.
    """
    staff.moderator(call)
    async with call.tools.db.read() as tx:
        shown, older = staff.cut(await moderation.appeals(tx, page=form.page, answered=form.answered))
        strikes = await moderation.strikes_by_ids(tx, [one.id for one in shown])
        people = await staff.people(tx, (one.account_id for one in strikes.values()))
    return await staff.page(
        call,
        "appeals",
        "appeals",
        answered=form.answered,
        appeals=shown,
        strikes=strikes,
        people=people,
        older=older,
        when=partial(staff.when, call),
    )


@routes.get("/moderation/appeals/{id}")
async def show(call: Call, form: Answered) -> Response:
    """One: the decision, what was said of it, and the form for the answer, or the answer.

    Raises:
        NotSignedIn, NotStaff, AppealNotFound, AccountNotFound.
    """
    by = staff.moderator(call)
    async with call.tools.db.read() as tx:
        appeal = await moderation.appeal_by_id(tx, form.id)
        strike = (await moderation.strikes_by_ids(tx, [form.id]))[form.id]
        dossier = await moderation.dossier(tx, strike.account_id)
        people = await staff.people(tx, (strike.account_id, strike.by_id, appeal.answered_by))
        cards = await call.cards(tx, await call.tools.shapes.of(tx, list(strike.post_ids)))
    return await staff.page(
        call,
        "appeal",
        "appeals",
        form=form,
        appeal=appeal,
        strike=strike,
        dossier=dossier,
        is_own=strike.by_id == by.account_id,
        text_lang=negotiate(dossier.locale, None, None),
        people=people,
        cards=cards,
        when=partial(staff.when, call),
    )


@routes.post("/moderation/appeals/{id}", again=show)
async def answer(call: Call, form: Answered) -> Response:
    """Take the decision back, or not, and tell the person why.

    Raises:
        NotSignedIn, NotStaff, ReasonMissing, AppealNotFound, AppealAnsweredAlready, BeyondPower, UserNotFound,
            TextTooLong.
    """
    by = staff.moderator(call)
    await call.tools.db.write(
        moderation.answer, by=by, id=form.id, granted=form.granted, text=staff.reason(form.text), now=call.now
    )
    return call.redirect(f"/moderation/appeals/{form.id}")
