"""Media, as Mastodon clients know them: https://docs.joinmastodon.org/methods/media.

Not here: what they look like to an app (attachments.py), the files themselves (interfaces/media),
attaching them to a status (statuses.py).
"""

from datetime import date

import msgspec
from msgspec import UNSET, UnsetType
from starlette.datastructures import UploadFile
from starlette.responses import Response

from pinson.domain import media
from pinson.domain.media import FILM_BYTES, IMAGE_BYTES, Media, MediaId, ProcessingFailed, Said, State, Upload
from pinson.interfaces.mastodon.api import HALF_AN_HOUR, Call, json
from pinson.interfaces.mastodon.entities import Empty, MediaAttachment, attachment
from pinson.interfaces.request import MAX_BODY, Routes
from pinson.lib.limits import Limit

routes = Routes()

MOST_SENT = FILM_BYTES + IMAGE_BYTES + MAX_BODY  # a film, a picture that stands for it, and what is said


class Described(msgspec.Struct):
    """What is said about media. An empty description or focus takes away what was said."""

    thumbnail: UploadFile | None = None
    description: str | UnsetType | None = UNSET
    focus: str | UnsetType | None = UNSET

    def to_said(self) -> Said:
        """What the domain calls it.

        Raises:
            DescriptionTooLong, BadFocus.
        """
        return said(self.description, self.focus)


def said(description: str | UnsetType | None, focus: str | UnsetType | None) -> Said:
    """What is said about media, as the domain calls it.

    Raises:
        DescriptionTooLong, BadFocus.
    """
    return Said(
        UNSET if description is UNSET else media.check_description(description or ""),
        UNSET if focus is UNSET else media.read_focus(focus or ""),
    )


class NewMedia(Described):
    """Body of POST /api/v2/media."""

    file: UploadFile | None = None


class OneMedia(msgspec.Struct):
    """Media, by the id in the path."""

    id: MediaId


class Edited(Described, kw_only=True):
    """Body of PUT /api/v1/media/:id. What is left out stays as it is."""

    id: MediaId


@routes.post(
    "/api/v2/media", scopes=("write:media",), max_body=MOST_SENT, answers={200: MediaAttachment, 202: MediaAttachment}
)
async def upload(call: Call, form: NewMedia) -> Response:
    """Take a file. A picture is ready at once; of anything else, 202 says that its app shall ask again."""
    return _shown(call, await _received(call, form, wait=False), processing=202)


@routes.post(
    "/api/v1/media",
    scopes=("write:media",),
    max_body=MOST_SENT,
    answers={200: MediaAttachment, 202: MediaAttachment},
    deprecated=date(2020, 4, 5),
)
async def upload_and_wait(call: Call, form: NewMedia) -> Response:
    """Take a file, and answer when it is ready, which for a film takes minutes. Elk still does it so."""
    return _shown(call, await _received(call, form, wait=True), processing=202)


@routes.get("/api/v1/media/{id}", scopes=("write:media",), answers={200: MediaAttachment, 206: MediaAttachment})
async def show(call: Call, form: OneMedia) -> Response:
    """Whether something that was uploaded is ready. What a status has is not found here any more."""
    async with call.tools.db.read() as tx:
        found = await media.owned(tx, form.id, account_id=call.account_id)
    return _shown(call, found, processing=206)


@routes.on(
    "PUT", "/api/v1/media/{id}", scopes=("write:media",), max_body=IMAGE_BYTES + MAX_BODY, answers=MediaAttachment
)
async def edit(call: Call, form: Edited) -> Response:
    """Change what is said about something that no status has yet."""
    changed = await call.tools.studio.update(
        form.id, account_id=call.account_id, said=form.to_said(), thumbnail=_upload(form.thumbnail), now=call.now
    )
    return json(attachment(changed, call.base_url))


@routes.on("DELETE", "/api/v1/media/{id}", scopes=("write:media",), answers=Empty)
async def delete(call: Call, form: OneMedia) -> Response:
    """Delete something that no status has."""
    await call.tools.db.write(media.delete, id=form.id, account_id=call.account_id, now=call.now)
    return json({})


async def _received(call: Call, form: NewMedia, *, wait: bool) -> Media:
    most = call.tools.settings.limits.uploads_per_30_minutes
    call.limit("uploads", f"account {call.account_id}", Limit(most, HALF_AN_HOUR))
    return await call.tools.studio.receive(
        _upload(form.file),
        thumbnail=_upload(form.thumbnail),
        said=form.to_said(),
        account_id=call.account_id,
        wait=wait,
        now=call.now,
    )


def _upload(sent: UploadFile | None) -> Upload | None:
    return None if sent is None else Upload(sent.file, sent.size or 0)


def _shown(call: Call, found: Media, *, processing: int) -> Response:
    """
    Args:
        processing: the status while it is not ready yet.
    Raises:
        ProcessingFailed.
    """
    if found.state is State.FAILED:
        raise ProcessingFailed
    return json(attachment(found, call.base_url), status=200 if found.state is State.READY else processing)
