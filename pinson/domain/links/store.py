"""SQL of links and of the sites they lead to."""

from datetime import datetime

from pinson.domain.links.model import Card, Link, LinkId, Publisher, PublisherId
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("links", "publishers")

LINK = "id, url, publisher_id, asked_at, fetched_at, failure, card, trendable, loose_since"

INSERT = "INSERT INTO links (id, url, publisher_id, asked_at) VALUES (:id, :url, :publisher_id, :now)"
BY_URL = f"SELECT {LINK} FROM links WHERE url = :url"
BY_IDS = f"SELECT {LINK} FROM links WHERE id IN (SELECT value FROM json_each(:ids))"
ASK = "UPDATE links SET asked_at = :now WHERE id = :id"
FETCHED = "UPDATE links SET fetched_at = :now, failure = '', card = :card WHERE id = :id"
FAILED = "UPDATE links SET fetched_at = :now, failure = :failure WHERE id = :id"
LOOSEN = "UPDATE links SET loose_since = :since WHERE id = :id"
LOOSE = f"SELECT {LINK} FROM links WHERE loose_since <= :until ORDER BY loose_since LIMIT :limit"
DELETE = "DELETE FROM links WHERE id IN (SELECT value FROM json_each(:ids))"
JUDGE = "UPDATE links SET trendable = :trendable WHERE id = :id"

NEW_PUBLISHER = "INSERT INTO publishers (id, domain) VALUES (:id, :domain)"
PUBLISHER = "SELECT id FROM publishers WHERE domain = :domain"
PUBLISHERS_BY_IDS = """
    SELECT id, domain, trendable, reviewed_at FROM publishers WHERE id IN (SELECT value FROM json_each(:ids))
"""
JUDGE_PUBLISHER = "UPDATE publishers SET trendable = :trendable, reviewed_at = :now WHERE id = :id"


async def insert(tx: WriteTx, id: LinkId, url: str, publisher_id: PublisherId, *, now: datetime) -> None:
    """Add a link that is not there yet."""
    await tx.run(INSERT, id=id, url=url, publisher_id=publisher_id, now=now)


async def by_url(tx: ReadTx, url: str) -> Link | None:
    """The link with this address in its normal form. One look into the unique index."""
    return await tx.one(Link, BY_URL, url=url)


async def by_ids(tx: ReadTx, ids: list[int]) -> list[Link]:
    """Those of these links that exist, in no order. O(ids)."""
    return await tx.all(Link, BY_IDS, ids=ids)


async def ask(tx: WriteTx, id: LinkId, *, now: datetime) -> None:
    """Its page is to be read."""
    await tx.run(ASK, id=id, now=now)


async def fetched(tx: WriteTx, id: LinkId, card: Card, *, now: datetime) -> None:
    """Its page was read."""
    await tx.run(FETCHED, id=id, card=card, now=now)


async def failed(tx: WriteTx, id: LinkId, failure: str, *, now: datetime) -> None:
    """Its page could not be read; a card from before stays."""
    await tx.run(FAILED, id=id, failure=failure, now=now)


async def loosen(tx: WriteTx, id: LinkId, *, since: datetime | None) -> None:
    """No post shares it any more, or one does again."""
    await tx.run(LOOSEN, id=id, since=since)


async def loose(tx: ReadTx, *, until: datetime, limit: int) -> list[Link]:
    """What no post has shared since then or longer. O(limit) on its index."""
    return await tx.all(Link, LOOSE, until=until, limit=limit)


async def delete(tx: WriteTx, ids: list[LinkId]) -> None:
    """Remove these. O(ids)."""
    await tx.run(DELETE, ids=ids)


async def judge(tx: WriteTx, id: LinkId, *, trendable: bool) -> None:
    """Keep what a moderator said about a link."""
    await tx.run(JUDGE, id=id, trendable=trendable)


async def new_publisher(tx: WriteTx, id: PublisherId, domain: str) -> None:
    """Add a site that is not there yet."""
    await tx.run(NEW_PUBLISHER, id=id, domain=domain)


async def publisher_of(tx: ReadTx, domain: str) -> PublisherId | None:
    """The site at this host. One look into the unique index."""
    id = await tx.one(int, PUBLISHER, domain=domain)
    return None if id is None else PublisherId(id)


async def publishers(tx: ReadTx, ids: list[int]) -> list[Publisher]:
    """Those of these sites that exist, in no order. O(ids)."""
    return await tx.all(Publisher, PUBLISHERS_BY_IDS, ids=ids)


async def judge_publisher(tx: WriteTx, id: PublisherId, *, trendable: bool, now: datetime) -> None:
    """Keep what a moderator said about a site."""
    await tx.run(JUDGE_PUBLISHER, id=id, trendable=trendable, now=now)
