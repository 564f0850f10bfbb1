"""SQL of figures. It reads what others write, by the time inside ids: O(rows of the period) on primary keys."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from pinson.lib.clock import to_ms
from pinson.lib.db import ReadTx
from pinson.lib.ids import MS_SHIFT, first_at

OWNS = ()

Bounds = tuple[datetime, datetime]


class Measure(StrEnum):
    """What can be counted by day. The values are Mastodon's."""

    NEW_USERS = "new_users"
    ACTIVE_USERS = "active_users"
    INTERACTIONS = "interactions"
    OPENED_REPORTS = "opened_reports"
    RESOLVED_REPORTS = "resolved_reports"
    TAG_ACCOUNTS = "tag_accounts"
    TAG_USES = "tag_uses"
    TAG_SERVERS = "tag_servers"


class OnDay(msgspec.Struct, frozen=True):
    """A number on a day, counted from the first of the period."""

    day: int
    value: int


class Counted(msgspec.Struct, frozen=True):
    """How much there is of something, as text."""

    key: str
    value: str


class UserOnDay(msgspec.Struct, frozen=True):
    """A user who did something on a day, counted from the first of the period."""

    user_id: int
    day: int


# What happened in a period: an id with the time in it, and what counts once however often it is there.
USES = """
    SELECT p.id, {who} AS who
    FROM entries AS e
    JOIN posts AS p ON p.id = e.id
    JOIN accounts AS a ON a.id = p.author_id
    WHERE e.topic_id = :tag_id AND e.id >= :first AND e.id < :beyond
"""
HAPPENED = {
    Measure.NEW_USERS: "SELECT id, id AS who FROM users WHERE id >= :first AND id < :beyond",
    Measure.ACTIVE_USERS: """
        SELECT p.id, p.author_id AS who
        FROM posts AS p
        JOIN accounts AS a ON a.id = p.author_id
        WHERE p.id >= :first AND p.id < :beyond AND a.domain = ''
    """,
    Measure.INTERACTIONS: """
        SELECT id, id AS who FROM marks WHERE id >= :first AND id < :beyond AND mark = 'favourite'
        UNION ALL
        SELECT id, id AS who FROM posts
        WHERE id >= :first AND id < :beyond
            AND (boost_of_id IS NOT NULL OR (in_reply_to_author_id IS NOT NULL AND in_reply_to_author_id <> author_id))
    """,
    Measure.OPENED_REPORTS: "SELECT id, id AS who FROM reports WHERE id >= :first AND id < :beyond",
    Measure.RESOLVED_REPORTS: f"""
        SELECT :first + ((resolved_at - :since) << {MS_SHIFT}) AS id, id AS who
        FROM reports
        WHERE resolved_at >= :since AND resolved_at < :until
    """,
    Measure.TAG_ACCOUNTS: USES.format(who="p.author_id"),
    Measure.TAG_USES: USES.format(who="p.id"),
    Measure.TAG_SERVERS: USES.format(who="a.domain"),
}
DAY = f"((id - :first) >> {MS_SHIFT}) / 86400000"
BY_DAY = f"SELECT {DAY} AS day, count(DISTINCT who) AS value FROM ({{happened}}) AS happened GROUP BY day"
TOTAL = "SELECT count(DISTINCT who) FROM ({happened}) AS happened"

DIMENSIONS = {
    "languages": """
        SELECT u.locale AS key, CAST(count(*) AS TEXT) AS value
        FROM users AS u
        WHERE EXISTS (
            SELECT 1 FROM members AS m
            JOIN posts AS p ON p.author_id = m.account_id AND p.id >= :first AND p.id < :beyond
            WHERE m.user_id = u.id)
        GROUP BY u.locale
        ORDER BY count(*) DESC, key
        LIMIT :limit
    """,
    "sources": """
        SELECT coalesce(app.name, '') AS key, CAST(count(*) AS TEXT) AS value
        FROM users AS u
        LEFT JOIN apps AS app ON app.id = u.app_id
        WHERE u.id >= :first AND u.id < :beyond
        GROUP BY key
        ORDER BY count(*) DESC, key
        LIMIT :limit
    """,
    "servers": """
        SELECT a.domain AS key, CAST(count(*) AS TEXT) AS value
        FROM posts AS p
        JOIN accounts AS a ON a.id = p.author_id
        WHERE p.id >= :first AND p.id < :beyond
        GROUP BY a.domain
        ORDER BY count(*) DESC, key
        LIMIT :limit
    """,
    "tag_servers": """
        SELECT a.domain AS key, CAST(count(*) AS TEXT) AS value
        FROM entries AS e
        JOIN posts AS p ON p.id = e.id
        JOIN accounts AS a ON a.id = p.author_id
        WHERE e.topic_id = :tag_id AND e.id >= :first AND e.id < :beyond
        GROUP BY a.domain
        ORDER BY count(*) DESC, key
        LIMIT :limit
    """,
    "tag_languages": """
        SELECT coalesce(p.language, '') AS key, CAST(count(*) AS TEXT) AS value
        FROM entries AS e
        JOIN posts AS p ON p.id = e.id
        WHERE e.topic_id = :tag_id AND e.id >= :first AND e.id < :beyond
        GROUP BY key
        ORDER BY count(*) DESC, key
        LIMIT :limit
    """,
}
SIGNED_UP = f"SELECT id AS user_id, {DAY} AS day FROM users WHERE id >= :first AND id < :beyond"
ACTIVE = f"""
    SELECT DISTINCT m.user_id, ((p.id - :first) >> {MS_SHIFT}) / 86400000 AS day
    FROM members AS m
    JOIN posts AS p ON p.author_id = m.account_id AND p.id >= :first AND p.id < :beyond
    WHERE m.role = 'owner' AND m.user_id >= :first AND m.user_id < :beyond
"""
MEDIA_BYTES = "SELECT coalesce(sum(size), 0) FROM media"
DATABASE_BYTES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}
VERSION = {"sqlite": "SELECT sqlite_version()", "postgresql": "SELECT current_setting('server_version')"}


async def by_day(tx: ReadTx, measure: Measure, bounds: Bounds, *, tag_id: int) -> list[OnDay]:
    """A number for each day of a period; days without are left out."""
    sql = BY_DAY.format(happened=HAPPENED[measure])
    return await tx.all(OnDay, sql, **_used(sql, bounds, tag_id=tag_id))


async def total(tx: ReadTx, measure: Measure, bounds: Bounds, *, tag_id: int) -> int:
    """The same for the whole period: what is there on several days counts once."""
    sql = TOTAL.format(happened=HAPPENED[measure])
    return await tx.one(int, sql, **_used(sql, bounds, tag_id=tag_id)) or 0


async def dimension(tx: ReadTx, name: str, bounds: Bounds, *, tag_id: int, limit: int) -> list[Counted]:
    """What there was in a period, the most first."""
    sql = DIMENSIONS[name]
    return await tx.all(Counted, sql, **_used(sql, bounds, tag_id=tag_id, limit=limit))


async def signed_up(tx: ReadTx, bounds: Bounds) -> list[UserOnDay]:
    """Who signed up in a period, and when."""
    return await tx.all(UserOnDay, SIGNED_UP, **_used(SIGNED_UP, bounds))


async def active(tx: ReadTx, bounds: Bounds) -> list[UserOnDay]:
    """Which of those were active on which days: accounts that they own published. O(posts of the newcomers)."""
    return await tx.all(UserOnDay, ACTIVE, **_used(ACTIVE, bounds))


async def media_bytes(tx: ReadTx) -> int:
    """What pictures, films and sounds take. O(media)."""
    return await tx.one(int, MEDIA_BYTES) or 0


async def database_bytes(tx: ReadTx) -> int:
    """What the database takes, what it could give back included."""
    return await tx.one(int, DATABASE_BYTES[tx.dialect]) or 0


async def version(tx: ReadTx) -> str:
    """The version of the database's engine."""
    return await tx.one(str, VERSION[tx.dialect]) or ""


def _used(sql: str, bounds: Bounds, **others: Any) -> Mapping[str, Any]:
    """Those of the parameters that a statement names."""
    since, until = bounds
    given = {
        "first": first_at(since),
        "beyond": first_at(until),
        "since": to_ms(since),
        "until": to_ms(until),
        **others,
    }
    return {name: value for name, value in given.items() if f":{name}" in sql}
