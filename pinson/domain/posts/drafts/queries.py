"""Questions about drafts."""

from pinson.domain.accounts import AccountId
from pinson.domain.posts.drafts import store
from pinson.domain.posts.drafts.model import KeptDraft
from pinson.domain.posts.drafts.rules import DraftNotFound
from pinson.domain.posts.model import PostId
from pinson.lib.db import ReadTx

MOST_SHOWN = 200


async def owned(tx: ReadTx, id: PostId, *, account_id: AccountId) -> KeptDraft:
    """One of an account's own, thrown away or not.

    Raises:
        DraftNotFound.
    """
    found = await store.one(tx, id)
    if found is None or found.account_id != account_id:
        raise DraftNotFound
    return found


async def of_account(tx: ReadTx, account_id: AccountId) -> list[KeptDraft]:
    """Those of an account, the one changed last first; those that were thrown away among them."""
    return await store.of_account(tx, account_id, limit=MOST_SHOWN)
