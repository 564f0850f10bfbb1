"""What happens to short links, each in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from pinson.domain import accounts
from pinson.domain.accounts import AccountId
from pinson.domain.shortlinks import queries, rules, store
from pinson.domain.shortlinks.facts import ShortLinkChanged, SiteClosed, SiteReopened
from pinson.domain.shortlinks.model import (
    Channel,
    Checked,
    Clicks,
    ClosedSite,
    Code,
    FormerTarget,
    Made,
    Origin,
    ShortLink,
    ShortLinkId,
)
from pinson.domain.shortlinks.rules import LONGEST_REASON, MOST_AT_ONCE, ReasonMissing, TooManyAtOnce
from pinson.lib import log
from pinson.lib.db import WriteTx

AT_FIRST = (Channel.MESSAGE, Channel.QR)  # the channels that every link has a code for
KEPT = timedelta(days=761)  # what is counted: 25 months


async def make(
    tx: WriteTx, *, account_id: AccountId, wishes: Sequence[Checked], now: datetime, post_id: int | None = None
) -> list[Made]:
    """Make links of an account, in order. Three statements each.

    Args:
        post_id: the message that they are made for.
    Raises:
        AccountNotFound: it is gone or suspended.
        TooManyAtOnce.
    """
    if len(wishes) > MOST_AT_ONCE:
        raise TooManyAtOnce(limit=MOST_AT_ONCE)
    await accounts.active(tx, account_id)
    made = []
    for wish in wishes:
        link = ShortLink(
            ShortLinkId(tx.new_id(account_id, now)),
            account_id,
            wish.target,
            wish.title,
            now,
            post_id,
            wish.expires_at,
            wish.max_clicks,
            utm=wish.utm,
        )
        await store.insert(tx, link)
        made.append(Made(link, {channel: await _new_code(tx, link.id, channel) for channel in AT_FIRST}))
    return made


async def code_for(tx: WriteTx, *, id: ShortLinkId, account_id: AccountId, channel: Channel) -> str:
    """The code by which a link is given out in a channel, made if there is none.

    Raises:
        ShortLinkNotFound.
    """
    await queries.owned(tx, id, account_id=account_id)
    codes = {code.channel: code.code for code in await store.codes_of(tx, [id])}
    return codes.get(channel) or await _new_code(tx, id, channel)


async def change(tx: WriteTx, *, id: ShortLinkId, account_id: AccountId, wish: Checked, now: datetime) -> ShortLink:
    """Let a link lead elsewhere, or for so long, or so many; it stays the same link, and where it led is kept.

    Raises:
        ShortLinkNotFound.
    """
    old = await queries.owned(tx, id, account_id=account_id)
    new = msgspec.structs.replace(old, **{name: getattr(wish, name) for name in wish.__struct_fields__})
    if new.target != old.target:
        await store.new_former(tx, FormerTarget(id, now, old.target))
    await _keep(tx, new, now)
    return new


async def retire(tx: WriteTx, *, id: ShortLinkId, account_id: AccountId, retired: bool, now: datetime) -> ShortLink:
    """Let a link lead nowhere, or again where it led. Twice changes nothing.

    Raises:
        ShortLinkNotFound.
    """
    old = await queries.owned(tx, id, account_id=account_id)
    if (old.retired_at is not None) == retired:
        return old
    new = msgspec.structs.replace(old, retired_at=now if retired else None)
    await _keep(tx, new, now)
    return new


async def take(tx: WriteTx, *, id: ShortLinkId) -> bool:
    """Lead one more person on by a link that leads only so many; whether there was room for them."""
    return await store.take(tx, id)


async def place(tx: WriteTx, *, ids: Sequence[ShortLinkId], account_id: AccountId, post_id: int) -> None:
    """These links stand in a message; those of its author's that stand in none yet are of this one from now on."""
    for link in await store.by_ids(tx, ids):
        if link.account_id == account_id and link.post_id is None:
            await store.update(tx, msgspec.structs.replace(link, post_id=post_id))


async def displace(tx: WriteTx, *, post_id: int) -> None:
    """A message is gone. Its links go on working: they may stand elsewhere, or in what it is written anew as."""
    for link in await store.of_posts(tx, [post_id]):
        await store.update(tx, msgspec.structs.replace(link, post_id=None))


async def count(tx: WriteTx, *, clicks: Sequence[Clicks], origins: Sequence[Origin] = ()) -> None:
    """Add to what was counted. What is of links that are gone meanwhile is dropped."""
    await store.count(tx, clicks, origins)


async def forget_old(tx: WriteTx, *, now: datetime, limit: int = 2000) -> int:
    """Forget up to `limit` of what was counted longer ago than 25 months; how much. Call again until none."""
    await store.forget_gaps(tx, before=now - KEPT)
    forgotten = await store.forget_origins(tx, before=now - KEPT, limit=limit)
    return forgotten + await store.forget_clicks(tx, before=now - KEPT, limit=limit)


async def note_gaps(tx: WriteTx, *, moments: Sequence[datetime]) -> None:
    """Processes were stopped by force, which had written until then: say so where figures are shown."""
    for at in moments:
        await store.new_gap(tx, at)


async def forget_account(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int = 200) -> int:
    """Erase up to `limit` links of an account that is being closed; how many. Call again until none."""
    ids = await store.ids_of_account(tx, account_id, limit=limit)
    if ids:
        codes = await store.codes_of(tx, ids)
        await store.delete(tx, ids)
        await log.record(tx, ShortLinkChanged(at=now, codes=tuple(code.code for code in codes)))
    return len(ids)


async def close_site(tx: WriteTx, *, host: str, reason: str, now: datetime) -> ClosedSite:
    """Keep short links from leading to a site, and to what is below it. Again changes the reason.

    Raises:
        DomainInvalid, ReasonMissing.
    """
    said = " ".join(reason.split())
    if not 0 < len(said) <= LONGEST_REASON:
        raise ReasonMissing(limit=LONGEST_REASON)
    site = ClosedSite(rules.checked_site(host), said, now)
    await store.close(tx, site)
    await log.record(tx, SiteClosed(at=now, host=site.host, reason=said))
    return site


async def reopen_site(tx: WriteTx, *, host: str, now: datetime) -> bool:
    """Let short links lead to a site again; whether it was closed. Twice changes nothing."""
    was_closed = await store.reopen(tx, host)
    if was_closed:
        await log.record(tx, SiteReopened(at=now, host=host))
    return was_closed


async def _keep(tx: WriteTx, link: ShortLink, now: datetime) -> None:
    await store.update(tx, link)
    codes = await store.codes_of(tx, [link.id])
    await log.record(tx, ShortLinkChanged(at=now, codes=tuple(code.code for code in codes)))


async def _new_code(tx: WriteTx, id: ShortLinkId, channel: Channel) -> str:
    """A code that nobody has: of a million links, one in six thousand needs a second draw."""
    while not await store.new_code(tx, Code(code := rules.new_code(), id, channel)):
        pass
    return code
