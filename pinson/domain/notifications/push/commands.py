"""To subscribe a token, to change that, and to make the key that what is pushed is signed with."""

from collections.abc import Mapping
from datetime import datetime

from pinson.domain.access import TokenId
from pinson.domain.accounts import AccountId
from pinson.domain.notifications.push import rules, store
from pinson.domain.notifications.push.model import Keys, PushPolicy, Subscription
from pinson.domain.notifications.push.rules import NotSubscribed
from pinson.lib.db import WriteTx


async def subscribe(
    tx: WriteTx,
    *,
    token_id: TokenId,
    account_id: AccountId,
    keys: Keys,
    standard: bool,
    alerts: Mapping[str, bool],
    policy: PushPolicy,
    now: datetime,
) -> Subscription:
    """Subscribe a token, in the place of what it had subscribed before.

    Args:
        keys: from `rules.prepare`.
    """
    new = Subscription(
        id=tx.new_id(account_id, now),
        token_id=token_id,
        account_id=account_id,
        endpoint=keys.endpoint,
        p256dh=keys.p256dh,
        auth=keys.auth,
        standard=standard,
        alerts=alerts,
        policy=policy,
    )
    await store.put(tx, new)
    return new


async def change(
    tx: WriteTx, *, token_id: TokenId, alerts: Mapping[str, bool] | None, policy: PushPolicy | None
) -> Subscription:
    """Change for what a token is woken; None keeps what is.

    Raises:
        NotSubscribed.
    """
    old = await store.of_token(tx, token_id)
    if old is None:
        raise NotSubscribed
    await store.change(
        tx, token_id, alerts=old.alerts if alerts is None else alerts, policy=old.policy if policy is None else policy
    )
    new = await store.of_token(tx, token_id)
    assert new is not None
    return new


async def remove(tx: WriteTx, *, token_id: TokenId) -> None:
    """End a token's subscription, if it has one."""
    await store.delete(tx, token_id)


async def drop(tx: WriteTx, *, id: int) -> None:
    """End a subscription that its push service does not know any more."""
    await store.drop(tx, id)


async def public_key(tx: WriteTx) -> str:
    """The public part of this server's key, which is made when it is first asked for.

    It is kept with the subscriptions, which are worth nothing without it: a backup has both, and all
    processes on a database have the same.
    """
    secret = await store.key(tx)
    if secret is None:
        secret = rules.new_secret_key()
        await store.put_key(tx, secret)
    return rules.public_part(secret)
