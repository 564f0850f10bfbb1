"""Apps register themselves here: https://docs.joinmastodon.org/methods/apps."""

from datetime import timedelta

import msgspec
from starlette.responses import Response

from pinson.domain import access
from pinson.domain.access import App
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.request import Routes, origin
from pinson.lib.limits import Limit

routes = Routes()

TEN_MINUTES = int(timedelta(minutes=10).total_seconds())


class NewApp(msgspec.Struct):
    """Body of POST /api/v1/apps. Redirect URIs and scopes come as a list, or as one text that holds several."""

    client_name: str = ""
    redirect_uris: list[str] = []
    scopes: list[str] = []
    website: str | None = None


class Application(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Application"""

    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uris: list[str]
    redirect_uri: str
    vapid_key: str


class CredentialApplication(Application, kw_only=True):
    """https://docs.joinmastodon.org/entities/CredentialApplication"""

    client_id: str
    client_secret: str
    client_secret_expires_at: int = 0


@routes.post("/api/v1/apps", who=Who.NOBODY, answers=CredentialApplication)
async def register(call: Call, form: NewApp) -> Response:
    """Register an app. Its secret is told this once."""
    call.limit("apps", origin(call.request), Limit(call.tools.settings.limits.apps_per_10_minutes, TEN_MINUTES))
    secret = access.new_secret()
    app = await call.tools.db.write(
        access.register_app,
        name=form.client_name,
        redirect_uris=form.redirect_uris,
        asked_scopes=" ".join(form.scopes),
        website=form.website,
        client_id=access.new_secret(),
        secret=secret,
        now=call.now,
    )
    shown = msgspec.structs.asdict(_application(call, app))
    return json(CredentialApplication(**shown, client_id=app.client_id, client_secret=secret))


@routes.get("/api/v1/apps/verify_credentials", who=Who.TOKEN, any_state=True, answers=Application)
async def verify(call: Call) -> Response:
    """The app that the token was given to."""
    assert call.principal is not None
    async with call.tools.db.read() as tx:
        app = (await access.apps(tx, [call.principal.app_id]))[call.principal.app_id]
    return json(_application(call, app))


def _application(call: Call, app: App) -> Application:
    return Application(
        id=str(app.id),
        name=app.name,
        website=app.website,
        scopes=app.scopes.split(),
        redirect_uris=list(app.redirect_uris),
        redirect_uri="\n".join(app.redirect_uris),
        vapid_key=call.tools.push_key,
    )
