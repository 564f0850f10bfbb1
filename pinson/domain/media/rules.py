"""What may be uploaded and attached. Pure.

Texts that apps compare or show as they are stand as in Mastodon.
"""

import math
from collections.abc import Sequence

from pinson.domain.media.model import Focus, Media, MediaKind, State
from pinson.lib.errors import Kind, Refusal

MOST_ATTACHED = 4
MOST_DESCRIPTION = 10_000  # characters
IMAGE_BYTES, FILM_BYTES = 16 << 20, 99 << 20
# What apps are told that they may send, which is only a hint: what a file is, its first bytes say.
IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "image/avif")
FILM_TYPES = (
    *("video/mp4", "video/quicktime", "video/webm", "video/ogg"),
    *("audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/aac", "audio/ogg", "audio/webm"),
    *("audio/wav", "audio/wave", "audio/x-wav", "audio/flac", "audio/x-flac"),
)


class NoFile(Refusal):
    """Nothing was sent, or something empty."""

    kind, code = Kind.INVALID, "no_file"
    text = "Validation failed: File can't be blank"


class UnknownType(Refusal):
    """Its first bytes are those of nothing that we take."""

    kind, code = Kind.INVALID, "unknown_type"
    text = "Validation failed: File content type is invalid"


class NoFilmsHere(Refusal):
    """There is no ffmpeg on this machine."""

    kind, code = Kind.INVALID, "no_films_here"
    text = (
        "This server takes no video and no sound: it could not remove from them where they were recorded. "
        "Whoever runs it can install ffmpeg."
    )


class FileTooLarge(Refusal):
    """It has more bytes than we take."""

    kind, code = Kind.INVALID, "file_too_large"
    text = "Validation failed: File must be smaller than {megabytes} MB"


class DescriptionTooLong(Refusal):
    """The description is longer than apps expect one to be."""

    kind, code = Kind.INVALID, "description_too_long"
    text = "Validation failed: Description is too long (maximum is {limit} characters)"


class BadFocus(Refusal):
    """The focus is not two numbers."""

    kind, code = Kind.INVALID, "bad_focus"
    text = "Validation failed: Focus must be two numbers from -1 to 1 with a comma between them"


class MediaNotFound(Refusal):
    """There is none, or it is somebody else's, or it belongs to a post by now."""

    kind, code = Kind.MISSING, "media_not_found"
    text = "Record not found"


class ProcessingFailed(Refusal):
    """It looked fine, and could not be processed."""

    kind, code = Kind.INVALID, "processing_failed"
    text = "Error processing thumbnail for uploaded media"


class InUse(Refusal):
    """It belongs to a post: the post is what one deletes or edits."""

    kind, code = Kind.INVALID, "media_in_use"
    text = "Media attachment is currently used by a status"


class CannotAttach(Refusal):
    """Some of what is to be attached is not there, not theirs, or belongs to another post."""

    kind, code = Kind.INVALID, "cannot_attach"
    text = "Validation failed: Media {ids} not found or already attached to another post"


class TooManyAttached(Refusal):
    """There are more than a post can have."""

    kind, code = Kind.INVALID, "too_many_attached"
    text = "Validation failed: Cannot attach more than {limit} files"


class MixedKinds(Refusal):
    """A film or a sound stands alone."""

    kind, code = Kind.INVALID, "mixed_kinds"
    text = "Validation failed: Cannot attach a video to a post that already contains images"


class NotReady(Refusal):
    """Something is still being processed, or could not be."""

    kind, code = Kind.INVALID, "media_not_ready"
    text = "Validation failed: Cannot attach files that have not finished processing. Try again in a moment!"


def check_size(size: int, most: int) -> None:
    """
    Args:
        size: of the file that was sent, in bytes.
        most: that are taken, whole megabytes.
    Raises:
        FileTooLarge.
    """
    if size > most:
        raise FileTooLarge(megabytes=most >> 20)


def check_description(description: str) -> str:
    """
    Returns:
        The description without blanks around it.
    Raises:
        DescriptionTooLong.
    """
    bare = description.strip()
    if len(bare) > MOST_DESCRIPTION:
        raise DescriptionTooLong(limit=MOST_DESCRIPTION)
    return bare


def read_focus(text: str) -> Focus | None:
    """A focus as apps write it, "x,y"; what lies outside the picture is moved to its border. "" is none.

    Raises:
        BadFocus.
    """
    if not text.strip():
        return None
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise BadFocus from None
    if not (math.isfinite(x) and math.isfinite(y)):
        raise BadFocus
    return Focus(max(-1.0, min(1.0, x)), max(-1.0, min(1.0, y)))


def check_together(attached: Sequence[Media]) -> None:
    """Whether one post may have all of these.

    Raises:
        TooManyAttached, MixedKinds, NotReady.
    """
    if len(attached) > MOST_ATTACHED:
        raise TooManyAttached(limit=MOST_ATTACHED)
    if len(attached) > 1 and any(one.kind is not MediaKind.IMAGE for one in attached):
        raise MixedKinds
    if any(one.state is not State.READY for one in attached):
        raise NotReady
