"""Explore: what is public here, newest first, for anybody."""

from starlette.responses import Response

from pinson.interfaces.request import Routes
from pinson.interfaces.web.reading import KEPT, Paged, read
from pinson.interfaces.web.site import Call

routes = Routes()


@routes.get("/explore")
async def show(call: Call, form: Paged) -> Response:
    """Everything public from here."""
    return call.page("explore", kept=KEPT, part=await read(call, call.tools.timelines.public(local=True), form))
