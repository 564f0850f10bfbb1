"""What a poll may be, and who may vote in it how. Pure.

Source: https://docs.joinmastodon.org/methods/statuses/#create and https://docs.joinmastodon.org/methods/polls.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from pinson.domain.posts import text as texts
from pinson.domain.posts.polls.model import Ballot, Poll
from pinson.lib.errors import Kind, Refusal

MOST_OPTIONS = 4
LONGEST_OPTION = 50  # characters, as people count them
SHORTEST, LONGEST = 300, 2_629_746  # seconds that votes are taken: five minutes, a month


class BadPoll(Refusal):
    """There are too few options or too many, or one is empty, too long or there twice."""

    kind, code = Kind.INVALID, "bad_poll"
    text = "Validation failed: Poll options must be from 2 to {most}, all different and of 1 to {longest} characters"


class BadDuration(Refusal):
    """It would end too early or too late."""

    kind, code = Kind.INVALID, "bad_duration"
    text = "Validation failed: Poll must be open for {shortest} seconds at least and {longest} at most"


class PollEndedAlready(Refusal):
    """It takes no more votes."""

    kind, code = Kind.INVALID, "poll_ended"
    text = "Validation failed: The poll has already ended"


class OwnPoll(Refusal):
    """One does not vote in a poll of one's own."""

    kind, code = Kind.INVALID, "own_poll"
    text = "Validation failed: You cannot vote in your own polls"


class AlreadyVoted(Refusal):
    """Votes are final."""

    kind, code = Kind.INVALID, "already_voted"
    text = "Validation failed: You have already voted on this poll"


class BadChoice(Refusal):
    """No option is chosen, or one that is not there, or several where one is asked for."""

    kind, code = Kind.INVALID, "bad_choice"
    text = "Validation failed: The chosen vote option does not exist"


class OneChoiceOnly(BadChoice):
    """Several options are chosen, and one is asked for."""

    code = "one_choice_only"
    text = "Validation failed: Only one option can be chosen in this poll"


def prepare(ballot: Ballot) -> Ballot:
    """A poll within limits, its options without blanks around them.

    Raises:
        BadPoll, BadDuration.
    """
    options = tuple(option.strip() for option in ballot.options)
    if (
        not 2 <= len(options) <= MOST_OPTIONS
        or len(set(options)) < len(options)
        or not all(0 < texts.graphemes(option) <= LONGEST_OPTION for option in options)
    ):
        raise BadPoll(most=MOST_OPTIONS, longest=LONGEST_OPTION)
    if not SHORTEST <= ballot.seconds <= LONGEST:
        raise BadDuration(shortest=SHORTEST, longest=LONGEST)
    return msgspec.structs.replace(ballot, options=options)


def opened(ballot: Ballot, post_id: int, *, now: datetime) -> Poll:
    """A poll in which nobody has voted yet."""
    return Poll(
        post_id=post_id,
        options=ballot.options,
        multiple=ballot.multiple,
        hide_totals=ballot.hide_totals,
        expires_at=now + timedelta(seconds=ballot.seconds),
        ended=False,
        votes=(0,) * len(ballot.options),
    )


def asks_the_same(poll: Poll, ballot: Ballot) -> bool:
    """Whether the votes in a poll can count for another one in its place."""
    return (poll.options, poll.multiple) == (ballot.options, ballot.multiple)


def voted(poll: Poll, before: Collection[int], choices: Collection[int]) -> Poll:
    """The poll once somebody has chosen so, who had chosen `before`; on a multiple poll one may add to that.

    Raises:
        AlreadyVoted, BadChoice, OneChoiceOnly.
    """
    chosen = set(choices)
    if not chosen or not all(0 <= choice < len(poll.options) for choice in chosen):
        raise BadChoice
    if before and (not poll.multiple or not chosen.isdisjoint(before)):
        raise AlreadyVoted
    if len(chosen) > 1 and not poll.multiple:
        raise OneChoiceOnly
    votes = tuple(count + (place in chosen) for place, count in enumerate(poll.votes))
    return msgspec.structs.replace(poll, votes=votes, voters=poll.voters + (not before))
