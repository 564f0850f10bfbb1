"""What keeps the index as the truth is, each in one transaction. Doing it twice is doing it once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from pinson.domain import accounts, posts
from pinson.domain.accounts import AccountId
from pinson.domain.posts import PostId
from pinson.domain.search import store
from pinson.domain.search.words import Indexed, folded
from pinson.lib.db import WriteTx

NOTHING = Indexed("", "")


class Read(msgspec.Struct, frozen=True):
    """The words of a post as it was when it was read: since `edited_at`."""

    words: Indexed
    edited_at: datetime | None


async def put_posts(
    tx: WriteTx, *, ids: Sequence[PostId], read: Mapping[PostId, Read], backfilled: int | None = None
) -> None:
    """Let posts be found by what they say, and those that are gone no more.

    One that was edited since it was read is left alone: whoever hears of the edit puts it.

    Args:
        ids: all that were to be read, there or not.
        backfilled: how far down the index reaches now, if this was to fill it.
    """
    there = await posts.edits(tx, read)
    same = {id: one.words for id, one in read.items() if id in there and there[id] == one.edited_at}
    gone = {id: NOTHING for id in ids if id not in there}
    await store.put_posts(tx, same | gone)
    if backfilled is not None:
        await store.keep_backfilled(tx, "posts", backfilled)


async def put_accounts(tx: WriteTx, *, ids: Sequence[AccountId], backfilled: int | None = None) -> None:
    """Let accounts be found by the words of their names, and those that are gone no more. As `put_posts`."""
    there = await accounts.by_ids(tx, ids)
    names = {id: f"{there[id].username} {there[id].display_name}" if id in there else "" for id in ids}
    await store.put_accounts(tx, {id: " ".join(folded(name)) for id, name in names.items()})
    if backfilled is not None:
        await store.keep_backfilled(tx, "accounts", backfilled)
