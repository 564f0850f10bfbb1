"""What a member's filters do to the posts on pages: some are left out, some are folded under a note. Pure.

Called by `cards.py` for cards, and by pages that show posts in other ways. Which posts a filter matches is the
domain's to say; apps decide for themselves what to do about it, and this is what our pages do.
"""

from collections.abc import Mapping, Sequence

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.filters import Action, Context, Match
from pinson.domain.posts import PostId


class Veil(msgspec.Struct, frozen=True):
    """What covers a post until its reader wants to see it.

    title: of the filters, as the reader named them. hides: whether the page leaves the post out altogether.
    only_pictures: whether its text stays to be read.
    """

    title: str
    hides: bool = False
    only_pictures: bool = False


def veil(matches: Sequence[Match], where: Context) -> Veil | None:
    """What the strictest of the filters that count here wants; None if none does."""
    for action in (Action.HIDE, Action.WARN, Action.BLUR):
        titles = [one.filter.title for one in matches if one.filter.action is action and where in one.filter.contexts]
        if titles:
            return Veil(", ".join(titles), action is Action.HIDE, action is Action.BLUR)
    return None


def veils(
    matched: Mapping[PostId, Sequence[Match]],
    authors: Mapping[PostId, AccountId],
    *,
    reader_id: AccountId | None,
    where: Context,
) -> dict[PostId, Veil]:
    """The veils over these posts, given who wrote each. Nobody's own posts are kept from them."""
    if not matched:
        return {}
    return {
        id: found
        for id, author_id in authors.items()
        if author_id != reader_id and (found := veil(matched.get(id, ()), where)) is not None
    }
