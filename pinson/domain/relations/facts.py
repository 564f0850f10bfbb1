"""What happens between an account and a topic."""

from pinson.domain.accounts import AccountId
from pinson.domain.relations.model import TopicKind
from pinson.lib.log import Fact


class Followed(Fact, frozen=True, kw_only=True):
    """The account follows the topic, or follows it in another way than before."""

    account_id: AccountId
    topic_id: int
    kind: TopicKind


class Unfollowed(Fact, frozen=True, kw_only=True):
    """The account no longer follows the topic."""

    account_id: AccountId
    topic_id: int
    kind: TopicKind
