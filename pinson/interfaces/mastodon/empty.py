"""What apps ask for when they start and of which there is nothing here yet.

They expect a list and tolerate nothing else. Each is the truth as long as nothing can be put
in: what gets a feature leaves this table for a module of its own.
"""

from starlette.responses import Response

from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import Empty
from pinson.interfaces.request import Routes

routes = Routes()


async def nothing(_call: Call) -> Response:
    """An empty list."""
    return json([])


for path, *scopes in (
    ("/api/v1/announcements",),
    ("/api/v1/notifications", "read:notifications"),
):
    routes.get(path, scopes=tuple(scopes), answers=list[Empty])(nothing)

routes.get("/api/v1/custom_emojis", who=Who.NOBODY, answers=list[Empty])(nothing)


@routes.get("/api/v1/markers", scopes=("read:statuses",), answers=Empty)
async def markers(_call: Call) -> Response:
    """How far the viewer has read, by timeline: an object, of which nothing is kept yet."""
    return json({})
