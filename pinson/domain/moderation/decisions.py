"""What moderators decide about accounts, and about those who wait to be let in. Each command is one transaction.

Called by interfaces. A decision that limits somebody leaves a strike: who decided, when, on which grounds, so that its
owner can be told why (Regulation (EU) 2022/2065, article 17). Nobody decides about themselves or their equals.
"""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain import access, accounts, posts
from pinson.domain.access import UserNotFound, blocks
from pinson.domain.accounts import Account, AccountId, AccountNotFound
from pinson.domain.moderation import notices, reports, rules, store
from pinson.domain.moderation.facts import Struck
from pinson.domain.moderation.model import Dossier, Moderator, Sanction, Strike, Waiting, Wanted
from pinson.domain.moderation.register import note
from pinson.domain.moderation.rules import NothingToHide, NotPending, NotSuspended, ReportNotFound
from pinson.domain.posts import PostId
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import Page


async def act(
    tx: WriteTx,
    *,
    by: Moderator,
    account_id: AccountId,
    action: Sanction,
    text: str,
    report_id: int | None,
    by_letter: bool,
    now: datetime,
    post_ids: Sequence[PostId] = (),
) -> Strike:
    """Do something about an account, and keep why.

    All open reports about it are resolved by that; by a mere word (`Sanction.NONE`) or if posts are hidden, only the
    one it answers. Whoever made one of them without an account is answered with the same reasons.

    Args:
        post_ids: those of its posts to hide, for `Sanction.HIDE`.
        text: the reasons; the owner reads them.
        report_id: the report that it follows from, if one.
        by_letter: whether the owner is told by e-mail too.
    Raises:
        AccountNotFound.
        BeyondPower: the moderator may not decide about this account.
        ReportNotFound: there is none, or it is about another account.
        UserNotFound: nobody here owns the account, so nobody can be kept out.
        PostNotFound: a post to hide is gone, or not the account's.
        NothingToHide: there is no other post to hide.
        TextTooLong.
    """
    account = await within_power(tx, by, account_id)
    rules.check_text(text)
    report = None if report_id is None else await reports.report_by_id(tx, report_id)
    if report is not None and report.target_id != account_id:
        raise ReportNotFound
    id = tx.new_id(account_id, now)
    about = report.post_ids if report else ()
    match action:
        case Sanction.HIDE:
            about = tuple(await posts.hide(tx, ids=post_ids, author_id=account_id, decision_id=id, now=now))
            if not about:
                raise NothingToHide
        case Sanction.SENSITIVE:
            await accounts.sensitize(tx, account_id=account_id, now=now)
        case Sanction.DISABLE:
            await access.disable(tx, user_id=(await _owner(tx, account_id)).id, now=now)
        case Sanction.SILENCE:
            await accounts.limit(tx, account_id=account_id, now=now)
        case Sanction.SUSPEND:
            await accounts.suspend(tx, account_id=account_id, now=now)
            await blocks.block_email_of(tx, account_id=account_id, now=now)
    strike = Strike(
        id=id,
        account_id=account_id,
        by_id=by.account_id,
        action=action,
        text=text,
        report_id=report_id,
        post_ids=about,
        created_at=now,
        key=access.new_secret(),
    )
    await store.insert_strike(tx, strike)
    await note(tx, f"act_{action}", by=by, target_id=account_id, label=account.acct, now=now)
    if action in (Sanction.NONE, Sanction.HIDE):
        answered = [report.id] if report else []
    else:
        answered = await store.open_reports_about(tx, account_id)
    for answered_id in answered:
        await reports.close(tx, by=by, old=await reports.report_by_id(tx, answered_id), now=now)
    await notices.settle(tx, by=by, ids=answered, action=action, text=text, now=now)
    await log.record(tx, Struck(at=now, strike_id=strike.id, account_id=account_id, by_letter=by_letter))
    return strike


async def lift(
    tx: WriteTx,
    *,
    by: Moderator,
    account_id: AccountId,
    action: Sanction,
    now: datetime,
    reason: str = "",
    strike_id: int | None = None,
) -> None:
    """Take back what was done about an account. What was not done stays so.

    Args:
        reason: why, for the register.
        strike_id: of `Sanction.HIDE`, the decision to take back; None: all posts of the account are shown again.
    Raises:
        AccountNotFound, BeyondPower, TextTooLong.
        UserNotFound: nobody here owns the account.
    """
    account = await within_power(tx, by, account_id)
    rules.check_text(reason)
    match action:
        case Sanction.HIDE:
            hidden = await posts.hidden_of(tx, account_id)
            if strike_id is not None:
                of_this = await posts.hidden_by(tx, [strike_id])
                hidden = [id for id in hidden if id in of_this]
            await posts.unhide(tx, ids=hidden, now=now)
        case Sanction.SENSITIVE:
            await accounts.desensitize(tx, account_id=account_id, now=now)
        case Sanction.DISABLE:
            await access.enable(tx, user_id=(await _owner(tx, account_id)).id, now=now)
        case Sanction.SILENCE:
            await accounts.unlimit(tx, account_id=account_id, now=now)
        case Sanction.SUSPEND:
            await accounts.restore(tx, account_id=account_id, now=now)
            await blocks.allow_email_of(tx, account_id=account_id)
    await note(tx, f"lift_{action}", by=by, target_id=account_id, label=account.acct, now=now, reason=reason)


async def approve(tx: WriteTx, *, by: Moderator, account_id: AccountId, now: datetime, reason: str = "") -> None:
    """Let somebody in who waits for it.

    Args:
        reason: why, for the register.
    Raises:
        AccountNotFound, BeyondPower, TextTooLong.
        NotPending: nobody waits.
    """
    rules.check_text(reason)
    account, user = await _pending(tx, by, account_id)
    await access.approve(tx, user_id=user.id, now=now)
    await note(tx, "approve", by=by, target_id=account_id, label=account.acct, now=now, reason=reason)


async def reject(tx: WriteTx, *, by: Moderator, account_id: AccountId, now: datetime, reason: str = "") -> None:
    """Let somebody not in who waits for it: their account is deleted.

    Args:
        reason: why, for the register.
    Raises:
        AccountNotFound, BeyondPower, TextTooLong.
        NotPending: nobody waits.
    """
    rules.check_text(reason)
    account, _ = await _pending(tx, by, account_id)
    await accounts.delete(tx, account_id=account_id, now=now)
    await note(tx, "reject", by=by, target_id=account_id, label=account.acct, now=now, reason=reason)


async def delete(tx: WriteTx, *, by: Moderator, account_id: AccountId, now: datetime) -> None:
    """Delete a suspended account for good.

    Raises:
        AccountNotFound, BeyondPower, NotSuspended.
    """
    account = await within_power(tx, by, account_id)
    if account.suspended_at is None:
        raise NotSuspended
    await accounts.delete(tx, account_id=account_id, now=now)
    await note(tx, "delete_account", by=by, target_id=account_id, label=account.acct, now=now)


async def dossiers(tx: ReadTx, *, wanted: Wanted, page: Page) -> list[Dossier]:
    """The accounts that a moderator looks for, newest first. In a thread: it may look at all of them."""
    return await store.dossiers(tx, wanted, page)


async def dossiers_by_ids(tx: ReadTx, ids: list[AccountId]) -> dict[AccountId, Dossier]:
    """Those of the accounts that exist, as moderators see them. One statement."""
    return {one.id: one for one in await store.dossiers_by_ids(tx, ids)}


async def dossier(tx: ReadTx, id: AccountId) -> Dossier:
    """One account.

    Raises:
        AccountNotFound.
    """
    for found in await store.dossiers_by_ids(tx, [id]):
        return found
    raise AccountNotFound


async def strikes_by_ids(tx: ReadTx, ids: Sequence[int]) -> dict[int, Strike]:
    """Those of these decisions whose accounts are not gone. One statement."""
    return {one.id: one for one in await store.strikes_by_ids(tx, ids)}


async def strikes_of(tx: ReadTx, account_id: AccountId, *, limit: int = 40) -> list[Strike]:
    """What was decided about an account, the latest first. One statement."""
    return await store.strikes_of(tx, account_id, limit=limit)


async def waiting(tx: ReadTx) -> Waiting:
    """How much waits for moderators. One statement."""
    return await store.waiting(tx)


async def within_power(tx: WriteTx, by: Moderator, account_id: AccountId) -> Account:
    """The account, if they may decide about it.

    Raises:
        AccountNotFound, BeyondPower.
    """
    account = await accounts.by_id(tx, account_id)
    if account is None:
        raise AccountNotFound
    rules.check_power(by, account_id, await access.roles_of(tx, account_id))
    return account


async def _owner(tx: WriteTx, account_id: AccountId) -> access.User:
    user = await access.owner(tx, account_id)
    if user is None:
        raise UserNotFound
    return user


async def _pending(tx: WriteTx, by: Moderator, account_id: AccountId) -> tuple[Account, access.User]:
    account = await within_power(tx, by, account_id)
    user = await access.owner(tx, account_id)
    if user is None or user.approved_at is not None:
        raise NotPending
    return account, user
