"""What a text looks like before it is sent: how long it is, what it costs as an SMS, what a reader gets from it.

Called by the page where one writes, as one types: pure, a few milliseconds at most, so that what the page says is what
the server counts, and sends. Not here: the rules (lib/sms, domain/advice), what is sent (texting).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import msgspec
from markupsafe import Markup

from pinson.domain import advice, posts
from pinson.domain.advice import Advice, Lamp
from pinson.lib import sms
from pinson.lib.i18n import typography
from pinson.lib.sms import Change, Measure
from pinson.texting import Estimate


class Piece(msgspec.Struct, frozen=True):
    """A piece of a text. mark: "" as it is, "dear" what makes an SMS dear, "old" and "new" of a difference."""

    text: str
    mark: str = ""


class Rewriting(msgspec.Struct, frozen=True):
    """The same for less. parts: what it costs then."""

    text: str
    parts: int
    difference: Sequence[Piece]


class Look(msgspec.Struct, frozen=True):
    """What the page says about a text.

    length, most: in characters as the server counts them, warning included.
    price: of the SMS as it is sent, with all that stands around the text. bubble: how it reads there.
    marked: the text, with what makes it dear; empty if nothing does.
    html: the text as the web shows it.
    """

    length: int
    most: int
    price: Measure
    bubble: str
    marked: Sequence[Piece]
    rewriting: Rewriting | None
    advice: Advice
    html: Markup

    @property
    def lamps(self) -> list[tuple[Lamp, bool]]:
        """Each lamp, and whether it is lit."""
        return [(lamp, lamp in self.advice.lamps) for lamp in Lamp]


def look_at(
    text: str,
    *,
    spoiler: str,
    language: str | None,
    has_media: bool,
    most: int,
    base_url: str,
    sent: Callable[[str], Estimate],
    lang: str,
) -> Look:
    """Look at what somebody writes.

    Args:
        most: characters that a post may have.
        base_url: of this server.
        sent: what is sent to telephones if that is the text. lang: of whoever writes.
    """
    sent = cache(sent)
    estimate = sent(text)
    parsed = posts.parse(text, local_domain=base_url.partition("://")[2])
    html = posts.to_html(parsed, {}, base_url=base_url)
    outside = () if spoiler else sms.measure(text).outside
    dear = [place for place in outside if sms.measure(sms.plain(text[place])).outside]
    return Look(
        length=posts.length(text, spoiler),
        most=most,
        price=estimate.price,
        bubble=estimate.bodies[lang],
        marked=list(_marked(text, dear)) if dear else (),
        rewriting=None if spoiler else _rewriting(text, sent),
        advice=advice.look(text, lang=language, has_media=has_media),
        # Made by the parser of posts, which escapes all text.
        html=Markup(typography(html, "fr") if language == "fr" else html),  # noqa: S704
    )


def _rewriting(text: str, sent: Callable[[str], Estimate]) -> Rewriting | None:
    """The same for fewer parts, if there is such a thing."""

    def cost(text: str) -> Measure:
        return sent(text).price

    found = sms.rewrite(text, cost=cost)
    parts = cost(found.text).parts
    return Rewriting(found.text, parts, list(_difference(text, found.changes))) if parts < cost(text).parts else None


def _marked(text: str, outside: Sequence[int]) -> Iterator[Piece]:
    at = 0
    for place in outside:
        if place > at:
            yield Piece(text[at:place])
        yield Piece(text[place], "dear")
        at = place + 1
    yield Piece(text[at:])


def _difference(text: str, changes: Sequence[Change]) -> Iterator[Piece]:
    at = 0
    for change in changes:
        if change.at > at:
            yield Piece(text[at : change.at])
        yield Piece(change.old, "old")
        if change.new:
            yield Piece(change.new, "new")
        at = change.at + len(change.old)
    yield Piece(text[at:])
