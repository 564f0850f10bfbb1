"""How interfaces for programs treat every request: who asks, what they may, and what a refusal looks like.

What the Mastodon API and our own share: the same tokens, scopes and limits, the same errors. An interface makes its
`Api` of it, and its `Call`. Handlers receive a `Call` and, if they take parameters, their form; they make one call
into the domain and answer.

Not here: the handlers, entities, pages for people (web), the document that describes an interface (`openapi.py`).

Source: https://docs.joinmastodon.org/client/intro and https://docs.joinmastodon.org/api/rate-limits.
"""

import calendar
import functools
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pinson.domain.access import Principal, SignUpRefused, State, UserRole
from pinson.domain.accounts import AccountId, FieldRefused, ProfileRefused
from pinson.domain.posts import Reader
from pinson.interfaces.request import Route, header, origin, parameters, request_id
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.forms import BadParameter, binder
from pinson.lib.limits import Limit, Verdict
from pinson.lib.paging import link_header, offset_link_header
from pinson.tools import Tools

STATUS = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.GONE: 410,
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
RAW_CORS = [(name.encode(), value.encode()) for name, value in CORS.items()]
PREFLIGHT = {
    **CORS,
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key, Accept, Accept-Language, *",
    "access-control-max-age": "86400",
}
CHALLENGE = 'Bearer realm="pinson", error="invalid_token"'  # of who asks without a good token
FIVE_MINUTES, FIFTEEN_MINUTES, HALF_AN_HOUR, A_DAY = 300, 900, 1800, 86_400
SHORT = 100  # bytes of a query that is remembered, at most
CURSORS = (b"max_id=", b"since_id=", b"min_id=")  # a request that has one is for a further page


class Who(Enum):
    """Whom a route answers."""

    USER = "user"  # somebody who signed in
    TOKEN = "token"  # noqa: S105 (that, or an app for itself)
    APP = "app"  # an app for itself
    ANYONE = "anyone"  # a token need not be sent; if it is, it must be good
    NOBODY = "nobody"  # who asks makes no difference: a token is not even looked at


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


class NotAllowed(Refusal):
    """It takes a role on the server that the user does not have, or more of one."""

    kind, code = Kind.FORBIDDEN, "not_allowed"
    text = "This action is not allowed"


class CannotActNow(Refusal):
    """The user behind the token may not act at the moment."""

    kind, code = Kind.FORBIDDEN, "cannot_act"
    text = "{why}"


class TooManyRequests(Refusal):
    """A rate limit is reached."""

    kind, code = Kind.TOO_MANY, "too_many_requests"
    text = "Too many requests"


class TooManyIds(Refusal):
    """More was asked for at once than one answer holds."""

    kind, code = Kind.INVALID, "too_many_ids"
    text = "Validation failed: at most {limit} ids can be given at once"


class NothingHere(Refusal):
    """The path leads nowhere: there is nothing of the kind, or the id in it is none."""

    kind, code = Kind.MISSING, "nothing_here"
    text = "Record not found"


WHY = {
    State.UNCONFIRMED: "Your login is missing a confirmed e-mail address",
    State.PENDING: "Your login is currently pending approval",
    State.DISABLED: "Your login is currently disabled",
    State.SUSPENDED: "Your login is currently disabled",
}


class Call:
    """One request: who makes it, when, and with which tools it is answered.

    principal: who asks; None for a stranger.
    tightest: of the rate limits that were counted for it, the one with the least left.
    """

    __slots__ = ("now", "principal", "request", "tightest", "tools")

    def __init__(self, tools: Tools, request: Request, now: datetime) -> None:
        self.tools = tools
        self.request = request
        self.now = now
        self.principal: Principal | None = None
        self.tightest: tuple[Limit, Verdict] | None = None

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
        circle = None if account_id is None else await self.tools.circles.of(tx, account_id, now=self.now)
        return Reader(circle, self.tools.standing)

    def limit(self, name: str, who: str, limit: Limit) -> None:
        """Count one use of something that is limited, unless limits are off.

        Raises:
            TooManyRequests: that was one too many.
        """
        if not self.tools.settings.limits.enabled:
            return
        verdict = self.tools.limits.hit(f"{name} {who}", limit, now=self.now)
        if self.tightest is None or verdict.remaining <= self.tightest[1].remaining:
            self.tightest = limit, verdict
        if not verdict.allowed:
            raise TooManyRequests

    def link(
        self, *, first: int | None, last: int | None, prev: Literal["min_id", "since_id"] = "min_id"
    ) -> dict[str, str] | None:
        """The header that leads on from a page; see `link_header`. A token in the query is not handed back."""
        path = self.request.scope["path"]
        link = link_header(self.base_url, path, self._asked(), first=first, last=last, prev=prev)
        return {"link": link} if link else None

    def link_by_offset(self, *, offset: int, limit: int, is_full: bool) -> dict[str, str] | None:
        """The same for a list that is paged by offset; see `offset_link_header`."""
        path = self.request.scope["path"]
        link = offset_link_header(self.base_url, path, self._asked(), offset=offset, limit=limit, is_full=is_full)
        return {"link": link} if link else None

    def _asked(self) -> list[tuple[str, str]]:
        """What stands in the query, but for a token."""
        query = self.request.scope["query_string"]
        pairs = _known_pairs(query) if len(query) < SHORT else _pairs(query)
        return [pair for pair in pairs if pair[0] != "access_token"] if query else []


def _pairs(query: bytes) -> tuple[tuple[str, str], ...]:
    """What stands in a query."""
    return tuple(parse_qsl(query.decode("latin-1"), keep_blank_values=True))


_known_pairs = functools.lru_cache(maxsize=1024)(_pairs)  # an app asks for its lists with the same few


class Json(Response):
    """An answer in JSON. Its headers are bytes from the start: Starlette's way costs 10 µs more, as much as a page."""

    def __init__(self, body: bytes, status: int, headers: dict[str, str] | None) -> None:
        self.body = body
        self.status_code = status
        self.background = None
        self.raw_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            *((name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()),
        ]


def json(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON; `value` may be rendered already. `headers`: names in lower case."""
    return Json(value if isinstance(value, bytes) else msgspec.json.encode(value), status, headers)


class Api:
    """The interface: see `pinson.interfaces.request.Interface`.

    Options of its routes:
        who: whom it answers, a `Who`; users unless it says otherwise.
        scopes: of which the token must have one; none is needed if there are none.
        role: the least that its user must be to the server, if they must be anything.
        any_state: whether users who wait for something, or are disabled, may call it too.
        refuse: how a refusal looks, if not as everywhere else (`refused`).
        answers: what it answers, for the OpenAPI document that all answers in tests are held against: a type
            that msgspec makes a JSON schema of (an entity, `list[Entity]`, `Entity | OtherEntity`, `Empty` for
            `{}`), None for an empty body; by status where that is not just 200: `{200: Entity, 202: Entity}`.
        media_type: of what it answers, if not application/json; what is no JSON has `answers=str`.
        deprecated: the day, a `date`, from which apps should use something else; the answer says so (RFC 9745).
    """

    owned: ClassVar[tuple[str, ...]]  # how the paths begin that are its own

    def __init__(self, tools: Tools, routes: Sequence[Route]) -> None:
        self._tools = tools
        self.routes = list(routes)

    def owns(self, path: str) -> bool:
        """All paths that only programs call."""
        return path.startswith(self.owned)

    def call(self, request: Request, now: datetime) -> Call:
        """A request as handlers of this interface receive it."""
        return Call(self._tools, request, now)

    async def answer(self, route: Route, request: Request) -> Response:
        """Answer one request."""
        call = self.call(request, self._tools.clock.now())
        try:
            response = await self._answer(route, call)
        except Refusal as refusal:
            response = route.options.get("refuse", refused)(refusal)
        response.raw_headers += RAW_CORS
        response.raw_headers.append((b"x-request-id", request_id(request.scope).encode()))
        if call.tightest is not None:
            response.headers.update(_limit_headers(*call.tightest))
        if (since := route.options.get("deprecated")) is not None:
            response.headers["deprecation"] = f"@{calendar.timegm(since.timetuple())}"
        return response

    async def stream(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket. An interface that has some overrides this."""
        raise NotImplementedError

    def refuse(self, request: Request, status: int) -> Response:
        """Where no route is, and when we failed; a browser's preflight question is answered here too."""
        if request.method == "OPTIONS":
            return Response(status_code=200, headers=PREFLIGHT)
        said = {
            403: "Requests from your network are not answered here",
            500: "The server made a mistake; it is in its log.",
            503: "The server has too much to do. Nothing was saved; please try again in a moment.",
        }
        headers = CORS | {"x-request-id": request_id(request.scope)}
        if status in said:
            return json({"error": said[status]}, status=status, headers=headers)
        return json({"error": "Record not found"}, status=404, headers=headers)

    async def _answer(self, route: Route, call: Call) -> Response:
        request = call.request
        # A body that may be large is read once its sender is known: a stranger's does not fill our disk.
        is_large = "max_body" in route.options
        given = await parameters(request, route) if not is_large and (route.form or request.method != "GET") else {}
        secret = None
        if route.options.get("who") is not Who.NOBODY:
            secret = bearer(request) or _secret_in_query(request) or given.get("access_token")
            if isinstance(secret, str) and secret:
                call.principal = await self._tools.tokens.principal(secret)
        self._count(call)
        if secret and call.principal is None:
            raise BadToken
        self._admit(route, call.principal)
        if is_large:
            given = await parameters(request, route)
        form = () if route.form is None else (_bound(route, given, request),)
        response: Response = await route.handler(call, *form)
        return response

    def _count(self, call: Call) -> None:
        """Count a request among those of its user and token, or of its address, and among those for further pages.

        Raises:
            TooManyRequests.
        """
        limits = self._tools.settings.limits
        if not limits.enabled:
            return
        if call.principal is not None and call.principal.user_id is not None:
            who, token = f"user {call.principal.user_id}", f"token {call.principal.token_id}"
            call.limit("requests", token, Limit(limits.token_requests_per_5_minutes, FIVE_MINUTES))
            call.limit("requests", who, Limit(limits.user_requests_per_5_minutes, FIVE_MINUTES))
        else:
            who = origin(call.request)
            call.limit("requests", who, Limit(limits.address_requests_per_5_minutes, FIVE_MINUTES))
        query = call.request.scope["query_string"]
        if query and any(cursor in query for cursor in CURSORS):
            call.limit("pages", who, Limit(limits.pages_per_15_minutes, FIFTEEN_MINUTES))

    def _admit(self, route: Route, principal: Principal | None) -> None:
        """Whether whoever asks may use this route at all.

        Raises:
            NoToken, NeedsUser, CannotActNow, NotAllowed, OutsideScopes.
        """
        who: Who = route.options.get("who", Who.USER)
        scopes: tuple[str, ...] = route.options.get("scopes", ())
        if principal is None:
            if who in (Who.ANYONE, Who.NOBODY):
                return
            raise NoToken
        if who is Who.USER and principal.account_id is None:
            raise NeedsUser
        if who is Who.APP and principal.user_id is not None:
            raise OutsideScopes
        if principal.state is not State.OK and not route.options.get("any_state"):
            raise CannotActNow(why=WHY[principal.state])
        role: UserRole | None = route.options.get("role")
        if role is not None and (principal.user_role is None or not principal.user_role.covers(role)):
            raise NotAllowed
        if scopes and principal.scopes.isdisjoint(scopes):
            raise OutsideScopes


def refused(refusal: Refusal) -> Response:
    """A refusal as an answer."""
    status = STATUS[refusal.kind]
    response = json(_description(refusal), status=status)
    if status == 401:
        response.headers["www-authenticate"] = CHALLENGE
    return response


def _description(refusal: Refusal) -> dict[str, Any]:
    """The body of a refusal. Those about fields of a form say which; what is not there is always called the same."""
    match refusal:
        case SignUpRefused() | ProfileRefused():
            fields = refusal.refusals
        case FieldRefused():
            fields = (refusal,)
        case _:
            return {"error": "Record not found" if refusal.kind is Kind.MISSING else str(refusal)}
    details: dict[str, list[dict[str, str]]] = {}
    for one in fields:
        said = {"error": f"ERR_{one.flaw.upper()}", "description": str(one)}
        details.setdefault(one.field, []).append(said)
    return {"error": f"Validation failed: {' '.join(map(str, fields))}", "details": details}


def _bound(route: Route, given: dict[str, Any], request: Request) -> Any:
    try:
        return binder(route.form)(given)
    except BadParameter as refusal:
        if refusal.facts["name"] in request.path_params:
            raise NothingHere from None
        raise


def bearer(request: Request) -> str | None:
    """The token in the Authorization header (RFC 6750 section 2.1)."""
    kind, _, secret = header(request.scope, b"authorization").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None


def _secret_in_query(request: Request) -> str | None:
    """The token in the address (RFC 6750 section 2.3), where clients that cannot set headers put it."""
    return request.query_params.get("access_token") if request.scope["query_string"] else None


def _limit_headers(limit: Limit, verdict: Verdict) -> dict[str, str]:
    reset = verdict.reset_at.astimezone(UTC)
    return {
        "x-ratelimit-limit": str(limit.count),
        "x-ratelimit-remaining": str(verdict.remaining),
        "x-ratelimit-reset": f"{reset:%Y-%m-%dT%H:%M:%S.%f}Z",
    }
