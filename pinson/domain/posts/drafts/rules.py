"""What may be kept. Pure."""

from datetime import timedelta

from pinson.domain.posts.model import Draft, Removed
from pinson.domain.posts.polls.model import Ballot
from pinson.lib.errors import Kind, Refusal

MOST = 100  # of one account
DISCARDED_LASTS = timedelta(days=1)  # as long as media that no post has: all of it can come back, or none


class DraftNotFound(Refusal):
    """There is none, or it is another account's, or it was published."""

    kind, code = Kind.MISSING, "draft_not_found"
    text = "This draft is no longer there: it was published, or thrown away."


class TooManyDrafts(Refusal):
    """The account has as many drafts as it may."""

    kind, code = Kind.INVALID, "too_many_drafts"
    text = "There are {limit} drafts already: publish some, or throw some away."


def to_write_anew(removed: Removed) -> Draft:
    """A post that was deleted, as a draft that would become it again."""
    post, poll = removed.post, removed.poll
    ballot = None
    if poll is not None:
        seconds = int((poll.expires_at - post.created_at).total_seconds())
        ballot = Ballot(poll.options, seconds, poll.multiple, poll.hide_totals)
    return Draft(
        text=post.text,
        visibility=post.visibility,
        in_reply_to_id=post.in_reply_to_id,
        spoiler=post.spoiler,
        sensitive=post.sensitive,
        language=post.language,
        media_ids=tuple(one.id for one in removed.media),
        poll=ballot,
        quote_of_id=post.quote_of_id,
        quote_policy=post.quote_policy,
        place=post.place,
    )
