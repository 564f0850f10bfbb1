"""SQL of trends. What it computes, `rules.py` says."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from pinson.domain.posts import PostId
from pinson.domain.trends import rules
from pinson.domain.trends.model import Kind, Liked, Trend, Use
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.ids import first_at

OWNS = ("trends", "post_verdicts")

# Topics of public posts but those that all of an author's posts are under: hashtags and links. The smallest topics,
# "everything" and "local", lie below all ids.
USES = """
    WITH uses AS (
        SELECT t.value AS id, p.author_id, max(p.created_at) AS at, count(*) AS posts
        FROM posts AS p
        JOIN accounts AS a ON a.id = p.author_id
        JOIN json_each(p.topics) AS t
        WHERE p.id >= :first AND (p.tags <> '[]' OR p.link_id IS NOT NULL)
            AND p.visibility = 'public' AND p.boost_of_id IS NULL
            AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.limited_at IS NULL
            AND t.value > 1000 AND t.value NOT IN (p.author_id, coalesce(p.event_id, 0))
            AND p.id NOT IN (SELECT post_id FROM hidden_posts)
        GROUP BY t.value, p.author_id)
    SELECT id, count(*) AS authors, sum(posts) AS posts,
           sum(power(0.5, max(:now - at, 0) / :half_life)) AS warmth
    FROM uses
    GROUP BY id
    HAVING count(*) >= :least
    ORDER BY warmth DESC, id
    LIMIT :limit
"""
LIKED = """
    SELECT p.id, p.boosts + p.favourites AS reactions,
           (p.boosts + p.favourites) * power(0.5, max(:now - p.created_at, 0) / :half_life) AS score
    FROM posts AS p
    JOIN accounts AS a ON a.id = p.author_id
    WHERE p.id >= :first AND p.boosts + p.favourites >= :least
        AND p.visibility = 'public' AND p.boost_of_id IS NULL AND p.in_reply_to_author_id IS NULL AND NOT p.sensitive
        AND p.id NOT IN (SELECT post_id FROM hidden_posts)
        AND a.discoverable = 1 AND a.sensitized_at IS NULL
        AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.limited_at IS NULL
    ORDER BY score DESC, p.id
    LIMIT :limit
"""

COMPUTED_AT = "SELECT max(computed_at) FROM trends HAVING count(*) > 0"
CLEAR = "DELETE FROM trends"
INSERT = """
    INSERT INTO trends (kind, id, score, reason, computed_at) VALUES (:kind, :id, :score, :reason, :computed_at)
"""
RISING = {
    Kind.TAG: """
        SELECT r.kind, r.id, r.score, r.reason, r.computed_at
        FROM trends AS r
        JOIN tags AS t ON t.id = r.id
        WHERE r.kind = 'tag' AND (:unseen OR (t.usable AND t.listable AND coalesce(t.trendable, 1)))
        ORDER BY r.score DESC, r.id
        LIMIT :limit OFFSET :offset
    """,
    Kind.LINK: """
        SELECT r.kind, r.id, r.score, r.reason, r.computed_at
        FROM trends AS r
        JOIN links AS l ON l.id = r.id
        JOIN publishers AS p ON p.id = l.publisher_id
        WHERE r.kind = 'link' AND (:unseen OR coalesce(l.trendable, p.trendable, 1))
        ORDER BY r.score DESC, r.id
        LIMIT :limit OFFSET :offset
    """,
    Kind.POST: """
        SELECT r.kind, r.id, r.score, r.reason, r.computed_at
        FROM trends AS r
        LEFT JOIN post_verdicts AS v ON v.post_id = r.id
        WHERE r.kind = 'post' AND (:unseen OR coalesce(v.trendable, 1))
        ORDER BY r.score DESC, r.id
        LIMIT :limit OFFSET :offset
    """,
}
JUDGE_POST = """
    INSERT INTO post_verdicts (post_id, trendable) VALUES (:post_id, :trendable)
    ON CONFLICT (post_id) DO UPDATE SET trendable = excluded.trendable
"""


async def uses(tx: ReadTx, *, now: datetime) -> list[Use]:
    """Topics that enough people used in the last day, the warmest first; twice as many as will be kept.

    O(posts of a day), on the primary key: for a thread.
    """
    return await tx.all(
        Use,
        USES,
        now=now,
        first=first_at(now - rules.WINDOW),
        half_life=_ms(rules.HALF_LIFE),
        least=rules.LEAST_AUTHORS,
        limit=2 * rules.MOST,
    )


async def liked(tx: ReadTx, *, now: datetime) -> list[Liked]:
    """Posts that people reacted to, the highest score first. O(posts of three days), on the primary key."""
    return await tx.all(
        Liked,
        LIKED,
        now=now,
        first=first_at(now - rules.POST_WINDOW),
        half_life=_ms(rules.POST_HALF_LIFE),
        least=rules.LEAST_REACTIONS,
        limit=rules.MOST,
    )


async def computed_at(tx: ReadTx) -> int | None:
    """When trends were computed, in milliseconds; None if nothing rises. O(trends)."""
    return await tx.one(int, COMPUTED_AT)


async def replace(tx: WriteTx, trends: Sequence[Trend]) -> None:
    """Let these be all there are. O(trends): a few hundred."""
    await tx.run(CLEAR)
    await tx.run_many(INSERT, [msgspec.structs.asdict(trend) for trend in trends])


async def rising(tx: ReadTx, kind: Kind, *, unseen: bool, offset: int, limit: int) -> list[Trend]:
    """What rises of a kind, the highest first. O(trends of the kind): a hundred at most.

    Args:
        unseen: also what moderators do not let people see.
    """
    return await tx.all(Trend, RISING[kind], unseen=unseen, offset=offset, limit=limit)


async def judge_post(tx: WriteTx, post_id: PostId, *, trendable: bool) -> None:
    """Keep what a moderator said about a post."""
    await tx.run(JUDGE_POST, post_id=post_id, trendable=trendable)


def _ms(duration: timedelta) -> float:
    return duration / timedelta(milliseconds=1)
