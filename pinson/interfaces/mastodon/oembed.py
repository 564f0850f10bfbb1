"""How other sites show a status of ours: https://docs.joinmastodon.org/methods/oembed. Live events too, with what was
taken out of one, and its replay.

What they are given is a frame that holds the page `/embed` of it (web): it looks as it does here, follows its
edits, and goes when it does. It sets no cookie.

Source: https://oembed.com, section 2.3.
"""

import re
from html import escape
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, events, posts
from pinson.domain.accounts import Account
from pinson.domain.events import EventNotFound
from pinson.domain.posts import Post, PostNotFound, Reader
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import post_id_of
from pinson.interfaces.request import Routes

routes = Routes()

A_DAY = 86_400
AROUND, LINE, LETTER, MARGINS = 190, 24, 8, 34  # pixels: all but the text, a line, a letter, left and right of it
PICTURE = 0.75  # of the width: how high pictures are, together
TALL, MESSAGE = 600, 96  # pixels: a frame that scrolls, a message of an event
EVENT = re.compile(r"/e/(?P<slug>[^/]+)(?:/(?P<part>mur|wall|extrait|extract|revivre|replay))?")
FRAMES = {"extrait": "extrait/embed", "extract": "extrait/embed", "revivre": "revivre/embed", "replay": "revivre/embed"}
CHOSEN = ("number[]", "number", "only", "order")  # what the address of an extract says


class Asked(msgspec.Struct):
    """Parameters of GET /api/oembed. Sizes are pixels."""

    url: str
    maxwidth: int = 400
    maxheight: int | None = None


class OembedEntity(msgspec.Struct):
    """The answer for rich content. Sizes are pixels."""

    title: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    type: Literal["rich"] = "rich"
    version: str = "1.0"
    cache_age: int = A_DAY


@routes.get("/api/oembed", who=Who.NOBODY, answers=OembedEntity)
async def show(call: Call, form: Asked) -> Response:
    """A status that everybody may see, or a live event, by the address of its page.

    Raises:
        PostNotFound, EventNotFound: there is none, or not for everybody.
    """
    parts = urlsplit(form.url) if form.url.startswith(f"{call.base_url}/e/") else None
    if parts is not None and (found := EVENT.fullmatch(parts.path)) is not None:
        return await _event(call, form, slug=found["slug"], part=found["part"] or "", query=parts.query)
    id = post_id_of(form.url, call.base_url)
    if id is None:
        raise PostNotFound
    async with call.tools.db.read() as tx:
        shape = await posts.visible(tx, id, reader=Reader(None, call.tools.standing))
        post = await posts.post(tx, shape.boost_of_id or shape.id)
        author = await accounts.by_id(tx, post.author_id)
    if author is None:
        raise PostNotFound
    page = author.url(call.base_url)
    return _framed(
        call,
        form,
        author,
        title=f"{author.display_name or author.username} (@{author.acct})",
        said=author.display_name or author.username,
        frame=f"{page}/{post.id}/embed",
        height=_height(post, width=form.maxwidth),
    )


async def _event(call: Call, form: Asked, *, slug: str, part: str, query: str) -> Response:
    async with call.tools.db.read() as tx:
        event = await events.by_slug(tx, slug)
        owner = await accounts.by_id(tx, event.account_id)
    if owner is None or event.is_model or owner.id in call.tools.standing.hidden:
        raise EventNotFound
    height, more = TALL, ""
    if FRAMES.get(part) == FRAMES["extrait"]:
        chosen = [(name, said) for name, said in parse_qsl(query) if name in CHOSEN]
        numbers = sum(name.startswith("number") for name, _ in chosen)
        height = min(AROUND + MESSAGE * numbers, TALL) if numbers else TALL
        more = f"?{urlencode(chosen)}" if chosen else ""
    return _framed(
        call,
        form,
        owner,
        title=event.title,
        said=event.title,
        frame=f"{call.base_url}/e/{event.slug}/{FRAMES.get(part, 'embed')}{more}",
        height=height,
    )


def _framed(call: Call, form: Asked, author: Account, *, title: str, said: str, frame: str, height: int) -> Response:
    """What shows a page of ours on another site. said: what the frame is, for those who listen."""
    if form.maxheight is not None:
        height = min(height, form.maxheight)
    return json(
        OembedEntity(
            title=title,
            author_name=author.display_name or author.username,
            author_url=author.url(call.base_url),
            provider_name=call.local_domain,
            provider_url=f"{call.base_url}/",
            html=f'<iframe src="{escape(frame)}" width="{form.maxwidth}" height="{height}"'
            f' title="{escape(said)}" loading="lazy"></iframe>',
            width=form.maxwidth,
            height=height,
        )
    )


def _height(post: Post, *, width: int) -> int:
    """About as high as the page in the frame is, in pixels; it scrolls if it is higher."""
    said = post.spoiler or post.text
    lines = 1 + len(said) * LETTER // max(width - MARGINS, LETTER)
    return AROUND + LINE * (lines + said.count("\n")) + (round(width * PICTURE) if post.media else 0)
