"""Media: what people attach to posts."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import BinaryIO, NewType

import msgspec

from pinson.domain.accounts import AccountId
from pinson.lib.images import Version

MediaId = NewType("MediaId", int)

EARLIER = -1  # the position at its post of what the post showed before it was edited, and shows no longer

# All that is ever shown, by the suffix of its key: what we encode ourselves. What people sent has none of these.
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "jpg": "image/jpeg",
        "png": "image/png",
        "webp": "image/webp",
        "gif": "image/gif",
        "mp4": "video/mp4",
        "mp3": "audio/mpeg",
    }
)


class MediaKind(StrEnum):
    """What it is, in Mastodon's words."""

    IMAGE = "image"
    GIFV = "gifv"  # a GIF that moves: a film without sound that starts over
    VIDEO = "video"
    AUDIO = "audio"


class State(StrEnum):
    """Whether it can be shown."""

    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Focus(msgspec.Struct, frozen=True):
    """What matters in a picture, where it is cut: -1 to 1 from left to right and from bottom to top."""

    x: float
    y: float


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was measured of what is shown: pixels, seconds, bits a second, samples a second. 0 or "" where it has none.

    frame_rate: pictures a second, as a fraction: "30000/1001".
    """

    width: int = 0
    height: int = 0
    preview_width: int = 0
    preview_height: int = 0
    seconds: float = 0.0
    frame_rate: str = ""
    bitrate: int = 0
    sound: str = ""
    sample_rate: int = 0
    channels: str = ""


class Media(msgspec.Struct, frozen=True):
    """One picture, film or sound.

    post_id: the post it belongs to, at `position`, from 0, or EARLIER; None while it is loose.
    key, preview_key, upload_key: files in `Blobs`: what is shown, its small version (or what stands
        for a sound), what was sent and still has to be processed.
    size: of what is shown, in bytes.
    loose_since: when it came to belong to no post.
    """

    id: MediaId
    account_id: AccountId
    post_id: int | None
    position: int
    kind: MediaKind
    state: State
    key: str | None
    preview_key: str | None
    upload_key: str | None
    size: int
    details: Details
    description: str
    focus_x: float | None
    focus_y: float | None
    blurhash: str | None
    created_at: datetime
    loose_since: datetime | None

    @property
    def focus(self) -> Focus | None:
        """What matters in it, if somebody said."""
        return None if self.focus_x is None or self.focus_y is None else Focus(self.focus_x, self.focus_y)

    @property
    def keys(self) -> list[str]:
        """All its files."""
        return [key for key in (self.key, self.preview_key, self.upload_key) if key is not None]


class Made(msgspec.Struct, frozen=True):
    """What processing made of an upload, files included, which are kept but not yet claimed."""

    key: str
    preview_key: str | None
    size: int
    details: Details
    blurhash: str | None


class Preview(msgspec.Struct, frozen=True):
    """A picture that stands for something: its file, kept but not yet claimed, its size in pixels, its blurhash."""

    key: str
    width: int
    height: int
    blurhash: str


class Portrayed(msgspec.Struct, frozen=True):
    """The picture of an account, and one that moves beside it, if what was sent does: files, kept, not yet claimed."""

    key: str
    moving: str | None = None


class Said(msgspec.Struct, frozen=True):
    """What its uploader says about it; UNSET keeps what was said before."""

    description: str | msgspec.UnsetType = msgspec.UNSET
    focus: Focus | msgspec.UnsetType | None = msgspec.UNSET


EMOJI = Version(128 * 128, faithful=True)
"""What becomes of the picture of a custom emoji."""


class Upload(msgspec.Struct, frozen=True):
    """A file as somebody sent it. size: in bytes."""

    file: BinaryIO
    size: int


def address(key: str, base_url: str) -> str:
    """Where anybody finds a file."""
    return f"{base_url}/media/{key}"
