"""The sheet of the keys that act on pages: a page of its own, and a dialog that `?` opens anywhere.

Not here: what the keys do (`static/shortcuts.js`, which knows the same ones).
"""

from starlette.responses import Response

from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call

routes = Routes()


@routes.get("/shortcuts")
async def show(call: Call) -> Response:
    """The sheet."""
    return call.fragment("_shortcuts") if call.is_fragment else call.page("shortcuts")
