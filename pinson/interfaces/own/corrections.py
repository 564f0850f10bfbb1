"""Corrections: which message corrects which, for everybody to see."""

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, posts
from pinson.domain.accounts import AccountId, AccountNotFound
from pinson.domain.posts import PostId, Shape, Visibility
from pinson.interfaces.api import Call, Who, json
from pinson.interfaces.own import entities
from pinson.interfaces.own.entities import CorrectionEntity
from pinson.interfaces.own.events import ROOT as EVENTS
from pinson.interfaces.own.events import OneEvent, visible
from pinson.interfaces.request import Routes
from pinson.lib.limits import Limit
from pinson.lib.paging import NEWEST, Page

routes = Routes()

PAGE, MOST = 20, 80
ROOT = "/api/pinson/v1"
THREE_HOURS = 3 * 3600


class ByAccount(msgspec.Struct):
    """Corrections by an account."""

    id: AccountId
    max_id: str | None = None
    since_id: str | None = None
    limit: int | None = None


class OfMessage(msgspec.Struct):
    """Corrections of a message."""

    id: PostId


class NewCorrection(msgspec.Struct):
    """A message that corrects another, of the same author and for the same readers. Its visibility is the other's."""

    id: PostId
    status: str = ""
    language: str | None = None


@routes.get(
    f"{ROOT}/accounts/{{id}}/corrections", who=Who.ANYONE, scopes=("read:statuses",), answers=list[CorrectionEntity]
)
async def show_corrections_by(call: Call, form: ByAccount) -> Response:
    """What an account corrected, the latest first."""
    page = Page.of(max_id=form.max_id, since_id=form.since_id, limit=form.limit, default=PAGE, maximum=MOST)
    async with call.tools.db.read() as tx:
        if await accounts.by_id(tx, form.id) is None:
            raise AccountNotFound
        found = await posts.corrections_by(
            tx,
            form.id,
            before=NEWEST if page.max_id is None else page.max_id,
            after=page.since_id or 0,
            limit=page.limit,
        )
        reader = await call.reader(tx)
    shown = [shape for shape in found if posts.can_see(shape, reader)]
    headers = call.link(first=found[0].id, last=found[-1].id, prev="since_id") if found else None
    return json(entities.corrections(shown), headers=headers)


@routes.get(f"{EVENTS}/{{id}}/corrections", who=Who.ANYONE, scopes=("read:statuses",), answers=list[CorrectionEntity])
async def show_corrections_in(call: Call, form: OneEvent) -> Response:
    """What was corrected in an event, the latest first."""
    async with call.tools.db.read() as tx:
        event = await visible(tx, call, form.id)
        found = await posts.corrections_under(tx, event.id)
        reader = await call.reader(tx)
    return json(entities.corrections([shape for shape in found if posts.can_see(shape, reader)]))


@routes.get(
    f"{ROOT}/messages/{{id}}/corrections", who=Who.ANYONE, scopes=("read:statuses",), answers=list[CorrectionEntity]
)
async def show_corrections_of(call: Call, form: OfMessage) -> Response:
    """What corrects a message, the latest first."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        await posts.visible(tx, form.id, reader=reader)
        found = await posts.corrections_of(tx, form.id)
    return json(entities.corrections([shape for shape in found if posts.can_see(shape, reader)]))


@routes.post(f"{ROOT}/messages/{{id}}/corrections", scopes=("write:statuses",), answers=CorrectionEntity)
async def correct_message(call: Call, form: NewCorrection) -> Response:
    """Publish a message that corrects another. With the header Idempotency-Key, sent twice it is published once."""
    settings = call.tools.settings
    call.limit("posts", f"account {call.account_id}", Limit(settings.limits.posts_per_3_hours, THREE_HOURS))
    assert call.principal is not None
    async with call.tools.db.read() as tx:
        author = await call.reader(tx)
        corrected = await posts.visible(tx, form.id, reader=author)
        defaults = await accounts.defaults(tx, call.account_id)
    draft = posts.Draft(
        form.status,
        Visibility(corrected.visibility),
        language=form.language,
        app_id=call.principal.app_id,
        idempotency_key=call.request.headers.get("idempotency-key"),
        corrects_id=form.id,
    )
    post = await call.tools.db.write(
        posts.publish,
        author=author,
        author_id=call.account_id,
        prepared=posts.prepare(
            draft,
            max_characters=settings.posts.max_characters,
            local_domain=call.local_domain,
            detect=call.tools.languages.of,
            shortener=call.tools.shortener(wanted=defaults.shorten_links),
        ),
        base_url=call.base_url,
        now=call.now,
    )
    return json(_one(post.shape))


def _one(shape: Shape) -> CorrectionEntity:
    return entities.corrections([shape])[0]
