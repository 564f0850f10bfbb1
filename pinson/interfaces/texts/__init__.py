"""Where operators that take texts over HTTP tell us things: that somebody wrote, and what became of a text.

`/texts/incoming` and `/texts/receipt`, GET or POST, with the secret as `key`; see docs/howto/send-texts.md. An answer
of 200 says that it is kept: until then they may tell us again.

Not here: what is done with it (`pinson/texting`).
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pinson.interfaces.request import Route, Routes, parameters
from pinson.lib.errors import Kind, Refusal
from pinson.lib.gateways import Incoming, Receipt
from pinson.texting import HOOKS, Telephony
from pinson.tools import Tools

routes = Routes()

STATUSES = {Kind.UNAVAILABLE: 503, Kind.TOO_LARGE: 413}


def interface(tools: Tools, telephony: Telephony | None) -> "Texts":
    """The interface with the tools of this process."""
    return Texts(tools, telephony)


class Texts:
    """The interface: see `pinson.interfaces.request.Interface`."""

    def __init__(self, tools: Tools, telephony: Telephony | None) -> None:
        self._tools = tools
        self._telephony = telephony
        self.routes = routes.all

    async def answer(self, route: Route, request: Request) -> Response:
        """Take in what an operator tells us."""
        telephony = self._telephony
        if telephony is None or telephony.operator is None:
            return _plain("not found", 404)
        try:
            fields = {name: str(value) for name, value in (await parameters(request, route)).items()}
            key = fields.pop("key", "")
            now = self._tools.clock.now()
            heard: Incoming | Receipt
            if route.options["tells"] == "text":
                heard = telephony.operator.incoming(key, fields, now=now)
            else:
                heard = telephony.operator.receipt(key, fields, now=now)
            await telephony.answering.hear([heard])
        except Refusal as refusal:
            return _plain(str(refusal), STATUSES.get(refusal.kind, 403))
        return _plain("", 200)

    async def stream(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """There are no streams here."""
        raise NotImplementedError(route.path)

    def owns(self, path: str) -> bool:
        """What is under /texts."""
        return path.startswith(f"{HOOKS}/")

    def refuse(self, _request: Request, status: int) -> Response:
        """Where nothing is."""
        return _plain("not found" if status == 404 else "not now", status)


async def _taken(*_: Any) -> None:
    """The interface itself answers."""


for method in ("GET", "POST"):
    routes.on(method, f"{HOOKS}/incoming", tells="text")(_taken)
    routes.on(method, f"{HOOKS}/receipt", tells="receipt")(_taken)


def _plain(text: str, status: int) -> Response:
    """With its charset: Kannel asks for one."""
    return Response(text, status, media_type="text/plain; charset=utf-8", headers={"cache-control": "no-store"})
