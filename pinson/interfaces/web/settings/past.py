"""What the acting account published elsewhere, brought here with its dates: send an archive, and see how far it is."""

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import Response

from pinson import importing
from pinson.domain import intakes
from pinson.domain.posts import Visibility
from pinson.interfaces.request import Routes
from pinson.interfaces.web.settings.posting import NoSuchChoice
from pinson.interfaces.web.site import Call
from pinson.lib.errors import Kind, Refusal
from pinson.lib.limits import Limit

UPLOADS = 1 << 30  # bytes
OFTEN = Limit(10, 3600)  # archives that an account may send
CHOICES = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS)

routes = Routes()


class NoArchive(Refusal):
    """The form was sent without a file."""

    kind, code = Kind.INVALID, "no_archive"
    text = "Choose the file first: the zip that Twitter or Mastodon gave you."


class Sent(msgspec.Struct):
    """The form. sent: that the page follows upon sending it."""

    archive: UploadFile | None = None
    visibility: str = Visibility.UNLISTED
    sent: bool = False


@routes.get("/settings/past")
async def show(call: Call, form: Sent) -> Response:
    """How far the last one is, and the form for another.

    Raises:
        NotSignedIn, RoleForbids.
    """
    own = call.require("write:accounts")
    async with call.tools.db.read() as tx:
        intake = await intakes.of_account(tx, own)
    return call.page("settings/past", intake=intake, chosen=form.visibility, gigabytes=UPLOADS >> 30)


@routes.post("/settings/past", again=show, max_body=UPLOADS)
async def send(call: Call, form: Sent) -> Response:
    """Take an archive.

    Raises:
        NotSignedIn, RoleForbids, TooManyAttempts, NoSuchChoice, NoArchive, UnreadableArchive, ArchiveTooLarge,
        IntakeUnderWay.
    """
    own = call.require("write:accounts")
    call.limit("past", str(own), OFTEN)
    visibility = next((one for one in CHOICES if one == form.visibility), None)
    if visibility is None:
        raise NoSuchChoice
    if form.archive is None or not form.archive.size:
        raise NoArchive
    await importing.send(call.tools, form.archive.file, account_id=own, visibility=visibility)
    return call.redirect("/settings/past?sent=1")
