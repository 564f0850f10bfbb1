"""SQL of media."""

from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.media.model import EARLIER, Media, MediaId
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("media",)

INSERT = """
    INSERT INTO media (
        id, account_id, post_id, position, kind, state, key, preview_key, upload_key, size, details, description,
        focus_x, focus_y, blurhash, created_at, loose_since)
    VALUES (
        :id, :account_id, :post_id, :position, :kind, :state, :key, :preview_key, :upload_key, :size, :details,
        :description, :focus_x, :focus_y, :blurhash, :created_at, :loose_since)
"""
UPDATE = """
    UPDATE media
    SET post_id = :post_id, position = :position, state = :state, key = :key, preview_key = :preview_key,
        upload_key = :upload_key, size = :size, details = :details, description = :description, focus_x = :focus_x,
        focus_y = :focus_y, blurhash = :blurhash, loose_since = :loose_since
    WHERE id = :id
"""
DELETE = "DELETE FROM media WHERE id IN (SELECT value FROM json_each(:ids))"
BY_IDS = """
    SELECT id, account_id, post_id, position, kind, state, key, preview_key, upload_key, size, details, description,
        focus_x, focus_y, blurhash, created_at, loose_since
    FROM media
    WHERE id IN (SELECT value FROM json_each(:ids))
"""
OF_POSTS = """
    SELECT id, account_id, post_id, position, kind, state, key, preview_key, upload_key, size, details, description,
        focus_x, focus_y, blurhash, created_at, loose_since
    FROM media
    WHERE post_id IN (SELECT value FROM json_each(:post_ids)) AND position >= :first
    ORDER BY post_id, position
"""
LOOSE = """
    SELECT id, account_id, post_id, position, kind, state, key, preview_key, upload_key, size, details, description,
        focus_x, focus_y, blurhash, created_at, loose_since
    FROM media
    WHERE loose_since <= :until
    ORDER BY loose_since
    LIMIT :limit
"""
OF_ACCOUNT = """
    SELECT id, account_id, post_id, position, kind, state, key, preview_key, upload_key, size, details, description,
        focus_x, focus_y, blurhash, created_at, loose_since
    FROM media
    WHERE account_id = :account_id
    ORDER BY id
    LIMIT :limit
"""


async def insert(tx: WriteTx, media: Media) -> None:
    """Add one."""
    await tx.run_with(INSERT, media)


async def update(tx: WriteTx, media: Media) -> None:
    """Keep all of it that can change."""
    await tx.run_with(UPDATE, media)


async def delete(tx: WriteTx, ids: list[MediaId]) -> None:
    """Remove these. O(ids)."""
    await tx.run(DELETE, ids=ids)


async def by_ids(tx: ReadTx, ids: list[MediaId]) -> list[Media]:
    """These, in no order; those that are gone are left out. O(ids)."""
    return await tx.all(Media, BY_IDS, ids=ids)


async def of_posts(tx: ReadTx, post_ids: list[int], *, earlier: bool) -> list[Media]:
    """What these posts show, by post and position. O(posts and media) on (post_id, position).

    Args:
        earlier: whether to begin with what only earlier versions of them showed.
    """
    return await tx.all(Media, OF_POSTS, post_ids=post_ids, first=EARLIER if earlier else 0)


async def loose(tx: ReadTx, *, until: datetime, limit: int) -> list[Media]:
    """What has belonged to no post since then or longer, the longest first. O(limit) on its index."""
    return await tx.all(Media, LOOSE, until=until, limit=limit)


async def of_account(tx: ReadTx, account_id: AccountId, *, limit: int) -> list[Media]:
    """What an account has uploaded, the oldest first. O(limit) on (account_id, id)."""
    return await tx.all(Media, OF_ACCOUNT, account_id=account_id, limit=limit)
