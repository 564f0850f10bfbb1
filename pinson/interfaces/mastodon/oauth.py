"""Where apps exchange what they were given for a token, and hand it back: RFC 6749, 7009, 7636, 8414.

Refusals look here as OAuth says, not as elsewhere in this interface: see `refused`. The page on
which a person consents is the web's.

Source: https://docs.joinmastodon.org/methods/oauth.
"""

import base64
import binascii
from urllib.parse import unquote_plus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from pinson.domain import access, accounts
from pinson.domain.access import InvalidClient, InvalidGrant, InvalidRequest, OAuthRefusal, Token, UnsupportedGrantType
from pinson.interfaces.mastodon.api import FIVE_MINUTES, STATUS, Call, Who, json
from pinson.interfaces.mastodon.entities import Empty, actor_uri
from pinson.interfaces.request import Routes, origin
from pinson.lib.errors import Kind, Refusal
from pinson.lib.limits import Limit

routes = Routes()

NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}  # RFC 6749 section 5.1


class Grant(msgspec.Struct):
    """Body of POST /oauth/token, whatever the grant."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    scope: str = ""
    username: str = ""
    password: str = ""


class Revocation(msgspec.Struct):
    """Body of POST /oauth/revoke."""

    client_id: str = ""
    client_secret: str = ""
    token: str = ""


class TokenEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Token"""

    access_token: str
    token_type: str
    scope: str
    created_at: int


class UserInfo(msgspec.Struct):
    """Claims of OpenID Connect (Core 1.0, section 5.1) about the account of the token."""

    iss: str
    sub: str
    name: str
    preferred_username: str
    profile: str
    picture: str


class ServerMetadata(msgspec.Struct, kw_only=True):
    """RFC 8414 section 2. app_registration_endpoint is Mastodon's own: it is not RFC 7591."""

    issuer: str
    service_documentation: str
    authorization_endpoint: str
    token_endpoint: str
    app_registration_endpoint: str
    revocation_endpoint: str
    userinfo_endpoint: str
    scopes_supported: tuple[str, ...]
    response_types_supported: tuple[str, ...]
    response_modes_supported: tuple[str, ...]
    grant_types_supported: tuple[str, ...]
    token_endpoint_auth_methods_supported: tuple[str, ...]
    code_challenge_methods_supported: tuple[str, ...]


def refused(refusal: Refusal) -> Response:
    """A refusal in the form of RFC 6749 section 5.2."""
    if isinstance(refusal, OAuthRefusal):
        status, error = STATUS[refusal.kind], refusal.code
    elif refusal.kind is Kind.UNAUTHENTICATED:  # of a person: the app is known, and its grant is worth nothing
        status, error = 400, InvalidGrant.code
    elif refusal.kind in (Kind.TOO_MANY, Kind.UNAVAILABLE):
        status, error = STATUS[refusal.kind], "temporarily_unavailable"
    else:
        status, error = 400, InvalidRequest.code
    response = json({"error": error, "error_description": str(refusal)}, status=status, headers=dict(NO_STORE))
    if status == 401:
        response.headers["www-authenticate"] = 'Basic realm="pinson"'
    return response


@routes.post("/oauth/token", who=Who.NOBODY, refuse=refused, answers=TokenEntity)
async def give_token(call: Call, form: Grant) -> Response:
    """Give a token for a code, for a password, or to an app for itself."""
    client_id, client_secret = _client(call.request, form)
    secret = access.new_secret()
    match form.grant_type:
        case "authorization_code":
            if not form.code or not form.redirect_uri:
                raise InvalidRequest(what="code and redirect_uri are needed")
            token = await call.tools.db.write(
                access.exchange_code,
                client_id=client_id,
                client_secret=client_secret,
                code=form.code,
                redirect_uri=form.redirect_uri,
                verifier=form.code_verifier,
                secret=secret,
                now=call.now,
            )
            if isinstance(token, InvalidGrant):
                raise token
        case "client_credentials":
            token = await call.tools.db.write(
                access.client_token,
                client_id=client_id,
                client_secret=client_secret,
                scope=form.scope,
                secret=secret,
                now=call.now,
            )
        case "password" if call.tools.settings.oauth.password_grant:
            limit = Limit(call.tools.settings.limits.sign_in_per_5_minutes, FIVE_MINUTES)
            call.limit("sign_in", origin(call.request), limit)  # as on the web's page: the same counters
            call.limit("sign_in_as", form.username.strip().removeprefix("@").casefold(), limit)
            proof = await access.prove(call.tools.db, call.tools.passwords, login=form.username, password=form.password)
            token = await call.tools.db.write(
                access.password_token,
                client_id=client_id,
                client_secret=client_secret,
                proof=proof,
                scope=form.scope,
                enabled=True,
                secret=secret,
                now=call.now,
            )
        case "":
            raise InvalidRequest(what="grant_type is missing")
        case _:
            raise UnsupportedGrantType
    return json(token_entity(token, secret), headers=dict(NO_STORE))


@routes.post("/oauth/revoke", who=Who.NOBODY, refuse=refused, answers=Empty)
async def revoke(call: Call, form: Revocation) -> Response:
    """End a token, and with it the streams it opened. One that is unknown is fine."""
    client_id, client_secret = _client(call.request, form)
    if not form.token:
        raise InvalidRequest(what="token is missing")
    await call.tools.db.write(
        access.revoke_token, client_id=client_id, client_secret=client_secret, token=form.token, now=call.now
    )
    return json({})


@routes.get("/oauth/userinfo", scopes=("profile",), answers=UserInfo)
@routes.post("/oauth/userinfo", scopes=("profile",), answers=UserInfo)
async def user_info(call: Call) -> Response:
    """Who the account is, in the words of OpenID Connect."""
    async with call.tools.db.read() as tx:
        profile = await accounts.profile(tx, call.account_id)
        assert profile is not None
        shown = await call.renderings.account(tx, profile)
    return json(
        UserInfo(
            iss=f"{call.base_url}/",
            sub=actor_uri(call.base_url, profile.username),
            name=shown.display_name or shown.username,
            preferred_username=shown.username,
            profile=shown.url,
            picture=shown.avatar,
        )
    )


@routes.get("/.well-known/oauth-authorization-server", who=Who.NOBODY, answers=ServerMetadata)
async def metadata(call: Call) -> Response:
    """What this server can do for OAuth clients."""
    base = call.base_url
    with_password = ("password",) if call.tools.settings.oauth.password_grant else ()
    return json(
        ServerMetadata(
            issuer=f"{base}/",
            service_documentation="https://docs.joinmastodon.org/",
            authorization_endpoint=f"{base}/oauth/authorize",
            token_endpoint=f"{base}/oauth/token",
            app_registration_endpoint=f"{base}/api/v1/apps",
            revocation_endpoint=f"{base}/oauth/revoke",
            userinfo_endpoint=f"{base}/oauth/userinfo",
            scopes_supported=access.ALL_SCOPES,
            response_types_supported=("code",),
            response_modes_supported=("query",),
            grant_types_supported=("authorization_code", "client_credentials", *with_password),
            token_endpoint_auth_methods_supported=("client_secret_basic", "client_secret_post"),
            code_challenge_methods_supported=("S256",),
        )
    )


def token_entity(token: Token, secret: str) -> TokenEntity:
    """A token as an app receives it, with the secret that nobody sees again."""
    return TokenEntity(secret, "Bearer", token.scopes, int(token.created_at.timestamp()))


def _client(request: Request, form: Grant | Revocation) -> tuple[str, str]:
    """The app's id and secret, from the header or the body (RFC 6749 section 2.3.1).

    Raises:
        InvalidClient: the header cannot be read.
    """
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.client_id, form.client_secret
    try:
        client_id, colon, secret = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidClient from None
    if not colon:
        raise InvalidClient
    return unquote_plus(client_id), unquote_plus(secret)
