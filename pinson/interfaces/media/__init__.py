"""The files themselves: pictures, films and sounds, at addresses that nobody can guess.

Called by browsers and apps, without a token. A file never changes, so it may be kept for ever.
What is served is what we encoded, under the type that its key's suffix says; what people sent
has a suffix that is not served. Should a browser take a file for a page all the same, a sandbox
keeps it from running anything.

Not here: who may upload (mastodon), what else a page needs (web).
"""

import re
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from pinson.domain.media import TYPES
from pinson.interfaces.request import Route, Routes
from pinson.tools import Tools

ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
HEADERS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Content-Length, Content-Range",
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
    ),
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}
FOR_EVER = "public, max-age=31536000, immutable"

routes = Routes()


def interface(tools: Tools) -> "MediaFiles":
    """The interface with the tools of this process."""
    return MediaFiles(tools)


class Call(NamedTuple):
    """One request, and the tools it is answered with."""

    tools: Tools
    request: Request


class MediaFiles:
    """The interface: see `pinson.interfaces.request.Interface`."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.routes = routes.all

    async def answer(self, route: Route, request: Request) -> Response:
        """Answer one request. Nobody needs to be known."""
        response: Response = await route.handler(Call(self._tools, request))
        response.headers.update(HEADERS)
        return response

    async def stream(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """There are no streams here."""
        raise NotImplementedError(route.path)

    def owns(self, path: str) -> bool:
        """What is under /media."""
        return path.startswith("/media/")

    def refuse(self, request: Request, status: int) -> Response:
        """Where nothing is; and a browser's preflight question."""
        if request.method == "OPTIONS":
            asked = {"access-control-allow-methods": "GET, HEAD", "access-control-allow-headers": "*"}
            return Response(status_code=200, headers=HEADERS | asked)
        return Response(status_code=status, headers=HEADERS | {"cache-control": "no-store"})


@routes.get("/media/{key}")
async def show(call: Call) -> Response:
    """A file or the part of it that was asked for (RFC 9110, section 14), or 304 if it is known (section 13.1.2)."""
    request, key = call.request, call.request.path_params["key"]
    media_type = TYPES.get(key.rpartition(".")[2])
    blob = await call.tools.blobs.open(key) if media_type else None
    if blob is None:
        return Response(status_code=404, headers={"cache-control": "no-store"})
    etag = f'"{key}"'
    headers = {"etag": etag, "cache-control": FOR_EVER, "accept-ranges": "bytes"}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in known:
        blob.close()
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        blob.close()
        return Response(headers=headers | {"content-length": str(blob.size)}, media_type=media_type)
    status, start, stop = 200, 0, blob.size
    part = _part(request.headers.get("range", ""), blob.size)
    if part is not None and request.headers.get("if-range", etag) == etag:
        status, (start, stop) = 206, part
        if start >= stop:
            blob.close()
            return Response(status_code=416, headers={"content-range": f"bytes */{blob.size}"})
        headers["content-range"] = f"bytes {start}-{stop - 1}/{blob.size}"
    headers["content-length"] = str(stop - start)
    return StreamingResponse(blob.pieces(start, stop), status, headers, media_type=media_type)


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """From which byte up to which, the last excluded. None: all of it, as for several parts at once.

    The two may be equal or crossed, if what was asked for is not there.
    """
    match = ONE_RANGE.fullmatch(asked)
    first, last = match.groups() if match else ("", "")
    if first:
        if last and int(last) < int(first):
            return None
        return int(first), min(int(last) + 1, size) if last else size
    return (max(0, size - int(last)), size) if last else None
