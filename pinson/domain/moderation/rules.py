"""What moderators may decide about, and what can be told to them. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pinson.domain.access import UserRole
from pinson.domain.accounts import AccountId, FieldRefused, Flaw
from pinson.domain.moderation.model import Moderator, Notice, Strike, Subject
from pinson.lib.errors import Kind, Refusal

MOST_COMMENT, MOST_TEXT, MOST_POSTS, MOST_NAME = 1000, 5000, 100, 200
APPEAL_WITHIN = timedelta(days=184)  # six months, whichever they are


class ReportNotFound(Refusal):
    """There is no such report, or not about this account."""

    kind, code = Kind.MISSING, "report_not_found"
    text = "Record not found"


class RuleNotFound(Refusal):
    """A rule that a report names is none of this server's."""

    kind, code = Kind.INVALID, "rule_not_found"
    text = "Validation failed: Rules must be rules of this server"


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


class NoticeNotFound(Refusal):
    """There is no such notice, or it is about an account that is gone."""

    kind, code = Kind.MISSING, "notice_not_found"
    text = "The address may be mistyped, or out of date."


class NoticeEmpty(FieldRefused):
    """They did not say why it is against the law."""

    code, field, flaw = "notice_empty", "text", Flaw.BLANK
    text = "Say why it is against the law: whoever reads it must be able to judge."


class NoticeTooLong(FieldRefused):
    """It is longer than we take."""

    code, field, flaw = "notice_too_long", "text", Flaw.TOO_LONG
    text = "This is too long: {limit} characters are read."


class NameMissing(FieldRefused):
    """Only whoever tells of the abuse of a child may stay unnamed."""

    code, field, flaw = "notice_name_missing", "name", Flaw.BLANK
    text = "Give your name."


class NameTooLong(FieldRefused):
    """It is longer than we take."""

    code, field, flaw = "notice_name_too_long", "name", Flaw.TOO_LONG
    text = "This is too long: {limit} characters are read."


class AnswerOwed(Refusal):
    """Whoever made the notice is to be told what was decided, and why."""

    kind, code = Kind.INVALID, "answer_owed"
    text = "This report is from somebody without an account, who is owed an answer with reasons. Write it below."


class AnsweredAlready(Refusal):
    """Another moderator was faster."""

    kind, code = Kind.CONFLICT, "notice_answered_already"
    text = "Another moderator has answered meanwhile."


class ObjectedAlready(Refusal):
    """They contested the decision before, or there is none to contest."""

    kind, code = Kind.CONFLICT, "objected_already"
    text = "You have written about this decision before. One message is read, the first."


class NothingToHide(Refusal):
    """No post was chosen, or only such as are hidden already."""

    kind, code = Kind.INVALID, "nothing_to_hide"
    text = "Choose at least one post that is not hidden yet."


class NotSuspended(Refusal):
    """Only what is suspended can be deleted by somebody else than its owner."""

    kind, code = Kind.FORBIDDEN, "not_suspended"
    text = "This action is not allowed"


class AppealNotFound(Refusal):
    """There is no such decision, nobody contested it, or it is not theirs to contest."""

    kind, code = Kind.MISSING, "appeal_not_found"
    text = "Record not found"


class AppealedAlready(Refusal):
    """They contested the decision before."""

    kind, code = Kind.CONFLICT, "appealed_already"
    text = "You have written about this decision before. One message is read, the first."


class AppealTooLate(Refusal):
    """The decision is too old."""

    kind, code = Kind.INVALID, "appeal_too_late"
    text = "This decision is more than six months old: it is not looked at again."


class AppealEmpty(Refusal):
    """They did not say why."""

    kind, code = Kind.INVALID, "appeal_empty"
    text = "Say why the decision is wrong: a moderator will read it."


class AppealAnsweredAlready(Refusal):
    """Another moderator was faster."""

    kind, code = Kind.CONFLICT, "appeal_answered_already"
    text = "Another moderator has answered meanwhile."


def may_appeal(strike: Strike, *, now: datetime) -> bool:
    """Whether it is not too late to contest a decision."""
    return now - strike.created_at <= APPEAL_WITHIN


def check_appeal(text: str, strike: Strike, *, now: datetime) -> None:
    """
    Raises:
        AppealTooLate, AppealEmpty, TextTooLong.
    """
    if not may_appeal(strike, now=now):
        raise AppealTooLate
    if not text.strip():
        raise AppealEmpty
    check_text(text)


def check_notice(text: str, name: str, subject: Subject, *, by_text: bool) -> None:
    """
    Args:
        by_text: it came from a telephone, which gives no name.
    Raises:
        NoticeEmpty, NoticeTooLong, NameMissing, NameTooLong.
    """
    if not text:
        raise NoticeEmpty
    if len(text) > MOST_TEXT:
        raise NoticeTooLong(limit=MOST_TEXT)
    if not name and subject is not Subject.CHILD and not by_text:
        raise NameMissing
    if len(name) > MOST_NAME:
        raise NameTooLong(limit=MOST_NAME)


def may_object(notice: Notice, *, now: datetime) -> bool:
    """Whether an answer to a notice can be contested: once, and not too late."""
    return bool(notice.answers) and not notice.objection and now - notice.answers[-1].at <= APPEAL_WITHIN


def check_objection(text: str, notice: Notice, *, now: datetime) -> None:
    """
    Raises:
        ObjectedAlready, AppealTooLate, AppealEmpty, TextTooLong.
    """
    if not notice.answers or notice.objection:
        raise ObjectedAlready
    if not may_object(notice, now=now):
        raise AppealTooLate
    if not text.strip():
        raise AppealEmpty
    check_text(text)


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
