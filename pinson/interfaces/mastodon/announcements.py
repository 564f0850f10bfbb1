"""Announcements, as Mastodon clients know them: https://docs.joinmastodon.org/methods/announcements.

Not here: writing them (the command line), what they look like (entities/announcement.py), streams (streaming.py).
"""

import msgspec
from starlette.responses import Response

from pinson.domain import instance
from pinson.domain.posts import Reader
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import AnnouncementEntity, Empty, announcement_entities
from pinson.interfaces.request import Routes
from pinson.lib.i18n import negotiate

routes = Routes()


class Wanted(msgspec.Struct):
    """Parameters of GET /api/v1/announcements."""

    with_dismissed: bool = False


class OneAnnouncement(msgspec.Struct):
    """An announcement, by the id in the path."""

    id: int


class OneReaction(OneAnnouncement):
    """A reaction, by its name in the path: an emoji, or the shortcode of a custom one."""

    name: str


@routes.get("/api/v1/announcements", answers=list[AnnouncementEntity])
async def show(call: Call, form: Wanted) -> Response:
    """What is being announced, the newest first; without what the viewer dismissed, unless they ask."""
    tools = call.tools
    async with tools.db.read() as tx:
        told = await instance.announcements(tx, now=call.now, reader_id=call.account_id)
        wanted = [one for one in told if form.with_dismissed or not one.is_dismissed]
        entities = await announcement_entities(
            tx,
            wanted,
            emojis=tools.emojis,
            base_url=call.base_url,
            stranger=Reader(None, tools.standing),
            is_personal=True,
            lang=negotiate(None, None, call.request.headers.get("accept-language")),
        )
    return json(entities)


@routes.post("/api/v1/announcements/{id}/dismiss", scopes=("write:accounts",), answers=Empty)
async def dismiss(call: Call, form: OneAnnouncement) -> Response:
    """Not be shown an announcement again."""
    await call.tools.db.write(instance.dismiss, id=form.id, account_id=call.account_id, now=call.now)
    return json({})


@routes.on("PUT", "/api/v1/announcements/{id}/reactions/{name}", scopes=("write:favourites",), answers=Empty)
async def react(call: Call, form: OneReaction) -> Response:
    """React to an announcement."""
    await call.tools.db.write(instance.react, id=form.id, account_id=call.account_id, name=form.name, now=call.now)
    return json({})


@routes.on("DELETE", "/api/v1/announcements/{id}/reactions/{name}", scopes=("write:favourites",), answers=Empty)
async def unreact(call: Call, form: OneReaction) -> Response:
    """Take a reaction back."""
    await call.tools.db.write(instance.unreact, id=form.id, account_id=call.account_id, name=form.name, now=call.now)
    return json({})
