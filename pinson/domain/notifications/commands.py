"""To tell an account something, and to take it back.

Called by reactions, behind the log: each looks at the truth again, so that it may come twice, late, or after it was
undone. `notify` is the one way to tell; whatever else tells (reports, polls) calls it too.

Not here: who is told what (rules.py), what waits to be accepted (requests.py).
"""

from collections.abc import Iterable
from datetime import datetime

from pinson.domain import access, accounts, posts, relations
from pinson.domain.access import UserId
from pinson.domain.accounts import AccountId
from pinson.domain.notifications import rules, store
from pinson.domain.notifications.facts import Notified
from pinson.domain.notifications.model import (
    ABOUT_COLLECTIONS,
    ABOUT_POSTS,
    REPLACING,
    REQUESTING,
    Kind,
    Notification,
    State,
)
from pinson.domain.notifications.rules import NotificationNotFound
from pinson.domain.posts import Mark, PostId, QuoteState, Shape, Visibility
from pinson.domain.relations import collections
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx

AT_ONCE = 100  # told or taken back in one transaction, which takes about 5 ms
HIGHEST = 100  # posts up a thread, in which an answer looks for what addressed its author


async def notify(
    tx: WriteTx,
    account_ids: Iterable[AccountId],
    *,
    kind: Kind,
    from_id: AccountId,
    about: Shape | int = 0,
    at: datetime,
    now: datetime,
) -> None:
    """Tell accounts something, as far as they want to hear it. Telling it twice is telling it once.

    What they do not want at all is not kept; what their policy keeps apart is, and nobody is disturbed by it.

    Args:
        from_id: whose doing it is; of what comes from the server, the recipient's own.
        about: the post, or the id of what else it is: a report, a warning, a collection. 0: only about the sender.
        at: when it happened.
    """
    sender = await accounts.by_id(tx, from_id)
    if sender is None or sender.suspended_at is not None:
        return
    post, about_id = (about, about.id) if isinstance(about, Shape) else (None, about)
    recipients = await store.circumstances(
        tx,
        account_ids,
        from_id=from_id,
        domain=sender.domain,
        conversation_id=post.conversation_id if post else None,
        named=rules.named(post) if post else (),
        now=now,
    )
    addressed = await _addressed(tx, kind, from_id, post)
    for to in recipients:
        state = rules.decide(kind, to, sender=sender, post=post, addressed=to.account_id in addressed, now=now)
        if state is not None:
            await _tell(tx, to.account_id, kind, from_id, about_id, state, at, now)


async def _addressed(tx: ReadTx, kind: Kind, from_id: AccountId, post: Shape | None) -> set[int]:
    if kind is not Kind.MENTION or post is None or post.visibility is not Visibility.DIRECT:
        return set()
    return set() if post.in_reply_to_id is None else await store.addressed_by(tx, from_id, post.id, most=HIGHEST)


async def _tell(
    tx: WriteTx,
    account_id: AccountId,
    kind: Kind,
    from_id: AccountId,
    about_id: int,
    state: State,
    at: datetime,
    now: datetime,
) -> None:
    before = await store.told_at(tx, account_id, kind, from_id, about_id)
    if before is not None:
        if kind not in REPLACING or before >= at:
            return
        await store.delete_one(tx, account_id, kind, from_id, about_id)
    id, group_id = tx.new_id(account_id, now), None
    if state is State.GROUPED:
        hour = rules.hour_of(id)
        group_id = await store.group_for(tx, id, account_id, kind, about_id, hour=hour, hours=rules.GROUP_HOURS)
    await store.insert(tx, Notification(id, account_id, kind, from_id, about_id, state, at, group_id))
    if state is not State.APART:
        await log.record(tx, Notified(at=now, account_id=account_id, notification_id=id))
    elif kind in REQUESTING:
        await store.ask(tx, tx.new_id(account_id, now), account_id, from_id, about_id, now)


# --- after something happened -------------------------------------------------------------------------------------


async def after_post(
    tx: WriteTx, *, id: PostId, only: tuple[AccountId, ...] | None, at: datetime, now: datetime
) -> None:
    """Tell those whom a post mentions.

    Args:
        only: those whom an edit has added; None: all of them.
    """
    post = (await posts.posts(tx, [id])).get(id)
    if post is None:
        return
    named = [one for one in post.mentions if one not in post.silent and (only is None or one in only)]
    if named:
        await notify(tx, named, kind=Kind.MENTION, from_id=post.author_id, about=post.shape, at=at, now=now)


async def after_quote(tx: WriteTx, *, id: PostId, at: datetime, now: datetime) -> None:
    """Tell an author that a post quotes theirs."""
    post = (await posts.posts(tx, [id])).get(id)
    if post is None or post.quote_of_author_id is None or post.quote_state is not QuoteState.ACCEPTED:
        return
    quoted = [post.quote_of_author_id]
    await notify(tx, quoted, kind=Kind.QUOTE, from_id=post.author_id, about=post.shape, at=at, now=now)


async def after_post_to_followers(tx: WriteTx, *, id: PostId, after: int, at: datetime, now: datetime) -> int | None:
    """Tell up to `AT_ONCE` of those who follow an author and asked to be told; where to go on, None if nowhere.

    They are not told of boosts, nor of answers to others.
    """
    post = (await posts.posts(tx, [id])).get(id)
    if post is None or post.visibility is Visibility.DIRECT or post.in_reply_to_author_id not in (None, post.author_id):
        return None
    found = await store.followers_to_notify(tx, post.author_id, after=after, limit=AT_ONCE)
    followers = [one.account_id for one in found]
    await notify(tx, followers, kind=Kind.STATUS, from_id=post.author_id, about=post.shape, at=at, now=now)
    return found[-1].id if len(found) == AT_ONCE else None


async def after_edit_to_boosters(tx: WriteTx, *, id: PostId, before: int, at: datetime, now: datetime) -> int | None:
    """Tell up to `AT_ONCE` of those who boosted a post that it says something else; where to go on, None if nowhere."""
    post = (await posts.posts(tx, [id])).get(id)
    if post is None:
        return None
    boosts = await posts.boosts(tx, id, before=before, after=0, limit=AT_ONCE)
    boosters = [one.author_id for one in boosts]
    await notify(tx, boosters, kind=Kind.UPDATE, from_id=post.author_id, about=post.shape, at=at, now=now)
    return boosts[-1].id if len(boosts) == AT_ONCE else None


async def after_edit_to_quoters(tx: WriteTx, *, id: PostId, before: int, at: datetime, now: datetime) -> int | None:
    """Tell the authors of up to `AT_ONCE` posts that what they quote says something else; where to go on."""
    post = (await posts.posts(tx, [id])).get(id)
    if post is None:
        return None
    found = await posts.quotes(tx, id, before=before, limit=AT_ONCE)
    for one in found:
        quoter = [one.author_id]
        await notify(tx, quoter, kind=Kind.QUOTED_UPDATE, from_id=post.author_id, about=one, at=at, now=now)
    return found[-1].id if len(found) == AT_ONCE else None


async def after_poll(tx: WriteTx, *, id: PostId, after: int, at: datetime, now: datetime) -> int | None:
    """Tell up to `AT_ONCE` of those who voted that a poll has ended, its author first; where to go on, None if nowhere.

    Args:
        after: 0 to begin.
    """
    post = (await posts.posts(tx, [id])).get(id)
    if post is None:
        return None
    voters = await posts.polls.voters(tx, id, after=after, limit=AT_ONCE)
    told = voters if after else [post.author_id, *voters]
    await notify(tx, told, kind=Kind.POLL, from_id=post.author_id, about=post.shape, at=at, now=now)
    return voters[-1] if len(voters) == AT_ONCE else None


async def after_mark(
    tx: WriteTx, *, account_id: AccountId, post_id: PostId, mark: Mark, at: datetime, now: datetime
) -> None:
    """Tell an author that somebody likes or boosted their post, or take it back if they no longer do."""
    kind = Kind.FAVOURITE if mark is Mark.FAVOURITE else Kind.BOOST
    post = (await posts.posts(tx, [post_id])).get(post_id)
    if post is None:
        return  # all about it goes
    if mark in (await posts.marks(tx, account_id, [post_id])).get(post_id, ()):
        await notify(tx, [post.author_id], kind=kind, from_id=account_id, about=post.shape, at=at, now=now)
    else:
        await store.delete_one(tx, post.author_id, kind, account_id, post_id)


async def after_follow(
    tx: WriteTx, *, account_id: AccountId, target_id: AccountId, at: datetime, now: datetime
) -> None:
    """Tell somebody who follows them, or asks to; or take it back if they no longer do."""
    found = await relations.relationships(tx, account_id, [target_id], now=now)
    follows, asks = any(one.following for one in found), any(one.requested for one in found)
    for kind, holds in ((Kind.FOLLOW, follows), (Kind.FOLLOW_REQUEST, asks)):
        if holds:
            await notify(tx, [target_id], kind=kind, from_id=account_id, at=at, now=now)
        else:
            await store.delete_one(tx, target_id, kind, account_id, 0)


async def after_featured(tx: WriteTx, *, collection_id: int, member_id: AccountId, at: datetime, now: datetime) -> None:
    """Tell somebody that a collection recommends them, or take it back if it no longer does."""
    one = (await collections.by_ids(tx, [collection_id], member_id)).get(collection_id)
    if one is None:
        return  # all about it goes
    if member_id in await collections.featured(tx, collection_id):
        await notify(tx, [member_id], kind=Kind.FEATURED, from_id=one.account_id, about=one.id, at=at, now=now)
    else:
        for kind in ABOUT_COLLECTIONS:
            await store.delete_one(tx, member_id, kind, one.account_id, one.id)


async def after_collection(tx: WriteTx, *, id: int, at: datetime, now: datetime) -> None:
    """Tell those in a collection, at most 25, that it says something else."""
    one = (await collections.by_ids(tx, [id], None)).get(id)
    if one is not None:
        members = await collections.featured(tx, id)
        await notify(tx, members, kind=Kind.COLLECTION_UPDATE, from_id=one.account_id, about=one.id, at=at, now=now)


async def after_sign_up(tx: WriteTx, *, user_id: UserId, at: datetime, now: datetime) -> None:
    """Tell the staff of a newcomer, once nothing keeps them from taking part."""
    user = await access.user(tx, user_id)
    if user is None or user.state is not access.State.OK:
        return
    staff = await access.staff(tx)
    for membership in await access.memberships(tx, user_id):
        others = [id for id in staff if id != membership.account_id]
        await notify(tx, others, kind=Kind.SIGN_UP, from_id=membership.account_id, at=at, now=now)


# --- to remove ----------------------------------------------------------------------------------------------------


async def dismiss(tx: WriteTx, *, account_id: AccountId, id: int) -> None:
    """Remove one of an account's notifications.

    Raises:
        NotificationNotFound.
    """
    if not await store.delete_by_id(tx, account_id, id):
        raise NotificationNotFound


async def dismiss_group(tx: WriteTx, *, account_id: AccountId, key: str, limit: int = AT_ONCE) -> int:
    """Remove up to `limit` of a group; how many. Call again until none.

    Raises:
        NotificationNotFound: the key is no group's.
    """
    parsed = rules.parse_key(key)
    if isinstance(parsed, int):
        return int(await store.delete_by_id(tx, account_id, parsed))
    group_id = await store.group_id(tx, account_id, *parsed)
    return 0 if group_id is None else await store.delete_group(tx, group_id, limit=limit)


async def clear(tx: WriteTx, *, account_id: AccountId, limit: int = AT_ONCE) -> int:
    """Remove up to `limit` of all that an account was told; how many. Call again until none."""
    return await store.delete_to(tx, account_id, limit=limit)


async def forget_post(tx: WriteTx, *, id: PostId, limit: int = AT_ONCE) -> int:
    """Remove up to `limit` of what is about a post that is gone; how many. Call again until none."""
    return await store.delete_about(tx, id, ABOUT_POSTS, limit=limit)


async def forget_collection(tx: WriteTx, *, id: int, limit: int = AT_ONCE) -> int:
    """Remove up to `limit` of what is about a collection that is gone; how many. Call again until none."""
    return await store.delete_about(tx, id, ABOUT_COLLECTIONS, limit=limit)


async def forget_between(
    tx: WriteTx, *, account_id: AccountId, from_id: AccountId, now: datetime, limit: int = AT_ONCE
) -> int:
    """Remove up to `limit` of what an account was told of one that it does not want to hear of; how many.

    Call again until none. If it wants to hear of it again by now, nothing goes.
    """
    found = await relations.relationships(tx, account_id, [from_id], now=now)
    if not found or not (found[0].blocking or found[0].blocked_by or found[0].muting_notifications):
        return 0
    await store.forget_sender(tx, account_id, from_id)
    return await store.delete_between(tx, account_id, from_id, limit=limit)


async def follow_standing(tx: WriteTx, *, account_id: AccountId, limit: int = AT_ONCE) -> int:
    """Hide up to `limit` of what was a suspended account's doing, or show it again if it is restored; how many.

    Call again until none.
    """
    account = await accounts.by_id(tx, account_id)
    if account is None:
        return 0
    change = store.show if account.suspended_at is None else store.hide
    return await change(tx, account_id, limit=limit)


async def forget_account(tx: WriteTx, *, account_id: AccountId, limit: int = AT_ONCE) -> int:
    """Remove up to `limit` of what a closed account was told, and of what it did; how many. Call again until none."""
    await store.erase(tx, account_id)
    told = await store.delete_to(tx, account_id, limit=limit)
    return told + await store.delete_from(tx, account_id, limit=limit)
