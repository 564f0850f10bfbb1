"""SQL of filters."""

from collections.abc import Sequence

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.filters.model import Filter, FilteredPost, Keyword
from pinson.domain.posts import PostId
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("filters", "filter_keywords", "filter_posts")

INSERT = """
    INSERT INTO filters (id, account_id, title, contexts, action, expires_at)
    VALUES (:id, :account_id, :title, :contexts, :action, :expires_at)
"""
UPDATE = """
    UPDATE filters SET title = :title, contexts = :contexts, action = :action, expires_at = :expires_at
    WHERE id = :id
"""
DELETE_KEYWORDS = "DELETE FROM filter_keywords WHERE filter_id = :id"
DELETE_POSTS = "DELETE FROM filter_posts WHERE filter_id = :id"
DELETE = "DELETE FROM filters WHERE id = :id"
ALL = """
    SELECT id, account_id, title, contexts, action, expires_at FROM filters WHERE account_id = :account_id ORDER BY id
"""
ONE = """
    SELECT id, account_id, title, contexts, action, expires_at FROM filters WHERE id = :id AND account_id = :account_id
"""

NEW_KEYWORD = """
    INSERT INTO filter_keywords (id, filter_id, keyword, whole_word) VALUES (:id, :filter_id, :keyword, :whole_word)
"""
UPDATE_KEYWORD = "UPDATE filter_keywords SET keyword = :keyword, whole_word = :whole_word WHERE id = :id"
DELETE_KEYWORD = "DELETE FROM filter_keywords WHERE id = :id"
KEYWORDS = """
    SELECT k.id, k.filter_id, k.keyword, k.whole_word
    FROM filters AS f
    JOIN filter_keywords AS k ON k.filter_id = f.id
    WHERE f.account_id = :account_id
    ORDER BY k.id
"""
KEYWORD = """
    SELECT k.id, k.filter_id, k.keyword, k.whole_word
    FROM filter_keywords AS k
    JOIN filters AS f ON f.id = k.filter_id
    WHERE k.id = :id AND f.account_id = :account_id
"""

NEW_POST = "INSERT INTO filter_posts (id, filter_id, post_id) VALUES (:id, :filter_id, :post_id)"
DELETE_POST = "DELETE FROM filter_posts WHERE id = :id"
POSTS = """
    SELECT s.id, s.filter_id, s.post_id
    FROM filters AS f
    JOIN filter_posts AS s ON s.filter_id = f.id
    WHERE f.account_id = :account_id
    ORDER BY s.id
"""
POST = """
    SELECT s.id, s.filter_id, s.post_id
    FROM filter_posts AS s
    JOIN filters AS f ON f.id = s.filter_id
    WHERE s.id = :id AND f.account_id = :account_id
"""

SAID = """
    SELECT id AS post_id, 0 AS place, spoiler AS text FROM posts WHERE id IN (SELECT value FROM json_each(:ids))
    UNION ALL
    SELECT id, 1, text FROM posts WHERE id IN (SELECT value FROM json_each(:ids))
    UNION ALL
    SELECT id, 99, place FROM posts WHERE id IN (SELECT value FROM json_each(:ids)) AND place <> ''
    UNION ALL
    SELECT p.post_id, 2, option.value FROM polls AS p, json_each(p.options) AS option
    WHERE p.post_id IN (SELECT value FROM json_each(:ids))
    UNION ALL
    SELECT p.post_id, 2 + option.key, option.value
    FROM polls AS p
    JOIN json_each(p.options) AS option
    WHERE p.post_id IN (SELECT value FROM json_each(:ids))
    UNION ALL
    SELECT post_id, 100 + position, description FROM media
    WHERE post_id IN (SELECT value FROM json_each(:ids)) AND position >= 0 AND description <> ''
    ORDER BY post_id, place
"""


class Said(msgspec.Struct, frozen=True):
    """A part of what a post says."""

    post_id: PostId
    place: int
    text: str


async def insert(tx: WriteTx, one: Filter) -> None:
    """Add a filter that is not there yet."""
    await tx.run_with(INSERT, one)


async def update(tx: WriteTx, one: Filter) -> None:
    """Keep what changed of a filter."""
    await tx.run(
        UPDATE, id=one.id, title=one.title, contexts=one.contexts, action=one.action, expires_at=one.expires_at
    )


async def delete(tx: WriteTx, id: int) -> None:
    """Remove a filter and all that it looks for."""
    for statement in (DELETE_KEYWORDS, DELETE_POSTS, DELETE):
        await tx.run(statement, id=id)


async def of_account(tx: ReadTx, account_id: AccountId) -> list[Filter]:
    """An account's filters, oldest first. O(filters) on (account_id, id)."""
    return await tx.all(Filter, ALL, account_id=account_id)


async def one(tx: ReadTx, account_id: AccountId, id: int) -> Filter | None:
    """A filter, if it belongs to the account. One look into the primary key."""
    return await tx.one(Filter, ONE, id=id, account_id=account_id)


async def keywords(tx: ReadTx, account_id: AccountId) -> list[Keyword]:
    """All that an account's filters look for, oldest first. O(keywords)."""
    return await tx.all(Keyword, KEYWORDS, account_id=account_id)


async def keyword(tx: ReadTx, account_id: AccountId, id: int) -> Keyword | None:
    """A keyword, if its filter belongs to the account. Two looks into primary keys."""
    return await tx.one(Keyword, KEYWORD, id=id, account_id=account_id)


async def add_keyword(tx: WriteTx, one: Keyword) -> None:
    """Add a keyword that is not there yet."""
    await tx.run_with(NEW_KEYWORD, one)


async def update_keyword(tx: WriteTx, one: Keyword) -> None:
    """Keep what changed of a keyword."""
    await tx.run(UPDATE_KEYWORD, id=one.id, keyword=one.keyword, whole_word=one.whole_word)


async def delete_keyword(tx: WriteTx, id: int) -> None:
    """Remove a keyword."""
    await tx.run(DELETE_KEYWORD, id=id)


async def posts(tx: ReadTx, account_id: AccountId) -> list[FilteredPost]:
    """The single posts that an account's filters name, oldest first. O(found)."""
    return await tx.all(FilteredPost, POSTS, account_id=account_id)


async def post(tx: ReadTx, account_id: AccountId, id: int) -> FilteredPost | None:
    """A filtered post, if its filter belongs to the account. Two looks into primary keys."""
    return await tx.one(FilteredPost, POST, id=id, account_id=account_id)


async def add_post(tx: WriteTx, one: FilteredPost) -> None:
    """Let a filter name a post that it does not name yet."""
    await tx.run_with(NEW_POST, one)


async def delete_post(tx: WriteTx, id: int) -> None:
    """Let it name the post no longer."""
    await tx.run(DELETE_POST, id=id)


async def said(tx: ReadTx, ids: Sequence[PostId]) -> list[Said]:
    """All that these posts say, part by part: warning, text, options of a poll, descriptions. O(parts) on indexes."""
    return await tx.all(Said, SAID, ids=ids)
