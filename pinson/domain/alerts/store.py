"""SQL of readers, their addresses and alerts, and of what is held for them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.alerts.model import (
    Address,
    AddressId,
    Alert,
    Audience,
    Failing,
    Held,
    Holder,
    Note,
    NoteKind,
    Reach,
    Reachable,
    Reader,
    ReaderId,
    Reason,
    Standing,
    Topic,
    Wish,
)
from pinson.domain.deliveries import Channel
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("readers", "addresses", "alerts", "confirmations", "notes", "digests", "held", "alert_key")


class Unreminded(msgspec.Struct, frozen=True):
    """An alert that is to be reminded of its moment. paused_until: see `Standing`."""

    id: int
    address_id: AddressId
    paused_until: datetime


READER = "id, account_id, lang, zone, quiet_from, quiet_until, digest_hour, paused_until"
ADDRESS = "id, reader_id, channel, value, keys, created_at, confirmed_at, lost_at, failing_since"
ALERT = "id, address_id, kind, topic_id, narrow_id, rhythm, per_week, asked_at, confirmed_at, paused_until"

READER_BY_ID = f"SELECT {READER} FROM readers WHERE id = :id"
READER_OF = f"SELECT {READER} FROM readers WHERE account_id = :account_id"
PUT_READER = f"""
    INSERT INTO readers ({READER}, created_at)
    VALUES (:id, :account_id, :lang, :zone, :quiet_from, :quiet_until, :digest_hour, :paused_until, :now)
    ON CONFLICT (id) DO UPDATE
    SET lang = excluded.lang, zone = excluded.zone, quiet_from = excluded.quiet_from,
        quiet_until = excluded.quiet_until, digest_hour = excluded.digest_hour, paused_until = excluded.paused_until
"""
DELETE_LONELY_READERS = """
    DELETE FROM readers
    WHERE id IN (SELECT value FROM json_each(:ids)) AND account_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM addresses WHERE addresses.reader_id = readers.id)
"""
DELETE_READER_OF = "DELETE FROM readers WHERE account_id = :account_id"
FEED_SEED = "SELECT coalesce(feed_seed, 0) FROM readers WHERE id = :id"
PUT_FEED_SEED = "UPDATE readers SET feed_seed = :seed WHERE id = :id"

ADDRESS_BY_VALUE = f"SELECT {ADDRESS} FROM addresses WHERE channel = :channel AND value = :value"
ADDRESSES_BY_IDS = f"SELECT {ADDRESS} FROM addresses WHERE id IN (SELECT value FROM json_each(:ids))"
ADDRESSES_OF = f"SELECT {ADDRESS} FROM addresses WHERE reader_id = :reader_id ORDER BY id"
INSERT_ADDRESS = """
    INSERT INTO addresses (id, reader_id, channel, value, keys, created_at, idle_at)
    VALUES (:id, :reader_id, :channel, :value, :keys, :now, :now)
"""
CONFIRM_ADDRESS = """
    UPDATE addresses
    SET confirmed_at = coalesce(confirmed_at, :now), reader_id = :reader_id, lost_at = NULL, lost_why = '',
        failing_since = NULL
    WHERE id = :id
"""
REKEY_ADDRESS = "UPDATE addresses SET keys = :keys WHERE id = :id"
MOVE_ADDRESS = """
    UPDATE addresses SET value = :value, keys = :keys, lost_at = NULL, lost_why = '', failing_since = NULL
    WHERE id = :id
"""
LOSE_ADDRESS = """
    UPDATE addresses SET lost_at = :now, lost_why = :why, failing_since = NULL
    WHERE id = :id AND lost_at IS NULL AND value = coalesce(:value, value)
"""
FAIL = """
    UPDATE addresses
    SET failing_since = CASE WHEN failing_since IS NULL OR failed_at <= :stale THEN :now ELSE failing_since END,
        failures = CASE WHEN failing_since IS NULL OR failed_at <= :stale THEN 1 ELSE failures + 1 END,
        failed_at = :now, failed_delivery = :delivery_id
    WHERE id = :id AND lost_at IS NULL AND (failing_since IS NULL OR failed_delivery <> :delivery_id)
    RETURNING failing_since AS since, failures
"""
FALL_ASLEEP = "UPDATE addresses SET lost_at = :now, lost_why = :why WHERE id = :id"
WAKE = """
    UPDATE addresses SET lost_at = NULL, lost_why = '', failing_since = NULL
    WHERE id = :id AND reader_id = :reader_id AND lost_at IS NOT NULL AND failing_since IS NOT NULL
"""
ASLEEP = """
    SELECT count(DISTINCT a.id) FROM alerts AS l
    JOIN addresses AS a ON a.id = l.address_id
    WHERE l.topic_id = :topic_id AND l.confirmed_at IS NOT NULL AND a.lost_at IS NOT NULL
        AND a.failing_since IS NOT NULL
"""
SET_IDLE = """
    UPDATE addresses
    SET idle_at = CASE WHEN EXISTS (SELECT 1 FROM alerts WHERE alerts.address_id = addresses.id)
        THEN NULL ELSE coalesce(idle_at, :now) END
    WHERE id = :id
"""
IDLE = f"SELECT {ADDRESS} FROM addresses WHERE idle_at <= :until ORDER BY idle_at LIMIT :limit"
DELETE_ADDRESSES = "DELETE FROM addresses WHERE id IN (SELECT value FROM json_each(:ids))"

ALERT_OF = f"""
    SELECT {ALERT} FROM alerts WHERE address_id = :address_id AND topic_id = :topic_id AND narrow_id = :narrow_id
"""
ALERT_BY_ID = f"SELECT {ALERT} FROM alerts WHERE id = :id"
ALERTS_OF_ADDRESSES = f"""
    SELECT {ALERT} FROM alerts WHERE address_id IN (SELECT value FROM json_each(:ids)) ORDER BY address_id, id
"""
INSERT_ALERT = f"""
    INSERT INTO alerts ({ALERT})
    VALUES (:id, :address_id, :kind, :topic_id, :narrow_id, :rhythm, :per_week, :now, :confirmed_at, NULL)
"""
MOVE_ALERT = "UPDATE alerts SET address_id = :address_id WHERE id = :id"
CHANGE_ALERT = "UPDATE alerts SET rhythm = :rhythm, per_week = :per_week WHERE id = :id"
PAUSE_ALERTS = "UPDATE alerts SET paused_until = :until WHERE id IN (SELECT value FROM json_each(:ids))"
CONFIRM_ALERTS = f"""
    UPDATE alerts SET confirmed_at = :now
    WHERE id IN (SELECT value FROM json_each(:ids)) AND confirmed_at IS NULL
    RETURNING {ALERT}
"""
END_ALERTS = f"""
    DELETE FROM alerts WHERE id IN (SELECT value FROM json_each(:ids)) RETURNING {ALERT}
"""
OF_TOPIC = f"SELECT {ALERT} FROM alerts WHERE topic_id = :topic_id AND confirmed_at IS NOT NULL LIMIT :limit"
PENDING = f"SELECT {ALERT} FROM alerts WHERE confirmed_at IS NULL AND asked_at <= :until LIMIT :limit"
STANDING = """
    SELECT l.id, l.address_id, a.channel, l.topic_id, l.rhythm, l.per_week, l.week, l.week_sent,
           r.zone, r.quiet_from, r.quiet_until, r.digest_hour,
           max(coalesce(r.paused_until, 0), coalesce(l.paused_until, 0)) AS paused_until
    FROM alerts AS l
    JOIN addresses AS a ON a.id = l.address_id
    JOIN readers AS r ON r.id = a.reader_id
    WHERE l.topic_id = :topic_id AND l.confirmed_at <= :at AND a.lost_at IS NULL
        AND (l.address_id, l.id) > (:address_id, :alert_id)
        AND (l.narrow_id = 0 OR l.narrow_id IN (SELECT value FROM json_each(:topics)))
    ORDER BY l.address_id, l.id
    LIMIT :limit
"""
# Of a moment, those that were not told yet that it begins at this hour.
UNREMINDED = """
    SELECT l.id, l.address_id, max(coalesce(r.paused_until, 0), coalesce(l.paused_until, 0)) AS paused_until
    FROM alerts AS l
    JOIN addresses AS a ON a.id = l.address_id
    JOIN readers AS r ON r.id = a.reader_id
    WHERE l.topic_id = :topic_id AND l.confirmed_at IS NOT NULL AND a.lost_at IS NULL
        AND l.reminded_for IS NOT :starts_at
    LIMIT :limit
"""
REMIND = "UPDATE alerts SET reminded_for = :starts_at WHERE id IN (SELECT value FROM json_each(:ids))"
REMINDED = "SELECT id FROM alerts WHERE id IN (SELECT value FROM json_each(:ids)) AND reminded_for IS NOT NULL"
MOMENTS = "SELECT DISTINCT topic_id FROM alerts WHERE kind = 'moment' AND confirmed_at IS NOT NULL"
WANTED = """
    SELECT value AS topic_id FROM json_each(:topics) AS asked
    WHERE EXISTS (SELECT 1 FROM alerts WHERE topic_id = asked.value AND confirmed_at IS NOT NULL)
"""
COUNT_SENT = """
    UPDATE alerts
    SET week_sent = CASE WHEN week = :week THEN week_sent + 1 ELSE 1 END, week = :week
    WHERE id = :id
"""
AUDIENCE = """
    SELECT a.channel, l.rhythm, count(*) AS alerts
    FROM alerts AS l
    JOIN addresses AS a ON a.id = l.address_id
    WHERE l.topic_id = :topic_id AND l.confirmed_at IS NOT NULL AND a.lost_at IS NULL
    GROUP BY a.channel, l.rhythm
    ORDER BY a.channel, l.rhythm
"""
REACHABLE = """
    SELECT channel, sum(is_now) AS now, count(*) - sum(is_now) AS later FROM (
        SELECT a.channel, max(l.rhythm <> 'digest') AS is_now
        FROM alerts AS l
        JOIN addresses AS a ON a.id = l.address_id
        WHERE l.topic_id IN (SELECT value FROM json_each(:topics)) AND l.confirmed_at IS NOT NULL
            AND l.narrow_id = 0 AND a.lost_at IS NULL AND (:is_key OR NOT :is_live OR l.rhythm <> 'key')
        GROUP BY a.id, a.channel
    ) AS each_address
    GROUP BY channel
    ORDER BY channel
"""
HOLDERS = """
    SELECT a.id, a.reader_id, a.channel, a.value, a.keys, r.lang, r.zone,
           (SELECT json_group_array(l.topic_id) FROM alerts AS l
            WHERE l.address_id = a.id AND l.confirmed_at IS NOT NULL) AS topics
    FROM addresses AS a
    JOIN readers AS r ON r.id = a.reader_id
    WHERE a.id IN (SELECT value FROM json_each(:ids)) AND a.lost_at IS NULL
"""

CONFIRMATION = "alert_id, address_id, reader_id, code, by_reply, tries, expires_at"
PUT_CONFIRMATION = """
    INSERT INTO confirmations (alert_id, address_id, reader_id, code, link, by_reply, expires_at)
    VALUES (:alert_id, :address_id, :reader_id, :code, :link, :by_reply, :expires_at)
    ON CONFLICT (alert_id) DO UPDATE
    SET reader_id = excluded.reader_id, code = excluded.code, link = excluded.link, by_reply = excluded.by_reply,
        tries = 0, expires_at = excluded.expires_at
"""
CONFIRMATIONS = f"""
    SELECT {CONFIRMATION} FROM confirmations
    WHERE address_id = :address_id AND expires_at > :now AND tries < :most
"""
CONFIRMATION_BY_LINK = f"SELECT {CONFIRMATION} FROM confirmations WHERE link = :link AND expires_at > :now"
COUNT_TRY = "UPDATE confirmations SET tries = tries + 1 WHERE address_id = :address_id"
DELETE_CONFIRMATIONS = "DELETE FROM confirmations WHERE alert_id IN (SELECT value FROM json_each(:ids))"
DELETE_OLD_CONFIRMATIONS = "DELETE FROM confirmations WHERE expires_at <= :now"

INSERT_NOTE = """
    INSERT INTO notes (id, address_id, kind, data, created_at) VALUES (:id, :address_id, :kind, :data, :now)
"""
NOTES = """
    SELECT id, address_id, kind, data, created_at FROM notes WHERE id IN (SELECT value FROM json_each(:ids))
"""
COUNT_NOTES = """
    SELECT count(*) FROM notes WHERE address_id = :address_id AND created_at > :since AND kind = :kind
"""
DELETE_OLD_NOTES = "DELETE FROM notes WHERE created_at <= :until"

HOLD = """
    INSERT INTO held (address_id, post_id, topic_id, reason) VALUES (:address_id, :post_id, :topic_id, :reason)
    ON CONFLICT (address_id, post_id) DO UPDATE SET topic_id = excluded.topic_id, reason = excluded.reason
    WHERE digest_id IS NULL AND reason = 'paused' AND excluded.reason <> 'paused'
"""
DIGEST_DUE = """
    UPDATE addresses SET digest_due_at = min(coalesce(digest_due_at, :due_at), :due_at) WHERE id = :address_id
"""
DUE_IF_HELD = """
    UPDATE addresses SET digest_due_at = min(digest_due_at, :due_at)
    WHERE id IN (SELECT value FROM json_each(:address_ids)) AND EXISTS (
        SELECT 1 FROM held AS h WHERE h.address_id = addresses.id AND h.digest_id IS NULL
            AND (:topic_ids IS NULL OR h.topic_id IN (SELECT value FROM json_each(:topic_ids)))
    )
"""
HELD_OF_POST = """
    SELECT h.address_id, a.channel, h.topic_id, h.reason, h.digest_id FROM held AS h
    JOIN addresses AS a ON a.id = h.address_id
    WHERE h.post_id = :post_id AND h.address_id > :after
    ORDER BY h.address_id
    LIMIT :limit
"""
UNHOLD = """
    DELETE FROM held
    WHERE post_id = :post_id AND digest_id IS NULL AND address_id IN (SELECT value FROM json_each(:address_ids))
"""
UNHOLD_TOPICS = """
    DELETE FROM held
    WHERE address_id = :address_id AND digest_id IS NULL AND topic_id IN (SELECT value FROM json_each(:topic_ids))
"""
DUE_FOR_DIGEST = f"""
    SELECT {ADDRESS} FROM addresses AS a
    WHERE digest_due_at <= :now
        AND NOT EXISTS (SELECT 1 FROM readers AS r WHERE r.id = a.reader_id AND r.paused_until > :now)
    ORDER BY digest_due_at
    LIMIT :limit
"""
INSERT_DIGEST = "INSERT INTO digests (id, address_id, made_at) VALUES (:id, :address_id, :now)"
INTO_DIGEST = """
    UPDATE held SET digest_id = :digest_id
    WHERE address_id = :address_id AND digest_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM alerts AS l
        WHERE l.address_id = held.address_id AND l.topic_id = held.topic_id AND l.paused_until > :now
    )
"""
DIGEST_MADE = """
    UPDATE addresses
    SET digest_due_at = (
        SELECT min(l.paused_until) FROM held AS h
        JOIN alerts AS l ON l.address_id = h.address_id AND l.topic_id = h.topic_id
        WHERE h.address_id = :address_id AND h.digest_id IS NULL AND l.paused_until > :now
    )
    WHERE id = :address_id
"""
DELETE_DIGEST = "DELETE FROM digests WHERE id = :id"
HELD = """
    SELECT digest_id, post_id, topic_id, reason FROM held
    WHERE digest_id IN (SELECT value FROM json_each(:ids))
    ORDER BY digest_id, post_id
"""
HELD_FOR_READER = """
    SELECT coalesce(h.digest_id, 0) AS digest_id, h.post_id, h.topic_id, h.reason FROM held AS h
    JOIN addresses AS a ON a.id = h.address_id
    WHERE a.reader_id = :reader_id
    ORDER BY h.post_id DESC, h.address_id
    LIMIT :limit
"""
LAST_DIGEST = "SELECT max(id) FROM digests WHERE address_id = :address_id HAVING count(*) > 0"
DELETE_OLD_DIGESTS = """
    DELETE FROM digests WHERE id IN (SELECT id FROM digests WHERE made_at <= :until ORDER BY made_at LIMIT :limit)
"""

KEY = "SELECT secret FROM alert_key"
PUT_KEY = "INSERT INTO alert_key (id, secret) VALUES (1, :secret) ON CONFLICT (id) DO NOTHING"


class Confirmation(msgspec.Struct, frozen=True):
    """What proves a wish. reader_id: who asked, if that is known; by_reply: an answer from the address does."""

    alert_id: int
    address_id: AddressId
    reader_id: ReaderId | None
    code: bytes
    by_reply: bool
    tries: int
    expires_at: datetime


class Waits(msgspec.Struct, frozen=True):
    """A message that is held for an address, or was: digest_id says in which digest it was sent."""

    address_id: AddressId
    channel: Channel
    topic_id: int
    reason: Reason
    digest_id: int | None


async def key(tx: ReadTx) -> bytes | None:
    """The secret of fingerprints and links, if there is one."""
    return await tx.one(bytes, KEY)


async def put_key(tx: WriteTx, secret: bytes) -> None:
    """Keep a secret, unless there is one."""
    await tx.run(PUT_KEY, secret=secret)


async def reader(tx: ReadTx, id: ReaderId) -> Reader | None:
    """A reader."""
    return await tx.one(Reader, READER_BY_ID, id=id)


async def reader_of(tx: ReadTx, account_id: AccountId) -> Reader | None:
    """The reader that an account is."""
    return await tx.one(Reader, READER_OF, account_id=account_id)


async def put_reader(tx: WriteTx, one: Reader, *, now: datetime) -> None:
    """Add a reader, or keep what they chose."""
    await tx.run(PUT_READER, **msgspec.structs.asdict(one), now=now)


async def delete_lonely_readers(tx: WriteTx, ids: Sequence[ReaderId]) -> None:
    """Remove those of these readers who have neither an address nor an account."""
    await tx.run(DELETE_LONELY_READERS, ids=list(ids))


async def delete_reader_of(tx: WriteTx, account_id: AccountId) -> None:
    """Remove the reader that an account was; its addresses are gone before."""
    await tx.run(DELETE_READER_OF, account_id=account_id)


async def by_value(tx: ReadTx, channel: Channel, value: str) -> Address | None:
    """An address by what is written on it."""
    return await tx.one(Address, ADDRESS_BY_VALUE, channel=channel, value=value)


async def addresses(tx: ReadTx, ids: Sequence[AddressId]) -> list[Address]:
    """Those of these addresses that are there."""
    return await tx.all(Address, ADDRESSES_BY_IDS, ids=list(ids))


async def addresses_of(tx: ReadTx, reader_id: ReaderId) -> list[Address]:
    """Where a reader is reached."""
    return await tx.all(Address, ADDRESSES_OF, reader_id=reader_id)


async def insert_address(tx: WriteTx, id: AddressId, reader_id: ReaderId, reach: Reach, *, now: datetime) -> None:
    """Add an address, not confirmed."""
    keys = dict(reach.keys)
    await tx.run(
        INSERT_ADDRESS, id=id, reader_id=reader_id, channel=reach.channel, value=reach.value, keys=keys, now=now
    )


async def confirm_address(tx: WriteTx, id: AddressId, *, reader_id: ReaderId, now: datetime) -> None:
    """Keep that an address is this reader's, and that it works."""
    await tx.run(CONFIRM_ADDRESS, id=id, reader_id=reader_id, now=now)


async def rekey_address(tx: WriteTx, id: AddressId, keys: Mapping[str, str]) -> None:
    """Keep the keys that a browser has now."""
    await tx.run(REKEY_ADDRESS, id=id, keys=dict(keys))


async def fail(tx: WriteTx, id: AddressId, delivery_id: int, *, stale: datetime, now: datetime) -> Failing | None:
    """Count a letter that failed, each once; None if nothing is counted there. `stale`: what failed before is past."""
    return await tx.one(Failing, FAIL, id=id, delivery_id=delivery_id, stale=stale, now=now)


async def fall_asleep(tx: WriteTx, id: AddressId, why: str, *, now: datetime) -> None:
    """Keep that nothing is sent there until its reader says so."""
    await tx.run(FALL_ASLEEP, id=id, why=why, now=now)


async def wake(tx: WriteTx, id: AddressId, reader_id: ReaderId) -> None:
    """Let things be sent again to an address of this reader that sleeps."""
    await tx.run(WAKE, id=id, reader_id=reader_id)


async def asleep(tx: ReadTx, topic_id: int) -> int:
    """How many addresses that sleep want a topic. O(its alerts)."""
    return await tx.one(int, ASLEEP, topic_id=topic_id) or 0


async def move_address(tx: WriteTx, id: AddressId, value: str, keys: Mapping[str, str]) -> None:
    """Keep what is written on an address now, and that something arrives there."""
    await tx.run(MOVE_ADDRESS, id=id, value=value, keys=dict(keys))


async def lose_address(tx: WriteTx, id: AddressId, why: str, *, value: str | None, now: datetime) -> bool:
    """Keep that nothing arrives there, if this, or whatever it be, is still written on it; whether that is new."""
    return bool(await tx.run(LOSE_ADDRESS, id=id, why=why, value=value, now=now))


async def move_alert(tx: WriteTx, id: int, address_id: AddressId) -> None:
    """Let an alert arrive at another address, where the same is not wanted yet."""
    await tx.run(MOVE_ALERT, id=id, address_id=address_id)


async def set_idle(tx: WriteTx, id: AddressId, *, now: datetime) -> None:
    """Keep since when nothing is wanted at an address, or that something is."""
    await tx.run(SET_IDLE, id=id, now=now)


async def idle(tx: ReadTx, *, until: datetime, limit: int) -> list[Address]:
    """Addresses at which nothing was wanted since a moment."""
    return await tx.all(Address, IDLE, until=until, limit=limit)


async def delete_addresses(tx: WriteTx, ids: Sequence[AddressId]) -> None:
    """Remove addresses that have no alerts, with what was held for them and said to them."""
    await tx.run(DELETE_ADDRESSES, ids=list(ids))


async def alert_of(tx: ReadTx, address_id: AddressId, topic_id: int, narrow_id: int) -> Alert | None:
    """What is wanted of a topic at an address."""
    return await tx.one(Alert, ALERT_OF, address_id=address_id, topic_id=topic_id, narrow_id=narrow_id)


async def alert(tx: ReadTx, id: int) -> Alert | None:
    """An alert."""
    return await tx.one(Alert, ALERT_BY_ID, id=id)


async def alerts_of(tx: ReadTx, address_ids: Sequence[AddressId]) -> list[Alert]:
    """All that is wanted at these addresses, confirmed or not."""
    return await tx.all(Alert, ALERTS_OF_ADDRESSES, ids=list(address_ids))


async def insert_alert(
    tx: WriteTx, id: int, address_id: AddressId, topic: Topic, wish: Wish, *, now: datetime, confirmed: bool
) -> None:
    """Add an alert."""
    await tx.run(
        INSERT_ALERT,
        id=id,
        address_id=address_id,
        kind=topic.kind,
        topic_id=topic.id,
        narrow_id=wish.narrow_id,
        rhythm=wish.rhythm,
        per_week=wish.per_week,
        now=now,
        confirmed_at=now if confirmed else None,
    )


async def change_alert(tx: WriteTx, id: int, wish: Wish) -> None:
    """Keep how much is wanted now."""
    await tx.run(CHANGE_ALERT, id=id, rhythm=wish.rhythm, per_week=wish.per_week)


async def pause_alerts(tx: WriteTx, ids: Sequence[int], until: datetime | None) -> None:
    """Keep until when what comes by these alerts is held."""
    await tx.run(PAUSE_ALERTS, ids=list(ids), until=until)


async def confirm_alerts(tx: WriteTx, ids: Sequence[int], *, now: datetime) -> list[Alert]:
    """Confirm those of these alerts that waited for it; which."""
    return await tx.all(Alert, CONFIRM_ALERTS, ids=list(ids), now=now)


async def end_alerts(tx: WriteTx, ids: Sequence[int]) -> list[Alert]:
    """Remove alerts; those that were there."""
    return await tx.all(Alert, END_ALERTS, ids=list(ids))


async def of_topic(tx: ReadTx, topic_id: int, *, limit: int) -> list[Alert]:
    """Some of the confirmed alerts of a topic."""
    return await tx.all(Alert, OF_TOPIC, topic_id=topic_id, limit=limit)


async def moments(tx: ReadTx) -> list[int]:
    """The moments that anybody wants to be reminded of. O(those alerts) in an index of their own."""
    return await tx.all(int, MOMENTS)


async def unreminded(tx: ReadTx, topic_id: int, *, starts_at: datetime, limit: int) -> list[Unreminded]:
    """Some of those who want to be reminded of a moment, and were not told of this hour of it."""
    return await tx.all(Unreminded, UNREMINDED, topic_id=topic_id, starts_at=starts_at, limit=limit)


async def set_reminded(tx: WriteTx, ids: Sequence[int], *, starts_at: datetime) -> None:
    """Keep of which hour of their moment these alerts were told."""
    await tx.run(REMIND, ids=list(ids), starts_at=starts_at)


async def reminded(tx: ReadTx, ids: Sequence[int]) -> set[int]:
    """Those of these alerts that were told of some hour of their moment."""
    return set(await tx.all(int, REMINDED, ids=list(ids)))


async def pending(tx: ReadTx, *, until: datetime, limit: int) -> list[Alert]:
    """Alerts that were asked for before a moment and never confirmed."""
    return await tx.all(Alert, PENDING, until=until, limit=limit)


async def wanted(tx: ReadTx, topics: list[int]) -> list[int]:
    """Those of these topics of which anybody wants to be alerted. A look into the index alerts_of_topic for each."""
    return await tx.all(int, WANTED, topics=topics)


async def standing(
    tx: ReadTx, topic_id: int, topics: Sequence[int], *, at: datetime, after: tuple[int, int], limit: int
) -> list[Standing]:
    """Alerts of a topic that were confirmed by a moment, by address, after one. O(limit) in the index of the topic.

    Args:
        topics: all that the message is under: alerts narrowed to others are left out.
    """
    address_id, alert_id = after
    return await tx.all(
        Standing,
        STANDING,
        topic_id=topic_id,
        topics=list(topics),
        at=at,
        address_id=address_id,
        alert_id=alert_id,
        limit=limit,
    )


async def count_sent(tx: WriteTx, weeks: Mapping[int, int]) -> None:
    """Count one message for each of these alerts. weeks: by their ids, the week that it is for them."""
    await tx.run_many(COUNT_SENT, [{"id": id, "week": week} for id, week in weeks.items()])


async def audience(tx: ReadTx, topic_id: int) -> list[Audience]:
    """How many want a topic, by channel and rhythm. O(those)."""
    return await tx.all(Audience, AUDIENCE, topic_id=topic_id)


async def reachable(tx: ReadTx, topics: Sequence[int], *, is_live: bool, is_key: bool) -> list[Reachable]:
    """How many addresses want what is under these topics. O(those)."""
    return await tx.all(Reachable, REACHABLE, topics=list(topics), is_live=is_live, is_key=is_key)


async def holders(tx: ReadTx, ids: Sequence[int]) -> list[Holder]:
    """How to reach those of these addresses where anything arrives. O(ids)."""
    return await tx.all(Holder, HOLDERS, ids=list(ids))


async def put_confirmation(tx: WriteTx, one: Confirmation, *, link: bytes) -> None:
    """Keep what will prove a wish, in the place of what would have before."""
    await tx.run(PUT_CONFIRMATION, **msgspec.structs.asdict(one), link=link)


async def confirmations(tx: ReadTx, address_id: AddressId, *, most: int, now: datetime) -> list[Confirmation]:
    """What would prove the wishes at an address, but for what has expired or was tried so often."""
    return await tx.all(Confirmation, CONFIRMATIONS, address_id=address_id, most=most, now=now)


async def confirmation_by_link(tx: ReadTx, link: bytes, *, now: datetime) -> Confirmation | None:
    """The one with this link (its digest), unless it has expired."""
    return await tx.one(Confirmation, CONFIRMATION_BY_LINK, link=link, now=now)


async def count_try(tx: WriteTx, address_id: AddressId) -> None:
    """Count a wrong code, for all that it could have been."""
    await tx.run(COUNT_TRY, address_id=address_id)


async def delete_confirmations(tx: WriteTx, alert_ids: Sequence[int]) -> None:
    """Forget what would prove these wishes."""
    await tx.run(DELETE_CONFIRMATIONS, ids=list(alert_ids))


async def delete_old_confirmations(tx: WriteTx, *, now: datetime) -> None:
    """Forget those that have expired."""
    await tx.run(DELETE_OLD_CONFIRMATIONS, now=now)


async def insert_note(
    tx: WriteTx, id: int, address_id: AddressId, kind: NoteKind, data: Mapping[str, str], *, now: datetime
) -> None:
    """Add what is to be said to an address."""
    await tx.run(INSERT_NOTE, id=id, address_id=address_id, kind=kind, data=dict(data), now=now)


async def notes(tx: ReadTx, ids: Sequence[int]) -> list[Note]:
    """Those of these notes that are there."""
    return await tx.all(Note, NOTES, ids=list(ids))


async def count_notes(tx: ReadTx, address_id: AddressId, kind: NoteKind, *, since: datetime) -> int:
    """How many of a kind were asked for since a moment."""
    return await tx.one(int, COUNT_NOTES, address_id=address_id, kind=kind, since=since) or 0


async def delete_old_notes(tx: WriteTx, *, until: datetime) -> None:
    """Forget notes of before a moment."""
    await tx.run(DELETE_OLD_NOTES, until=until)


async def hold(tx: WriteTx, post_id: int, waits: Sequence[tuple[AddressId, int, Reason]]) -> None:
    """Keep a message for digests; what waits for the end of a pause takes a sooner way. waits: address, topic that it
    came by, and why."""
    rows = [{"address_id": id, "post_id": post_id, "topic_id": topic, "reason": why} for id, topic, why in waits]
    await tx.run_many(HOLD, rows)


async def set_due(tx: WriteTx, moments: Mapping[AddressId, datetime]) -> None:
    """Keep when the digest of each address is due, unless it is due before."""
    await tx.run_many(DIGEST_DUE, [{"address_id": id, "due_at": due_at} for id, due_at in moments.items()])


async def due_if_held(
    tx: WriteTx, address_ids: Sequence[AddressId], topic_ids: Sequence[int] | None = None, *, due_at: datetime
) -> None:
    """Let digests be due at a moment, or as soon as they were, where something of these topics is held (None: any)."""
    topics = None if topic_ids is None else list(topic_ids)
    await tx.run(DUE_IF_HELD, address_ids=list(address_ids), topic_ids=topics, due_at=due_at)


async def held_of_post(tx: ReadTx, post_id: int, *, after: int, limit: int) -> list[Waits]:
    """For which addresses a message is or was held, in their order. O(limit)."""
    return await tx.all(Waits, HELD_OF_POST, post_id=post_id, after=after, limit=limit)


async def unhold(tx: WriteTx, post_id: int, address_ids: Sequence[int]) -> None:
    """Let go of a message that these addresses get now."""
    await tx.run(UNHOLD, post_id=post_id, address_ids=list(address_ids))


async def unhold_topics(tx: WriteTx, address_id: AddressId, topic_ids: Sequence[int]) -> None:
    """Let go of what came to an address by these topics."""
    await tx.run(UNHOLD_TOPICS, address_id=address_id, topic_ids=list(topic_ids))


async def due_for_digest(tx: ReadTx, *, now: datetime, limit: int) -> list[Address]:
    """Addresses whose digest is due, and whose reader has not paused all."""
    return await tx.all(Address, DUE_FOR_DIGEST, now=now, limit=limit)


async def make_digest(tx: WriteTx, id: int, address_id: AddressId, *, now: datetime) -> bool:
    """Gather what is held for an address, but for what is paused, which is due then; whether there was anything."""
    await tx.run(INSERT_DIGEST, id=id, address_id=address_id, now=now)
    gathered = await tx.run(INTO_DIGEST, digest_id=id, address_id=address_id, now=now)
    if not gathered:
        await tx.run(DELETE_DIGEST, id=id)
    await tx.run(DIGEST_MADE, address_id=address_id, now=now)
    return bool(gathered)


async def held(tx: ReadTx, digest_ids: Sequence[int]) -> list[Held]:
    """What stands in these digests, in the order of time."""
    return await tx.all(Held, HELD, ids=list(digest_ids))


async def held_for_reader(tx: ReadTx, reader_id: ReaderId, *, limit: int) -> list[Held]:
    """What is or was held at the addresses of a reader, the newest first, once for each. O(all that is)."""
    return await tx.all(Held, HELD_FOR_READER, reader_id=reader_id, limit=limit)


async def feed_seed(tx: ReadTx, reader_id: ReaderId) -> int:
    """What the address of a reader's feed is worked out from; 0 if they have none."""
    return await tx.one(int, FEED_SEED, id=reader_id) or 0


async def put_feed_seed(tx: WriteTx, reader_id: ReaderId, seed: int | None) -> None:
    """Keep it; None ends the feed."""
    await tx.run(PUT_FEED_SEED, id=reader_id, seed=seed)


async def last_digest(tx: ReadTx, address_id: AddressId) -> int | None:
    """The latest digest of an address."""
    return await tx.one(int, LAST_DIGEST, address_id=address_id)


async def delete_old_digests(tx: WriteTx, *, until: datetime, limit: int) -> int:
    """Forget digests that were made before a moment; how many. O(limit)."""
    return await tx.run(DELETE_OLD_DIGESTS, until=until, limit=limit)
