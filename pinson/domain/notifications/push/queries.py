"""Questions about push subscriptions, and the key that what is pushed is signed with."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric import ec

from pinson.domain.access import TokenId
from pinson.domain.accounts import AccountId
from pinson.domain.notifications.push import rules, store
from pinson.domain.notifications.push.model import Holder, Subscription
from pinson.domain.notifications.push.rules import NotSubscribed
from pinson.lib.db import ReadTx


async def subscription(tx: ReadTx, token_id: TokenId) -> Subscription:
    """A token's subscription.

    Raises:
        NotSubscribed.
    """
    found = await store.of_token(tx, token_id)
    if found is None:
        raise NotSubscribed
    return found


async def of_account(tx: ReadTx, account_id: AccountId) -> list[Subscription]:
    """An account's subscriptions."""
    return await store.of_account(tx, account_id)


async def holders(tx: ReadTx, ids: Sequence[int]) -> dict[int, Holder]:
    """What it takes to reach these subscriptions, those that are there."""
    return {holder.id: holder for holder in await store.holders(tx, ids)} if ids else {}


async def signing_key(tx: ReadTx) -> ec.EllipticCurvePrivateKey:
    """The key, which was made when the server first started."""
    secret = await store.key(tx)
    assert secret is not None
    return rules.private_key(secret)
