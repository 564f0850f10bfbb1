"""What the OpenAPI document of this interface says of all of it; see `pinson.interfaces.openapi`."""

from collections.abc import Sequence
from typing import Any

from pinson.interfaces import openapi
from pinson.interfaces.openapi import ID
from pinson.interfaces.request import Route

__all__ = ["ID", "document", "serving"]

PATH = "/api/openapi.json"
INTRODUCTION = """\
The API that Mastodon's apps speak: https://docs.joinmastodon.org/client/intro. Parameters may be sent in the query,
as a form or as JSON alike. In a form or query, names are nested as Rails does it: `poll[options][]=a`. Numbers and
booleans may be sent as text; an empty text or null is the same as not given. Whatever is refused is refused in the
form of `ErrorEntity`."""


def serving(routes: Sequence[Route]) -> Route:
    """The route that serves the document of itself and these routes."""
    return openapi.serving(routes, path=PATH, introduction=INTRODUCTION)


def document(routes: Sequence[Route], base_url: str) -> dict[str, Any]:
    """The document of these routes, as JSON has it. base_url: public address of the server."""
    return openapi.document(routes, base_url, INTRODUCTION)
