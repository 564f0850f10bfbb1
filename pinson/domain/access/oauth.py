"""Apps, and how they come to act for someone: OAuth 2 (RFC 6749) with PKCE (RFC 7636).

Called by the Mastodon interface. Every verb is one transaction; secrets are made by the
caller (`new_secret`), which passes them on to whoever asked: here only their digests stay.

Every app has a secret and must show it, with PKCE too. Tokens do not expire: they end when
they are revoked, with the membership they speak for, or with a new password after a reset.

Not here: pages and headers (interfaces); what a token may do (scopes.py, `rules.principal`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pinson.domain.access import rules, scopes, store
from pinson.domain.access.facts import TokensRevoked
from pinson.domain.access.model import App, AppId, Code, Proof, Token, TokenId, UserId
from pinson.domain.access.rules import (
    InvalidClient,
    InvalidGrant,
    NotAMember,
    UnauthorizedClient,
    UnregisteredRedirect,
    UnsupportedGrantType,
)
from pinson.domain.access.secret import digest, is_secret
from pinson.domain.accounts import AccountId
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx

CODE_LASTS = timedelta(minutes=10)
CODE_REMEMBERED = timedelta(days=1)  # after it expired: a second exchange within it still ends the tokens of the first

# The app that stands for the command line. No secret has an empty digest, so nobody can be it.
OPERATOR_CLIENT_ID = "command-line"
OPERATOR_APP_NAME = "Pinson command line"
OPERATOR_SCOPES = scopes.parse("read write follow push profile admin:read admin:write")


async def register_app(
    tx: WriteTx,
    *,
    name: str,
    redirect_uris: Sequence[str],
    asked_scopes: str,
    website: str | None,
    client_id: str,
    secret: str,
    now: datetime,
) -> App:
    """Register an app.

    Args:
        redirect_uris: each may hold several, separated by spaces or line ends.
        asked_scopes: the most it will ever ask for; "" is the default.
        client_id, secret: from `new_secret`.
    Raises:
        FieldRefused: the name, the web site or a redirect URI.
        UnknownScope.
    """
    name = name.strip()
    rules.check_app(name, website)
    app = App(
        id=AppId(tx.new_id(None, now)),
        client_id=client_id,
        secret_hash=digest(secret),
        name=name,
        website=website or None,
        redirect_uris=rules.redirect_uris(redirect_uris),
        scopes=scopes.parse(asked_scopes),
        created_at=now,
    )
    await store.insert_app(tx, app)
    return app


async def requesting_app(tx: ReadTx, *, client_id: str, redirect_uri: str) -> App:
    """The app that sends a person to the consent page, if the person may be sent back there.

    Raises:
        InvalidClient, UnregisteredRedirect: to be shown to the person, never answered by a
            redirect (RFC 6749 section 3.1.2.4).
    """
    app = await store.app_by_client_id(tx, client_id)
    if app is None:
        raise InvalidClient
    if redirect_uri not in app.redirect_uris:
        raise UnregisteredRedirect
    return app


async def authorize(
    tx: WriteTx,
    *,
    client_id: str,
    redirect_uri: str,
    scope: str,
    challenge: str,
    challenge_method: str,
    user_id: UserId,
    account_id: AccountId,
    secret: str,
    now: datetime,
) -> None:
    """Let an app act for a user, as one of their accounts: `secret` becomes the code to exchange.

    Checks the request again, since it comes back from a form.

    Args:
        challenge, challenge_method: of PKCE; both "" without it.
    Raises:
        InvalidClient, UnregisteredRedirect, InvalidScope, InvalidRequest: see `requesting_app`
            and `rules.check_request`.
        NotAMember: the user cannot act as that account.
        UserDisabled, EmailUnconfirmed, ApprovalPending: they cannot act at all yet.
    """
    app = await requesting_app(tx, client_id=client_id, redirect_uri=redirect_uri)
    granted = rules.check_request(
        app, response_type="code", scope=scope, challenge=challenge, challenge_method=challenge_method
    )
    user = await store.user(tx, user_id)
    if user is None or all(one.account_id != account_id for one in await store.memberships(tx, user_id)):
        raise NotAMember
    rules.require_ready(user.state)
    code = Code(
        id=tx.new_id(account_id, now),
        app_id=app.id,
        user_id=user_id,
        account_id=account_id,
        redirect_uri=redirect_uri,
        scopes=granted,
        challenge=challenge or None,
        expires_at=now + CODE_LASTS,
        used_at=None,
    )
    await store.insert_code(tx, code, hash=digest(secret))


async def exchange_code(
    tx: WriteTx,
    *,
    client_id: str,
    client_secret: str,
    code: str,
    redirect_uri: str,
    verifier: str,
    secret: str,
    now: datetime,
) -> Token | InvalidGrant:
    """Exchange an authorization code for a token: `secret`.

    A code is exchanged once. If it comes a second time, one of the two who had it stole it:
    the tokens that were given for it end (RFC 6749 section 4.1.2). For that to be kept the
    refusal is returned, not raised; the caller raises it.

    Args:
        verifier: of PKCE; "" if there is none.
    Raises:
        InvalidClient: the app is unknown, or its secret is wrong.
        InvalidGrant: the code is unknown, expired or another app's, or the redirect URI or the
            verifier is not that of the request.
    """
    app = await _authenticated(tx, client_id, client_secret)
    found = await store.code(tx, digest(code))
    if found is None or found.app_id != app.id:
        raise InvalidGrant
    if found.used_at is not None:
        await record_revoked(tx, await store.revoke_of_code(tx, found.id), now)
        return InvalidGrant()
    if found.expires_at <= now or found.redirect_uri != redirect_uri:
        raise InvalidGrant
    if not rules.fits_challenge(found.challenge, verifier):
        raise InvalidGrant
    await store.use_code(tx, found.id, now)
    return await issue(
        tx,
        app_id=app.id,
        user_id=found.user_id,
        account_id=found.account_id,
        granted=found.scopes,
        secret=secret,
        now=now,
        code_id=found.id,
    )


async def client_token(
    tx: WriteTx, *, client_id: str, client_secret: str, scope: str, secret: str, now: datetime
) -> Token:
    """Give an app a token of its own, with which it can sign people up and read what is public.

    Raises:
        InvalidClient, InvalidScope.
    """
    app = await _authenticated(tx, client_id, client_secret)
    granted = rules.grantable(app, scope)
    return await issue(tx, app_id=app.id, user_id=None, account_id=None, granted=granted, secret=secret, now=now)


async def password_token(
    tx: WriteTx,
    *,
    client_id: str,
    client_secret: str,
    proof: Proof,
    scope: str,
    enabled: bool,
    secret: str,
    now: datetime,
) -> Token:
    """Give an app that was told a person's password a token for them (RFC 6749 section 4.3).

    Args:
        proof: from `sessions.prove`, which the caller asks only if this is enabled.
        enabled: the setting; off unless the server is for tests.
    Raises:
        UnsupportedGrantType: it is not enabled.
        InvalidClient, InvalidScope.
        InvalidGrant: the password was changed since, is not enough alone, or the user has no account.
    """
    if not enabled:
        raise UnsupportedGrantType
    app = await _authenticated(tx, client_id, client_secret)
    granted = rules.grantable(app, scope)
    kept = await store.replace_password(tx, proof.user_id, proof.password_hash, proof.new_hash or proof.password_hash)
    if not kept or proof.account_id is None or await store.second_factor(tx, proof.user_id) is not None:
        raise InvalidGrant
    return await issue(
        tx,
        app_id=app.id,
        user_id=proof.user_id,
        account_id=proof.account_id,
        granted=granted,
        secret=secret,
        now=now,
    )


async def operator_token(tx: WriteTx, *, user_id: UserId, account_id: AccountId, secret: str, now: datetime) -> Token:
    """Give whoever runs the server a token for a user, with all scopes. The user's roles still limit it."""
    app = await store.app_by_client_id(tx, OPERATOR_CLIENT_ID)
    if app is None:
        app = App(
            id=AppId(tx.new_id(None, now)),
            client_id=OPERATOR_CLIENT_ID,
            secret_hash="",
            name=OPERATOR_APP_NAME,
            website=None,
            redirect_uris=(rules.OUT_OF_BAND,),
            scopes=OPERATOR_SCOPES,
            created_at=now,
        )
        await store.insert_app(tx, app)
    return await issue(
        tx, app_id=app.id, user_id=user_id, account_id=account_id, granted=app.scopes, secret=secret, now=now
    )


async def revoke_token(tx: WriteTx, *, client_id: str, client_secret: str, token: str, now: datetime) -> None:
    """End a token (RFC 7009). One that does not exist, or not any more, is fine.

    Raises:
        InvalidClient.
        UnauthorizedClient: it is another app's.
    """
    app = await _authenticated(tx, client_id, client_secret)
    found = await store.token(tx, digest(token))
    if found is None:
        return
    if found.app_id != app.id:
        raise UnauthorizedClient
    await record_revoked(tx, await store.revoke(tx, found.id), now)


async def revoke_app(tx: WriteTx, *, user_id: UserId, account_id: AccountId, app_id: AppId, now: datetime) -> None:
    """End all that an app may do for a user as an account."""
    await record_revoked(tx, await store.revoke_of_app(tx, user_id, account_id, app_id), now)


async def issue(
    tx: WriteTx,
    *,
    app_id: AppId,
    user_id: UserId | None,
    account_id: AccountId | None,
    granted: str,
    secret: str,
    now: datetime,
    code_id: int | None = None,
) -> Token:
    """Make `secret` a token."""
    token = Token(TokenId(tx.new_id(account_id, now)), app_id, user_id, account_id, granted, now)
    await store.insert_token(tx, token, hash=digest(secret), code_id=code_id)
    return token


async def record_revoked(tx: WriteTx, token_ids: tuple[TokenId, ...], now: datetime) -> None:
    """Tell that tokens ended, if any did."""
    if token_ids:
        await log.record(tx, TokensRevoked(at=now, token_ids=token_ids))


async def _authenticated(tx: ReadTx, client_id: str, client_secret: str) -> App:
    app = await store.app_by_client_id(tx, client_id)
    if app is None or not is_secret(client_secret, app.secret_hash):
        raise InvalidClient
    return app
