"""SQL of sources."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.sources.model import Made, Source, SourceId, Subscription, Untold
from pinson.lib import ids
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("sources", "source_keys", "source_news", "source_hubs")

COLUMNS = """
    id, account_id, kind, address, title, home, rules, added_at, newest_at, state, next_at, looked_at, etag, modified,
    digest, pause, failures, trouble, learning, removed_at
"""
INSERT = f"""
    INSERT INTO sources ({COLUMNS})
    VALUES (:id, :account_id, :kind, :address, :title, :home, :rules, :added_at, :newest_at, :state, :next_at,
            :looked_at, :etag, :modified, :digest, :pause, :failures, :trouble, :learning, :removed_at)
"""
UPDATE = """
    UPDATE sources
    SET address = :address, title = :title, home = :home, rules = :rules, newest_at = :newest_at, state = :state,
        next_at = :next_at, looked_at = :looked_at, etag = :etag, modified = :modified, digest = :digest,
        pause = :pause, failures = :failures, trouble = :trouble, learning = :learning, removed_at = :removed_at
    WHERE id = :id
"""
ONE = f"SELECT {COLUMNS} FROM sources WHERE id = :id"
OF_ACCOUNT = f"SELECT {COLUMNS} FROM sources WHERE account_id = :account_id ORDER BY id"
DELETE = "DELETE FROM sources WHERE id = :id"
IS_DUE = """
    SELECT count(*) FROM (
        SELECT 1 FROM sources WHERE next_at <= :now UNION ALL SELECT 1 FROM source_hubs WHERE next_at <= :now LIMIT 1
    ) AS due
"""
CLAIM = f"""
    UPDATE sources SET next_at = :until
    WHERE id IN (SELECT id FROM sources WHERE next_at <= :now ORDER BY next_at LIMIT :limit)
    RETURNING {COLUMNS}
"""
REMOVED = f"SELECT {COLUMNS} FROM sources WHERE removed_at <= :before ORDER BY removed_at LIMIT :limit"

KNOWN = """
    SELECT key FROM source_keys WHERE source_id = :source_id AND key IN (SELECT value FROM json_each(:keys))
"""
KEEP_KEY = """
    INSERT INTO source_keys (source_id, key, seen_at) VALUES (:source_id, :key, :seen_at)
    ON CONFLICT (source_id, key) DO NOTHING
"""
COUNT_KEYS = "SELECT count(*) FROM source_keys WHERE source_id = :source_id"
OLDEST_KEYS = "SELECT key FROM source_keys WHERE source_id = :source_id ORDER BY seen_at LIMIT :limit"
FORGET_KEY = "DELETE FROM source_keys WHERE source_id = :source_id AND key = :key"
FORGET_KEYS = """
    DELETE FROM source_keys
    WHERE source_id = :source_id
          AND key IN (SELECT key FROM source_keys WHERE source_id = :source_id LIMIT :limit)
"""

NEW_MADE = """
    INSERT INTO source_news (id, source_id, outcome, title, link, post_id, refusal)
    VALUES (:id, :source_id, :outcome, :title, :link, :post_id, :refusal)
"""
MADE = """
    SELECT id, source_id, outcome, title, link, post_id, refusal FROM source_news
    WHERE source_id = :source_id
    ORDER BY id DESC
    LIMIT :limit
"""
MADE_SINCE = """
    SELECT count(*) FROM source_news WHERE source_id = :source_id AND id >= :since AND outcome IN ('published', 'held')
"""
MADE_AS = """
    SELECT id, source_id, outcome, title, link, post_id, refusal FROM source_news
    WHERE post_id IN (SELECT value FROM json_each(:ids))
"""
LATEST = """
    SELECT n.id, n.source_id, n.outcome, n.title, n.link, n.post_id, n.refusal
    FROM sources AS s
    JOIN source_news AS n ON n.id = (
        SELECT max(id) FROM source_news WHERE source_id = s.id AND outcome IN ('published', 'held'))
    WHERE s.account_id = :account_id
"""
FORGET_MADE = """
    DELETE FROM source_news
    WHERE id IN (SELECT id FROM source_news WHERE id < :before ORDER BY id LIMIT :limit)
"""


HUB = "source_id, hub, topic, token, secret, wanted, asked_at, until, next_at, failures, reason"
PUT_HUB = f"""
    INSERT INTO source_hubs ({HUB})
    VALUES (:source_id, :hub, :topic, :token, :secret, :wanted, :asked_at, :until, :next_at, :failures, :reason)
    ON CONFLICT (source_id) DO UPDATE
    SET hub = excluded.hub, topic = excluded.topic, token = excluded.token, secret = excluded.secret,
        wanted = excluded.wanted, asked_at = excluded.asked_at, until = excluded.until, next_at = excluded.next_at,
        failures = excluded.failures, reason = excluded.reason
"""
HUB_OF = f"SELECT {HUB} FROM source_hubs WHERE source_id = :source_id"
HUB_BY_TOKEN = f"SELECT {HUB} FROM source_hubs WHERE token = :token"
DELETE_HUB = "DELETE FROM source_hubs WHERE source_id = :source_id"
DUE_HUBS = f"SELECT {HUB} FROM source_hubs WHERE next_at <= :now ORDER BY next_at LIMIT :limit"
TOLD = """
    SELECT h.source_id FROM sources AS s JOIN source_hubs AS h ON h.source_id = s.id
    WHERE s.account_id = :account_id AND h.wanted = 1 AND h.until > :now
"""
UNTOLD = """
    SELECT h.source_id, h.hub, h.reason FROM sources AS s JOIN source_hubs AS h ON h.source_id = s.id
    WHERE s.account_id = :account_id AND h.wanted = 1 AND (h.until IS NULL OR h.until <= :now)
        AND h.failures >= :failures
"""


async def insert(tx: WriteTx, source: Source) -> None:
    """Keep a new one."""
    await tx.run_with(INSERT, source)


async def update(tx: WriteTx, source: Source) -> None:
    """Keep what of it can change."""
    kept = msgspec.structs.asdict(source)
    for name in ("account_id", "kind", "added_at"):
        del kept[name]
    await tx.run(UPDATE, **kept)


async def one(tx: ReadTx, id: SourceId) -> Source | None:
    """One, whoever asks. One look into the primary key."""
    return await tx.one(Source, ONE, id=id)


async def of_account(tx: ReadTx, account_id: AccountId) -> list[Source]:
    """All of an account, some twenty at most, in the order in which they were added."""
    return await tx.all(Source, OF_ACCOUNT, account_id=account_id)


async def delete(tx: WriteTx, id: SourceId) -> None:
    """Remove one. Its keys are to be gone before: there may be thousands."""
    await tx.run(DELETE, id=id)


async def is_due(tx: ReadTx, *, now: datetime) -> bool:
    """Whether any is to be looked at, or its hub to be asked. A look into an index each."""
    return bool(await tx.one(int, IS_DUE, now=now))


async def claim(tx: WriteTx, *, now: datetime, until: datetime, limit: int) -> list[Source]:
    """Those that have been due the longest; nobody else takes them until a moment. O(limit)."""
    return await tx.all(Source, CLAIM, now=now, until=until, limit=limit)


async def removed(tx: ReadTx, *, before: datetime, limit: int) -> list[Source]:
    """Those that were removed before a moment. O(limit)."""
    return await tx.all(Source, REMOVED, before=before, limit=limit)


async def known(tx: ReadTx, source_id: SourceId, keys: Sequence[str]) -> set[str]:
    """Those of these keys that were seen. O(those) on the primary key."""
    return set(await tx.all(str, KNOWN, source_id=source_id, keys=list(keys)))


async def keep_keys(tx: WriteTx, source_id: SourceId, keys: Sequence[str], *, now: datetime) -> None:
    """Remember that these were seen."""
    await tx.run_many(KEEP_KEY, [{"source_id": source_id, "key": key, "seen_at": now} for key in keys])


async def count_keys(tx: ReadTx, source_id: SourceId) -> int:
    """How many were seen. O(those)."""
    return await tx.one(int, COUNT_KEYS, source_id=source_id) or 0


async def oldest_keys(tx: ReadTx, source_id: SourceId, *, limit: int) -> list[str]:
    """Those that were seen first the longest ago. O(all of the source)."""
    return await tx.all(str, OLDEST_KEYS, source_id=source_id, limit=limit)


async def forget_these(tx: WriteTx, source_id: SourceId, keys: Sequence[str]) -> None:
    """Forget that these were seen."""
    await tx.run_many(FORGET_KEY, [{"source_id": source_id, "key": key} for key in keys])


async def forget_keys(tx: WriteTx, source_id: SourceId, *, limit: int) -> int:
    """Forget up to so many of what was seen; how many. O(limit)."""
    return await tx.run(FORGET_KEYS, source_id=source_id, limit=limit)


async def insert_made(tx: WriteTx, made: Made) -> None:
    """Keep what became of something new."""
    await tx.run_with(NEW_MADE, made)


async def made(tx: ReadTx, source_id: SourceId, *, limit: int) -> list[Made]:
    """What became of what was new at a source, the latest first. O(limit)."""
    return await tx.all(Made, MADE, source_id=source_id, limit=limit)


async def made_since(tx: ReadTx, source_id: SourceId, *, since: datetime) -> int:
    """How many messages and drafts were made since a moment. O(those)."""
    return await tx.one(int, MADE_SINCE, source_id=source_id, since=ids.first_at(since)) or 0


async def made_as(tx: ReadTx, post_ids: Sequence[int]) -> list[Made]:
    """Where these messages and drafts come from, those that come from a source. One look into an index each."""
    return await tx.all(Made, MADE_AS, ids=list(post_ids))


async def latest(tx: ReadTx, account_id: AccountId) -> list[Made]:
    """The latest message or draft of each source of an account. A look into an index for each."""
    return await tx.all(Made, LATEST, account_id=account_id)


async def forget_made(tx: WriteTx, *, before: datetime, limit: int) -> int:
    """Forget up to so much of what was made before a moment; how much. O(limit)."""
    return await tx.run(FORGET_MADE, before=ids.first_at(before), limit=limit)


async def put_hub(tx: WriteTx, one: Subscription) -> None:
    """Keep a subscription, instead of what there was of its source."""
    await tx.run_with(PUT_HUB, one)


async def hub_of(tx: ReadTx, source_id: SourceId) -> Subscription | None:
    """That of a source. One look into the primary key."""
    return await tx.one(Subscription, HUB_OF, source_id=source_id)


async def hub_by_token(tx: ReadTx, token: str) -> Subscription | None:
    """The one whose hub calls at this address. One look into an index."""
    return await tx.one(Subscription, HUB_BY_TOKEN, token=token)


async def delete_hub(tx: WriteTx, source_id: SourceId) -> None:
    """Forget that of a source."""
    await tx.run(DELETE_HUB, source_id=source_id)


async def due_hubs(tx: ReadTx, *, now: datetime, limit: int) -> list[Subscription]:
    """Those whose hub is to be asked, the longest due first. O(limit)."""
    return await tx.all(Subscription, DUE_HUBS, now=now, limit=limit)


async def told(tx: ReadTx, account_id: AccountId, *, now: datetime) -> list[int]:
    """The sources of an account whose hub tells us. O(those of the account)."""
    return await tx.all(int, TOLD, account_id=account_id, now=now)


async def untold(tx: ReadTx, account_id: AccountId, *, failures: int, now: datetime) -> list[Untold]:
    """The sources of an account whose hub was asked so often in vain."""
    return await tx.all(Untold, UNTOLD, account_id=account_id, failures=failures, now=now)
