"""Timelines, as Mastodon clients know them: https://docs.joinmastodon.org/methods/timelines."""

from collections.abc import Sequence
from contextlib import suppress

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, links, posts
from pinson.domain.accounts import AccountId, AccountNotFound
from pinson.domain.posts import BadTag
from pinson.domain.relations import lists
from pinson.domain.timelines import Timeline
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import StatusEntity
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx
from pinson.lib.paging import Page

routes = Routes()

PAGE, MOST = 20, 40
MOST_TAGS = 4  # of each kind besides the hashtag that is asked for; more are ignored


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

    @property
    def from_elsewhere(self) -> bool:
        """Whether only what comes from other servers is asked for: nothing does yet."""
        return self.remote and not self.local


class TagPaged(PublicPaged):
    """A hashtag's timeline: with what is under any of some others too, but only if under all or none of others."""

    hashtag: str = ""
    any: list[str] = []
    all: list[str] = []
    none: list[str] = []


class LinkPaged(Paged):
    """The timeline of a link."""

    url: str = ""


class ListPaged(Paged):
    """A list's timeline."""

    id: int = 0


class ProfilePaged(Paged):
    """An account's statuses."""

    id: AccountId = AccountId(0)
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    exclude_direct: bool = False
    only_media: bool = False
    pinned: bool = False
    tagged: str | None = None


@routes.get("/api/v1/timelines/home", scopes=("read:statuses",), answers=list[StatusEntity])
async def home(call: Call, form: Paged) -> Response:
    """What the account follows, newest first."""
    async with call.tools.db.read() as tx:
        circle = await call.tools.circles.of(tx, call.account_id, now=call.now)
    return await _page(call, call.tools.timelines.home(circle), form.page())


@routes.get("/api/v1/timelines/public", scopes=("read:statuses",), who=Who.ANYONE, answers=list[StatusEntity])
async def public(call: Call, form: PublicPaged) -> Response:
    """Everything public."""
    if form.from_elsewhere:
        return await _page(call, call.tools.timelines.nothing(), form.page())
    return await _page(call, call.tools.timelines.public(local=form.local, media=form.only_media), form.page())


@routes.get("/api/v1/timelines/tag/{hashtag}", scopes=("read:statuses",), who=Who.ANYONE, answers=list[StatusEntity])
async def tag(call: Call, form: TagPaged) -> Response:
    """What is public under a hashtag; one that nobody has used, or could use, is empty."""
    async with call.tools.db.read() as tx:
        timeline = await _under_tag(tx, call, form)
    return await _page(call, timeline, form.page())


@routes.get("/api/v1/timelines/link", scopes=("read:statuses",), who=Who.ANYONE, answers=list[StatusEntity])
async def link(call: Call, form: LinkPaged) -> Response:
    """What is public and shares a link, whether it trends or not; one that nobody has shared is missing."""
    async with call.tools.db.read() as tx:
        found = await links.by_address(tx, form.url)
    return await _page(call, call.tools.timelines.link(found.id), form.page())


@routes.get("/api/v1/timelines/list/{id}", scopes=("read:lists",), answers=list[StatusEntity])
async def of_list(call: Call, form: ListPaged) -> Response:
    """What the accounts and hashtags of one of the viewer's lists publish."""
    async with call.tools.db.read() as tx:
        shape = await lists.shape(tx, call.account_id, form.id)
    return await _page(call, call.tools.timelines.of_list(shape), form.page())


@routes.get("/api/v1/accounts/{id}/statuses", scopes=("read:statuses",), who=Who.ANYONE, answers=list[StatusEntity])
async def profile(call: Call, form: ProfilePaged) -> Response:
    """An account's own statuses."""
    under: dict[str, int] = {}
    if form.pinned or form.tagged:
        async with call.tools.db.read() as tx:
            await _must_be_there(tx, form.id)
            under = await _tag_ids(tx, call, [form.tagged]) if form.tagged else {}
    if form.pinned:
        return await _pinned(call, form)
    if form.tagged and not under:
        return json([])
    timeline = call.tools.timelines.profile(
        form.id,
        replies=not form.exclude_replies,
        boosts=not form.exclude_reblogs,
        direct=not form.exclude_direct,
        media=form.only_media,
        under=under.values(),
    )
    return await _page(call, timeline, form.page(), of=None if under else form.id)


async def _under_tag(tx: ReadTx, call: Call, form: TagPaged) -> Timeline:
    any_, all_, none = (names[:MOST_TAGS] for names in (form.any, form.all, form.none))
    ids = await _tag_ids(tx, call, [form.hashtag, *any_, *all_, *none])
    if form.from_elsewhere or not ids.keys() >= {form.hashtag, *all_}:
        return call.tools.timelines.nothing()
    return call.tools.timelines.tag(
        ids[form.hashtag],
        or_any=[ids[name] for name in any_ if name in ids],
        and_all=[ids[name] for name in all_],
        and_none=[ids[name] for name in none if name in ids],
        media=form.only_media,
    )


async def _tag_ids(tx: ReadTx, call: Call, names: Sequence[str]) -> dict[str, int]:
    """The hashtags of these names, as they are written here; those that nothing is under are left out."""
    folded: dict[str, str] = {}
    for name in names:
        with suppress(BadTag):
            folded[name] = posts.tag_name(name)
    found = await call.tools.timelines.tags.ids(tx, folded.values())
    return {name: found[normal] for name, normal in folded.items() if normal in found}


async def _pinned(call: Call, form: ProfilePaged) -> Response:
    """What an account pinned, the latest pin first. There are few, but whoever pages on comes to an end."""
    page = form.page()
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        shapes = [
            shape
            for shape in await call.tools.shapes.of(tx, await posts.pinned(tx, form.id))
            if posts.can_see(shape, reader)
            and (page.max_id is None or shape.id < page.max_id)
            and shape.id > (page.min_id or page.since_id or 0)
        ][: page.limit]
        body = await call.renderings.page(tx, shapes, reader=reader)
    if not shapes:
        return json(body)
    ids = [shape.id for shape in shapes]
    return json(body, headers=call.link(first=max(ids), last=min(ids)))


async def _must_be_there(tx: ReadTx, id: AccountId) -> None:
    """
    Raises:
        AccountNotFound: there is no such account.
    """
    if await accounts.by_id(tx, id) is None:
        raise AccountNotFound


async def _page(call: Call, timeline: Timeline, page: Page, *, of: AccountId | None = None) -> Response:
    """of: an account that must be there; it is, if there is anything on the page."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    shapes = await call.tools.timelines.page(call.tools.db, timeline, reader=reader, page=page)
    async with call.tools.db.read() as tx:
        if not shapes and of is not None:
            await _must_be_there(tx, of)
        body = await call.renderings.page(tx, shapes, reader=reader)
    if not shapes:
        return json(body)
    return json(body, headers=call.link(first=shapes[0].id, last=shapes[-1].id))
