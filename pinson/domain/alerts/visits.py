"""What somebody does about alerts on a page, each in one transaction: ask, prove, arrange, leave.

Called by pages. A visitor is known as a member, or by the key that their browser got when they proved an address; they
get one as soon as it is known whose the browser is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from pinson.domain import posts
from pinson.domain.accounts import AccountId
from pinson.domain.alerts import commands, keys, rules, store
from pinson.domain.alerts.model import (
    Address,
    AddressId,
    Alert,
    Asked,
    Reach,
    Reader,
    ReaderId,
    Source,
    Topic,
    Wish,
    Withdrawn,
    Wording,
)
from pinson.domain.alerts.rules import Secrets
from pinson.domain.deliveries import Channel
from pinson.domain.relations.model import TopicKind
from pinson.lib.db import ReadTx, WriteTx


class Visitor(msgspec.Struct, frozen=True):
    """Whose browser it is. account_id: they are signed in; reader_id: known by a key; key: a fresh one for them."""

    account_id: AccountId | None
    reader_id: ReaderId | None
    key: str


class Wanted(msgspec.Struct, frozen=True):
    """What a visitor wants of a topic. topic: a name stands for the hashtag of this name, used or not."""

    topic: Topic | str
    name: str
    wish: Wish


class Left(msgspec.Struct, frozen=True):
    """What was left, as it takes to take it up again."""

    address_id: AddressId
    kind: TopicKind
    topic_id: int
    narrow_id: int = 0
    wish: Wish = Wish()


async def known(tx: ReadTx, *, account_id: AccountId | None, key: str | None) -> Reader | None:
    """Who a visitor is as a reader, if that is known: as a member, or by the key in their browser. Two statements."""
    if account_id is not None:
        return await store.reader_of(tx, account_id)
    reader_id = await keys.reader_id(tx, key) if key else None
    return await store.reader(tx, reader_id) if reader_id is not None else None


async def ask(
    tx: WriteTx,
    *,
    visitor: Visitor,
    reach: Reach,
    wanted: Wanted,
    wording: Wording,
    source: Source,
    zone: str,
    secrets: Secrets,
    now: datetime,
) -> Asked:
    """As `commands.ask`; if nothing more is to be proven, the browser gets the visitor's key.

    Raises:
        BadWish, TooManyAlerts, TooManyCodes.
        BadTag: no hashtag can have this name.
    """
    topic = wanted.topic
    if isinstance(topic, str):
        topic = Topic(TopicKind.TAG, (await posts.tag_named(tx, name=topic, now=now)).id)
    reader_id = visitor.reader_id
    if visitor.account_id is not None:
        member = await commands.reader_of_member(
            tx, account_id=visitor.account_id, lang=wording.lang, zone=zone, now=now
        )
        reader_id = member.id
    asked = await commands.ask(
        tx,
        reach=reach,
        topic=topic,
        wish=wanted.wish,
        wording=wording,
        source=source,
        topic_name=wanted.name,
        zone=zone,
        reader_id=reader_id,
        secrets=secrets,
        now=now,
    )
    if asked.confirmed:
        await _recognise(tx, visitor, asked.reader_id, now=now)
    return asked


async def confirm(tx: WriteTx, *, visitor: Visitor, address_id: AddressId, code: str, now: datetime) -> ReaderId | None:
    """Take a typed code as proof; whose the address is now, None if it was wrong, which is counted.

    Raises:
        CodeExpired.
    """
    reader_id = await commands.confirm(tx, address_id=address_id, code=code, now=now)
    if reader_id is not None:
        await _recognise(tx, visitor, reader_id, now=now)
    return reader_id


async def confirm_by_link(tx: WriteTx, *, visitor: Visitor, link: str, now: datetime) -> ReaderId:
    """Take a link that was followed as proof.

    Raises:
        CodeExpired.
    """
    reader_id = await commands.confirm_by_link(tx, link=link, now=now)
    await _recognise(tx, visitor, reader_id, now=now)
    return reader_id


async def arrange(
    tx: WriteTx,
    *,
    addresses: Sequence[Address],
    topic: Topic,
    narrow_id: int,
    wishes: Mapping[AddressId, Wish | None],
    wordings: Mapping[Channel, Wording],
    now: datetime,
) -> list[Left]:
    """Keep how much of a topic is wanted at each of somebody's addresses, None for nothing; what they left by that.

    Args:
        addresses: those that are theirs; of others nothing is done. One that is not proven keeps what waits for it.
        wordings: what they read about each way, for what they had not asked for there before.
    Raises:
        BadWish, TooManyAlerts.
    """
    left: list[Alert] = []
    for address in addresses:
        if address.id not in wishes:
            continue
        wish = wishes[address.id]
        there = await store.alert_of(tx, address.id, topic.id, narrow_id)
        if wish is None:
            left += await commands.end(tx, [there], Withdrawn.PAGE, now=now) if there is not None else ()
        elif there is not None:
            await commands.change(tx, reader_id=address.reader_id, alert_id=there.id, wish=wish)
        elif address.confirmed_at is not None:
            again = msgspec.structs.replace(wish, narrow_id=narrow_id)
            await _again(tx, address, topic, again, wordings[address.channel], now=now)
    return [left_of(one) for one in left]


async def take_up(
    tx: WriteTx, *, addresses: Sequence[Address], left: Sequence[tuple[Left, Topic, Wording]], now: datetime
) -> None:
    """Ask anew, at addresses that are proven, for what was left a moment ago.

    Raises:
        BadWish, TooManyAlerts.
    """
    by_id = {one.id: one for one in addresses if one.confirmed_at is not None}
    for one, topic, wording in left:
        if one.address_id in by_id:
            wish = msgspec.structs.replace(one.wish, narrow_id=one.narrow_id)
            await _again(tx, by_id[one.address_id], topic, wish, wording, now=now)


async def leave(tx: WriteTx, *, addresses: Sequence[Address], alert_id: int | None, now: datetime) -> list[Left]:
    """End one alert at these addresses, or all; what that was.

    Raises:
        AlertNotFound: it is none of theirs.
    """
    found = await store.alerts_of(tx, [one.id for one in addresses])
    chosen = [one for one in found if alert_id in (None, one.id)]
    if alert_id is not None and not chosen:
        raise rules.AlertNotFound
    if alert_id is None:
        await commands.leave_all(tx, address_ids=[one.id for one in addresses], how=Withdrawn.PAGE, now=now)
    else:
        await commands.end(tx, chosen, Withdrawn.PAGE, now=now)
    return [left_of(one) for one in chosen if one.confirmed_at is not None]


def left_of(alert: Alert) -> Left:
    """What it takes to take an alert up again."""
    wish = Wish(rhythm=alert.rhythm, per_week=alert.per_week, narrow_id=alert.narrow_id)
    return Left(alert.address_id, alert.kind, alert.topic_id, alert.narrow_id, wish)


async def _again(tx: WriteTx, address: Address, topic: Topic, wish: Wish, wording: Wording, *, now: datetime) -> None:
    await commands.ask(
        tx,
        reach=Reach(address.channel, address.value, address.keys),
        topic=topic,
        wish=wish,
        wording=wording,
        source=Source.PAGE,
        topic_name="",
        zone="UTC",
        reader_id=address.reader_id,
        secrets=rules.new_secrets(),
        now=now,
    )


async def _recognise(tx: WriteTx, visitor: Visitor, reader_id: ReaderId, *, now: datetime) -> None:
    """Let the browser of a stranger be known from now on; a member is known anyway."""
    if visitor.account_id is None and visitor.reader_id != reader_id:
        await keys.give(tx, reader_id=reader_id, key=visitor.key, now=now)
