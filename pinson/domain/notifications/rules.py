"""Who is told what, and which group it joins. Pure.

Called by commands.py with what the tables say about each recipient.

Source: "Notifications" of the Mastodon API's reference.
"""

import re
from datetime import datetime, timedelta

from pinson.domain.accounts import Account, AccountId
from pinson.domain.notifications.model import (
    FILTERABLE,
    GROUPABLE,
    OF_SYSTEM,
    Choice,
    Circumstances,
    Kind,
    State,
)
from pinson.domain.posts import Shape, Visibility
from pinson.lib.errors import Kind as RefusalKind
from pinson.lib.errors import Refusal
from pinson.lib.ids import MS_SHIFT, moment_of

GROUP_HOURS = 12  # how long a group takes in what happens, from the hour on in which it began
SPAN = GROUP_HOURS * 3_600_000 << MS_SHIFT
"""No two ids of a group are further apart."""
FOLLOWER_SINCE = timedelta(days=3)
NEW_FOR = timedelta(days=30)

_KEY = re.compile(rf"({'|'.join(map(re.escape, sorted(GROUPABLE)))})(?:-(\d{{1,19}}))?-(\d{{1,9}})")
_ALONE = re.compile(r"ungrouped-(\d{1,19})")


class NotificationNotFound(Refusal):
    """There is no such notification, or it is somebody else's."""

    kind, code = RefusalKind.MISSING, "notification_not_found"
    text = "Record not found"


class RequestNotFound(Refusal):
    """That sender does not wait to be accepted."""

    kind, code = RefusalKind.MISSING, "notification_request_not_found"
    text = "Record not found"


def decide(
    kind: Kind, to: Circumstances, *, sender: Account, post: Shape | None, addressed: bool, now: datetime
) -> State | None:
    """Whether somebody is told something, and where it is shown then: among the others, or apart. None: nowhere.

    Args:
        post: what it is about.
        addressed: whether the post, if it is direct, answers something that the recipient addressed to the sender.
    """
    shown = State.GROUPED if kind in GROUPABLE else State.ALONE
    if to.account_id == sender.id:
        return shown if kind in OF_SYSTEM else None
    if kind is Kind.MENTION and to.outranked:
        return shown
    if to.apart or to.silenced or to.deaf or (to.domain_blocked and to.follow_id is None):
        return None
    if kind in (Kind.MENTION, Kind.QUOTE) and to.names_unwanted:
        return None
    if kind is Kind.STATUS and not _wants(to, post):
        return None
    if kind not in FILTERABLE or to.permitted:
        return shown
    choices = _choices(kind, to, sender=sender, post=post, addressed=addressed, now=now)
    if Choice.DROP in choices:
        return None
    return State.APART if Choice.FILTER in choices else shown


def _wants(to: Circumstances, post: Shape | None) -> bool:
    """Whether a follower asked to be told of such a post: one that would stand at their home."""
    if post is None or not to.notify or to.muted or to.names_unwanted or to.account_id in post.mentions:
        return False
    return not to.languages or post.language is None or post.language in to.languages


def _choices(
    kind: Kind, to: Circumstances, *, sender: Account, post: Shape | None, addressed: bool, now: datetime
) -> set[Choice]:
    """What the recipient's policy says about it, by each of its rules that applies."""
    choices = set()
    if to.followed_id is None or moment_of(to.followed_id) > now - FOLLOWER_SINCE:
        choices.add(to.not_followers)
    if to.follow_id is None:
        choices.add(to.not_following)
        if sender.limited_at is not None:
            choices.add(to.limited_accounts)
        if sender.created_at > now - NEW_FOR:
            choices.add(to.new_accounts)
        if sender.bot:
            choices.add(to.bots)
        is_private = kind is Kind.MENTION and post is not None and post.visibility is Visibility.DIRECT
        if is_private and not addressed:
            choices.add(to.private_mentions)
    return choices


def hour_of(id: int) -> int:
    """The hour since 1970 in which an id was given out."""
    return int(moment_of(id).timestamp()) // 3600


def named(post: Shape) -> tuple[AccountId, ...]:
    """Whom a post answers and mentions."""
    to = post.in_reply_to_author_id
    return post.mentions if to is None else (to, *post.mentions)


def parse_key(key: str) -> int | tuple[Kind, int, int]:
    """What a group's name stands for: the id of a single notification, or kind, what it is about, and hour.

    Raises:
        NotificationNotFound: it is no group's.
    """
    if alone := _ALONE.fullmatch(key):
        return min(int(alone[1]), 2**63 - 1)
    if found := _KEY.fullmatch(key):
        return Kind(found[1]), min(int(found[2] or 0), 2**63 - 1), int(found[3])
    raise NotificationNotFound
