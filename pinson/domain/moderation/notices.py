"""Notices of what is against the law, from anybody: most have no account here. Each command is one transaction.

Called by interfaces, by what answers texts, and by the reactions that write receipts and answers. A notice is a report
that no account made; beside it is kept who made it, as long as they may contest what was decided. Whoever gave no
address comes back by the key of their notice.

Source: Regulation (EU) 2022/2065, articles 16 (the form, its receipt, its answer and the ways of redress) and 20.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain import accounts, posts
from pinson.domain.accounts import AccountId, AccountNotFound
from pinson.domain.moderation import reports, rules, store
from pinson.domain.moderation.facts import NoticeAnswered, Noticed
from pinson.domain.moderation.model import (
    Category,
    Moderator,
    Notice,
    NoticeAnswer,
    Outcome,
    Report,
    Sanction,
    Subject,
)
from pinson.domain.moderation.rules import AnsweredAlready, NoticeNotFound, ReportNotFound
from pinson.domain.posts import PostId, PostNotFound
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx

AT_A_TIME = 500


def new_key() -> str:
    """96 random bits as 16 characters, short enough for a text."""
    return secrets.token_urlsafe(12)


async def give_notice(
    tx: WriteTx,
    *,
    key: str,
    target_id: AccountId,
    post_ids: Sequence[PostId],
    address: str,
    subject: Subject,
    text: str,
    name: str,
    email: str,
    phone: str,
    lang: str,
    now: datetime,
) -> Notice:
    """Tell moderators of what is against the law.

    Args:
        key: new and secret; opens the page about it.
        target_id, post_ids: whose it is, and which of their posts, whoever may see them.
        address: of the very thing, as it was given.
        email, phone: where answers go, at most one of them.
    Raises:
        AccountNotFound, PostNotFound: it is gone.
        NoticeEmpty, NoticeTooLong, NameMissing, NameTooLong.
    """
    rules.check_notice(text, name, subject, by_text=bool(phone))
    if await accounts.by_id(tx, target_id) is None:
        raise AccountNotFound
    found = await posts.posts(tx, list(post_ids))
    if any(id not in found or found[id].author_id != target_id for id in post_ids):
        raise PostNotFound
    report = Report(
        id=tx.new_id(target_id, now),
        account_id=None,
        target_id=target_id,
        category=Category.OTHER if phone else Category.LEGAL,  # a text does not say which
        comment=text,
        post_ids=tuple(post_ids),
        rule_ids=(),
        created_at=now,
        updated_at=now,
    )
    new = Notice(report.id, key, address, subject, name, email, phone, lang)
    await store.insert_report(tx, report)
    await store.insert_notice(tx, new)
    await log.record(tx, Noticed(at=now, report_id=report.id))
    return new


async def notice_by_key(tx: ReadTx, key: str) -> tuple[Report, Notice]:
    """A notice as whoever made it sees it.

    Raises:
        NoticeNotFound.
    """
    found = await store.notice_by_key(tx, key)
    if found is None:
        raise NoticeNotFound
    return await reports.report_by_id(tx, found.id), found


async def notices_by_ids(tx: ReadTx, ids: Sequence[int]) -> dict[int, Notice]:
    """Those of these reports that nobody with an account made. One statement."""
    return await store.notices_by_ids(tx, ids)


async def answer_notice(
    tx: WriteTx, *, by: Moderator, id: int, outcome: Outcome, text: str, now: datetime
) -> NoticeAnswer:
    """Say what became of what a notice is about, and why; that closes it. What is done about it is done by `act`.

    Raises:
        ReportNotFound, AnsweredAlready, TextTooLong.
    """
    rules.check_text(text)
    report, notice = await _both(tx, id)
    if report.resolved_at is not None:
        raise AnsweredAlready
    await reports.close(tx, by=by, old=report, now=now)
    return await _answer(tx, notice, NoticeAnswer(now, by.account_id, outcome, text), now=now)


async def settle(tx: WriteTx, *, by: Moderator, ids: Sequence[int], action: Sanction, text: str, now: datetime) -> None:
    """Answer those of these reports that are notices: this was done about the account, for these reasons."""
    for notice in (await store.notices_by_ids(tx, ids)).values():
        await _answer(tx, notice, NoticeAnswer(now, by.account_id, Outcome(action), text), now=now)


async def object_to(tx: WriteTx, *, key: str, text: str, now: datetime) -> Notice:
    """Ask that what was decided about a notice be looked at again: it is open again.

    Raises:
        NoticeNotFound, ObjectedAlready, AppealTooLate, AppealEmpty, TextTooLong.
    """
    report, notice = await notice_by_key(tx, key)
    rules.check_objection(text, notice, now=now)
    new = msgspec.structs.replace(notice, objection=text.strip(), forget_at=None)
    await store.update_notice(tx, new)
    opened = msgspec.structs.replace(report, resolved_at=None, resolved_by=None, assigned_to=None, updated_at=now)
    await store.update_report(tx, opened)
    await log.record(tx, Noticed(at=now, report_id=notice.id))
    return new


async def mark_told(tx: WriteTx, *, id: int) -> Notice | None:
    """Take on telling the latest answer by text; None if somebody has, or there is nothing to tell."""
    notice = (await store.notices_by_ids(tx, [id])).get(id)
    if notice is None or notice.told >= len(notice.answers):
        return None
    await store.update_notice(tx, msgspec.structs.replace(notice, told=len(notice.answers)))
    return notice


async def forget_who(tx: WriteTx, *, now: datetime) -> bool:
    """Forget who made notices that can be contested no more; whether there may be others."""
    return await store.forget_who(tx, now=now, limit=AT_A_TIME) == AT_A_TIME


async def _answer(tx: WriteTx, notice: Notice, answer: NoticeAnswer, *, now: datetime) -> NoticeAnswer:
    forget_at = now + rules.APPEAL_WITHIN
    new = msgspec.structs.replace(notice, answers=(*notice.answers, answer), forget_at=forget_at)
    await store.update_notice(tx, new)
    await log.record(tx, NoticeAnswered(at=now, report_id=notice.id))
    return answer


async def _both(tx: ReadTx, id: int) -> tuple[Report, Notice]:
    report = await reports.report_by_id(tx, id)
    notice = (await store.notices_by_ids(tx, [id])).get(id)
    if notice is None:
        raise ReportNotFound
    return report, notice
