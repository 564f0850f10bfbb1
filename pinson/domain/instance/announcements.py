"""Announcements: what whoever runs the server tells everybody here, and how they react.

Called by the command line (publish, withdraw), by interfaces, and by `schedule.py`, which withdraws what is over.
What an announcement looks like is an interface's: here it is plain text. Streams hear of it by its facts.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from pinson.domain.instance import rules, store
from pinson.domain.instance.facts import AnnouncementPublished, AnnouncementReacted, AnnouncementWithdrawn
from pinson.domain.instance.model import Announcement, Told
from pinson.domain.instance.rules import AnnouncementNotFound, TooManyReactions, UnknownReaction
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx


async def announce(
    tx: WriteTx,
    *,
    text: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    all_day: bool = False,
    translations: Mapping[str, str] = MappingProxyType({}),
    publish_at: datetime | None = None,
    now: datetime,
) -> Announcement:
    """Tell everybody here something, now or later.

    Args:
        translations: the same in other languages.
        publish_at: when to tell it; None, or a moment that has passed, is now.
        starts_at, ends_at: when that happens which it is about; from its end on, nobody is told any more.
        all_day: they are the beginnings of its first and last day, UTC.
    Raises:
        BlankText, TextTooLong, UnknownLanguage, EndsBeforeItStarts, NoDays.
    """
    rules.check_period(starts_at, ends_at, all_day=all_day)
    made = Announcement(
        id=tx.new_id(None, now),
        text=rules.check_text(text, rules.MOST_ANNOUNCED),
        starts_at=starts_at,
        ends_at=ends_at,
        all_day=all_day,
        published_at=now if publish_at is None else max(now, publish_at),
        translations=rules.check_translations(translations, rules.MOST_ANNOUNCED),
        told=publish_at is None or publish_at <= now,
    )
    await store.new_announcement(tx, made)
    if made.told:
        await log.record(tx, AnnouncementPublished(at=now, announcement_id=made.id))
    return made


async def tell_due(tx: WriteTx, *, now: datetime) -> int:
    """Tell people what was written for now or before; how much."""
    due = [one for one in await store.announcements(tx) if not one.told and one.published_at <= now]
    for one in due:
        await store.tell(tx, one.id)
        await log.record(tx, AnnouncementPublished(at=now, announcement_id=one.id))
    return len(due)


async def withdraw(tx: WriteTx, *, id: int, now: datetime) -> Announcement:
    """Take an announcement back; what it said.

    Raises:
        AnnouncementNotFound.
    """
    found = next((one for one in await store.announcements(tx) if one.id == id), None)
    if found is None:
        raise AnnouncementNotFound
    await _withdraw(tx, id, now)
    return found


async def withdraw_over(tx: WriteTx, *, now: datetime) -> int:
    """Withdraw the announcements that are over; how many."""
    over = [one for one in await store.announcements(tx) if one.is_over(now)]
    for one in over:
        await _withdraw(tx, one.id, now)
    return len(over)


async def clear_after(tx: WriteTx, *, id: int, now: datetime, limit: int = 1000) -> int:
    """Forget who dismissed an announcement that is gone, or reacted to it, in part; how much. Call again until none."""
    return await store.clear_after(tx, id, limit=limit)


async def dismiss(tx: WriteTx, *, id: int, account_id: int, now: datetime) -> None:
    """Remember that an account has had enough of an announcement.

    Raises:
        AnnouncementNotFound.
    """
    await _current(tx, id, now)
    await store.dismiss(tx, id, account_id)


async def react(tx: WriteTx, *, id: int, account_id: int, name: str, now: datetime) -> None:
    """React to an announcement. Doing it twice is doing it once.

    Args:
        name: an emoji, or the shortcode of a custom one.
    Raises:
        AnnouncementNotFound, UnknownReaction, TooManyReactions.
    """
    await _current(tx, id, now)
    known = rules.unicode_emoji(name) or (name if await store.emoji(tx, name) else None)
    if known is None:
        raise UnknownReaction
    given = {one.name for one in await store.counts(tx, id)}
    if known not in given and len(given) >= rules.MOST_REACTIONS:
        raise TooManyReactions
    if await store.react(tx, id, account_id, known):
        await _tell(tx, id, known, now)


async def unreact(tx: WriteTx, *, id: int, account_id: int, name: str, now: datetime) -> None:
    """Take a reaction back, if it was made.

    Raises:
        AnnouncementNotFound.
    """
    await _current(tx, id, now)
    known = rules.unicode_emoji(name) or name
    if await store.unreact(tx, id, account_id, known):
        await _tell(tx, id, known, now)


async def forget_reader(tx: WriteTx, *, account_id: int, now: datetime) -> None:
    """Forget what an account that is being closed dismissed, and how it reacted."""
    await store.forget_dismissals(tx, account_id)
    current = {one.id for one in await store.announcements(tx)}
    for one in await store.reactions_of(tx, account_id):
        await store.unreact(tx, one.announcement_id, account_id, one.name)
        if one.announcement_id in current:
            await _tell(tx, one.announcement_id, one.name, now)


async def announcements(tx: ReadTx, *, now: datetime, reader_id: int | None = None) -> list[Told]:
    """What is being announced, the newest first. One statement if it is nothing, else four.

    Args:
        reader_id: the account that asks; None for what is the same for everybody.
    """
    current = [one for one in await store.announcements(tx) if one.told and not one.is_over(now)]
    if not current:
        return []
    counts = await store.all_counts(tx)
    dismissed = set(await store.dismissed(tx, reader_id)) if reader_id is not None else set()
    own = await store.reactions_of(tx, reader_id) if reader_id is not None else []
    return [
        Told(
            one,
            one.id in dismissed,
            tuple(count for count in counts if count.announcement_id == one.id),
            frozenset(reaction.name for reaction in own if reaction.announcement_id == one.id),
        )
        for one in current
    ]


async def all_announcements(tx: ReadTx) -> list[Announcement]:
    """What is being announced, and what will be, the newest first. One statement."""
    return await store.announcements(tx)


async def _withdraw(tx: WriteTx, id: int, now: datetime) -> None:
    await store.delete_announcement(tx, id)
    await log.record(tx, AnnouncementWithdrawn(at=now, announcement_id=id))


async def _current(tx: WriteTx, id: int, now: datetime) -> None:
    if all(one.id != id or one.is_over(now) or not one.told for one in await store.announcements(tx)):
        raise AnnouncementNotFound


async def _tell(tx: WriteTx, id: int, name: str, now: datetime) -> None:
    count = next((one.count for one in await store.counts(tx, id) if one.name == name), 0)
    await log.record(tx, AnnouncementReacted(at=now, announcement_id=id, name=name, count=count))
