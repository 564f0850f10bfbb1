"""Taking in an archive: posts of the past, with their dates and pictures, a part at a time.

Run as the reaction to IntakeGoesOn. Each post is one transaction, which also says how far it is: killed, it goes on
there. After a part the rest waits behind what others asked for meanwhile. Nobody is told of these posts: they are
facts of their own (PostImported).

How archives are read is in `reading.py`.
"""

import asyncio
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import structlog

from pinson.domain import accounts, intakes, media, posts
from pinson.domain.accounts import AccountId
from pinson.domain.intakes import Intake, IntakeGoesOn
from pinson.domain.media import MediaId, MediaKind, Said, Upload
from pinson.domain.posts import Draft, PostId, PostNotFound, Reader, Visibility
from pinson.importing import reading
from pinson.importing.reading import ArchiveTooLarge, File, Past, UnreadableArchive
from pinson.lib.errors import Kind, Refusal
from pinson.tools import Tools

__all__ = ["ArchiveTooLarge", "UnreadableArchive", "go_on", "send"]

PART, MINUTE = 10_000, timedelta(minutes=1)  # posts of one part, and how long it may take: each reads the whole anew
FILE_BYTES = 99 << 20  # of one file of a post
KINDS_OF_TROUBLE = (Kind.UNAVAILABLE,)  # that pass: the entry is tried again

events = structlog.get_logger("pinson.importing")


async def send(tools: Tools, sent: BinaryIO, *, account_id: AccountId, visibility: Visibility) -> None:
    """Keep an archive that somebody sent, and have it taken in.

    Args:
        visibility: what was public becomes this.
    Raises:
        UnreadableArchive, ArchiveTooLarge, IntakeUnderWay.
        CannotWrite: the disk is full.
    """
    now = tools.clock.now()
    with tools.blobs.workshop() as folder:
        file = folder / "sent.zip"
        await asyncio.to_thread(_copy, sent, file)
        total = len(await asyncio.to_thread(reading.read, file))
        [key] = await tools.blobs.keep([file], now=now)
    await tools.db.write(
        intakes.ask, account_id=account_id, key=key, total=total, visibility=visibility, now=tools.clock.now()
    )


async def go_on(tools: Tools, fact: IntakeGoesOn) -> None:
    """Take in the next part of an archive, if it is still wanted.

    Raises:
        CannotWrite: the disk is full.
    """
    async with tools.db.read() as tx:
        intake = await intakes.of_account(tx, fact.account_id)
        account = await accounts.by_id(tx, fact.account_id)
    if intake is None or intake.id != fact.intake_id or intake.key is None or account is None:
        return
    path, began = tools.blobs.path(intake.key), tools.clock.now()
    found = await asyncio.to_thread(reading.read, path)
    with await asyncio.to_thread(zipfile.ZipFile, path) as archive:
        for past in found[intake.place : intake.place + PART]:
            intake = await _take_in(tools, intake, past, archive)
            if tools.clock.now() - began > MINUTE:
                break
    if intake.place < len(found):
        await tools.db.write(intakes.go_on, intake=intake, now=tools.clock.now())
    else:
        await tools.db.write(intakes.finish, intake=intake, now=tools.clock.now())
        events.info("archive_taken_in", account=intake.account_id, posts=intake.posts, left_out=intake.left_out)


async def _take_in(tools: Tools, intake: Intake, past: Past, archive: zipfile.ZipFile) -> Intake:
    """Make a post of one entry, or leave it out."""
    async with tools.db.read() as tx:
        is_known = await intakes.post_of(tx, intake.account_id, past.source) is not None
        answered = await intakes.post_of(tx, intake.account_id, past.answers) if past.answers else None
        author = Reader(await tools.circles.of(tx, intake.account_id, now=tools.clock.now()), tools.standing)
    attached = [] if is_known else await _attached(tools, intake, past, archive)
    try:
        return await _written(tools, intake, past, author, attached, answered)
    except PostNotFound:  # what it answers was deleted
        return await _written(tools, intake, past, author, attached, None)
    except Refusal as refusal:
        if refusal.kind in KINDS_OF_TROUBLE:
            raise
        events.info("entry_left_out", account=intake.account_id, code=refusal.code)
        return await tools.db.write(intakes.leave_out, intake=intake)


async def _written(
    tools: Tools, intake: Intake, past: Past, author: Reader, attached: list[MediaId], answered: PostId | None
) -> Intake:
    url = tools.settings.url
    lost = sum(True for _ in past.files) - len(attached)
    visibility = intake.visibility if past.visibility is Visibility.PUBLIC else past.visibility
    draft = Draft(
        past.text,
        visibility,
        in_reply_to_id=answered,
        spoiler=past.spoiler,
        sensitive=past.sensitive,
        language=past.language,
        media_ids=tuple(attached),
        place=past.place,
    )
    prepared = posts.prepare(
        draft,
        max_characters=2 * reading.MOST_TEXT,  # it was written under the rules of another place
        local_domain=url.partition("://")[2],
        detect=tools.languages.of,
    )
    return await tools.db.write(
        intakes.take_in,
        intake=intake,
        source=past.source,
        author=author,
        prepared=prepared,
        created_at=past.created_at,
        lost_files=lost,
        base_url=url,
        now=tools.clock.now(),
    )


async def _attached(tools: Tools, intake: Intake, past: Past, archive: zipfile.ZipFile) -> list[MediaId]:
    """What of its files can be shown: four pictures, or one film or sound."""
    pictures, others = list[MediaId](), list[MediaId]()
    for file in past.files[: media.MOST_ATTACHED]:
        if file.name:
            one = await _developed(tools, intake, file, archive)
            if one is not None:
                (pictures if one.kind is MediaKind.IMAGE else others).append(one.id)
    return pictures or others[:1]


async def _developed(tools: Tools, intake: Intake, file: File, archive: zipfile.ZipFile) -> media.Media | None:
    with tools.blobs.workshop() as folder:
        source = folder / "entry"
        try:
            size = await asyncio.to_thread(_unpack, archive, file.name, source)
            with source.open("rb") as opened:
                one = await tools.studio.receive(
                    Upload(opened, size),
                    thumbnail=None,
                    said=Said(description=file.description),
                    account_id=intake.account_id,
                    wait=True,
                    now=tools.clock.now(),
                )
        except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, KeyError) as error:
            events.info("file_left_out", why=type(error).__name__)
            return None
        except Refusal as refusal:
            if refusal.kind in KINDS_OF_TROUBLE:
                raise
            events.info("file_left_out", code=refusal.code)
            return None
    return one if one.state is media.State.READY else None


def _unpack(archive: zipfile.ZipFile, name: str, target: Path) -> int:
    """One file of the zip, up to the largest that may be shown; its size."""
    with archive.open(name) as packed, target.open("wb") as file:
        left = FILE_BYTES
        while left > 0 and (piece := packed.read(min(left, 1 << 20))):
            file.write(piece)
            left -= len(piece)
        return FILE_BYTES - left


def _copy(sent: BinaryIO, target: Path) -> None:
    with target.open("wb") as file:
        shutil.copyfileobj(sent, file, 1 << 20)
