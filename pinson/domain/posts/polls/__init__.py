"""Polls: a post asks something, and whoever sees it may choose. A poll is known by the id of its post.

Called by commands of posts (a poll comes and goes with its post), by interfaces (vote), by
`schedule.py` (end) and by notifications (who voted). Not here: who may see it (posts/rules.py).
"""

from pinson.domain.posts.polls.commands import ask, end, forget_votes, forget_votes_by, revise, vote
from pinson.domain.posts.polls.facts import PollEnded, PollVoted
from pinson.domain.posts.polls.model import Ballot, Poll
from pinson.domain.posts.polls.queries import chosen, of_posts, voters
from pinson.domain.posts.polls.rules import (
    LONGEST,
    LONGEST_OPTION,
    MOST_OPTIONS,
    SHORTEST,
    AlreadyVoted,
    BadChoice,
    BadDuration,
    BadPoll,
    OneChoiceOnly,
    OwnPoll,
    PollEndedAlready,
)

__all__ = [
    "LONGEST",
    "LONGEST_OPTION",
    "MOST_OPTIONS",
    "SHORTEST",
    "AlreadyVoted",
    "BadChoice",
    "BadDuration",
    "BadPoll",
    "Ballot",
    "OneChoiceOnly",
    "OwnPoll",
    "Poll",
    "PollEnded",
    "PollEndedAlready",
    "PollVoted",
    "ask",
    "chosen",
    "end",
    "forget_votes",
    "forget_votes_by",
    "of_posts",
    "revise",
    "vote",
    "voters",
]
