"""SQL of push subscriptions, and of the key that what is pushed is signed with."""

from collections.abc import Mapping, Sequence

from pinson.domain.access import TokenId
from pinson.domain.accounts import AccountId
from pinson.domain.notifications.push.model import Holder, PushPolicy, Subscription
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
OF_ACCOUNT = f"SELECT {COLUMNS} FROM push_subscriptions WHERE account_id = :account_id"
HOLDERS = """
    SELECT s.id, s.account_id, s.endpoint, s.p256dh, s.auth, s.standard, u.locale
    FROM push_subscriptions AS s
    JOIN tokens AS t ON t.id = s.token_id
    LEFT JOIN users AS u ON u.id = t.user_id
    WHERE s.id IN (SELECT value FROM json_each(:ids))
"""
DROP = "DELETE FROM push_subscriptions WHERE id = :id"
CHANGE = "UPDATE push_subscriptions SET alerts = :alerts, policy = :policy WHERE token_id = :token_id"
DELETE = "DELETE FROM push_subscriptions WHERE token_id = :token_id"
KEY = "SELECT secret FROM push_key"
PUT_KEY = "INSERT INTO push_key (id, secret) VALUES (1, :secret) ON CONFLICT (id) DO NOTHING"


async def of_token(tx: ReadTx, token_id: TokenId) -> Subscription | None:
    """The subscription of a token. One look into the unique index."""
    return await tx.one(Subscription, OF_TOKEN, token_id=token_id)


async def of_account(tx: ReadTx, account_id: AccountId) -> list[Subscription]:
    """An account's subscriptions. One look into an index, and so many rows."""
    return await tx.all(Subscription, OF_ACCOUNT, account_id=account_id)


async def holders(tx: ReadTx, ids: Sequence[int]) -> list[Holder]:
    """Those of these subscriptions that are there. O(ids)."""
    return await tx.all(Holder, HOLDERS, ids=list(ids))


async def drop(tx: WriteTx, id: int) -> None:
    """Remove a subscription, if it is still there."""
    await tx.run(DROP, id=id)


async def put(tx: WriteTx, subscription: Subscription) -> None:
    """Add a subscription in the place of its token's old one."""
    await tx.run_with(PUT, subscription)


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
