"""Our own API, /api/pinson/v1: live events, corrections and short links, of which Mastodon's apps know nothing.

The same tokens, scopes, limits and refusals as there (`pinson.interfaces.api`); ids are the same too. Described by the
document at /api/pinson/v1/openapi.json, to which all its answers in tests are held.

Called by `app.py`. What answers look like is in `entities.py`; the other modules hold handlers, one subject each.
"""

from pinson.interfaces import openapi
from pinson.interfaces.api import Api
from pinson.interfaces.own import corrections, drafts, events, links, messages, programme, team
from pinson.interfaces.request import Route
from pinson.tools import Tools

__all__ = ["interface", "routes"]

ROOT = "/api/pinson/v1"
MODULES = (events, team, programme, drafts, messages, corrections, links)
INTRODUCTION = """\
Our own API: live events, corrections and short links. Its tokens are those of the API that Mastodon's apps speak,
described at /api/openapi.json, and so are the ids of accounts and of messages, which are statuses there: what is
written in an event appears in every app. Parameters may be sent in the query, as a form or as JSON alike. Moments are
RFC 3339. Lists lead on by the header `Link` (RFC 8288). Whatever is refused is refused in the form of `ErrorEntity`."""


class OwnApi(Api):
    """The interface: see `pinson.interfaces.api.Api`."""

    owned = ("/api/pinson/",)


def interface(tools: Tools) -> OwnApi:
    """The interface with the tools of this process."""
    return OwnApi(tools, routes())


def routes() -> list[Route]:
    """Every route of the interface; the last one serves the document of all of them."""
    found = [route for module in MODULES for route in module.routes.all]
    return [*found, openapi.serving(found, path=f"{ROOT}/openapi.json", introduction=INTRODUCTION)]
