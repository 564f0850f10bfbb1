"""Conversations: direct posts, as each of those they are between has them in a list of their own.

An account's conversation is the direct posts of one thread among one set of people. It follows
from the posts as they are now, and from whom the account keeps away now: only how far it has read,
and what it has cleared away, is its own. Which post is in which conversation is kept by a reaction
(`reactions.py`), so that the list is cheap to read.

Called by interfaces, streams and `closing.py`. Not here: who may read a direct post (posts), where
else it stands (timelines), who is notified of it (notifications).
"""

from pinson.domain.conversations.commands import ConversationNotFound, clear, delete_all, read, unread
from pinson.domain.conversations.facts import ConversationChanged
from pinson.domain.conversations.model import Conversation
from pinson.domain.conversations.queries import one, page
from pinson.domain.conversations.reactions import keep_up, let_go, let_go_hidden, sift

__all__ = [
    "Conversation",
    "ConversationChanged",
    "ConversationNotFound",
    "clear",
    "delete_all",
    "keep_up",
    "let_go",
    "let_go_hidden",
    "one",
    "page",
    "read",
    "sift",
    "unread",
]
