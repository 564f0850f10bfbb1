"""Statuses, as Mastodon clients know them: https://docs.joinmastodon.org/methods/statuses."""

from datetime import timedelta
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, media, posts
from pinson.domain.accounts import Defaults
from pinson.domain.media import MediaId
from pinson.domain.posts import PostId, PostNotFound, Visibility
from pinson.interfaces.mastodon.api import HALF_AN_HOUR, Call, TooManyIds, Who, json
from pinson.interfaces.request import Routes
from pinson.lib.errors import Kind, Refusal
from pinson.lib.limits import Limit

routes = Routes()

MOST_IDS = 20
THREE_HOURS = int(timedelta(hours=3).total_seconds())


class NotTakenYet(Refusal):
    """A part of a status that this server has no room for yet."""

    kind, code = Kind.INVALID, "not_taken_yet"
    text = "Validation failed: this server does not take “{name}” yet; nothing was published"


class NewStatus(msgspec.Struct):
    """Body of POST /api/v1/statuses. Names and defaults are Mastodon's; None is as the account likes it."""

    status: str = ""
    in_reply_to_id: PostId | None = None
    visibility: Visibility | None = None
    sensitive: bool | None = None
    spoiler_text: str = ""
    language: str | None = None
    media_ids: list[MediaId] = []
    poll: Any = None
    quoted_status_id: Any = None
    scheduled_at: Any = None

    def to_draft(self, call: Call, defaults: Defaults) -> posts.Draft:
        """What the domain calls it. A content warning without text is the text.

        Raises:
            NotTakenYet: it asks for more than this server can do; nothing is dropped in silence.
        """
        for name in ("poll", "quoted_status_id", "scheduled_at"):
            if getattr(self, name) is not None:
                raise NotTakenYet(name=name)
        blank = not self.status.strip()
        assert call.principal is not None
        return posts.Draft(
            text=self.spoiler_text if blank else self.status,
            visibility=self.visibility or Visibility(defaults.visibility),
            in_reply_to_id=self.in_reply_to_id,
            spoiler="" if blank else self.spoiler_text,
            sensitive=defaults.sensitive if self.sensitive is None else self.sensitive,
            language=self.language or defaults.language,
            app_id=call.principal.app_id,
            idempotency_key=call.request.headers.get("idempotency-key"),
            media_ids=tuple(self.media_ids),
        )


class EditedStatus(msgspec.Struct):
    """Body of PUT /api/v1/statuses/:id: all of the status, not only what changes. Whom it is for stays."""

    id: PostId
    status: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    media_ids: list[MediaId] = []

    def to_draft(self) -> posts.Draft:
        """What the domain calls it. A content warning without text is the text."""
        blank = not self.status.strip()
        return posts.Draft(
            text=self.spoiler_text if blank else self.status,
            spoiler="" if blank else self.spoiler_text,
            sensitive=self.sensitive,
            language=self.language,
            media_ids=tuple(self.media_ids),
        )


class OneStatus(msgspec.Struct):
    """A status, by the id in the path."""

    id: PostId


class Deletion(OneStatus):
    """Parameters of DELETE /api/v1/statuses/:id. Media that are not deleted can be posted again."""

    delete_media: bool = False


class SomeStatuses(msgspec.Struct):
    """Statuses by their ids."""

    id: list[PostId] = []


@routes.post("/api/v1/statuses", scopes=("write:statuses",))
async def create_status(call: Call, form: NewStatus) -> Response:
    """Publish a status and answer with it."""
    settings = call.tools.settings
    call.limit("posts", f"account {call.account_id}", Limit(settings.limits.posts_per_3_hours, THREE_HOURS))
    async with call.tools.db.read() as tx:
        author = await call.reader(tx)
        defaults = await accounts.defaults(tx, call.account_id)
    prepared = posts.prepare(
        form.to_draft(call, defaults),
        max_characters=settings.posts.max_characters,
        local_domain=call.local_domain,
        detect=call.tools.languages.of,
    )
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


@routes.on("PUT", "/api/v1/statuses/{id}", scopes=("write:statuses",))
async def edit_status(call: Call, form: EditedStatus) -> Response:
    """Let one's status say something else."""
    settings = call.tools.settings
    call.limit("posts", f"account {call.account_id}", Limit(settings.limits.posts_per_3_hours, THREE_HOURS))
    post = await call.tools.db.write(
        posts.edit,
        id=form.id,
        author_id=call.account_id,
        prepared=posts.prepare(
            form.to_draft(), max_characters=settings.posts.max_characters, local_domain=call.local_domain
        ),
        base_url=call.base_url,
        now=call.now,
    )
    async with call.tools.db.read() as tx:
        return json(await call.renderings.status(tx, post.shape, reader=await call.reader(tx)))


@routes.get("/api/v1/statuses/{id}/history", scopes=("read:statuses",), who=Who.ANYONE)
async def show_history(call: Call, form: OneStatus) -> Response:
    """All that a status said, from the original on."""
    async with call.tools.db.read() as tx:
        shape = await posts.original(tx, form.id, reader=await call.reader(tx))
        return json(await call.renderings.history(tx, await posts.post(tx, shape.id)))


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
        return json(await call.renderings.page(tx, shapes, reader=reader))


@routes.on("DELETE", "/api/v1/statuses/{id}", scopes=("write:statuses",))
async def delete_status(call: Call, form: Deletion) -> Response:
    """Delete one's status; the answer holds its source, so that it can be written anew, with the same media."""
    count_deletion(call)
    async with call.tools.db.read() as tx:
        attached = (await media.of_posts(tx, [form.id])).get(form.id, [])
    post = await call.tools.db.write(
        posts.delete, id=form.id, author_id=call.account_id, with_media=form.delete_media, now=call.now
    )
    async with call.tools.db.read() as tx:
        return json(await call.renderings.deleted(tx, post, reader=await call.reader(tx), attached=attached))


def count_deletion(call: Call) -> None:
    """Count a deletion, or a boost that is taken back: each is told to everybody who saw the post.

    Raises:
        TooManyRequests.
    """
    most = call.tools.settings.limits.deletions_per_30_minutes
    call.limit("deletions", f"account {call.account_id}", Limit(most, HALF_AN_HOUR))
