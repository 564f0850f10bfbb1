"""Questions about proofs."""

from pinson.domain.accounts import AccountId
from pinson.domain.links.proofs import store
from pinson.domain.links.proofs.model import Proof
from pinson.lib.db import ReadTx


async def of_account(tx: ReadTx, account_id: AccountId) -> dict[str, Proof]:
    """How looking at the pages of an account's lines goes, by address. One statement."""
    return {proof.url: proof for proof in await store.of_account(tx, account_id)}
