"""Statuses, as Mastodon clients know them: https://docs.joinmastodon.org/methods/statuses."""

import base64
import re
from datetime import datetime, timedelta
from io import BytesIO

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from pinson.domain import media, posts
from pinson.domain.accounts import AccountId, Defaults, QuotePolicy
from pinson.domain.media import MediaId, Said, Upload
from pinson.domain.posts import Post, PostId, PostNotFound, Prepared, Reader, Visibility, scheduled
from pinson.domain.posts.polls import Ballot
from pinson.domain.posts.scheduled import ScheduledPost
from pinson.interfaces.mastodon.api import HALF_AN_HOUR, Call, TooManyIds, Who, json
from pinson.interfaces.mastodon.entities import (
    DeletedStatusEntity,
    ScheduledStatus,
    StatusEntity,
    VersionEntity,
    scheduled_status,
)
from pinson.interfaces.mastodon.media import said
from pinson.interfaces.request import Routes
from pinson.lib.images import UnreadablePicture
from pinson.lib.languages import known_language
from pinson.lib.limits import Limit

routes = Routes()

MOST_IDS = 20
DATA_URI = re.compile(r"data:[^,]{0,100};base64,(.*)", re.DOTALL)
THREE_HOURS = int(timedelta(hours=3).total_seconds())


class NewPoll(msgspec.Struct):
    """The poll of a status. expires_in: seconds."""

    options: list[str] = []
    expires_in: int = 0
    multiple: bool = False
    hide_totals: bool = False

    def to_ballot(self) -> Ballot | None:
        """What the domain calls it; apps that want no poll may send one without options."""
        return Ballot(tuple(self.options), self.expires_in, self.multiple, self.hide_totals) if self.options else None


class NewStatus(msgspec.Struct):
    """Body of POST /api/v1/statuses. Names and defaults are Mastodon's; None is as the account likes it."""

    status: str = ""
    in_reply_to_id: PostId | None = None
    visibility: Visibility | None = None
    sensitive: bool | None = None
    spoiler_text: str = ""
    language: str | None = None
    media_ids: list[MediaId] = []
    poll: NewPoll | None = None
    quoted_status_id: PostId | None = None
    quote_approval_policy: QuotePolicy | None = None
    allowed_mentions: list[AccountId] | None = None
    scheduled_at: datetime | None = None

    def to_draft(self, call: Call, defaults: Defaults) -> posts.Draft:
        """What the domain calls it. A language that there is not is left to be found out."""
        assert call.principal is not None
        return posts.Draft(
            text=self.status,
            visibility=self.visibility or Visibility(defaults.visibility),
            in_reply_to_id=self.in_reply_to_id,
            spoiler=self.spoiler_text,
            sensitive=defaults.sensitive if self.sensitive is None else self.sensitive,
            language=known_language(self.language) or defaults.language,
            app_id=call.principal.app_id,
            idempotency_key=call.request.headers.get("idempotency-key"),
            media_ids=tuple(self.media_ids),
            poll=self.poll.to_ballot() if self.poll else None,
            quote_of_id=self.quoted_status_id,
            quote_policy=self.quote_approval_policy or defaults.quote_policy,
            allowed_mentions=None if self.allowed_mentions is None else tuple(self.allowed_mentions),
        )


class EditedMedia(msgspec.Struct):
    """What is said about one attachment from now on. What is left out stays; what is emptied goes.

    thumbnail: a picture that stands for it, as a `data:` URI (RFC 2397) in base64.
    """

    id: MediaId
    description: str | UnsetType | None = UNSET
    focus: str | UnsetType | None = UNSET
    thumbnail: str | None = None

    def to_said(self) -> Said:
        """What the domain calls it.

        Raises:
            DescriptionTooLong, BadFocus.
        """
        return said(self.description, self.focus)

    def to_upload(self) -> Upload | None:
        """The picture, as the domain takes a file.

        Raises:
            UnreadablePicture: it is no such URI.
        """
        if not self.thumbnail:
            return None
        found = DATA_URI.fullmatch(self.thumbnail)
        try:
            file = base64.b64decode(found[1] if found else "?", validate=True)
        except ValueError:
            raise UnreadablePicture from None
        return Upload(BytesIO(file), len(file))


class EditedStatus(msgspec.Struct):
    """Body of PUT /api/v1/statuses/:id: all of the status, not only what changes. Whom it is for stays."""

    id: PostId
    status: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    media_ids: list[MediaId] = []
    media_attributes: list[EditedMedia] = []
    poll: NewPoll | None = None
    quote_approval_policy: QuotePolicy | None = None

    def to_draft(self, quote_of_id: PostId | None) -> posts.Draft:
        """What the domain calls it. quote_of_id: what the status quotes, which stays."""
        return posts.Draft(
            text=self.status,
            spoiler=self.spoiler_text,
            sensitive=self.sensitive,
            language=known_language(self.language),
            media_ids=tuple(self.media_ids),
            poll=self.poll.to_ballot() if self.poll else None,
            quote_of_id=quote_of_id,
            quote_policy=self.quote_approval_policy,
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


class StatusSource(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/StatusSource"""

    id: str
    text: str
    spoiler_text: str


@routes.post("/api/v1/statuses", scopes=("write:statuses",), answers=StatusEntity | ScheduledStatus)
async def create_status(call: Call, form: NewStatus) -> Response:
    """Publish a status, or keep it for later, and answer with it."""
    settings = call.tools.settings
    call.limit("posts", f"account {call.account_id}", Limit(settings.limits.posts_per_3_hours, THREE_HOURS))
    async with call.tools.db.read() as tx:
        author = await call.reader(tx)
        defaults = await call.tools.defaults.of(tx, call.account_id)
    prepared = posts.prepare(
        form.to_draft(call, defaults),
        max_characters=settings.posts.max_characters,
        local_domain=call.local_domain,
        detect=call.tools.languages.of,
        shortener=call.tools.shortener(wanted=defaults.shorten_links),
    )
    try:
        made = await _written(call, author, prepared, form.scheduled_at)
    except posts.UnexpectedMentions as refusal:  # the one refusal whose answer has to be looked up
        return await _unexpected(call, refusal)
    async with call.tools.db.read() as tx:
        if isinstance(made, ScheduledPost):
            attached = (await media.of_posts(tx, [made.id])).get(made.id, ())
            return json(scheduled_status(made, attached, call.base_url))
        return json(await call.renderings.published(tx, made, reader=author))


async def _written(
    call: Call, author: Reader, prepared: Prepared, scheduled_at: datetime | None
) -> Post | ScheduledPost:
    """Publish what somebody wrote, or keep it for later."""
    write, base_url, now = call.tools.db.write, call.base_url, call.now
    if scheduled_at is None:
        return await write(
            posts.publish, author=author, author_id=call.account_id, prepared=prepared, base_url=base_url, now=now
        )
    return await write(
        scheduled.schedule, author=author, prepared=prepared, due_at=scheduled_at, base_url=base_url, now=now
    )


@routes.get("/api/v1/statuses/{id}", scopes=("read:statuses",), who=Who.ANYONE, answers=StatusEntity)
async def show_status(call: Call, form: OneStatus) -> Response:
    """One status, if the reader may see it."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        for shape in await call.tools.shapes.of(tx, [form.id]):
            if posts.can_see(shape, reader):
                return json(await call.renderings.status(tx, shape, reader=reader))
    raise PostNotFound


@routes.on("PUT", "/api/v1/statuses/{id}", scopes=("write:statuses",), answers=StatusEntity)
async def edit_status(call: Call, form: EditedStatus) -> Response:
    """Let one's status say something else."""
    settings = call.tools.settings
    call.limit("posts", f"account {call.account_id}", Limit(settings.limits.posts_per_3_hours, THREE_HOURS))
    async with call.tools.db.read() as tx:
        shapes = await call.tools.shapes.of(tx, [form.id])
        defaults = await call.tools.defaults.of(tx, call.account_id)
    made = {one.id: await call.tools.studio.preview(one.to_upload(), now=call.now) for one in form.media_attributes}
    post = await call.tools.db.write(
        posts.edit,
        id=form.id,
        author_id=call.account_id,
        prepared=posts.prepare(
            form.to_draft(shapes[0].quote_of_id if shapes else None),
            max_characters=settings.posts.max_characters,
            local_domain=call.local_domain,
            shortener=call.tools.shortener(wanted=defaults.shorten_links),
        ),
        said={one.id: one.to_said() for one in form.media_attributes},
        previews={id: preview for id, preview in made.items() if preview is not None},
        base_url=call.base_url,
        now=call.now,
    )
    async with call.tools.db.read() as tx:
        return json(await call.renderings.status(tx, post.shape, reader=await call.reader(tx)))


@routes.get("/api/v1/statuses/{id}/history", scopes=("read:statuses",), who=Who.ANYONE, answers=list[VersionEntity])
async def show_history(call: Call, form: OneStatus) -> Response:
    """All that a status said, from the original on."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        shape = await posts.original(tx, form.id, reader=reader)
        return json(await call.renderings.history(tx, await posts.post(tx, shape.id), reader=reader))


@routes.get("/api/v1/statuses/{id}/source", scopes=("read:statuses",), answers=StatusSource)
async def show_source(call: Call, form: OneStatus) -> Response:
    """A status as it was typed."""
    async with call.tools.db.read() as tx:
        shape = await posts.visible(tx, form.id, reader=await call.reader(tx))
        post = await posts.post(tx, shape.id)
    return json(StatusSource(str(post.id), post.text, post.spoiler))


@routes.get("/api/v1/statuses", scopes=("read:statuses",), who=Who.ANYONE, answers=list[StatusEntity])
async def show_statuses(call: Call, form: SomeStatuses) -> Response:
    """Several statuses; those that the reader may not see are left out."""
    if len(form.id) > MOST_IDS:
        raise TooManyIds(limit=MOST_IDS)
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        shapes = [shape for shape in await call.tools.shapes.of(tx, form.id) if posts.can_see(shape, reader)]
        return json(await call.renderings.page(tx, shapes, reader=reader))


@routes.on("DELETE", "/api/v1/statuses/{id}", scopes=("write:statuses",), answers=DeletedStatusEntity)
async def delete_status(call: Call, form: Deletion) -> Response:
    """Delete one's status; the answer holds its source, so that it can be written anew, with the same media."""
    count_deletion(call)
    removed = await call.tools.db.write(
        posts.delete, id=form.id, author_id=call.account_id, with_media=form.delete_media, now=call.now
    )
    async with call.tools.db.read() as tx:
        return json(await call.renderings.deleted(tx, removed, reader=await call.reader(tx)))


def count_deletion(call: Call) -> None:
    """Count a deletion, or a boost that is taken back: each is told to everybody who saw the post.

    Raises:
        TooManyRequests.
    """
    most = call.tools.settings.limits.deletions_per_30_minutes
    call.limit("deletions", f"account {call.account_id}", Limit(most, HALF_AN_HOUR))


async def _unexpected(call: Call, refusal: posts.UnexpectedMentions) -> Response:
    """Who would be mentioned without being expected, so that the app can ask."""
    async with call.tools.db.read() as tx:
        found = await call.renderings.accounts(tx, refusal.ids)
    return json(
        {"error": str(refusal), "unexpected_accounts": [msgspec.Raw(one) for one in found.values()]}, status=422
    )
