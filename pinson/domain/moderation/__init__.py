"""Moderation: what people report, what moderators decide about accounts and about what is let in, and a register of it.

Called by interfaces, and by the reaction that writes letters. Every command takes `by`, the moderator who decides,
and leaves a line in the register.

Not here: what a decision means (an account's standing is in accounts, who may sign in or up in access, other servers
in servers), rules and texts of this server (instance).
"""

from pinson.domain.moderation.decisions import (
    act,
    approve,
    delete,
    dossier,
    dossiers,
    dossiers_by_ids,
    lift,
    reject,
    strikes_by_ids,
)
from pinson.domain.moderation.facts import Reported, Struck
from pinson.domain.moderation.model import (
    Category,
    Deed,
    Dossier,
    Moderator,
    Report,
    Sanction,
    Strike,
    Wanted,
)
from pinson.domain.moderation.policy import (
    allow_email,
    allow_email_domain,
    allow_server,
    block_email,
    block_email_domain,
    block_network,
    block_server,
    change_network_block,
    change_server_block,
    disallow_server,
    unblock_network,
    unblock_server,
)
from pinson.domain.moderation.register import deeds
from pinson.domain.moderation.reports import (
    assign,
    classify,
    forget_account,
    reopen,
    report,
    report_by_id,
    reports,
    reports_by_ids,
    resolve,
    unassign,
)
from pinson.domain.moderation.rules import (
    BeyondPower,
    CommentTooLong,
    NotPending,
    NotSuspended,
    ReportNotFound,
    TextTooLong,
    TooManyReported,
)
from pinson.domain.moderation.taxonomy import change_tag, judge_link, judge_post, judge_publisher

__all__ = [
    "BeyondPower",
    "Category",
    "CommentTooLong",
    "Deed",
    "Dossier",
    "Moderator",
    "NotPending",
    "NotSuspended",
    "Report",
    "ReportNotFound",
    "Reported",
    "Sanction",
    "Strike",
    "Struck",
    "TextTooLong",
    "TooManyReported",
    "Wanted",
    "act",
    "allow_email",
    "allow_email_domain",
    "allow_server",
    "approve",
    "assign",
    "block_email",
    "block_email_domain",
    "block_network",
    "block_server",
    "change_network_block",
    "change_server_block",
    "change_tag",
    "classify",
    "deeds",
    "delete",
    "disallow_server",
    "dossier",
    "dossiers",
    "dossiers_by_ids",
    "forget_account",
    "judge_link",
    "judge_post",
    "judge_publisher",
    "lift",
    "reject",
    "reopen",
    "report",
    "report_by_id",
    "reports",
    "reports_by_ids",
    "resolve",
    "strikes_by_ids",
    "unassign",
    "unblock_network",
    "unblock_server",
]
