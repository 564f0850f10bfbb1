"""SQL of what the server says of itself."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from pinson.domain.instance.model import Announcement, Description, Emoji, Paper, Reaction, Rule, Seal, Terms
from pinson.lib.db import ReadTx, WriteTx

OWNS = (
    "look",
    "rules",
    "extended_descriptions",
    "terms",
    "privacy_texts",
    "announcements",
    "announcement_dismissals",
    "announcement_reactions",
    "announcement_counts",
    "custom_emojis",
    "mail_seal",
)

RULES = "SELECT id, position, text, hint, translations FROM rules ORDER BY position"
MAKE_ROOM = "UPDATE rules SET position = position + 1 WHERE position >= :position"
NEW_RULE = """
    INSERT INTO rules (id, position, text, hint, translations)
    VALUES (:id, :position, :text, :hint, :translations)
"""
DELETE_RULE = "DELETE FROM rules WHERE id = :id"
CLOSE_RANKS = "UPDATE rules SET position = position - 1 WHERE position > :position"

DESCRIPTION = "SELECT text, updated_at, translations FROM extended_descriptions"
FORGET_DESCRIPTION = "DELETE FROM extended_descriptions"
NEW_DESCRIPTION = """
    INSERT INTO extended_descriptions (text, updated_at, translations) VALUES (:text, :now, :translations)
"""

TERMS = {
    Paper.TERMS: "SELECT effective_at, text, published_at, translations FROM terms ORDER BY effective_at",
    Paper.PRIVACY: "SELECT effective_at, text, published_at, translations FROM privacy_texts ORDER BY effective_at",
}
NEW_TERMS = {
    Paper.TERMS: """
        INSERT INTO terms (effective_at, text, published_at, translations)
        VALUES (:effective_at, :text, :published_at, :translations)
    """,
    Paper.PRIVACY: """
        INSERT INTO privacy_texts (effective_at, text, published_at, translations)
        VALUES (:effective_at, :text, :published_at, :translations)
    """,
}
DELETE_TERMS = {
    Paper.TERMS: "DELETE FROM terms WHERE effective_at = :effective_at",
    Paper.PRIVACY: "DELETE FROM privacy_texts WHERE effective_at = :effective_at",
}

NEW_ANNOUNCEMENT = """
    INSERT INTO announcements (id, text, starts_at, ends_at, all_day, published_at, translations, told)
    VALUES (:id, :text, :starts_at, :ends_at, :all_day, :published_at, :translations, :told)
"""
TELL = "UPDATE announcements SET told = 1 WHERE id = :id"
DELETE_ANNOUNCEMENT = "DELETE FROM announcements WHERE id = :id"
ANNOUNCEMENTS = """
    SELECT id, text, starts_at, ends_at, all_day, published_at, translations, told FROM announcements ORDER BY id DESC
"""
DISMISS = """
    INSERT INTO announcement_dismissals (announcement_id, account_id) VALUES (:id, :account_id)
    ON CONFLICT (announcement_id, account_id) DO NOTHING
"""
DISMISSED = "SELECT announcement_id FROM announcement_dismissals WHERE account_id = :account_id"
REACT = """
    INSERT INTO announcement_reactions (announcement_id, account_id, name) VALUES (:id, :account_id, :name)
    ON CONFLICT (announcement_id, account_id, name) DO NOTHING
"""
UNREACT = """
    DELETE FROM announcement_reactions WHERE announcement_id = :id AND account_id = :account_id AND name = :name
"""
REACTIONS_OF = """
    SELECT announcement_id, name, 1 AS count FROM announcement_reactions WHERE account_id = :account_id
"""
COUNTS = "SELECT announcement_id, name, count FROM announcement_counts WHERE announcement_id = :id ORDER BY id"
ALL_COUNTS = "SELECT announcement_id, name, count FROM announcement_counts ORDER BY id"
COUNT_UP = """
    INSERT INTO announcement_counts (announcement_id, name, count) VALUES (:id, :name, 1)
    ON CONFLICT (announcement_id, name) DO UPDATE SET count = count + 1
"""
COUNT_DOWN = "UPDATE announcement_counts SET count = count - 1 WHERE announcement_id = :id AND name = :name"
FORGET_COUNT = "DELETE FROM announcement_counts WHERE announcement_id = :id AND name = :name AND count <= 0"
FORGET_DISMISSALS = "DELETE FROM announcement_dismissals WHERE account_id = :account_id"
CLEAR_DISMISSALS = """
    DELETE FROM announcement_dismissals
    WHERE announcement_id = :id AND account_id IN (
        SELECT account_id FROM announcement_dismissals WHERE announcement_id = :id LIMIT :limit)
"""
CLEAR_REACTIONS = """
    DELETE FROM announcement_reactions
    WHERE announcement_id = :id AND account_id IN (
        SELECT account_id FROM announcement_reactions WHERE announcement_id = :id LIMIT :limit)
"""
FORGET_REACTION = "DELETE FROM announcement_reactions WHERE name = :name"
FORGET_COUNTS = "DELETE FROM announcement_counts WHERE name = :name"

EMOJIS = "SELECT shortcode, key, category FROM custom_emojis ORDER BY shortcode"
EMOJI = "SELECT shortcode, key, category FROM custom_emojis WHERE shortcode = :shortcode"
NEW_EMOJI = "INSERT INTO custom_emojis (shortcode, key, category) VALUES (:shortcode, :key, :category)"
DELETE_EMOJI = "DELETE FROM custom_emojis WHERE shortcode = :shortcode"


async def rules(tx: ReadTx) -> list[Rule]:
    """All rules in order. There are few."""
    return await tx.all(Rule, RULES)


async def new_rule(tx: WriteTx, rule: Rule) -> None:
    """Put a rule in its place; those from there on move down. O(rules)."""
    await tx.run(MAKE_ROOM, position=rule.position)
    await tx.run_with(NEW_RULE, rule)


async def delete_rule(tx: WriteTx, rule: Rule) -> None:
    """Take a rule away; those below it move up. O(rules)."""
    await tx.run(DELETE_RULE, id=rule.id)
    await tx.run(CLOSE_RANKS, position=rule.position)


async def description(tx: ReadTx) -> Description | None:
    """What this server is for, if somebody said. One row."""
    return await tx.one(Description, DESCRIPTION)


async def set_description(tx: WriteTx, text: str, translations: Mapping[str, str], now: datetime) -> None:
    """Keep what this server is for; "" is nothing."""
    await tx.run(FORGET_DESCRIPTION)
    if text:
        await tx.run(NEW_DESCRIPTION, text=text, translations=translations, now=now)


async def terms(tx: ReadTx, paper: Paper) -> list[Terms]:
    """All versions of a paper there ever were, by the day from which they are in force. There are few."""
    return await tx.all(Terms, TERMS[paper])


async def new_terms(tx: WriteTx, paper: Paper, terms: Terms) -> None:
    """Keep a version for a day that has none."""
    await tx.run(NEW_TERMS[paper], **msgspec.structs.asdict(terms))


async def delete_terms(tx: WriteTx, paper: Paper, effective_at: datetime) -> None:
    """Forget the version of a day."""
    await tx.run(DELETE_TERMS[paper], effective_at=effective_at)


async def new_announcement(tx: WriteTx, announcement: Announcement) -> None:
    """Keep an announcement."""
    await tx.run_with(NEW_ANNOUNCEMENT, announcement)


async def tell(tx: WriteTx, id: int) -> None:
    """From now on people know of an announcement."""
    await tx.run(TELL, id=id)


async def delete_announcement(tx: WriteTx, id: int) -> None:
    """Forget an announcement and what was counted of it."""
    await tx.run(DELETE_ANNOUNCEMENT, id=id)


async def clear_after(tx: WriteTx, id: int, *, limit: int) -> int:
    """Forget who dismissed an announcement that is gone, or reacted to it: up to `limit` accounts each; how many rows.

    O(limit) on the primary keys: 4 ms for 1,000.
    """
    dismissed = await tx.run(CLEAR_DISMISSALS, id=id, limit=limit)
    return dismissed + await tx.run(CLEAR_REACTIONS, id=id, limit=limit)


async def announcements(tx: ReadTx) -> list[Announcement]:
    """All announcements, the newest first. There are few: those that are over are deleted."""
    return await tx.all(Announcement, ANNOUNCEMENTS)


async def dismiss(tx: WriteTx, id: int, account_id: int) -> None:
    """Remember that an account has had enough of an announcement."""
    await tx.run(DISMISS, id=id, account_id=account_id)


async def dismissed(tx: ReadTx, account_id: int) -> list[int]:
    """The announcements that an account has had enough of. O(found) on its index."""
    return await tx.all(int, DISMISSED, account_id=account_id)


async def react(tx: WriteTx, id: int, account_id: int, name: str) -> bool:
    """Keep and count a reaction; False if it was there."""
    if not await tx.run(REACT, id=id, account_id=account_id, name=name):
        return False
    await tx.run(COUNT_UP, id=id, name=name)
    return True


async def unreact(tx: WriteTx, id: int, account_id: int, name: str) -> bool:
    """Forget a reaction, and count it no more; False if it was not there."""
    if not await tx.run(UNREACT, id=id, account_id=account_id, name=name):
        return False
    await tx.run(COUNT_DOWN, id=id, name=name)
    await tx.run(FORGET_COUNT, id=id, name=name)
    return True


async def reactions_of(tx: ReadTx, account_id: int) -> list[Reaction]:
    """An account's own reactions. O(found) on its index."""
    return await tx.all(Reaction, REACTIONS_OF, account_id=account_id)


async def counts(tx: ReadTx, id: int) -> list[Reaction]:
    """The reactions to one announcement, counted, in the order in which they were first given. At most eight."""
    return await tx.all(Reaction, COUNTS, id=id)


async def all_counts(tx: ReadTx) -> list[Reaction]:
    """The reactions to all announcements, counted. At most eight each."""
    return await tx.all(Reaction, ALL_COUNTS)


async def forget_dismissals(tx: WriteTx, account_id: int) -> None:
    """Forget what an account has had enough of. O(found)."""
    await tx.run(FORGET_DISMISSALS, account_id=account_id)


async def emojis(tx: ReadTx) -> list[Emoji]:
    """All custom emojis, in alphabetical order."""
    return await tx.all(Emoji, EMOJIS)


async def emoji(tx: ReadTx, shortcode: str) -> Emoji | None:
    """The custom emoji of this shortcode. One look into the primary key."""
    return await tx.one(Emoji, EMOJI, shortcode=shortcode)


async def new_emoji(tx: WriteTx, emoji: Emoji) -> None:
    """Add an emoji whose shortcode is free."""
    await tx.run_with(NEW_EMOJI, emoji)


async def delete_emoji(tx: WriteTx, shortcode: str) -> None:
    """Remove an emoji, and the reactions that are made of it. Scans the reactions to what is being announced, and
    takes 0.4 s to delete 100,000: rare enough.
    """
    await tx.run(DELETE_EMOJI, shortcode=shortcode)
    await tx.run(FORGET_REACTION, name=shortcode)
    await tx.run(FORGET_COUNTS, name=shortcode)


# --- look ---------------------------------------------------------------------------------------------------------

ACCENT = "SELECT accent FROM look"
CHOOSE_ACCENT = """
    INSERT INTO look (one, accent) VALUES (1, :accent) ON CONFLICT (one) DO UPDATE SET accent = excluded.accent
"""
FORGET_ACCENT = "DELETE FROM look"


async def accent(tx: ReadTx) -> str | None:
    """The accent colour that was chosen. One row."""
    return await tx.one(str, ACCENT)


async def choose_accent(tx: WriteTx, accent: str | None) -> None:
    """Keep another, or none."""
    if accent is None:
        await tx.run(FORGET_ACCENT)
    else:
        await tx.run(CHOOSE_ACCENT, accent=accent)


SEAL = "SELECT selector, secret, made_at FROM mail_seal"
PUT_SEAL = """
    INSERT INTO mail_seal (one, selector, secret, made_at) VALUES (1, :selector, :secret, :made_at)
    ON CONFLICT (one) DO NOTHING
"""
FORGET_SEAL = "DELETE FROM mail_seal"


async def seal(tx: ReadTx) -> Seal | None:
    """The key that e-mail is signed with. One row."""
    return await tx.one(Seal, SEAL)


async def put_seal(tx: WriteTx, seal: Seal) -> None:
    """Keep a key, unless there is one."""
    await tx.run_with(PUT_SEAL, seal)


async def forget_seal(tx: WriteTx) -> None:
    """Make room for another key."""
    await tx.run(FORGET_SEAL)
