"""SQL of moderation."""

import msgspec

from pinson.domain.moderation.model import Deed
from pinson.lib import paging
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import Page

OWNS = ("deeds",)

INSERT_DEED = """
    INSERT INTO deeds (id, at, by_id, verb, target_id, label) VALUES (:id, :at, :by_id, :verb, :target_id, :label)
"""
DEEDS = """
    SELECT id, at, by_id, verb, target_id, label FROM deeds
    WHERE id < :before AND id > :after
    ORDER BY id {way}
    LIMIT :limit
"""


# --- the register -------------------------------------------------------------------------------------------------


async def insert_deed(tx: WriteTx, deed: Deed) -> None:
    """Add a line to the register."""
    await tx.run(INSERT_DEED, **msgspec.structs.asdict(deed))


async def deeds(tx: ReadTx, page: Page) -> list[Deed]:
    """A page of the register, the latest first. O(limit) on the primary key."""
    return await paging.rows(tx, Deed, DEEDS, page)
