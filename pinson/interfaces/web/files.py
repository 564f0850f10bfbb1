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

routes = Routes()


class NoSuchFile(Refusal):
    """There is no file of this name."""

    kind, code = Kind.MISSING, "no_such_file"
    text = "There is no such file."


class Asked(msgspec.Struct):
    """What the address says: which file, and which version of it the page meant."""

    file: str
    v: str = ""


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
