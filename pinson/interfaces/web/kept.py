"""The posts that a member kept, and those they liked, the latest mark first."""

from starlette.responses import Response

from pinson.domain import posts
from pinson.domain.posts import Mark, PostId
from pinson.interfaces.request import Routes
from pinson.interfaces.web.reading import PAGE, Paged, Part
from pinson.interfaces.web.site import Call
from pinson.lib.paging import Page

routes = Routes()


@routes.get("/kept")
async def kept(call: Call, form: Paged) -> Response:
    """What the acting account kept for later; nobody else knows of it."""
    return await _marked(call, form, Mark.BOOKMARK, "read:bookmarks")


@routes.get("/liked")
async def liked(call: Call, form: Paged) -> Response:
    """What the acting account liked."""
    return await _marked(call, form, Mark.FAVOURITE, "read:favourites")


async def _marked(call: Call, form: Paged, mark: Mark, scope: str) -> Response:
    own = call.require(scope)
    page = Page.of(max_id=form.max_id, min_id=form.min_id, default=PAGE, maximum=PAGE)
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        found = await posts.marked_by(tx, own, mark, page)
        shapes = await call.tools.shapes.of(tx, [PostId(one.of_id) for one in found])
        cards = await call.cards(tx, [shape for shape in shapes if posts.can_see(shape, reader)])
    ends = len(found) < page.limit and form.min_id is None
    older = None if ends or not found else found[-1].id
    newer = None if form.is_first or not found else found[0].id
    path = "/kept" if mark is Mark.BOOKMARK else "/liked"
    return call.page("told/kept", part=Part(cards, older, newer), path=path)
