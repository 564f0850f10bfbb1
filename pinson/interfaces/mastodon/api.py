"""How this interface treats every request: as all for programs do (`pinson.interfaces.api`), with renderings at hand.

Called by the `Dispatcher` for all routes of the Mastodon API and of OAuth's endpoints for apps.

Not here: the handlers, entities, pages for people (web).
"""

from collections.abc import Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from pinson.interfaces import api
from pinson.interfaces.api import (
    A_DAY,
    FIVE_MINUTES,
    HALF_AN_HOUR,
    STATUS,
    NothingHere,
    NoToken,
    TooManyIds,
    Who,
    json,
    refused,
)
from pinson.interfaces.mastodon.entities import Renderings
from pinson.interfaces.mastodon.figures import Figures
from pinson.interfaces.request import Route
from pinson.tools import Tools

__all__ = [
    "A_DAY",
    "FIVE_MINUTES",
    "HALF_AN_HOUR",
    "STATUS",
    "Call",
    "MastodonApi",
    "NoToken",
    "NothingHere",
    "TooManyIds",
    "Who",
    "json",
    "refused",
]


class Call(api.Call):
    """See `pinson.interfaces.api.Call`."""

    __slots__ = ("figures", "renderings")

    def __init__(self, tools: Tools, renderings: Renderings, figures: Figures, request: Request, now: datetime) -> None:
        super().__init__(tools, request, now)
        self.renderings = renderings
        self.figures = figures


class MastodonApi(api.Api):
    """The interface: see `pinson.interfaces.api.Api`."""

    owned = ("/api/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/.well-known/", "/nodeinfo/")

    def __init__(self, tools: Tools, renderings: Renderings, routes: Sequence[Route]) -> None:
        super().__init__(tools, routes)
        self._renderings = renderings
        self._figures = Figures(tools.db)

    def call(self, request: Request, now: datetime) -> Call:
        """A request as handlers of this interface receive it."""
        return Call(self._tools, self._renderings, self._figures, request, now)

    async def stream(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket. It finds out who asks by itself, since refusing one is different."""
        await route.handler(self._tools, self._renderings, scope, receive, send)
