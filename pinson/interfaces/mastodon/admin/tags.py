"""Hashtags, as moderators see them: https://docs.joinmastodon.org/methods/admin/tags."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import moderation, posts
from pinson.domain.access import UserRole
from pinson.domain.posts import Tag
from pinson.interfaces.mastodon.admin.desk import Listed, One, listed, moderator
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.tags import HashtagEntity, entities
from pinson.interfaces.request import Routes

routes = Routes()

READ, WRITE = ("admin:read",), ("admin:write",)
ROLE = UserRole.MODERATOR


class AdminTag(HashtagEntity, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_Tag. Here nothing waits for a review."""

    trendable: bool
    usable: bool
    requires_review: bool
    listable: bool


class TagChanges(One):
    """Body of PUT /api/v1/admin/tags/:id. What is not given stays."""

    display_name: str | None = None
    trendable: bool | None = None
    usable: bool | None = None
    listable: bool | None = None


@routes.get("/api/v1/admin/tags", role=ROLE, scopes=READ, answers=list[AdminTag])
async def show_all(call: Call, form: Listed) -> Response:
    """All hashtags that were ever used or followed, the newest first."""
    page = form.page()
    async with call.tools.db.read() as tx:
        found = await posts.all_tags(tx, page)
    return listed(call, page, [tag.id for tag in found], await tag_entities(call, found))


@routes.get("/api/v1/admin/tags/{id}", role=ROLE, scopes=READ, answers=AdminTag)
async def show(call: Call, form: One) -> Response:
    """One of them."""
    async with call.tools.db.read() as tx:
        tag = await posts.tag_by_id(tx, form.id)
    return json((await tag_entities(call, [tag]))[0])


@routes.on("PUT", "/api/v1/admin/tags/{id}", role=ROLE, scopes=WRITE, answers=AdminTag)
async def change(call: Call, form: TagChanges) -> Response:
    """Change how a hashtag is shown, and what it may be used for."""
    tag = await call.tools.db.write(
        moderation.change_tag,
        by=moderator(call),
        id=form.id,
        display_name=form.display_name,
        usable=form.usable,
        listable=form.listable,
        trendable=form.trendable,
        now=call.now,
    )
    return json((await tag_entities(call, [tag]))[0])


async def tag_entities(call: Call, tags: Sequence[Tag]) -> list[AdminTag]:
    """The entities of hashtags, in order."""
    shown = await entities(call, tags)
    return [
        AdminTag(
            **msgspec.structs.asdict(entity),
            trendable=tag.trendable is not False,
            usable=tag.usable,
            requires_review=False,
            listable=tag.listable,
        )
        for tag, entity in zip(tags, shown, strict=True)
    ]
