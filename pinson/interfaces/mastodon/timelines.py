"""Timelines, as Mastodon clients know them: https://docs.joinmastodon.org/methods/timelines."""

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, posts
from pinson.domain.accounts import AccountId, AccountNotFound
from pinson.domain.timelines import Timeline
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import array
from pinson.interfaces.request import Routes
from pinson.lib.paging import Page

routes = Routes()

PAGE, MOST = 20, 40


class Paged(msgspec.Struct):
    """Parameters of every timeline: https://docs.joinmastodon.org/api/guidelines/#pagination."""

    max_id: str | None = None
    since_id: str | None = None
    min_id: str | None = None
    limit: int | None = None

    def page(self) -> Page:
        """The page that is asked for."""
        return Page.of(
            max_id=self.max_id,
            since_id=self.since_id,
            min_id=self.min_id,
            limit=self.limit,
            default=PAGE,
            maximum=MOST,
        )


class PublicPaged(Paged):
    """Parameters of the public timeline and of hashtags."""

    local: bool = False
    remote: bool = False
    only_media: bool = False


class TagPaged(PublicPaged):
    """A hashtag's timeline."""

    hashtag: str = ""


class ProfilePaged(Paged):
    """An account's statuses."""

    id: AccountId = AccountId(0)
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    exclude_direct: bool = False
    only_media: bool = False
    pinned: bool = False
    tagged: str | None = None


@routes.get("/api/v1/timelines/home", scopes=("read:statuses",))
async def home(call: Call, form: Paged) -> Response:
    """What the account follows, newest first."""
    async with call.tools.db.read() as tx:
        circle = await call.tools.circles.of(tx, call.account_id)
    return await _page(call, call.tools.timelines.home(circle), form.page())


@routes.get("/api/v1/timelines/public", scopes=("read:statuses",), who=Who.ANYONE)
async def public(call: Call, form: PublicPaged) -> Response:
    """Everything public. Nothing comes from other servers yet, and nothing has media."""
    if form.remote or form.only_media:
        return json([])
    return await _page(call, call.tools.timelines.public(local=form.local), form.page())


@routes.get("/api/v1/timelines/tag/{hashtag}", scopes=("read:statuses",), who=Who.ANYONE)
async def tag(call: Call, form: TagPaged) -> Response:
    """What is public under a hashtag; one that nobody has used is empty."""
    async with call.tools.db.read() as tx:
        found = await posts.tag(tx, posts.tag_name(form.hashtag))
    if found is None or form.remote or form.only_media:
        return json([])
    return await _page(call, call.tools.timelines.tag(found.id), form.page())


@routes.get("/api/v1/accounts/{id}/statuses", scopes=("read:statuses",), who=Who.ANYONE)
async def profile(call: Call, form: ProfilePaged) -> Response:
    """An account's own statuses."""
    async with call.tools.db.read() as tx:
        if await accounts.by_id(tx, form.id) is None:
            raise AccountNotFound
    if form.pinned or form.only_media or form.tagged:
        return json([])
    timeline = call.tools.timelines.profile(form.id, replies=not form.exclude_replies, direct=not form.exclude_direct)
    return await _page(call, timeline, form.page())


async def _page(call: Call, timeline: Timeline, page: Page) -> Response:
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    shapes = await call.tools.timelines.page(call.tools.db, timeline, reader=reader, page=page)
    async with call.tools.db.read() as tx:
        body = array(await call.renderings.statuses(tx, shapes, reader=reader))
    if not shapes:
        return json(body)
    return json(body, headers=call.link(first=shapes[0].id, last=shapes[-1].id))
