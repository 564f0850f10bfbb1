"""The register of what moderators did: a line for every decision, in its transaction, for good.

Called by the commands of this package. The register is what makes a decision answerable (Regulation (EU) 2022/2065,
articles 17 and 20): who took it, when, about what. Why stands with the decision itself, if it leaves one (a strike).
"""

from datetime import datetime

from pinson.domain.moderation import store
from pinson.domain.moderation.model import Deed, Moderator
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import Page


async def note(
    tx: WriteTx, verb: str, *, by: Moderator, target_id: int, label: str, now: datetime, reason: str = ""
) -> None:
    """Write a line."""
    await store.insert_deed(tx, Deed(tx.new_id(None, now), now, by.account_id, verb, target_id, label, reason))


async def deeds(tx: ReadTx, page: Page) -> list[Deed]:
    """What moderators did, the latest first."""
    return await store.deeds(tx, page)
