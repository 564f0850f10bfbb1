"""The instance: what the server says of itself (rules, description, terms, announcements), and its custom emojis.

Called by the command line, by which whoever runs the server writes all this, and by interfaces, which show it.
Texts are plain here; how they look is an interface's. Not here: name and address of the server (settings), the
people who run it (access).
"""

from pinson.domain.instance.announcements import (
    announce,
    announcements,
    clear_after,
    dismiss,
    forget_reader,
    react,
    unreact,
    withdraw,
    withdraw_over,
)
from pinson.domain.instance.commands import add_rule, describe, publish_terms, remove_rule, withdraw_terms
from pinson.domain.instance.emojis import Emojis, add_emoji, remove_emoji
from pinson.domain.instance.facts import (
    AnnouncementPublished,
    AnnouncementReacted,
    AnnouncementWithdrawn,
    EmojiAdded,
    EmojiRemoved,
)
from pinson.domain.instance.model import Announcement, Description, Emoji, Reaction, Rule, Said, Terms, Told
from pinson.domain.instance.policy import PRIVACY_OF, privacy_policy
from pinson.domain.instance.queries import all_emojis, all_rules, all_terms, description, terms_at, terms_of
from pinson.domain.instance.rules import (
    EMOJI_BYTES,
    AnnouncementNotFound,
    BadShortcode,
    BlankText,
    EmojiNotFound,
    EmojiTaken,
    EmojiTooLarge,
    EndsBeforeItStarts,
    NoDays,
    RuleNotFound,
    TermsInForce,
    TermsNotFound,
    TermsOfThatDay,
    TextTooLong,
    TooManyReactions,
    UnknownLanguage,
    UnknownReaction,
    unicode_emoji,
)

__all__ = [
    "EMOJI_BYTES",
    "PRIVACY_OF",
    "Announcement",
    "AnnouncementNotFound",
    "AnnouncementPublished",
    "AnnouncementReacted",
    "AnnouncementWithdrawn",
    "BadShortcode",
    "BlankText",
    "Description",
    "Emoji",
    "EmojiAdded",
    "EmojiNotFound",
    "EmojiRemoved",
    "EmojiTaken",
    "EmojiTooLarge",
    "Emojis",
    "EndsBeforeItStarts",
    "NoDays",
    "Reaction",
    "Rule",
    "RuleNotFound",
    "Said",
    "Terms",
    "TermsInForce",
    "TermsNotFound",
    "TermsOfThatDay",
    "TextTooLong",
    "Told",
    "TooManyReactions",
    "UnknownLanguage",
    "UnknownReaction",
    "add_emoji",
    "add_rule",
    "all_emojis",
    "all_rules",
    "all_terms",
    "announce",
    "announcements",
    "clear_after",
    "describe",
    "description",
    "dismiss",
    "forget_reader",
    "privacy_policy",
    "publish_terms",
    "react",
    "remove_emoji",
    "remove_rule",
    "terms_at",
    "terms_of",
    "unicode_emoji",
    "unreact",
    "withdraw",
    "withdraw_over",
    "withdraw_terms",
]
