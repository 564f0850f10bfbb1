"""What the server says of itself, and the emojis it offers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class Said(msgspec.Struct, frozen=True):
    """A rule's words in one language. hint: what it means, if more has to be said."""

    text: str
    hint: str = ""


class Rule(msgspec.Struct, frozen=True):
    """A rule of this server. position: its place among them, from 1. translations: by language (BCP 47)."""

    id: int
    position: int
    text: str
    hint: str
    translations: Mapping[str, Said]

    def said(self, language: str) -> Said:
        """Its words in this language, or else as they were first written."""
        return self.translations.get(language) or Said(self.text, self.hint)


class Paper(StrEnum):
    """A text that people have to be able to find, in versions."""

    TERMS = "terms"  # of service
    PRIVACY = "privacy"  # what the organisation adds to what the program says of itself


class Description(msgspec.Struct, frozen=True):
    """What this server is for, at length: plain text. translations: by language."""

    text: str
    updated_at: datetime
    translations: Mapping[str, str] = {}

    def said(self, language: str) -> str:
        """The same in this language, or else as it was first written."""
        return self.translations.get(language) or self.text


class Terms(msgspec.Struct, frozen=True):
    """A version of a `Paper`: plain text. effective_at: the beginning of the day (UTC) from which it is in force.

    translations: by language.
    """

    effective_at: datetime
    text: str
    published_at: datetime
    translations: Mapping[str, str] = {}

    def said(self, language: str) -> str:
        """The same in this language, or else as it was first written."""
        return self.translations.get(language) or self.text


class Announcement(msgspec.Struct, frozen=True):
    """Something that whoever runs the server tells everybody here: plain text.

    starts_at, ends_at: when that happens which it is about, if it says so.
    all_day: they are whole days (UTC), the first and the last.
    translations: by language.
    told: whether people know of it; if not, they will from `published_at` on.
    """

    id: int
    text: str
    starts_at: datetime | None
    ends_at: datetime | None
    all_day: bool
    published_at: datetime
    translations: Mapping[str, str] = {}
    told: bool = True

    def said(self, language: str) -> str:
        """Its words in this language, or else as it was first written."""
        return self.translations.get(language) or self.text

    def is_over(self, now: datetime) -> bool:
        """Whether nobody need be told any more."""
        last = timedelta(days=1) if self.all_day else timedelta()
        return self.ends_at is not None and self.ends_at + last <= now


class Reaction(msgspec.Struct, frozen=True):
    """How many accounts reacted to an announcement in one way. name: an emoji, or a custom one's shortcode."""

    announcement_id: int
    name: str
    count: int


class Told(msgspec.Struct, frozen=True):
    """An announcement as an account finds it.

    is_dismissed: whether it has had enough of it.
    own: the names of its own reactions.
    """

    announcement: Announcement
    is_dismissed: bool
    reactions: tuple[Reaction, ...]
    own: frozenset[str]


class Emoji(msgspec.Struct, frozen=True):
    """A picture that stands for `:shortcode:` in what people here write.

    key: its file in `Blobs`. category: "" is none.
    """

    shortcode: str
    key: str
    category: str = ""


class Seal(msgspec.Struct, frozen=True):
    """What e-mail is signed with. selector: where in the sender's domain the public part is. secret: PKCS #8, DER."""

    selector: str
    secret: bytes
    made_at: datetime

    def __repr__(self) -> str:
        return f"Seal(selector={self.selector!r})"
