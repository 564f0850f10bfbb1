"""Whom one may like to follow: https://docs.joinmastodon.org/methods/directory and suggestions.

Only accounts that agreed to be found are told of. Both are read in a thread: they look at more than they show.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, relations
from pinson.domain.accounts import AccountId
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import AccountEntity, Empty
from pinson.interfaces.mastodon.people import MOST, PAGE, OneAccount, existing, rendered
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx

routes = Routes()

FRIENDS, MOST_FOLLOWED = "friends_of_friends", "most_followed"
LEGACY = {FRIENDS: "past_interactions", MOST_FOLLOWED: "global"}  # what `sources` was called when it was one
FURTHEST = 200  # suggestions; nobody pages deeper, and those behind are poor


class Order(StrEnum):
    """Which accounts stand first in the directory."""

    ACTIVE = "active"
    NEW = "new"


class Directory(msgspec.Struct):
    """Parameters of GET /api/v1/directory."""

    order: Order = Order.ACTIVE
    local: bool = False
    limit: int = PAGE
    offset: int = 0


class Wanted(msgspec.Struct):
    """Parameters of GET /api/v2/suggestions."""

    limit: int = PAGE
    offset: int = 0


class Suggestion(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Suggestion"""

    source: Literal["past_interactions", "global"]
    sources: list[Literal["friends_of_friends", "most_followed"]]
    account: AccountEntity


@routes.get("/api/v1/directory", who=Who.ANYONE, answers=list[AccountEntity])
async def directory(call: Call, form: Directory) -> Response:
    """Accounts that agreed to be found, except those that the viewer keeps away."""
    async with call.tools.db.read() as tx:
        circle = (await call.reader(tx)).circle
    found = await call.tools.db.read_in_thread(
        accounts.discoverable,
        by_activity=form.order is Order.ACTIVE,
        local=form.local,
        without=() if circle is None else circle.muted | circle.blocked | circle.blocked_by,
        limit=min(abs(form.limit), MOST),
        offset=abs(form.offset),
    )
    async with call.tools.db.read() as tx:
        return json(await rendered(tx, call, found))


@routes.get("/api/v2/suggestions", scopes=("read:accounts",), answers=list[Suggestion])
async def suggestions(call: Call, form: Wanted) -> Response:
    """Whom to follow, and why: https://docs.joinmastodon.org/entities/Suggestion."""
    found = await _suggested(call, form)
    async with call.tools.db.read() as tx:
        shown = await call.renderings.accounts(tx, list(found))
    return json(
        [
            {"source": LEGACY[sources[0]], "sources": sources, "account": msgspec.Raw(shown[id])}
            for id, sources in found.items()
            if id in shown
        ]
    )


@routes.get("/api/v1/suggestions", scopes=("read:accounts",), answers=list[AccountEntity], deprecated=date(2021, 5, 16))
async def plain_suggestions(call: Call, form: Wanted) -> Response:
    """Whom to follow, as it was before version 3.4."""
    found = await _suggested(call, form)
    async with call.tools.db.read() as tx:
        return json(await rendered(tx, call, list(found)))


@routes.on("DELETE", "/api/v1/suggestions/{id}", scopes=("write:accounts",), answers=Empty)
async def dismiss(call: Call, form: OneAccount) -> Response:
    """Suggest an account no more."""
    async with call.tools.db.read() as tx:
        await existing(tx, form.id)
    await call.tools.db.write(relations.dismiss, account_id=call.account_id, target_id=form.id, now=call.now)
    return json({})


async def _suggested(call: Call, form: Wanted) -> dict[AccountId, list[str]]:
    """Accounts, best first, and where each was found."""
    start = min(abs(form.offset), FURTHEST)
    limit = min(start + min(abs(form.limit), MOST), FURTHEST)

    found = await call.tools.db.read_in_thread(_found, viewer_id=call.account_id, now=call.now, limit=limit)
    return dict(list(found.items())[start:limit])


async def _found(tx: ReadTx, *, viewer_id: AccountId, now: datetime, limit: int) -> dict[AccountId, list[str]]:
    found: dict[AccountId, list[str]] = {}
    for id in await relations.friends_of_friends(tx, viewer_id, now=now, limit=limit):
        found.setdefault(id, []).append(FRIENDS)
    for id in await relations.most_followed(tx, viewer_id, now=now, limit=limit):
        found.setdefault(id, []).append(MOST_FOLLOWED)
    return found
