"""Custom emojis in what pages show: the picture in place of its `:shortcode:`. Pure.

Called by templates, as the filter `pictured`. Only what a browser shows as text is looked at, and of that no links: a
shortcode within an address stays what it is.
"""

import re

from markupsafe import Markup, escape

from pinson.domain.instance import Emoji, Emojis
from pinson.domain.media import address

_TAGS = re.compile(r"(<a\b[^>]*>.*?</a>|<[^>]*>)", re.DOTALL)  # all that is escaped or sanitised holds no other ">"


def pictured(text: str, emojis: Emojis) -> Markup:
    """A text, escaped unless it is HTML already, with the emojis that it uses as pictures."""
    html = escape(text)
    parts = _TAGS.split(html)
    parts[::2] = [emojis.drawn(part, _picture) for part in parts[::2]]
    return Markup("".join(parts))  # noqa: S704  (it was escaped, and shortcodes are letters)


def _picture(emoji: Emoji) -> str:
    code = f":{emoji.shortcode}:"
    return Markup('<img class="emoji" src="{}" alt="{}" title="{}" width="20" height="20" loading="lazy">').format(
        address(emoji.key, ""), code, code
    )
