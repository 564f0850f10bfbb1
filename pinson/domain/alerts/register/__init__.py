"""The register: the proof of who agreed to what, when, where and how, and of when they took it back.

Called by commands of alerts, in the transaction of what they prove, and by pages that show and export it. It holds no
address: a fingerprint, by which one is found, and what is left of it when most is taken away.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pinson.domain.accounts import AccountId
from pinson.domain.alerts import rules
from pinson.domain.alerts.model import Address, Alert, Confirmed, Consent, Source, Topic, Withdrawn, Wording
from pinson.domain.alerts.register import store
from pinson.domain.deliveries import Channel
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import NEWEST

KEPT = timedelta(days=3 * 365)  # after it was withdrawn: so long can somebody be asked for the proof
STEP = 1000


async def add(
    tx: WriteTx,
    address: Address,
    topic: Topic,
    narrow_id: int,
    *,
    wording: Wording,
    source: Source,
    secret: bytes,
    now: datetime,
) -> None:
    """Keep that somebody asked to be reached at an address."""
    line = {
        "id": tx.new_id(address.id, now),
        "address_id": address.id,
        "channel": address.channel,
        "fingerprint": rules.fingerprint(secret, address.channel, address.value),
        "masked": rules.masked(address.channel, address.value),
        "kind": topic.kind,
        "topic_id": topic.id,
        "narrow_id": narrow_id,
        "account_id": topic.account_id,
        "wording_id": await store.put_wording(tx, wording),
        "source": source,
        "now": now,
    }
    await store.insert(tx, line)


async def confirm(tx: WriteTx, alerts: Sequence[Alert], how: Confirmed, *, now: datetime) -> None:
    """Keep that whoever has the address wants these."""
    await store.confirm(tx, [_named(one) | {"how": how, "now": now} for one in alerts])


async def withdraw(tx: WriteTx, alerts: Sequence[Alert], how: Withdrawn, *, now: datetime) -> None:
    """Keep that these are not wanted any more."""
    await store.withdraw(tx, [_named(one) | {"how": how, "now": now} for one in alerts])


async def move(tx: WriteTx, alerts: Sequence[Alert], address: Address, *, secret: bytes) -> None:
    """Keep that these are wanted at another address now, whose they are: what they agreed to stands."""
    fingerprint = rules.fingerprint(secret, address.channel, address.value)
    await store.move(tx, [_named(one) | {"to_id": address.id, "fingerprint": fingerprint} for one in alerts])


async def forget_old(tx: WriteTx, *, now: datetime) -> bool:
    """Remove what nobody can be asked to prove any more; whether there may be more."""
    return await store.forget(tx, until=now - KEPT, limit=STEP) == STEP


async def of_address(tx: ReadTx, channel: Channel, value: str, *, secret: bytes, limit: int = 200) -> list[Consent]:
    """What the register says of an address, the latest first."""
    return await store.by_fingerprint(tx, rules.fingerprint(secret, channel, value), limit=limit)


async def of_account(tx: ReadTx, account_id: AccountId, *, before: int = NEWEST, limit: int = 1000) -> list[Consent]:
    """What the register says of those who follow an account or its events, the latest first."""
    return await store.of_account(tx, account_id, before=before, limit=limit)


async def page(tx: ReadTx, *, before: int = NEWEST, limit: int = 1000) -> list[Consent]:
    """The register, the latest first."""
    return await store.page(tx, before=before, limit=limit)


def _named(alert: Alert) -> dict[str, object]:
    return {"address_id": alert.address_id, "topic_id": alert.topic_id, "narrow_id": alert.narrow_id}
