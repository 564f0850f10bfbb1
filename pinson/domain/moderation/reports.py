"""What people report, and how moderators work through it. Each command is one transaction.

Called by interfaces. What is decided about the account is in `decisions.py`, and resolves its reports.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain import accounts, instance, posts
from pinson.domain.accounts import AccountId, AccountNotFound
from pinson.domain.moderation import rules, store
from pinson.domain.moderation.facts import Reported
from pinson.domain.moderation.model import Category, Moderator, Report
from pinson.domain.moderation.register import note
from pinson.domain.moderation.rules import AnswerOwed, ReportNotFound, RuleNotFound
from pinson.domain.posts import PostId, PostNotFound, Reader
from pinson.domain.relations import collections
from pinson.domain.relations.collections import CollectionNotFound
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import Page


async def report(
    tx: WriteTx,
    *,
    reporter: Reader,
    target_id: AccountId,
    post_ids: Sequence[PostId],
    category: Category,
    comment: str,
    rule_ids: Sequence[int],
    collection_ids: Sequence[int] = (),
    now: datetime,
) -> Report:
    """Tell moderators about an account. Whoever names rules reports their violation.

    Args:
        post_ids, collection_ids: of that account's, what it is about.
    Raises:
        AccountNotFound: there is no such account, or the reporter is suspended.
        PostNotFound: one is not that account's, or not for the reporter to see.
        CollectionNotFound: likewise.
        RuleNotFound, CommentTooLong, TooManyReported.
    """
    assert reporter.id is not None
    await accounts.active(tx, reporter.id)
    ids = tuple(dict.fromkeys(post_ids))
    listed = tuple(dict.fromkeys(collection_ids))
    rules.check_report(comment, len(ids) + len(listed))
    if await accounts.by_id(tx, target_id) is None:
        raise AccountNotFound
    found = await posts.posts(tx, list(ids))
    for id in ids:
        if id not in found or found[id].author_id != target_id or not posts.can_see(found[id].shape, reporter):
            raise PostNotFound
    theirs = await collections.by_ids(tx, listed, reporter.id)
    if any(id not in theirs or theirs[id].account_id != target_id for id in listed):
        raise CollectionNotFound
    broken = await _rules_among(tx, rule_ids)
    new = Report(
        id=tx.new_id(reporter.id, now),
        account_id=reporter.id,
        target_id=target_id,
        category=Category.VIOLATION if broken else category,
        comment=comment,
        post_ids=ids,
        rule_ids=broken,
        created_at=now,
        updated_at=now,
        collection_ids=listed,
    )
    await store.insert_report(tx, new)
    await log.record(tx, Reported(at=now, report_id=new.id, account_id=reporter.id, target_id=target_id))
    return new


async def reports(
    tx: ReadTx,
    *,
    page: Page,
    resolved: bool = False,
    account_id: AccountId | None = None,
    target_id: AccountId | None = None,
    assigned_to: AccountId | None = None,
) -> list[Report]:
    """Reports that are open, or those that are resolved, the latest first.

    Args:
        account_id, target_id: only by that account, only about that one. assigned_to: only those that it looks into.
    """
    return await store.reports(
        tx, page, resolved=resolved, account_id=account_id, target_id=target_id, assigned_to=assigned_to
    )


async def report_by_id(tx: ReadTx, id: int) -> Report:
    """One report.

    Raises:
        ReportNotFound.
    """
    found = await store.report(tx, id)
    if found is None:
        raise ReportNotFound
    return found


async def reports_by_ids(tx: ReadTx, ids: Sequence[int]) -> dict[int, Report]:
    """Those of the reports that exist. One statement."""
    return {one.id: one for one in await store.reports_by_ids(tx, ids)}


async def classify(
    tx: WriteTx, *, by: Moderator, id: int, category: Category | None, rule_ids: Sequence[int] | None, now: datetime
) -> Report:
    """Say what a report is about; None stays as it is. Whoever names rules makes it their violation.

    Raises:
        ReportNotFound, RuleNotFound.
    """
    old = await report_by_id(tx, id)
    broken = old.rule_ids if rule_ids is None else await _rules_among(tx, rule_ids, known=old.rule_ids)
    chosen = Category.VIOLATION if rule_ids else category or old.category
    new = msgspec.structs.replace(old, category=chosen, rule_ids=broken)
    return await _keep(tx, "classify_report", new, by, now)


async def assign(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> Report:
    """Take a report on oneself.

    Raises:
        ReportNotFound.
    """
    new = msgspec.structs.replace(await report_by_id(tx, id), assigned_to=by.account_id)
    return await _keep(tx, "assign_report", new, by, now)


async def unassign(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> Report:
    """Let somebody else look into it.

    Raises:
        ReportNotFound.
    """
    new = msgspec.structs.replace(await report_by_id(tx, id), assigned_to=None)
    return await _keep(tx, "unassign_report", new, by, now)


async def resolve(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> Report:
    """Close a report: enough was done about it. One that is resolved stays as it is.

    Raises:
        ReportNotFound.
        AnswerOwed: it is a notice, see `notices.answer`.
    """
    old = await report_by_id(tx, id)
    if old.account_id is None and old.resolved_at is None:
        raise AnswerOwed
    return await close(tx, by=by, old=old, now=now)


async def close(tx: WriteTx, *, by: Moderator, old: Report, now: datetime) -> Report:
    """As `resolve`, for whoever sees to it that the answer to a notice is given. Called by decisions and notices."""
    if old.resolved_at is not None:
        return old
    new = msgspec.structs.replace(old, resolved_at=now, resolved_by=by.account_id)
    return await _keep(tx, "resolve_report", new, by, now)


async def reopen(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> Report:
    """Open a report again.

    Raises:
        ReportNotFound.
    """
    new = msgspec.structs.replace(await report_by_id(tx, id), resolved_at=None, resolved_by=None)
    return await _keep(tx, "reopen_report", new, by, now)


async def forget_account(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int = 200) -> int:
    """Remove up to `limit` reports by or about a deleted account, and decisions about it; how many went.

    Call again until none. The register keeps that they were.
    """
    return await store.forget(tx, account_id, limit=limit)


async def _rules_among(tx: ReadTx, ids: Sequence[int], *, known: Sequence[int] = ()) -> tuple[int, ...]:
    """The ids, each once. known: of rules that may be gone by now.

    Raises:
        RuleNotFound.
    """
    if ids and not {one.id for one in await instance.all_rules(tx)}.union(known).issuperset(ids):
        raise RuleNotFound
    return tuple(dict.fromkeys(ids))


async def _keep(tx: WriteTx, verb: str, new: Report, by: Moderator, now: datetime) -> Report:
    new = msgspec.structs.replace(new, updated_at=now)
    await store.update_report(tx, new)
    await note(tx, verb, by=by, target_id=new.id, label=str(new.target_id), now=now)
    return new
