"""Browsers that may change what a reader wants: each holds a key in a cookie, of which we keep the digest only.

Called by what a visitor does on a page, once they have proved that an address is theirs, and by pages that then know
them. A key opens all addresses of its reader; the keys in links of letters and texts (`rules.key_of`) open one address.
"""

from datetime import datetime, timedelta

from pinson.domain.alerts import rules
from pinson.domain.alerts.keys import store
from pinson.domain.alerts.model import ReaderId
from pinson.lib.db import ReadTx, WriteTx

KEPT = timedelta(days=400)  # as long as browsers keep a cookie


async def give(tx: WriteTx, *, reader_id: ReaderId, key: str, now: datetime) -> None:
    """Let whoever has this key, a fresh one, change what a reader wants."""
    await store.insert(tx, rules.digest_of(key), reader_id, now=now)


async def reader_id(tx: ReadTx, key: str) -> ReaderId | None:
    """Whose key it is; None if it is nobody's any more."""
    return await store.reader_id(tx, rules.digest_of(key))


async def forget_old(tx: WriteTx, *, now: datetime) -> None:
    """Remove those that no browser holds any more."""
    await store.delete_old(tx, until=now - KEPT)
