"""What the acting account says of itself: name, text, pictures, lines; and who finds and follows it.

Pictures are cut to shape around their centre, unless a script of the page let the person choose first.
"""

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import Response

from pinson.domain import accounts, media, posts
from pinson.domain.accounts import Changes, Field
from pinson.domain.media import Portrait, Portrayed, Upload
from pinson.interfaces.request import Routes
from pinson.interfaces.web.settings.proofs import links_of
from pinson.interfaces.web.site import Call

UPLOADS = 17 << 20  # bytes: two pictures of 8 MB, and words

routes = Routes()


class Line(msgspec.Struct):
    """A line of the table on a profile."""

    name: str = ""
    value: str = ""


class ProfileForm(msgspec.Struct):
    """The form; a box that is not ticked is not sent. saved: that the page follows upon sending it; looking: upon
    asking to look at the sites.
    """

    display_name: str = ""
    note: str = ""
    lines: list[Line] = []
    locked: bool = False
    bot: bool = False
    discoverable: bool = False
    indexable: bool = False
    hide_collections: bool = False
    avatar: UploadFile | None = None
    avatar_description: str = ""
    avatar_remove: bool = False
    header: UploadFile | None = None
    header_description: str = ""
    header_remove: bool = False
    saved: bool = False
    looking: bool = False

    def to_changes(self) -> Changes:
        """What the domain calls it, but for new pictures. To take one away is to describe nothing."""
        return Changes(
            display_name=self.display_name,
            note=self.note.replace("\r\n", "\n"),
            fields=tuple(Field(line.name.strip(), line.value.strip()) for line in self.lines),
            locked=self.locked,
            bot=self.bot,
            discoverable=self.discoverable,
            indexable=self.indexable,
            hide_collections=self.hide_collections,
            avatar="" if self.avatar_remove else None,
            avatar_description="" if self.avatar_remove else self.avatar_description,
            header="" if self.header_remove else None,
            header_description="" if self.header_remove else self.header_description,
        )


@routes.get("/settings/profile")
async def show(call: Call, form: ProfileForm) -> Response:
    """The form, filled in with what is; with what was sent, if that was refused.

    Raises:
        NotSignedIn, RoleForbids.
    """
    account_id = call.require("write:accounts")
    async with call.tools.db.read() as tx:
        profile = await accounts.profile(tx, account_id)
        assert profile is not None
        links = await links_of(tx, call, profile)
    if not call.problems:
        form = ProfileForm(
            display_name=profile.display_name,
            note=profile.note,
            lines=[Line(one.name, one.value) for one in profile.fields],
            locked=profile.locked,
            bot=profile.bot,
            discoverable=bool(profile.discoverable),
            indexable=profile.indexable,
            hide_collections=bool(profile.hide_collections),
            avatar_description=profile.avatar_description,
            header_description=profile.header_description,
            saved=form.saved,
            looking=form.looking,
        )
    return call.page(
        "settings/profile",
        form=form,
        lines=[*form.lines, *(Line() for _ in range(accounts.MOST_FIELDS))][: accounts.MOST_FIELDS],
        profile=profile,
        links=links,
        mine=profile.url(call.base_url),
        picture=call.picture_of(profile),
        header=media.address(profile.header, "") if profile.header else None,
        max_name=accounts.MAX_DISPLAY_NAME,
        max_note=accounts.MAX_NOTE,
        max_line=accounts.MAX_FIELD,
        max_description=accounts.MAX_PICTURE_DESCRIPTION,
        megabytes=accounts.PICTURE_BYTES >> 20,
    )


@routes.post("/settings/profile", again=show, max_body=UPLOADS)
async def change(call: Call, form: ProfileForm) -> Response:
    """Keep it.

    Raises:
        NotSignedIn, RoleForbids, ProfileRefused, AvatarRefused, HeaderRefused.
    """
    account_id = call.require("write:accounts")
    changes = accounts.prepare_changes(form.to_changes(), length=posts.length)
    avatar = await _portrait(call, form.avatar, media.AVATAR)
    header = await _portrait(call, form.header, media.HEADER)
    changes = msgspec.structs.replace(
        changes,
        avatar=avatar.key if avatar else changes.avatar,
        avatar_moving=avatar and avatar.moving,
        header=header.key if header else changes.header,
    )
    await call.tools.db.write(accounts.change, account_id=account_id, changes=changes, now=call.now)
    return call.redirect("/settings/profile?saved=1")


async def _portrait(call: Call, sent: UploadFile | None, portrait: Portrait) -> Portrayed | None:
    upload = Upload(sent.file, sent.size) if sent is not None and sent.size else None
    return await media.keep_portrait(call.tools.studio, upload, portrait, now=call.now)
