"""The files that pages and apps fetch: style sheet, icon, default pictures of accounts.

Not here: how they are held (`pages.py`), what people upload.
"""

import msgspec
from starlette.responses import Response

from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.lib.errors import Kind, Refusal

FOR_EVER = "public, max-age=31536000, immutable"  # the address holds a hash of the content
FOR_A_DAY = "public, max-age=86400"  # the bare address, which apps know

KEPT_ROBOTS = 3600  # seconds that a proxy may hold what robots are told
# Pages that say "noindex" themselves (accounts that ask for it) are not here: what may not read a page does not learn
# that it is not to be found.
NOT_FOR_ROBOTS = (
    *("/api/", "/appeals/", "/auth/", "/live", "/moderation", "/oauth/", "/operator", "/search", "/settings"),
    *("/drafts", "/follow_requests", "/kept", "/lists", "/messages", "/notifications", "/posts/", "/write"),
)

routes = Routes()


class NoSuchFile(Refusal):
    """There is no file of this name."""

    kind, code = Kind.MISSING, "no_such_file"
    text = "There is no such file."


class Asked(msgspec.Struct):
    """What the address says: which file, and which version of it the page meant."""

    file: str
    v: str = ""


@routes.get("/robots.txt")
async def robots(call: Call) -> Response:
    """What programs that read the web leave alone (RFC 9309): what takes signing in, and what has no end."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS)]
    return call.public("\n".join([*lines, ""]).encode(), "text/plain", kept=KEPT_ROBOTS)


@routes.get("/static/{file}")
async def show(call: Call, form: Asked) -> Response:
    """A file, or 304 if the browser has it already (RFC 9110, section 13.1.2)."""
    file = call.files.get(form.file)
    if file is None:
        raise NoSuchFile
    etag = f'"{file.version}"'
    headers = {"etag": etag, "cache-control": FOR_EVER if form.v == file.version else FOR_A_DAY}
    known = [tag.strip().removeprefix("W/") for tag in call.request.headers.get("if-none-match", "").split(",")]
    if etag in known:
        return Response(status_code=304, headers=headers)
    return Response(file.body, headers=headers, media_type=file.media_type)
