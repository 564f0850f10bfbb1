"""SQL of polls."""

from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.posts.polls.model import Choices, Poll
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("polls", "poll_votes")

# A new poll, or what an edit or a vote makes of one.
KEEP = """
    INSERT INTO polls (post_id, options, multiple, hide_totals, expires_at, ended, votes, voters)
    VALUES (:post_id, :options, :multiple, :hide_totals, :expires_at, :ended, :votes, :voters)
    ON CONFLICT (post_id) DO UPDATE
    SET options = excluded.options, multiple = excluded.multiple, hide_totals = excluded.hide_totals,
        expires_at = excluded.expires_at, ended = excluded.ended, votes = excluded.votes, voters = excluded.voters
"""
DELETE = "DELETE FROM polls WHERE post_id = :post_id"
OF_POSTS = """
    SELECT post_id, options, multiple, hide_totals, expires_at, ended, votes, voters FROM polls
    WHERE post_id IN (SELECT value FROM json_each(:post_ids))
"""
DUE = """
    SELECT post_id, options, multiple, hide_totals, expires_at, ended, votes, voters FROM polls
    WHERE ended = 0 AND expires_at <= :now
    ORDER BY expires_at
    LIMIT :limit
"""
CHOICES = """
    SELECT post_id, choices FROM poll_votes
    WHERE account_id = :account_id AND post_id IN (SELECT value FROM json_each(:post_ids))
"""
CHOOSE = """
    INSERT INTO poll_votes (post_id, account_id, choices) VALUES (:post_id, :account_id, :choices)
    ON CONFLICT (post_id, account_id) DO UPDATE SET choices = excluded.choices
"""
VOTERS = """
    SELECT account_id FROM poll_votes
    WHERE post_id = :post_id AND account_id > :after
    ORDER BY account_id
    LIMIT :limit
"""
FORGET_VOTES = """
    DELETE FROM poll_votes WHERE post_id = :post_id AND account_id IN (
        SELECT account_id FROM poll_votes WHERE post_id = :post_id LIMIT :limit)
"""
FORGET_VOTES_BY = """
    DELETE FROM poll_votes WHERE account_id = :account_id AND post_id IN (
        SELECT post_id FROM poll_votes WHERE account_id = :account_id LIMIT :limit)
"""
FORGET_ALL_VOTES = "DELETE FROM poll_votes WHERE post_id = :post_id"


async def keep(tx: WriteTx, poll: Poll) -> None:
    """Add a poll, or keep all of it that can change."""
    await tx.run_with(KEEP, poll)


async def delete(tx: WriteTx, post_id: int) -> None:
    """Take a poll from its post."""
    await tx.run(DELETE, post_id=post_id)


async def of_posts(tx: ReadTx, post_ids: list[int]) -> list[Poll]:
    """The polls of these posts, in no order. O(posts)."""
    return await tx.all(Poll, OF_POSTS, post_ids=post_ids)


async def due(tx: ReadTx, *, now: datetime, limit: int) -> list[Poll]:
    """Polls whose time is over and whose end was not recorded yet, the oldest first. O(limit) on its index."""
    return await tx.all(Poll, DUE, now=now, limit=limit)


async def choices(tx: ReadTx, account_id: AccountId, post_ids: list[int]) -> list[Choices]:
    """What an account chose in the polls of these posts; those in which it did not vote are left out. O(posts)."""
    return await tx.all(Choices, CHOICES, account_id=account_id, post_ids=post_ids)


async def choose(tx: WriteTx, account_id: AccountId, post_id: int, chosen: list[int]) -> None:
    """Keep all that an account chose in a poll."""
    await tx.run(CHOOSE, account_id=account_id, post_id=post_id, choices=chosen)


async def voters(tx: ReadTx, post_id: int, *, after: int, limit: int) -> list[AccountId]:
    """Accounts that voted in a poll, by id. O(limit) on the primary key."""
    return [AccountId(id) for id in await tx.all(int, VOTERS, post_id=post_id, after=after, limit=limit)]


async def forget_votes(tx: WriteTx, post_id: int, *, limit: int) -> int:
    """Forget up to `limit` votes in a poll that is gone; how many."""
    return await tx.run(FORGET_VOTES, post_id=post_id, limit=limit)


async def forget_votes_by(tx: WriteTx, account_id: AccountId, *, limit: int) -> int:
    """Forget what an account chose in up to `limit` polls; how many."""
    return await tx.run(FORGET_VOTES_BY, account_id=account_id, limit=limit)


async def forget_all_votes(tx: WriteTx, post_id: int) -> None:
    """Forget all votes in a poll that asks something else from now on. O(votes): 1 µs each."""
    await tx.run(FORGET_ALL_VOTES, post_id=post_id)
