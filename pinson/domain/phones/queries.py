"""Questions about telephones."""

from pinson.domain.accounts import AccountId
from pinson.domain.phones import store
from pinson.domain.phones.commands import MOST_DRAWN
from pinson.domain.phones.model import Drawn, Pocket
from pinson.lib.db import ReadTx


async def pocket(tx: ReadTx, account_id: AccountId) -> Pocket:
    """How an account publishes by text."""
    there = await store.by_account(tx, account_id)
    return Pocket(account_id) if there is None else Pocket(account_id, there.allowed, there.code)


async def drawn(tx: ReadTx, phone: str) -> list[Drawn]:
    """The latest texts to and from a drawn telephone, the oldest first."""
    return (await store.drawn(tx, phone, limit=MOST_DRAWN))[::-1]
