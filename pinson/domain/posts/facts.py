"""What happens to posts. Each fact names the topics that an entry joined or left."""

from pinson.domain.accounts import AccountId
from pinson.domain.posts.model import PostId, Shape
from pinson.lib.log import Fact


class PostPublished(Fact, frozen=True, kw_only=True):
    """A post was stored and stands under `post.topics`."""

    post: Shape


class PostDeleted(Fact, frozen=True, kw_only=True):
    """A post is gone from the topics it stood under."""

    id: PostId
    author_id: AccountId
    in_reply_to_id: PostId | None
    topics: tuple[int, ...]
