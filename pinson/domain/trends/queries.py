"""Questions about trends, and their computation, which is a question too."""

from datetime import datetime

from pinson.domain import links, posts
from pinson.domain.trends import rules, store
from pinson.domain.trends.model import Kind, Reason, Trend, Use
from pinson.lib.clock import from_ms
from pinson.lib.db import ReadTx


async def rising(tx: ReadTx, kind: Kind, *, offset: int = 0, limit: int, unseen: bool = False) -> list[Trend]:
    """What rises of a kind, the highest first.

    Args:
        unseen: also what moderators do not let people see.
    """
    return await store.rising(tx, kind, unseen=unseen, offset=offset, limit=limit)


async def is_due(tx: ReadTx, *, now: datetime) -> bool:
    """Whether it is time to compute trends anew: no process has done so within the last minute."""
    at = await store.computed_at(tx)
    return at is None or not now - from_ms(at) < rules.PERIOD


async def measured(tx: ReadTx, *, now: datetime) -> list[Trend]:
    """What rises now. Four statements, of O(posts of the last days): for a thread."""
    found = await store.uses(tx, now=now)
    ids = [use.id for use in found]
    tags, shared = await posts.tags_by_ids(tx, ids), await links.by_ids(tx, ids)
    usual = dict.fromkeys(ids, 0.0)
    for day in await posts.tag_days(tx, ids, since=now - rules.WINDOW - rules.WEEK):
        if day.day < rules.WEEK.days:
            usual[day.tag_id] += day.authors / rules.WEEK.days
    trends = [_of_topic(Kind.TAG, use, usual[use.id], now) for use in found if use.id in tags]
    # A link is shown by its card: one that has none cannot be.
    trends += [
        _of_topic(Kind.LINK, use, usual[use.id], now) for use in found if use.id in shared and shared[use.id].card
    ]
    kept = [trend for trend in trends if trend.score >= rules.LEAST_SCORE]
    kept += [
        Trend(Kind.POST, liked.id, liked.score, Reason(reactions=liked.reactions), now)
        for liked in await store.liked(tx, now=now)
    ]
    return _highest(kept)


def _of_topic(kind: Kind, use: Use, usual: float, now: datetime) -> Trend:
    reason = Reason(authors=use.authors, posts=use.posts, usual=round(usual, 1))
    return Trend(kind, use.id, rules.rise(use.warmth, usual=usual), reason, now)


def _highest(trends: list[Trend]) -> list[Trend]:
    """As many of each kind as are kept."""
    trends.sort(key=lambda trend: -trend.score)
    return [trend for kind in Kind for trend in [one for one in trends if one.kind is kind][: rules.MOST]]
