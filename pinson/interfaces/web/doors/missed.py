"""What somebody missed, each line with the reason why it waited: the last summary of an address, and a private feed."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pinson import feeding, withholding
from pinson.domain import alerts
from pinson.domain.posts import PostId
from pinson.interfaces.request import Routes
from pinson.interfaces.web.cards import Card
from pinson.interfaces.web.doors.arranging import NoSuchReader
from pinson.interfaces.web.site import Call
from pinson.lib.feeds import FORMATS

routes = Routes()


class Keyed(msgspec.Struct):
    """The key of an address, from a letter, a text or a notification."""

    key: str


@routes.get("/s/resume/{key}")
async def show(call: Call, form: Keyed) -> Response:
    """The messages of the last summary, oldest first.

    Raises:
        NoSuchReader: the key is nobody's.
    """
    async with call.tools.db.read() as tx:
        address = await alerts.by_key(tx, form.key)
        if address is None:
            raise NoSuchReader
        digest_id = await alerts.last_digest(tx, address.id)
        lines = (await alerts.held(tx, [digest_id])).get(digest_id, []) if digest_id is not None else []
        shapes = await call.tools.shapes.of(tx, [PostId(line.post_id) for line in lines]) if lines else []
        named = await withholding.names(tx, list({line.topic_id for line in lines}))
        cards: Sequence[Card] = await call.cards(tx, [one for one in shapes if one.id not in call.tools.standing.posts])
    _ = call.tools.catalogs.translations(call.lang).gettext
    reasons: dict[int, str] = {
        line.post_id: withholding.why(_, line.reason, named.get(line.topic_id, "")) for line in lines
    }
    return call.page("doors/missed", cards=cards, reasons=reasons, key=form.key)


@routes.get("/s/missed/{key}/feed.atom")
@routes.get("/s/missed/{key}/feed.json")
async def feed(call: Call, form: Keyed) -> Response:
    """All that waited for a reader, for their news reader.

    Raises:
        FeedEnded: the address is nobody's any more. NoSuchFeed: it never was anybody's.
    """
    kind = call.request.scope["path"].rpartition(".")[2]
    return call.own_feed(await feeding.of_reader(call.tools, form.key, kind), FORMATS[kind])
