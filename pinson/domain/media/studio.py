"""From what somebody uploads to what may be shown of it. The slow work, outside any transaction.

Called by interfaces (`receive`, `update`, `still`), and as the reaction to MediaUploaded (`process`). A
picture is ready when `receive` returns. A film, a sound or a GIF that moves takes longer: what
was sent is put on disk, and the reaction does the work behind its durable cursor, so a killed
server begins again. Nothing is shown before a row says that it is ready, and a row says so only
when all of it is on disk.

Not here: how files are read and written (`pinson.lib.images`, `pinson.lib.video`).
"""

import asyncio
import shutil
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from pinson.domain.accounts import AccountId
from pinson.domain.media import commands, queries, rules
from pinson.domain.media.facts import MediaUploaded
from pinson.domain.media.model import Details, Made, Media, MediaId, MediaKind, Portrayed, Preview, Said, State, Upload
from pinson.domain.media.rules import NoFile, NoFilmsHere, UnknownType
from pinson.lib import images, video
from pinson.lib.blobs import Blobs
from pinson.lib.clock import Clock
from pinson.lib.db import CannotWrite, Database
from pinson.lib.images import Picture, TooManyPixels, UnreadablePicture, Version
from pinson.lib.video import Container, Ffmpeg, Film, FilmTooFast, FilmTooLarge, UnreadableFilm

SHOWN = Version(8_294_400, faithful=True)  # 3840x2160 pixels
PREVIEW = Version(230_400)  # 640x360
AT_ONCE = 2  # pictures that are read at a time in this process: each takes a processor and up to 400 MB
SENT = "upload"  # suffix of what was sent, which nobody is shown
HOPELESS = (UnreadableFilm, FilmTooLarge, FilmTooFast, UnreadablePicture, TooManyPixels)  # trying again does not help

events = structlog.get_logger("pinson.media")


class Studio:
    """The tool: see the module."""

    def __init__(self, db: Database, blobs: Blobs, ffmpeg: Ffmpeg | None) -> None:
        """
        Args:
            ffmpeg: None if this machine has none: then films and sounds are refused.
        """
        self._db = db
        self._blobs = blobs
        self._ffmpeg = ffmpeg
        self._desks = asyncio.Semaphore(AT_ONCE)
        self._reel = asyncio.Semaphore(1)

    @property
    def types(self) -> tuple[str, ...]:
        """What people may send, as media types."""
        return rules.IMAGE_TYPES + rules.FILM_TYPES if self._ffmpeg else rules.IMAGE_TYPES

    async def receive(
        self,
        upload: Upload | None,
        *,
        thumbnail: Upload | None,
        said: Said,
        account_id: AccountId,
        wait: bool,
        now: datetime,
    ) -> Media:
        """Take what somebody sent.

        Args:
            thumbnail: a picture to stand for it.
            wait: whether to process it now, however long that takes.
        Returns:
            It: ready, or still to be processed; who waited may also learn that it has failed.
        Raises:
            NoFile, UnknownType, FileTooLarge, NoFilmsHere, and what `pinson.lib.images` and
            `pinson.lib.video` say of it.
            CannotWrite: the disk is full.
        """
        if upload is None or not upload.size:
            raise NoFile
        with self._blobs.workshop() as folder:
            source = await _written(upload, folder / f"sent.{SENT}")
            format, container = await self._look(source, upload.size)
            made = await self._picture(source, format, folder, now=now) if format else None
            kind = MediaKind.IMAGE
            if container:
                async with self._desks:
                    film = await self._programs.probe(source, container)
                kind = MediaKind.GIFV if container == "gif" else MediaKind.VIDEO if film.moving else MediaKind.AUDIO
            preview = await self._thumbnail(thumbnail, folder, now=now)
            upload_key = None if made else (await self._blobs.keep([source], now=now))[0]
        media = await self._db.write(
            commands.add,
            account_id=account_id,
            kind=kind,
            made=made,
            upload_key=upload_key,
            preview=preview,
            said=said,
            announce=made is None and not wait,
            now=now,
        )
        if made is not None or not wait:
            return media
        await self.process(media.id, now=now)
        async with self._db.read() as tx:
            return await queries.owned(tx, media.id, account_id=account_id)

    async def update(
        self, id: MediaId, *, account_id: AccountId, said: Said, thumbnail: Upload | None, now: datetime
    ) -> Media:
        """Change what is said about something loose, and the picture that stands for it.

        Raises:
            MediaNotFound, and for the thumbnail what `receive` raises for a picture.
        """
        async with self._db.read() as tx:
            await queries.owned(tx, id, account_id=account_id)
        preview = await self.preview(thumbnail, now=now)
        return await self._db.write(commands.update, id=id, account_id=account_id, said=said, preview=preview, now=now)

    async def preview(self, thumbnail: Upload | None, *, now: datetime) -> Preview | None:
        """Make a picture that is to stand for media. Its file is kept but not yet claimed; None if none was sent.

        Raises:
            What `receive` raises for a picture.
        """
        with self._blobs.workshop() as folder:
            return await self._thumbnail(thumbnail, folder, now=now)

    async def still(self, upload: Upload, version: Version, *, most: int, now: datetime) -> str:
        """Make a picture of what somebody sent that is no media: an account's, an emoji. What moves stands still.

        Args:
            most: bytes that may be sent, in whole megabytes.
        Returns:
            The key of its file, which is kept but not yet claimed.
        Raises:
            UnknownType, FileTooLarge, UnreadablePicture, TooManyPixels.
            CannotWrite: the disk is full.
        """
        with self._blobs.workshop() as folder:
            return (await self._kept(upload, version, most, folder, now=now)).key

    async def portrait(self, upload: Upload, version: Version, *, most: int, now: datetime) -> Portrayed:
        """Make the picture of an account of what somebody sent, and one that moves beside it, if that does and may.

        Args:
            most: bytes that may be sent, in whole megabytes.
        Returns:
            The keys of the files, which are kept but not yet claimed.
        Raises:
            UnknownType, FileTooLarge, UnreadablePicture, TooManyPixels.
            CannotWrite: the disk is full.
        """
        with self._blobs.workshop() as folder:
            rules.check_size(upload.size, most)
            source = await _written(upload, folder / f"portrait.{SENT}")
            format = images.sniff(await asyncio.to_thread(_head, source))
            if format is None:
                raise UnknownType
            async with self._desks:
                developed = await images.develop(source, format, folder, versions=(version,))
            files = [developed.pictures[0].file, *([developed.moving] if developed.moving else [])]
            key, *moving = await self._blobs.keep(files, now=now)
        return Portrayed(key, moving[0] if moving else None)

    async def process(self, id: MediaId, *, now: datetime) -> None:
        """Make what may be shown of what was sent. Nothing is done for what is processed already, or gone.

        What cannot be processed is marked so: trying again would not help. Anything else that
        goes wrong is raised, and it may be tried again.

        Raises:
            CannotWrite: the disk is full.
            NoFilmsHere: ffmpeg was there when it was sent, and is gone.
        """
        async with self._db.read() as tx:
            media = await queries.by_id(tx, id)
        if media is None or media.state is not State.PROCESSING or media.upload_key is None:
            return
        source = self._blobs.path(media.upload_key)
        with self._blobs.workshop() as folder:
            try:
                made = await self._film(source, media.kind, folder, now=now)
            except HOPELESS as refusal:
                events.warning("media_failed", media=id, why=refusal.code)
                await self._db.write(commands.fail, id=id, now=now)
                return
        await self._db.write(commands.finish, id=id, made=made, now=now)

    @property
    def _programs(self) -> Ffmpeg:
        if self._ffmpeg is None:
            raise NoFilmsHere
        return self._ffmpeg

    async def _look(self, source: Path, size: int) -> tuple[images.Format | None, Container | None]:
        """What was sent: a picture, or else something for ffmpeg."""
        head = await asyncio.to_thread(_head, source)
        format = images.sniff(head)
        container = None if format else video.sniff(head)
        if format is None and container is None:
            raise UnknownType
        rules.check_size(size, rules.FILM_BYTES if format is None else rules.IMAGE_BYTES)
        if format == "GIF" and self._ffmpeg and images.moves(await asyncio.to_thread(source.read_bytes)):
            return None, "gif"
        return format, container

    async def _picture(self, source: Path, format: images.Format, folder: Path, *, now: datetime) -> Made:
        async with self._desks:
            developed = await images.develop(
                source, format, folder, versions=(SHOWN, PREVIEW), keep_animation=self._ffmpeg is None
            )
        shown, small = developed.pictures
        size = shown.file.stat().st_size
        key, preview_key = await self._blobs.keep([shown.file, small.file], now=now)
        details = Details(shown.width, shown.height, small.width, small.height)
        return Made(key, preview_key, size, details, developed.blurhash)

    async def _thumbnail(self, upload: Upload | None, folder: Path, *, now: datetime) -> Preview | None:
        if upload is None or not upload.size:
            return None
        return await self._kept(upload, PREVIEW, rules.IMAGE_BYTES, folder, now=now)

    async def _kept(self, upload: Upload, version: Version, most: int, folder: Path, *, now: datetime) -> Preview:
        rules.check_size(upload.size, most)
        source = await _written(upload, folder / f"still.{SENT}")
        format = images.sniff(await asyncio.to_thread(_head, source))
        if format is None:
            raise UnknownType
        picture, blurhash = await self._small(source, format, version)
        [key] = await self._blobs.keep([picture.file], now=now)
        return Preview(key, picture.width, picture.height, blurhash)

    async def _film(self, source: Path, kind: MediaKind, folder: Path, *, now: datetime) -> Made:
        """What is shown of a film, a sound, or a GIF that moves, and of its first picture or its cover."""
        container = "gif" if kind is MediaKind.GIFV else video.sniff(await asyncio.to_thread(_head, source))
        assert container is not None, "nothing else was received"
        async with self._reel:
            film = await self._programs.probe(source, container)
            target = folder / ("shown.mp4" if film.moving else "shown.mp3")
            await self._programs.convert(source, film, target)
            shown = await self._programs.probe(target, "mov" if film.moving else "mp3")
        size = target.stat().st_size
        still = await self._still(source, film, folder)
        if still is None:
            [key] = await self._blobs.keep([target], now=now)
            return Made(key, None, size, _details(shown, None), None)
        small, blurhash = still
        key, preview_key = await self._blobs.keep([target, small.file], now=now)
        return Made(key, preview_key, size, _details(shown, small), blurhash)

    async def _still(self, source: Path, film: Film, folder: Path) -> tuple[Picture, str] | None:
        """What stands for it, small; None for a sound without a cover, or with one that cannot be read."""
        if film.moving is None and film.cover is None:
            return None
        still = folder / "still.png"
        try:
            await self._programs.still(source, film, still)
            return await self._small(still, "PNG")
        except HOPELESS:
            if film.moving:
                raise
            return None

    async def _small(self, source: Path, format: images.Format, version: Version = PREVIEW) -> tuple[Picture, str]:
        into = source.with_suffix("")
        into.mkdir()
        async with self._desks:
            developed = await images.develop(source, format, into, versions=(version,))
        return developed.pictures[0], developed.blurhash


class Workplace(Protocol):
    """The tools that the reaction works with."""

    @property
    def studio(self) -> Studio:
        """This one."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...


async def process(tools: Workplace, fact: MediaUploaded) -> None:
    """What follows from MediaUploaded."""
    await tools.studio.process(fact.id, now=tools.clock.now())


async def _written(upload: Upload, target: Path) -> Path:
    """What was sent, as a file of its own."""

    def write() -> None:
        upload.file.seek(0)
        with target.open("wb") as file:
            shutil.copyfileobj(upload.file, file, 1 << 20)

    try:
        await asyncio.to_thread(write)
    except OSError as error:
        raise CannotWrite from error
    return target


def _head(source: Path) -> bytes:
    with source.open("rb") as file:
        return file.read(max(images.HEAD, video.HEAD))


def _details(shown: Film, small: Picture | None) -> Details:
    moving, sound = shown.moving, shown.sound
    return Details(
        width=moving.width if moving else 0,
        height=moving.height if moving else 0,
        preview_width=small.width if small else 0,
        preview_height=small.height if small else 0,
        seconds=shown.seconds,
        frame_rate=f"{moving.rate.numerator}/{moving.rate.denominator}" if moving else "",
        bitrate=shown.bitrate,
        sound=(f"{sound.codec} ({sound.profile})" if sound.profile else sound.codec) if sound else "",
        sample_rate=sound.rate if sound else 0,
        channels=sound.channels if sound else "",
    )
