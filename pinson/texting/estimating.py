"""What a message will be on telephones, told before it is published: its words, its parts, and what these cost.

Called by pages where one writes. It says what `sending` will send, name, way out and all; what nobody knows yet (the
code of a short link) is as long as it will be. Pure.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from pinson.domain.shortlinks import LENGTH
from pinson.lib import sms
from pinson.lib.sms import Measure
from pinson.texting.speeches import Speeches
from pinson.texting.wording import Message

CODE = "x" * LENGTH


class Voice(msgspec.Struct, frozen=True):
    """Who will be heard, and what stands around what they say; see `Message`. short_url: where short links are."""

    name: str
    sells: bool
    corrects_at: datetime | None
    short_url: str


class Estimate(msgspec.Struct, frozen=True):
    """A message as it will arrive. bodies: by the language of who receives it.

    price: of the longest of them, since nobody knows what whoever comes next reads.
    """

    bodies: Mapping[str, str]
    price: Measure


def estimate(speeches: Speeches, voice: Voice, *, text: str, pictures: int, warning: str) -> Estimate:
    """What a message will be.

    Args:
        text: with short links in the place of addresses, and the hashtag of its event; see `posts.foreseen`.
    """
    if not (text.strip() or pictures or warning):
        return Estimate(dict.fromkeys(speeches.langs, ""), sms.measure(""))
    link = f"{voice.short_url}/{CODE}" if pictures or warning else ""
    message = Message(voice.name, text, voice.corrects_at, pictures, link, warning, voice.sells)
    bodies = {lang: speeches.of(lang).message(message) for lang in speeches.langs}
    prices = [sms.measure(body) for body in bodies.values()]
    return Estimate(bodies, max(prices, key=lambda price: (price.parts, -price.left)))
