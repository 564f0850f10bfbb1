"""The first page: for members what they follow, for everybody else the front door."""

from starlette.responses import Response

from pinson.interfaces.request import Routes
from pinson.interfaces.web.reading import Paged, read
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.starts import guides

routes = Routes()


@routes.get("/")
async def home(call: Call, form: Paged) -> Response:
    """What the acting account follows, newest first; what this is, for those who have no account yet."""
    if call.acting is None:
        gettext = call.tools.catalogs.translations(call.lang).gettext
        return call.page("front", mode=call.tools.settings.registration.mode, guides=guides(gettext))
    async with call.tools.db.read() as tx:
        circle = await call.tools.circles.of(tx, call.acting.account_id, now=call.now)
    part = await read(call, call.tools.timelines.home(circle), form)
    return call.page("home", part=part)
