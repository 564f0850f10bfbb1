"""Statuses, as Mastodon clients know them: https://docs.joinmastodon.org/methods/statuses."""

from datetime import timedelta

import msgspec
from starlette.responses import Response

from pinson.domain import posts
from pinson.domain.posts import PostId, PostNotFound, Visibility
from pinson.interfaces.mastodon.api import Call, TooManyIds, Who, json
from pinson.interfaces.mastodon.entities import array
from pinson.interfaces.request import Routes
from pinson.lib.limits import Limit

routes = Routes()

MOST_IDS = 20
THREE_HOURS = int(timedelta(hours=3).total_seconds())


class NewStatus(msgspec.Struct):
    """Body of POST /api/v1/statuses. Names and defaults are Mastodon's, not ours."""

    status: str = ""
    in_reply_to_id: PostId | None = None
    visibility: Visibility = Visibility.PUBLIC
    sensitive: bool = False
    spoiler_text: str = ""
    language: str | None = None

    def to_draft(self, call: Call) -> posts.Draft:
        """What the domain calls it. A content warning without text is the text."""
        blank = not self.status.strip()
        assert call.principal is not None
        return posts.Draft(
            text=self.spoiler_text if blank else self.status,
            visibility=self.visibility,
            in_reply_to_id=self.in_reply_to_id,
            spoiler="" if blank else self.spoiler_text,
            sensitive=self.sensitive,
            language=self.language,
            app_id=call.principal.app_id,
            idempotency_key=call.request.headers.get("idempotency-key"),
        )


class OneStatus(msgspec.Struct):
    """A status, by the id in the path."""

    id: PostId


class SomeStatuses(msgspec.Struct):
    """Statuses by their ids."""

    id: list[PostId] = []


@routes.post("/api/v1/statuses", scopes=("write:statuses",))
async def create_status(call: Call, form: NewStatus) -> Response:
    """Publish a status and answer with it."""
    settings = call.tools.settings
    call.limit("posts", f"account {call.account_id}", Limit(settings.limits.posts_per_3_hours, THREE_HOURS))
    prepared = posts.prepare(
        form.to_draft(call), max_characters=settings.posts.max_characters, local_domain=call.local_domain
    )
    async with call.tools.db.read() as tx:
        author = await call.reader(tx)
    post = await call.tools.db.write(
        posts.publish,
        author=author,
        author_id=call.account_id,
        prepared=prepared,
        base_url=call.base_url,
        now=call.now,
    )
    async with call.tools.db.read() as tx:
        return json(await call.renderings.published(tx, post, reader=author))


@routes.get("/api/v1/statuses/{id}", scopes=("read:statuses",), who=Who.ANYONE)
async def show_status(call: Call, form: OneStatus) -> Response:
    """One status, if the reader may see it."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        for shape in await call.tools.shapes.of(tx, [form.id]):
            if posts.can_see(shape, reader):
                return json(await call.renderings.status(tx, shape, reader=reader))
    raise PostNotFound


@routes.get("/api/v1/statuses/{id}/source", scopes=("read:statuses",))
async def show_source(call: Call, form: OneStatus) -> Response:
    """A status as it was typed: https://docs.joinmastodon.org/entities/StatusSource."""
    async with call.tools.db.read() as tx:
        shape = await posts.visible(tx, form.id, reader=await call.reader(tx))
        post = await posts.post(tx, shape.id)
    return json({"id": str(post.id), "text": post.text, "spoiler_text": post.spoiler})


@routes.get("/api/v1/statuses", scopes=("read:statuses",), who=Who.ANYONE)
async def show_statuses(call: Call, form: SomeStatuses) -> Response:
    """Several statuses; those that the reader may not see are left out."""
    if len(form.id) > MOST_IDS:
        raise TooManyIds(limit=MOST_IDS)
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        shapes = [shape for shape in await call.tools.shapes.of(tx, form.id) if posts.can_see(shape, reader)]
        return json(array(await call.renderings.statuses(tx, shapes, reader=reader)))


@routes.on("DELETE", "/api/v1/statuses/{id}", scopes=("write:statuses",))
async def delete_status(call: Call, form: OneStatus) -> Response:
    """Delete one's status; the answer holds its source, so that it can be written anew."""
    post = await call.tools.db.write(posts.delete, id=form.id, author_id=call.account_id, now=call.now)
    async with call.tools.db.read() as tx:
        return json(await call.renderings.deleted(tx, post))
