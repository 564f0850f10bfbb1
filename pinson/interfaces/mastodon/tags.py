"""Hashtags, as Mastodon clients know them: https://docs.joinmastodon.org/methods/tags and followed_tags.

Not here: what stands under one (timelines.py).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from starlette.responses import Response

from pinson.domain import posts, relations
from pinson.domain.posts import Tag, TagDay
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import tag_of
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx
from pinson.lib.paging import NEWEST, Page

routes = Routes()

PAGE, MOST = 100, 200
DAYS = 7  # of history


class OneTag(msgspec.Struct):
    """A hashtag, by the name in the path."""

    name: str


class TagsPaged(msgspec.Struct):
    """A page of followed hashtags. The cursors are ids of follows, which only the Link header shows."""

    max_id: str | None = None
    since_id: str | None = None
    limit: int | None = None


class TagHistory(msgspec.Struct):
    """One day, by the second it begins at (UTC). Numbers are texts in this entity."""

    day: str
    uses: str
    accounts: str


class HashtagEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Tag. following, featuring: of the viewer, if there is one."""

    id: str
    name: str
    url: str
    history: list[TagHistory]
    following: bool | msgspec.UnsetType = msgspec.UNSET
    featuring: bool | msgspec.UnsetType = msgspec.UNSET


@routes.get("/api/v1/tags/{name}", who=Who.ANYONE, answers=HashtagEntity)
async def show(call: Call, form: OneTag) -> Response:
    """A hashtag; one that nobody has used yet is shown as one that nobody has used."""
    return await _shown(call, form.name)


@routes.post("/api/v1/tags/{name}/follow", scopes=("write:follows",), answers=HashtagEntity)
async def follow(call: Call, form: OneTag) -> Response:
    """Follow a hashtag, used or not."""
    tag = await call.tools.db.write(posts.follow_tag, name=form.name, account_id=call.account_id, now=call.now)
    return json(await _entity(call, tag))


@routes.post("/api/v1/tags/{name}/unfollow", scopes=("write:follows",), answers=HashtagEntity)
async def unfollow(call: Call, form: OneTag) -> Response:
    """Stop following a hashtag."""
    async with call.tools.db.read() as tx:
        tag = await _tag(tx, form.name)
    await call.tools.db.write(relations.unfollow, account_id=call.account_id, topic_id=tag.id, now=call.now)
    return json(await _entity(call, tag))


@routes.post("/api/v1/tags/{name}/feature", scopes=("write:accounts",), answers=HashtagEntity)
async def feature(call: Call, form: OneTag) -> Response:
    """Show a hashtag on the viewer's profile, used or not."""
    await call.tools.db.write(posts.feature, name=form.name, account_id=call.account_id, now=call.now)
    return await _shown(call, form.name)


@routes.post("/api/v1/tags/{name}/unfeature", scopes=("write:accounts",), answers=HashtagEntity)
async def unfeature(call: Call, form: OneTag) -> Response:
    """Take a hashtag from the viewer's profile."""
    await call.tools.db.write(posts.unfeature_tag, name=form.name, account_id=call.account_id, now=call.now)
    return await _shown(call, form.name)


@routes.get("/api/v1/followed_tags", scopes=("read:follows",), answers=list[HashtagEntity])
async def followed(call: Call, form: TagsPaged) -> Response:
    """The hashtags that the viewer follows, the latest first."""
    page = Page.of(max_id=form.max_id, since_id=form.since_id, limit=form.limit, default=PAGE, maximum=MOST)
    before, after = NEWEST if page.max_id is None else page.max_id, page.since_id or 0
    async with call.tools.db.read() as tx:
        follows = await relations.followed_tags(tx, call.account_id, before=before, after=after, limit=page.limit)
        tags = await posts.tags_by_ids(tx, [follow.topic_id for follow in follows])
    shown = await entities(call, [tags[follow.topic_id] for follow in follows if follow.topic_id in tags])
    if not follows:
        return json(shown)
    last = follows[-1].id if len(follows) == page.limit else None
    return json(shown, headers=call.link(first=follows[0].id, last=last, prev="since_id"))


async def _shown(call: Call, name: str) -> Response:
    async with call.tools.db.read() as tx:
        tag = await _tag(tx, name)
    return json(await _entity(call, tag))


async def _tag(tx: ReadTx, name: str) -> Tag:
    """The hashtag of this name; with id 0 if nobody has used or followed it.

    Raises:
        BadTag: no hashtag can have this name.
    """
    folded = posts.tag_name(name)
    return await posts.tag(tx, folded) or Tag(0, folded, name.lstrip("#＃"))


async def _entity(call: Call, tag: Tag) -> HashtagEntity:
    [entity] = await entities(call, [tag])
    return entity


async def entities(call: Call, tags: Sequence[Tag]) -> list[HashtagEntity]:
    """The entities of hashtags. How much they were used is counted in a thread: some are used a lot."""
    if not tags:
        return []
    history = await histories(call, [tag.id for tag in tags])
    async with call.tools.db.read() as tx:
        circle = (await call.reader(tx)).circle
        featured = {one.tag_id for one in await posts.featured(tx, circle.account_id)} if circle else set()
    shown_tags = []
    for tag in tags:
        shown = tag_of(tag, call.base_url)
        shown_tags.append(
            HashtagEntity(
                id=str(tag.id) if tag.id else "",
                name=shown.name,
                url=shown.url,
                history=history[tag.id],
                following=tag.id in circle.topics if circle else msgspec.UNSET,
                featuring=tag.id in featured if circle else msgspec.UNSET,
            )
        )
    return shown_tags


async def histories(call: Call, ids: Sequence[int]) -> dict[int, list[TagHistory]]:
    """How much hashtags or links were used on each of the last seven days, the last one first."""
    today = call.now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=DAYS - 1)
    days = await call.tools.db.read_in_thread(posts.tag_days, ids=ids, since=since)
    used = {(one.tag_id, one.day): one for one in days}
    return {id: [_history(since, day, used.get((id, day))) for day in reversed(range(DAYS))] for id in ids}


def _history(since: datetime, day: int, used: TagDay | None) -> TagHistory:
    return TagHistory(
        day=str(int((since + timedelta(days=day)).timestamp())),
        uses=str(used.posts if used else 0),
        accounts=str(used.authors if used else 0),
    )
