"""How other sites show a status of ours: https://docs.joinmastodon.org/methods/oembed.

What they are given is a frame that holds the page `/embed` of the status (web): it looks as it does here, follows
its edits, and goes when the status does. It runs no script and sets no cookie.

Source: https://oembed.com, section 2.3.
"""

from html import escape
from typing import Literal

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, posts
from pinson.domain.posts import Post, PostNotFound, Reader
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import post_id_of
from pinson.interfaces.request import Routes

routes = Routes()

A_DAY = 86_400
AROUND, LINE, LETTER, MARGINS = 190, 24, 8, 34  # pixels: all but the text, a line, a letter, left and right of it
PICTURE = 0.75  # of the width: how high pictures are, together


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
    """A status that everybody may see, by the address of its page."""
    id = post_id_of(form.url, call.base_url)
    if id is None:
        raise PostNotFound
    async with call.tools.db.read() as tx:
        shape = await posts.visible(tx, id, reader=Reader(None, call.tools.standing))
        post = await posts.post(tx, shape.boost_of_id or shape.id)
        author = await accounts.by_id(tx, post.author_id)
    if author is None:
        raise PostNotFound
    name, page = author.display_name or author.username, author.url(call.base_url)
    address = f"{page}/{post.id}"
    height = _height(post, width=form.maxwidth)
    if form.maxheight is not None:
        height = min(height, form.maxheight)
    return json(
        OembedEntity(
            title=f"{name} (@{author.acct})",
            author_name=name,
            author_url=page,
            provider_name=call.local_domain,
            provider_url=f"{call.base_url}/",
            html=f'<iframe src="{escape(address)}/embed" width="{form.maxwidth}" height="{height}"'
            f' title="{escape(name)}" loading="lazy"></iframe>',
            width=form.maxwidth,
            height=height,
        )
    )


def _height(post: Post, *, width: int) -> int:
    """About as high as the page in the frame is, in pixels; it scrolls if it is higher."""
    said = post.spoiler or post.text
    lines = 1 + len(said) * LETTER // max(width - MARGINS, LETTER)
    return AROUND + LINE * (lines + said.count("\n")) + (round(width * PICTURE) if post.media else 0)
