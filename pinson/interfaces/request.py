"""What the interfaces share: a table of routes, reading a request, and an answer.

`app.py` puts the routes of all interfaces into one `Dispatcher`. Each interface decides for
itself who is asking, what a refusal looks like and which headers every answer carries: see
`Interface`. Nothing here knows a protocol above HTTP.

Why not Starlette's router: it tries one route after another, and its form parser hands out
untyped fields. Its `Request` and `Response` are used as they are.
"""

import ipaddress
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, NamedTuple, Protocol, get_type_hints
from urllib.parse import parse_qsl

import msgspec
import structlog
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pinson.lib.errors import Kind, Refusal
from pinson.lib.forms import MAX_PAIRS, UnreadableBody, nest
from pinson.tools import Tools

MAX_BODY = 1 << 20  # bytes; no route takes files yet

events = structlog.get_logger("pinson.http")

Handler = Callable[..., Awaitable[Any]]


class BodyTooLarge(Refusal):
    """The body is larger than anything that belongs in it."""

    kind, code = Kind.TOO_LARGE, "body_too_large"
    text = "The request is too large: at most {limit} bytes are taken here."


class Route(msgspec.Struct, frozen=True):
    """One method and path, and who answers.

    form: type of the handler's second argument, bound from path, query and body; None if it
        takes none.
    options: what the interface said about the route (scope, limits ...).
    """

    method: str
    path: str
    handler: Handler
    form: Any
    options: Mapping[str, Any]


class Routes:
    """The routes of one module of an interface, filled by its decorators."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def get(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Answer GET (and HEAD) on `path`; `{name}` in it is a parameter, one segment long."""
        return self.on("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Answer POST on `path`."""
        return self.on("POST", path, **options)

    def on(self, method: str, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Answer `method` on `path`. "WEBSOCKET" is a method too."""

        def register(handler: Handler) -> Handler:
            parameters = list(handler.__annotations__)
            form = get_type_hints(handler).get(parameters[1]) if len(parameters) > 2 else None
            self.all.append(Route(method, path, handler, form, options))
            return handler

        return register


class Interface(Protocol):
    """One protocol over HTTP: its routes, and how it treats every request to them."""

    routes: list[Route]

    async def answer(self, route: Route, request: Request) -> Response:
        """Find out who asks, bind the form, call the handler, translate what is refused."""
        ...

    async def stream(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket route."""
        ...

    def owns(self, path: str) -> bool:
        """Whether a path that leads nowhere is this interface's to refuse."""
        ...

    def refuse(self, request: Request, status: int) -> Response:
        """The answer where no route is (404), the method is wrong (405), or we failed (500)."""
        ...


class Dispatcher:
    """The ASGI application: finds the route by walking the path once, and lets its interface answer."""

    def __init__(self, tools: Tools, interfaces: list[Interface]) -> None:
        """
        Args:
            interfaces: the last one owns every path that no other claims.
        """
        self._follower = tools.follower
        self._interfaces = interfaces
        self._tree: dict[str, Any] = {}  # by segment; keys of our own begin with a slash, as no segment can
        for interface in interfaces:
            for route in interface.routes:
                self._plant(interface, route)

    def _plant(self, interface: Interface, route: Route) -> None:
        node, names = self._tree, []
        for segment in route.path.strip("/").split("/"):
            prefix, brace, name = segment.partition("{")
            if brace:
                names.append(name[:-1])
            node = node.setdefault(f"/{prefix}" if brace else segment, {})
        methods = node.setdefault(METHODS, {})
        if route.method in methods:
            raise ValueError(f"two routes for {route.method} {route.path}")
        methods[route.method] = Found(interface, route, tuple(names))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if self._follower.behind:
            await self._follower.catch_up()
        methods, values = self._find(scope["path"])
        method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
        found = methods.get("GET" if method == "HEAD" else method)
        if found is not None:
            scope["path_params"] = dict(zip(found.names, values, strict=True))
        if method == "WEBSOCKET":
            await self._websocket(found, scope, receive, send)
            return
        request = Request(scope, receive)
        if found is None:
            response = self._nobody(scope["path"], methods).refuse(request, 405 if methods else 404)
        else:
            try:
                response = await found.interface.answer(found.route, request)
            except ClientDisconnect:
                return
            except Exception:
                events.exception("bug", method=method, route=found.route.path)
                response = found.interface.refuse(request, 500)
        await response(scope, receive, send)

    async def _websocket(self, found: "Found | None", scope: Scope, receive: Receive, send: Send) -> None:
        if found is None:
            await receive()  # the request to connect
            await send({"type": "websocket.close"})  # not accepted: the client sees 403
            return
        await found.interface.stream(found.route, scope, receive, send)

    def _find(self, path: str) -> tuple[Mapping[str, "Found"], list[str]]:
        """The methods at `path`, with or without a trailing slash, and the values of its parameters in order."""
        node, values = self._tree, []
        for segment in path.strip("/").split("/"):
            if (literal := node.get(segment)) is not None:
                node = literal
            elif segment.startswith("@") and "/@" in node:
                node = node["/@"]
                values.append(segment[1:])
            elif "/" in node:
                node = node["/"]
                values.append(segment)
            else:
                return {}, []
        return node.get(METHODS, {}), values

    def _nobody(self, path: str, methods: Mapping[str, "Found"]) -> Interface:
        """Whose it is to refuse a path that has no route, or not this method."""
        if methods:
            return next(iter(methods.values())).interface
        return next((one for one in self._interfaces if one.owns(path)), self._interfaces[-1])


class Found(NamedTuple):
    """What the table holds for one method of a path."""

    interface: Interface
    route: Route
    names: tuple[str, ...]


METHODS = "/methods"


async def parameters(request: Request) -> dict[str, Any]:
    """All that the client sent, nested: query, then body, then the path's own, which nothing overrides.

    Bodies are read for every method, GET and DELETE included: clients put parameters there.

    Raises:
        BodyTooLarge, UnreadableBody.
    """
    scope = request.scope
    query: bytes = scope["query_string"]
    given = nest(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {}
    body = await _body(request)
    if body:
        given = {**given, **body}
    return {**given, **scope["path_params"]} if scope["path_params"] else given


async def _body(request: Request) -> dict[str, Any]:
    scope = request.scope
    if not header(scope, b"content-length") and not header(scope, b"transfer-encoding"):
        return {}
    kind = header(scope, b"content-type").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            form = await MultiPartParser(request.headers, _pieces(request), max_part_size=MAX_BODY).parse()
            return nest(form.multi_items())
        body = b"".join([piece async for piece in _pieces(request)])
        if not body:
            return {}
        if kind.endswith("json"):
            read = msgspec.json.decode(body)
            return read if isinstance(read, dict) else {}
        return nest(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_PAIRS))
    except (msgspec.DecodeError, MultiPartException, RecursionError, ValueError) as error:
        raise UnreadableBody(why=str(error)[:80]) from None


def header(scope: Scope, name: bytes) -> str:
    """A header of the request, by its name in lower case; "" if it was not sent. Looks at the bytes as they came."""
    for sent, value in scope["headers"]:
        if sent == name:
            return str(value, "latin-1")
    return ""


async def _pieces(request: Request) -> AsyncGenerator[bytes, None]:
    """The body as it comes, up to the most that is taken.

    Raises:
        BodyTooLarge.
    """
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_BODY:
            raise BodyTooLarge(limit=MAX_BODY)
        yield piece


def origin(request: Request) -> str:
    """Where a request comes from, as limits count it; uvicorn has already believed the trusted proxies.

    Of an IPv6 address the first 64 bits count: that many a household has for itself.
    """
    host = request.client.host if request.client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return host if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


async def _lifespan(receive: Receive, send: Send) -> None:
    """uvicorn asks whether we are ready; `app.py` has made us so before it starts to serve."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
