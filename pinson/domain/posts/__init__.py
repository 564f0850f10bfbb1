"""Posts: short messages, whom they are for, and which topics they are under.

Called by interfaces, timelines and streams. Not here: which posts stand on a timeline
(timelines), what a post looks like to an app or on a page (interfaces).
"""

from pinson.domain.posts import topics
from pinson.domain.posts.commands import delete, delete_all, follow_tag, forget_keys, publish, tag_named
from pinson.domain.posts.facts import PostDeleted, PostPublished
from pinson.domain.posts.model import Draft, Post, PostId, Prepared, Shape, Tag, TagDay, Visibility
from pinson.domain.posts.queries import (
    by_author,
    count,
    post,
    posts,
    published_by_week,
    tag,
    tag_days,
    tags_by_ids,
    tags_starting,
    visible,
)
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
from pinson.domain.posts.text import URL_LENGTH
from pinson.domain.posts.threads import Context, context

__all__ = [
    "URL_LENGTH",
    "BadTag",
    "BlankPost",
    "Context",
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
    "TagDay",
    "Visibility",
    "by_author",
    "can_see",
    "context",
    "count",
    "delete",
    "delete_all",
    "follow_tag",
    "forget_keys",
    "note_html",
    "post",
    "posts",
    "prepare",
    "publish",
    "published_by_week",
    "tag",
    "tag_days",
    "tag_name",
    "tag_named",
    "tags_by_ids",
    "tags_starting",
    "topics",
    "visible",
]
