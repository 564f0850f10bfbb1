"""How other sites show a status of ours: https://docs.joinmastodon.org/methods/oembed.

What they are given is a quotation that leads here: it works in a page that allows neither frames nor scripts, and
sends its readers' browsers nowhere.

Source: https://oembed.com, section 2.3.
"""

from html import escape
from typing import Literal

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, posts
from pinson.domain.posts import PostNotFound, Reader
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import post_id_of
from pinson.interfaces.request import Routes

routes = Routes()

A_DAY = 86_400


class Asked(msgspec.Struct):
    """Parameters of GET /api/oembed. Sizes are pixels."""

    url: str
    maxwidth: int = 400
    maxheight: int | None = None


class OembedEntity(msgspec.Struct):
    """The answer for rich content. height: as high as what it shows."""

    title: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int | None
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
    language = f' lang="{escape(post.language)}"' if post.language else ""
    said = f"<p>{escape(post.spoiler)}</p>" if post.spoiler else post.html
    signed = (
        f'<p>— {escape(name)} (@{escape(author.acct)}) <a href="{escape(address)}">{post.created_at.date()}</a></p>'
    )
    return json(
        OembedEntity(
            title=f"{name} (@{author.acct})",
            author_name=name,
            author_url=page,
            provider_name=call.local_domain,
            provider_url=f"{call.base_url}/",
            html=f'<blockquote cite="{escape(address)}"{language}>{said}{signed}</blockquote>',
            width=form.maxwidth,
            height=None,
        )
    )
