"""The first page: what this is, how to connect an app, and who you are signed in as."""

from collections.abc import Sequence

from starlette.responses import Response

from pinson.domain import access
from pinson.domain.access import Membership
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call

routes = Routes()


@routes.get("/")
async def home(call: Call) -> Response:
    """The front door."""
    accounts: Sequence[Membership] = ()
    if call.user is not None:
        async with call.tools.db.read() as tx:
            accounts = await access.memberships(tx, call.user.id)
    return call.page("home", accounts=accounts, mode=call.tools.settings.registration.mode)
