"""Questions about intakes."""

from pinson.domain.accounts import AccountId
from pinson.domain.intakes import store
from pinson.domain.intakes.model import Intake
from pinson.domain.posts import PostId
from pinson.lib.db import ReadTx


async def of_account(tx: ReadTx, account_id: AccountId) -> Intake | None:
    """The last one of an account, done or not."""
    return await store.of_account(tx, account_id)


async def post_of(tx: ReadTx, account_id: AccountId, source: str) -> PostId | None:
    """What was made of an entry, there or deleted; None if it was not taken in."""
    return await store.post_of(tx, account_id, source)
