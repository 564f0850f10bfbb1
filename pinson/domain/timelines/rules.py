"""Which posts stand on which timeline, once it is known that the reader may see them. Pure.

Called for every candidate that a merge proposes, and by streams for every new post: a stream
shows exactly what the same timeline would.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.posts import Reader, Shape, Visibility, is_out_of_reach
from pinson.domain.relations import Circle, ListShape
from pinson.domain.relations.lists import Replies

Rule = Callable[[Shape, Reader], bool]


class Narrow(msgspec.Struct, frozen=True):
    """What posts of a timeline must be besides under one of its topics: what tables can tell as well as shapes.

    media: it has pictures, films or sounds.
    all, none: topics under all of which it is, and under none of which.
    """

    media: bool = False
    all: tuple[int, ...] = ()
    none: tuple[int, ...] = ()


def narrowed(rule: Rule, narrow: Narrow) -> Rule:
    """The same rule for those posts only."""
    needed, unwanted = frozenset(narrow.all), frozenset(narrow.none)

    def narrowed_rule(post: Shape, reader: Reader) -> bool:
        return (
            (post.media > 0 or not narrow.media)
            and needed.issubset(post.topics)
            and unwanted.isdisjoint(post.topics)
            and rule(post, reader)
        )

    return narrowed_rule


def everything(post: Shape, reader: Reader) -> bool:
    """For a public page, a hashtag and a link: whatever is under the topic, but not by those whom the reader mutes.

    Nor by those whom moderators limited, unless the reader follows them.
    """
    if reader.limited and is_out_of_reach(post, reader):
        return False
    return reader.circle is None or post.author_id not in reader.circle.muted


def profile(author_id: AccountId, *, replies: bool, boosts: bool) -> Rule:
    """For an account's own page. Its topics hold direct posts by others too: only its own belong.

    replies: whether its replies to others belong; those to itself always do.
    boosts: whether what it passed on belongs.
    """

    def rule(post: Shape, _reader: Reader) -> bool:
        if post.author_id != author_id:
            return False
        if post.boost_of_id is not None:
            return boosts
        return replies or post.in_reply_to_author_id in (None, author_id)

    return rule


def home(post: Shape, reader: Reader) -> bool:
    """Whether a post stands at the reader's home. Assumes that they may see it.

    An author brings their posts, but a reply only if the one replied to is followed too, or is
    the author or the reader, and if what it answers is still there; and nothing if they are in an
    exclusive list. A followed tag brings what is under it. What has to do with anybody muted or
    blocked is not there at all.

    Source: "Home feed and lists" of the Mastodon API's reference.
    """
    circle = reader.circle
    if circle is None:
        return False
    if post.author_id == reader.id:
        return True
    if (circle.muted or circle.blocked) and _is_unwanted(post, circle):
        return False
    follows = circle.topics
    if (
        post.author_id in follows
        and _is_followed_for(post, circle)
        and not (circle.exclusive and any(post.author_id in members for members in circle.exclusive.values()))
    ):
        to = post.in_reply_to_author_id
        if to is None:
            return True
        if post.in_reply_to_id is not None and (to == post.author_id or to == reader.id or to in follows):
            return True
    return _is_under(follows, post, reader)


def members_of(shape: ListShape) -> Rule:
    """For a list: what its members post, replies by its policy, and what is under its hashtags.

    Whatever home would leave out for its author's languages or boosts, or because somebody is
    muted or blocked, is left out here too.

    Source: "Home feed and lists" of the Mastodon API's reference; hashtags are our own.
    """

    def rule(post: Shape, reader: Reader) -> bool:
        circle = reader.circle
        if circle is None or (post.author_id != reader.id and _is_unwanted(post, circle)):
            return False
        if post.author_id in shape.accounts and _is_followed_for(post, circle):
            to = post.in_reply_to_author_id
            if to is None or to == post.author_id or to == reader.id:
                return True
            if shape.replies is Replies.FOLLOWED and to in circle.topics:
                return True
            if shape.replies is Replies.LIST and to in shape.accounts:
                return True
        return _is_under(shape.tags, post, reader)

    return rule


def _is_unwanted(post: Shape, circle: Circle) -> bool:
    """Whether it is by, passes on or mentions somebody whom the reader mutes or blocks."""
    about = (post.author_id, post.boost_of_author_id, *post.mentions)
    return not (circle.muted.isdisjoint(about) and circle.blocked.isdisjoint(about))


def _is_followed_for(post: Shape, circle: Circle) -> bool:
    """Whether it is of what the reader wants of its author: a language they chose, and boosts unless hidden.

    A post in no known language is in all of them.
    """
    if post.boost_of_id is not None and post.author_id in circle.hidden_boosts:
        return False
    languages = circle.languages.get(post.author_id)
    return not languages or post.language is None or post.language in languages


def _is_under(topics: AbstractSet[int], post: Shape, reader: Reader) -> bool:
    """Whether it is public, in the reader's reach, and under one of the topics, other than its author."""
    if post.visibility is Visibility.PUBLIC and not (reader.limited and is_out_of_reach(post, reader)):
        for topic in post.topics:
            if topic in topics and topic != post.author_id:
                return True
    return False
