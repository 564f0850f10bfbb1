"""Accounts: the voices that people follow, and whether they may be seen.

Called by everyone above: access signs people in to them, relations follow them, posts are
written by them, interfaces show them. A deleted account is a tombstone: no question here
finds it, and nobody else can take its handle.

Not here: the people behind an account and what they may do (access), who follows whom
(relations), posts, pictures. An account's suspension lives here because it decides what
everyone else sees; who may suspend, and why, is moderation's.
"""

from pinson.domain.accounts.commands import count, create, delete, restore, suspend
from pinson.domain.accounts.facts import (
    AccountChanged,
    AccountCreated,
    AccountDeleted,
    AccountRestored,
    AccountSuspended,
)
from pinson.domain.accounts.model import Account, AccountId, Activity, Opened, Profile
from pinson.domain.accounts.queries import (
    active,
    by_acct,
    by_accts,
    by_id,
    by_ids,
    local_activity,
    local_count,
    opened_by_week,
    profile,
    profiles,
    search,
)
from pinson.domain.accounts.rules import (
    MAX_USERNAME,
    AccountNotFound,
    FieldRefused,
    Flaw,
    UsernameTaken,
    refuse_username,
)
from pinson.domain.accounts.standing import Standing

__all__ = [
    "MAX_USERNAME",
    "Account",
    "AccountChanged",
    "AccountCreated",
    "AccountDeleted",
    "AccountId",
    "AccountNotFound",
    "AccountRestored",
    "AccountSuspended",
    "Activity",
    "FieldRefused",
    "Flaw",
    "Opened",
    "Profile",
    "Standing",
    "UsernameTaken",
    "active",
    "by_acct",
    "by_accts",
    "by_id",
    "by_ids",
    "count",
    "create",
    "delete",
    "local_activity",
    "local_count",
    "opened_by_week",
    "profile",
    "profiles",
    "refuse_username",
    "restore",
    "search",
    "suspend",
]
