"""SQL of short links, of the codes that lead to them, and of how often they were followed."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.shortlinks.model import (
    Clicks,
    ClosedSite,
    Code,
    Coded,
    FormerTarget,
    FromCountry,
    Origin,
    ShortLink,
    ShortLinkId,
)
from pinson.lib import paging
from pinson.lib.clock import from_ms
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import Page

OWNS = ("short_links", "short_codes", "short_targets", "short_clicks", "short_origins", "short_gaps", "closed_sites")

LINK = (
    "id, account_id, target, title, created_at, post_id, expires_at, max_clicks, taken, utm, retired_at"
    ", people, machines, own"
)

INSERT = """
    INSERT INTO short_links (id, account_id, target, title, created_at, post_id, expires_at, max_clicks, utm)
    VALUES (:id, :account_id, :target, :title, :created_at, :post_id, :expires_at, :max_clicks, :utm)
"""
UPDATE = """
    UPDATE short_links
    SET target = :target, title = :title, post_id = :post_id, expires_at = :expires_at, max_clicks = :max_clicks,
        utm = :utm, retired_at = :retired_at
    WHERE id = :id
"""
BY_IDS = f"SELECT {LINK} FROM short_links WHERE id IN (SELECT value FROM json_each(:ids))"
OF_POSTS = f"SELECT {LINK} FROM short_links WHERE post_id IN (SELECT value FROM json_each(:ids)) ORDER BY id"
OF_ACCOUNT = f"""
    SELECT {LINK} FROM short_links
    WHERE account_id = :account_id AND id < :before AND id > :after
    ORDER BY id {{way}} LIMIT :limit
"""
IDS_OF_ACCOUNT = "SELECT id FROM short_links WHERE account_id = :account_id LIMIT :limit"
DELETE = "DELETE FROM short_links WHERE id IN (SELECT value FROM json_each(:ids))"
TAKE = "UPDATE short_links SET taken = taken + 1 WHERE id = :id AND taken < max_clicks"

NEW_CODE = "INSERT INTO short_codes (code, link_id, channel) VALUES (:code, :link_id, :channel) ON CONFLICT DO NOTHING"
CODED = """
    SELECT c.code, c.channel, c.link_id, l.account_id, l.target, l.utm, l.expires_at, l.max_clicks, l.retired_at
    FROM short_codes AS c JOIN short_links AS l ON l.id = c.link_id
    WHERE c.code IN (SELECT value FROM json_each(:codes))
"""
CODES_OF = """
    SELECT code, link_id, channel FROM short_codes WHERE link_id IN (SELECT value FROM json_each(:ids))
"""

NEW_FORMER = """
    INSERT INTO short_targets (link_id, until, target) VALUES (:link_id, :until, :target)
    ON CONFLICT (link_id, until) DO NOTHING
"""
FORMER = "SELECT link_id, until, target FROM short_targets WHERE link_id = :link_id ORDER BY until DESC"

# The link may have been erased since it was followed.
COUNT = """
    INSERT INTO short_clicks (link_id, hour, channel, visitor, clicks)
    SELECT id, :hour, :channel, :visitor, :clicks FROM short_links WHERE id = :link_id
    ON CONFLICT (link_id, hour, channel, visitor) DO UPDATE SET clicks = clicks + excluded.clicks
"""
SUM = """
    UPDATE short_links
    SET people = people + CASE WHEN :visitor = 'people' THEN :clicks ELSE 0 END,
        machines = machines + CASE WHEN :visitor = 'machines' THEN :clicks ELSE 0 END,
        own = own + CASE WHEN :visitor = 'own' THEN :clicks ELSE 0 END
    WHERE id = :link_id
"""
OLD_CLICKS = """
    SELECT link_id, hour, channel, visitor, clicks FROM short_clicks WHERE hour < :before ORDER BY hour LIMIT :limit
"""
FORGET_CLICKS = """
    DELETE FROM short_clicks
    WHERE link_id = :link_id AND hour = :hour AND channel = :channel AND visitor = :visitor
"""
CLICKS_SINCE = """
    SELECT link_id, hour, channel, visitor, clicks FROM short_clicks
    WHERE link_id IN (SELECT value FROM json_each(:ids)) AND hour >= :since
    ORDER BY hour
"""

COUNT_ORIGIN = """
    INSERT INTO short_origins (link_id, hour, country, clicks)
    SELECT id, :hour, :country, :clicks FROM short_links WHERE id = :link_id
    ON CONFLICT (link_id, hour, country) DO UPDATE SET clicks = clicks + excluded.clicks
"""
FORGET_ORIGINS = """
    DELETE FROM short_origins WHERE (link_id, hour, country) IN (
        SELECT link_id, hour, country FROM short_origins WHERE hour < :before ORDER BY hour LIMIT :limit
    )
"""
ORIGINS_SINCE = """
    SELECT country, SUM(clicks) AS clicks FROM short_origins
    WHERE link_id IN (SELECT value FROM json_each(:ids)) AND hour >= :since
    GROUP BY country
"""

NEW_GAP = "INSERT INTO short_gaps (at) VALUES (:at) ON CONFLICT DO NOTHING"
GAPS = "SELECT at FROM short_gaps WHERE at >= :since ORDER BY at DESC LIMIT :limit"
FORGET_GAPS = "DELETE FROM short_gaps WHERE at < :before"

CLOSE = """
    INSERT INTO closed_sites (host, reason, closed_at) VALUES (:host, :reason, :closed_at)
    ON CONFLICT (host) DO UPDATE SET reason = excluded.reason
"""
REOPEN = "DELETE FROM closed_sites WHERE host = :host"
CLOSED = "SELECT host, reason, closed_at FROM closed_sites ORDER BY host"


async def insert(tx: WriteTx, link: ShortLink) -> None:
    """Add a link."""
    await tx.run(
        INSERT,
        id=link.id,
        account_id=link.account_id,
        target=link.target,
        title=link.title,
        created_at=link.created_at,
        post_id=link.post_id,
        expires_at=link.expires_at,
        max_clicks=link.max_clicks,
        utm=link.utm,
    )


async def update(tx: WriteTx, link: ShortLink) -> None:
    """Keep a link as it is now; its counts stay."""
    await tx.run(
        UPDATE,
        id=link.id,
        target=link.target,
        title=link.title,
        post_id=link.post_id,
        expires_at=link.expires_at,
        max_clicks=link.max_clicks,
        utm=link.utm,
        retired_at=link.retired_at,
    )


async def by_ids(tx: ReadTx, ids: Sequence[int]) -> list[ShortLink]:
    """Those of these links that exist, in no order. O(ids)."""
    return await tx.all(ShortLink, BY_IDS, ids=list(ids))


async def of_posts(tx: ReadTx, ids: Sequence[int]) -> list[ShortLink]:
    """The links that were made for these posts, oldest first. O(links) on an index."""
    return await tx.all(ShortLink, OF_POSTS, ids=list(ids))


async def of_account(tx: ReadTx, account_id: AccountId, page: Page) -> list[ShortLink]:
    """The links of an account, newest first. O(page) on the index (account_id, id)."""
    return await paging.rows(tx, ShortLink, OF_ACCOUNT, page, account_id=account_id)


async def ids_of_account(tx: ReadTx, account_id: AccountId, *, limit: int) -> list[int]:
    """Some of the links of an account."""
    return await tx.all(int, IDS_OF_ACCOUNT, account_id=account_id, limit=limit)


async def delete(tx: WriteTx, ids: Sequence[int]) -> None:
    """Erase links with all that belongs to them. O(their hours)."""
    await tx.run(DELETE, ids=list(ids))


async def take(tx: WriteTx, id: ShortLinkId) -> bool:
    """Lead one more person on, where only so many are; whether there was room."""
    return await tx.run(TAKE, id=id) == 1


async def new_code(tx: WriteTx, code: Code) -> bool:
    """Keep a code; False if it is taken, or the link has one for that channel."""
    return await tx.run(NEW_CODE, code=code.code, link_id=code.link_id, channel=code.channel) == 1


async def coded(tx: ReadTx, codes: Sequence[str]) -> list[Coded]:
    """What those of these codes that exist lead to, in no order. O(codes): two looks into indexes each."""
    return await tx.all(Coded, CODED, codes=list(codes))


async def codes_of(tx: ReadTx, ids: Sequence[int]) -> list[Code]:
    """All codes of these links. O(codes) on an index."""
    return await tx.all(Code, CODES_OF, ids=list(ids))


async def new_former(tx: WriteTx, former: FormerTarget) -> None:
    """Remember where a link led until now."""
    await tx.run(NEW_FORMER, link_id=former.link_id, until=former.until, target=former.target)


async def former(tx: ReadTx, id: ShortLinkId) -> list[FormerTarget]:
    """Where a link led before, the latest first."""
    return await tx.all(FormerTarget, FORMER, link_id=id)


async def count(tx: WriteTx, clicks: Sequence[Clicks], origins: Sequence[Origin]) -> None:
    """Add to what was counted, and to the sums."""
    rows = [_row(one) for one in clicks]
    await tx.run_many(COUNT, rows)
    await tx.run_many(SUM, rows)
    await tx.run_many(COUNT_ORIGIN, [msgspec.structs.asdict(one) for one in origins])


async def forget_clicks(tx: WriteTx, *, before: datetime, limit: int) -> int:
    """Forget up to `limit` of what was counted in hours before a moment, in the sums too; how much."""
    old = await tx.all(Clicks, OLD_CLICKS, before=before, limit=limit)
    await tx.run_many(SUM, [{"link_id": one.link_id, "visitor": one.visitor, "clicks": -one.clicks} for one in old])
    await tx.run_many(FORGET_CLICKS, [_row(one) for one in old])
    return len(old)


async def clicks_since(tx: ReadTx, ids: Sequence[int], *, since: datetime) -> list[Clicks]:
    """What was counted of these links from an hour on, oldest first. O(hours) on the primary key."""
    return await tx.all(Clicks, CLICKS_SINCE, ids=list(ids), since=since)


async def forget_origins(tx: WriteTx, *, before: datetime, limit: int) -> int:
    """Forget up to `limit` of what was counted by country in hours before a moment; how much."""
    return await tx.run(FORGET_ORIGINS, before=before, limit=limit)


async def origins_since(tx: ReadTx, ids: Sequence[int], *, since: datetime) -> list[FromCountry]:
    """How many people followed these links from an hour on, by country. O(hours and countries) on the primary key."""
    return await tx.all(FromCountry, ORIGINS_SINCE, ids=list(ids), since=since)


async def new_gap(tx: WriteTx, at: datetime) -> None:
    """Remember that what was counted in the second after this is lost."""
    await tx.run(NEW_GAP, at=at)


async def gaps(tx: ReadTx, *, since: datetime, limit: int) -> list[datetime]:
    """The latest gaps since a moment, newest first."""
    return [from_ms(at) for at in await tx.all(int, GAPS, since=since, limit=limit)]


async def forget_gaps(tx: WriteTx, *, before: datetime) -> None:
    """Forget those before a moment."""
    await tx.run(FORGET_GAPS, before=before)


async def close(tx: WriteTx, site: ClosedSite) -> None:
    """Keep that a site is closed, and why."""
    await tx.run(CLOSE, host=site.host, reason=site.reason, closed_at=site.closed_at)


async def reopen(tx: WriteTx, host: str) -> bool:
    """Forget that a site is closed; whether it was."""
    return await tx.run(REOPEN, host=host) == 1


async def closed(tx: ReadTx) -> list[ClosedSite]:
    """All closed sites, by name. There are few."""
    return await tx.all(ClosedSite, CLOSED)


def _row(one: Clicks) -> dict[str, object]:
    return msgspec.structs.asdict(one)
