"""What apps know of a picture, film or sound: https://docs.joinmastodon.org/entities/MediaAttachment.

Called by the handlers of media and by whoever renders a status. Pure.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

import msgspec

from pinson.domain.media import Media, MediaKind, State, address
from pinson.domain.posts import Shown


class MediaAttachment(msgspec.Struct):
    """See the module. `url` is null until it can be shown."""

    id: str
    type: Literal["image", "gifv", "video", "audio", "unknown"]
    url: str | None
    preview_url: str | None
    remote_url: str | None
    preview_remote_url: str | None
    text_url: str | None
    meta: Mapping[str, Any]
    description: str | None
    blurhash: str | None


def attachment(media: Media, base_url: str) -> MediaAttachment:
    """The entity of one attachment.

    Args:
        base_url: public address of this server, without a slash at its end.
    """
    ready = media.state is State.READY
    return MediaAttachment(
        id=str(media.id),
        type=media.kind.value,
        url=address(media.key, base_url) if media.key else None,
        preview_url=address(media.preview_key, base_url) if ready and media.preview_key else None,
        remote_url=None,
        preview_remote_url=None,
        text_url=None,
        meta=_meta(media) if ready else _focus(media),
        description=media.description or None,
        blurhash=media.blurhash,
    )


def as_shown(media: Media, shown: Shown) -> Media:
    """An attachment with what was said about it when a version of a post showed it."""
    return msgspec.structs.replace(media, description=shown.description, focus_x=shown.focus_x, focus_y=shown.focus_y)


def _meta(media: Media) -> dict[str, Any]:
    """What was measured. A film says it twice, as apps of all ages look for it in either place."""
    details = media.details
    meta: dict[str, Any] = {}
    original: dict[str, Any] = {}
    if media.kind is not MediaKind.IMAGE:
        meta |= {"length": _length(details.seconds), "duration": details.seconds}
        original |= {"duration": details.seconds, "bitrate": details.bitrate}
    if details.sound:
        meta |= {
            "audio_encode": details.sound,
            "audio_bitrate": f"{details.sample_rate} Hz",
            "audio_channels": details.channels,
        }
    if media.kind is MediaKind.IMAGE:
        original |= _shape(details.width, details.height)
    elif media.kind is not MediaKind.AUDIO:
        meta |= {"fps": round(Fraction(details.frame_rate)), **_shape(details.width, details.height)}
        original |= {"width": details.width, "height": details.height, "frame_rate": details.frame_rate}
    meta["original"] = original
    if media.preview_key:
        meta["small"] = _shape(details.preview_width, details.preview_height)
    return meta | _focus(media)


def _focus(media: Media) -> dict[str, Any]:
    return {"focus": {"x": media.focus.x, "y": media.focus.y}} if media.focus else {}


def _shape(width: int, height: int) -> dict[str, Any]:
    return {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height}


def _length(seconds: float) -> str:
    """Hours, minutes, seconds and hundredths: "0:00:12.40"."""
    hundredths = round(seconds * 100)
    minutes, hundredths = divmod(hundredths, 6000)
    return f"{minutes // 60}:{minutes % 60:02}:{hundredths // 100:02}.{hundredths % 100:02}"
