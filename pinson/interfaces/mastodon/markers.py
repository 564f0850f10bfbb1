"""How far an account has read, for all its apps: https://docs.joinmastodon.org/methods/markers."""

from collections.abc import Iterable

import msgspec
from starlette.responses import Response

from pinson.domain import notifications
from pinson.domain.notifications import Marker
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import moment
from pinson.interfaces.request import Routes
from pinson.lib.forms import BadParameter

routes = Routes()


class Timelines(msgspec.Struct):
    """Which timelines; one, or several as a list."""

    timeline: list[str] = []


class Position(msgspec.Struct):
    """The entry up to which a timeline was read."""

    last_read_id: int


class Positions(msgspec.Struct):
    """Body of POST /api/v1/markers."""

    home: Position | None = None
    notifications: Position | None = None

    def by_timeline(self) -> dict[str, int]:
        """The ids, which are of entries whether there or not.

        Raises:
            BadParameter: one can be no id.
        """
        given = {"home": self.home, "notifications": self.notifications}
        read = {name: position.last_read_id for name, position in given.items() if position is not None}
        if any(id < 0 for id in read.values()):
            raise BadParameter(name="last_read_id", why="is invalid")
        return read


class MarkerEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Marker"""

    last_read_id: str
    version: int
    updated_at: str


class Markers(msgspec.Struct):
    """Those that were asked for and are there."""

    home: MarkerEntity | msgspec.UnsetType = msgspec.UNSET
    notifications: MarkerEntity | msgspec.UnsetType = msgspec.UNSET


@routes.get("/api/v1/markers", scopes=("read:statuses",), answers=Markers)
async def show(call: Call, form: Timelines) -> Response:
    """How far the account has read these timelines."""
    async with call.tools.db.read() as tx:
        return json(_entities(await notifications.markers(tx, call.account_id, form.timeline)))


@routes.post("/api/v1/markers", scopes=("write:statuses",), answers=Markers)
async def mark(call: Call, form: Positions) -> Response:
    """Keep how far it has read; backwards too, as apps compare for themselves."""
    marked = await call.tools.db.write(
        notifications.mark, account_id=call.account_id, read=form.by_timeline(), now=call.now
    )
    return json(_entities(marked))


def _entities(markers: Iterable[Marker]) -> Markers:
    entities = {
        one.timeline: MarkerEntity(str(one.last_read_id), one.version, moment(one.updated_at)) for one in markers
    }
    return Markers(**entities)
