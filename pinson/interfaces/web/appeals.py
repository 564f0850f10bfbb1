"""Whoever was decided about reads the decision, and may ask, once, that it be looked at again.

They come from the letter, whose link holds the decision's key, since the decision may keep them from signing in; or
signed in, as somebody who acts for the account.

Not here: what moderators make of it (desk/appeals.py).
"""

from functools import partial
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, moderation
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.site import Call

routes = Routes()


class Contested(msgspec.Struct):
    """A decision, by the id in the path and perhaps the key of the letter; text: what is said of it."""

    id: int
    key: str = ""
    text: str = ""


@routes.get("/appeals/{id}")
async def show(call: Call, form: Contested) -> Response:
    """The decision, what was said of it, and what the answer was.

    Raises:
        AppealNotFound.
    """
    async with call.tools.db.read() as tx:
        strike, appeal = await moderation.contested(
            tx, strike_id=form.id, key=form.key, account_ids=[one.account_id for one in call.accounts]
        )
        account = await accounts.by_id(tx, strike.account_id)
        cards = await call.cards(tx, await call.tools.shapes.of(tx, list(strike.post_ids)))
    assert account is not None
    return call.page(
        "appeal",
        form=form,
        strike=strike,
        appeal=appeal,
        account=account,
        cards=cards,
        may_appeal=appeal is None and moderation.may_appeal(strike, now=call.now),
        when=partial(dates.moment, lang=call.lang, zone=call.zone),
    )


@routes.post("/appeals/{id}", again=show)
async def appeal(call: Call, form: Contested) -> Response:
    """Ask that it be looked at again.

    Raises:
        AppealNotFound, AppealedAlready, AppealTooLate, AppealEmpty, TextTooLong.
    """
    await call.tools.db.write(
        moderation.appeal,
        strike_id=form.id,
        key=form.key,
        account_ids=[one.account_id for one in call.accounts],
        text=form.text,
        now=call.now,
    )
    return call.redirect(f"/appeals/{form.id}?{urlencode({'key': form.key})}")
