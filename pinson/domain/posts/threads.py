"""The thread around a post: what it answers, and what answers it.

Called by interfaces, in a thread of its own: a long one takes milliseconds. Only what the
reader may see is in it; what answers something hidden still is.
"""

import msgspec

from pinson.domain.posts import queries, store
from pinson.domain.posts.model import PostId, Shape
from pinson.domain.posts.rules import Reader, can_see, is_out_of_reach
from pinson.lib.db import ReadTx

MOST_FOR_MEMBERS = 4096  # posts above, posts below, and how deep: enough to be no limit


class Context(msgspec.Struct, frozen=True):
    """A post's surroundings.

    ancestors: what it answers, from the beginning of the conversation on.
    descendants: what answers it, each followed by what answers that.
    through: the ids of all that was walked through, seen or not: without one of them the others may not be found.
    """

    ancestors: list[Shape]
    descendants: list[Shape]
    through: frozenset[PostId] = frozenset()


async def context(tx: ReadTx, id: PostId, *, reader: Reader) -> Context:
    """The thread around a post, as far as the reader may see it. Three statements.

    Raises:
        PostNotFound: there is no such post, or not for them.

    Source: https://docs.joinmastodon.org/methods/statuses/#context, for the limits too.
    """
    await queries.visible(tx, id, reader=reader)
    above, below, deepest = (40, 60, 20) if reader.id is None else (MOST_FOR_MEMBERS,) * 3
    ancestors = await store.ancestors(tx, id, most=above)
    descendants = in_order(id, await store.descendants(tx, id, most=below, deepest=deepest))
    return Context(
        [shape for shape in ancestors if can_see(shape, reader) and not is_out_of_reach(shape, reader)],
        [shape for shape in descendants if can_see(shape, reader) and not is_out_of_reach(shape, reader)],
        frozenset([shape.id for shape in (*ancestors, *descendants)]),
    )


def in_order(root: PostId, descendants: list[Shape]) -> list[Shape]:
    """Each post followed by its answers. An author's continuation of their own post comes first, then the oldest."""
    answers: dict[int | None, list[Shape]] = {}
    for shape in descendants:
        answers.setdefault(shape.in_reply_to_id, []).append(shape)
    for siblings in answers.values():
        siblings.sort(key=lambda shape: (shape.author_id != shape.in_reply_to_author_id, shape.id), reverse=True)
    ordered: list[Shape] = []
    waiting = list(answers.get(root, ()))  # the next one is the last
    while waiting:
        shape = waiting.pop()
        ordered.append(shape)
        waiting += answers.get(shape.id, ())
    return ordered
