"""Which posts stand on which timeline, once it is known that the reader may see them. Pure.

Called for every candidate that a merge proposes, and by streams for every new post: a stream
shows exactly what the same timeline would.
"""

from collections.abc import Callable

from pinson.domain.accounts import AccountId
from pinson.domain.posts import Reader, Shape, Visibility

Rule = Callable[[Shape, Reader], bool]


def everything(_post: Shape, _reader: Reader) -> bool:
    """For a public page and for a hashtag: whatever is under the topic."""
    return True


def profile(author_id: AccountId, *, replies: bool) -> Rule:
    """For an account's own page. Its topics hold direct posts by others too: only its own belong.

    replies: whether its replies to others belong; those to itself always do.
    """

    def rule(post: Shape, _reader: Reader) -> bool:
        if post.author_id != author_id:
            return False
        return replies or post.in_reply_to_author_id in (None, author_id)

    return rule


def home(post: Shape, reader: Reader) -> bool:
    """Whether a post stands at the reader's home. Assumes that they may see it.

    An author brings their posts, but a reply only if the one replied to is followed too, or is
    the author or the reader; a followed tag brings what is under it.

    Source: "Home feed and lists" of the Mastodon API's reference.
    """
    circle = reader.circle
    if circle is None:
        return False
    if post.author_id == reader.id:
        return True
    follows = circle.topics
    if post.author_id in follows:
        to = post.in_reply_to_author_id
        if to is None or to == post.author_id or to == reader.id or to in follows:
            return True
    return post.visibility is Visibility.PUBLIC and any(
        topic in follows for topic in post.topics if topic != post.author_id
    )
