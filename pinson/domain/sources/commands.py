"""What happens to sources, each in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from pinson.domain import accounts, posts, shortlinks
from pinson.domain.accounts import AccountId
from pinson.domain.posts import Prepared, Reader, drafts
from pinson.domain.shortlinks import Channel
from pinson.domain.sources import hubs, queries, rules, store
from pinson.domain.sources.hubs import Fresh
from pinson.domain.sources.model import (
    Entry,
    Kind,
    Look,
    Made,
    Outcome,
    Rules,
    Source,
    SourceId,
    State,
    Trouble,
)
from pinson.lib.db import WriteTx
from pinson.lib.errors import Refusal

MOST_KEYS = 40_000  # of one source: above that, those are forgotten that it does not show any more
KEPT = timedelta(days=90)  # what became of what was new


async def add(
    tx: WriteTx, *, account_id: AccountId, kind: Kind, look: Look, wanted: Rules, fresh: Fresh, now: datetime
) -> Source:
    """Follow a site. What stands there now is not news, and what comes from now on is.

    Args:
        look: what its address shows now.
        wanted: see `rules.checked`.
        fresh: for the hub that it may name.
    Raises:
        AccountNotFound: it is gone or suspended.
        TooManySources, SourceThere.
    """
    await accounts.active(tx, account_id)
    there = [one for one in await store.of_account(tx, account_id) if one.removed_at is None]
    if any(one.address == look.address for one in there):
        raise rules.SourceThere
    if len(there) >= rules.MOST:
        raise rules.TooManySources(limit=rules.MOST)
    entries = look.entries or ()
    new = Source(
        SourceId(tx.new_id(account_id, now)),
        account_id,
        kind,
        look.address,
        look.title or look.address,
        look.home,
        wanted,
        added_at=now,
        newest_at=min(max([now - rules.AWAITED, *(one.at for one in entries if one.at)]), now),
        looked_at=now,
        etag=look.etag,
        modified=look.modified,
        digest=look.digest,
        pause=look.pause,
    )
    new = msgspec.structs.replace(new, next_at=rules.next_look(new, watched=False, now=now))
    await store.insert(tx, new)
    await store.keep_keys(tx, new.id, [key for one in entries for key in one.keys], now=now)
    await hubs.heed(tx, new, look, fresh, now=now)
    return new


async def change(tx: WriteTx, *, id: SourceId, account_id: AccountId, wanted: Rules) -> Source:
    """Have other rules from now on. What was seen stays so: wider rules publish nothing of the past.

    Raises:
        SourceNotFound.
    """
    old = await queries.owned(tx, id, account_id=account_id)
    new = msgspec.structs.replace(old, rules=wanted)
    await store.update(tx, new)
    return new


async def pause(tx: WriteTx, *, id: SourceId, account_id: AccountId, paused: bool, now: datetime) -> Source:
    """Look no more, or look again; what comes in between is not news. Twice changes nothing.

    Raises:
        SourceNotFound.
    """
    old = await queries.owned(tx, id, account_id=account_id)
    if paused == (old.state is State.PAUSED):
        return old
    if paused:
        new = msgspec.structs.replace(old, state=State.PAUSED, next_at=None)
    else:
        new = msgspec.structs.replace(
            old, state=State.ACTIVE, next_at=now, failures=0, trouble=None, learning=True, etag="", modified=""
        )
    await store.update(tx, new)
    return new


async def look_now(tx: WriteTx, *, id: SourceId, account_id: AccountId, now: datetime) -> Source:
    """Have it looked at as soon as may be; one that had ended is tried once more. One that is paused stays so.

    Raises:
        SourceNotFound.
    """
    old = await queries.owned(tx, id, account_id=account_id)
    if old.state is State.PAUSED:
        return old
    new = msgspec.structs.replace(old, state=State.ACTIVE, next_at=now)
    await store.update(tx, new)
    return new


async def remove(tx: WriteTx, *, id: SourceId, account_id: AccountId, removed: bool, now: datetime) -> Source:
    """Follow it no more, or, within a day, as if nothing had happened.

    Raises:
        SourceNotFound.
        TooManySources, SourceThere: it cannot come back.
    """
    old = await queries.owned(tx, id, account_id=account_id, removed=True)
    if removed == (old.removed_at is not None):
        return old
    if removed:
        new = msgspec.structs.replace(old, removed_at=now, next_at=None)
    else:
        there = [one for one in await store.of_account(tx, account_id) if one.removed_at is None]
        if any(one.address == old.address for one in there):
            raise rules.SourceThere
        if len(there) >= rules.MOST:
            raise rules.TooManySources(limit=rules.MOST)
        new = msgspec.structs.replace(
            old, removed_at=None, next_at=now if old.state is State.ACTIVE else None, etag="", modified="", digest=b""
        )
    await store.update(tx, new)
    await (hubs.let_go if removed else hubs.take_up)(tx, id, now=now)
    return new


async def claim(tx: WriteTx, *, now: datetime, until: datetime, limit: int) -> list[Source]:
    """Take on those that are to be looked at: whoever dies with them leaves them due again at `until`."""
    return await store.claim(tx, now=now, until=until, limit=limit)


async def look_soon(tx: WriteTx, *, id: SourceId, now: datetime) -> None:
    """Something may be new there: have it looked at, but not more often than is decent."""
    old = await store.one(tx, id)
    if old is not None and old.next_at is not None:
        soon = max(now, old.looked_at + rules.DECENT) if old.looked_at else now
        await store.update(tx, msgspec.structs.replace(old, next_at=min(old.next_at, soon)))


async def heard(tx: WriteTx, *, id: SourceId, news: bool, again: bool, now: datetime) -> None:
    """Something was brought to us.

    Args:
        news: whether something new was in it. again: whether there is more than could be dealt with.
    """
    old = await store.one(tx, id)
    if old is None:
        return
    new = msgspec.structs.replace(old, newest_at=now if news else old.newest_at)
    if again and old.next_at is not None:
        new = msgspec.structs.replace(new, next_at=now, etag="", modified="", digest=b"")
    await store.update(tx, new)


async def learn(tx: WriteTx, *, id: SourceId, entries: Sequence[Entry], now: datetime) -> None:
    """These are no news, and never will be."""
    await store.keep_keys(tx, id, [key for one in entries for key in one.keys], now=now)


async def take_in(
    tx: WriteTx,
    *,
    id: SourceId,
    entry: Entry,
    author: Reader,
    prepared: Prepared,
    draft_key: str,
    most_today: datetime,
    base_url: str,
    now: datetime,
) -> Outcome | None:
    """Make a message or a draft of something new, unless that was done before, or there are enough today.

    One transaction publishes it and remembers that it was seen: neither happens without the other, so it is published
    once, whoever looks how often, and whatever dies in between.

    Args:
        author: the account as a reader.
        prepared: what the message says, see `rules.message`.
        draft_key: of the page on which the draft would be.
        most_today: when today began, for how many a day are wanted.
    Returns:
        What became of it; None if it was seen before, or nobody follows the source any more.
    Raises:
        All that `posts.publish` raises; nothing is kept then: see `refuse`.
        NotToday: there are too many drafts; it is tried again at the next look.
    """
    source = await store.one(tx, id)
    if source is None or source.removed_at is not None or source.state is State.PAUSED:
        return None
    if await store.known(tx, id, entry.known_by):
        return None
    wanted = source.rules
    if wanted.per_day and await store.made_since(tx, id, since=most_today) >= wanted.per_day:
        return await _keep(tx, source, entry, Outcome.OVER, now)
    if wanted.hold:
        return await _hold(tx, source, entry, prepared, draft_key, now)
    post = await posts.publish(
        tx, author=author, author_id=source.account_id, prepared=prepared, base_url=base_url, now=now
    )
    return await _keep(tx, source, entry, Outcome.PUBLISHED, now, post_id=post.id)


async def pass_over(
    tx: WriteTx, *, id: SourceId, entry: Entry, outcome: Outcome, why: str | None, now: datetime
) -> None:
    """Remember that something new became no message.

    Args:
        outcome: over, or refused; why: it was.
    """
    source = await store.one(tx, id)
    if source is not None and not await store.known(tx, id, entry.known_by):
        await _keep(tx, source, entry, outcome, now, refusal=why)


async def looked(
    tx: WriteTx, *, id: SourceId, look: Look, news: bool, again_at: datetime | None, fresh: Fresh, now: datetime
) -> None:
    """A source was read.

    Args:
        news: whether something new was there.
        again_at: when to look again if not all of it could be dealt with; the same document is then read anew.
        fresh: for the hub that it may name.
    """
    old = await store.one(tx, id)
    if old is None or old.removed_at is not None or old.state is State.PAUSED:
        return
    new = msgspec.structs.replace(
        old,
        address=look.address,
        title=look.title or old.title,
        home=look.home or old.home,
        state=State.ACTIVE,
        looked_at=now,
        newest_at=now if news else old.newest_at,
        failures=0,
        trouble=None,
        learning=False,
    )
    if look.entries is not None:
        new = msgspec.structs.replace(new, etag=look.etag, modified=look.modified, digest=look.digest, pause=look.pause)
        if await store.count_keys(tx, id) > MOST_KEYS:
            await _forget_what_is_gone(tx, id, look.entries)
    if again_at is not None:
        new = msgspec.structs.replace(new, etag="", modified="", digest=b"")
    await hubs.heed(tx, new, look, fresh, now=now)
    hub = await store.hub_of(tx, id)
    watched = hub is not None and hub.wanted and hub.until is not None and hub.until > now
    next_at = again_at or rules.next_look(new, watched=watched, now=now)
    await store.update(tx, msgspec.structs.replace(new, next_at=next_at))


async def failed(
    tx: WriteTx, *, id: SourceId, refusal: Refusal, asked: timedelta | None, now: datetime
) -> Source | None:
    """A source could not be read: it is tried again later, or ends.

    Args:
        asked: for how long its site asks to be left alone.
    """
    old = await store.one(tx, id)
    if old is None or old.removed_at is not None or old.state is State.PAUSED:
        return None
    failures = old.failures + 1
    ends = isinstance(refusal, rules.SiteGone) or failures >= rules.MOST_FAILURES
    facts = {name: value if isinstance(value, int) else str(value) for name, value in refusal.facts.items()}
    new = msgspec.structs.replace(
        old,
        state=State.ENDED if ends else State.ACTIVE,
        next_at=None if ends else rules.next_try(failures, asked=asked, now=now),
        failures=failures,
        trouble=Trouble(refusal.code, facts),
    )
    await store.update(tx, new)
    return new


async def forget_removed(tx: WriteTx, *, now: datetime, limit: int = 2000) -> int:
    """Forget what was removed a day ago, and what became of news long ago; how much. Call again until none."""
    gone = await store.forget_made(tx, before=now - KEPT, limit=limit)
    for source in await store.removed(tx, before=now - rules.REMOVED_LASTS, limit=1):
        gone += await _forget(tx, source, limit)
    return gone


async def forget_account(tx: WriteTx, *, account_id: AccountId, limit: int = 2000) -> int:
    """Forget the sources of an account that is being closed, in parts; how much. Call again until none."""
    for source in await store.of_account(tx, account_id):
        return await _forget(tx, source, limit)
    return 0


async def _forget(tx: WriteTx, source: Source, limit: int) -> int:
    gone = await store.forget_keys(tx, source.id, limit=limit)
    if gone < limit:
        await store.delete(tx, source.id)
        gone += 1
    return gone


async def _hold(
    tx: WriteTx, source: Source, entry: Entry, prepared: Prepared, draft_key: str, now: datetime
) -> Outcome:
    """Keep it as a draft, which has its short link already."""
    draft = msgspec.structs.replace(prepared.draft, idempotency_key=draft_key)
    plan = prepared.shortening
    if plan is not None and entry.link in plan.wanted:
        [made] = await shortlinks.make(tx, account_id=source.account_id, wishes=[plan.wanted[entry.link]], now=now)
        short = f"{plan.base}/{made.codes[Channel.MESSAGE]}"
        draft = msgspec.structs.replace(draft, text=draft.text.replace(entry.link, short))
    try:
        kept = await drafts.keep(tx, account_id=source.account_id, draft=draft, due_at=None, said={}, now=now)
    except drafts.TooManyDrafts:
        raise rules.NotToday from None
    return await _keep(tx, source, entry, Outcome.HELD, now, post_id=kept.id)


async def _keep(
    tx: WriteTx,
    source: Source,
    entry: Entry,
    outcome: Outcome,
    now: datetime,
    *,
    post_id: int | None = None,
    refusal: str | None = None,
) -> Outcome:
    await store.keep_keys(tx, source.id, entry.keys, now=now)
    made = Made(tx.new_id(source.account_id, now), source.id, outcome, entry.title, entry.link, post_id, refusal)
    await store.insert_made(tx, made)
    return outcome


async def _forget_what_is_gone(tx: WriteTx, id: SourceId, entries: Sequence[Entry]) -> None:
    shown = {key for one in entries for key in one.keys}
    oldest = await store.oldest_keys(tx, id, limit=MOST_KEYS // 4 + len(shown))
    await store.forget_these(tx, id, [key for key in oldest if key not in shown][: MOST_KEYS // 4])
