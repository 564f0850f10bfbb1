"""What rises, and hashtags: what people come upon without having asked, and what moderators let them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import links, moderation, posts, trends
from pinson.domain.links import LinkId
from pinson.domain.posts import PostId, Tag
from pinson.domain.trends import Kind
from pinson.interfaces.request import Routes
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.reports import NoSuchButton
from pinson.interfaces.web.desk.staff import Listed, One
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx

routes = Routes()

MOST = 20  # of a kind
FOUND = 20  # hashtags that begin as what was typed


class Search(Listed):
    """Parameters of the list of hashtags. q: how its name begins."""

    q: str = ""


class Judged(One):
    """What a button says. do: "allow" or "reject"."""

    do: str = ""


class Changed(One):
    """The form of a hashtag. What is not ticked is not so."""

    display_name: str = ""
    usable: bool = False
    listable: bool = False
    trendable: bool = False


class Rising(msgspec.Struct, frozen=True):
    """What rises of a kind, in order, and what of it people do not see."""

    of: Mapping[int, Any]
    reasons: Mapping[int, trends.Reason]
    unseen: frozenset[int]


@routes.get("/moderation/trends")
async def show_rising(call: Call) -> Response:
    """Hashtags, links and posts that rise, those that people may not see included.

    Raises:
        NotSignedIn, NotStaff.
    """
    staff.moderator(call)
    async with call.tools.db.read() as tx:
        tags = await _rising(tx, Kind.TAG, posts.tags_by_ids)
        shared = await _rising(tx, Kind.LINK, links.by_ids)
        liked = await _rising(tx, Kind.POST, posts.posts)
        cards = await call.cards(tx, await call.tools.shapes.of(tx, [PostId(id) for id in liked.of]))
    return await staff.page(call, "trends", "trends", tags=tags, links=shared, liked=liked, cards=cards)


async def _rising(tx: ReadTx, kind: Kind, read: Callable[..., Awaitable[dict[Any, Any]]]) -> Rising:
    found = await trends.rising(tx, kind, limit=MOST, unseen=True)
    seen = {one.id for one in await trends.rising(tx, kind, limit=MOST)}
    known = await read(tx, [one.id for one in found])
    shown = [one for one in found if one.id in known]
    return Rising(
        {one.id: known[one.id] for one in shown},
        {one.id: one.reason for one in shown},
        frozenset(one.id for one in shown if one.id not in seen),
    )


@routes.post("/moderation/trends/tags/{id}")
async def judge_tag(call: Call, form: Judged) -> Response:
    """Let a hashtag be seen among what rises, or not.

    Raises:
        NotSignedIn, NotStaff, NoSuchButton, TagNotFound.
    """
    return await _judge(call, form, partial(moderation.change_tag, id=form.id))


@routes.post("/moderation/trends/links/{id}")
async def judge_link(call: Call, form: Judged) -> Response:
    """The same for a link.

    Raises:
        NotSignedIn, NotStaff, NoSuchButton, LinkNotFound.
    """
    return await _judge(call, form, partial(moderation.judge_link, id=LinkId(form.id)))


@routes.post("/moderation/trends/posts/{id}")
async def judge_post(call: Call, form: Judged) -> Response:
    """The same for a post.

    Raises:
        NotSignedIn, NotStaff, NoSuchButton, PostNotFound.
    """
    return await _judge(call, form, partial(moderation.judge_post, id=PostId(form.id)))


async def _judge(call: Call, form: Judged, verb: Callable[..., Any]) -> Response:
    by = staff.moderator(call)
    if form.do not in ("allow", "reject"):
        raise NoSuchButton
    await call.tools.db.write(verb, by=by, trendable=form.do == "allow", now=call.now)
    return call.redirect("/moderation/trends")


@routes.get("/moderation/tags")
async def show_tags(call: Call, form: Search) -> Response:
    """Hashtags, the newest first, or those whose names begin so.

    Raises:
        NotSignedIn, NotStaff, BadCursor.
    """
    staff.moderator(call)
    shown: Sequence[Tag]
    async with call.tools.db.read() as tx:
        if form.q.strip():
            shown, older = await posts.tags_starting(tx, form.q.strip(), limit=FOUND, unlisted=True), None
        else:
            shown, older = staff.cut(await posts.all_tags(tx, form.page))
    return await staff.page(call, "tags", "tags", form=form, tags=shown, older=older)


@routes.get("/moderation/tags/{id}")
async def show_tag(call: Call, form: Changed) -> Response:
    """One hashtag, and what it may be used for.

    Raises:
        NotSignedIn, NotStaff, TagNotFound.
    """
    staff.moderator(call)
    async with call.tools.db.read() as tx:
        tag = await posts.tag_by_id(tx, form.id)
    return await staff.page(call, "tag", "tags", tag=tag)


@routes.post("/moderation/tags/{id}", again=show_tag)
async def change_tag(call: Call, form: Changed) -> Response:
    """Change how it is shown, and what it may be used for.

    Raises:
        NotSignedIn, NotStaff, TagNotFound, AnotherTag.
    """
    by = staff.moderator(call)
    await call.tools.db.write(
        moderation.change_tag,
        by=by,
        id=form.id,
        display_name=form.display_name or None,
        usable=form.usable,
        listable=form.listable,
        trendable=form.trendable,
        now=call.now,
    )
    return call.redirect(f"/moderation/tags/{form.id}")
