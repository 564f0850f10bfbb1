"""Passkeys of a person: added with a script, since only that can ask the device; listed and removed without."""

import msgspec
from starlette.responses import Response

from pinson.domain import access
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.settings.security import proven
from pinson.interfaces.web.site import Call, NotSignedIn

routes = Routes()


class Change(msgspec.Struct):
    """A passkey that the device made, as JSON, with a name for it; or the id of one to remove.

    current: the password, without which the device is not asked.
    """

    current: str = ""
    credential: str = ""
    name: str = ""
    id: int | None = None
    done: bool = False


class Shown(msgspec.Struct, frozen=True):
    """A passkey in the list. used: when it last signed in, in words; "" if it never did."""

    id: int
    name: str
    since: str
    used: str


@routes.get("/settings/passkeys")
async def show(call: Call, form: Change) -> Response:
    """The list, and a form to add one.

    Raises:
        NotSignedIn.
    """
    if call.user is None:
        raise NotSignedIn
    async with call.tools.db.read() as tx:
        known = await access.passkeys_of(tx, call.user.id)
    passkeys = [
        Shown(
            one.id,
            one.name,
            dates.moment(one.created_at, lang=call.lang, zone=call.zone),
            dates.moment(one.used_at, lang=call.lang, zone=call.zone) if one.used_at else "",
        )
        for one in known
    ]
    return call.page("settings/passkeys", passkeys=passkeys, done=form.done and not call.problems)


@routes.post("/settings/passkeys/options", again=show)
async def ask(call: Call, form: Change) -> Response:
    """What the browser is to ask the device for.

    Raises:
        NotSignedIn, TooManyAttempts, NotYourPassword.
    """
    await proven(call, form.current)
    assert call.user is not None
    async with call.tools.db.read() as tx:
        known = await access.passkeys_of(tx, call.user.id)
    secret = access.new_secret()
    await call.tools.db.write(access.challenge_device, user_id=call.user.id, secret=secret, now=call.now)
    title = call.tools.settings.instance.title
    options = access.registration_options(call.user, known, url=call.base_url, title=title, secret=secret)
    return Response(options, media_type="application/json")


@routes.post("/settings/passkeys", again=show)
async def change(call: Call, form: Change) -> Response:
    """Keep a new one, or remove one.

    Raises:
        NotSignedIn, PasskeyRefused, TooManyPasskeys.
    """
    if call.user is None:
        raise NotSignedIn
    if form.id is not None:
        await call.tools.db.write(access.remove_passkey, user_id=call.user.id, id=form.id, now=call.now)
    else:
        await call.tools.db.write(
            access.register_passkey,
            user_id=call.user.id,
            credential=form.credential,
            name=form.name,
            url=call.base_url,
            now=call.now,
        )
    return call.redirect("/settings/passkeys?done=1")
