"""What happens to polls."""

from pinson.domain.accounts import AccountId
from pinson.lib.log import Fact


class PollVoted(Fact, frozen=True, kw_only=True):
    """An account voted, or added to what it chose.

    author_id: of the post.
    """

    account_id: AccountId
    post_id: int
    author_id: AccountId


class PollEnded(Fact, frozen=True, kw_only=True):
    """A poll takes no more votes: its time is over. Recorded once, within a minute."""

    post_id: int
