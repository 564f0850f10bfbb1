"""What happens to posts. Each fact about an entry names the topics that it joined or left."""

from pinson.domain.accounts import AccountId
from pinson.domain.posts.model import Mark, PostId, Shape
from pinson.lib.log import Fact


class PostPublished(Fact, frozen=True, kw_only=True):
    """A post was stored and stands under `post.topics`. A boost is a post too: see `post.boost_of_id`.

    count: of its author's posts, with it; 0 if an older program wrote this.
    """

    post: Shape
    count: int = 0


class PostEdited(Fact, frozen=True, kw_only=True):
    """A post says something else than before.

    post: as it is now.
    joined, left: topics under which it stands only now, and no longer.
    mentioned: accounts that it mentions only now.
    """

    post: Shape
    joined: tuple[int, ...]
    left: tuple[int, ...]
    mentioned: tuple[AccountId, ...]


class PostDeleted(Fact, frozen=True, kw_only=True):
    """A post is gone from the topics it stood under. What hung on it (boosts, marks) goes in steps, later."""

    id: PostId
    author_id: AccountId
    in_reply_to_id: PostId | None
    topics: tuple[int, ...]
    boost_of_id: PostId | None = None
    quote_of_id: PostId | None = None


class PostImported(Fact, frozen=True, kw_only=True):
    """A post of the past was stored and stands under `post.topics`, at its place by date. It is news for nobody."""

    post: Shape


class PostMoved(Fact, frozen=True, kw_only=True):
    """A post says the same as before, but became part of a live event, or is no longer.

    post: as it is now. joined, left: as of `PostEdited`.
    """

    post: Shape
    joined: tuple[int, ...]
    left: tuple[int, ...]


class PostCorrected(Fact, frozen=True, kw_only=True):
    """Another post corrects a post, see `post.corrected_by_id`; or none does any more, if that is None.

    post: the corrected one, as it is now. by_id: what corrects it, or did.
    """

    post: Shape
    by_id: PostId


class CorrectedGone(Fact, frozen=True, kw_only=True):
    """What these corrected was deleted: they correct nothing now."""

    ids: tuple[PostId, ...]


class QuotePolicyChanged(Fact, frozen=True, kw_only=True):
    """Its author changed who may quote a post. post: as it is now."""

    post: Shape


class QuoteRevoked(Fact, frozen=True, kw_only=True):
    """The author of a quoted post does not want it shown in another. post: the one that quoted it, as it is now."""

    post: Shape


class RepliesOrphaned(Fact, frozen=True, kw_only=True):
    """The post that these answered is gone: they still answer its author, but lead nowhere."""

    ids: tuple[PostId, ...]


class PostHidden(Fact, frozen=True, kw_only=True):
    """Moderators hid a post from everybody but its author. It stays under its topics; see `can_see`."""

    post: Shape
    decision_id: int


class PostUnhidden(Fact, frozen=True, kw_only=True):
    """They show it again. post: as it is now."""

    post: Shape


class PostMarked(Fact, frozen=True, kw_only=True):
    """An account made a mark on a post: a favourite, a bookmark or a pin.

    author_id: of the post.
    """

    account_id: AccountId
    post_id: PostId
    author_id: AccountId
    mark: Mark


class PostUnmarked(Fact, frozen=True, kw_only=True):
    """An account took its mark from a post."""

    account_id: AccountId
    post_id: PostId
    mark: Mark


class ConversationMuted(Fact, frozen=True, kw_only=True):
    """An account does not want to be notified of a thread any more."""

    account_id: AccountId
    conversation_id: PostId


class ConversationUnmuted(Fact, frozen=True, kw_only=True):
    """It does again."""

    account_id: AccountId
    conversation_id: PostId
