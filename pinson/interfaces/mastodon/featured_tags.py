"""Hashtags on profiles, as Mastodon clients know them: https://docs.joinmastodon.org/methods/featured_tags.

Not here: hashtags themselves, and featuring them by name (tags.py).
"""

from urllib.parse import quote

import msgspec
from starlette.responses import Response

from pinson.domain import posts
from pinson.domain.accounts import Account, AccountId
from pinson.domain.posts import FeaturedTag
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import Empty
from pinson.interfaces.mastodon.people import OneAccount, existing
from pinson.interfaces.mastodon.tags import HashtagEntity, entities
from pinson.interfaces.request import Routes
from pinson.lib.forms import BadParameter
from pinson.lib.ids import moment_of

routes = Routes()


class NewFeatured(msgspec.Struct):
    """Body of POST /api/v1/featured_tags."""

    name: str


class OneFeatured(msgspec.Struct):
    """A featured hashtag, by the id in the path."""

    id: int


class FeaturedTagEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/FeaturedTag. statuses_count: a text in this entity."""

    id: str
    name: str
    url: str
    statuses_count: str
    last_status_at: str | None


@routes.get("/api/v1/featured_tags", scopes=("read:accounts",), answers=list[FeaturedTagEntity])
async def show_own(call: Call) -> Response:
    """What the viewer features, the most used first."""
    return json(await _of(call, call.account_id))


@routes.post("/api/v1/featured_tags", scopes=("write:accounts",), answers=FeaturedTagEntity)
async def feature(call: Call, form: NewFeatured) -> Response:
    """Show a hashtag on the viewer's profile."""
    try:
        posts.tag_name(form.name)
    except posts.BadTag:  # as a part of a path, a hashtag that cannot be is one that is not there
        raise BadParameter(name="name", why="is invalid") from None
    tag = await call.tools.db.write(posts.feature, name=form.name, account_id=call.account_id, now=call.now)
    async with call.tools.db.read() as tx:
        account = await existing(tx, call.account_id)
    return json(featured_tag(tag, account, call.base_url))


@routes.on("DELETE", "/api/v1/featured_tags/{id}", scopes=("write:accounts",), answers=Empty)
async def unfeature(call: Call, form: OneFeatured) -> Response:
    """Take a hashtag from the viewer's profile."""
    await call.tools.db.write(posts.unfeature, id=form.id, account_id=call.account_id, now=call.now)
    return json({})


@routes.get("/api/v1/featured_tags/suggestions", scopes=("read:accounts",), answers=list[HashtagEntity])
async def suggest(call: Call) -> Response:
    """Hashtags that the viewer uses a lot and does not feature."""
    tags = await call.tools.db.read_in_thread(posts.worth_featuring, account_id=call.account_id)
    return json(await entities(call, tags))


@routes.get(
    "/api/v1/accounts/{id}/featured_tags",
    who=Who.ANYONE,
    answers=list[FeaturedTagEntity],
)
async def show(call: Call, form: OneAccount) -> Response:
    """What an account features, the most used first; nothing of a suspended one."""
    return json(await _of(call, form.id))


async def _of(call: Call, id: AccountId) -> list[FeaturedTagEntity]:
    async with call.tools.db.read() as tx:
        account = await existing(tx, id)
        if account.suspended_at is not None:
            return []
        return [featured_tag(one, account, call.base_url) for one in await posts.featured(tx, id)]


def featured_tag(tag: FeaturedTag, account: Account, base_url: str) -> FeaturedTagEntity:
    """The entity of a hashtag on an account's profile."""
    last = moment_of(tag.last_post_id).date() if tag.last_post_id else None
    return FeaturedTagEntity(
        id=str(tag.id),
        name=tag.display_name,
        url=f"{account.url(base_url)}/tagged/{quote(tag.name, safe='')}",
        statuses_count=str(tag.posts),
        last_status_at=None if last is None else str(last),
    )
