"""What happens to media, each in one transaction. Their files are claimed and given up in the same.

Called by `studio.py` with what it made, by posts (attach, detach), by interfaces and `schedule.py`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import UNSET

from pinson.domain.accounts import AccountId
from pinson.domain.media import queries, rules, store
from pinson.domain.media.facts import MediaUploaded
from pinson.domain.media.model import EARLIER, Details, Made, Media, MediaId, MediaKind, Preview, Said, State
from pinson.domain.media.rules import CannotAttach, InUse, MediaNotFound
from pinson.lib import blobs, log
from pinson.lib.db import WriteTx

LOOSE_LASTS = timedelta(days=1)


async def add(
    tx: WriteTx,
    *,
    account_id: AccountId,
    kind: MediaKind,
    made: Made | None,
    upload_key: str | None,
    preview: Preview | None,
    said: Said,
    announce: bool,
    now: datetime,
) -> Media:
    """Store what somebody uploaded.

    Args:
        made: of a picture, what is shown; None if `upload_key` still has to be processed.
        preview: what its uploader wants to stand for it.
        announce: whether somebody else is to process it: then the fact is recorded.
    """
    media = Media(
        id=MediaId(tx.new_id(account_id, now)),
        account_id=account_id,
        post_id=None,
        position=0,
        kind=kind,
        state=State.PROCESSING,
        key=None,
        preview_key=None,
        upload_key=upload_key,
        size=0,
        details=Details(),
        description="",
        focus_x=None,
        focus_y=None,
        blurhash=None,
        created_at=now,
        loose_since=now,
    )
    media = _with_preview(_with_said(media, said), preview)
    if made is not None:
        media = _with_made(media, made)
    await blobs.claim(tx, media.keys, now=now)
    await store.insert(tx, media)
    if announce:
        await log.record(tx, MediaUploaded(at=now, id=media.id))
    return media


async def finish(tx: WriteTx, *, id: MediaId, made: Made, now: datetime) -> bool:
    """It is processed and can be shown; what was sent goes. False if it was deleted meanwhile, or done already."""
    media = await queries.by_id(tx, id)
    if media is None or media.state is not State.PROCESSING:
        return False
    done = _with_made(media, made)
    await _replace(tx, media, done, now)
    return True


async def fail(tx: WriteTx, *, id: MediaId, now: datetime) -> None:
    """It cannot be processed. Its uploader is told when they ask."""
    media = await queries.by_id(tx, id)
    if media is not None and media.state is State.PROCESSING:
        await _replace(tx, media, msgspec.structs.replace(media, state=State.FAILED, upload_key=None), now)


async def update(
    tx: WriteTx,
    *,
    id: MediaId,
    account_id: AccountId,
    said: Said,
    now: datetime,
    preview: Preview | None = None,
    post_id: int | None = None,
) -> Media:
    """Change what is said about it, and what stands for it.

    Args:
        post_id: the post it belongs to; None if it is loose.
    Raises:
        MediaNotFound.
    """
    old = await queries.owned(tx, id, account_id=account_id, post_id=post_id)
    new = _with_preview(_with_said(old, said), preview)
    await _replace(tx, old, new, now)
    return new


async def delete(tx: WriteTx, *, id: MediaId, account_id: AccountId, now: datetime) -> None:
    """Delete something that no post has.

    Raises:
        MediaNotFound, InUse.
    """
    media = await queries.by_id(tx, id)
    if media is None or media.account_id != account_id:
        raise MediaNotFound
    if media.post_id is not None:
        raise InUse
    await _delete(tx, [media], now)


async def attach(tx: WriteTx, *, ids: Sequence[MediaId], account_id: AccountId, post_id: int) -> list[Media]:
    """Have a post show exactly these, in this order. Two statements and one each.

    What it showed besides stays with it: its history shows it.

    Args:
        ids: loose ones of the author, or ones that the post has already. Each counts once.
    Raises:
        CannotAttach, TooManyAttached, MixedKinds, NotReady.
    """
    wanted = list(dict.fromkeys(ids))
    found = {media.id: media for media in await store.by_ids(tx, wanted)} if wanted else {}
    free = [id for id in wanted if id in found and found[id].account_id == account_id]
    free = [id for id in free if found[id].post_id in (None, post_id)]
    if missing := [id for id in wanted if id not in free]:
        raise CannotAttach(ids=", ".join(map(str, missing)))
    rules.check_together([found[id] for id in wanted])
    for media in await store.of_posts(tx, [post_id], earlier=False):
        if media.id not in found:
            await store.update(tx, msgspec.structs.replace(media, position=EARLIER))
    attached = [
        msgspec.structs.replace(found[id], post_id=post_id, position=position, loose_since=None)
        for position, id in enumerate(wanted)
    ]
    for media in attached:
        await store.update(tx, media)
    return attached


async def detach(tx: WriteTx, *, post_id: int, now: datetime) -> list[Media]:
    """A post is gone: what it showed is loose for a day, so that it can be written anew. What that is, in order."""
    had = await store.of_posts(tx, [post_id], earlier=True)
    await _let_go(tx, had, now)
    return [media for media in had if media.position != EARLIER]


async def delete_of_post(tx: WriteTx, *, post_id: int, now: datetime) -> list[Media]:
    """A post is gone, and what it showed too. What that was, in order."""
    had = await store.of_posts(tx, [post_id], earlier=True)
    await _delete(tx, had, now)
    return [media for media in had if media.position != EARLIER]


async def delete_all(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int = 500) -> int:
    """Delete up to `limit` of an account that is being closed; how many. Call again until none."""
    had = await store.of_account(tx, account_id, limit=limit)
    await _delete(tx, had, now)
    return len(had)


async def forget_loose(tx: WriteTx, *, now: datetime, limit: int = 500) -> int:
    """Delete up to `limit` that no post has had for a day; how many."""
    forgotten = await store.loose(tx, until=now - LOOSE_LASTS, limit=limit)
    await _delete(tx, forgotten, now)
    return len(forgotten)


def _with_made(media: Media, made: Made) -> Media:
    """Media that is ready. What its uploader wanted to stand for it still does."""
    details, chosen = made.details, media.preview_key
    if chosen is not None:
        width, height = media.details.preview_width, media.details.preview_height
        details = msgspec.structs.replace(details, preview_width=width, preview_height=height)
    return msgspec.structs.replace(
        media,
        state=State.READY,
        key=made.key,
        preview_key=chosen or made.preview_key,
        upload_key=None,
        size=made.size,
        details=details,
        blurhash=media.blurhash if chosen else made.blurhash,
    )


def _with_preview(media: Media, preview: Preview | None) -> Media:
    if preview is None:
        return media
    details = msgspec.structs.replace(media.details, preview_width=preview.width, preview_height=preview.height)
    return msgspec.structs.replace(media, preview_key=preview.key, blurhash=preview.blurhash, details=details)


def _with_said(media: Media, said: Said) -> Media:
    if said.description is not UNSET:
        media = msgspec.structs.replace(media, description=said.description)
    if said.focus is not UNSET:
        x, y = (None, None) if said.focus is None else (said.focus.x, said.focus.y)
        media = msgspec.structs.replace(media, focus_x=x, focus_y=y)
    return media


async def _replace(tx: WriteTx, old: Media, new: Media, now: datetime) -> None:
    """Store the new state; files that came are claimed, files that went are given up."""
    await blobs.claim(tx, [key for key in new.keys if key not in old.keys], now=now)
    await blobs.abandon(tx, [key for key in old.keys if key not in new.keys], now=now)
    await store.update(tx, new)


async def _delete(tx: WriteTx, media: Sequence[Media], now: datetime) -> None:
    await blobs.abandon(tx, [key for one in media for key in one.keys], now=now)
    await store.delete(tx, [one.id for one in media])


async def _let_go(tx: WriteTx, media: Sequence[Media], now: datetime) -> None:
    for one in media:
        await store.update(tx, msgspec.structs.replace(one, post_id=None, position=0, loose_since=now))
