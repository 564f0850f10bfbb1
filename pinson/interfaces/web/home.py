"""The first page: for members what they follow, for everybody else the front door."""

from collections.abc import Sequence
from itertools import groupby

import msgspec
from starlette.responses import Response

from pinson.domain import accounts
from pinson.domain.filters import Context
from pinson.interfaces.request import Routes
from pinson.interfaces.web.cards import Card
from pinson.interfaces.web.reading import KEPT, Paged, read
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.starts import guides

routes = Routes()

MOST_AT_ONCE = 3  # posts of one author in a row; the others of the row are folded


class Run(msgspec.Struct, frozen=True):
    """Posts in a row that one account published or passed on. who: its name, if some are folded."""

    shown: Sequence[Card]
    folded: Sequence[Card]
    who: str


@routes.get("/")
async def home(call: Call, form: Paged) -> Response:
    """What the acting account follows, newest first; what this is, for those who have no account yet."""
    if call.acting is None:
        gettext = call.tools.catalogs.translations(call.lang).gettext
        return call.page("front", kept=KEPT, mode=call.tools.settings.registration.mode, guides=guides(gettext))
    async with call.tools.db.read() as tx:
        circle = await call.tools.circles.of(tx, call.acting.account_id, now=call.now)
    part = await read(call, call.tools.timelines.home(circle), form, Context.HOME)
    return call.page("home", part=part, runs=await _runs(call, part.cards))


async def _runs(call: Call, cards: Sequence[Card]) -> list[Run]:
    """Cards in their order, parted where somebody else speaks. One statement if anything is folded, none else."""
    found = [list(run) for _, run in groupby(cards, lambda card: card.shape.author_id)]
    long = [run[0].shape.author_id for run in found if len(run) > MOST_AT_ONCE]
    named = {}
    if long:
        async with call.tools.db.read() as tx:
            named = await accounts.by_ids(tx, long)
    runs = []
    for run in found:
        author = named.get(run[0].shape.author_id)
        most = MOST_AT_ONCE if author else len(run)
        runs.append(Run(run[:most], run[most:], (author.display_name or author.username) if author else ""))
    return runs
