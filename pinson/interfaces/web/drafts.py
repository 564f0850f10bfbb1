"""What is not published yet, or no longer: `/drafts` lists drafts, planned messages and what was thrown away.

Deleting asks nobody whether they are sure: what is deleted comes back for a day, from the page that follows, or from
this list. Not here: writing (`writing.py`), what an account has published (`profiles.py`).
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from pinson.domain import access, sources
from pinson.domain.posts import PostId, drafts, scheduled
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.site import Call, local
from pinson.interfaces.web.writing import DRAFTS
from pinson.lib.limits import Limit
from pinson.lib.paging import Page

routes = Routes()

MOST_PLANNED = 300
HALF_AN_HOUR = int(timedelta(minutes=30).total_seconds())


class One(msgspec.Struct):
    """A draft, or a post, by the id in the path. back: where to go on afterwards."""

    id: PostId
    back: str = "/drafts"


class Line(msgspec.Struct, frozen=True):
    """One of the list. when: changed, due or thrown away, in words. refusal: why it could not be published."""

    id: PostId
    text: str
    language: str | None
    pictures: int
    when: str
    refusal: str | None = None


@routes.get("/drafts")
async def show(call: Call) -> Response:
    """The list."""
    account_id = call.require(DRAFTS)
    async with call.tools.db.read() as tx:
        kept = await drafts.of_account(tx, account_id)
        page = Page(max_id=None, since_id=None, min_id=None, limit=MOST_PLANNED)
        planned = await scheduled.page(tx, account_id, page)
        origins = await sources.origins(tx, [one.id for one in kept])
    return call.page(
        "write/drafts",
        drafts=[_line(call, one, one.changed_at) for one in kept if one.until is None],
        planned=[_line(call, one, one.due_at) for one in sorted(planned, key=lambda one: one.due_at)],
        origins={id: made.source_id for id, made in origins.items()},
        gone=[_line(call, one, one.changed_at) for one in kept if one.until is not None],
        may_publish=call.may("write:statuses"),
        zone=call.tools.settings.instance.time_zone,
    )


@routes.post("/drafts/{id}/discard")
async def discard(call: Call, form: One) -> Response:
    """Throw a draft away."""
    account_id = call.require(DRAFTS)
    gone = await call.tools.db.write(drafts.discard, id=form.id, account_id=account_id, now=call.now)
    return call.redirect(f"/drafts/{gone.id}/gone")


@routes.post("/drafts/{id}/unschedule")
async def unschedule(call: Call, form: One) -> Response:
    """Have a planned message not published: it is a draft again, which is opened."""
    account_id = call.require("write:statuses")
    draft = await call.tools.db.write(
        drafts.unschedule, id=form.id, account_id=account_id, key=access.new_secret(), now=call.now
    )
    return call.redirect(f"/write?draft={draft.id}")


@routes.post("/posts/{id}/delete")
async def delete(call: Call, form: One) -> Response:
    """Delete one's post; what follows offers it back.

    Raises:
        NotSignedIn, RoleForbids, TooManyAttempts, PostNotFound, NotYourPost.
    """
    account_id = call.require("write:statuses")
    most = call.tools.settings.limits.deletions_per_30_minutes
    call.limit("deletions", f"account {account_id}", Limit(most, HALF_AN_HOUR))
    gone = await call.tools.db.write(
        drafts.withdraw, id=form.id, author_id=account_id, key=access.new_secret(), now=call.now
    )
    if call.is_fragment:
        return call.fragment("write/_gone", id=gone.id)
    back = "/" if str(form.id) in form.back else local(form.back)  # not to the page that is gone
    return call.redirect(f"/drafts/{gone.id}/gone?{urlencode({'back': back})}")


@routes.get("/drafts/{id}/gone")
async def show_gone(call: Call, form: One) -> Response:
    """What was deleted can come back."""
    account_id = call.require(DRAFTS)
    async with call.tools.db.read() as tx:
        gone = await drafts.owned(tx, form.id, account_id=account_id)
    return call.page("write/gone", id=gone.id, back=local(form.back))


def _line(call: Call, one: drafts.KeptDraft | scheduled.ScheduledPost, at: datetime) -> Line:
    draft = one.draft
    refusal = one.refusal if isinstance(one, scheduled.ScheduledPost) else None
    when = dates.moment(at, lang=call.lang, zone=call.zone)
    return Line(one.id, draft.text or draft.spoiler, draft.language, len(draft.media_ids), when, refusal)
