"""The key that e-mail is signed with (DKIM), of which the public part stands in the DNS of the sender's domain.

Called by app.py when the server starts, and by the command that shows what belongs into DNS. The key is in the database
and not in a file: a backup has it, and all processes on a database have the same. Making one takes a tenth of a second,
so it is made beforehand, and only on a server that sends.

Not here: signing (lib/dkim).
"""

from datetime import datetime

from pinson.domain.instance import store
from pinson.domain.instance.model import Seal
from pinson.lib.db import ReadTx, WriteTx

SELECTOR = "pinson"


async def seal(tx: ReadTx) -> Seal | None:
    """The key, if there is one."""
    return await store.seal(tx)


async def keep_seal(tx: WriteTx, *, secret: bytes, now: datetime) -> Seal:
    """Keep a key unless there is one, as another process may just have made it. Returns the one that is kept."""
    await store.put_seal(tx, Seal(SELECTOR, secret, now))
    kept = await store.seal(tx)
    assert kept is not None
    return kept


async def change_seal(tx: WriteTx, *, secret: bytes, now: datetime) -> Seal:
    """Keep another key from now on, under a name of its own: what was signed before is still on its way."""
    new = Seal(f"{SELECTOR}{now:%Y%m%d%H%M}", secret, now)
    await store.forget_seal(tx)
    await store.put_seal(tx, new)
    return new
