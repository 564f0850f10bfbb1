"""Search: people and hashtags for anybody; what posts say, for members, as in apps.

Not here: what is found (the domain's search), what rises now (`explore.py`).
"""

from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, search
from pinson.domain.accounts import Profile
from pinson.domain.filters import Context
from pinson.domain.posts import Shape, Tag
from pinson.domain.search import Local
from pinson.interfaces.request import Routes
from pinson.interfaces.web.reading import PAGE, Paged, Part
from pinson.interfaces.web.site import Call
from pinson.lib.limits import Limit
from pinson.lib.paging import Page

routes = Routes()

FEW, MOST = 6, 40  # people and hashtags: among all that was found, and on a page of their own
FIVE_MINUTES = 5 * 60


class Kind(StrEnum):
    """What can be looked for."""

    ALL = "all"
    PEOPLE = "people"
    TAGS = "tags"
    POSTS = "posts"


class Question(Paged, kw_only=True):
    """What is looked for, and of which kind. The cursors are those of posts."""

    q: str = ""
    kind: Kind = Kind.ALL


class Found(msgspec.Struct):
    """What was found. part: of the posts; None for strangers, who are not shown any."""

    people: Sequence[Profile] = ()
    tags: Sequence[Tag] = ()
    part: Part | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was."""
        return not (self.people or self.tags or (self.part and self.part.cards))


@routes.get("/search")
async def find(call: Call, form: Question) -> Response:
    """What is found, or how to look for something; the address of a page here leads there.

    Raises:
        TooManyAttempts.
    """
    typed = form.q.strip()[: search.LONGEST]
    if not typed:
        return call.page("search", typed="", kind=form.kind, found=None)
    if page := search.local_page(typed, base_url=call.base_url):
        return call.redirect(_path_of(page))
    most = call.tools.settings.limits.address_requests_per_5_minutes
    call.limit("search", call.origin, Limit(most, FIVE_MINUTES))
    return call.page("search", typed=typed, kind=form.kind, found=await _found(call, form, typed))


async def _found(call: Call, form: Question, typed: str) -> Found:
    db, found, limit = call.tools.db, Found(), FEW if form.kind is Kind.ALL else MOST
    async with db.read() as tx:
        reader = await call.reader(tx)
    if form.kind in (Kind.ALL, Kind.PEOPLE):
        ids = await db.read_in_thread(
            search.find_people, typed=typed, reader=reader, local_domain=call.local_domain, limit=limit
        )
        async with db.read() as tx:
            profiles = await accounts.profiles(tx, ids)
        found.people = [profiles[id] for id in ids if id in profiles]
    if form.kind in (Kind.ALL, Kind.TAGS):
        async with db.read() as tx:
            tags = await search.find_tags(tx, typed, limit=limit)
        found.tags = [tag for tag in tags if tag.id]  # one that nobody used leads to nothing
    if form.kind in (Kind.ALL, Kind.POSTS) and reader.id is not None:
        shapes: list[Shape] = await search.find_posts(
            db,
            call.tools.shapes,
            search.parse(typed),
            reader=reader,
            local_domain=call.local_domain,
            page=Page.of(max_id=form.max_id, min_id=form.min_id, default=PAGE, maximum=PAGE),
        )
        async with db.read() as tx:
            cards = await call.cards(tx, shapes, Context.PUBLIC)
        ends = len(shapes) < PAGE and form.min_id is None
        newer = shapes[0].id if shapes and not form.is_first else None
        found.part = Part(cards, None if ends or not shapes else shapes[-1].id, newer)
    return found


def _path_of(page: Local) -> str:
    if page.tag is not None:
        return f"/tags/{quote(page.tag)}"
    of = f"/@{quote(page.acct or '', safe='@')}"
    return of if page.post_id is None else f"{of}/{page.post_id}"
