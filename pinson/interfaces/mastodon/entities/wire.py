"""How values look in JSON, and how entities that are rendered already become a list of them. Pure.

Source: https://docs.joinmastodon.org/api/datetime-format.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgspec

from pinson.domain.instance import Emoji
from pinson.domain.media import address


class Empty(msgspec.Struct):
    """`{}`: it is done, and there is nothing to tell."""


Nothing = Annotated[list[Empty], msgspec.Meta(max_length=0)]  # an empty list


class CustomEmoji(msgspec.Struct):
    """A picture that stands for a `:shortcode:`: https://docs.joinmastodon.org/entities/CustomEmoji"""

    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool
    category: str | msgspec.UnsetType = msgspec.UNSET


encode = msgspec.json.Encoder().encode


def moment(at: datetime) -> str:
    """A moment as apps expect it: UTC, with exactly three digits of a second."""
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def emoji_entities(emojis: Iterable[Emoji], base_url: str) -> list[CustomEmoji]:
    """Custom emojis. None of ours moves, so each is its own still."""
    return [
        CustomEmoji(
            shortcode=one.shortcode,
            url=address(one.key, base_url),
            static_url=address(one.key, base_url),
            visible_in_picker=True,
            category=one.category or msgspec.UNSET,
        )
        for one in emojis
    ]


def array(rendered: Iterable[bytes]) -> bytes:
    """A JSON array of what is rendered already."""
    return b"[" + b",".join(rendered) + b"]"


def id_text(id: int | None) -> str | None:
    """An id as apps expect it, which is as text."""
    return None if id is None else str(id)
