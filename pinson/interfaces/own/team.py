"""The team of an event: the accounts that write in it, besides the one whose it is."""

import msgspec
from starlette.responses import Response

from pinson.domain import events
from pinson.domain.accounts import AccountId
from pinson.domain.events import Role
from pinson.domain.posts import EventId
from pinson.interfaces.api import Call, Who, json
from pinson.interfaces.own import entities
from pinson.interfaces.own.entities import EmptyAnswer, MemberEntity
from pinson.interfaces.own.events import ROOT, OneEvent, visible
from pinson.interfaces.request import Routes

routes = Routes()


class GivenMember(msgspec.Struct):
    """An account, and what it does. A lead changes the event as well."""

    id: EventId
    account_id: AccountId
    role: Role = Role.WRITER


class OneMember(msgspec.Struct):
    """An account of a team."""

    id: EventId
    account_id: AccountId


@routes.get(f"{ROOT}/{{id}}/team", who=Who.ANYONE, scopes=("read:statuses",), answers=list[MemberEntity])
async def show_team(call: Call, form: OneEvent) -> Response:
    """Who writes in an event, leads first."""
    async with call.tools.db.read() as tx:
        event = await visible(tx, call, form.id)
        return json([entities.member(one) for one in await events.team(tx, event.id)])


@routes.on("PUT", f"{ROOT}/{{id}}/team/{{account_id}}", scopes=("write:statuses",), answers=EmptyAnswer)
async def set_member(call: Call, form: GivenMember) -> Response:
    """Take an account into the team, or give it another role."""
    await call.tools.db.write(
        events.set_member,
        id=form.id,
        account_id=call.account_id,
        member_id=form.account_id,
        role=form.role,
        now=call.now,
    )
    return json(EmptyAnswer())


@routes.on("DELETE", f"{ROOT}/{{id}}/team/{{account_id}}", scopes=("write:statuses",), answers=EmptyAnswer)
async def drop_member(call: Call, form: OneMember) -> Response:
    """Take an account out of the team; oneself one may always."""
    await call.tools.db.write(
        events.drop_member, id=form.id, account_id=call.account_id, member_id=form.account_id, now=call.now
    )
    return json(EmptyAnswer())
