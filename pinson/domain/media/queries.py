"""Questions about media."""

from collections.abc import Sequence

from pinson.domain.accounts import AccountId
from pinson.domain.media import store
from pinson.domain.media.model import Media, MediaId
from pinson.domain.media.rules import MediaNotFound
from pinson.lib.db import ReadTx


async def by_id(tx: ReadTx, id: MediaId) -> Media | None:
    """Whoever asks, and wherever it belongs."""
    found = await store.by_ids(tx, [id])
    return found[0] if found else None


async def owned(tx: ReadTx, id: MediaId, *, account_id: AccountId, post_id: int | None = None) -> Media:
    """One's own, at a post of one's own, or loose.

    Raises:
        MediaNotFound: there is none there.
    """
    media = await by_id(tx, id)
    if media is None or media.account_id != account_id or media.post_id != post_id:
        raise MediaNotFound
    return media


async def mine(tx: ReadTx, ids: Sequence[MediaId], *, account_id: AccountId) -> list[Media]:
    """Those of these that are an account's own, wherever they belong, in this order; in one statement."""
    found = {media.id: media for media in await store.by_ids(tx, list(ids))} if ids else {}
    return [found[id] for id in ids if id in found and found[id].account_id == account_id]


async def of_posts(tx: ReadTx, post_ids: Sequence[int]) -> dict[int, list[Media]]:
    """What these posts show, in its order, in one statement; posts without any are left out."""
    found: dict[int, list[Media]] = {}
    if post_ids:
        for media in await store.of_posts(tx, list(post_ids), earlier=False):
            assert media.post_id is not None
            found.setdefault(media.post_id, []).append(media)
    return found


async def of_versions(tx: ReadTx, post_id: int) -> dict[MediaId, Media]:
    """What a post shows, and what it showed before it was edited."""
    return {media.id: media for media in await store.of_posts(tx, [post_id], earlier=True)}
