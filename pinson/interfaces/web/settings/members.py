"""The people who may act as an account, and what each may do."""

import msgspec
from starlette.responses import Response

from pinson.domain import access
from pinson.domain.access import MemberRole, UserId
from pinson.interfaces.request import Routes
from pinson.interfaces.web.settings.posting import NoSuchChoice
from pinson.interfaces.web.site import Call

routes = Routes()


class Member(msgspec.Struct):
    """The form: somebody new by the name of their account, or a member by their id.

    role: what they may do from now on; "" takes them out.
    """

    username: str = ""
    user_id: UserId | None = None
    role: str = ""
    saved: bool = False


@routes.get("/settings/members")
async def show(call: Call, form: Member) -> Response:
    """Every member, the longest-standing first, and a form for one more.

    Raises:
        NotSignedIn, RoleForbids.
    """
    account_id = call.require("write:accounts")
    async with call.tools.db.read() as tx:
        members = await access.members(tx, account_id)
    return call.page(
        "settings/members", members=members, roles=list(MemberRole), form=form, saved=form.saved and not call.problems
    )


@routes.post("/settings/members", again=show)
async def change(call: Call, form: Member) -> Response:
    """Take somebody in, give a member another role, or take one out.

    Raises:
        NotSignedIn, RoleForbids, NoSuchChoice, NoSuchPerson, LastOwner.
    """
    account_id = call.require("write:accounts")
    if form.user_id is not None and not form.role:
        await call.tools.db.write(access.end_membership, account_id=account_id, user_id=form.user_id, now=call.now)
        return call.redirect("/settings/members?saved=1")
    if form.role not in list(MemberRole):
        raise NoSuchChoice
    changed = {"account_id": account_id, "role": MemberRole(form.role), "now": call.now}
    if form.user_id is not None:
        await call.tools.db.write(access.change_member, user_id=form.user_id, **changed)
    else:
        await call.tools.db.write(access.take_in, username=form.username, **changed)
    return call.redirect("/settings/members?saved=1")
