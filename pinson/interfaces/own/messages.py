"""Messages of an event: posts, with what they are in it. They are statuses of the API of Mastodon's apps too."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, events, posts
from pinson.domain.events import Event, Marks
from pinson.domain.media import MediaId
from pinson.domain.posts import EventId, PostId, Reader, Shape, Visibility
from pinson.interfaces.api import Call, Who, json
from pinson.interfaces.own import entities
from pinson.interfaces.own.drafts import minutes
from pinson.interfaces.own.entities import EmptyAnswer, MessageEntity
from pinson.interfaces.own.events import ROOT, visible
from pinson.interfaces.request import Routes
from pinson.lib.errors import Kind, Refusal
from pinson.lib.ids import first_at
from pinson.lib.limits import Limit
from pinson.lib.paging import CURSORS, NEWEST, Page

routes = Routes()

PAGE, MOST = 20, 80
THREE_HOURS = 3 * 3600


class BadDay(Refusal):
    """That is no day."""

    kind, code = Kind.INVALID, "bad_day"
    text = "A day is written as 2010-03-30."


class Order(StrEnum):
    """Which messages come first."""

    NEWEST = "newest"
    OLDEST = "oldest"


class Sought(msgspec.Struct):
    """Which messages of an event.

    order: newest first, or oldest first. Cursors are ids, which they leave out.
    day: of the event's clock, as 2010-03-30. since, until: moments; only what was written from the one until
    before the other.
    only_key: key moments; only_media: what shows something.
    """

    id: EventId
    order: Order = Order.NEWEST
    max_id: str | None = None
    min_id: str | None = None
    since_id: str | None = None
    limit: int | None = None
    day: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    only_key: bool = False
    only_media: bool = False


class NewMessage(msgspec.Struct, kw_only=True):
    """A message to publish in an event, and what it is there.

    place: the name of where it is from, if that is to be said.
    corrects_id: the message that it corrects. draft_id: the ready draft that it was.
    expects: in how many minutes more will follow, from and to. promises: it leaves something to be answered.
    meets_id, keeps_id: the message whose expectation it meets, and whose promise it keeps.
    created_at: when it was written, if in the past: then it is news for nobody.
    """

    id: EventId
    status: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    media_ids: list[MediaId] = []
    in_reply_to_id: PostId | None = None
    corrects_id: PostId | None = None
    draft_id: int | None = None
    created_at: datetime | None = None
    is_key: bool = False
    gauge: float | None = None
    expects: list[int] | None = None
    promises: bool = False
    meets_id: PostId | None = None
    keeps_id: PostId | None = None
    line_id: int | None = None
    place: str = ""


class GivenMarks(msgspec.Struct, kw_only=True):
    """All that a message is in its event from now on. See `NewMessage`; expects counts from when it was written."""

    id: EventId
    message_id: PostId
    is_key: bool = False
    gauge: float | None = None
    expects: list[int] | None = None
    promises: bool = False
    meets_id: PostId | None = None
    keeps_id: PostId | None = None
    line_id: int | None = None


class OneMessage(msgspec.Struct):
    """A message of an event."""

    id: EventId
    message_id: PostId


class Settled(msgspec.Struct):
    """A message that left something open, and the message that settled it; none if somebody just says so."""

    id: EventId
    message_id: PostId
    by_id: PostId | None = None


@routes.get(f"{ROOT}/{{id}}/messages", who=Who.ANYONE, scopes=("read:statuses",), answers=list[MessageEntity])
async def show_messages(call: Call, form: Sought) -> Response:
    """Messages of an event, newest or oldest first."""
    async with call.tools.db.read() as tx:
        event = await visible(tx, call, form.id)
        reader = await call.reader(tx)
    shapes, page = await _sought(call, form, event, reader)
    async with call.tools.db.read() as tx:
        told = await events.tell(tx, event.id, shapes)
    return json([entities.message(one, call.base_url) for one in told], headers=_links(call, form, page, shapes))


@routes.post(f"{ROOT}/{{id}}/messages", scopes=("write:statuses",), answers=MessageEntity)
async def write_message(call: Call, form: NewMessage) -> Response:
    """Publish a message in an event. With the header Idempotency-Key, sent twice it is published once."""
    settings = call.tools.settings
    call.limit("posts", f"account {call.account_id}", Limit(settings.limits.posts_per_3_hours, THREE_HOURS))
    assert call.principal is not None
    async with call.tools.db.read() as tx:
        author = await call.reader(tx)
        event = await events.by_id(tx, form.id)
        defaults = await accounts.defaults(tx, call.account_id)
    draft = posts.Draft(
        events.with_hashtag(event, form.status),
        Visibility.PUBLIC,
        form.in_reply_to_id,
        spoiler=form.spoiler_text,
        sensitive=form.sensitive,
        language=form.language or event.language,
        app_id=call.principal.app_id,
        idempotency_key=call.request.headers.get("idempotency-key"),
        media_ids=tuple(form.media_ids),
        corrects_id=form.corrects_id,
        place=form.place,
    )
    post = await call.tools.db.write(
        events.write,
        id=form.id,
        author=author,
        prepared=posts.prepare(
            draft,
            max_characters=settings.posts.max_characters,
            local_domain=call.local_domain,
            detect=call.tools.languages.of,
            shortener=call.tools.shortener(wanted=defaults.shorten_links),
        ),
        marks=_marks(form),
        draft_id=form.draft_id,
        created_at=form.created_at,
        base_url=call.base_url,
        now=call.now,
    )
    return await _one(call, form.id, post.shape)


@routes.get(f"{ROOT}/{{id}}/messages/{{message_id}}", who=Who.ANYONE, scopes=("read:statuses",), answers=MessageEntity)
async def show_message(call: Call, form: OneMessage) -> Response:
    """One message of an event."""
    async with call.tools.db.read() as tx:
        await visible(tx, call, form.id)
        reader = await call.reader(tx)
        shapes = [shape for shape in await call.tools.shapes.of(tx, [form.message_id]) if posts.can_see(shape, reader)]
    if not shapes:
        raise events.EntryNotFound
    return await _one(call, form.id, shapes[0])


@routes.on("PUT", f"{ROOT}/{{id}}/messages/{{message_id}}/marks", scopes=("write:statuses",), answers=MessageEntity)
async def mark_message(call: Call, form: GivenMarks) -> Response:
    """Let a message be something else in its event: a key moment, a step of the gauge, an expectation, a promise."""
    await call.tools.db.write(
        events.mark,
        id=form.id,
        account_id=call.account_id,
        post_id=form.message_id,
        marks=_marks(form),
        now=call.now,
    )
    return await _one_by_id(call, form.id, form.message_id)


@routes.post(f"{ROOT}/{{id}}/messages/{{message_id}}/settle", scopes=("write:statuses",), answers=MessageEntity)
async def settle_message(call: Call, form: Settled) -> Response:
    """Say that what a message left open is settled."""
    await call.tools.db.write(
        events.settle,
        id=form.id,
        account_id=call.account_id,
        post_id=form.message_id,
        by_id=form.by_id,
        now=call.now,
    )
    return await _one_by_id(call, form.id, form.message_id)


@routes.post(f"{ROOT}/{{id}}/messages/{{message_id}}/reopen", scopes=("write:statuses",), answers=MessageEntity)
async def reopen_message(call: Call, form: OneMessage) -> Response:
    """Say that what a message left open is open after all."""
    await call.tools.db.write(
        events.settle, id=form.id, account_id=call.account_id, post_id=form.message_id, reopens=True, now=call.now
    )
    return await _one_by_id(call, form.id, form.message_id)


@routes.on("PUT", f"{ROOT}/{{id}}/messages/{{message_id}}", scopes=("write:statuses",), answers=MessageEntity)
async def put_in(call: Call, form: OneMessage) -> Response:
    """Make a public status of somebody of the team part of an event after the fact."""
    await call.tools.db.write(
        events.put_in, id=form.id, account_id=call.account_id, post_id=form.message_id, now=call.now
    )
    return await _one_by_id(call, form.id, form.message_id)


@routes.on("DELETE", f"{ROOT}/{{id}}/messages/{{message_id}}", scopes=("write:statuses",), answers=EmptyAnswer)
async def take_out(call: Call, form: OneMessage) -> Response:
    """Let a message be no longer part of an event; it stays a status."""
    await call.tools.db.write(
        events.take_out, id=form.id, account_id=call.account_id, post_id=form.message_id, now=call.now
    )
    return json(EmptyAnswer())


async def _sought(call: Call, form: Sought, event: Event, reader: Reader) -> tuple[list[Shape], Page]:
    """The messages in the order asked for, and the page that they are."""
    asked = Page.of(
        max_id=form.max_id,
        since_id=form.since_id,
        min_id=form.min_id,
        limit=form.limit,
        default=PAGE,
        maximum=MOST,
    )
    since, until = _bounds(form, event)
    before = min(NEWEST if asked.max_id is None else asked.max_id, NEWEST if until is None else first_at(until))
    after = max(asked.min_id or 0, asked.since_id or 0, 0 if since is None else first_at(since) - 1)
    upwards = form.order is Order.OLDEST or asked.min_id is not None
    page = Page(before, None if upwards else after, after if upwards else None, asked.limit)
    if form.only_key:
        async with call.tools.db.read() as tx:
            keys = [one.post_id for one in await events.key_moments(tx, event.id, limit=1000)]
            found = [shape for shape in await call.tools.shapes.of(tx, keys) if posts.can_see(shape, reader)]
        inside = [shape for shape in found if after < shape.id < before]
        shapes = inside[-asked.limit :] if upwards else inside[: asked.limit]
    else:
        timeline = call.tools.timelines.event(event.id, media=form.only_media)
        shapes = await call.tools.timelines.page(call.tools.db, timeline, reader=reader, page=page)
    return (shapes[::-1] if form.order is Order.OLDEST else shapes), page


def _bounds(form: Sought, event: Event) -> tuple[datetime | None, datetime | None]:
    """From which moment on, and until before which."""
    since, until = form.since, form.until
    if form.day:
        try:
            day, zone = date.fromisoformat(form.day), ZoneInfo(event.zone)
            first = datetime.combine(day, time.min, tzinfo=zone)
            last = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
            first.timestamp(), last.timestamp()
        except (ValueError, OverflowError):
            raise BadDay from None
        since = first if since is None else max(since, first)
        until = last if until is None else min(until, last)
    return since, until


def _links(call: Call, form: Sought, page: Page, shapes: Sequence[Shape]) -> dict[str, str] | None:
    """The header that leads on: `next` in the order of reading, whichever that is, and `prev` back."""
    if not shapes or page.limit == 0:
        return None
    ids = sorted(shape.id for shape in shapes)
    if form.order is Order.NEWEST:
        return call.link(first=ids[-1], last=ids[0])
    query = parse_qsl(call.request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    kept = [(name, value) for name, value in query if name not in (*CURSORS, "access_token")]
    address = f"{call.base_url}{call.request.scope['path']}?"
    links = [("next", "min_id", ids[-1]), ("prev", "max_id", ids[0])]
    return {
        "link": ", ".join(
            f'<{address}{urlencode([*kept, (name, str(cursor))])}>; rel="{way}"' for way, name, cursor in links
        )
    }


def _marks(form: NewMessage | GivenMarks) -> Marks:
    return Marks(
        form.is_key,
        form.gauge,
        minutes(form.expects),
        form.promises,
        form.meets_id,
        form.keeps_id,
        form.line_id,
    )


async def _one_by_id(call: Call, id: EventId, message_id: PostId) -> Response:
    async with call.tools.db.read() as tx:
        shapes = await call.tools.shapes.of(tx, [message_id])
    return await _one(call, id, shapes[0])


async def _one(call: Call, id: EventId, shape: Shape) -> Response:
    async with call.tools.db.read() as tx:
        told = await events.tell(tx, id, [shape])
    if not told:
        raise events.EntryNotFound
    return json(entities.message(told[0], call.base_url))
