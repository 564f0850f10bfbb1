"""What happens to drafts, each in one transaction."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from pinson.domain import media
from pinson.domain.accounts import AccountId
from pinson.domain.media import MediaId, Said
from pinson.domain.posts import commands, scheduled
from pinson.domain.posts import queries as posts
from pinson.domain.posts import rules as post_rules
from pinson.domain.posts import store as post_store
from pinson.domain.posts.drafts import queries, rules, store
from pinson.domain.posts.drafts.model import KeptDraft
from pinson.domain.posts.model import Draft, EventId, Post, PostId, Prepared
from pinson.domain.posts.rules import Reader
from pinson.domain.posts.scheduled import ScheduledPost
from pinson.lib.db import WriteTx

Saying = Mapping[MediaId, Said]


async def keep(
    tx: WriteTx, *, account_id: AccountId, draft: Draft, due_at: datetime | None, said: Saying, now: datetime
) -> KeptDraft:
    """Keep what was written on a page so far, in place of what was kept of it before.

    Args:
        draft: its idempotency key is that of the page.
        said: what is said about its media from now on.
    Raises:
        DraftNotFound: it was published from that page within the last hour.
        TooManyDrafts.
        CannotAttach, TooManyAttached, MixedKinds, NotReady: its pictures, films or sounds.
    """
    key = draft.idempotency_key
    assert key, "a page has a key"
    old = await store.of_key(tx, account_id, key)
    if old is None:
        if await post_store.post_of_key(tx, account_id, key, since=now - commands.KEY_LASTS) is not None:
            raise rules.DraftNotFound
        if await store.count(tx, account_id) >= rules.MOST:
            raise rules.TooManyDrafts(limit=rules.MOST)
    id = old.id if old else PostId(tx.new_id(account_id, now))
    new = KeptDraft(id, account_id, key, now, draft, due_at)
    await (store.update if old else store.insert)(tx, new)
    if draft.media_ids or (old and old.draft.media_ids):
        await media.attach(tx, ids=draft.media_ids, account_id=account_id, post_id=id)
        await _say(tx, said, new.id, draft, account_id, now)
    return new


async def publish(
    tx: WriteTx,
    *,
    author: Reader,
    prepared: Prepared,
    due_at: datetime | None,
    said: Saying,
    base_url: str,
    now: datetime,
    event_id: EventId | None = None,
) -> Post | ScheduledPost:
    """Publish what was written on a page, or keep it for its time; the draft that was kept of it goes.

    Args:
        prepared: its idempotency key is that of the page: twice publishes once.
        due_at: None is at once.
        said: what is said about its media from now on.
        event_id: of what is published at once, see `posts.publish`.
    Raises:
        All that `posts.publish` and `scheduled.schedule` raise.
    """
    draft, account_id = prepared.draft, author.id
    assert account_id is not None
    assert draft.idempotency_key, "a page has a key"
    if kept := await store.of_key(tx, account_id, draft.idempotency_key):
        await media.detach(tx, post_id=kept.id, now=now)
        await store.delete(tx, kept.id)
    made: Post | ScheduledPost
    if due_at is None:
        made = await commands.publish(
            tx,
            author=author,
            author_id=account_id,
            prepared=prepared,
            base_url=base_url,
            now=now,
            event_id=event_id,
        )
    else:
        made = await scheduled.schedule(tx, author=author, prepared=prepared, due_at=due_at, base_url=base_url, now=now)
    await _say(tx, said, made.id, draft, account_id, now)
    return made


async def discard(tx: WriteTx, *, id: PostId, account_id: AccountId, now: datetime) -> KeptDraft:
    """Throw a draft away: it can come back for a day, by being kept again.

    Raises:
        DraftNotFound.
    """
    old = await queries.owned(tx, id, account_id=account_id)
    new = msgspec.structs.replace(old, until=now + rules.DISCARDED_LASTS)
    await store.update(tx, new)
    return new


async def withdraw(tx: WriteTx, *, id: PostId, author_id: AccountId, key: str, now: datetime) -> KeptDraft:
    """Delete one's post, and have for a day what it was as a draft, so that it can be written anew.

    Args:
        key: of the page on which it would be.
    Raises:
        PostNotFound: there is none.
        NotYourPost: it is somebody else's, or a boost.
    """
    post_rules.check_own(await posts.post(tx, id), author_id)
    draft = rules.to_write_anew(await commands.delete(tx, id=id, author_id=author_id, now=now))
    return await _taken_back(tx, draft, author_id, key, now, until=now + rules.DISCARDED_LASTS)


async def unschedule(tx: WriteTx, *, id: PostId, account_id: AccountId, key: str, now: datetime) -> KeptDraft:
    """Have a scheduled post not published, and be a draft again, which knows when it was to be.

    Raises:
        ScheduledNotFound.
    """
    one = await scheduled.owned(tx, id, account_id=account_id)
    await scheduled.cancel(tx, id=id, account_id=account_id, now=now)
    return await _taken_back(tx, one.draft, account_id, key, now, due_at=one.due_at)


async def forget_discarded(tx: WriteTx, *, now: datetime, limit: int = 100) -> int:
    """Forget up to `limit` that were thrown away a day ago, with what they would have shown; how many."""
    gone = await store.discarded(tx, now=now, limit=limit)
    for one in gone:
        await media.delete_of_post(tx, post_id=one.id, now=now)
        await store.delete(tx, one.id)
    return len(gone)


async def forget_all(tx: WriteTx, *, account_id: AccountId) -> int:
    """Forget those of an account that is being closed; how many. Their media go with all others of the account."""
    return await store.delete_of(tx, account_id)


async def _taken_back(
    tx: WriteTx,
    draft: Draft,
    account_id: AccountId,
    key: str,
    now: datetime,
    *,
    due_at: datetime | None = None,
    until: datetime | None = None,
) -> KeptDraft:
    draft = msgspec.structs.replace(draft, idempotency_key=key)
    new = KeptDraft(PostId(tx.new_id(account_id, now)), account_id, key, now, draft, due_at, until)
    await store.insert(tx, new)
    if draft.media_ids:
        await media.attach(tx, ids=draft.media_ids, account_id=account_id, post_id=new.id)
    return new


async def _say(tx: WriteTx, said: Saying, post_id: PostId, draft: Draft, account_id: AccountId, now: datetime) -> None:
    """Keep what is said about media that it has."""
    for id in draft.media_ids:
        if id in said:
            await media.update(tx, id=id, account_id=account_id, post_id=post_id, said=said[id], now=now)
