"""What happens to what the server says of itself, as far as somebody listens."""

from pinson.domain.instance.model import Emoji
from pinson.lib.log import Fact


class AnnouncementPublished(Fact, frozen=True, kw_only=True):
    """Everybody here is told something."""

    announcement_id: int


class AnnouncementWithdrawn(Fact, frozen=True, kw_only=True):
    """An announcement is over, or was taken back."""

    announcement_id: int


class AnnouncementReacted(Fact, frozen=True, kw_only=True):
    """An account reacted to an announcement, or took that back. count: how many there are of the kind now."""

    announcement_id: int
    name: str
    count: int


class EmojiAdded(Fact, frozen=True, kw_only=True):
    """There is another custom emoji."""

    emoji: Emoji


class EmojiRemoved(Fact, frozen=True, kw_only=True):
    """There is one custom emoji less."""

    shortcode: str


class AccentChosen(Fact, frozen=True, kw_only=True):
    """Pages have another accent colour, "#rrggbb"; None: the program's own."""

    accent: str | None
