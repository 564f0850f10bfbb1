"""Voting in polls, for those who may see the post that asks. Called by interfaces.

Not here: what a poll is and which votes count (polls).
"""

from collections.abc import Collection
from datetime import datetime

from pinson.domain.posts import polls, queries
from pinson.domain.posts.model import PostId, Shape
from pinson.domain.posts.polls import Poll
from pinson.domain.posts.rules import PostNotFound, Reader
from pinson.lib.db import ReadTx, WriteTx


async def poll(tx: ReadTx, id: PostId, *, reader: Reader) -> tuple[Shape, Poll]:
    """A post that the reader may see, and its poll.

    Raises:
        PostNotFound: there is no such post, or not for them, or it asks nothing.
    """
    shape = await queries.visible(tx, id, reader=reader)
    found = await polls.of_posts(tx, [id])
    if id not in found:
        raise PostNotFound
    return shape, found[id]


async def vote(tx: WriteTx, *, reader: Reader, id: PostId, choices: Collection[int], now: datetime) -> None:
    """Choose in the poll of a post. What is chosen stays chosen; where several may be, more can be added.

    Args:
        choices: places of the options, from 0.
    Raises:
        PostNotFound: see `poll`.
        OwnPoll, PollEndedAlready, AlreadyVoted, BadChoice, OneChoiceOnly.
    """
    assert reader.id is not None
    shape, asked = await poll(tx, id, reader=reader)
    await polls.vote(tx, asked, account_id=reader.id, author_id=shape.author_id, choices=choices, now=now)
