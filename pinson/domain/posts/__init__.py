"""Posts: short messages, whom they are for, and which topics they are under.

Called by interfaces, timelines and streams. Not here: which posts stand on a timeline
(timelines), what a post looks like to an app or on a page (interfaces).
"""

from pinson.domain.posts import topics
from pinson.domain.posts.commands import delete, delete_all, forget_keys, publish, tag_named
from pinson.domain.posts.facts import PostDeleted, PostPublished
from pinson.domain.posts.model import Draft, Post, PostId, Prepared, Shape, Tag, Visibility
from pinson.domain.posts.queries import by_author, count, post, posts, tag, visible
from pinson.domain.posts.rules import (
    BadTag,
    BlankPost,
    NotYourPost,
    PostNotFound,
    PostTooLong,
    Reader,
    can_see,
    note_html,
    prepare,
    tag_name,
)
from pinson.domain.posts.shapes import Shapes

__all__ = [
    "BadTag",
    "BlankPost",
    "Draft",
    "NotYourPost",
    "Post",
    "PostDeleted",
    "PostId",
    "PostNotFound",
    "PostPublished",
    "PostTooLong",
    "Prepared",
    "Reader",
    "Shape",
    "Shapes",
    "Tag",
    "Visibility",
    "by_author",
    "can_see",
    "count",
    "delete",
    "delete_all",
    "forget_keys",
    "note_html",
    "post",
    "posts",
    "prepare",
    "publish",
    "tag",
    "tag_name",
    "tag_named",
    "topics",
    "visible",
]
