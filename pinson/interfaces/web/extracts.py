"""Messages of a live event, taken out: some or all of them, numbered, with where they are from, to be put elsewhere.

Each form of an extract is an address of its own, so it can be linked, and says the same in ten years. The order is the
wall's, newest first, unless the address says otherwise; the numbers are those of the event's page.

As PDF it is for whoever files it: numbered, with pictures, tagged for those who listen to it (PDF/UA).

Not here: the sheet of the morning after (`mornings.py`), cards and pages of single messages (`sharing.py`), feeds.
"""

import re
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from pinson.domain.accounts import Profile
from pinson.domain.events import Event, EventNotFound, State
from pinson.domain.media import Media
from pinson.interfaces.request import Routes
from pinson.interfaces.web.events.page import opened
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.wall import speak
from pinson.interfaces.web.walls import Message, Story

routes = Routes()

KEPT = 60  # seconds that a proxy may hold an extract
MOST_PICTURES = 40  # of a PDF
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
    """A page to choose messages on, or what was chosen as text, HTML, Markdown or PDF.

    Raises:
        EventNotFound.
        CannotPrint, PressIsBusy, TooManyAttempts: as PDF.
    """
    event, owner, story, every = await _read(call, form)
    taken = [one for one in every if one.is_chosen]
    name = owner.display_name or owner.username
    if form.format == "pdf":
        return await _print(call, event, story, taken, name)
    credit = _credit(call, event, name, story)
    if form.format in FORMATS:
        return call.public(
            FORMATS[form.format](taken, credit).encode(), "text/plain; charset=utf-8", kept=KEPT, in_words=True
        )
    path, query = f"/e/{event.slug}/extrait", _query(form)
    return call.page(
        "events/extract",
        kept=KEPT,
        event=event,
        story=story,
        every=every,
        count=len(taken),
        written=as_text(taken, credit),
        asked=form,
        is_over=event.state(call.now) is State.AFTER,
        path=path,
        address=f"{call.base_url}{path}{query}",
        frame=f"{call.base_url}{path}/embed{query}",
    )


@routes.get("/e/{slug}/extrait/embed")
async def show_in_frame(call: Call, form: Asked) -> Response:
    """What was chosen, to stand in a page of somebody else.

    Raises:
        EventNotFound.
    """
    event, owner, story, every = await _read(call, form, of_event=True)
    return call.framed(
        "events/extract_frame",
        kept=KEPT,
        event=event,
        story=story,
        taken=[one for one in every if one.is_chosen],
        by=owner.display_name or owner.username,
        address=f"{call.base_url}/e/{event.slug}",
    )


async def _read(call: Call, form: Asked, *, of_event: bool = False) -> tuple[Event, Profile, Story, list[Taken]]:
    """An event, whose it is, and all its messages in the order that is asked for, with which are chosen.

    Args:
        of_event: whether it is said in the event's own language.
    """
    async with call.tools.db.read() as tx:
        event, owner, _role = await opened(tx, call, form.slug)
    if event.is_model:
        raise EventNotFound
    if of_event:
        speak(call, event)
    story = await call.walls.story(event.id, call.lang)
    wanted = set(form.number)
    every = [
        Taken(number, one, (not wanted or number in wanted) and (form.only != "key" or one.is_key))
        for number, one in enumerate(story.messages, start=1)
    ]
    return event, owner, story, every if form.order == "oldest" else every[::-1]


def _credit(call: Call, event: Event, name: str, story: Story) -> str:
    return f"{event.title}, {name}, {story.day}: {call.base_url}/e/{event.slug}"


def _query(form: Asked) -> str:
    """What an address says of which messages are wanted, and in which order."""
    said = [("number[]", str(number)) for number in form.number]
    said += [("only", form.only)] if form.only else []
    said += [("order", form.order)] if form.order else []
    return f"?{urlencode(said)}" if said else ""


async def _print(call: Call, event: Event, story: Story, taken: Sequence[Taken], name: str) -> Response:
    """The same on paper. The first pictures are shown; how many others there are, it says."""
    every = [picture for one in taken for picture in one.message.pictures]
    shown = {picture.id: small_of(picture) for picture in every[:MOST_PICTURES]}
    return await call.paper(
        "events/paper",
        name=event.slug,
        kept=KEPT,
        style="paper.css",
        pictures=list(shown.values()),
        event=event,
        story=story,
        taken=taken,
        by=name,
        shown=shown,
        others=len(every) - len(shown),
        address=f"{call.base_url}/e/{event.slug}",
    )


def small_of(picture: Media) -> str:
    """The file that is printed: half a page wide, the small one is sharp enough."""
    key = picture.preview_key or picture.key
    assert key is not None, "a picture that is shown was processed"
    return key


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
