"""Custom emojis: pictures that stand for a `:shortcode:`, added by whoever runs the server.

Called by the command line (add, remove), and by interfaces through the view `Emojis`, which tells them which of
the emojis a text uses. Not here: how a picture is read and kept (media's studio).
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from pinson.domain.instance import rules, store
from pinson.domain.instance.facts import EmojiAdded, EmojiRemoved
from pinson.domain.instance.model import Emoji
from pinson.domain.instance.rules import EmojiNotFound, EmojiTaken
from pinson.lib import blobs, log
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.log import Fact

KEPT = timedelta(days=1)  # for which the file of a removed emoji stays, so that it can be brought back

# Not inside a word, and two may share no colon: ":a1::b2:" is one.
_USED = re.compile(rf"(?<![a-zA-Z0-9_:]):({rules.SHORTCODE}):(?![a-zA-Z0-9_:])")


async def add_emoji(tx: WriteTx, *, shortcode: str, key: str, category: str = "", now: datetime) -> Emoji:
    """Offer another emoji.

    Args:
        key: its file, kept but not yet claimed.
    Raises:
        BadShortcode, EmojiTaken, TextTooLong (of the category).
        TookTooLong: the file was kept too long ago.
    """
    rules.check_emoji(shortcode, category)
    if await store.emoji(tx, shortcode) is not None:
        raise EmojiTaken(shortcode=shortcode)
    emoji = Emoji(shortcode, key, category)
    await blobs.claim(tx, [key], now=now)
    await store.new_emoji(tx, emoji)
    await log.record(tx, EmojiAdded(at=now, emoji=emoji))
    return emoji


async def remove_emoji(tx: WriteTx, *, shortcode: str, now: datetime) -> Emoji:
    """Offer an emoji no more: what used it shows its shortcode again; what it was, whose file is kept for a day more.

    Raises:
        EmojiNotFound.
    """
    emoji = await store.emoji(tx, shortcode)
    if emoji is None:
        raise EmojiNotFound(shortcode=shortcode)
    await store.delete_emoji(tx, shortcode)
    await blobs.abandon(tx, [emoji.key], now=now + KEPT)
    await log.record(tx, EmojiRemoved(at=now, shortcode=shortcode))
    return emoji


class Emojis:
    """A view of all custom emojis. There are few, so it holds them all."""

    def __init__(self) -> None:
        self._known: dict[str, Emoji] = {}

    @property
    def all(self) -> list[Emoji]:
        """Every one, in alphabetical order."""
        return [self._known[shortcode] for shortcode in sorted(self._known)]

    def get(self, shortcode: str) -> Emoji | None:
        """The one of this shortcode."""
        return self._known.get(shortcode)

    def used_in(self, *texts: str) -> list[Emoji]:
        """Those that plain texts use, each once, in order. Looks at nothing as long as the server has none."""
        if not self._known:
            return []
        found = dict.fromkeys(shortcode for text in texts for shortcode in _USED.findall(text))
        return [self._known[shortcode] for shortcode in found if shortcode in self._known]

    def drawn(self, text: str, draw: Callable[[Emoji], str]) -> str:
        """A plain text with each of them that it uses as `draw` shows it."""
        if not self._known or ":" not in text:
            return text

        def shown(found: re.Match[str]) -> str:
            emoji = self._known.get(found[1])
            return found[0] if emoji is None else draw(emoji)

        return _USED.sub(shown, text)

    async def load(self, tx: ReadTx) -> None:
        """Start over from the table."""
        self._known = {emoji.shortcode: emoji for emoji in await store.emojis(tx)}

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        match fact:
            case EmojiAdded():
                self._known[fact.emoji.shortcode] = fact.emoji
            case EmojiRemoved():
                self._known.pop(fact.shortcode, None)
