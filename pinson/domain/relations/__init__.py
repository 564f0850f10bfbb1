"""Who follows what: accounts and hashtags alike, since both are topics.

Called by interfaces (follow, unfollow) and by timelines and streams (`Circles`). A follow
belongs to an account, not to the person who signs in. Not here: blocks, mutes and lists,
which are to come; which posts a follow brings (timelines).
"""

from pinson.domain.relations.circles import Circle, Circles, changed
from pinson.domain.relations.commands import CannotFollowSelf, follow, follow_tag, sever_all, unfollow
from pinson.domain.relations.facts import Followed, Unfollowed
from pinson.domain.relations.model import Follow, Relationship
from pinson.domain.relations.queries import followed_tags, followers, following, relationships

__all__ = [
    "CannotFollowSelf",
    "Circle",
    "Circles",
    "Follow",
    "Followed",
    "Relationship",
    "Unfollowed",
    "changed",
    "follow",
    "follow_tag",
    "followed_tags",
    "followers",
    "following",
    "relationships",
    "sever_all",
    "unfollow",
]
