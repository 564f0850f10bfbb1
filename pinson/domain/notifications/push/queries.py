"""Questions about push subscriptions."""

from pinson.domain.access import TokenId
from pinson.domain.notifications.push import store
from pinson.domain.notifications.push.model import Subscription
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
