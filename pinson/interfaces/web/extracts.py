"""Messages of a live event, taken out: some or all of them, numbered, with where they are from, to be put elsewhere.

Each form of an extract is an address of its own, so it can be linked, and says the same in ten years. The order is the
wall's, newest first, unless the address says otherwise; the numbers are those of the event's page.

Not here: cards and pages of single messages (`sharing.py`), feeds.
"""

import re
from collections.abc import Callable, Sequence
from html import escape

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, events
from pinson.domain.events import EventNotFound
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.walls import Message

routes = Routes()

KEPT = 60  # seconds that a proxy may hold an extract
MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")  # what Markdown could read as its own


class Asked(msgspec.Struct):
    """Which messages, and how. only: `key` for key moments. number: of those that are wanted; all if there is none."""

    slug: str
    number: list[int] = []
    only: str = ""
    order: str = ""
    format: str = ""


class Taken(msgspec.Struct, frozen=True):
    """A message with its number in the event."""

    number: int
    message: Message
    is_chosen: bool


@routes.get("/e/{slug}/extrait")
@routes.get("/e/{slug}/extract")
async def show(call: Call, form: Asked) -> Response:
    """A page to choose messages on, or what was chosen as text, HTML or Markdown.

    Raises:
        EventNotFound.
    """
    async with call.tools.db.read() as tx:
        event = await events.by_slug(tx, form.slug)
        owner = (await accounts.profiles(tx, [event.account_id])).get(event.account_id)
    if event.is_model or owner is None:
        raise EventNotFound
    story = await call.walls.story(event.id, call.lang)
    wanted = set(form.number)
    every = [
        Taken(number, one, (not wanted or number in wanted) and (form.only != "key" or one.is_key))
        for number, one in enumerate(story.messages, start=1)
    ]
    taken = [one for one in every if one.is_chosen]
    if form.order != "oldest":
        every.reverse()
        taken.reverse()
    name = owner.display_name or owner.username
    credit = f"{event.title}, {name}, {story.day}: {call.base_url}/e/{event.slug}"
    written = {kind: write(taken, credit) for kind, write in FORMATS.items()}
    if form.format in FORMATS:
        return call.public(written[form.format].encode(), "text/plain; charset=utf-8", kept=KEPT)
    return call.page(
        "events/extract",
        kept=KEPT,
        event=event,
        story=story,
        every=every,
        count=len(taken),
        written=written["text"],
        asked=form,
        path=f"/e/{event.slug}/extrait",
    )


def as_text(taken: Sequence[Taken], credit: str) -> str:
    """A numbered list, a line a message."""
    lines = [f"{one.number}. {one.message.time} - {' '.join(one.message.text.split())}" for one in taken]
    return "\n".join([*lines, "", credit, ""])


def as_markdown(taken: Sequence[Taken], credit: str) -> str:
    """The same in Markdown. The numbers are text, since Markdown counts lists anew, and never down."""
    lines = [f"**{one.number}.** {one.message.time} — {_plain(one.message.text)}  " for one in taken]
    return "\n".join([*lines, "", f"*{_plain(credit)}*", ""])


def _plain(text: str) -> str:
    return MARKS.sub(r"\\\1", " ".join(text.split()))


def as_html(taken: Sequence[Taken], credit: str) -> str:
    """The same in HTML: what posts say is sanitised already."""
    items = [
        f'<li value="{one.number}"><time datetime="{one.message.at.isoformat()}">{one.message.time}</time>'
        f"{_language(one.message)}{one.message.html}</div></li>"
        for one in taken
    ]
    return "\n".join(["<ol>", *items, "</ol>", f"<p>{escape(credit)}</p>", ""])


def _language(message: Message) -> str:
    return f'<div lang="{escape(message.language)}">' if message.language else "<div>"


FORMATS: dict[str, Callable[[Sequence[Taken], str], str]] = {
    "text": as_text,
    "html": as_html,
    "markdown": as_markdown,
}
