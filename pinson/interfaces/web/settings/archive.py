"""All that the acting account holds, in one file to take along: ask for it, and fetch it. For its owners only."""

import msgspec
from babel.numbers import format_decimal
from starlette.responses import Response, StreamingResponse

from pinson.domain import archives
from pinson.domain.accounts import AccountId
from pinson.domain.archives import Archive, ArchiveGone
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.site import Call, NotSignedIn

routes = Routes()


class Asking(msgspec.Struct):
    """The form. asked: that the page follows upon sending it."""

    asked: bool = False


@routes.get("/settings/archive")
async def show(call: Call, form: Asking) -> Response:
    """Whether there is one, and how to get it.

    Raises:
        NotSignedIn, RoleForbids.
    """
    archive = await _archive(call, call.require("write:accounts"))
    made_at = archive.made_at if archive else None
    return call.page(
        "settings/archive",
        archive=archive,
        asked=form.asked,
        may_ask=archive is None or call.now - archive.asked_at >= archives.OFTEN,
        made=made_at and dates.moment(made_at, lang=call.lang, zone=call.zone),
        until=made_at and dates.moment(made_at + archives.KEPT, lang=call.lang, zone=call.zone),
        megabytes=archive and format_decimal(max(0.1, round(archive.size / 1e6, 1)), locale=dates.LOCALES[call.lang]),
    )


@routes.post("/settings/archive", again=show)
async def ask(call: Call, form: Asking) -> Response:
    """Have one made.

    Raises:
        NotSignedIn, RoleForbids, ArchiveTooSoon.
    """
    account_id = call.require("write:accounts")
    if call.user is None:
        raise NotSignedIn
    await call.tools.db.write(archives.ask, account_id=account_id, user_id=call.user.id, now=call.now)
    return call.redirect("/settings/archive?asked=1")


@routes.get("/settings/archive/file")
async def fetch(call: Call) -> Response:
    """The file. Read in pieces; nobody between keeps it.

    Raises:
        NotSignedIn, RoleForbids, ArchiveGone.
    """
    archive = await _archive(call, call.require("write:accounts"))
    if archive is None or archive.key is None or archive.made_at is None or call.acting is None:
        raise ArchiveGone
    blob = await call.tools.blobs.open(archive.key)
    if blob is None:
        raise ArchiveGone
    name = f"{call.acting.username}-{archive.made_at.astimezone(call.zone):%Y-%m-%d}.zip"
    headers = {"content-length": str(blob.size), "content-disposition": f'attachment; filename="{name}"'}
    if call.request.method == "HEAD":
        blob.close()
        return Response(headers=headers, media_type="application/zip")
    return StreamingResponse(blob.pieces(0, blob.size), headers=headers, media_type="application/zip")


async def _archive(call: Call, account_id: AccountId) -> Archive | None:
    async with call.tools.db.read() as tx:
        return await archives.of_account(tx, account_id)
