"""To ask for alerts, to prove that one may, to change and to leave them."""

import hmac
import secrets as chance
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from pinson.domain import deliveries
from pinson.domain.accounts import AccountId
from pinson.domain.alerts import keys, publishers, register, rules, store
from pinson.domain.alerts.model import (
    Address,
    AddressId,
    Alert,
    Asked,
    Confirmed,
    NoteKind,
    Reach,
    Reader,
    ReaderId,
    Source,
    Standing,
    Topic,
    Wish,
    Withdrawn,
    Wording,
)
from pinson.domain.alerts.rules import Secrets
from pinson.domain.deliveries import About, Channel
from pinson.lib.db import WriteTx

PENDING_KEPT = timedelta(days=7)
IDLE_KEPT = timedelta(days=3)  # as long as deliveries: the last word must still be sent
NOTES_KEPT = timedelta(days=3)
DIGESTS_KEPT = timedelta(days=35)
STEP = 500


async def secret(tx: WriteTx) -> bytes:
    """What fingerprints and links are made with, the same in all processes: made when it is first asked for."""
    there = await store.key(tx)
    if there is None:
        there = chance.token_bytes(32)
        await store.put_key(tx, there)
    return there


async def ask(
    tx: WriteTx,
    *,
    reach: Reach,
    topic: Topic,
    wish: Wish,
    wording: Wording,
    source: Source,
    topic_name: str,
    zone: str,
    reader_id: ReaderId | None,
    secrets: Secrets,
    now: datetime,
) -> Asked:
    """That somebody be reached about a topic. Unless the address is known to be theirs, they are asked to prove it.

    Asked again for what is confirmed already, it changes what is wanted if they have proved before that it is theirs.

    Args:
        topic_name: as it stands in what asks for the proof.
        zone: of a new reader.
        reader_id: who asks, if that is known: from `confirm`, or a member's.
        secrets: fresh ones.
    Raises:
        BadWish, TooManyAlerts, TooManyCodes.
    """
    _check(wish)
    address = await store.by_value(tx, reach.channel, reach.value)
    asker = await store.reader(tx, reader_id) if reader_id is not None else None
    if address is None:
        # Not the asker's: until it is proven, it may be anybody's.
        owner = await _new_reader(tx, None, lang=wording.lang, zone=zone, now=now)
        address_id = AddressId(tx.new_id(owner.id, now))
        await store.insert_address(tx, address_id, owner.id, reach, now=now)
        address = Address(address_id, owner.id, reach.channel, reach.value, reach.keys, now, None, None)
    elif reach.channel is Channel.BROWSER:
        await store.rekey_address(tx, address.id, reach.keys)
    is_known = address.confirmed_at is not None and asker is not None and address.reader_id == asker.id
    how = Confirmed.PERMISSION if reach.channel is Channel.BROWSER else Confirmed.KNOWN if is_known else None
    there = await store.alert_of(tx, address.id, topic.id, wish.narrow_id)
    if there is None:
        if len(await store.alerts_of(tx, [address.id])) >= rules.MOST_ALERTS:
            raise rules.TooManyAlerts
        key = await secret(tx)
        alert_id = tx.new_id(address.id, now)
        await store.insert_alert(tx, alert_id, address.id, topic, wish, now=now, confirmed=False)
        await register.add(tx, address, topic, wish.narrow_id, wording=wording, source=source, secret=key, now=now)
        await store.set_idle(tx, address.id, now=now)
    else:
        alert_id = there.id
        if how is not None:
            await store.change_alert(tx, there.id, wish)
    if how is not None:
        owner_id = asker.id if asker is not None else address.reader_id
        await _confirm(tx, address, owner_id, [alert_id], how, now=now)
        return Asked(address.id, owner_id, confirmed=True)
    await _ask_for_proof(tx, address, alert_id, reader_id, source, topic, topic_name, secrets, now=now)
    return Asked(address.id, address.reader_id, confirmed=False)


async def confirm(tx: WriteTx, *, address_id: AddressId, code: str, now: datetime) -> ReaderId | None:
    """Take a typed code as proof of the wish that it was sent for; whose the address is now.

    Returns:
        None if the code is wrong, which is counted.
    Raises:
        CodeExpired: too late, or typed wrong too often.
    """
    asked = await store.confirmations(tx, address_id, most=rules.TRIES, now=now)
    if not asked:
        raise rules.CodeExpired
    digest = rules.digest_of(code)
    found = next((one for one in asked if one.code == digest), None)
    if found is None:
        await store.count_try(tx, address_id)
        return None
    return await _accept(tx, found, Confirmed.CODE, now=now)


async def confirm_by_link(tx: WriteTx, *, link: str, now: datetime) -> ReaderId:
    """Take a link that was followed as proof of the wish that it was sent for; whose the address is now.

    Raises:
        CodeExpired.
    """
    found = await store.confirmation_by_link(tx, rules.digest_of(link), now=now)
    if found is None:
        raise rules.CodeExpired
    return await _accept(tx, found, Confirmed.LINK, now=now)


async def confirm_by_reply(tx: WriteTx, *, address_id: AddressId, now: datetime) -> list[Alert]:
    """Take an answer that came from an address as proof of what was asked for from there; what is confirmed by it.

    What somebody asked for on a page is not: whoever answers may be somebody else.
    """
    (address,) = await store.addresses(tx, [address_id])
    asked = await store.confirmations(tx, address_id, most=rules.TRIES, now=now)
    ids = [one.alert_id for one in asked if one.by_reply]
    if not ids:
        return []
    return await _confirm(tx, address, address.reader_id, ids, Confirmed.REPLY, now=now)


async def change(tx: WriteTx, *, reader_id: ReaderId, alert_id: int, wish: Wish) -> None:
    """Change how much of a topic a reader wants.

    Raises:
        AlertNotFound, BadWish.
    """
    _check(wish)
    await _own(tx, reader_id, alert_id)
    await store.change_alert(tx, alert_id, wish)


async def leave(tx: WriteTx, *, reader_id: ReaderId, alert_id: int, how: Withdrawn, now: datetime) -> None:
    """End one alert of a reader.

    Raises:
        AlertNotFound.
    """
    there = await _own(tx, reader_id, alert_id)
    await end(tx, [there], how, now=now)


async def leave_topic(
    tx: WriteTx, *, address_id: AddressId, topic_id: int, how: Withdrawn, now: datetime
) -> list[Alert]:
    """End what an address has of a topic, however narrow; what that was."""
    ended = [one for one in await store.alerts_of(tx, [address_id]) if one.topic_id == topic_id]
    return await end(tx, ended, how, now=now)


async def leave_account(
    tx: WriteTx, *, account_id: AccountId, target_id: AccountId, how: Withdrawn, now: datetime
) -> list[Alert]:
    """End what a member hears of an account, at all their addresses; what that was."""
    there = await store.reader_of(tx, account_id)
    ids = [one.id for one in await store.addresses_of(tx, there.id)] if there is not None else []
    return await end(tx, [one for one in await store.alerts_of(tx, ids) if one.topic_id == target_id], how, now=now)


async def leave_all(
    tx: WriteTx, *, address_ids: Sequence[AddressId], how: Withdrawn, goodbye: bool = False, now: datetime
) -> list[Alert]:
    """End all that is wanted at these addresses; what that was. goodbye: say so there, once."""
    ended = await end(tx, await store.alerts_of(tx, address_ids), how, now=now)
    for address_id in address_ids:
        if goodbye:
            await tell(tx, address_id=address_id, kind=NoteKind.GOODBYE, data={}, now=now)
    return ended


async def end(tx: WriteTx, alerts: Sequence[Alert | Standing], how: Withdrawn, *, now: datetime) -> list[Alert]:
    """End alerts, with what is held for them, the proof of it, and the count of who left; those that were there."""
    ended = await store.end_alerts(tx, [one.id for one in alerts])
    await register.withdraw(tx, ended, how, now=now)
    by_address: dict[AddressId, list[int]] = {}
    for one in ended:
        by_address.setdefault(one.address_id, []).append(one.topic_id)
    places = {one.id: one for one in await store.addresses(tx, list(by_address))}
    for address_id, topic_ids in by_address.items():
        await store.unhold_topics(tx, address_id, topic_ids)
        await store.set_idle(tx, address_id, now=now)
        if places[address_id].confirmed_at is not None and how not in (
            Withdrawn.CLOSED,
            Withdrawn.LOST,
            Withdrawn.SERVED,
        ):
            await deliveries.count_left(tx, channel=places[address_id].channel, holder_id=address_id, now=now)
    return ended


async def lose(tx: WriteTx, *, address_id: AddressId, why: str, value: str | None = None, now: datetime) -> None:
    """Keep that nothing arrives at an address any more: nothing is sent there until it is proven anew.

    Args:
        value: what was written on it, where that may be another one meanwhile: then it is not lost.
    """
    await store.lose_address(tx, address_id, why, value=value, now=now)


async def renew(tx: WriteTx, *, was: str, proof: str, reach: Reach, now: datetime) -> None:
    """Reach a browser by its new subscription: whatever was wanted there goes on, and the proof of it stands.

    Args:
        was, proof: the endpoint that the browser had, and its secret, which only it and this server know.
        reach: the new one, or the same, at which nothing seemed to arrive.
    Raises:
        AlertNotFound: no browser is known there by this secret.
    """
    address = await _browser(tx, was, proof)
    other = await store.by_value(tx, Channel.BROWSER, reach.value)
    if other is None or other.id == address.id:
        await store.move_address(tx, address.id, reach.value, reach.keys)
        moved = msgspec.structs.replace(address, value=reach.value)
        await register.move(tx, await store.alerts_of(tx, [address.id]), moved, secret=await secret(tx))
        return
    await _browser(tx, reach.value, reach.keys["auth"])  # asked anew on a page before this came
    await store.move_address(tx, other.id, reach.value, reach.keys)
    there = {(one.topic_id, one.narrow_id) for one in await store.alerts_of(tx, [other.id])}
    old = await store.alerts_of(tx, [address.id])
    moving = [one for one in old if (one.topic_id, one.narrow_id) not in there]
    for one in moving:
        await store.move_alert(tx, one.id, other.id)
    await register.move(tx, moving, other, secret=await secret(tx))
    await end(tx, [one for one in old if one not in moving], Withdrawn.LOST, now=now)
    for id in (address.id, other.id):
        await store.set_idle(tx, id, now=now)


async def open_feed(tx: WriteTx, *, reader_id: ReaderId) -> None:
    """Give a reader a feed of what they miss, at an address that nobody else knows; one that there was ends."""
    await secret(tx)
    await store.put_feed_seed(tx, reader_id, 1 + chance.randbelow((1 << 62) - 1))


async def close_feed(tx: WriteTx, *, reader_id: ReaderId) -> None:
    """End the feed of a reader: its address leads nowhere from now on."""
    await store.put_feed_seed(tx, reader_id, None)


async def fail(tx: WriteTx, *, address_id: AddressId, delivery_id: int, why: str, now: datetime) -> bool:
    """Keep that a mailbox did not take a letter, however often that was tried; whether it sleeps from now on.

    A full mailbox fails for a while. One that took none of at least five letters in two weeks gets no more until its
    reader wakes it: large mailboxes judge a sender by what it sends in vain.
    """
    failing = await store.fail(tx, address_id, delivery_id, stale=now - rules.STALE, now=now)
    if failing is None or not rules.falls_asleep(failing, now=now):
        return False
    await store.fall_asleep(tx, address_id, why, now=now)
    return True


async def wake(tx: WriteTx, *, address_id: AddressId, reader_id: ReaderId) -> None:
    """Send to an address that sleeps again: its reader says that there is room."""
    await store.wake(tx, address_id, reader_id)


async def come_back(
    tx: WriteTx, *, delivery_id: int, address_id: AddressId, gone: bool, for_now: bool, why: str, now: datetime
) -> None:
    """Keep that what was sent to an address did not arrive.

    Args:
        gone: nothing will, since nobody has it.
        for_now: the mailbox cannot take anything at present.
    """
    await deliveries.come_back(tx, delivery_id=delivery_id, holder_id=address_id, now=now)
    if gone:
        await lose(tx, address_id=address_id, why=why, now=now)
    elif for_now:
        await fail(tx, address_id=address_id, delivery_id=delivery_id, why=why, now=now)


async def tell(tx: WriteTx, *, address_id: AddressId, kind: NoteKind, data: Mapping[str, str], now: datetime) -> int:
    """Ask that the service itself says something to an address, at once; the note's id."""
    (address,) = await store.addresses(tx, [address_id])
    note_id = tx.new_id(address_id, now)
    await store.insert_note(tx, note_id, address_id, kind, data, now=now)
    await deliveries.ask(
        tx, channel=address.channel, about=About.NOTE, about_id=note_id, holders={address_id: now}, now=now
    )
    return note_id


async def remind(tx: WriteTx, *, topic_id: int, starts_at: datetime, data: Mapping[str, str], now: datetime) -> bool:
    """Remind some of those who want to be of a moment; whether there may be more. Each once for each of its hours.

    It rings in quiet hours too, since they chose the hour; whoever has paused everything is not reminded.
    """
    found = await store.unreminded(tx, topic_id, starts_at=starts_at, limit=STEP)
    for one in found:
        if one.paused_until <= now:
            await tell(tx, address_id=one.address_id, kind=NoteKind.REMINDER, data=data, now=now)
    await store.set_reminded(tx, [one.id for one in found], starts_at=starts_at)
    return len(found) == STEP


async def end_moment(tx: WriteTx, *, topic_id: int, now: datetime) -> bool:
    """End some of the wishes for a moment that is past or gone; whether there may be more."""
    found = await store.of_topic(tx, topic_id, limit=STEP)
    reminded = await store.reminded(tx, [one.id for one in found])
    await end(tx, [one for one in found if one.id in reminded], Withdrawn.SERVED, now=now)
    await end(tx, [one for one in found if one.id not in reminded], Withdrawn.CLOSED, now=now)
    return len(found) == STEP


async def address_for(
    tx: WriteTx, *, reach: Reach, lang: str, zone: str, now: datetime, sleeps: bool = True
) -> Address:
    """The address of whoever wrote to us; a stranger's is kept, unconfirmed, as long as it takes to answer.

    Args:
        sleeps: whether a stranger has quiet hours, as people have; what is only drawn has none.
    """
    there = await store.by_value(tx, reach.channel, reach.value)
    if there is not None:
        return there
    owner = await _new_reader(tx, None, lang=lang, zone=zone, now=now, sleeps=sleeps)
    address_id = AddressId(tx.new_id(owner.id, now))
    await store.insert_address(tx, address_id, owner.id, reach, now=now)
    return Address(address_id, owner.id, reach.channel, reach.value, reach.keys, now, None, None)


async def reader_of_member(tx: WriteTx, *, account_id: AccountId, lang: str, zone: str, now: datetime) -> Reader:
    """The reader that an account is, made when it is first asked for."""
    there = await store.reader_of(tx, account_id)
    return there or await _new_reader(tx, account_id, lang=lang, zone=zone, now=now)


async def set_up(tx: WriteTx, *, reader: Reader, now: datetime) -> None:
    """Keep a reader's language, zone, quiet hours, hour of digests, and pause.

    Raises:
        BadWish.
    """
    if not (0 <= reader.digest_hour < 24 and 0 <= reader.quiet_from < 1440 and 0 <= reader.quiet_until < 1440):
        raise rules.BadWish(most=rules.MOST_PER_WEEK)
    await store.put_reader(tx, reader, now=now)


async def pause(tx: WriteTx, *, reader_id: ReaderId, until: datetime | None, now: datetime) -> None:
    """Hold all messages for a reader until a moment, when they come together; None: no longer."""
    there = await store.reader(tx, reader_id)
    if there is not None:
        await store.put_reader(tx, msgspec.structs.replace(there, paused_until=until), now=now)
        if there.paused_until is not None:  # what was held meanwhile may come sooner now
            ids = [one.id for one in await store.addresses_of(tx, reader_id)]
            await store.due_if_held(tx, ids, due_at=until or now)


async def pause_topic(
    tx: WriteTx, *, address_ids: Sequence[AddressId], topic_id: int | None, until: datetime | None, now: datetime
) -> list[Alert]:
    """Hold what comes to addresses by one topic until a moment, when it comes together; None: no longer.

    Args:
        topic_id: None for each topic that they follow.
    Returns:
        The alerts that it is about.
    """
    about = [one for one in await store.alerts_of(tx, address_ids) if topic_id in (None, one.topic_id)]
    await store.pause_alerts(tx, [one.id for one in about], until)
    if paused := [one for one in about if one.paused_until is not None]:  # what was held meanwhile comes sooner now
        ids, topics = {one.address_id for one in paused}, {one.topic_id for one in paused}
        await store.due_if_held(tx, list(ids), list(topics), due_at=until or now)
    return about


async def forget_address(tx: WriteTx, *, reader_id: ReaderId, address_id: AddressId, now: datetime) -> None:
    """End all that a reader wanted at an address, and the address too, within days.

    Raises:
        AlertNotFound: it is not theirs.
    """
    if all(one.id != address_id for one in await store.addresses_of(tx, reader_id)):
        raise rules.AlertNotFound
    await leave_all(tx, address_ids=[address_id], how=Withdrawn.PAGE, now=now)


async def close_account(tx: WriteTx, *, account_id: AccountId, now: datetime) -> bool:
    """End the alerts of a closed account and those that followed it; whether there may be more."""
    there = await store.reader_of(tx, account_id)
    if there is not None:
        ids = [one.id for one in await store.addresses_of(tx, there.id)]
        await leave_all(tx, address_ids=ids, how=Withdrawn.CLOSED, now=now)
        await store.delete_addresses(tx, ids)
        await store.delete_reader_of(tx, account_id)
    await publishers.forget(tx, account_id)
    return await close_topic(tx, topic_id=account_id, now=now)


async def close_topic(tx: WriteTx, *, topic_id: int, now: datetime) -> bool:
    """End some of the alerts of a topic under which nothing will be written any more; whether there may be more."""
    found = await store.of_topic(tx, topic_id, limit=STEP)
    await end(tx, found, Withdrawn.CLOSED, now=now)
    return len(found) == STEP


async def forget_old(tx: WriteTx, *, now: datetime) -> bool:
    """Remove what nobody confirmed, addresses at which nothing is wanted, old notes and digests; whether more is."""
    await store.delete_old_confirmations(tx, now=now)
    await store.delete_old_notes(tx, until=now - NOTES_KEPT)
    await keys.forget_old(tx, now=now)
    old = await store.pending(tx, until=now - PENDING_KEPT, limit=STEP)
    await end(tx, old, Withdrawn.LOST, now=now)
    idle = await store.idle(tx, until=now - IDLE_KEPT, limit=STEP)
    await store.delete_addresses(tx, [one.id for one in idle])
    await store.delete_lonely_readers(tx, list({one.reader_id for one in idle}))
    digests = await store.delete_old_digests(tx, until=now - DIGESTS_KEPT, limit=STEP)
    more = await register.forget_old(tx, now=now)
    return more or STEP in (len(old), len(idle), digests)


async def _browser(tx: WriteTx, endpoint: str, proof: str) -> Address:
    """The address of a browser that proves by its secret that it is the one."""
    address = await store.by_value(tx, Channel.BROWSER, endpoint)
    known = address.keys.get("auth", "") if address is not None else ""
    if address is None or not known or not hmac.compare_digest(known.rstrip("=").encode(), proof.rstrip("=").encode()):
        raise rules.AlertNotFound
    return address


def _check(wish: Wish) -> None:
    if wish.per_week is not None and not 1 <= wish.per_week <= rules.MOST_PER_WEEK:
        raise rules.BadWish(most=rules.MOST_PER_WEEK)


async def _new_reader(
    tx: WriteTx, account_id: AccountId | None, *, lang: str, zone: str, now: datetime, sleeps: bool = True
) -> Reader:
    id = ReaderId(tx.new_id(account_id, now))
    quiet_from, quiet_until = (rules.QUIET_FROM, rules.QUIET_UNTIL) if sleeps else (0, 0)
    made = Reader(id, account_id, lang, zone, quiet_from, quiet_until, rules.DIGEST_HOUR, None)
    await store.put_reader(tx, made, now=now)
    return made


async def _ask_for_proof(
    tx: WriteTx,
    address: Address,
    alert_id: int,
    reader_id: ReaderId | None,
    source: Source,
    topic: Topic,
    topic_name: str,
    secrets: Secrets,
    *,
    now: datetime,
) -> None:
    kind = NoteKind.ASK if source is Source.SMS else NoteKind.CODE
    if await store.count_notes(tx, address.id, kind, since=now - timedelta(hours=1)) >= rules.CODES_AN_HOUR:
        raise rules.TooManyCodes
    proof = store.Confirmation(
        alert_id,
        address.id,
        reader_id,
        rules.digest_of(secrets.code),
        by_reply=source is Source.SMS,
        tries=0,
        expires_at=now + (rules.LINK_LASTS if address.channel is Channel.EMAIL else rules.CODE_LASTS),
    )
    await store.put_confirmation(tx, proof, link=rules.digest_of(secrets.link))
    data = {"topic": topic_name, "topic_kind": topic.kind.value}
    if kind is NoteKind.CODE:
        data |= {"code": secrets.code, "link": secrets.link}
    await tell(tx, address_id=address.id, kind=kind, data=data, now=now)


async def _accept(tx: WriteTx, asked: store.Confirmation, how: Confirmed, *, now: datetime) -> ReaderId:
    (address,) = await store.addresses(tx, [asked.address_id])
    owner_id = address.reader_id
    owner = await store.reader(tx, owner_id)
    asker = await store.reader(tx, asked.reader_id) if asked.reader_id is not None else None
    if asker is not None and (owner is None or owner.account_id is None):
        owner_id = asker.id
    await _confirm(tx, address, owner_id, [asked.alert_id], how, now=now)
    return owner_id


async def _confirm(
    tx: WriteTx, address: Address, owner_id: ReaderId, alert_ids: Sequence[int], how: Confirmed, *, now: datetime
) -> list[Alert]:
    """Confirm an address, whose it is, and these wishes; those that were not yet."""
    await store.confirm_address(tx, address.id, reader_id=owner_id, now=now)
    if owner_id != address.reader_id:
        await store.delete_lonely_readers(tx, [address.reader_id])
    confirmed = await store.confirm_alerts(tx, alert_ids, now=now)
    await register.confirm(tx, confirmed, how, now=now)
    await store.delete_confirmations(tx, alert_ids)
    return confirmed


async def _own(tx: WriteTx, reader_id: ReaderId, alert_id: int) -> Alert:
    there = await store.alert(tx, alert_id)
    if there is None or all(one.id != there.address_id for one in await store.addresses_of(tx, reader_id)):
        raise rules.AlertNotFound
    return there
