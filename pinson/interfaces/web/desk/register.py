"""The register: who did what, and when."""

from functools import partial

from starlette.responses import Response

from pinson.domain import moderation
from pinson.interfaces.request import Routes
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.staff import Listed
from pinson.interfaces.web.site import Call

routes = Routes()


@routes.get("/moderation/register")
async def show(call: Call, form: Listed) -> Response:
    """What moderators did, the latest first.

    Raises:
        NotSignedIn, NotStaff, BadCursor.
    """
    staff.moderator(call)
    async with call.tools.db.read() as tx:
        shown, older = staff.cut(await moderation.deeds(tx, form.page))
        people = await staff.people(tx, (one.by_id for one in shown))
    return await staff.page(
        call, "register", "register", deeds=shown, people=people, older=older, when=partial(staff.when, call)
    )
