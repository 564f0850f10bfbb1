"""Deciding about an account: a page that says what will follow and asks for the reasons, then the decision itself.

The reasons are for the person, so what is ready stands in their language, and can be changed before it is sent.
"""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import moderation, posts
from pinson.domain.accounts import AccountId
from pinson.domain.moderation import Dossier, Sanction
from pinson.domain.posts import PostId
from pinson.interfaces.request import Routes
from pinson.interfaces.web.desk import reasons, staff
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.i18n import negotiate

routes = Routes()


class NothingToLift(Refusal):
    """A warning changes nothing, so nothing can be taken back."""

    kind, code = Kind.MISSING, "nothing_to_lift"
    text = "A warning cannot be taken back."


class Decision(msgspec.Struct):
    """What is to be done about the account in the path.

    report_id: the report that it follows from, if one. ready: the reason to begin with, see `reasons`.
    post_ids: those to hide. strike_id: the decision that is taken back, if posts are to be shown again.
    """

    id: AccountId
    do: Sanction = Sanction.NONE
    report_id: int | None = None
    ready: str = ""
    text: str = ""
    post_ids: list[PostId] = []
    strike_id: int | None = None


@routes.get("/moderation/accounts/{id}/decide")
async def show_decision(call: Call, form: Decision) -> Response:
    """What will follow, and the form for the reasons; `?ready=` fills them in.

    Raises:
        NotSignedIn, NotStaff, AccountNotFound.
    """
    return await _form(call, form, is_back=False)


@routes.post("/moderation/accounts/{id}/decide", again=show_decision)
async def decide(call: Call, form: Decision) -> Response:
    """Do it, and tell the owner why.

    Raises:
        NotSignedIn, NotStaff, ReasonMissing, AccountNotFound, BeyondPower, ReportNotFound, UserNotFound, TextTooLong,
            PostNotFound, NothingToHide.
    """
    by = staff.moderator(call)
    await call.tools.db.write(
        moderation.act,
        by=by,
        account_id=form.id,
        action=form.do,
        text=staff.reason(form.text),
        report_id=form.report_id,
        by_letter=True,
        post_ids=form.post_ids,
        now=call.now,
    )
    return call.redirect(_after(form))


@routes.get("/moderation/accounts/{id}/lift")
async def show_lift(call: Call, form: Decision) -> Response:
    """What taking it back means, and the form for the reasons.

    Raises:
        NotSignedIn, NotStaff, NothingToLift, AccountNotFound.
    """
    staff.moderator(call)
    _check(form)
    return await _form(call, form, is_back=True)


@routes.post("/moderation/accounts/{id}/lift", again=show_lift)
async def lift(call: Call, form: Decision) -> Response:
    """Take back what was done.

    Raises:
        NotSignedIn, NotStaff, NothingToLift, ReasonMissing, AccountNotFound, BeyondPower, UserNotFound, TextTooLong.
    """
    by = staff.moderator(call)
    _check(form)
    await call.tools.db.write(
        moderation.lift,
        by=by,
        account_id=form.id,
        action=form.do,
        reason=staff.reason(form.text),
        strike_id=form.strike_id,
        now=call.now,
    )
    return call.redirect(_after(form))


async def _form(call: Call, form: Decision, *, is_back: bool) -> Response:
    staff.moderator(call)
    async with call.tools.db.read() as tx:
        dossier = await moderation.dossier(tx, form.id)
        profile = (await staff.people(tx, [form.id]))[form.id]
        report = None if form.report_id is None else await moderation.report_by_id(tx, form.report_id)
        about = list(report.post_ids) if report else []
        if form.do is Sanction.HIDE:
            about = await _to_show_again(tx, form) if is_back else form.post_ids
        shapes = [one for one in await call.tools.shapes.of(tx, about) if one.author_id == form.id]
        cards = await call.cards(tx, shapes)
    lang = call.lang if is_back else negotiate(dossier.locale, None, None)
    ready = () if is_back else _ready(call, form, dossier)
    text = form.text or next((one.said for one in ready if one.key == form.ready), "")
    return await staff.page(
        call,
        "decide",
        "accounts",
        form=form,
        text=text,
        text_lang=lang,
        is_back=is_back,
        ready=ready,
        profile=profile,
        is_ours=dossier.user_id is not None,
        cards=cards,
        cancel=_after(form),
    )


async def _to_show_again(tx: ReadTx, form: Decision) -> list[PostId]:
    """What is hidden of the account, or by the one decision that is taken back."""
    hidden = await posts.hidden_of(tx, form.id)
    return (
        hidden if form.strike_id is None else [id for id in await posts.hidden_by(tx, [form.strike_id]) if id in hidden]
    )


def _check(form: Decision) -> None:
    if form.do is Sanction.NONE:
        raise NothingToLift


def _ready(call: Call, form: Decision, dossier: Dossier) -> Sequence[reasons.Ready]:
    theirs = call.tools.catalogs.translations(negotiate(dossier.locale, None, None)).gettext
    ours = call.tools.catalogs.translations(call.lang).gettext
    return reasons.ready(form.do, theirs=theirs, ours=ours)


def _after(form: Decision) -> str:
    """Where one goes when it is done, or not to be done."""
    return f"/moderation/accounts/{form.id}" if form.report_id is None else f"/moderation/reports/{form.report_id}"
