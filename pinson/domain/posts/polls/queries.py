"""Questions about polls."""

from collections.abc import Sequence

from pinson.domain.accounts import AccountId
from pinson.domain.posts.polls import store
from pinson.domain.posts.polls.model import Poll
from pinson.lib.db import ReadTx


async def of_posts(tx: ReadTx, post_ids: Sequence[int]) -> dict[int, Poll]:
    """The polls of these posts, in one statement; those that have none are left out."""
    return {poll.post_id: poll for poll in await store.of_posts(tx, list(post_ids))} if post_ids else {}


async def chosen(tx: ReadTx, account_id: AccountId, post_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """What an account chose in the polls of these posts, in one statement; where it did not vote is left out."""
    if not post_ids:
        return {}
    return {one.post_id: one.choices for one in await store.choices(tx, account_id, list(post_ids))}


async def voters(tx: ReadTx, post_id: int, *, after: int = 0, limit: int = 500) -> list[AccountId]:
    """Accounts that voted in a poll, in the order of their ids, from the first above `after` on."""
    return await store.voters(tx, post_id, after=after, limit=limit)
