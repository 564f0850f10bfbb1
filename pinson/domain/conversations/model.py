"""A conversation, as one of those who take part has it."""

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.posts import PostId


class Conversation(msgspec.Struct, frozen=True):
    """Direct posts of one thread among one set of people.

    others: who takes part besides its owner; nobody, if they only write to themselves.
    last_id: its newest post that the owner wants to see.
    unread: whether that is newer than what they have read, and the thread is not muted.
    """

    id: int
    others: tuple[AccountId, ...]
    last_id: PostId
    unread: bool
