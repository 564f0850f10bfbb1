"""What whoever runs the server tells everybody here, now or later, and the emojis that it offers them."""

from functools import partial

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import Response

from pinson.domain import instance, media, moderation
from pinson.domain.access import UserRole
from pinson.domain.instance import EmojiTooLarge
from pinson.domain.media import Upload
from pinson.interfaces.request import Routes
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.staff import One, Undo, Words
from pinson.interfaces.web.site import Call
from pinson.lib.errors import Kind, Refusal

routes = Routes()

ADMIN = UserRole.ADMIN


class NoPicture(Refusal):
    """The form came without a file."""

    kind, code = Kind.INVALID, "no_picture"
    text = "Choose a picture."


class Announced(msgspec.Struct):
    """The form of an announcement. at, until: moments as they are where the reader lives; "" is now, and for ever."""

    text: Words | None = None
    at: str = ""
    until: str = ""


class Offered(msgspec.Struct):
    """The form of an emoji."""

    shortcode: str = ""
    category: str = ""
    picture: UploadFile | None = None


class Named(msgspec.Struct):
    """Which emoji; the token of the form is looked at before that. key, category: of one that is brought back."""

    shortcode: str = ""
    category: str = ""
    key: str = ""


# --- announcements ------------------------------------------------------------------------------------------------


@routes.get("/operator/announcements")
async def show_announcements(call: Call, form: Announced) -> Response:
    """What is being announced and what will be, and the form for more.

    Raises:
        NotSignedIn, NotStaff.
    """
    return await _announcements(call, form)


async def _announcements(call: Call, form: Announced, undo: Undo | None = None) -> Response:
    staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        found = [one for one in await instance.all_announcements(tx) if not one.is_over(call.now)]
    return await staff.page(
        call,
        "announcements",
        "announcements",
        form=form,
        found=found,
        zone=call.zone.key,
        undo=undo,
        when=partial(staff.when, call),
    )


@routes.post("/operator/announcements", again=show_announcements)
async def announce(call: Call, form: Announced) -> Response:
    """Tell everybody here, now or later.

    Raises:
        NotSignedIn, NotStaff, BadMoment, BlankText, TextTooLong, EndsBeforeItStarts.
    """
    by = staff.moderator(call, least=ADMIN)
    said = form.text or Words()
    await call.tools.db.write(
        moderation.announce,
        by=by,
        text=said.text,
        translations=said.translations,
        publish_at=staff.moment_of(call, form.at),
        ends_at=staff.moment_of(call, form.until),
        now=call.now,
    )
    return call.redirect("/operator/announcements")


@routes.post("/operator/announcements/{id}/withdraw")
async def withdraw(call: Call, form: One) -> Response:
    """Take one back; the page that follows can tell it again.

    Raises:
        NotSignedIn, NotStaff, AnnouncementNotFound.
    """
    by = staff.moderator(call, least=ADMIN)
    was = await call.tools.db.write(moderation.withdraw_announcement, by=by, id=form.id, now=call.now)
    fields = Words.of(was.text, was.translations).fields("text")
    if not was.told:
        fields["at"] = staff.typed(call, was.published_at)
    if was.ends_at is not None:
        fields["until"] = staff.typed(call, was.ends_at)
    undo = Undo("/operator/announcements", fields, was.said(call.lang)[:80])
    return await _announcements(call, Announced(), undo)


# --- emojis -------------------------------------------------------------------------------------------------------


@routes.get("/operator/emojis")
async def show_emojis(call: Call, form: Offered) -> Response:
    """The emojis of this server, and the form to add one.

    Raises:
        NotSignedIn, NotStaff.
    """
    return await _emojis(call, form)


async def _emojis(call: Call, form: Offered, undo: Undo | None = None) -> Response:
    staff.moderator(call, least=ADMIN)
    return await staff.page(
        call,
        "emojis",
        "emojis",
        form=form,
        emojis=call.tools.emojis.all,
        kilobytes=instance.EMOJI_BYTES >> 10,
        undo=undo,
    )


@routes.post("/operator/emojis", again=show_emojis, max_body=instance.EMOJI_BYTES + (64 << 10))
async def add_emoji(call: Call, form: Offered) -> Response:
    """Offer another.

    Raises:
        NotSignedIn, NotStaff, NoPicture, EmojiTooLarge, UnknownType, UnreadablePicture, TooManyPixels, BadShortcode,
            EmojiTaken, TextTooLong.
    """
    by = staff.moderator(call, least=ADMIN)
    shortcode = form.shortcode.strip().strip(":")
    if form.picture is None or not form.picture.size:
        raise NoPicture
    if form.picture.size > instance.EMOJI_BYTES:
        raise EmojiTooLarge(kilobytes=instance.EMOJI_BYTES >> 10)
    upload = Upload(form.picture.file, form.picture.size)
    key = await call.tools.studio.still(upload, media.EMOJI, most=1 << 20, now=call.now)
    await call.tools.db.write(
        moderation.add_emoji, by=by, shortcode=shortcode, key=key, category=form.category.strip(), now=call.now
    )
    return call.redirect("/operator/emojis")


@routes.post("/operator/emojis/remove")
async def remove_emoji(call: Call, form: Named) -> Response:
    """Offer it no more; the page that follows can bring it back, for a day.

    Raises:
        NotSignedIn, NotStaff, EmojiNotFound.
    """
    by = staff.moderator(call, least=ADMIN)
    was = await call.tools.db.write(moderation.remove_emoji, by=by, shortcode=form.shortcode, now=call.now)
    fields = {"shortcode": was.shortcode, "category": was.category, "key": was.key}
    return await _emojis(call, Offered(), Undo("/operator/emojis/again", fields, f":{was.shortcode}:"))


@routes.post("/operator/emojis/again")
async def bring_back(call: Call, form: Named) -> Response:
    """Offer again what was just removed.

    Raises:
        NotSignedIn, NotStaff, BadShortcode, EmojiTaken, TookTooLong.
    """
    by = staff.moderator(call, least=ADMIN)
    await call.tools.db.write(
        moderation.add_emoji, by=by, shortcode=form.shortcode, key=form.key, category=form.category, now=call.now
    )
    return call.redirect("/operator/emojis")
