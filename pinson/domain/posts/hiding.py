"""Moderators hide single posts, and show them again. Each is one transaction.

Called by the commands of moderation, which keep why. A hidden post is where it was, with all that hangs on it, but
only its author sees it: `rules.can_see` says so for every way of reading.
"""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.posts import store
from pinson.domain.posts.facts import PostHidden, PostUnhidden
from pinson.domain.posts.model import PostId
from pinson.domain.posts.rules import PostNotFound
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx


async def hide(
    tx: WriteTx, *, ids: Sequence[PostId], author_id: AccountId, decision_id: int, now: datetime
) -> list[PostId]:
    """Hide posts of an account; which of them were not hidden before: those stay as an earlier decision has it.

    Args:
        decision_id: what says why.
    Raises:
        PostNotFound: one is gone, somebody else's, or passes another post on.
    """
    found = {shape.id: shape for shape in await store.shapes(tx, list(ids))}
    if any(id not in found or found[id].author_id != author_id or found[id].boost_of_id is not None for id in ids):
        raise PostNotFound
    before = await store.hidden(tx, ids)
    new = [id for id in dict.fromkeys(ids) if id not in before]
    await store.hide(tx, new, decision_id)
    for id in new:
        await log.record(tx, PostHidden(at=now, post=found[id], decision_id=decision_id))
    return new


async def unhide(tx: WriteTx, *, ids: Sequence[PostId], now: datetime) -> list[PostId]:
    """Show posts again; which of them were hidden."""
    hidden = await store.hidden(tx, ids)
    await store.unhide(tx, list(hidden))
    for shape in await store.shapes(tx, list(hidden)):
        await log.record(tx, PostUnhidden(at=now, post=shape))
    return list(hidden)


async def hidden(tx: ReadTx, ids: Sequence[PostId]) -> dict[PostId, int]:
    """Those of these posts that are hidden, by which decision. One statement."""
    return await store.hidden(tx, ids)


async def hidden_by(tx: ReadTx, decision_ids: Sequence[int]) -> dict[PostId, int]:
    """The posts that these decisions hid and that still are, by which of them. One statement."""
    return await store.hidden_by(tx, decision_ids)


async def hidden_of(tx: ReadTx, author_id: AccountId) -> list[PostId]:
    """All posts of an account that are hidden. One statement."""
    return await store.hidden_of(tx, author_id)
