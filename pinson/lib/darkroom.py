"""Reads one picture that a stranger sent, and writes what may be shown of it. A program of its own.

Run by `images.py`, which says what the job and the answer hold. It is started by its path and
imports nothing of ours, so that it starts fast, and what a picture does to it (a crash, all its
memory) it does to nobody else.

Nothing of the file but its pixels comes out: each picture is turned upright, brought to sRGB,
and encoded anew without any metadata.
"""

import errno
import json
import math
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence

JPEG_QUALITY, WEBP_QUALITY = 90, 90
LOSSLESS_EFFORT = 50  # of 100; more takes ten times as long for a file as large
GIF_PIXELS = 60_000_000  # of all frames together: 200 of 640x480
MOVING_PIXELS, MOST_FRAMES, MOVING_BYTES = 40_000_000, 120, 2 << 20  # of what moves beside what does not
FRAME_MS = 100  # of a frame that does not say how long it is shown
HASHED = 32  # pixels of the longer side of what a blurhash is made from
OUR_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}


class Refused(Exception):
    """What the answer says instead of pictures."""

    def __init__(self, why: str, **facts: int) -> None:
        super().__init__(why)
        self.facts = facts


def develop(job: dict[str, Any]) -> dict[str, Any]:
    """Do the job: see `images.develop`."""
    if job["format"] == "HEIF":
        import pillow_heif  # only now: it takes as long to load as all the rest

        pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # we look at the size ourselves, before anything is decoded
    with Image.open(job["source"], formats=[job["format"]]) as opened:
        width, height = opened.size
        if width * height > job["most_pixels"]:
            raise Refused("too_many_pixels", width=width, height=height)
        moves = job["keep_animation"] and job["format"] == "GIF" and getattr(opened, "is_animated", False)
        if moves and width * height * getattr(opened, "n_frames", 1) > GIF_PIXELS:
            raise Refused("too_many_pixels", width=width, height=height)
        return _versions(opened, job, moves=moves)


def _versions(opened: Image.Image, job: dict[str, Any], *, moves: bool) -> dict[str, Any]:
    """All that was asked for, each made of the one before it, and the blurhash of the last."""
    lossless = _is_lossless(opened, job["source"])
    wanted = job["versions"]
    if wanted[0]["shape"] is None:
        opened.draft(None, _fitting(opened.size, wanted[0]["area"]))  # a JPEG can be decoded at a half, a quarter ...
    picture = _upright(opened)
    made, moving = [], None
    for number, version in enumerate(wanted):
        picture = _reduced(_cut(picture, version["shape"]), version["area"])
        if number == 0:
            picture = _in_srgb(picture)
        name = Path(job["folder"], str(number))
        if moves and version["faithful"]:
            file = _save_moving(opened, picture.size, name)
        else:
            file = _save(
                picture, _format(picture, job["format"], faithful=version["faithful"]), name, lossless=lossless
            )
        made.append({"file": file.name, "width": picture.width, "height": picture.height})
        if number == 0 and version["moves"]:
            moving = _beside(opened, version["shape"], picture.size, Path(job["folder"], "moving"))
    return {"pictures": made, "blurhash": blurhash(picture), "moving": moving and moving.name}


def _format(picture: Image.Image, source: str, *, faithful: bool) -> str:
    """How it is encoded. What is transparent stays so; a faithful version of a drawing stays sharp."""
    if picture.mode == "RGBA":
        return "WEBP" if source == "WEBP" else "PNG"
    return {"GIF": "PNG", "PNG": "PNG", "WEBP": "WEBP"}.get(source, "JPEG") if faithful else "JPEG"


def _save(picture: Image.Image, format: str, name: Path, *, lossless: bool = False, **options: Any) -> Path:
    file = name.with_suffix(SUFFIXES[format])
    match format:
        case "JPEG":
            options = {"quality": JPEG_QUALITY, "progressive": True, "optimize": True}
        case "WEBP":
            options = {"lossless": lossless, "quality": LOSSLESS_EFFORT if lossless else WEBP_QUALITY}
    try:
        picture.save(file, format, **options)
    except OSError as error:
        if error.errno in OUR_TROUBLE:
            raise Refused("storage") from error
        raise
    return file


def _save_moving(opened: Image.Image, size: tuple[int, int], name: Path) -> Path:
    """A GIF with all its pictures."""
    pictures, milliseconds = [], []
    for frame in ImageSequence.Iterator(opened):
        milliseconds.append(int(frame.info.get("duration", FRAME_MS)))
        pictures.append(_bare(frame.convert("RGBA").resize(size)))
    first, *rest = pictures
    moving: dict[str, Any] = {
        "save_all": True,
        "append_images": rest,
        "duration": milliseconds,
        "loop": 0,
        "disposal": 2,
    }
    return _save(first, "GIF", name, **moving)


def _beside(opened: Image.Image, shape: list[int] | None, size: tuple[int, int], name: Path) -> Path | None:
    """A WebP in which moves what moves, of the same size as the one that does not; None if nothing does, or too much.

    Too much is found out before anything but the first picture is decoded; then only one of the large ones is in
    memory at a time.
    """
    frames = getattr(opened, "n_frames", 1)
    if not getattr(opened, "is_animated", False) or frames > MOST_FRAMES:
        return None
    if opened.width * opened.height * frames > MOVING_PIXELS:
        return None
    pictures, milliseconds = [], []
    for number in range(frames):
        opened.seek(number)
        milliseconds.append(int(opened.info.get("duration") or FRAME_MS))
        pictures.append(_bare(_cut(_bare(opened.convert("RGBA")), shape).resize(size, Image.Resampling.BILINEAR)))
    first, *rest = pictures
    file = name.with_suffix(SUFFIXES["WEBP"])
    try:
        first.save(file, "WEBP", save_all=True, append_images=rest, duration=milliseconds, loop=0, quality=75, method=0)
    except OSError as error:
        if error.errno in OUR_TROUBLE:
            raise Refused("storage") from error
        raise
    return file if file.stat().st_size <= MOVING_BYTES else None


def _upright(opened: Image.Image) -> Image.Image:
    """Decoded, with eight bits a channel, and turned the way its EXIF says (1 to 8, TIFF 6.0)."""
    opened.load()
    picture = opened
    with suppress(Exception):  # EXIF that cannot be read turns nothing
        picture = ImageOps.exif_transpose(opened) or opened
    profile = picture.info.get("icc_profile")
    transparent = picture.has_transparency_data
    match picture.mode:
        case "RGB" | "L" | "CMYK" if not transparent:
            pass
        case "I;16" | "I;16L" | "I;16B" | "I;16N" | "I":
            picture = picture.convert("I").point([value >> 8 for value in range(65536)], "L")
        case _:
            picture = picture.convert("RGBA" if transparent else "RGB")
    return _bare(picture, profile)


def _bare(picture: Image.Image, profile: bytes | None = None) -> Image.Image:
    """Without anything but pixels: what stands in `info`, Pillow writes into files."""
    picture.info = {"icc_profile": profile} if profile else {}
    return picture


def _in_srgb(picture: Image.Image) -> Image.Image:
    """In the colours that all screens know. A profile that cannot be read is taken for sRGB, as browsers do."""
    profile = picture.info.get("icc_profile")
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            if picture.mode == "CMYK" or "sRGB" not in ImageCms.getProfileDescription(source):
                srgb = ImageCms.createProfile("sRGB")
                picture = ImageCms.profileToProfile(picture, source, srgb, outputMode=mode) or picture
    if mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):  # transparent nowhere
        mode = "RGB"
    return _bare(picture if picture.mode == mode else picture.convert(mode))


def _cut(picture: Image.Image, shape: list[int] | None) -> Image.Image:
    """The middle of it, in this shape."""
    if shape is None:
        return picture
    across, down = shape
    width = min(picture.width, max(1, picture.height * across // down))
    height = min(picture.height, max(1, picture.width * down // across))
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return _bare(picture.crop((left, top, left + width, top + height)), picture.info.get("icc_profile"))


def _reduced(picture: Image.Image, area: int) -> Image.Image:
    size = _fitting(picture.size, area)
    if size == picture.size:
        return picture
    reduced = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _bare(reduced, picture.info.get("icc_profile"))


def _fitting(size: tuple[int, int], area: int) -> tuple[int, int]:
    """The largest size of the same shape that has at most so many pixels."""
    width, height = size
    scale = min(1.0, math.sqrt(area / (width * height)))
    across, down = max(1, math.floor(width * scale)), max(1, math.floor(height * scale))
    return min(across, area), min(down, area)  # a line one pixel thin can only be made shorter


def _is_lossless(opened: Image.Image, source: str) -> bool:
    """Whether a WebP keeps every pixel (RFC 9649, section 2.6): then so do we."""
    if opened.format != "WEBP":
        return False
    with open(source, "rb") as file:
        return b"VP8L" in file.read(64)


def blurhash(picture: Image.Image, across: int = 4, down: int = 4) -> str:
    """A picture in 36 characters, for apps to show while they fetch it.

    Source: the algorithm at https://github.com/woltapp/blurhash/blob/master/Algorithm.md; what is
    transparent counts as white.
    """
    small = picture.convert("RGBA")
    small.thumbnail((HASHED, HASHED))
    white = Image.new("RGBA", small.size, "white")
    small = Image.alpha_composite(white, small).convert("RGB")
    factors = _cosines(small, across, down)
    (dc, *ac) = factors
    most = max(abs(value) for factor in ac for value in factor)
    quantised = max(0, min(82, math.floor(most * 166 - 0.5)))
    scale = (quantised + 1) / 166
    code = _base83(across - 1 + (down - 1) * 9, 1) + _base83(quantised, 1)
    red, green, blue = (_srgb(value) for value in dc)
    code += _base83((red << 16) + (green << 8) + blue, 4)
    for factor in ac:
        red, green, blue = (_nineteenth(value / scale) for value in factor)
        code += _base83((red * 19 + green) * 19 + blue, 2)
    return code


def _cosines(small: Image.Image, across: int, down: int) -> list[list[float]]:
    """How much of each wave is in the picture, row by row of waves, for red, green and blue.

    First along the lines, then along what is left: the waves of the two directions are independent.
    """
    linear = [_linear(value) for value in range(256)]
    waves_across = [_wave(number, small.width) for number in range(across)]
    waves_down = [_wave(number, small.height) for number in range(down)]
    factors = [[0.0, 0.0, 0.0] for _ in range(across * down)]
    for channel, band in enumerate(small.split()):
        values = [linear[value] for value in band.tobytes()]
        lines = [values[start : start + small.width] for start in range(0, len(values), small.width)]
        along = [[sum(map(float.__mul__, line, wave)) for line in lines] for wave in waves_across]
        for j, wave in enumerate(waves_down):
            for i, column in enumerate(along):
                norm = (1 if i == j == 0 else 2) / (small.width * small.height)
                factors[j * across + i][channel] = norm * sum(map(float.__mul__, column, wave))
    return factors


def _wave(number: int, length: int) -> list[float]:
    return [math.cos(math.pi * number * place / length) for place in range(length)]


def _linear(value: int) -> float:
    """Light from a byte of sRGB (IEC 61966-2-1)."""
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _srgb(light: float) -> int:
    share = max(0.0, min(1.0, light))
    share = share * 12.92 if share <= 0.0031308 else 1.055 * share ** (1 / 2.4) - 0.055
    return int(share * 255 + 0.5)


def _nineteenth(value: float) -> int:
    return max(0, min(18, math.floor(math.copysign(math.sqrt(abs(value)), value) * 9 + 9.5)))


def _base83(value: int, length: int) -> str:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
    return "".join(digits[value // 83**place % 83] for place in reversed(range(length)))


def main() -> None:
    """Read the job from the only argument, and write the answer to stdout, both in JSON."""
    job = json.loads(sys.argv[1])
    try:
        answer = develop(job)
    except Refused as refused:
        answer = {"refused": str(refused), **refused.facts}
    except Exception as error:  # whatever Pillow says of a picture made to break it
        answer = {"refused": "unreadable", "why": repr(error)[:300]}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
