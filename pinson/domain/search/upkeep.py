"""The index follows the log, and is filled with what was there before it.

Called as a reaction, for all facts of a batch at once, and by `schedule.py`. Why behind the log and not in the
transaction of the post: docs/decisions/0009-search-behind-the-log.md. Who reads never waits for it, and what it has not
heard of yet can only be missing: whether a post is there, and who may see it, is asked of the tables.
"""

from collections.abc import Sequence
from typing import Protocol

from pinson.domain import media, posts
from pinson.domain.accounts import AccountChanged, AccountCreated, AccountDeleted, AccountId
from pinson.domain.posts import PostDeleted, PostEdited, PostId, PostImported, PostPublished, polls
from pinson.domain.search import commands, store
from pinson.domain.search.commands import Read
from pinson.domain.search.words import indexed
from pinson.lib.db import Database, ReadTx
from pinson.lib.log import Fact

STEP = 200  # posts that are put into the index at a time


class Workplace(Protocol):
    """The tools that the reaction works with."""

    @property
    def db(self) -> Database:
        """The tables."""
        ...


async def take_in(tools: Workplace, facts: Sequence[Fact]) -> None:
    """What follows for the index from what was published, edited, deleted, and from how accounts are named."""
    changed: dict[PostId, None] = {}
    renamed: dict[AccountId, None] = {}
    for fact in facts:
        match fact:
            case PostPublished(post=post) | PostImported(post=post) | PostEdited(post=post):
                if post.boost_of_id is None:
                    changed[post.id] = None
            case PostDeleted():
                if fact.boost_of_id is None:
                    changed[fact.id] = None
            case AccountCreated() | AccountChanged() | AccountDeleted():
                renamed[fact.account_id] = None
    if changed:
        read = await tools.db.read_in_thread(_read, ids=list(changed))
        await tools.db.write(commands.put_posts, ids=list(changed), read=read)
    if renamed:
        await tools.db.write(commands.put_accounts, ids=list(renamed))


async def take_in_one(tools: Workplace, fact: Fact) -> None:
    """The same for one fact."""
    await take_in(tools, [fact])


async def backfill(db: Database) -> bool:
    """Put a few hundred posts and accounts into the index that were there before it; whether there were any."""
    return await _backfill_posts(db) or await _backfill_accounts(db)


async def _backfill_posts(db: Database) -> bool:
    async with db.read() as tx:
        if not (below := await store.backfilled(tx, "posts")):
            return False
        ids = [PostId(id) for id in await store.older(tx, "posts", below=below, limit=STEP)]
    read = await db.read_in_thread(_read, ids=ids)
    await db.write(commands.put_posts, ids=ids, read=read, backfilled=ids[-1] if ids else 0)
    return True


async def _backfill_accounts(db: Database) -> bool:
    async with db.read() as tx:
        if not (below := await store.backfilled(tx, "accounts")):
            return False
        ids = [AccountId(id) for id in await store.older(tx, "accounts", below=below, limit=STEP)]
    await db.write(commands.put_accounts, ids=ids, backfilled=ids[-1] if ids else 0)
    return True


async def _read(tx: ReadTx, *, ids: list[PostId]) -> dict[PostId, Read]:
    """What these posts say: warning, text, what is said about media, answers to choose. At most three statements."""
    said = await posts.wordings(tx, ids)
    attached = await media.of_posts(tx, [one.id for one in said if one.media])
    asked = await polls.of_posts(tx, [one.id for one in said if one.poll])
    read = {}
    for post in said:
        options = asked[post.id].options if post.id in asked else ()
        texts = [post.spoiler, post.text, post.place, *(one.description for one in attached.get(post.id, ())), *options]
        read[post.id] = Read(indexed(texts, language=post.language), post.edited_at)
    return read
