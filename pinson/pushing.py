"""Wakes browsers and apps: a notification becomes a push to each subscription that wants it.

`of_notification` is a reaction: it asks for deliveries. `Pushes` is the driver that makes them.

Not here: how a push is handed over (`waking.py`), encryption (lib/webpush), the subscriptions
(domain/notifications/push), what was asked and came of it (domain/deliveries), when they are made (`delivering.py`).

Source of the payload: https://docs.joinmastodon.org/methods/push.
"""

from collections.abc import Mapping, Sequence

import msgspec
import structlog

from pinson.domain import accounts, deliveries, media, notifications, posts, relations
from pinson.domain.accounts import AccountId, Profile
from pinson.domain.deliveries import About, Again, Channel, Delivery, Ended, Outcome
from pinson.domain.notifications import Kind, Notification, Notified, push
from pinson.domain.notifications.push import Holder, PushPolicy
from pinson.domain.posts import Post, PostId
from pinson.lib import webpush
from pinson.lib.db import ReadTx
from pinson.lib.i18n import Lang, negotiate
from pinson.tools import Tools
from pinson.waking import Services, excerpt

EXCERPT = 140  # characters

events = structlog.get_logger("pinson.pushing")


class Payload(msgspec.Struct):
    """What an app reads. access_token stays empty: of tokens we know the digests only."""

    preferred_locale: str
    notification_id: int
    notification_type: Kind
    icon: str
    title: str
    body: str
    access_token: str = ""


async def of_notification(tools: Tools, fact: Notified) -> None:
    """Ask that the account's subscriptions be woken, those that want it."""
    async with tools.db.read() as tx:
        subscriptions = await push.of_account(tx, fact.account_id)
        if not subscriptions:
            return
        found = (await notifications.shown(tx, [fact.notification_id])).get(fact.notification_id)
        if found is None:
            return
        follows, followed_by = False, False
        if any(one.policy in (PushPolicy.FOLLOWED, PushPolicy.FOLLOWER) for one in subscriptions):
            now = tools.clock.now()
            for stand in await relations.relationships(tx, fact.account_id, [found.from_id], now=now):
                follows, followed_by = stand.following, stand.followed_by
    now = tools.clock.now()
    holders = {
        one.id: now for one in subscriptions if push.wants(one, found.kind, follows=follows, followed_by=followed_by)
    }
    if holders:
        await tools.db.write(
            deliveries.ask,
            channel=Channel.PUSH,
            about=About.NOTIFICATION,
            about_id=found.id,
            holders=holders,
            now=now,
        )


class Pushes:
    """The channel by which apps are woken, and browsers of members: see `delivering.Driver`."""

    channel = Channel.PUSH
    most_open = 200

    def __init__(self, tools: Tools, services: Services) -> None:
        self._tools = tools
        self._services = services

    async def prepare(self, tx: ReadTx, claimed: Sequence[Delivery]) -> Mapping[int, tuple[Holder, Payload]]:
        """Whom each delivery reaches and what it says, if there still is something to say. Four statements."""
        return await _said(tx, self._tools, claimed)

    async def attempt(self, delivery: Delivery, said: tuple[Holder, Payload] | None) -> Ended | Again:
        """Encrypt a push and post it to its push service."""
        if said is None or self._services.is_late(delivery):
            return Ended(delivery.id, Outcome.NEEDLESS)
        holder, payload = said
        seal = webpush.encrypt if holder.standard else webpush.encrypt_as_before
        sealed = seal(msgspec.json.encode(payload), p256dh=holder.p256dh, auth=holder.auth)

        async def end(why: str) -> None:
            events.info("push_subscription_ended", subscription=holder.id, why=why)
            await self._tools.db.write(push.drop, id=holder.id)

        return await self._services.hand_over(delivery, holder.endpoint, sealed, headers={"Urgency": "normal"}, end=end)


async def _said(tx: ReadTx, tools: Tools, claimed: Sequence[Delivery]) -> dict[int, tuple[Holder, Payload]]:
    """Whom each delivery reaches and what it says, by its id, if there still is something to say. Four statements."""
    holders = await push.holders(tx, [one.holder_id for one in claimed])
    shown = await notifications.shown(tx, [one.about_id for one in claimed])
    people = await accounts.profiles(tx, list({one.from_id for one in shown.values()}))
    written = await posts.posts(tx, list({id for one in shown.values() if (id := one.post_id) is not None}))
    said = {}
    for one in claimed:
        holder, notification = holders.get(one.holder_id), shown.get(one.about_id)
        if holder is not None and notification is not None and notification.account_id == holder.account_id:
            if _is_hidden(tools, notification, written):
                continue
            said[one.id] = holder, _payload(tools, holder, notification, people, written)
    return said


def _is_hidden(tools: Tools, notification: Notification, written: Mapping[PostId, Post]) -> bool:
    """Whether moderators have hidden what it is about, meanwhile, from whoever is told."""
    post = written.get(notification.post_id) if notification.post_id is not None else None
    return post is not None and post.id in tools.standing.posts and post.author_id != notification.account_id


def _payload(
    tools: Tools,
    holder: Holder,
    notification: Notification,
    people: Mapping[AccountId, Profile],
    written: Mapping[PostId, Post],
) -> Payload:
    lang = negotiate(holder.locale, None, None)
    sender = people.get(notification.from_id)
    post = written.get(notification.post_id) if notification.post_id is not None else None
    body = ""
    if post is not None:
        body = post.spoiler or post.text
    elif sender is not None:
        body = sender.note
    icon = f"{tools.settings.url}/static/avatar.png"
    if sender is not None and sender.avatar is not None:
        icon = media.address(sender.avatar, tools.settings.url)
    who = (sender.display_name or sender.username) if sender is not None else ""
    return Payload(
        preferred_locale=lang,
        notification_id=notification.id,
        notification_type=notification.kind,
        icon=icon,
        title=title(tools, notification.kind, who, lang=lang),
        body=excerpt(body, EXCERPT),
    )


def title(tools: Tools, kind: Kind, who: str, *, lang: Lang) -> str:
    """What happened, in a sentence."""
    words = tools.catalogs.translations(lang)
    _, ngettext = words.gettext, words.ngettext
    match kind:
        case Kind.FAVOURITE:
            text = ngettext("%(who)s likes your post", "%(who)s like your post", 1)
        case Kind.BOOST:
            text = ngettext("%(who)s has repeated your post", "%(who)s have repeated your post", 1)
        case Kind.FOLLOW:
            text = ngettext("%(who)s follows you now", "%(who)s follow you now", 1)
        case Kind.SIGN_UP:
            text = ngettext("%(who)s has signed up", "%(who)s have signed up", 1)
        case Kind.FOLLOW_REQUEST:
            text = _("%(who)s asks to follow you")
        case Kind.MENTION:
            text = _("%(who)s writes to you")
        case Kind.STATUS:
            text = _("%(who)s has published")
        case Kind.POLL:
            text = _("The poll of %(who)s has ended")
        case Kind.UPDATE:
            text = _("%(who)s has changed a post that you repeated")
        case Kind.QUOTE:
            text = _("%(who)s quotes your post")
        case Kind.QUOTED_UPDATE:
            text = _("%(who)s has changed a post that you quote")
        case Kind.FEATURED:
            text = _("%(who)s recommends you in a collection")
        case Kind.COLLECTION_UPDATE:
            text = _("%(who)s has changed a collection that you are in")
        case Kind.REPORT:
            text = _("%(who)s reports an account")
        case Kind.WARNING:
            return _("The moderators have warned you")
        case Kind.SEVERED:
            return _("You have lost followers, or accounts that you followed")
    return text % {"who": who}
