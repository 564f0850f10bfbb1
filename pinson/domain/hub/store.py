"""SQL of subscriptions to feeds, and of what there is to send."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.hub.model import Asked, Subscription, Update
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("hub_subscriptions", "hub_updates")

PUT = """
    INSERT INTO hub_subscriptions (topic_id, path, since, until, callback, host, secret, ends_at, created_at)
    VALUES (:topic_id, :path, :since, :until, :callback, :host, :secret, :ends_at, :now)
    ON CONFLICT (path, callback) DO UPDATE SET topic_id = excluded.topic_id, since = excluded.since,
        until = excluded.until, secret = excluded.secret, ends_at = excluded.ends_at
"""
IS_THERE = "SELECT count(*) FROM hub_subscriptions WHERE path = :path AND callback = :callback"
OF_HOST = "SELECT count(*) FROM hub_subscriptions WHERE host = :host"
TAKE_OUT = "DELETE FROM hub_subscriptions WHERE path = :path AND callback = :callback"
DROP = "DELETE FROM hub_subscriptions WHERE id = :id"
FORGET_OVER = """
    DELETE FROM hub_subscriptions
    WHERE id IN (SELECT id FROM hub_subscriptions WHERE ends_at <= :now ORDER BY ends_at LIMIT :limit)
"""
PATHS = """
    SELECT DISTINCT path FROM hub_subscriptions
    WHERE topic_id IN (SELECT value FROM json_each(:topic_ids)) AND ends_at > :now
        AND (since IS NULL OR (since <= :at AND until > :at))
    ORDER BY path
"""
SUBSCRIBED = """
    SELECT value AS topic_id FROM json_each(:topic_ids) AS asked
    WHERE EXISTS (SELECT 1 FROM hub_subscriptions WHERE topic_id = asked.value AND ends_at > :now)
"""
BY_IDS = """
    SELECT id, path, callback, secret, ends_at FROM hub_subscriptions
    WHERE id IN (SELECT value FROM json_each(:ids))
"""
HOLDERS = """
    SELECT id FROM hub_subscriptions
    WHERE path = :path AND id > :after AND ends_at > :now
    ORDER BY id
    LIMIT :limit
"""
NEWEST = "SELECT id, version, through, done FROM hub_updates WHERE path = :path ORDER BY id DESC LIMIT 1"
NEW_UPDATE = "INSERT INTO hub_updates (path, version, at) VALUES (:path, :version, :at) RETURNING id"
UPDATES = """
    SELECT u.id, u.path, NOT EXISTS (SELECT 1 FROM hub_updates AS n WHERE n.path = u.path AND n.id > u.id) AS is_newest
    FROM hub_updates AS u
    WHERE u.id IN (SELECT value FROM json_each(:ids))
"""
ASKED = "UPDATE hub_updates SET through = :through, done = :done WHERE id = :id"
FORGET_UPDATES = """
    DELETE FROM hub_updates WHERE id IN (SELECT id FROM hub_updates WHERE at <= :until ORDER BY at LIMIT :limit)
"""


async def put(
    tx: WriteTx,
    *,
    topic_id: int,
    path: str,
    since: datetime | None,
    until: datetime | None,
    callback: str,
    host: str,
    secret: str,
    ends_at: datetime,
    now: datetime,
) -> None:
    """Add a subscription, or renew the one of this callback to this feed."""
    await tx.run(
        PUT,
        topic_id=topic_id,
        path=path,
        since=since,
        until=until,
        callback=callback,
        host=host,
        secret=secret,
        ends_at=ends_at,
        now=now,
    )


async def is_there(tx: ReadTx, path: str, callback: str) -> bool:
    """Whether this callback is subscribed to this feed."""
    return bool(await tx.one(int, IS_THERE, path=path, callback=callback))


async def of_host(tx: ReadTx, host: str) -> int:
    """How many subscriptions a host has. O(those)."""
    return await tx.one(int, OF_HOST, host=host) or 0


async def take_out(tx: WriteTx, path: str, callback: str) -> None:
    """End the subscription of this callback to this feed."""
    await tx.run(TAKE_OUT, path=path, callback=callback)


async def drop(tx: WriteTx, id: int) -> None:
    """End a subscription."""
    await tx.run(DROP, id=id)


async def forget_over(tx: WriteTx, *, now: datetime, limit: int) -> int:
    """Remove subscriptions whose lease has ended; how many there were. O(limit)."""
    return await tx.run(FORGET_OVER, now=now, limit=limit)


async def paths(tx: ReadTx, topic_ids: Sequence[int], *, at: datetime, now: datetime) -> list[str]:
    """The feeds of these topics that somebody is subscribed to. O(subscriptions to these topics)."""
    return await tx.all(str, PATHS, topic_ids=list(topic_ids), at=at, now=now)


async def subscribed(tx: ReadTx, topic_ids: Sequence[int], *, now: datetime) -> list[int]:
    """Those of these topics of which somebody is sent a feed. A look into the index for each, however many are."""
    return await tx.all(int, SUBSCRIBED, topic_ids=list(topic_ids), now=now)


async def by_ids(tx: ReadTx, ids: Sequence[int]) -> list[Subscription]:
    """Those of these subscriptions that there still are."""
    return await tx.all(Subscription, BY_IDS, ids=list(ids))


async def holders(tx: ReadTx, path: str, *, after: int, now: datetime, limit: int) -> list[int]:
    """Subscriptions to a feed, in order. O(subscriptions to it) in the index of feeds."""
    return await tx.all(int, HOLDERS, path=path, after=after, now=now, limit=limit)


async def newest(tx: ReadTx, path: str) -> Asked | None:
    """The newest update of a feed."""
    return await tx.one(Asked, NEWEST, path=path)


async def new_update(tx: WriteTx, path: str, version: str, *, at: datetime) -> int:
    """Add an update; its id."""
    id = await tx.one(int, NEW_UPDATE, path=path, version=version, at=at)
    assert id is not None
    return id


async def updates(tx: ReadTx, ids: Sequence[int]) -> list[Update]:
    """Those of these updates that there still are."""
    return await tx.all(Update, UPDATES, ids=list(ids))


async def asked(tx: WriteTx, id: int, *, through: int, done: bool) -> None:
    """Keep up to which subscription an update was asked for."""
    await tx.run(ASKED, id=id, through=through, done=done)


async def forget_updates(tx: WriteTx, *, until: datetime, limit: int) -> int:
    """Remove updates from before a moment; how many there were. O(limit)."""
    return await tx.run(FORGET_UPDATES, until=until, limit=limit)
