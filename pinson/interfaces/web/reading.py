"""What pages that show a timeline have in common: which part is asked for, and the way on from it.

Called by the handlers of profiles, hashtags, explore and home.
"""

from collections.abc import Sequence

import msgspec

from pinson.domain.filters import Context
from pinson.domain.timelines import Timeline
from pinson.interfaces.web.cards import Card
from pinson.interfaces.web.site import Call
from pinson.lib.paging import Page

PAGE = 20
KEPT = 10  # seconds that a proxy may hold a public page: strangers see what is published that late at most


class Paged(msgspec.Struct):
    """Parameters of every such page. The cursors are ids of posts."""

    max_id: str | None = None
    min_id: str | None = None

    @property
    def is_first(self) -> bool:
        """Whether it is the newest page."""
        return self.max_id is None and self.min_id is None


class Part(msgspec.Struct, frozen=True):
    """A part of a timeline, newest first. older, newer: cursors that lead on; None where it ends."""

    cards: Sequence[Card] = ()
    older: int | None = None
    newer: int | None = None


async def read(call: Call, timeline: Timeline, asked: Paged, where: Context) -> Part:
    """The part of a timeline that is asked for, as its reader sees it.

    Args:
        where: which of the reader's filters count.
    Raises:
        BadCursor.
    """
    page = Page.of(max_id=asked.max_id, min_id=asked.min_id, default=PAGE, maximum=PAGE)
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    shapes = await call.tools.timelines.page(call.tools.db, timeline, reader=reader, page=page)
    if not shapes:
        return Part()
    async with call.tools.db.read() as tx:
        cards = await call.cards(tx, shapes, where)
    ends = len(shapes) < page.limit and asked.min_id is None
    return Part(cards, None if ends else shapes[-1].id, None if asked.is_first else shapes[0].id)
