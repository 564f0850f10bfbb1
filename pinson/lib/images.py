"""Pictures that people upload, made safe to show to others.

Called by the domain packages that keep pictures. What a file is, its first bytes say (`sniff`),
never its name; what may be shown of it, `develop` makes, in a process of its own
(`darkroom.py`) with limits, since decoders are where hostile files strike. That costs 0.1 s more
than a thread, and a thread can be neither stopped nor bounded.

Not here: films and sound (`video.py`), where files are kept (`blobs.py`).
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from pinson.lib.db import CannotWrite
from pinson.lib.errors import Kind, Refusal
from pinson.lib.programs import ProgramFailed, run

Format = Literal["JPEG", "PNG", "GIF", "WEBP", "HEIF", "AVIF"]

DARKROOM = Path(__file__).with_name("darkroom.py")
MOST_PIXELS = 33_177_600  # that will be decoded: 7680x4320
SECONDS = 30.0  # that one picture may take
MEMORY = 1536 << 20  # bytes of address space: three times what the largest picture was seen to take
OUTPUT = 128 << 20  # bytes of a file that is written: above any picture of 8 million pixels
HEAD = 64  # bytes that tell what a file is

HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")

events = structlog.get_logger("pinson.images")


class UnreadablePicture(Refusal):
    """It is cut off, damaged, or made to look like a picture."""

    kind, code = Kind.INVALID, "unreadable_picture"
    text = "Validation failed: File is not a picture that can be read; it may be damaged or incomplete"


class TooManyPixels(Refusal):
    """Decoding it would take too much memory."""

    kind, code = Kind.INVALID, "too_many_pixels"
    text = "{width}x{height} images are not supported"


class Version(msgspec.Struct, frozen=True):
    """What is wanted of a picture.

    area: the most pixels it may have. Nothing is enlarged.
    faithful: PNG and WebP stay what they are; otherwise all is JPEG but for what is transparent.
    shape: its width to its height: what lies outside is cut off, evenly on both sides; None is the picture's own.
    moves: of the first version only: whether there is to be another one, a WebP, in which moves what moves in the
        picture, unless that is too much.
    """

    area: int
    faithful: bool = False
    shape: tuple[int, int] | None = None
    moves: bool = False


class Picture(msgspec.Struct, frozen=True):
    """A picture that was written. Its suffix says what it is: .jpg, .png, .webp or .gif. Sizes in pixels."""

    file: Path
    width: int
    height: int


class Developed(msgspec.Struct, frozen=True):
    """Versions of one picture, in the order asked for, its blurhash, and the version that moves, if there is one."""

    pictures: tuple[Picture, ...]
    blurhash: str
    moving: Path | None = None


class _Answer(msgspec.Struct, frozen=True):
    """What the darkroom says: either that it refused, or what it wrote."""

    refused: str = ""
    why: str = ""
    width: int = 0
    height: int = 0
    pictures: tuple[Picture, ...] = ()
    blurhash: str = ""
    moving: Path | None = None


def sniff(head: bytes) -> Format | None:
    """Which kind of picture begins with these bytes (64 of them suffice); None if it is none that we read.

    Source: the formats' own signatures; for HEIF and AVIF, ISO/IEC 14496-12, section 4.3.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        size = min(int.from_bytes(head[:4], "big"), HEAD)
        brands = [head[8:12], *(head[place : place + 4] for place in range(16, size, 4))]
        if b"avif" in brands or b"avis" in brands:
            return "AVIF"
        if any(brand in HEIF_BRANDS for brand in brands):
            return "HEIF"
    return None


def moves(gif: bytes) -> bool:
    """Whether a GIF holds more than one picture. Looks at its blocks, decodes nothing.

    Source: GIF89a specification, sections 15 to 27.
    """
    pictures, place = 0, 13
    try:
        place += _colours(gif[10])
        while pictures < 2:
            if gif[place] == 0x21:  # an extension, its label, its blocks
                place += 2
            elif gif[place] == 0x2C:  # a picture: nine bytes, perhaps colours of its own, a byte, its blocks
                pictures += 1
                place += 11 + _colours(gif[place + 9])
            else:
                return False
            while gif[place]:
                place += gif[place] + 1
            place += 1
    except IndexError:
        return False  # it is cut off here, with one picture at most
    return True


def _colours(packed: int) -> int:
    """Size in bytes of the table of colours that this byte announces."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


async def develop(
    source: Path, format: Format, folder: Path, *, versions: Sequence[Version], keep_animation: bool = False
) -> Developed:
    """Write versions of a picture: upright, in sRGB, without metadata.

    JPEG, HEIF and AVIF become JPEG. A GIF becomes PNG: of what moves, only the first picture is kept.

    Args:
        source: what `sniff` said is of this format.
        folder: where the versions go.
        versions: the largest first.
        keep_animation: a faithful version of a GIF that moves is a GIF that moves.
    Raises:
        UnreadablePicture, TooManyPixels.
        CannotWrite: the disk would not take it.
    """
    job = {
        "source": str(source),
        "format": format,
        "folder": str(folder),
        "versions": versions,
        "most_pixels": MOST_PIXELS,
        "keep_animation": keep_animation,
    }
    command = (sys.executable, "-I", DARKROOM, msgspec.json.encode(job).decode())
    try:
        said = await run(*command, seconds=SECONDS, memory=MEMORY, output=OUTPUT)
    except ProgramFailed as failure:
        events.warning("picture_not_developed", why=str(failure))
        raise UnreadablePicture from failure
    answer = msgspec.json.decode(said, type=_Answer, dec_hook=lambda type, value: type(folder, value))
    match answer:
        case _Answer(refused="too_many_pixels"):
            raise TooManyPixels(width=answer.width, height=answer.height)
        case _Answer(refused="storage"):
            raise CannotWrite
        case _Answer(refused="unreadable"):
            events.info("picture_not_developed", why=answer.why)
            raise UnreadablePicture
    return Developed(answer.pictures, answer.blurhash, answer.moving)
