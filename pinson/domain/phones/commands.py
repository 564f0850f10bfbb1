"""To let telephones publish, and to keep what drawn ones say and hear."""

import re
from datetime import datetime, timedelta

from pinson.domain.accounts import AccountId
from pinson.domain.phones import store
from pinson.domain.phones.model import BadCode
from pinson.lib.db import WriteTx

DRAWN_KEPT = timedelta(days=1)
MOST_DRAWN = 200  # texts of one telephone


async def let_publish(tx: WriteTx, *, account_id: AccountId, allowed: bool, code: str, now: datetime) -> None:
    """Let the telephones of an account's members publish for it, or not. code: that they write first; "" for none.

    Raises:
        BadCode.
    """
    if code and not re.fullmatch(r"[0-9]{4}", code):
        raise BadCode
    await store.put(tx, account_id, allowed=allowed, code=code, now=now)


async def forget_account(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """An account is closed."""
    await store.delete(tx, account_id)


async def keep_drawn(tx: WriteTx, *, phone: str, ours: bool, sender: str, body: str, parts: int, now: datetime) -> int:
    """Keep a text to or from a drawn telephone, of which the latest are shown; its id."""
    id = tx.new_id(None, now)
    await store.insert_drawn(tx, id, phone, ours=ours, sender=sender, body=body, parts=parts, now=now)
    return id


async def forget_drawn(tx: WriteTx, *, now: datetime) -> None:
    """Remove what drawn telephones said and heard until yesterday."""
    await store.delete_drawn(tx, until=now - DRAWN_KEPT)
