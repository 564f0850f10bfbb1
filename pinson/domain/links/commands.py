"""What happens to links, each in one transaction."""

from datetime import datetime

import msgspec

from pinson.domain import accounts
from pinson.domain.links import queries, rules, store
from pinson.domain.links.facts import LinkFound, LinkPreviewed
from pinson.domain.links.model import Card, Link, LinkId, Publisher, PublisherId
from pinson.lib import blobs, log
from pinson.lib.db import WriteTx


async def share(tx: WriteTx, *, url: str, now: datetime) -> LinkId:
    """Somebody shares this address: the link that it is, made if nobody has shared it before.

    Its page is to be read unless it was lately. One statement for a known link.

    Args:
        url: in its normal form.
    """
    known = await store.by_url(tx, url)
    if known is not None and known.loose_since is not None:
        await store.loosen(tx, known.id, since=None)
    if known is not None and rules.is_fresh(known, now):
        return known.id
    if known is None:
        id = LinkId(tx.new_id(None, now))
        await store.insert(tx, id, url, await _publisher(tx, rules.publisher_of(url), now), now=now)
    else:
        id = known.id
        await store.ask(tx, id, now=now)
    await log.record(tx, LinkFound(at=now, link_id=id))
    return id


async def let_go(tx: WriteTx, *, id: LinkId, now: datetime) -> None:
    """The last post that shared it is gone. It is forgotten in a day, unless somebody shares it again."""
    await store.loosen(tx, id, since=now)


async def forget_loose(tx: WriteTx, *, now: datetime, limit: int = 500) -> int:
    """Forget up to `limit` that no post has shared for a day, their pictures too; how many."""
    found = await store.loose(tx, until=now - rules.FRESH, limit=limit)
    pictures = [link.card.picture.key for link in found if link.card and link.card.picture]
    await blobs.abandon(tx, pictures, now=now)
    await store.delete(tx, [link.id for link in found])
    return len(found)


async def keep_card(tx: WriteTx, *, id: LinkId, card: Card, local_domain: str, now: datetime) -> None:
    """The page was read. Its picture is claimed, and that of an older card goes.

    Nothing happens if the link was forgotten meanwhile; its picture then goes by itself.

    Args:
        local_domain: ours, to know the creator by.
    """
    found = await store.by_ids(tx, [id])
    if not found:
        return
    link = found[0]
    if card.creator and (creator := await accounts.by_acct(tx, card.creator, local_domain=local_domain)):
        card = msgspec.structs.replace(card, creator_id=creator.id)
    if card.picture:
        await blobs.claim(tx, [card.picture.key], now=now)
    if link.card and link.card.picture:
        await blobs.abandon(tx, [link.card.picture.key], now=now)
    await store.fetched(tx, id, card, now=now)
    await log.record(tx, LinkPreviewed(at=now, link_id=id))


async def give_up(tx: WriteTx, *, id: LinkId, failure: str, now: datetime) -> None:
    """The page could not be read, and is left alone until somebody shares it on another day."""
    await store.failed(tx, id, failure, now=now)


async def judge(tx: WriteTx, *, id: LinkId, trendable: bool, now: datetime) -> Link:
    """A moderator says whether a link may be seen among what rises.

    Raises:
        LinkNotFound.
    """
    link = await queries.link(tx, id)
    await store.judge(tx, id, trendable=trendable)
    return msgspec.structs.replace(link, trendable=trendable)


async def judge_publisher(tx: WriteTx, *, id: PublisherId, trendable: bool, now: datetime) -> Publisher:
    """A moderator says whether a site's links may, unless they said so of one.

    Raises:
        PublisherNotFound.
    """
    site = await queries.publisher(tx, id)
    await store.judge_publisher(tx, id, trendable=trendable, now=now)
    return msgspec.structs.replace(site, trendable=trendable, reviewed_at=now)


async def _publisher(tx: WriteTx, domain: str, now: datetime) -> PublisherId:
    if (known := await store.publisher_of(tx, domain)) is not None:
        return known
    id = PublisherId(tx.new_id(None, now))
    await store.new_publisher(tx, id, domain)
    return id
