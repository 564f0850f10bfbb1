"""What the interfaces share: a table of routes, reading a request, and an answer.

`app.py` puts the routes of all interfaces into one `Dispatcher`. Each interface decides for
itself who is asking, what a refusal looks like and which headers every answer carries: see
`Interface`. Nothing here knows a protocol above HTTP.

Why not Starlette's router: it tries one route after another, and its form parser hands out
untyped fields. Its `Request` and `Response` are used as they are.
"""

import ipaddress
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, NamedTuple, Protocol, get_args, get_type_hints
from urllib.parse import parse_qsl

import msgspec
import structlog
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pinson.domain.access.blocks import NetworkSeverity
from pinson.lib.errors import Kind, Refusal
from pinson.lib.forms import MAX_PAIRS, UnreadableBody, nest
from pinson.lib.serving.connections import sent_at_once
from pinson.tools import Tools

MAX_BODY = 1 << 20  # bytes, unless a route's option `max_body` says otherwise: those that take files
MOST_WAITING = 2000  # changes that wait for the disk: some seconds of it at most, and whoever comes then is told so
LATER = 5  # seconds until they may come again
READING = ("GET", "HEAD", "OPTIONS")
MAX_FILES = 8  # in one request
REQUEST_ID = "pinson.request_id"  # where its scope keeps by what the log and the answer name a request
SESSION, UNCOUNTED = "session", "uncounted"  # cookies: who is signed in, who is not to be counted
UPLOADS = "pinson.uploads"  # where in its scope a request keeps the files that it brought

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
        """The answer where no route is (404), the method is wrong (405), we failed (500), to a network that is
        shut out (403), or while more is to be written than the disk takes (503)."""
        ...


class Front(Protocol):
    """What is asked before the routes are looked at."""

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer a request if it is for this; whether it was."""
        ...


class Dispatcher:
    """The ASGI application: finds the route by walking the path once, and lets its interface answer."""

    def __init__(self, tools: Tools, interfaces: list[Interface], *, front: Front) -> None:
        """
        Args:
            interfaces: the last one owns every path that no other claims.
            front: asked first.
        """
        self._front = front
        self._db = tools.db
        self._follower = tools.follower
        self._ip_blocks = tools.ip_blocks
        self._clock = tools.clock
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
        if self._ip_blocks and self._is_shut_out(scope):
            await self._shut_out(scope, receive, send)
            return
        if await self._front.serve(scope, receive, send):
            return
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
        elif method not in READING and self._db.waiting >= MOST_WAITING:
            response = found.interface.refuse(request, 503)
            response.headers["retry-after"] = str(LATER)
        else:
            try:
                response = await found.interface.answer(found.route, request)
            except ClientDisconnect:
                return
            except Exception:
                events.exception("bug", method=method, route=found.route.path, request_id=request_id(scope))
                response = found.interface.refuse(request, 500)
        try:
            if not sent_at_once(response, scope):
                await response(scope, receive, send)
        finally:
            for upload in scope.get(UPLOADS, ()):
                await upload.close()

    def _is_shut_out(self, scope: Scope) -> bool:
        """Whether nothing is answered where the request comes from."""
        client = scope.get("client")
        severity = client and self._ip_blocks.severity(client[0], now=self._clock.now())
        return severity is NetworkSeverity.NO_ACCESS

    async def _shut_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._websocket(None, scope, receive, send)
        else:
            response = self._nobody(scope["path"], {}).refuse(Request(scope, receive), 403)
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


async def parameters(request: Request, route: Route) -> dict[str, Any]:
    """All that the client sent, nested: query, then body, then the path's own, which nothing overrides.

    Bodies are read for every method, GET and DELETE included: clients put parameters there.
    Files are `UploadFile`s, closed once the request is answered.

    Raises:
        BodyTooLarge, UnreadableBody.
    """
    scope = request.scope
    query: bytes = scope["query_string"]
    given = nest(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {}
    body = await _body(request, route)
    if body:
        given = {**given, **body}
    return {**given, **scope["path_params"]} if scope["path_params"] else given


async def _body(request: Request, route: Route) -> dict[str, Any]:
    scope = request.scope
    length = header(scope, b"content-length")
    if not length and not header(scope, b"transfer-encoding"):
        return {}
    most: int = route.options.get("max_body", MAX_BODY)
    if length.isdecimal() and int(length) > most:
        raise BodyTooLarge(limit=most)  # without reading any of it
    kind = header(scope, b"content-type").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            parser = _FormParser(request.headers, _pieces(request, most), files=_file_fields(route.form))
            form = await parser.parse()
            items = form.multi_items()
            scope[UPLOADS] = [value for _, value in items if isinstance(value, UploadFile)]
            return nest(items)
        body = await _whole(request, min(most, MAX_BODY))
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


def cookie_name(name: str, *, secure: bool) -> str:
    """A cookie's name in browsers; over https it is one that a sibling subdomain cannot plant."""
    return f"__Host-{name}" if secure else name


def request_id(scope: Scope) -> str:
    """By what the log and whoever asked can name a request: it says nothing, and is made when it is first asked for."""
    id: str | None = scope.get(REQUEST_ID)
    if id is None:
        id = scope[REQUEST_ID] = f"{random.getrandbits(64):016x}"
    return id


async def _pieces(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """The body as it comes, up to the most that is taken.

    Raises:
        BodyTooLarge.
    """
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise BodyTooLarge(limit=most)
        yield piece


async def _whole(request: Request, most: int) -> bytes:
    """The body, up to the most that is taken. As `_pieces`, which costs more than a small body does to be read.

    Raises:
        BodyTooLarge, ClientDisconnect.
    """
    pieces, size, more = list[bytes](), 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > most:
            raise BodyTooLarge(limit=most)
        more = message.get("more_body", False)
    return b"".join(pieces)


class _FormParser(MultiPartParser):
    """Takes a part for a file if its form says that it is one: some apps send no file name."""

    def __init__(self, headers: Headers, pieces: AsyncGenerator[bytes, None], *, files: frozenset[str]) -> None:
        super().__init__(headers, pieces, max_files=MAX_FILES, max_part_size=MAX_BODY)
        self._file_fields = files
        self._text = 0

    def on_headers_finished(self) -> None:
        disposition = self._current_part.content_disposition
        if disposition is not None:
            _, options = parse_options_header(disposition)
            name = options.get(b"name", b"").decode("latin-1")
            if b"filename" not in options and name in self._file_fields:
                self._current_part.content_disposition = disposition + b'; filename=""'
        super().on_headers_finished()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is None:
            self._text += end - start
            if self._text > MAX_BODY:  # files are on disk, but this is in memory, however large the body may be
                raise MultiPartException("too much of it is not files")
        super().on_part_data(data, start, end)


def _file_fields(form: Any) -> frozenset[str]:
    """The fields of a form that are files."""
    if form is None:
        return frozenset()
    fields = msgspec.structs.fields(form)
    return frozenset(field.encode_name for field in fields if UploadFile in (field.type, *get_args(field.type)))


def peer(request: Request) -> str:
    """The address of whoever sent a request, "" if it has none. It is not to be kept. See `origin` for limits."""
    return request.client.host if request.client else ""


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
