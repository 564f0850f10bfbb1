"""What is an emoji, and where a text uses one of ours."""

import pytest

from pinson.domain.instance import Emoji, EmojiAdded, EmojiRemoved, Emojis, unicode_emoji
from pinson.lib.clock import EPOCH


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("👍", "👍"),
        ("👍🏽", "👍🏽"),
        ("❤", "❤\ufe0f"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("🐱\ufe0f", "🐱"),
        ("1\u20e3", "1\ufe0f\u20e3"),
        ("🇫🇷", "🇫🇷"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("🏳\u200d🌈", "🏳\ufe0f\u200d🌈"),
        ("⛹🏽\u200d♀", "⛹🏽\u200d♀\ufe0f"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",) * 2,
    ],
)
def test_an_emoji_is_the_same_from_every_keyboard(typed, meant):
    assert unicode_emoji(typed) == meant


@pytest.mark.parametrize(
    "text", ["", "1", "#", "a", "blob", "👍👍", "👍 ", "🇫", "\ufe0f", "\u200d", "👩\u200d" * 20 + "👩"]
)
def test_what_is_not_one_emoji_is_none(text):
    assert unicode_emoji(text) is None


def known(*shortcodes):
    emojis = Emojis()
    for shortcode in shortcodes:
        emojis.apply(EmojiAdded(at=EPOCH, emoji=Emoji(shortcode, f"{shortcode}.png")))
    return emojis


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("Hello :cat:", ["cat"]),
        (":dog::cat:", []),
        (":dog: :cat: :dog:", ["dog", "cat"]),
        ("<p>:cat:</p>", ["cat"]),
        ("(:cat:),", ["cat"]),
        ("at 10:cat:30", []),
        ("word:cat:", []),
        (":CAT: :cow:", []),
        ("", []),
    ],
)
def test_a_text_uses_the_emojis_that_stand_apart_in_it(text, used):
    assert [one.shortcode for one in known("cat", "dog").used_in(text)] == used


def test_what_is_removed_is_used_no_more():
    emojis = known("cat", "dog")

    emojis.apply(EmojiRemoved(at=EPOCH, shortcode="cat"))

    assert [one.shortcode for one in emojis.all] == ["dog"]
    assert emojis.used_in(":cat: :dog:") == [emojis.get("dog")]
