"""How this interface treats every request: who asks, what they may, and what a refusal looks like.

Called by the `Dispatcher` for all routes of the Mastodon API and of OAuth's endpoints for
apps. Handlers receive a `Call` and, if they take parameters, their form; they make one call
into the domain and answer.

Not here: the handlers, entities, pages for people (web).

Source: https://docs.joinmastodon.org/client/intro and https://docs.joinmastodon.org/api/rate-limits.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pinson.domain.access import Principal, State
from pinson.domain.accounts import AccountId
from pinson.domain.posts import Reader
from pinson.interfaces.mastodon.entities import Renderings
from pinson.interfaces.request import Route, parameters
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.forms import binder
from pinson.lib.limits import Limit, Verdict
from pinson.tools import Tools

STATUS = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.CONFLICT: 409,
    Kind.INVALID: 422,
    Kind.TOO_LARGE: 413,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": (
        "Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, Mastodon-Async-Refresh"
    ),
}
PREFLIGHT = {
    **CORS,
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key, Accept, Accept-Language, *",
    "access-control-max-age": "86400",
}
OWN = ("/api/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/.well-known/", "/nodeinfo/")
FIVE_MINUTES = 300


class Who(Enum):
    """Whom a route answers."""

    USER = "user"  # somebody who signed in
    TOKEN = "token"  # that, or an app for itself
    APP = "app"  # an app for itself
    ANYONE = "anyone"  # a token need not be sent; if it is, it must be good


class BadToken(Refusal):
    """The token was revoked, or never was."""

    kind, code = Kind.UNAUTHENTICATED, "invalid_token"
    text = "The access token is invalid"


class NoToken(Refusal):
    """This needs a token and none was sent."""

    kind, code = Kind.UNAUTHENTICATED, "token_required"
    text = "This method requires an authenticated user"


class NeedsUser(Refusal):
    """The token is an app's own."""

    kind, code = Kind.INVALID, "user_required"
    text = "This method requires an authenticated user"


class OutsideScopes(Refusal):
    """The token was not granted what this needs, or the member's role does not allow it."""

    kind, code = Kind.FORBIDDEN, "outside_scopes"
    text = "This action is outside the authorized scopes"


class CannotActNow(Refusal):
    """The user behind the token may not act at the moment."""

    kind, code = Kind.FORBIDDEN, "cannot_act"
    text = "{why}"


class TooManyRequests(Refusal):
    """A rate limit is reached."""

    kind, code = Kind.TOO_MANY, "too_many_requests"
    text = "Too many requests"


WHY = {
    State.UNCONFIRMED: "Your login is missing a confirmed e-mail address",
    State.PENDING: "Your login is currently pending approval",
    State.DISABLED: "Your login is currently disabled",
    State.SUSPENDED: "Your login is currently disabled",
}


class Call:
    """One request: who makes it, when, and with which tools it is answered."""

    __slots__ = ("now", "principal", "renderings", "request", "tools")

    def __init__(
        self, tools: Tools, renderings: Renderings, request: Request, principal: Principal | None, now: datetime
    ) -> None:
        self.tools = tools
        self.renderings = renderings
        self.request = request
        self.principal = principal
        self.now = now

    @property
    def base_url(self) -> str:
        """The public address of this server, without a slash at its end."""
        return self.tools.settings.url

    @property
    def local_domain(self) -> str:
        """Our own domain, with the port if it has one, as it stands behind the @ of an address."""
        return self.base_url.partition("://")[2]

    @property
    def account_id(self) -> AccountId:
        """The account that acts. Only on routes for users."""
        assert self.principal is not None
        assert self.principal.account_id is not None
        return self.principal.account_id

    async def reader(self, tx: ReadTx) -> Reader:
        """The account as one who reads; a stranger if nobody signed in."""
        account_id = self.principal.account_id if self.principal else None
        circle = None if account_id is None else await self.tools.circles.of(tx, account_id)
        return Reader(circle, self.tools.standing.hidden)

    @property
    def address(self) -> str:
        """Where the request comes from; uvicorn has already believed the trusted proxies."""
        client = self.request.client
        return client.host if client else "unknown"

    def limit(self, name: str, who: str, limit: Limit) -> tuple[Limit, Verdict]:
        """Count one use of something that is limited.

        Raises:
            TooManyRequests: that was one too many.
        """
        verdict = self.tools.limits.hit(f"{name}:{who}", limit, now=self.now)
        if not verdict.allowed:
            raise TooManyRequests
        return limit, verdict


def json(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON; `value` may be rendered already."""
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return Response(body, status, headers, media_type="application/json")


class MastodonApi:
    """The interface: see `pinson.interfaces.request.Interface`."""

    def __init__(self, tools: Tools, renderings: Renderings, routes: Sequence[Route]) -> None:
        self._tools = tools
        self._renderings = renderings
        self.routes = list(routes)

    def owns(self, path: str) -> bool:
        """All paths that only programs call."""
        return path.startswith(OWN)

    async def answer(self, route: Route, request: Request) -> Response:
        """Answer one request."""
        now = self._tools.clock.now()
        counted = None
        try:
            given = await parameters(request) if route.form or request.method != "GET" else {}
            call = await self._call(request, given, now)
            counted = self._count(call)
            self._admit(route, call.principal)
            form = () if route.form is None else (binder(route.form)(given),)
            response: Response = await route.handler(call, *form)
        except Refusal as refusal:
            response = self.refusal(refusal)
        response.headers.update(CORS)
        if counted is not None:
            response.headers.update(_limit_headers(*counted))
        return response

    async def stream(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket. It finds out who asks by itself, since refusing one is different."""
        await route.handler(self._tools, self._renderings, scope, receive, send)

    def refuse(self, request: Request, status: int) -> Response:
        """Where no route is, and when we failed; a browser's preflight question is answered here too."""
        if request.method == "OPTIONS":
            return Response(status_code=200, headers=PREFLIGHT)
        if status == 500:  # noqa: PLR2004
            return json({"error": "The server made a mistake; it is in its log."}, status=500, headers=CORS)
        return json({"error": "Record not found"}, status=404, headers=CORS)

    def refusal(self, refusal: Refusal) -> Response:
        """A refusal as an answer."""
        status = STATUS[refusal.kind]
        response = json(describe(refusal), status=status)
        if status == 401:  # noqa: PLR2004
            response.headers["www-authenticate"] = 'Bearer realm="pinson", error="invalid_token"'
        return response

    async def _call(self, request: Request, given: dict[str, Any], now: datetime) -> Call:
        secret = bearer(request) or request.query_params.get("access_token") or given.get("access_token")
        principal = None
        if secret:
            principal = await self._tools.tokens.principal(secret)
            if principal is None:
                raise BadToken
        return Call(self._tools, self._renderings, request, principal, now)

    def _count(self, call: Call) -> tuple[Limit, Verdict] | None:
        limits = self._tools.settings.limits
        if not limits.enabled:
            return None
        if call.principal is not None and call.principal.user_id is not None:
            who, most = f"user {call.principal.user_id}", limits.user_requests_per_5_minutes
        else:
            who, most = f"address {call.address}", limits.address_requests_per_5_minutes
        return call.limit("requests", who, Limit(most, FIVE_MINUTES))

    def _admit(self, route: Route, principal: Principal | None) -> None:
        """Whether whoever asks may use this route at all.

        Raises:
            NoToken, NeedsUser, CannotActNow, OutsideScopes.
        """
        who: Who = route.options.get("who", Who.USER)
        scopes: tuple[str, ...] = route.options.get("scopes", ())
        if principal is None:
            if who is not Who.ANYONE:
                raise NoToken
            return
        if who is Who.USER and principal.account_id is None:
            raise NeedsUser
        if who is Who.APP and principal.user_id is not None:
            raise OutsideScopes
        if principal.state is not State.OK and not route.options.get("any_state"):
            raise CannotActNow(why=WHY[principal.state])
        if scopes and principal.scopes.isdisjoint(scopes):
            raise OutsideScopes


def describe(refusal: Refusal) -> dict[str, Any]:
    """The body of a refusal; those about fields of a form say which (the app marks them)."""
    body: dict[str, Any] = {"error": str(refusal)}
    if "details" in refusal.facts:
        body["details"] = refusal.facts["details"]
    return body


def bearer(request: Request) -> str | None:
    """The token in the Authorization header (RFC 6750 section 2.1)."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None


def _limit_headers(limit: Limit, verdict: Verdict) -> dict[str, str]:
    reset = verdict.reset_at.astimezone(UTC)
    return {
        "x-ratelimit-limit": str(limit.count),
        "x-ratelimit-remaining": str(verdict.remaining),
        "x-ratelimit-reset": f"{reset:%Y-%m-%dT%H:%M:%S.%f}Z",
    }
