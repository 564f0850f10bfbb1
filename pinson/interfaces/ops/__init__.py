"""Operations: what those who run the server, and the programs that watch it, ask.

Called by load balancers and monitors. Shows nothing about people.
"""

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pinson.interfaces.request import Route, Routes
from pinson.lib import log
from pinson.tools import Tools

routes = Routes()


def interface(tools: Tools) -> "Ops":
    """The interface with the tools of this process."""
    return Ops(tools)


class Ops:
    """The interface: see `pinson.interfaces.request.Interface`."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.routes = routes.all

    async def answer(self, route: Route, _request: Request) -> Response:
        """Answer one request. Nobody needs to be known."""
        response: Response = await route.handler(self._tools)
        return response

    async def stream(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """There are no streams here."""
        raise NotImplementedError(route.path)

    def owns(self, path: str) -> bool:
        """What is under /health."""
        return path.startswith("/health")

    def refuse(self, _request: Request, status: int) -> Response:
        """Where nothing is."""
        return _json({"error": "Not found"}, status)


@routes.get("/health")
async def health(tools: Tools) -> Response:
    """Whether the server answers and can read its data; if it cannot, this is an error like any other."""
    async with tools.db.read() as tx:
        await log.last(tx)
    return _json({"status": "UP"}, 200)


def _json(value: Mapping[str, str], status: int) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
