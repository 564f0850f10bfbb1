"""The consent page: a person lets an app act for them, as one of their accounts.

Source: RFC 6749 section 4.1, RFC 9700 (current practice), and what apps of Mastodon expect:
https://docs.joinmastodon.org/methods/oauth.

Not here: exchanging the code for a token (mastodon), what a request may ask (access).
"""

import re
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

import msgspec
from starlette.responses import Response

from pinson.domain import access
from pinson.domain.access import (
    OUT_OF_BAND,
    App,
    NotAMember,
    OAuthRefusal,
    State,
    User,
)
from pinson.domain.accounts import AccountId
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.lib.errors import Kind, Refusal

CODE = re.compile(r"[\w-]{43}", re.ASCII)  # what `new_secret` makes

routes = Routes()


class NoSuchCode(Refusal):
    """What the address holds is no code of ours: we do not show strangers' words as our own."""

    kind, code = Kind.MISSING, "no_such_code"
    text = "There is no code here."


class Request(msgspec.Struct):
    """What the app asks (RFC 6749 section 4.1.1, RFC 7636 section 4.3), and the person's answer."""

    client_id: str = ""
    redirect_uri: str = ""
    response_type: str = ""
    scope: str = ""
    state: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    force_login: bool = False
    account_id: AccountId | None = None
    decision: str = ""

    @property
    def address(self) -> str:
        """The way back to this request, once somebody has signed in as `force_login` wished."""
        asked = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": self.response_type,
            "scope": self.scope,
            "state": self.state,
            "code_challenge": self.code_challenge,
            "code_challenge_method": self.code_challenge_method,
        }
        return f"/oauth/authorize?{urlencode({name: value for name, value in asked.items() if value})}"

    @property
    def host(self) -> str:
        """The web site that the person goes back to; "" if it is a program, or nowhere."""
        parts = urlsplit(self.redirect_uri)
        return parts.netloc if parts.scheme in ("http", "https") else ""


class Shown(msgspec.Struct):
    """What the page for copying shows."""

    code: str = ""


@routes.get("/oauth/authorize")
async def ask(call: Call, form: Request) -> Response:
    """Ask the person, unless they have answered before; see `_is_settled`.

    A wrong app or address is told to the person and never answered by a redirect; what else is
    wrong is told to the app, but only once somebody has signed in: anyone can register an app,
    and a link of ours must not lead strangers to any site by itself (RFC 9700 section 4.11.2).

    Raises:
        InvalidClient, UnregisteredRedirect.
        OAuthRefusal: the request is wrong, and there is no address to tell the app.
    """
    async with call.tools.db.read() as tx:
        app = await access.requesting_app(tx, client_id=form.client_id, redirect_uri=form.redirect_uri)
        if call.user is None or form.force_login:
            return call.to_sign_in(form.address)
        try:
            scopes = _asked(app, form)
        except OAuthRefusal as refusal:
            return _refused(call, form, refusal)
        accounts = await access.memberships(tx, call.user.id)
        granted = await access.granted_accounts(tx, user_id=call.user.id, app_id=app.id, scopes=scopes)
    if call.user.state is not State.OK or not accounts:
        return call.page("waiting", status=403)
    if not call.problems and len(accounts) == 1 and _is_settled(form, granted, accounts[0].account_id):
        return await _grant(call, form, call.user, accounts[0].account_id)
    return call.page(
        "authorize",
        leads_away=True,
        app=app,
        form=form,
        scopes=access.widest(scopes),
        accounts=accounts,
        chosen=next((one.account_id for one in accounts if one.account_id in granted), accounts[0].account_id),
        out_of_band=form.redirect_uri == OUT_OF_BAND,
    )


@routes.post("/oauth/authorize", again=ask)
async def decide(call: Call, form: Request) -> Response:
    """Send the person back to the app, with a code or a refusal.

    Raises:
        InvalidClient, UnregisteredRedirect, OAuthRefusal: as above.
        NotAMember, UserDisabled, EmailUnconfirmed, ApprovalPending.
    """
    async with call.tools.db.read() as tx:
        app = await access.requesting_app(tx, client_id=form.client_id, redirect_uri=form.redirect_uri)
    if call.user is None:
        return call.to_sign_in(form.address)
    if form.decision != "allow":
        if form.redirect_uri == OUT_OF_BAND:
            return call.page("denied")
        return _back(call, form, error="access_denied", error_description="The person denied the request.")
    try:
        _asked(app, form)
    except OAuthRefusal as refusal:
        return _refused(call, form, refusal)
    if form.account_id is None:
        raise NotAMember
    return await _grant(call, form, call.user, form.account_id)


@routes.get("/oauth/authorize/native")
async def show_code(call: Call, form: Shown) -> Response:
    """The code, to be copied into an app that has no address to be sent to.

    Raises:
        NoSuchCode.
    """
    if not CODE.fullmatch(form.code):
        raise NoSuchCode
    return call.page("native", code=form.code)


def _asked(app: App, form: Request) -> str:
    """The scopes that are asked for. Raises OAuthRefusal; see `access.check_request`."""
    return access.check_request(
        app,
        response_type=form.response_type,
        scope=form.scope,
        challenge=form.code_challenge,
        challenge_method=form.code_challenge_method,
    )


def _is_settled(form: Request, granted: Sequence[AccountId], account_id: AccountId) -> bool:
    """Whether the person need not be asked: this app acts for this account with these scopes already.

    Only if the code goes to a web site: the address shows who gets it. A scheme of an app's own, or a
    port of this machine, may be taken by another program that pretends to be the app (RFC 8252
    section 8.6), and a code that is shown must not appear unasked.
    """
    return form.redirect_uri.startswith("https://") and account_id in granted


async def _grant(call: Call, form: Request, user: User, account_id: AccountId) -> Response:
    """Make a code, and take it where it is to go."""
    secret = access.new_secret()
    await call.tools.db.write(
        access.authorize,
        client_id=form.client_id,
        redirect_uri=form.redirect_uri,
        scope=form.scope,
        challenge=form.code_challenge,
        challenge_method=form.code_challenge_method,
        user_id=user.id,
        account_id=account_id,
        secret=secret,
        now=call.now,
    )
    if form.redirect_uri == OUT_OF_BAND:
        return call.redirect(f"/oauth/authorize/native?{urlencode({'code': secret})}", status=302)
    return _back(call, form, code=secret)


def _refused(call: Call, form: Request, refusal: OAuthRefusal) -> Response:
    """Tell the app what is wrong with its request, if there is an address to tell it."""
    if form.redirect_uri == OUT_OF_BAND:
        raise refusal
    return _back(call, form, error=refusal.code, error_description=str(refusal))


def _back(call: Call, form: Request, **answer: str) -> Response:
    """Send the person back to the app with an answer (RFC 6749 sections 4.1.2 and 4.1.2.1)."""
    if form.state:
        answer["state"] = form.state
    separator = "&" if "?" in form.redirect_uri else "?"
    return call.redirect(f"{form.redirect_uri}{separator}{urlencode(answer)}", status=302)
