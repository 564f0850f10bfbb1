"""SQL of the register."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pinson.domain.accounts import AccountId
from pinson.domain.alerts.model import Consent, Wording
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("consents", "wordings")

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
MOVE = """
    UPDATE consents SET address_id = :to_id, fingerprint = :fingerprint
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


async def put_wording(tx: WriteTx, wording: Wording) -> int:
    """The id of these words: always the same."""
    id = await tx.one(int, PUT_WORDING, lang=wording.lang, text=wording.text)
    assert id is not None
    return id


async def insert(tx: WriteTx, line: Mapping[str, Any]) -> None:
    """Add a line, by its columns."""
    await tx.run(INSERT, **line)


async def confirm(tx: WriteTx, lines: Sequence[Mapping[str, Any]]) -> None:
    """Confirm open lines."""
    await tx.run_many(CONFIRM, lines)


async def withdraw(tx: WriteTx, lines: Sequence[Mapping[str, Any]]) -> None:
    """End open lines, confirmed or not."""
    await tx.run_many(WITHDRAW, lines)


async def move(tx: WriteTx, lines: Sequence[Mapping[str, Any]]) -> None:
    """Let open lines be about another address."""
    await tx.run_many(MOVE, lines)


async def forget(tx: WriteTx, *, until: datetime, limit: int) -> int:
    """Remove what was withdrawn before a moment; how many there were. O(limit)."""
    return await tx.run(FORGET, until=until, limit=limit)


async def by_fingerprint(tx: ReadTx, fingerprint: bytes, *, limit: int) -> list[Consent]:
    """Lines about an address, the latest first."""
    return await tx.all(Consent, BY_FINGERPRINT, fingerprint=fingerprint, limit=limit)


async def of_account(tx: ReadTx, account_id: AccountId, *, before: int, limit: int) -> list[Consent]:
    """Lines about what an account writes, the latest first. O(limit)."""
    return await tx.all(Consent, OF_ACCOUNT, account_id=account_id, before=before, limit=limit)


async def page(tx: ReadTx, *, before: int, limit: int) -> list[Consent]:
    """Lines, the latest first. O(limit)."""
    return await tx.all(Consent, ALL, before=before, limit=limit)
