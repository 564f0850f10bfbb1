"""The first page of the settings: what there is to set."""

from starlette.responses import Response

from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call, NotSignedIn

routes = Routes()


@routes.get("/settings")
async def show(call: Call) -> Response:
    """The ways to all other pages.

    Raises:
        NotSignedIn.
    """
    if call.user is None:
        raise NotSignedIn
    return call.page("settings/index", is_owner=call.may("write:accounts"))
