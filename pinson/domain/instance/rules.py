"""What the server may say of itself, and what counts as an emoji. Pure."""

from collections.abc import Mapping
from datetime import datetime

import regex

from pinson.lib.errors import Kind, Refusal

MOST_TEXT = 100_000  # characters of a description, or of terms
MOST_ANNOUNCED, MOST_RULE = 5_000, 1_000
MOST_REACTIONS = 8  # different ones to an announcement
MOST_CATEGORY = 100
EMOJI_BYTES = 256 << 10

SHORTCODE = r"[a-zA-Z0-9_]{2,100}"
_SHORTCODE = regex.compile(SHORTCODE)
_LANGUAGE = regex.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

# Unicode's own grammar of emojis (UTS #51, ED-17): a flag, a keycap, or elements joined to one. Digits, # and * are
# emojis to Unicode, and to nobody else.
_ELEMENT = r"[\p{Emoji}--[0-9#*]](?:\p{Emoji_Modifier}|\ufe0f)?(?:[\U000e0020-\U000e007e]{1,8}\U000e007f)?"
_EMOJI = regex.compile(
    rf"\p{{Regional_Indicator}}{{2}}|[0-9#*]\ufe0f\u20e3|(?!\p{{Regional_Indicator}}){_ELEMENT}(?:\u200d{_ELEMENT}){{0,9}}",
    regex.V1,
)
_PLAIN = regex.compile(r"([\p{Emoji}--\p{Emoji_Presentation}--[0-9#*]])(?![\ufe0f\p{Emoji_Modifier}])", regex.V1)
_NEEDLESS = regex.compile(r"(\p{Emoji_Presentation})\ufe0f")
_KEYCAP = regex.compile(r"([0-9#*])\u20e3")


class BlankText(Refusal):
    """It says nothing."""

    kind, code = Kind.INVALID, "blank_text"
    text = "There has to be a text."


class TextTooLong(Refusal):
    """It says too much."""

    kind, code = Kind.INVALID, "text_too_long"
    text = "The text has {length} characters; {limit} are taken here."


class UnknownLanguage(Refusal):
    """It cannot be the name of a language."""

    kind, code = Kind.INVALID, "unknown_language"
    text = "{language} is not a language such as fr or pt-BR."


class RuleNotFound(Refusal):
    """There is none."""

    kind, code = Kind.MISSING, "rule_not_found"
    text = "There is no such rule."


class TermsNotFound(Refusal):
    """There are none."""

    kind, code = Kind.MISSING, "terms_not_found"
    text = "There are no such terms of service."


class TermsInForce(Refusal):
    """People were told that these apply to them: others can follow them, but they stay."""

    kind, code = Kind.CONFLICT, "terms_in_force"
    text = "These terms have been in force: publish others for a later day."


class TermsOfThatDay(Refusal):
    """People were told of others already."""

    kind, code = Kind.CONFLICT, "terms_of_that_day"
    text = "There are terms for that day already."


class AnnouncementNotFound(Refusal):
    """There is none, or it is over."""

    kind, code = Kind.MISSING, "announcement_not_found"
    text = "There is no such announcement."


class EndsBeforeItStarts(Refusal):
    """The end lies before the beginning."""

    kind, code = Kind.INVALID, "ends_before_it_starts"
    text = "It cannot end before it starts."


class NoDays(Refusal):
    """Whole days were announced, but not which."""

    kind, code = Kind.INVALID, "no_days"
    text = "Whole days need a first and a last one."


class UnknownReaction(Refusal):
    """It is neither an emoji nor the shortcode of a custom one."""

    kind, code = Kind.INVALID, "unknown_reaction"
    text = "Validation failed: Name is not a recognized emoji"


class TooManyReactions(Refusal):
    """An announcement shows only so many different ones."""

    kind, code = Kind.INVALID, "too_many_reactions"
    text = "Validation failed: Limit of different reactions reached"


class BadShortcode(Refusal):
    """Nobody could write it."""

    kind, code = Kind.INVALID, "bad_shortcode"
    text = "A shortcode is made of at least two letters without accents, digits and underscores."


class EmojiTaken(Refusal):
    """There is one."""

    kind, code = Kind.CONFLICT, "emoji_taken"
    text = "There is an emoji :{shortcode}: already."


class EmojiTooLarge(Refusal):
    """It has more bytes than we take."""

    kind, code = Kind.INVALID, "emoji_too_large"
    text = "The picture of an emoji has at most {kilobytes} KB."


class EmojiNotFound(Refusal):
    """There is none."""

    kind, code = Kind.MISSING, "emoji_not_found"
    text = "There is no emoji :{shortcode}: here."


def check_text(text: str, most: int = MOST_TEXT) -> str:
    """
    Returns:
        The text without blanks around it.
    Raises:
        BlankText, TextTooLong.
    """
    bare = text.strip()
    if not bare:
        raise BlankText
    if len(bare) > most:
        raise TextTooLong(length=len(bare), limit=most)
    return bare


def check_translations(translations: Mapping[str, str], most: int = MOST_TEXT) -> dict[str, str]:
    """
    Returns:
        The texts by language, without blanks around them; those that say nothing are left out.
    Raises:
        TextTooLong, UnknownLanguage.
    """
    for language in translations:
        check_language(language)
    return {language: check_text(text, most) for language, text in translations.items() if text.strip()}


def check_language(language: str) -> None:
    """
    Raises:
        UnknownLanguage.
    """
    if not _LANGUAGE.fullmatch(language):
        raise UnknownLanguage(language=language)


def check_period(starts_at: datetime | None, ends_at: datetime | None, *, all_day: bool) -> None:
    """
    Raises:
        EndsBeforeItStarts, NoDays.
    """
    if all_day and (starts_at is None or ends_at is None):
        raise NoDays
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        raise EndsBeforeItStarts


def check_emoji(shortcode: str, category: str) -> None:
    """
    Raises:
        BadShortcode, TextTooLong.
    """
    if not _SHORTCODE.fullmatch(shortcode):
        raise BadShortcode
    if len(category) > MOST_CATEGORY:
        raise TextTooLong(length=len(category), limit=MOST_CATEGORY)


def unicode_emoji(text: str) -> str | None:
    """The one emoji that a text is, in full: ❤ becomes ❤️, so that two keyboards mean the same; None if it is none.

    Source: UTS #51, sections 1.4.9 and 4.3. A sequence that no font draws as one is an emoji too.
    """
    full = _PLAIN.sub("\\1\ufe0f", _NEEDLESS.sub(r"\1", _KEYCAP.sub("\\1\ufe0f\u20e3", text)))
    return full if _EMOJI.fullmatch(full) else None
