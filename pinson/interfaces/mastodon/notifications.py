"""Notifications one by one, as Mastodon clients know them: https://docs.joinmastodon.org/methods/notifications.

How they are shown stands here too, for groups (notification_groups.py) and streams. Not here: policies
and requests (notification_policy.py), push subscriptions (push.py).
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, moderation, notifications, posts
from pinson.domain.accounts import AccountId
from pinson.domain.notifications import Kind, Notification, Selection
from pinson.domain.posts import PostId, Reader
from pinson.domain.relations import collections
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import (
    AccountEntity,
    CollectionEntity,
    Empty,
    Renderings,
    StatusEntity,
    array,
    collection_entities,
    encode,
    moment,
)
from pinson.interfaces.mastodon.reports import AccountWarningEntity, ReportEntity, warning
from pinson.interfaces.mastodon.reports import entity as report_entity
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx
from pinson.lib.i18n import negotiate
from pinson.lib.paging import Page
from pinson.tools import Tools

routes = Routes()

READ, WRITE = ("read:notifications",), ("write:notifications",)
PAGE, MOST = 40, 80
COUNTED, MOST_COUNTED = 100, 1000
BASIC = frozenset(
    {
        *(Kind.MENTION, Kind.STATUS, Kind.BOOST, Kind.FAVOURITE, Kind.FOLLOW, Kind.FOLLOW_REQUEST),
        *(Kind.POLL, Kind.UPDATE, Kind.SIGN_UP, Kind.REPORT),
    }
)
"""What every app has shown for years; of the others it may say which it supports."""


class Chosen(msgspec.Struct):
    """Which notifications: in every list of them. Kinds that we do not know are ignored.

    supported_types: what the app can show besides the basic kinds; for others it is given something to show instead.
    """

    types: list[str] = []
    exclude_types: list[str] = []
    account_id: AccountId | None = None
    include_filtered: bool = False
    supported_types: list[str] | None = None
    limit: int | None = None

    def selection(self) -> Selection:
        """What to ask the domain for."""
        asked = frozenset(kind for kind in Kind if not self.types or kind in self.types)
        excluded = frozenset(kind for kind in Kind if kind in self.exclude_types)
        return Selection(asked - excluded, self.account_id, self.include_filtered)

    def most(self) -> int:
        """How far to count."""
        return Page.of(limit=self.limit, default=COUNTED, maximum=MOST_COUNTED).limit


class ChosenPage(Chosen, kw_only=True):
    """A page of them."""

    max_id: str | None = None
    since_id: str | None = None
    min_id: str | None = None

    def page(self) -> Page:
        """The page that is asked for."""
        return Page.of(
            max_id=self.max_id,
            since_id=self.since_id,
            min_id=self.min_id,
            limit=self.limit,
            default=PAGE,
            maximum=MOST,
        )


class OneNotification(msgspec.Struct):
    """A notification, by the id in the path."""

    id: int


class Count(msgspec.Struct):
    """How much is unread."""

    count: int


class FallbackEntity(msgspec.Struct):
    """What an app shows of a notification that it does not know; HTML."""

    title: str
    summary: str
    description: None = None


class NotificationEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Notification. Rendered from parts: see `Shown.one`."""

    id: str
    type: Kind
    created_at: str
    group_key: str
    account: AccountEntity
    status: StatusEntity | msgspec.UnsetType | None = msgspec.UNSET
    report: ReportEntity | msgspec.UnsetType = msgspec.UNSET
    moderation_warning: AccountWarningEntity | msgspec.UnsetType = msgspec.UNSET
    collection: CollectionEntity | msgspec.UnsetType = msgspec.UNSET
    filtered: bool | msgspec.UnsetType = msgspec.UNSET
    fallback: FallbackEntity | msgspec.UnsetType = msgspec.UNSET


class Shown(msgspec.Struct, frozen=True):
    """What some notifications show: the accounts and statuses that are there and that their account may see.

    fallbacks: what to show in their place, by notification, for an app that does not know them.
    """

    accounts: Mapping[AccountId, bytes]
    statuses: Mapping[PostId, bytes]
    reports: Mapping[int, Any] = {}
    warnings: Mapping[int, Any] = {}
    collections: Mapping[int, CollectionEntity] = {}
    fallbacks: Mapping[int, FallbackEntity] = {}

    def one(self, notification: Notification) -> bytes | None:
        """A notification; None if nobody may see the account that caused it any more."""
        account = self.accounts.get(notification.from_id)
        if account is None:
            return None
        entity: dict[str, Any] = {
            "id": str(notification.id),
            "type": notification.kind.value,
            "created_at": moment(notification.created_at),
            "group_key": notification.group_key,
            "account": msgspec.Raw(account),
        }
        if (post_id := notification.post_id) is not None:
            status = self.statuses.get(post_id)
            entity["status"] = None if status is None else msgspec.Raw(status)
        if (report := self.report(notification)) is not None:
            entity["report"] = report
        if (decision := self.warning(notification)) is not None:
            entity["moderation_warning"] = decision
        if (collection := self.collection(notification)) is not None:
            entity["collection"] = collection
        if notification.is_apart:
            entity["filtered"] = True
        if fallback := self.fallbacks.get(notification.id):
            entity["fallback"] = fallback
        return encode(entity)

    def report(self, notification: Notification) -> Any:
        """The report that a notification is about, if it is there."""
        return self.reports.get(notification.about_id) if notification.kind is Kind.REPORT else None

    def warning(self, notification: Notification) -> Any:
        """The decision of moderators that it is about, if it is there."""
        return self.warnings.get(notification.about_id) if notification.kind is Kind.WARNING else None

    def collection(self, notification: Notification) -> CollectionEntity | None:
        """The collection that it is about, if it is there."""
        id = notification.collection_id
        return None if id is None else self.collections.get(id)


async def show(
    tx: ReadTx,
    tools: Tools,
    renderings: Renderings,
    found: Sequence[Notification],
    *,
    reader: Reader,
    besides: Sequence[AccountId] = (),
) -> Shown:
    """Render what these notifications show. One statement for each kind of thing, however many they are.

    Args:
        besides: accounts to render as well.
    """
    shapes = await tools.shapes.of(tx, list(dict.fromkeys(one.post_id for one in found if one.post_id is not None)))
    statuses = await renderings.by_id(tx, [shape for shape in shapes if posts.can_see(shape, reader)], reader=reader)
    hidden = tools.standing.hidden
    wanted = dict.fromkeys([*(one.from_id for one in found), *besides])
    return Shown(
        await renderings.accounts(tx, [id for id in wanted if id not in hidden]),
        statuses,
        await _reports(tx, renderings, [one.about_id for one in found if one.kind is Kind.REPORT]),
        await _warnings(tx, renderings, [one.about_id for one in found if one.kind is Kind.WARNING]),
        await _collections(tx, tools, [one.collection_id for one in found if one.collection_id is not None], reader),
    )


async def _reports(tx: ReadTx, renderings: Renderings, ids: Sequence[int]) -> Mapping[int, Any]:
    if not ids:
        return {}
    found = await moderation.reports_by_ids(tx, ids)
    targets = await renderings.accounts(tx, [one.target_id for one in found.values()])
    return {id: report_entity(one, targets[one.target_id]) for id, one in found.items() if one.target_id in targets}


async def _warnings(tx: ReadTx, renderings: Renderings, ids: Sequence[int]) -> Mapping[int, Any]:
    if not ids:
        return {}
    found = await moderation.strikes_by_ids(tx, ids)
    targets = await renderings.accounts(tx, [one.account_id for one in found.values()])
    appeals = await moderation.appeals_by_ids(tx, ids)
    return {
        id: warning(one, targets[one.account_id], appeals.get(id))
        for id, one in found.items()
        if one.account_id in targets
    }


async def _collections(tx: ReadTx, tools: Tools, ids: Sequence[int], reader: Reader) -> Mapping[int, CollectionEntity]:
    if not ids:
        return {}
    found = await collections.by_ids(tx, ids, reader.id)
    shown = await collection_entities(tx, list(found.values()), reader=reader, base_url=tools.settings.url)
    return dict(zip(found, shown, strict=True))


async def shown(
    tx: ReadTx, call: Call, found: Sequence[Notification], form: Chosen, *, besides: Sequence[AccountId] = ()
) -> Shown:
    """The same, and something in the place of what the app says that it cannot show."""
    reader = await call.reader(tx)
    all_of_it = await show(tx, call.tools, call.renderings, found, reader=reader, besides=besides)
    if form.supported_types is None:
        return all_of_it
    known = BASIC.union(kind for kind in Kind if kind in form.supported_types)
    unknown = [one for one in found if one.kind not in known]
    return msgspec.structs.replace(all_of_it, fallbacks=await _fallbacks(tx, call, unknown))


async def _fallbacks(tx: ReadTx, call: Call, unknown: Sequence[Notification]) -> dict[int, FallbackEntity]:
    if not unknown:
        return {}
    request = call.request
    lang = negotiate(request.query_params.get("lang"), None, request.headers.get("accept-language"))
    _ = call.tools.catalogs.translations(lang).gettext
    titles = {
        Kind.QUOTE: _("{name} quoted your post"),
        Kind.QUOTED_UPDATE: _("{name} edited a post that you have quoted"),
        Kind.SEVERED: _("You have lost followers, or accounts that you followed"),
        Kind.WARNING: _("You have received a warning from the moderators"),
        Kind.FEATURED: _("{name} added you to a collection"),
        Kind.COLLECTION_UPDATE: _("{name} edited a collection that you are in"),
    }
    link = _("Look at it on the website")
    named = await accounts.by_ids(tx, [call.account_id, *(one.from_id for one in unknown)])
    fallbacks = {}
    for one in unknown:
        sender, recipient = named.get(one.from_id), named.get(call.account_id)
        if sender is None or recipient is None:
            continue
        page = (recipient if one.kind is Kind.QUOTED_UPDATE else sender).url(call.base_url)
        url = page if one.post_id is None else f"{page}/{one.post_id}"
        title = titles[one.kind].format(name=sender.display_name or sender.username)
        fallbacks[one.id] = FallbackEntity(escape(title), f'<p><a href="{escape(url)}">{escape(link)}</a></p>')
    return fallbacks


@routes.get("/api/v1/notifications", scopes=READ, answers=list[NotificationEntity])
async def page(call: Call, form: ChosenPage) -> Response:
    """What the account was told, the newest first."""
    async with call.tools.db.read() as tx:
        found = await notifications.page(tx, call.account_id, form.page(), form.selection())
        show = await shown(tx, call, found, form)
    body = array(one for one in map(show.one, found) if one is not None)
    return json(body, headers=call.link(first=found[0].id, last=found[-1].id) if found else None)


@routes.get("/api/v1/notifications/unread_count", scopes=READ, answers=Count)
async def unread_count(call: Call, form: Chosen) -> Response:
    """How much the account was told since it has read its notifications."""
    async with call.tools.db.read() as tx:
        return json(Count(await notifications.unread(tx, call.account_id, form.selection(), most=form.most())))


@routes.get("/api/v1/notifications/{id}", scopes=READ, answers=NotificationEntity)
async def one(call: Call, form: OneNotification) -> Response:
    """One notification."""
    async with call.tools.db.read() as tx:
        found = await notifications.notification(tx, call.account_id, form.id)
        rendered = (await shown(tx, call, [found], Chosen())).one(found)
    if rendered is None:
        raise notifications.NotificationNotFound
    return json(rendered)


@routes.post("/api/v1/notifications/clear", scopes=WRITE, answers=Empty)
@routes.post("/api/v2/notifications/clear", scopes=WRITE, answers=Empty)
async def clear(call: Call) -> Response:
    """Remove all that the account was told."""
    while await call.tools.db.write(notifications.clear, account_id=call.account_id):
        pass
    return json({})


@routes.post("/api/v1/notifications/{id}/dismiss", scopes=WRITE, answers=Empty)
async def dismiss(call: Call, form: OneNotification) -> Response:
    """Remove one notification."""
    await call.tools.db.write(notifications.dismiss, account_id=call.account_id, id=form.id)
    return json({})
