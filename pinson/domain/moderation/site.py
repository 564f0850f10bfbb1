"""What the server says of itself, as whoever runs it writes it from pages. Each command is one transaction, and is
registered.

Called by interfaces; the command line does the same without a register, since whoever has it has everything.
"""

from collections.abc import Mapping
from datetime import datetime

from pinson.domain import instance
from pinson.domain.instance import Announcement, Emoji, Paper, Rule, Said, Terms
from pinson.domain.moderation.model import Moderator
from pinson.domain.moderation.register import note
from pinson.lib.db import WriteTx

LABEL = 80  # characters of a text that stand for it in the register


async def add_rule(
    tx: WriteTx,
    *,
    by: Moderator,
    text: str,
    hint: str,
    translations: Mapping[str, Said],
    position: int | None,
    now: datetime,
) -> Rule:
    """Make a rule.

    Raises:
        BlankText, TextTooLong, UnknownLanguage.
    """
    made = await instance.add_rule(tx, text=text, hint=hint, translations=translations, position=position, now=now)
    await note(tx, "add_rule", by=by, target_id=made.id, label=_label(made.text), now=now)
    return made


async def change_rule(
    tx: WriteTx,
    *,
    by: Moderator,
    id: int,
    text: str,
    hint: str,
    translations: Mapping[str, Said],
    position: int | None,
    now: datetime,
) -> Rule:
    """Let a rule say something else, or stand elsewhere.

    Raises:
        RuleNotFound, BlankText, TextTooLong, UnknownLanguage.
    """
    new = await instance.change_rule(
        tx, id=id, text=text, hint=hint, translations=translations, position=position, now=now
    )
    await note(tx, "change_rule", by=by, target_id=id, label=_label(new.text), now=now)
    return new


async def remove_rule(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> Rule:
    """Lift a rule; what it was.

    Raises:
        RuleNotFound.
    """
    was = await instance.remove_rule(tx, id=id, now=now)
    await note(tx, "remove_rule", by=by, target_id=id, label=_label(was.text), now=now)
    return was


async def describe(tx: WriteTx, *, by: Moderator, text: str, translations: Mapping[str, str], now: datetime) -> None:
    """Say at length what this server is for.

    Raises:
        TextTooLong, UnknownLanguage.
    """
    await instance.describe(tx, text=text, translations=translations, now=now)
    await note(tx, "describe", by=by, target_id=0, label=_label(text), now=now)


async def publish_paper(
    tx: WriteTx,
    *,
    by: Moderator,
    paper: Paper,
    text: str,
    translations: Mapping[str, str],
    effective_at: datetime,
    now: datetime,
) -> Terms:
    """Publish terms of service or a privacy text, in force from a day on.

    Raises:
        BlankText, TextTooLong, UnknownLanguage, TermsInForce, TermsOfThatDay.
    """
    made = await instance.publish_terms(
        tx, paper=paper, text=text, translations=translations, effective_at=effective_at, now=now
    )
    await note(tx, f"publish_{paper}", by=by, target_id=0, label=f"{effective_at:%Y-%m-%d}", now=now)
    return made


async def withdraw_paper(tx: WriteTx, *, by: Moderator, paper: Paper, effective_at: datetime, now: datetime) -> Terms:
    """Take back one that has not been in force yet; what it said.

    Raises:
        TermsNotFound, TermsInForce.
    """
    was = await instance.withdraw_terms(tx, paper=paper, effective_at=effective_at, now=now)
    await note(tx, f"withdraw_{paper}", by=by, target_id=0, label=f"{effective_at:%Y-%m-%d}", now=now)
    return was


async def announce(
    tx: WriteTx,
    *,
    by: Moderator,
    text: str,
    translations: Mapping[str, str],
    publish_at: datetime | None,
    ends_at: datetime | None,
    now: datetime,
) -> Announcement:
    """Tell everybody here something, now or later.

    Raises:
        BlankText, TextTooLong, UnknownLanguage, EndsBeforeItStarts.
    """
    made = await instance.announce(
        tx,
        text=text,
        translations=translations,
        starts_at=publish_at if ends_at else None,
        ends_at=ends_at,
        publish_at=publish_at,
        now=now,
    )
    await note(tx, "announce", by=by, target_id=made.id, label=_label(made.text), now=now)
    return made


async def withdraw_announcement(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> Announcement:
    """Take it back; what it said.

    Raises:
        AnnouncementNotFound.
    """
    was = await instance.withdraw(tx, id=id, now=now)
    await note(tx, "withdraw_announcement", by=by, target_id=id, label=_label(was.text), now=now)
    return was


async def add_emoji(tx: WriteTx, *, by: Moderator, shortcode: str, key: str, category: str, now: datetime) -> Emoji:
    """Offer another emoji.

    Raises:
        BadShortcode, EmojiTaken, TextTooLong, TookTooLong.
    """
    made = await instance.add_emoji(tx, shortcode=shortcode, key=key, category=category, now=now)
    await note(tx, "add_emoji", by=by, target_id=0, label=f":{shortcode}:", now=now)
    return made


async def remove_emoji(tx: WriteTx, *, by: Moderator, shortcode: str, now: datetime) -> Emoji:
    """Offer it no more; what it was.

    Raises:
        EmojiNotFound.
    """
    was = await instance.remove_emoji(tx, shortcode=shortcode, now=now)
    await note(tx, "remove_emoji", by=by, target_id=0, label=f":{shortcode}:", now=now)
    return was


def _label(text: str) -> str:
    return text if len(text) <= LABEL else f"{text[: LABEL - 1]}…"
