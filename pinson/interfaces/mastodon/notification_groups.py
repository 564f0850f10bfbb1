"""Notifications in groups: https://docs.joinmastodon.org/methods/grouped_notifications."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import notifications
from pinson.domain.notifications import GROUPABLE, Group, Kind
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import AccountEntity, CollectionEntity, Empty, StatusEntity, moment
from pinson.interfaces.mastodon.notifications import (
    READ,
    WRITE,
    Chosen,
    ChosenPage,
    Count,
    FallbackEntity,
    Shown,
    shown,
)
from pinson.interfaces.mastodon.people import People, page_of
from pinson.interfaces.mastodon.reports import AccountWarningEntity, ReportEntity
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx

routes = Routes()


class Accounts(Enum):
    """How much is told of the accounts that groups name."""

    FULL = "full"
    PARTIAL_AVATARS = "partial_avatars"


class Grouped(Chosen, kw_only=True):
    """Which notifications, in which groups."""

    grouped_types: list[str] | None = None


class GroupedPage(ChosenPage, kw_only=True):
    """A page of them."""

    grouped_types: list[str] | None = None
    expand_accounts: Accounts = Accounts.FULL


class OneGroup(msgspec.Struct):
    """A group, by the key in the path."""

    group_key: str


class PeopleInGroup(People):
    """A page of those who are in a group."""

    group_key: str = ""


class PartialAccount(msgspec.Struct):
    """What a group shows of an account but its first.

    Source: https://docs.joinmastodon.org/methods/grouped_notifications/#PartialAccountWithAvatar
    """

    id: str
    acct: str
    locked: bool
    bot: bool
    url: str
    avatar: str
    avatar_static: str
    avatar_description: str


class NotificationGroup(msgspec.Struct):
    """https://docs.joinmastodon.org/methods/grouped_notifications, NotificationGroup."""

    group_key: str
    notifications_count: int
    type: Kind
    most_recent_notification_id: int
    page_min_id: str
    page_max_id: str
    sample_account_ids: list[str]
    latest_page_notification_at: str | msgspec.UnsetType = msgspec.UNSET
    status_id: str | msgspec.UnsetType | None = msgspec.UNSET
    report: ReportEntity | msgspec.UnsetType = msgspec.UNSET
    moderation_warning: AccountWarningEntity | msgspec.UnsetType = msgspec.UNSET
    collection: CollectionEntity | msgspec.UnsetType = msgspec.UNSET
    fallback: FallbackEntity | msgspec.UnsetType = msgspec.UNSET


class GroupedNotificationsResults(msgspec.Struct):
    """https://docs.joinmastodon.org/methods/grouped_notifications. Rendered from parts: see `_results`."""

    accounts: list[AccountEntity]
    statuses: list[StatusEntity]
    notification_groups: list[NotificationGroup]
    partial_accounts: list[PartialAccount] | msgspec.UnsetType = msgspec.UNSET


@routes.get("/api/v2/notifications", scopes=READ, answers=GroupedNotificationsResults)
async def page(call: Call, form: GroupedPage) -> Response:
    """What the account was told, in groups, that of the newest first."""
    async with call.tools.db.read() as tx:
        groups = await notifications.group_page(
            tx, call.account_id, form.page(), form.selection(), grouped=_kinds(form.grouped_types)
        )
        is_partial = form.expand_accounts is Accounts.PARTIAL_AVATARS
        body = await _results(tx, call, groups, form, is_partial=is_partial, is_list=True)
    if not groups:
        return json(body)
    oldest = min(group.oldest_id for group in groups)
    return json(body, headers=call.link(first=groups[0].newest.id, last=oldest))


@routes.get("/api/v2/notifications/unread_count", scopes=READ, answers=Count)
async def unread_count(call: Call, form: Grouped) -> Response:
    """In how many groups there is something new since the account has read its notifications."""
    async with call.tools.db.read() as tx:
        count = await notifications.unread_groups(
            tx, call.account_id, form.selection(), grouped=_kinds(form.grouped_types), most=form.most()
        )
    return json(Count(count))


@routes.get("/api/v2/notifications/{group_key}", scopes=READ, answers=GroupedNotificationsResults)
async def one(call: Call, form: OneGroup) -> Response:
    """One group, all of it."""
    async with call.tools.db.read() as tx:
        found = await notifications.group(tx, call.account_id, form.group_key)
        return json(await _results(tx, call, [found], Chosen(), is_partial=False, is_list=False))


@routes.post("/api/v2/notifications/{group_key}/dismiss", scopes=WRITE, answers=Empty)
async def dismiss(call: Call, form: OneGroup) -> Response:
    """Remove a group."""
    while await call.tools.db.write(notifications.dismiss_group, account_id=call.account_id, key=form.group_key):
        pass
    return json({})


@routes.get("/api/v2/notifications/{group_key}/accounts", scopes=READ, answers=list[AccountEntity])
async def people(call: Call, form: PeopleInGroup) -> Response:
    """Whose doing is in a group, the latest first."""
    bounds = form.bounds()
    async with call.tools.db.read() as tx:
        found = await notifications.of_group(
            tx, call.account_id, form.group_key, before=bounds.before, after=bounds.after, limit=bounds.limit
        )
        return await page_of(call, tx, [(one.id, one.from_id) for one in found], bounds.limit)


def _kinds(asked: Sequence[str] | None) -> frozenset[Kind]:
    """The kinds to group: all that can be, if none is asked for."""
    return frozenset(kind for kind in GROUPABLE if not asked or kind in asked)


async def _results(
    tx: ReadTx, call: Call, groups: Sequence[Group], form: Chosen, *, is_partial: bool, is_list: bool
) -> bytes:
    """The groups, and once each the accounts and statuses that they name.

    Args:
        is_partial: of all but the first account of each group only a little is told.
        is_list: whether they are the groups of a page.
    """
    sampled = [id for group in groups for id in group.from_ids]
    show = await shown(tx, call, [group.newest for group in groups], form, besides=sampled)
    entities = [entity for group in groups if (entity := _entity(group, show, is_list=is_list)).sample_account_ids]
    full = {entity.sample_account_ids[0] for entity in entities} if is_partial else None
    accounts = {str(id): account for id, account in show.accounts.items()}
    wanted = dict.fromkeys(id for entity in entities for id in entity.sample_account_ids)
    results: dict[str, Any] = {
        "accounts": [msgspec.Raw(accounts[id]) for id in wanted if full is None or id in full],
        "statuses": [msgspec.Raw(status) for status in show.statuses.values()],
        "notification_groups": entities,
    }
    if full is not None:
        results["partial_accounts"] = [
            msgspec.json.decode(accounts[id], type=PartialAccount) for id in wanted if id not in full
        ]
    return msgspec.json.encode(results)


def _entity(group: Group, show: Shown, *, is_list: bool) -> NotificationGroup:
    newest = group.newest
    post_id = newest.post_id
    return NotificationGroup(
        group_key=group.key,
        notifications_count=group.size,
        type=newest.kind,
        most_recent_notification_id=newest.id,
        page_min_id=str(group.oldest_id),
        page_max_id=str(newest.id),
        sample_account_ids=[str(id) for id in group.from_ids if id in show.accounts],
        latest_page_notification_at=moment(newest.created_at) if is_list else msgspec.UNSET,
        status_id=msgspec.UNSET if post_id is None else str(post_id) if post_id in show.statuses else None,
        report=show.report(newest) or msgspec.UNSET,
        moderation_warning=show.warning(newest) or msgspec.UNSET,
        collection=show.collection(newest) or msgspec.UNSET,
        fallback=show.fallbacks.get(newest.id, msgspec.UNSET),
    )
