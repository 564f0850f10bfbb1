"""What moderators may decide about, and what can be told to them. Pure."""

from collections.abc import Iterable

from pinson.domain.access import UserRole
from pinson.domain.accounts import AccountId
from pinson.domain.moderation.model import Moderator
from pinson.lib.errors import Kind, Refusal

MOST_COMMENT, MOST_TEXT, MOST_POSTS = 1000, 5000, 100


class ReportNotFound(Refusal):
    """There is no such report, or not about this account."""

    kind, code = Kind.MISSING, "report_not_found"
    text = "Record not found"


class CommentTooLong(Refusal):
    """It is longer than we take."""

    kind, code = Kind.INVALID, "comment_too_long"
    text = "Validation failed: Comment is too long (maximum is {limit} characters)"


class TooManyReported(Refusal):
    """More posts than one report holds."""

    kind, code = Kind.INVALID, "too_many_reported"
    text = "Validation failed: a report holds at most {limit} posts"


class TextTooLong(Refusal):
    """It is longer than we take."""

    kind, code = Kind.INVALID, "text_too_long"
    text = "Validation failed: Text is too long (maximum is {limit} characters)"


class BeyondPower(Refusal):
    """It is their own account, or one of somebody who is as much to the server as they are, or more."""

    kind, code = Kind.FORBIDDEN, "beyond_power"
    text = "This action is not allowed"


class NotPending(Refusal):
    """Nobody waits there to be let in."""

    kind, code = Kind.FORBIDDEN, "not_pending"
    text = "This action is not allowed"


class NotSuspended(Refusal):
    """Only what is suspended can be deleted by somebody else than its owner."""

    kind, code = Kind.FORBIDDEN, "not_suspended"
    text = "This action is not allowed"


def check_power(by: Moderator, account_id: AccountId, roles: Iterable[UserRole]) -> None:
    """Whether somebody may decide about an account.

    So the last administrator cannot be locked out: nobody acts on themselves, nor on their equals.

    Args:
        roles: of all its members.
    Raises:
        BeyondPower.
    """
    if by.account_id == account_id or any(role.covers(by.role) for role in roles):
        raise BeyondPower


def check_report(comment: str, posts: int) -> None:
    """
    Raises:
        CommentTooLong, TooManyReported.
    """
    if len(comment) > MOST_COMMENT:
        raise CommentTooLong(limit=MOST_COMMENT)
    if posts > MOST_POSTS:
        raise TooManyReported(limit=MOST_POSTS)


def check_text(text: str) -> None:
    """
    Raises:
        TextTooLong.
    """
    if len(text) > MOST_TEXT:
        raise TextTooLong(limit=MOST_TEXT)
