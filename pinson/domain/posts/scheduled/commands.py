"""What happens to scheduled posts, each in one transaction."""

from datetime import UTC, datetime, timedelta

import msgspec

from pinson.domain import accounts, media
from pinson.domain.accounts import AccountId
from pinson.domain.posts import commands
from pinson.domain.posts import store as posts
from pinson.domain.posts.model import Post, PostId, Prepared
from pinson.domain.posts.rules import Reader
from pinson.domain.posts.scheduled import queries, rules, store
from pinson.domain.posts.scheduled.model import ScheduledPost
from pinson.lib.clock import EPOCH
from pinson.lib.db import WriteTx


async def schedule(
    tx: WriteTx, *, author: Reader, prepared: Prepared, due_at: datetime, base_url: str, now: datetime
) -> Post | ScheduledPost:
    """Keep a post for later, and what it will show with it; one whose time has come is published at once.

    It must be good now, and will be looked at again when it is due. A draft whose idempotency key made something
    within the last hour gives that again: the scheduled post, or what was published of it since.

    Raises:
        TooSoon, TooLate, TooManyScheduled, TooManyThatDay.
        All that `posts.publish` raises.
    """
    draft, account_id = prepared.draft, author.id
    assert account_id is not None
    account = await accounts.author(tx, account_id)
    if draft.idempotency_key and (before := await _made_before(tx, account_id, draft.idempotency_key, now)):
        return before
    if due_at <= now:
        return await commands.publish(
            tx, author=author, author_id=account_id, prepared=prepared, base_url=base_url, now=now
        )
    id = PostId(tx.new_id(account_id, now))
    await _check_time(tx, account_id, due_at, now, besides=None)
    unshared = msgspec.structs.replace(prepared, url=None)  # what it links to is not looked at before it is published
    await commands.accepted(tx, id, account, author, unshared, base_url, now, at=now)
    if draft.media_ids:
        await media.attach(tx, ids=draft.media_ids, account_id=account_id, post_id=id)
    new = ScheduledPost(id, account_id, due_at, draft)
    await store.insert(tx, new)
    if draft.idempotency_key:
        await posts.keep_key(tx, account_id, draft.idempotency_key, id, now)
    return new


async def reschedule(
    tx: WriteTx, *, id: PostId, account_id: AccountId, due_at: datetime, now: datetime
) -> ScheduledPost:
    """Have a post published at another time; one that could not be is tried again then.

    Raises:
        ScheduledNotFound, TooSoon, TooLate, TooManyScheduled, TooManyThatDay.
    """
    old = await queries.owned(tx, id, account_id=account_id)
    await _check_time(tx, account_id, due_at, now, besides=id)
    new = msgspec.structs.replace(old, due_at=due_at, refusal=None)
    await store.update(tx, new)
    return new


async def cancel(tx: WriteTx, *, id: PostId, account_id: AccountId, now: datetime) -> None:
    """Have a post not published at all; what it would have shown can be attached to another, for a day.

    Raises:
        ScheduledNotFound.
    """
    await queries.owned(tx, id, account_id=account_id)
    await media.detach(tx, post_id=id, now=now)
    await store.delete(tx, id)


async def publish(
    tx: WriteTx, *, id: PostId, author: Reader, prepared: Prepared, base_url: str, now: datetime
) -> Post | None:
    """Publish a post whose time has come; None if it was, or was deleted, or was given another time meanwhile.

    One transaction takes it from the scheduled ones and publishes it: neither happens without the other, so
    it is published once, whoever tries how often, and whatever dies in between.

    Args:
        author: its author as a reader.
        prepared: its draft, read anew.
    Raises:
        All that `posts.publish` raises.
    """
    one = await store.one(tx, id)
    if one is None or one.refusal is not None or one.due_at > now:
        return None
    await media.detach(tx, post_id=id, now=now)
    await store.delete(tx, id)
    keyless = msgspec.structs.replace(prepared.draft, idempotency_key=None)  # its key leads to the scheduled post
    prepared = msgspec.structs.replace(prepared, draft=keyless)
    post = await commands.publish(
        tx, author=author, author_id=one.account_id, prepared=prepared, base_url=base_url, now=now
    )
    if one.draft.idempotency_key:
        await posts.move_keys(tx, one.account_id, id, post.id)
    return post


async def refuse(tx: WriteTx, *, id: PostId, why: str) -> None:
    """Keep a post that cannot be published, and why, until its author decides about it."""
    if one := await store.one(tx, id):
        await store.update(tx, msgspec.structs.replace(one, refusal=why))


async def forget_all(tx: WriteTx, *, account_id: AccountId, limit: int = 500) -> int:
    """Forget up to `limit` of an account that is being closed; how many. Call again until none."""
    return await store.delete_of(tx, account_id, limit=limit)


async def _made_before(tx: WriteTx, account_id: AccountId, key: str, now: datetime) -> Post | ScheduledPost | None:
    """What a key made within the last hour."""
    made = await posts.post_of_key(tx, account_id, key, since=now - commands.KEY_LASTS)
    if made is None:
        return None
    published = await posts.posts(tx, [made])
    return published[0] if published else await store.one(tx, made)


async def _check_time(
    tx: WriteTx, account_id: AccountId, due_at: datetime, now: datetime, *, besides: PostId | None
) -> None:
    rules.check_time(due_at, now=now)
    day = due_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rules.check_room(
        in_all=await store.count(tx, account_id, since=EPOCH, until=rules.LATEST, besides=besides),
        that_day=await store.count(tx, account_id, since=day, until=day + timedelta(days=1), besides=besides),
    )
