"""What follows from posts for conversations; see `pinson/reactions.py`.

Why not in the transaction of the post: that is below, and does not know of conversations. A list
read in the milliseconds between shows the new post not yet; one that is gone it shows no more.
"""

from collections.abc import Sequence
from typing import Protocol

from pinson.domain.conversations import commands
from pinson.domain.posts import (
    PostDeleted,
    PostEdited,
    PostHidden,
    PostImported,
    PostPublished,
    PostUnhidden,
    Visibility,
)
from pinson.domain.posts.topics import addressed_to
from pinson.lib.clock import Clock
from pinson.lib.db import Database
from pinson.lib.log import Fact


class Workplace(Protocol):
    """The tools that the reactions work with."""

    @property
    def db(self) -> Database:
        """The truth."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...


async def sift(_tools: Workplace, facts: Sequence[Fact]) -> Sequence[Fact]:
    """Those of these facts that are not about posts for all to see."""
    public = (PostPublished, PostImported, PostEdited)
    return [one for one in facts if not isinstance(one, public) or one.post.visibility is Visibility.DIRECT]


async def keep_up(tools: Workplace, fact: PostPublished | PostImported | PostEdited | PostUnhidden) -> None:
    """Put a direct post where it belongs. Free for all others."""
    if fact.post.visibility is Visibility.DIRECT:
        is_past = isinstance(fact, PostImported | PostUnhidden)
        await tools.db.write(commands.place, post_id=fact.post.id, is_past=is_past, now=tools.clock.now())


async def let_go(tools: Workplace, fact: PostDeleted) -> None:
    """Take a direct post away. Free for all others."""
    if addressed_to(fact.author_id) in fact.topics:
        await tools.db.write(commands.remove, post_id=fact.id, now=tools.clock.now())


async def let_go_hidden(tools: Workplace, fact: PostHidden) -> None:
    """Take a direct post away that moderators hid, until they show it again. Free for all others."""
    if fact.post.visibility is Visibility.DIRECT:
        await tools.db.write(commands.remove_hidden, post_id=fact.post.id, now=tools.clock.now())
