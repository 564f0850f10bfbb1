"""SQL of moderation."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.moderation.model import Appeal, Deed, Dossier, Notice, Report, Strike, Waiting, Wanted
from pinson.lib import paging
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import Page

OWNS = ("appeals", "deeds", "notices", "reports", "strikes")

INSERT_DEED = """
    INSERT INTO deeds (id, at, by_id, verb, target_id, label, reason)
    VALUES (:id, :at, :by_id, :verb, :target_id, :label, :reason)
"""
DEEDS = """
    SELECT id, at, by_id, verb, target_id, label, reason FROM deeds
    WHERE id < :before AND id > :after
    ORDER BY id {way}
    LIMIT :limit
"""


# --- the register -------------------------------------------------------------------------------------------------


async def insert_deed(tx: WriteTx, deed: Deed) -> None:
    """Add a line to the register."""
    await tx.run_with(INSERT_DEED, deed)


async def deeds(tx: ReadTx, page: Page) -> list[Deed]:
    """A page of the register, the latest first. O(limit) on the primary key."""
    return await paging.rows(tx, Deed, DEEDS, page)


WAITING = """
    SELECT (SELECT COUNT(*) FROM reports WHERE resolved_at IS NULL) AS reports,
           (SELECT COUNT(*) FROM users WHERE approved_at IS NULL) AS sign_ups,
           (SELECT COUNT(*) FROM appeals WHERE answered_at IS NULL) AS appeals
"""


async def waiting(tx: ReadTx) -> Waiting:
    """How much waits for moderators. O(what waits) on the indexes reports_open, users_pending and appeals_open."""
    found = await tx.one(Waiting, WAITING)
    assert found is not None
    return found


# --- reports ------------------------------------------------------------------------------------------------------

REPORT = """id, account_id, target_id, category, comment, post_ids, rule_ids, created_at, updated_at, assigned_to,
        resolved_at, resolved_by, collection_ids"""
INSERT_REPORT = """
    INSERT INTO reports (
        id, account_id, target_id, category, comment, post_ids, rule_ids, created_at, updated_at, assigned_to,
        resolved_at, resolved_by, collection_ids)
    VALUES (
        :id, :account_id, :target_id, :category, :comment, :post_ids, :rule_ids, :created_at, :updated_at, :assigned_to,
        :resolved_at, :resolved_by, :collection_ids)
"""
UPDATE_REPORT = """
    UPDATE reports
    SET category = :category, rule_ids = :rule_ids, updated_at = :updated_at, assigned_to = :assigned_to,
        resolved_at = :resolved_at, resolved_by = :resolved_by
    WHERE id = :id
"""
ONE_REPORT = f"SELECT {REPORT} FROM reports WHERE id = :id"
REPORTS_BY_IDS = f"SELECT {REPORT} FROM reports WHERE id IN (SELECT value FROM json_each(:ids))"
REPORTS = f"""
    SELECT {REPORT}
    FROM reports
    WHERE id < :before AND id > :after AND {{state}}
        AND (:account_id IS NULL OR account_id = :account_id) AND (:target_id IS NULL OR target_id = :target_id)
        AND (:assigned_to IS NULL OR assigned_to = :assigned_to)
    ORDER BY id {{way}}
    LIMIT :limit
"""
OPEN = REPORTS.replace("{state}", "resolved_at IS NULL")
RESOLVED = REPORTS.replace("{state}", "resolved_at IS NOT NULL")
OPEN_REPORTS_ABOUT = "SELECT id FROM reports WHERE target_id = :target_id AND resolved_at IS NULL ORDER BY id"
FORGET_REPORTS = """
    DELETE FROM reports
    WHERE id IN (
        SELECT id FROM reports WHERE account_id = :account_id
        UNION SELECT id FROM reports WHERE target_id = :account_id
        LIMIT :limit)
"""


async def insert_report(tx: WriteTx, report: Report) -> None:
    """Add a report."""
    await tx.run_with(INSERT_REPORT, report)


async def update_report(tx: WriteTx, report: Report) -> None:
    """Keep what moderators made of a report."""
    await tx.run_with(UPDATE_REPORT, report)


async def report(tx: ReadTx, id: int) -> Report | None:
    """One report. One look into the primary key."""
    return await tx.one(Report, ONE_REPORT, id=id)


async def reports(
    tx: ReadTx,
    page: Page,
    *,
    resolved: bool,
    account_id: AccountId | None,
    target_id: AccountId | None,
    assigned_to: AccountId | None,
) -> list[Report]:
    """A page of reports, the latest first. O(open ones) on the index reports_open; of resolved ones, O(all)."""
    sql = RESOLVED if resolved else OPEN
    return await paging.rows(tx, Report, sql, page, account_id=account_id, target_id=target_id, assigned_to=assigned_to)


async def reports_by_ids(tx: ReadTx, ids: Sequence[int]) -> list[Report]:
    """Those of the reports that exist, in no order. One look into the primary key each."""
    return await tx.all(Report, REPORTS_BY_IDS, ids=ids)


async def open_reports_about(tx: ReadTx, target_id: AccountId) -> list[int]:
    """The open reports about an account, oldest first. O(its reports) on (target_id, id)."""
    return await tx.all(int, OPEN_REPORTS_ABOUT, target_id=target_id)


# --- notices ------------------------------------------------------------------------------------------------------

NOTICE = "id, key, address, subject, name, email, phone, lang, answers, objection, told, forget_at"
INSERT_NOTICE = """
    INSERT INTO notices (id, key, address, subject, name, email, phone, lang, answers, objection, told, forget_at)
    VALUES (:id, :key, :address, :subject, :name, :email, :phone, :lang, :answers, :objection, :told, :forget_at)
"""
UPDATE_NOTICE = """
    UPDATE notices SET answers = :answers, objection = :objection, told = :told, forget_at = :forget_at WHERE id = :id
"""
NOTICES_BY_IDS = f"SELECT {NOTICE} FROM notices WHERE id IN (SELECT value FROM json_each(:ids))"
NOTICE_BY_KEY = f"SELECT {NOTICE} FROM notices WHERE key = :key"
FORGET_WHO = """
    UPDATE notices SET name = '', email = '', phone = '', forget_at = NULL
    WHERE id IN (SELECT id FROM notices WHERE forget_at <= :now LIMIT :limit)
"""


async def insert_notice(tx: WriteTx, notice: Notice) -> None:
    """Add a notice."""
    await tx.run_with(INSERT_NOTICE, notice)


async def update_notice(tx: WriteTx, notice: Notice) -> None:
    """Keep what became of a notice."""
    await tx.run_with(UPDATE_NOTICE, notice)


async def notices_by_ids(tx: ReadTx, ids: Sequence[int]) -> dict[int, Notice]:
    """Those of these reports that are notices. One look into the primary key each."""
    return {one.id: one for one in await tx.all(Notice, NOTICES_BY_IDS, ids=ids)}


async def notice_by_key(tx: ReadTx, key: str) -> Notice | None:
    """One notice. One look into an index."""
    return await tx.one(Notice, NOTICE_BY_KEY, key=key)


async def forget_who(tx: WriteTx, *, now: datetime, limit: int) -> int:
    """Forget who made the notices whose time is over; how many. O(limit) on notices_forget."""
    return await tx.run(FORGET_WHO, now=now, limit=limit)


# --- decisions ----------------------------------------------------------------------------------------------------

INSERT_STRIKE = """
    INSERT INTO strikes (id, account_id, by_id, action, text, report_id, post_ids, created_at, key)
    VALUES (:id, :account_id, :by_id, :action, :text, :report_id, :post_ids, :created_at, :key)
"""
STRIKES_BY_IDS = """
    SELECT id, account_id, by_id, action, text, report_id, post_ids, created_at, key
    FROM strikes
    WHERE id IN (SELECT value FROM json_each(:ids))
"""
STRIKES_OF = """
    SELECT id, account_id, by_id, action, text, report_id, post_ids, created_at, key
    FROM strikes
    WHERE account_id = :account_id
    ORDER BY id DESC
    LIMIT :limit
"""
FORGET_STRIKES = """
    DELETE FROM strikes WHERE id IN (SELECT id FROM strikes WHERE account_id = :account_id LIMIT :limit)
"""


async def insert_strike(tx: WriteTx, strike: Strike) -> None:
    """Add a decision."""
    await tx.run_with(INSERT_STRIKE, strike)


async def strikes_by_ids(tx: ReadTx, ids: Sequence[int]) -> list[Strike]:
    """Those of the decisions that exist, in no order. One look into the primary key each."""
    return await tx.all(Strike, STRIKES_BY_IDS, ids=ids)


async def strikes_of(tx: ReadTx, account_id: AccountId, *, limit: int) -> list[Strike]:
    """What was decided about an account, the latest first. O(limit) on (account_id, id)."""
    return await tx.all(Strike, STRIKES_OF, account_id=account_id, limit=limit)


async def forget(tx: WriteTx, account_id: AccountId, *, limit: int) -> int:
    """Remove up to `limit` reports by or about an account, and decisions about it; how many. O(limit) on indexes."""
    gone = await tx.run(FORGET_REPORTS, account_id=account_id, limit=limit)
    return gone + await tx.run(FORGET_STRIKES, account_id=account_id, limit=limit)


# --- appeals ------------------------------------------------------------------------------------------------------

APPEAL = "id, text, created_at, answered_at, answered_by, granted, answer"
INSERT_APPEAL = """
    INSERT INTO appeals (id, text, created_at, answered_at, answered_by, granted, answer)
    VALUES (:id, :text, :created_at, :answered_at, :answered_by, :granted, :answer)
"""
UPDATE_APPEAL = """
    UPDATE appeals
    SET answered_at = :answered_at, answered_by = :answered_by, granted = :granted, answer = :answer
    WHERE id = :id
"""
APPEALS_BY_IDS = f"SELECT {APPEAL} FROM appeals WHERE id IN (SELECT value FROM json_each(:ids))"
APPEALS = f"""
    SELECT {APPEAL}
    FROM appeals
    WHERE id < :before AND id > :after AND {{state}}
    ORDER BY id {{way}}
    LIMIT :limit
"""
OPEN_APPEALS = APPEALS.replace("{state}", "answered_at IS NULL")
ANSWERED_APPEALS = APPEALS.replace("{state}", "answered_at IS NOT NULL")


async def insert_appeal(tx: WriteTx, appeal: Appeal) -> None:
    """Add what somebody said of a decision."""
    await tx.run_with(INSERT_APPEAL, appeal)


async def update_appeal(tx: WriteTx, appeal: Appeal) -> None:
    """Keep the answer."""
    await tx.run_with(UPDATE_APPEAL, appeal)


async def appeals_by_ids(tx: ReadTx, ids: Sequence[int]) -> dict[int, Appeal]:
    """Those of these decisions, by the decision's id. One look into the primary key each."""
    return {one.id: one for one in await tx.all(Appeal, APPEALS_BY_IDS, ids=ids)}


async def appeals(tx: ReadTx, page: Page, *, answered: bool) -> list[Appeal]:
    """A page of them, the latest decision first. O(open ones) on appeals_open; of answered ones, O(all)."""
    return await paging.rows(tx, Appeal, ANSWERED_APPEALS if answered else OPEN_APPEALS, page)


# --- accounts -----------------------------------------------------------------------------------------------------

DOSSIER = """
    SELECT a.id, a.username, a.domain, a.created_at, a.suspended_at, a.limited_at, a.sensitized_at,
           u.id AS user_id, u.email, u.role, u.locale, u.confirmed_at, u.approved_at, u.disabled_at, u.reason, u.app_id,
           (SELECT i.account_id FROM members AS i
            WHERE i.user_id = u.invited_by AND i.role = 'owner'
            ORDER BY i.created_at, i.account_id LIMIT 1) AS invited_by
    FROM accounts AS a
    LEFT JOIN users AS u ON u.id = (
        SELECT m.user_id FROM members AS m
        WHERE m.account_id = a.id AND m.role = 'owner'
        ORDER BY m.created_at, m.user_id LIMIT 1)
    WHERE a.deleted_at IS NULL"""
DOSSIERS_BY_IDS = DOSSIER + " AND a.id IN (SELECT value FROM json_each(:ids))"
DOSSIERS = (
    DOSSIER
    + """
        AND a.id < :before AND a.id > :after
        AND (NOT :local OR a.domain = '') AND (NOT :remote OR a.domain <> '')
        AND (NOT :active OR a.suspended_at IS NULL) AND (NOT :suspended OR a.suspended_at IS NOT NULL)
        AND (NOT :limited OR a.limited_at IS NOT NULL) AND (NOT :sensitized OR a.sensitized_at IS NOT NULL)
        AND (NOT :pending OR (u.id IS NOT NULL AND u.approved_at IS NULL))
        AND (NOT :disabled OR u.disabled_at IS NOT NULL)
        AND (:roles IS NULL OR u.role IN (SELECT value FROM json_each(:roles)))
        AND (:domain = '' OR a.domain = :domain)
        AND a.handle LIKE :username ESCAPE '!' AND a.display_name LIKE :display_name ESCAPE '!'
        AND (:email = '%' OR u.email_key LIKE :email ESCAPE '!')
        AND (:invited_by IS NULL OR u.invited_by IN (
            SELECT i.user_id FROM members AS i WHERE i.account_id = :invited_by AND i.role = 'owner'))
    ORDER BY a.id {way}
    LIMIT :limit
"""
)


async def dossiers_by_ids(tx: ReadTx, ids: Sequence[AccountId]) -> list[Dossier]:
    """Those of the accounts that exist, in no order. Four looks into indexes each."""
    return await tx.all(Dossier, DOSSIERS_BY_IDS, ids=ids)


async def dossiers(tx: ReadTx, wanted: Wanted, page: Page) -> list[Dossier]:
    """A page of accounts that fit, newest first. O(accounts looked at until the page is full), about 5 µs each."""
    return await paging.rows(
        tx,
        Dossier,
        DOSSIERS,
        page,
        local=wanted.local,
        remote=wanted.remote,
        active=wanted.active,
        suspended=wanted.suspended,
        limited=wanted.limited,
        sensitized=wanted.sensitized,
        pending=wanted.pending,
        disabled=wanted.disabled,
        roles=wanted.roles,
        domain=wanted.domain.lower(),
        username=f"{_literal(wanted.username.lower())}%",
        display_name=f"%{_literal(wanted.display_name)}%",
        email=f"{_literal(wanted.email.casefold())}%",
        invited_by=wanted.invited_by,
    )


def _literal(text: str) -> str:
    """A text as it stands in a pattern of LIKE."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
