"""Where a person is signed in, and which apps act for them: each can be ended here."""

from datetime import datetime

import msgspec
from starlette.responses import Response

from pinson.domain import access
from pinson.domain.access import AppId
from pinson.domain.accounts import AccountId
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.settings.agents import named
from pinson.interfaces.web.site import Call, NotSignedIn

routes = Routes()


class Ended(msgspec.Struct):
    """Which sign-in is to end; None stands for all but this one. done: that the page follows upon that."""

    id: int | None = None
    done: bool = False


class Revoked(msgspec.Struct):
    """Which app acts no longer, and as which account."""

    app_id: AppId | None = None
    account_id: AccountId | None = None
    done: bool = False


class Place(msgspec.Struct, frozen=True):
    """A browser that is signed in. browser, system: "" if it does not say."""

    id: int
    browser: str
    system: str
    since: str
    is_here: bool


class Acting(msgspec.Struct, frozen=True):
    """An app that acts for somebody. scopes: without those that another of them covers."""

    grant: access.Grant
    scopes: list[str]
    since: str


@routes.get("/settings/sign_ins")
async def show(call: Call, form: Ended) -> Response:
    """Every browser that is signed in, the newest first.

    Raises:
        NotSignedIn.
    """
    if call.user is None or call.session is None:
        raise NotSignedIn
    async with call.tools.db.read() as tx:
        sessions = await access.sessions_of(tx, call.user.id, secret=call.session, now=call.now)
    places = [Place(one.id, *named(one.user_agent), _said(call, one.created_at), one.is_here) for one in sessions]
    return call.page("settings/sign_ins", places=places, done=form.done)


@routes.post("/settings/sign_ins", again=show)
async def end(call: Call, form: Ended) -> Response:
    """Sign a browser out, or all others. One that is signed out already is fine.

    Raises:
        NotSignedIn.
    """
    if call.user is None or call.session is None:
        raise NotSignedIn
    await call.tools.db.write(access.end_sessions, user_id=call.user.id, secret=call.session, id=form.id)
    return call.redirect("/settings/sign_ins?done=1")


@routes.get("/settings/apps")
async def show_apps(call: Call, form: Revoked) -> Response:
    """Every app that acts for the person, with what it may do.

    Raises:
        NotSignedIn.
    """
    if call.user is None:
        raise NotSignedIn
    async with call.tools.db.read() as tx:
        grants = await access.grants(tx, call.user.id)
    apps = [Acting(one, access.widest(one.scopes), _said(call, one.since)) for one in grants]
    return call.page("settings/apps", apps=apps, done=form.done)


@routes.post("/settings/apps", again=show_apps)
async def revoke(call: Call, form: Revoked) -> Response:
    """End all that an app can do as an account. One that can do nothing any more is fine.

    Raises:
        NotSignedIn.
    """
    if call.user is None:
        raise NotSignedIn
    if form.app_id is not None and form.account_id is not None:
        ended = {"user_id": call.user.id, "app_id": form.app_id, "account_id": form.account_id}
        await call.tools.db.write(access.revoke_app, **ended, now=call.now)
    return call.redirect("/settings/apps?done=1")


def _said(call: Call, at: datetime) -> str:
    return dates.moment(at, lang=call.lang, zone=call.zone)
