"""What hubs call: their question whether we asked, and what they bring (W3C WebSub, sections 5.3 and 7).

Called by hubs of others, at an address that only the hub knows that was asked. What is signed is read and becomes
messages before the hub is answered, so that it sends it again if we die meanwhile; what is not signed says no more
than that it is worth a look.

Not here: which hubs are asked, and when (`pinson/sourcing.py`); the hub that others ask about our own feeds.
"""

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from pinson import sourcing
from pinson.domain import sources
from pinson.interfaces.request import Route, Routes
from pinson.sourcing import CALLBACKS
from pinson.tools import Tools

routes = Routes()

HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
GONE = "Nobody here wants to hear of this any more."

events = structlog.get_logger("pinson.callbacks")


def interface(tools: Tools) -> "Callbacks":
    """The interface with the tools of this process."""
    return Callbacks(tools)


class Callbacks:
    """The interface: see `pinson.interfaces.request.Interface`."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.routes = routes.all

    async def answer(self, route: Route, request: Request) -> Response:
        """Answer one request. Who knows the address is known."""
        response: Response = await route.handler(self._tools, request)
        response.headers.update(HEADERS)
        return response

    async def stream(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """There are no streams here."""
        raise NotImplementedError(route.path)

    def owns(self, path: str) -> bool:
        """What is under one address."""
        return path.startswith(f"{CALLBACKS}/")

    def refuse(self, _request: Request, status: int) -> Response:
        """Where nothing is, or nothing can be done."""
        return PlainTextResponse("", status, headers=HEADERS)


@routes.get(CALLBACKS + "/{token}")
async def verify(tools: Tools, request: Request) -> Response:
    """Say whether we asked for this, by giving back the hub's word."""
    async with tools.db.read() as tx:  # whoever guesses makes nobody wait for the disk
        is_known = await sources.hubs.is_known(tx, request.path_params["token"])
    if not is_known:
        return PlainTextResponse("", 404)
    asked = request.query_params
    seconds = asked.get("hub.lease_seconds", "")
    is_ours = await tools.db.write(
        sources.hubs.verify,
        token=request.path_params["token"],
        mode=asked.get("hub.mode", ""),
        topic=asked.get("hub.topic", ""),
        seconds=int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 10 else 0,
        reason=asked.get("hub.reason", ""),
        now=tools.clock.now(),
    )
    if not is_ours:
        return PlainTextResponse("", 404)
    return PlainTextResponse(asked.get("hub.challenge", ""))


@routes.post(CALLBACKS + "/{token}")
async def take(tools: Tools, request: Request) -> Response:
    """Take what a hub brings."""
    async with tools.db.read() as tx:
        found = await sources.hubs.called(tx, request.path_params["token"])
    if found is None:
        return PlainTextResponse(GONE, 410)
    one, source = found
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > sources.MOST_BYTES:
            return PlainTextResponse("", 413)
    is_signed = sources.hubs.is_signed(one, bytes(body), request.headers.get("x-hub-signature", ""))
    if is_signed and body:
        await sourcing.take_delivery(tools, source, bytes(body), content_type=request.headers.get("content-type", ""))
    elif is_signed or not sourcing.tells_secret(tools, one):
        await tools.db.write(sources.look_soon, id=source.id, now=tools.clock.now())
    else:
        events.info("not_signed", source=source.id)  # section 7.1: ignored, and answered like any other
    return Response(status_code=202)
