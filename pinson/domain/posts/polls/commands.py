"""What happens to polls. All but `end` are for commands of posts, within their transactions."""

from collections.abc import Collection
from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.posts.polls import rules, store
from pinson.domain.posts.polls.facts import PollEnded, PollVoted
from pinson.domain.posts.polls.model import Ballot, Poll
from pinson.domain.posts.polls.queries import chosen
from pinson.domain.posts.polls.rules import OwnPoll, PollEndedAlready
from pinson.lib import log
from pinson.lib.db import WriteTx


async def ask(tx: WriteTx, ballot: Ballot, *, post_id: int, now: datetime) -> None:
    """Give a new post its poll."""
    await store.keep(tx, rules.opened(ballot, post_id, now=now))


async def revise(tx: WriteTx, old: Poll | None, ballot: Ballot | None, *, post_id: int, now: datetime) -> bool:
    """Give a post that is edited this poll, or none; whether people see that something else is asked.

    Votes are kept if they answer the same question: then only its end and its secrecy change.
    """
    if ballot is None:
        if old is not None:
            await store.delete(tx, post_id)
            await store.forget_all_votes(tx, post_id)
        return old is not None
    new = rules.opened(ballot, post_id, now=now)
    if old is not None and rules.asks_the_same(old, ballot):
        await store.keep(tx, msgspec.structs.replace(new, votes=old.votes, voters=old.voters))
        return False
    if old is not None:
        await store.forget_all_votes(tx, post_id)
    await store.keep(tx, new)
    return True


async def vote(
    tx: WriteTx, poll: Poll, *, account_id: AccountId, author_id: AccountId, choices: Collection[int], now: datetime
) -> None:
    """Choose in a poll. What is chosen stays chosen; where several may be, more can be added.

    Args:
        author_id: of the post.
        choices: places of the options, from 0.
    Raises:
        OwnPoll, PollEndedAlready, AlreadyVoted, BadChoice, OneChoiceOnly.
    """
    if author_id == account_id:
        raise OwnPoll
    if poll.expires_at <= now:
        raise PollEndedAlready
    before = (await chosen(tx, account_id, [poll.post_id])).get(poll.post_id, ())
    await store.keep(tx, rules.voted(poll, before, choices))
    await store.choose(tx, account_id, poll.post_id, sorted({*before, *choices}))
    await log.record(tx, PollVoted(at=now, account_id=account_id, post_id=poll.post_id, author_id=author_id))


async def end(tx: WriteTx, *, now: datetime, limit: int = 200) -> int:
    """Record of up to `limit` polls that their time is over; how many. Call again until none."""
    due = await store.due(tx, now=now, limit=limit)
    for poll in due:
        await store.keep(tx, msgspec.structs.replace(poll, ended=True))
        await log.record(tx, PollEnded(at=now, post_id=poll.post_id))
    return len(due)


async def forget_votes(tx: WriteTx, post_id: int, *, limit: int) -> int:
    """Forget up to `limit` votes in the poll of a post that is gone; how many."""
    return await store.forget_votes(tx, post_id, limit=limit)


async def forget_votes_by(tx: WriteTx, *, account_id: AccountId, limit: int = 500) -> int:
    """Forget what an account that is being closed chose, in up to `limit` polls; how many. Call again until none.

    The figures stay: they no longer tell anything about it.
    """
    return await store.forget_votes_by(tx, account_id, limit=limit)
