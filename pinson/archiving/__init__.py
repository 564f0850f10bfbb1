"""Making an archive: all that an account holds, in one zip that needs no program of ours to be read.

Run as the reaction to ArchiveAsked. Posts are read a page at a time in threads and written out at once, so memory does
not grow with the account; files go into the zip as they are. Killed in the middle, it begins anew: what was
half made lies in the workshop of `Blobs`, which is swept. The whole is on disk, and claimed, before anybody is told.

What is in it follows Mastodon's own archives and exports, so that other programs can take it in: `outbox.json`,
`actor.json`, `likes.json` (`notes.py`), and lists as CSV (`sheets.py`); `posts.csv` is for people.
"""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog

from pinson.archiving import gathering, notes, sheets
from pinson.archiving.gathering import Batch
from pinson.domain import access, accounts, archives
from pinson.domain.access import User
from pinson.domain.accounts import Profile
from pinson.domain.archives import ArchiveAsked
from pinson.domain.posts import Mark
from pinson.lib.db import CannotWrite
from pinson.lib.i18n import Lang, negotiate
from pinson.tools import Tools

events = structlog.get_logger("pinson.archiving")

T = TypeVar("T")
FILES = "media_attachments/files"  # where Mastodon's archives have them


async def make(tools: Tools, fact: ArchiveAsked) -> None:
    """Make the archive that was asked for, unless it was made, or nobody wants it any more.

    Raises:
        CannotWrite: the disk is full.
    """
    async with tools.db.read() as tx:
        asked = await archives.of_account(tx, fact.account_id)
        profile = await accounts.profile(tx, fact.account_id)
        user = await access.user(tx, access.UserId(asked.user_id)) if asked else None
    if asked is None or asked.id != fact.archive_id or asked.made_at is not None or profile is None:
        return
    with tools.blobs.workshop() as folder:
        file = folder / "archive.zip"
        try:
            await _Maker(tools, profile, user, folder).make(file)
        except OSError as error:
            raise CannotWrite from error
        size = file.stat().st_size
        [key] = await tools.blobs.keep([file], now=tools.clock.now())
    made = {"account_id": asked.account_id, "archive_id": asked.id, "key": key, "size": size}
    await tools.db.write(archives.keep, **made, now=tools.clock.now())
    events.info("archive_made", account=asked.account_id, size=size)


class _Maker:
    """Writes one archive. One thread at a time works on the zip."""

    def __init__(self, tools: Tools, profile: Profile, user: User | None, folder: Path) -> None:
        self._tools = tools
        self._profile = profile
        self._folder = folder
        self._base = tools.settings.url
        self._lang: Lang = negotiate(user.locale if user else None, None, None)
        self._zone = ZoneInfo((user and user.time_zone) or tools.settings.instance.time_zone)

    async def make(self, file: Path) -> None:
        with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED, compresslevel=6) as whole:
            self._zip = whole
            await self._write_profile()
            await self._write_posts()
            await self._write_lists()
            await _in_thread(whole.writestr, *self._guide())
        # Closing it writes its table of contents; that of many files is short work all the same.

    async def _write_profile(self) -> None:
        """`actor.json`, and the pictures it names."""
        pictures = {}
        for name, key in (("avatar", self._profile.avatar), ("header", self._profile.header)):
            if key is not None:
                pictures[name] = f"{name}.{key.rpartition('.')[2]}"
                await _in_thread(self._put, key, pictures[name])
        actor = notes.actor(self._profile, self._base, pictures)
        await _in_thread(self._zip.writestr, "actor.json", actor)

    async def _write_posts(self) -> None:
        """`outbox.json` and `posts.csv`, with the files of the posts.

        Of a zip one file is written at a time: the two grow beside it.
        """
        outbox, sheet = self._folder / "outbox.json", self._folder / "posts.csv"
        _ = self._tools.catalogs.translations(self._lang)
        with outbox.open("wb") as notes_file, sheet.open("w", encoding="utf-8-sig", newline="") as sheet_file:
            rows = sheets.Posts(sheet_file, self._base, lang=self._lang, zone=self._zone, words=_)
            count = 0
            notes_file.write(notes.OUTBOX_BEGINS)
            async for batch in self._pages():
                await _in_thread(self._write_page, batch, notes_file, rows, first=not count)
                count += len(batch.posts)
            notes_file.write(notes.outbox_ends(count))
        for made in (outbox, sheet):
            await _in_thread(self._zip.write, made, made.name)
            made.unlink()

    def _write_page(self, batch: Batch, notes_file: Any, rows: sheets.Posts, *, first: bool) -> None:
        for number, post in enumerate(batch.posts):
            notes_file.write(b"" if first and number == 0 else b",\n")
            notes_file.write(notes.activity(post, batch, self._base, FILES))
            rows.add(post, batch, FILES)
            for one in batch.media.get(post.id, ()):
                if one.key is not None:
                    self._put(one.key, f"{FILES}/{one.key}")

    async def _pages(self) -> AsyncIterator[Batch]:
        before = None
        while (batch := await self._read(gathering.posts_before, before=before)).posts:
            yield batch
            before = batch.posts[-1].id

    async def _write_lists(self) -> None:
        """Whom and what the account follows, lists, keeps and keeps away from: in the shapes that Mastodon imports."""
        host = self._base.partition("://")[2]
        for name, gather in gathering.LISTS.items():
            rows = gather(self._read, host=host, base=self._base, now=self._tools.clock.now())
            await self._write_sheet(f"{name}.csv", sheets.HEADERS.get(name), rows)
        likes = self._folder / "likes.json"
        with likes.open("wb") as file:
            file.write(notes.LIKES_BEGIN)
            count = 0
            async for [address] in gathering.marked(self._read, Mark.FAVOURITE, base=self._base):
                file.write((b",\n" if count else b"") + notes.quoted(address))
                count += 1
            file.write(notes.outbox_ends(count))
        await _in_thread(self._zip.write, likes, likes.name)

    async def _write_sheet(self, name: str, header: Sequence[str] | None, rows: AsyncIterator[Sequence[str]]) -> None:
        path = self._folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = sheets.writer(file)
            if header:
                writer.writerow(header)
            async for row in rows:
                writer.writerow(row)
        await _in_thread(self._zip.write, path, name)

    def _guide(self) -> tuple[str, str]:
        """What is where, for people."""
        _ = self._tools.catalogs.translations(self._lang).gettext
        said = [
            _("This is the archive of the account @{name} of {server}.").format(
                name=self._profile.username, server=self._base
            ),
            _("posts.csv — all posts, as a table. Open it with any spreadsheet."),
            _("media_attachments — the pictures, films and sounds of the posts."),
            _("outbox.json — all posts, in the form that other programs take in."),
            _("actor.json — the profile. likes.json — what the account liked."),
            _(
                "following_accounts.csv, followed_hashtags.csv, lists.csv, list_hashtags.csv, blocked_accounts.csv, "
                "muted_accounts.csv, blocked_domains.csv, bookmarks.csv — these can be imported in the settings of a "
                "Mastodon account elsewhere. followers.csv — who follows the account."
            ),
            _("It holds private messages too: keep it where nobody else reads it."),
        ]
        return ("LISEZ-MOI.txt" if self._lang == "fr" else "README.txt"), "\n\n".join(said) + "\n"

    def _put(self, key: str, name: str) -> None:
        """A file as it is: pictures and films do not get smaller."""
        try:
            self._zip.write(self._tools.blobs.path(key), name, zipfile.ZIP_STORED)
        except FileNotFoundError:  # deleted since its page was read
            events.info("file_gone", key=key)

    async def _read(self, question: Callable[..., Coroutine[Any, Any, T]], /, **arguments: Any) -> T:
        return await self._tools.db.read_in_thread(question, account_id=self._profile.id, **arguments)


async def _in_thread(function: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Run something away from the event loop. If we are told to stop, its end is waited for all the same: a thread
    must not write into a zip that is being closed.
    """
    running = asyncio.ensure_future(asyncio.to_thread(function, *arguments, **named))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
