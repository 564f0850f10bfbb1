"""Films and sound that people upload, made safe to show to others, by ffmpeg.

Called by the domain packages that keep them. What a file is, its first bytes say (`sniff`), never
its name; `probe` looks inside, `convert` writes what may be shown: H.264 and AAC in MP4, or MP3,
without any metadata. What fits already is copied, not encoded again; its metadata goes all the
same: tags, chapters, subtitles, data tracks, and what cameras write between the pictures.

ffmpeg is told which format to expect and opens no file but the one it is given: otherwise a
playlist made to look like a film could have it read other files and addresses.

A server without ffmpeg takes no films and no sound. Phones write where they are into every film;
to keep one as it came would tell everybody, and to take it apart by ourselves is ffmpeg's work.

Not here: pictures (`images.py`), where files are kept (`blobs.py`).
"""

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, Self

import msgspec
import structlog

from pinson.lib.db import CannotWrite
from pinson.lib.errors import Kind, Refusal
from pinson.lib.programs import ProgramFailed, run

Container = Literal["mov", "matroska", "ogg", "wav", "flac", "mp3", "aac", "gif"]
"""A format, by the name of what reads it in ffmpeg."""

HEAD = 64  # bytes that tell what a file is
MOST_PIXELS = 8_294_400  # of one picture of a film: 3840x2160
MOST_FPS = 120
ENCODED_PIXELS = 2_073_600  # of a film that we encode: 1920x1080
SECONDS_TO_LOOK, SECONDS_TO_CONVERT = 15.0, 480.0
MEMORY = 4 << 30  # bytes of address space; of it ffmpeg was seen to fill 0.6 for 3840x2160
OUTPUT = 512 << 20  # bytes of a file that is written

# What phones, browsers and recorders write. ffmpeg has hundreds more, old and little looked at. Subtitles are here
# because a film that has some is not read otherwise; they go all the same.
CODECS = (
    "h264,hevc,av1,libdav1d,libaom-av1,vp8,vp9,libvpx,libvpx-vp9,mpeg4,mpeg2video,h263,theora,prores,mjpeg,png,gif,"
    "aac,mp3,mp3float,mp2,ac3,eac3,opus,libopus,vorbis,libvorbis,flac,alac,amrnb,amrwb,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_u8,pcm_alaw,pcm_mulaw,"
    "mov_text,subrip,srt,ass,ssa,webvtt,text"
)
ASKED = (
    "stream=index,codec_type,codec_name,profile,width,height,pix_fmt,avg_frame_rate,bit_rate,sample_rate,"
    "channel_layout,channels:stream_disposition=attached_pic:stream_side_data=rotation:format=duration,bit_rate"
)
WITHOUT_METADATA = ("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact")
# NAL units of type 6 (H.264, section 7.4.1): cars and drones write their place there.
WITHOUT_SEI = ("-bsf:v", "filter_units=remove_types=6")

events = structlog.get_logger("pinson.video")


class UnreadableFilm(Refusal):
    """It is cut off, damaged, made to look like a film, or of a kind that is not taken."""

    kind, code = Kind.INVALID, "unreadable_film"
    text = "Validation failed: File is not a video or audio file that can be read"


class FilmTooLarge(Refusal):
    """Its pictures are too large."""

    kind, code = Kind.INVALID, "film_too_large"
    text = "{width}x{height} videos are not supported"


class FilmTooFast(Refusal):
    """It has too many pictures a second."""

    kind, code = Kind.INVALID, "film_too_fast"
    text = "{fps}fps videos are not supported"


class Moving(msgspec.Struct, frozen=True):
    """The pictures of a film, as they are shown: upright. bitrate in bits a second; 0 if it is not said."""

    index: int
    codec: str
    pixels: str
    width: int
    height: int
    rate: Fraction
    bitrate: int


class Sound(msgspec.Struct, frozen=True):
    """The sound of a film, or sound alone. rate: samples a second; channels: "stereo", "mono" ..."""

    index: int
    codec: str
    profile: str
    rate: int
    channels: str


class Film(msgspec.Struct, frozen=True):
    """What is in a file.

    cover: index of the picture that comes with sound, if one does.
    seconds: how long it lasts; 0 if it is not said.
    bitrate: of all of it, bits a second; 0 if it is not said.
    """

    container: Container
    moving: Moving | None
    sound: Sound | None
    cover: int | None
    seconds: float
    bitrate: int


def sniff(head: bytes) -> Container | None:
    """Which kind of film or sound begins with these bytes (64 of them suffice); None if it is none that we take.

    Source: the formats' own signatures; ISO/IEC 14496-12, section 4.3 and QuickTime's older atoms;
    RFC 8794 (EBML), RFC 3533 (Ogg), RFC 9639 (FLAC), ISO/IEC 11172-3 and 13818-7 for their headers.
    """
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "matroska"
    if head.startswith(b"OggS"):
        return "ogg"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head.startswith(b"fLaC"):
        return "flac"
    if head.startswith(b"ID3"):
        return "mp3"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        layer = head[1] >> 1 & 3
        return "mp3" if layer == 1 else "aac" if layer == 0 and head[1] & 0xF0 == 0xF0 else None
    return None


class Ffmpeg:
    """The two programs of a machine that has them."""

    def __init__(self, ffmpeg: str, ffprobe: str) -> None:
        self._ffmpeg = ffmpeg
        self._ffprobe = ffprobe

    @classmethod
    def find(cls) -> Self | None:
        """ffmpeg, if this machine has it."""
        ffmpeg, ffprobe = shutil.which("ffmpeg"), shutil.which("ffprobe")
        return cls(ffmpeg, ffprobe) if ffmpeg and ffprobe else None

    async def probe(self, source: Path, container: Container) -> Film:
        """Look inside.

        Raises:
            UnreadableFilm: there is neither film nor sound in it, or the two say nonsense.
            FilmTooLarge, FilmTooFast.
        """
        command = (self._ffprobe, "-v", "error", *_opening(source, container), "-show_entries", ASKED, "-of", "json")
        try:
            said = await run(*command, seconds=SECONDS_TO_LOOK, memory=MEMORY, output=OUTPUT)
            film = _film(msgspec.json.decode(said), container)
        except (ProgramFailed, msgspec.DecodeError, ValueError, KeyError, ZeroDivisionError) as error:
            events.info("film_not_probed", why=repr(error))
            raise UnreadableFilm from error
        if film.moving is None and film.sound is None:
            raise UnreadableFilm
        if film.moving is not None:
            _admit(film.moving)
        return film

    async def convert(self, source: Path, film: Film, target: Path) -> None:
        """Write what may be shown of it: a film to an .mp4, sound alone to an .mp3.

        Raises:
            UnreadableFilm: ffmpeg cannot, or it takes more than eight minutes.
            CannotWrite: the disk is nearly full.
        """
        if film.moving is not None:
            arguments = [*_moving(film, film.moving), *_sound(film), "-movflags", "+faststart", "-f", "mp4"]
        else:
            assert film.sound is not None
            fits = film.container == "mp3" and film.sound.codec == "mp3"
            encoded = ("-c:a", "copy") if fits else ("-c:a", "libmp3lame", "-q:a", "2", "-ac", "2")
            arguments = ["-map", f"0:{film.sound.index}", *encoded, "-id3v2_version", "0", "-f", "mp3"]
        await self._write(source, film, target, *WITHOUT_METADATA, *arguments, seconds=SECONDS_TO_CONVERT)

    async def still(self, source: Path, film: Film, target: Path) -> None:
        """Write a picture of it to a .png: the first one of a film, or the one that comes with sound.

        Raises:
            UnreadableFilm: it has none.
        """
        index = film.moving.index if film.moving else film.cover
        if index is None:
            raise UnreadableFilm
        arguments = ("-map", f"0:{index}", "-frames:v", "1", "-c:v", "png", "-f", "image2")
        await self._write(source, film, target, *arguments, seconds=SECONDS_TO_LOOK)

    async def _write(self, source: Path, film: Film, target: Path, *arguments: str, seconds: float) -> None:
        command = (self._ffmpeg, "-nostdin", "-v", "error", *_opening(source, film.container), *arguments)
        try:
            await run(*command, f"file:{target}", seconds=seconds, memory=MEMORY, output=OUTPUT)
        except ProgramFailed as failure:
            events.warning("film_not_converted", why=str(failure))
            if shutil.disk_usage(target.parent).free < OUTPUT:  # then that may be why: it is worth another try
                raise CannotWrite from failure
            raise UnreadableFilm from failure


def _opening(source: Path, container: Container) -> tuple[str, ...]:
    return ("-protocol_whitelist", "file", "-codec_whitelist", CODECS, "-f", container, "-i", f"file:{source}")


def _moving(film: Film, moving: Moving) -> list[str]:
    """How the pictures are written. The player's own list: H.264 with half the colours, which all of them show."""
    mapped = ["-map", f"0:{moving.index}"]
    if film.container == "mov" and moving.codec == "h264" and moving.pixels in ("yuv420p", "yuvj420p"):
        return [*mapped, "-c:v", "copy", *WITHOUT_SEI]
    scale = min(1.0, (ENCODED_PIXELS / (moving.width * moving.height)) ** 0.5)
    width, height = (max(2, int(length * scale) // 2 * 2) for length in (moving.width, moving.height))
    return [
        *mapped,
        *("-vf", f"scale={width}:{height}", "-pix_fmt", "yuv420p", "-fpsmax", "60", "-threads", "2"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-maxrate", "4M", "-bufsize", "8M"),
        *("-flags:v", "+bitexact"),
    ]


def _sound(film: Film) -> list[str]:
    if film.sound is None:
        return ["-an"]
    mapped = ["-map", f"0:{film.sound.index}"]
    if film.container == "mov" and film.sound.codec == "aac":
        return [*mapped, "-c:a", "copy"]
    return [*mapped, "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-flags:a", "+bitexact"]


def _admit(moving: Moving) -> None:
    if moving.width * moving.height > MOST_PIXELS:
        raise FilmTooLarge(width=moving.width, height=moving.height)
    if moving.rate > MOST_FPS:
        raise FilmTooFast(fps=round(moving.rate))


def _film(said: Any, container: Container) -> Film:
    """What ffprobe said. Raises ValueError, KeyError, ZeroDivisionError where it makes no sense."""
    moving, sound, cover = None, None, None
    for stream in said.get("streams", ()):
        if stream.get("codec_type") == "audio" and sound is None:
            sound = _sound_of(stream)
        elif stream.get("codec_type") == "video":
            if stream.get("disposition", {}).get("attached_pic"):
                cover = stream["index"]
            elif moving is None:
                moving = _moving_of(stream)
    whole = said.get("format", {})
    return Film(container, moving, sound, cover, float(whole.get("duration", 0)), int(whole.get("bit_rate", 0)))


def _moving_of(stream: dict[str, Any]) -> Moving:
    width, height = stream["width"], stream["height"]
    if width <= 0 or height <= 0:
        raise ValueError("a film without pictures")
    turned = next((side["rotation"] for side in stream.get("side_data_list", ()) if "rotation" in side), 0)
    if turned % 180:
        width, height = height, width
    rate = stream.get("avg_frame_rate", "0/0")
    if rate == "0/0":
        rate = "0"
    return Moving(
        stream["index"],
        stream["codec_name"],
        stream.get("pix_fmt", ""),
        width,
        height,
        Fraction(rate),
        int(stream.get("bit_rate", 0)),
    )


def _sound_of(stream: dict[str, Any]) -> Sound:
    rate = int(stream["sample_rate"])
    if rate <= 0:
        raise ValueError("a sound without samples")
    channels = stream.get("channel_layout") or {1: "mono", 2: "stereo"}.get(stream.get("channels", 0), "")
    return Sound(stream["index"], stream["codec_name"], stream.get("profile", ""), rate, channels)
