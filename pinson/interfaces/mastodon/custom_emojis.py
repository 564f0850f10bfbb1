"""Custom emojis, as Mastodon clients know them: https://docs.joinmastodon.org/methods/custom_emojis."""

from starlette.responses import Response

from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import CustomEmoji, emoji_entities
from pinson.interfaces.request import Routes

routes = Routes()

FOR_A_WHILE = "public, max-age=300"


@routes.get("/api/v1/custom_emojis", who=Who.NOBODY, answers=list[CustomEmoji])
async def show(call: Call) -> Response:
    """The emojis that people here can use, from memory. Every app asks when it starts, and may keep them a while."""
    shown = emoji_entities(call.tools.emojis.all, call.base_url)
    return json(shown, headers={"cache-control": FOR_A_WHILE})
