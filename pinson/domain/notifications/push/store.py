"""SQL of push subscriptions, and of the key that what is pushed is signed with."""

from collections.abc import Mapping

import msgspec

from pinson.domain.access import TokenId
from pinson.domain.notifications.push.model import PushPolicy, Subscription
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("push_subscriptions", "push_key")

COLUMNS = "id, token_id, account_id, endpoint, p256dh, auth, standard, alerts, policy"
OF_TOKEN = f"SELECT {COLUMNS} FROM push_subscriptions WHERE token_id = :token_id"
PUT = f"""
    INSERT INTO push_subscriptions ({COLUMNS})
    VALUES (:id, :token_id, :account_id, :endpoint, :p256dh, :auth, :standard, :alerts, :policy)
    ON CONFLICT (token_id) DO UPDATE
    SET id = excluded.id, endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth,
        standard = excluded.standard, alerts = excluded.alerts, policy = excluded.policy
"""
CHANGE = "UPDATE push_subscriptions SET alerts = :alerts, policy = :policy WHERE token_id = :token_id"
DELETE = "DELETE FROM push_subscriptions WHERE token_id = :token_id"
KEY = "SELECT secret FROM push_key"
PUT_KEY = "INSERT INTO push_key (id, secret) VALUES (1, :secret) ON CONFLICT (id) DO NOTHING"


async def of_token(tx: ReadTx, token_id: TokenId) -> Subscription | None:
    """The subscription of a token. One look into the unique index."""
    return await tx.one(Subscription, OF_TOKEN, token_id=token_id)


async def put(tx: WriteTx, subscription: Subscription) -> None:
    """Add a subscription in the place of its token's old one."""
    await tx.run(PUT, **msgspec.structs.asdict(subscription))


async def change(tx: WriteTx, token_id: TokenId, *, alerts: Mapping[str, bool], policy: PushPolicy) -> None:
    """Keep for what it wants to be woken."""
    await tx.run(CHANGE, token_id=token_id, alerts=alerts, policy=policy)


async def delete(tx: WriteTx, token_id: TokenId) -> None:
    """Remove a token's subscription, if it has one."""
    await tx.run(DELETE, token_id=token_id)


async def key(tx: ReadTx) -> bytes | None:
    """The key that this server signs with, if it has one."""
    return await tx.one(bytes, KEY)


async def put_key(tx: WriteTx, secret: bytes) -> None:
    """Keep a key, unless there is one."""
    await tx.run(PUT_KEY, secret=secret)
