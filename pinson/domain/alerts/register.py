"""The register: the proof of who agreed to what, when, where and how, and of when they took it back.

Called by commands of this package, in the transaction of what they prove, and by pages that show and export it. It
holds no address: a fingerprint, by which one is found, and what is left of it when most is taken away.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pinson.domain.accounts import AccountId
from pinson.domain.alerts import rules
from pinson.domain.alerts.model import Address, Alert, Confirmed, Consent, Source, Topic, Withdrawn, Wording
from pinson.domain.deliveries import Channel
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import NEWEST

OWNS = ("consents", "wordings")

KEPT = timedelta(days=3 * 365)  # after it was withdrawn: so long can somebody be asked for the proof
STEP = 1000

CONSENT = """
    SELECT c.id, c.channel, c.fingerprint, c.masked, c.kind, c.topic_id, c.narrow_id, c.account_id, w.text AS wording,
           w.lang, c.source, c.asked_at, c.confirmed_at, c.confirmed_how, c.withdrawn_at, c.withdrawn_how
    FROM consents AS c
    JOIN wordings AS w ON w.id = c.wording_id
"""
PUT_WORDING = """
    INSERT INTO wordings (lang, text) VALUES (:lang, :text) ON CONFLICT (text) DO UPDATE SET lang = wordings.lang
    RETURNING id
"""
INSERT = """
    INSERT INTO consents (id, address_id, channel, fingerprint, masked, kind, topic_id, narrow_id, account_id,
                          wording_id, source, asked_at)
    VALUES (:id, :address_id, :channel, :fingerprint, :masked, :kind, :topic_id, :narrow_id, :account_id,
            :wording_id, :source, :now)
"""
CONFIRM = """
    UPDATE consents SET confirmed_at = :now, confirmed_how = :how
    WHERE address_id = :address_id AND topic_id = :topic_id AND narrow_id = :narrow_id
        AND withdrawn_at IS NULL AND confirmed_at IS NULL
"""
WITHDRAW = """
    UPDATE consents SET withdrawn_at = :now, withdrawn_how = :how
    WHERE address_id = :address_id AND topic_id = :topic_id AND narrow_id = :narrow_id AND withdrawn_at IS NULL
"""
BY_FINGERPRINT = f"{CONSENT} WHERE c.fingerprint = :fingerprint ORDER BY c.id DESC LIMIT :limit"
OF_ACCOUNT = f"{CONSENT} WHERE c.account_id = :account_id AND c.id < :before ORDER BY c.id DESC LIMIT :limit"
ALL = f"{CONSENT} WHERE c.id < :before ORDER BY c.id DESC LIMIT :limit"
FORGET = """
    DELETE FROM consents WHERE id IN (
        SELECT id FROM consents WHERE withdrawn_at <= :until ORDER BY withdrawn_at LIMIT :limit
    )
"""


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
    """That somebody asked to be reached at an address."""
    await tx.run(
        INSERT,
        id=tx.new_id(address.id, now),
        address_id=address.id,
        channel=address.channel,
        fingerprint=rules.fingerprint(secret, address.channel, address.value),
        masked=rules.masked(address.channel, address.value),
        kind=topic.kind,
        topic_id=topic.id,
        narrow_id=narrow_id,
        account_id=topic.account_id,
        wording_id=await tx.one(int, PUT_WORDING, lang=wording.lang, text=wording.text),
        source=source,
        now=now,
    )


async def confirm(tx: WriteTx, alerts: Sequence[Alert], how: Confirmed, *, now: datetime) -> None:
    """That whoever has the address wants these."""
    await tx.run_many(CONFIRM, [_named(one) | {"how": how, "now": now} for one in alerts])


async def withdraw(tx: WriteTx, alerts: Sequence[Alert], how: Withdrawn, *, now: datetime) -> None:
    """That these are not wanted any more."""
    await tx.run_many(WITHDRAW, [_named(one) | {"how": how, "now": now} for one in alerts])


async def forget_old(tx: WriteTx, *, now: datetime) -> bool:
    """Remove what nobody can be asked to prove any more; whether there may be more."""
    return await tx.run(FORGET, until=now - KEPT, limit=STEP) == STEP


async def of_address(tx: ReadTx, channel: Channel, value: str, *, secret: bytes, limit: int = 200) -> list[Consent]:
    """What the register says of an address, the latest first."""
    fingerprint = rules.fingerprint(secret, channel, value)
    return await tx.all(Consent, BY_FINGERPRINT, fingerprint=fingerprint, limit=limit)


async def of_account(tx: ReadTx, account_id: AccountId, *, before: int = NEWEST, limit: int = 1000) -> list[Consent]:
    """What the register says of those who follow an account or its events, the latest first."""
    return await tx.all(Consent, OF_ACCOUNT, account_id=account_id, before=before, limit=limit)


async def page(tx: ReadTx, *, before: int = NEWEST, limit: int = 1000) -> list[Consent]:
    """The register, the latest first."""
    return await tx.all(Consent, ALL, before=before, limit=limit)


def _named(alert: Alert) -> dict[str, object]:
    return {"address_id": alert.address_id, "topic_id": alert.topic_id, "narrow_id": alert.narrow_id}
