"""From whom the account wants to be told, and who waits to be heard.

https://docs.joinmastodon.org/methods/notifications, from "policy" on.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import notifications, posts
from pinson.domain.notifications import Choice, Policy, PolicyChanges, Request
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import AccountEntity, Empty, StatusEntity, array, encode, moment
from pinson.interfaces.mastodon.notifications import READ, WRITE, OneNotification
from pinson.interfaces.mastodon.timelines import Paged
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx
from pinson.lib.paging import Page

routes = Routes()

PAGE, MOST = 40, 80


class Summary(msgspec.Struct):
    """What waits to be accepted."""

    pending_requests_count: int
    pending_notifications_count: int


class PolicyEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/NotificationPolicy"""

    for_not_following: Choice
    for_not_followers: Choice
    for_new_accounts: Choice
    for_private_mentions: Choice
    for_limited_accounts: Choice
    for_bots: Choice
    summary: Summary


class OldPolicyEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/V1_NotificationPolicy: whether such notifications are kept apart."""

    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    filter_bots: bool
    summary: Summary


class NewPolicy(msgspec.Struct):
    """Body of PATCH /api/v2/notifications/policy. What is left out stays."""

    for_not_following: Choice | None = None
    for_not_followers: Choice | None = None
    for_new_accounts: Choice | None = None
    for_private_mentions: Choice | None = None
    for_limited_accounts: Choice | None = None
    for_bots: Choice | None = None


class NewOldPolicy(msgspec.Struct):
    """Body of PATCH /api/v1/notifications/policy. What is left out stays."""

    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None
    filter_bots: bool | None = None


class SomeRequests(msgspec.Struct):
    """Requests by their ids."""

    id: list[int] = []


class Merged(msgspec.Struct):
    """Whether all that was accepted is among the notifications."""

    merged: bool


class RequestEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/NotificationRequest. Rendered from parts: see `_rendered`."""

    id: str
    created_at: str
    updated_at: str
    notifications_count: str
    account: AccountEntity
    last_status: StatusEntity | None


@routes.get("/api/v2/notifications/policy", scopes=READ, answers=PolicyEntity)
async def policy(call: Call) -> Response:
    """From whom the account wants to be told."""
    async with call.tools.db.read() as tx:
        return json(await _policy(tx, call, await notifications.policy(tx, call.account_id)))


@routes.on("PATCH", "/api/v2/notifications/policy", scopes=WRITE, answers=PolicyEntity)
@routes.on("PUT", "/api/v2/notifications/policy", scopes=WRITE, answers=PolicyEntity)
async def change_policy(call: Call, form: NewPolicy) -> Response:
    """Change that."""
    changes = PolicyChanges(
        not_following=form.for_not_following,
        not_followers=form.for_not_followers,
        new_accounts=form.for_new_accounts,
        private_mentions=form.for_private_mentions,
        limited_accounts=form.for_limited_accounts,
        bots=form.for_bots,
    )
    changed = await call.tools.db.write(notifications.set_policy, account_id=call.account_id, changes=changes)
    async with call.tools.db.read() as tx:
        return json(await _policy(tx, call, changed))


@routes.get("/api/v1/notifications/policy", scopes=READ, answers=OldPolicyEntity)
async def old_policy(call: Call) -> Response:
    """The same, as it was asked before there was more than yes and no."""
    async with call.tools.db.read() as tx:
        return json(await _old_policy(tx, call, await notifications.policy(tx, call.account_id)))


@routes.on("PATCH", "/api/v1/notifications/policy", scopes=WRITE, answers=OldPolicyEntity)
@routes.on("PUT", "/api/v1/notifications/policy", scopes=WRITE, answers=OldPolicyEntity)
async def change_old_policy(call: Call, form: NewOldPolicy) -> Response:
    """Change that."""
    changes = PolicyChanges(
        not_following=_choice(form.filter_not_following),
        not_followers=_choice(form.filter_not_followers),
        new_accounts=_choice(form.filter_new_accounts),
        private_mentions=_choice(form.filter_private_mentions),
        bots=_choice(form.filter_bots),
    )
    changed = await call.tools.db.write(notifications.set_policy, account_id=call.account_id, changes=changes)
    async with call.tools.db.read() as tx:
        return json(await _old_policy(tx, call, changed))


@routes.get("/api/v1/notifications/requests", scopes=READ, answers=list[RequestEntity])
async def requests(call: Call, form: Paged) -> Response:
    """Who waits to be heard, the latest first."""
    page = Page.of(
        max_id=form.max_id,
        since_id=form.since_id,
        min_id=form.min_id,
        limit=form.limit,
        default=PAGE,
        maximum=MOST,
    )
    async with call.tools.db.read() as tx:
        found = await notifications.requests(tx, call.account_id, page)
        body = array(await _rendered(tx, call, found))
    return json(body, headers=call.link(first=found[0].id, last=found[-1].id) if found else None)


@routes.get("/api/v1/notifications/requests/merged", scopes=READ, answers=Merged)
async def merged(call: Call) -> Response:
    """Whether all that was accepted is among the notifications."""
    async with call.tools.db.read() as tx:
        return json(Merged(not await notifications.is_merging(tx, call.account_id)))


@routes.get("/api/v1/notifications/requests/{id}", scopes=READ, answers=RequestEntity)
async def request(call: Call, form: OneNotification) -> Response:
    """One who waits to be heard."""
    async with call.tools.db.read() as tx:
        rendered = await _rendered(tx, call, [await notifications.request(tx, call.account_id, form.id)])
    if not rendered:
        raise notifications.RequestNotFound
    return json(rendered[0])


@routes.post("/api/v1/notifications/requests/accept", scopes=WRITE, answers=Empty)
async def accept_some(call: Call, form: SomeRequests) -> Response:
    """Hear several; those who do not wait change nothing."""
    await _decide(call, notifications.accept_senders, form.id)
    return json({})


@routes.post("/api/v1/notifications/requests/dismiss", scopes=WRITE, answers=Empty)
async def dismiss_some(call: Call, form: SomeRequests) -> Response:
    """Do not hear several; those who do not wait change nothing."""
    await _decide(call, notifications.dismiss_senders, form.id)
    return json({})


@routes.post("/api/v1/notifications/requests/{id}/accept", scopes=WRITE, answers=Empty)
async def accept(call: Call, form: OneNotification) -> Response:
    """Hear one, from now on without asking. What they sent moves to the notifications in the background."""
    if not await _decide(call, notifications.accept_senders, [form.id]):
        raise notifications.RequestNotFound
    return json({})


@routes.post("/api/v1/notifications/requests/{id}/dismiss", scopes=WRITE, answers=Empty)
async def dismiss(call: Call, form: OneNotification) -> Response:
    """Do not hear what one sent."""
    if not await _decide(call, notifications.dismiss_senders, [form.id]):
        raise notifications.RequestNotFound
    return json({})


async def _decide(call: Call, verb: Callable[..., Coroutine[Any, Any, int]], ids: list[int]) -> int:
    return await call.tools.db.write(verb, account_id=call.account_id, ids=ids, now=call.now)


def _choice(is_filtered: bool | None) -> Choice | None:
    if is_filtered is None:
        return None
    return Choice.FILTER if is_filtered else Choice.ACCEPT


async def _policy(tx: ReadTx, call: Call, policy: Policy) -> PolicyEntity:
    return PolicyEntity(
        for_not_following=policy.not_following,
        for_not_followers=policy.not_followers,
        for_new_accounts=policy.new_accounts,
        for_private_mentions=policy.private_mentions,
        for_limited_accounts=policy.limited_accounts,
        for_bots=policy.bots,
        summary=await _summary(tx, call),
    )


async def _old_policy(tx: ReadTx, call: Call, policy: Policy) -> OldPolicyEntity:
    return OldPolicyEntity(
        filter_not_following=policy.not_following is not Choice.ACCEPT,
        filter_not_followers=policy.not_followers is not Choice.ACCEPT,
        filter_new_accounts=policy.new_accounts is not Choice.ACCEPT,
        filter_private_mentions=policy.private_mentions is not Choice.ACCEPT,
        filter_bots=policy.bots is not Choice.ACCEPT,
        summary=await _summary(tx, call),
    )


async def _summary(tx: ReadTx, call: Call) -> Summary:
    pending = await notifications.pending(tx, call.account_id)
    return Summary(pending.requests, pending.notifications)


async def _rendered(tx: ReadTx, call: Call, found: list[Request]) -> list[bytes]:
    """Requests, with whom they are of and the latest of what they sent, as far as it is there and may be seen."""
    reader = await call.reader(tx)
    shapes = await call.tools.shapes.of(tx, [one.last_post_id for one in found if one.last_post_id is not None])
    visible = [shape for shape in shapes if posts.can_see(shape, reader)]
    statuses = await call.renderings.by_id(tx, visible, reader=reader)
    accounts = await call.renderings.accounts(tx, [one.from_id for one in found])
    rendered = []
    for one in found:
        if one.from_id in accounts:
            status = None if one.last_post_id is None else statuses.get(one.last_post_id)
            rendered.append(
                encode(
                    {
                        "id": str(one.id),
                        "created_at": moment(one.created_at),
                        "updated_at": moment(one.updated_at),
                        "notifications_count": str(one.count),
                        "account": msgspec.Raw(accounts[one.from_id]),
                        "last_status": None if status is None else msgspec.Raw(status),
                    }
                )
            )
    return rendered
