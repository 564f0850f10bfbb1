"""Questions about sources."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.sources import hubs, store
from pinson.domain.sources.model import Made, Source, SourceId, Untold
from pinson.domain.sources.rules import SourceNotFound
from pinson.lib.db import ReadTx


async def owned(tx: ReadTx, id: SourceId, *, account_id: AccountId, removed: bool = False) -> Source:
    """One of an account's own.

    Args:
        removed: it may be one that was removed.
    Raises:
        SourceNotFound.
    """
    found = await store.one(tx, id)
    if found is None or found.account_id != account_id or (found.removed_at is not None and not removed):
        raise SourceNotFound
    return found


async def of_account(tx: ReadTx, account_id: AccountId) -> list[Source]:
    """Those of an account, in the order in which they were added; those that were removed within a day among them."""
    return await store.of_account(tx, account_id)


async def is_due(tx: ReadTx, *, now: datetime) -> bool:
    """Whether any is to be looked at, or its hub to be asked."""
    return await store.is_due(tx, now=now)


async def known(tx: ReadTx, id: SourceId, keys: Sequence[str]) -> set[str]:
    """Those of these keys that were seen at a source."""
    return await store.known(tx, id, keys)


async def made(tx: ReadTx, id: SourceId, *, limit: int) -> list[Made]:
    """What became of what was new at a source, the latest first."""
    return await store.made(tx, id, limit=limit)


async def made_since(tx: ReadTx, id: SourceId, *, since: datetime) -> int:
    """How many messages and drafts were made of a source since a moment."""
    return await store.made_since(tx, id, since=since)


async def latest(tx: ReadTx, account_id: AccountId) -> Mapping[SourceId, Made]:
    """The latest message or draft of each source of an account."""
    return {one.source_id: one for one in await store.latest(tx, account_id)}


async def origins(tx: ReadTx, post_ids: Sequence[int]) -> Mapping[int, Made]:
    """Where these messages and drafts come from, those that come from a source. One statement."""
    return {one.post_id: one for one in await store.made_as(tx, post_ids) if one.post_id is not None}


async def untold(tx: ReadTx, account_id: AccountId, *, now: datetime) -> dict[int, Untold]:
    """The sources of an account that named a hub which does not tell us."""
    found = await store.untold(tx, account_id, failures=hubs.SILENT, now=now)
    return {one.source_id: one for one in found}


async def told_at_once(tx: ReadTx, account_id: AccountId, *, now: datetime) -> set[int]:
    """The sources of an account that tell us at once when something is new."""
    return set(await store.told(tx, account_id, now=now))
