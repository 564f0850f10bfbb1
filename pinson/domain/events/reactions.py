"""What follows from posts for events; see `pinson/reactions.py`."""

from collections.abc import Sequence
from typing import Protocol

from pinson.domain.events import commands, queries
from pinson.domain.posts import PostEdited, PostPublished
from pinson.domain.posts.topics import hashtags
from pinson.lib.clock import Clock
from pinson.lib.db import Database
from pinson.lib.ids import moment_of
from pinson.lib.log import Fact


class Workplace(Protocol):
    """The tools that the reaction works with."""

    @property
    def db(self) -> Database:
        """The truth."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...


async def sift(tools: Workplace, facts: Sequence[Fact]) -> Sequence[Fact]:
    """Those of these facts that are about a post of an event, or with a hashtag that one has."""
    tags = [
        hashtags(one.post.topics, one.post.author_id, one.post.link_id)
        if isinstance(one, PostPublished | PostEdited)
        else []
        for one in facts
    ]
    asked = {tag for of_one in tags for tag in of_one}
    async with tools.db.read() as tx:
        taken = await queries.tags_of_events(tx, asked) if asked else set()
    return [
        one
        for one, of_one in zip(facts, tags, strict=True)
        if not isinstance(one, PostPublished | PostEdited)
        or one.post.event_id is not None
        or not taken.isdisjoint(of_one)
    ]


async def follow_hashtags(tools: Workplace, fact: PostPublished | PostEdited) -> None:
    """Let what somebody of a team writes under the event's hashtag, from whatever app, be part of it.

    Free for whatever has no hashtag and is part of no event; one read for what has.
    """
    post = fact.post
    if post.event_id is None:
        tags = hashtags(post.topics, post.author_id, post.link_id)
        if not tags:
            return
        async with tools.db.read() as tx:
            if await queries.goes_on_under(tx, tags, post.author_id, now=moment_of(post.id)) is None:
                return
    elif isinstance(fact, PostPublished):
        return  # it was written there
    await tools.db.write(commands.join_by_tag, post_id=post.id, now=tools.clock.now())
