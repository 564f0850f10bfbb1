"""Accounts: the voices that people follow, and whether they may be seen.

Called by everyone above: access signs people in to them, relations follow them, posts are
written by them, interfaces show them. A deleted account is a tombstone: no question here
finds it, and nobody else can take its handle.

Not here: the people behind an account and what they may do (access), who follows whom
(relations), posts, pictures. An account's suspension lives here because it decides what
everyone else sees; who may suspend, and why, is moderation's.
"""

from pinson.domain.accounts.commands import change, count, create, delete, restore, suspend
from pinson.domain.accounts.facts import (
    AccountChanged,
    AccountCreated,
    AccountDeleted,
    AccountRestored,
    AccountSuspended,
    AccountUnlocked,
)
from pinson.domain.accounts.model import (
    Account,
    AccountId,
    Activity,
    Changes,
    Defaults,
    DefaultsChanges,
    Field,
    Opened,
    Profile,
    QuotePolicy,
)
from pinson.domain.accounts.queries import (
    active,
    by_acct,
    by_accts,
    by_id,
    by_ids,
    defaults,
    discoverable,
    local_activity,
    local_count,
    opened_by_week,
    profile,
    profiles,
    search,
)
from pinson.domain.accounts.rules import (
    MAX_DISPLAY_NAME,
    MAX_FIELD,
    MAX_NOTE,
    MAX_USERNAME,
    MOST_FIELDS,
    AccountNotFound,
    FieldRefused,
    Flaw,
    ProfileRefused,
    UsernameTaken,
    prepare_changes,
    refuse_username,
)
from pinson.domain.accounts.standing import Standing

__all__ = [
    "MAX_DISPLAY_NAME",
    "MAX_FIELD",
    "MAX_NOTE",
    "MAX_USERNAME",
    "MOST_FIELDS",
    "Account",
    "AccountChanged",
    "AccountCreated",
    "AccountDeleted",
    "AccountId",
    "AccountNotFound",
    "AccountRestored",
    "AccountSuspended",
    "AccountUnlocked",
    "Activity",
    "Changes",
    "Defaults",
    "DefaultsChanges",
    "Field",
    "FieldRefused",
    "Flaw",
    "Opened",
    "Profile",
    "ProfileRefused",
    "QuotePolicy",
    "Standing",
    "UsernameTaken",
    "active",
    "by_acct",
    "by_accts",
    "by_id",
    "by_ids",
    "change",
    "count",
    "create",
    "defaults",
    "delete",
    "discoverable",
    "local_activity",
    "local_count",
    "opened_by_week",
    "prepare_changes",
    "profile",
    "profiles",
    "refuse_username",
    "restore",
    "search",
    "suspend",
]
