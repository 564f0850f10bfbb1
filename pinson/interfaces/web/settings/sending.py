"""What the acting account is as a sender: whether it sells, its name in a text, how often it promises to write."""

import msgspec
from starlette.responses import Response

from pinson.domain import alerts
from pinson.domain.alerts import Publisher
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.lib.errors import Kind, Refusal

routes = Routes()


class NoSuchPromise(Refusal):
    """It is no number."""

    kind, code = Kind.INVALID, "no_such_promise"
    text = "Write how many messages a week as a number, or leave it empty."


class Sending(msgspec.Struct):
    """The form. promise: messages a week, "" if none is promised."""

    commercial: bool = False
    sender: str = ""
    promise: str = ""
    saved: bool = False


@routes.get("/settings/sending")
async def show(call: Call, form: Sending) -> Response:
    """The form, filled in with what is; with what was sent, if that was refused.

    Raises:
        NotSignedIn, RoleForbids.
    """
    account_id = call.require("write:accounts")
    async with call.tools.db.read() as tx:
        now = (await alerts.publishers.publishers(tx, [account_id]))[account_id]
        audience = await alerts.audience(tx, account_id)
        asleep = await alerts.asleep(tx, account_id)
    if not call.problems:
        promise = "" if now.promise is None else str(now.promise)
        form = Sending(now.commercial, now.sender, promise, form.saved)
    return call.page("settings/sending", form=form, audience=audience, asleep=asleep, credits=now.credits)


@routes.post("/settings/sending", again=show)
async def change(call: Call, form: Sending) -> Response:
    """Keep it.

    Raises:
        NotSignedIn, RoleForbids, NoSuchPromise, BadPublisher.
    """
    account_id = call.require("write:accounts")
    promise = form.promise.strip()
    if promise and not (promise.isascii() and promise.isdecimal() and len(promise) < 5):
        raise NoSuchPromise
    publisher = Publisher(
        account_id, commercial=form.commercial, sender=form.sender.strip(), promise=int(promise) if promise else None
    )
    await call.tools.db.write(alerts.publishers.choose, publisher=publisher)
    return call.redirect("/settings/sending?saved=1")
