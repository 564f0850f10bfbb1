"""Polls as apps know them: https://docs.joinmastodon.org/entities/Poll. Pure."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from pinson.domain.posts.polls import Poll
from pinson.interfaces.mastodon.entities.wire import CustomEmoji, moment


class PollOption(msgspec.Struct):
    """votes_count: null while it is hidden."""

    title: str
    votes_count: int | None


class PollEntity(msgspec.Struct):
    """See the module. voted, own_votes: of the viewer, if there is one; own_votes are places of options, from 0."""

    id: str
    expires_at: str | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[PollOption]
    emojis: list[CustomEmoji]
    voted: bool | UnsetType = UNSET
    own_votes: list[int] | UnsetType = UNSET


def poll_entity(
    poll: Poll, chosen: Sequence[int] | None, emojis: list[CustomEmoji], *, is_own: bool, now: datetime
) -> PollEntity:
    """The entity of a poll.

    Args:
        chosen: what the viewer chose; None for a stranger.
        emojis: those that its options name.
        is_own: whether the viewer asked it, who does not vote and counts as one who has.
    """
    expired = poll.expires_at <= now
    hidden = poll.hide_totals and not expired
    return PollEntity(
        id=str(poll.post_id),
        expires_at=moment(poll.expires_at),
        expired=expired,
        multiple=poll.multiple,
        votes_count=sum(poll.votes),
        voters_count=poll.voters,
        options=[
            PollOption(title, None if hidden else votes) for title, votes in zip(poll.options, poll.votes, strict=True)
        ],
        emojis=emojis,
        voted=UNSET if chosen is None else is_own or bool(chosen),
        own_votes=UNSET if chosen is None else list(chosen),
    )
