"""SQL of accounts. Deleted ones are tombstones: only `handle_is_taken`, `hidden_ids`, `opened_by_week` look at them."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.accounts.model import Account, AccountId, Activity, Author, Defaults, Opened, Profile
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.ids import first_at

OWNS = ("accounts", "account_counts", "posting_defaults")

INSERT = """
    INSERT INTO accounts (
        id, username, handle, domain, display_name, note, locked, bot, discoverable, indexable, created_at)
    VALUES (
        :id, :username, :handle, :domain, :display_name, :note, :locked, :bot, :discoverable, :indexable, :created_at)
"""
INSERT_COUNTS = "INSERT INTO account_counts (account_id) VALUES (:id)"
HANDLE_IS_TAKEN = "SELECT count(*) FROM accounts WHERE handle = :handle AND domain = :domain"
COLUMNS = """
    SELECT a.id, a.username, a.handle, a.domain, a.display_name, a.note, a.locked, a.bot, a.discoverable, a.indexable,
           a.hide_collections, a.created_at, a.suspended_at, a.limited_at, a.sensitized_at
    FROM accounts AS a
"""
BY_ID = f"{COLUMNS} WHERE a.id = :id AND a.deleted_at IS NULL"  # a list of one costs twice as much
AUTHOR = "SELECT id, limited_at FROM accounts WHERE id = :id AND deleted_at IS NULL AND suspended_at IS NULL"
BY_IDS = f"{COLUMNS} WHERE a.id IN (SELECT value FROM json_each(:ids)) AND a.deleted_at IS NULL"
BY_HANDLES = """
    SELECT a.id, a.username, a.handle, a.domain, a.display_name, a.note, a.locked, a.bot, a.discoverable, a.indexable,
           a.hide_collections, a.created_at, a.suspended_at, a.limited_at, a.sensitized_at
    FROM accounts AS a
    WHERE a.handle IN (SELECT value FROM json_each(:handles)) AND a.deleted_at IS NULL
"""
PROFILE_COLUMNS = """
    SELECT a.id, a.username, a.handle, a.domain, a.display_name, a.note, a.locked, a.bot, a.discoverable, a.indexable,
           a.hide_collections, a.created_at, a.suspended_at, a.limited_at, a.sensitized_at,
           c.followers, c.following, c.posts, c.last_post_at,
           a.fields, a.attribution_domains, a.show_media, a.show_media_replies, a.show_featured,
           a.avatar, a.avatar_description, a.header, a.header_description, a.avatar_moving
    FROM accounts AS a
    JOIN account_counts AS c ON c.account_id = a.id
"""
PROFILES = f"{PROFILE_COLUMNS} WHERE a.id IN (SELECT value FROM json_each(:ids)) AND a.deleted_at IS NULL"
PROFILE_BY_ID = f"{PROFILE_COLUMNS} WHERE a.id = :id AND a.deleted_at IS NULL"
PROFILE_OF = f"{PROFILE_COLUMNS} WHERE a.handle = :handle AND a.domain = :domain AND a.deleted_at IS NULL"
HIDDEN_IDS = "SELECT id FROM accounts WHERE suspended_at IS NOT NULL OR deleted_at IS NOT NULL"
LIMITED_IDS = "SELECT id FROM accounts WHERE limited_at IS NOT NULL"
LOCAL_COUNT = "SELECT count(*) FROM accounts WHERE domain = '' AND deleted_at IS NULL"
ACTIVITY = """
    SELECT count(*) AS accounts, CAST(coalesce(sum(c.posts), 0) AS BIGINT) AS posts,
           count(CASE WHEN c.last_post_at >= :since THEN 1 END) AS active
    FROM accounts AS a
    JOIN account_counts AS c ON c.account_id = a.id
    WHERE a.domain = ''
"""
OPENED_BY_WEEK = """
    SELECT (created_at - :since) / 604800000 AS week, count(*) AS accounts
    FROM accounts
    WHERE id >= :first AND domain = ''
    GROUP BY week
"""
UPDATE = """
    UPDATE accounts
    SET display_name = :display_name, note = :note, locked = :locked, bot = :bot, discoverable = :discoverable,
        indexable = :indexable, hide_collections = :hide_collections, fields = :fields,
        attribution_domains = :attribution_domains, show_media = :show_media,
        show_media_replies = :show_media_replies, show_featured = :show_featured,
        avatar = :avatar, avatar_description = :avatar_description,
        header = :header, header_description = :header_description, avatar_moving = :avatar_moving
    WHERE id = :id
"""
DEFAULTS = """
    SELECT visibility, sensitive, language, quote_policy, shorten_links
    FROM posting_defaults WHERE account_id = :account_id
"""
PUT_DEFAULTS = """
    INSERT INTO posting_defaults (account_id, visibility, sensitive, language, quote_policy, shorten_links)
    VALUES (:account_id, :visibility, :sensitive, :language, :quote_policy, :shorten_links)
    ON CONFLICT (account_id) DO UPDATE
    SET visibility = excluded.visibility, sensitive = excluded.sensitive, language = excluded.language,
        quote_policy = excluded.quote_policy, shorten_links = excluded.shorten_links
"""
DISCOVERABLE = """
    SELECT a.id
    FROM accounts AS a
    JOIN account_counts AS c ON c.account_id = a.id
    WHERE a.discoverable = 1 AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.limited_at IS NULL
          AND (a.domain = '' OR NOT :local) AND a.id NOT IN (SELECT value FROM json_each(:without))
    ORDER BY coalesce(c.last_post_at, 0) DESC, a.id DESC
    LIMIT :limit OFFSET :offset
"""
NEW_DISCOVERABLE = """
    SELECT a.id
    FROM accounts AS a
    WHERE a.discoverable = 1 AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.limited_at IS NULL
          AND (a.domain = '' OR NOT :local) AND a.id NOT IN (SELECT value FROM json_each(:without))
    ORDER BY a.id DESC
    LIMIT :limit OFFSET :offset
"""
SET_SUSPENDED = "UPDATE accounts SET suspended_at = :at WHERE id = :id"
SET_LIMITED = "UPDATE accounts SET limited_at = :at WHERE id = :id"
SET_SENSITIZED = "UPDATE accounts SET sensitized_at = :at WHERE id = :id"
ERASE = """
    UPDATE accounts
    SET username = handle, display_name = '', note = '', locked = 0, bot = 0, discoverable = NULL, indexable = 0,
        hide_collections = NULL, fields = '[]', attribution_domains = '[]', suspended_at = NULL,
        limited_at = NULL, sensitized_at = NULL, deleted_at = :at,
        avatar = NULL, avatar_description = '', header = NULL, header_description = '',
        avatar_moving = NULL
    WHERE id = :id
"""
ERASE_DEFAULTS = "DELETE FROM posting_defaults WHERE account_id = :id"
ERASE_COUNTS = "DELETE FROM account_counts WHERE account_id = :id"
COUNT_FOLLOWS = """
    UPDATE account_counts SET followers = followers + :followers, following = following + :following
    WHERE account_id = :account_id
"""
COUNT_POSTS = """
    UPDATE account_counts
    SET posts = posts + :posts,
        last_post_at = CASE WHEN last_post_at IS NULL OR last_post_at < :last_post_at
                            THEN :last_post_at ELSE last_post_at END
    WHERE account_id = :account_id
    RETURNING posts
"""


async def insert(tx: WriteTx, account: Account) -> None:
    """Add an account that is not there yet, with counters at zero."""
    await tx.run(
        INSERT,
        id=account.id,
        username=account.username,
        handle=account.handle,
        domain=account.domain,
        display_name=account.display_name,
        note=account.note,
        locked=account.locked,
        bot=account.bot,
        discoverable=account.discoverable,
        indexable=account.indexable,
        created_at=account.created_at,
    )
    await tx.run(INSERT_COUNTS, id=account.id)


async def handle_is_taken(tx: ReadTx, handle: str, domain: str) -> bool:
    """Whether any account has the handle or had it. One look into the unique index."""
    return bool(await tx.one(int, HANDLE_IS_TAKEN, handle=handle, domain=domain))


async def by_id(tx: ReadTx, id: AccountId) -> Account | None:
    """The account. One look into the primary key."""
    return await tx.one(Account, BY_ID, id=id)


async def by_ids(tx: ReadTx, ids: Sequence[AccountId]) -> list[Account]:
    """Those of them that exist, in no order. One look into the primary key each."""
    return await tx.all(Account, BY_IDS, ids=ids)


async def by_handles(tx: ReadTx, handles: Sequence[str]) -> list[Account]:
    """All accounts, on whatever domain, that have one of the handles. O(found) on (handle, domain)."""
    return await tx.all(Account, BY_HANDLES, handles=handles)


async def profiles(tx: ReadTx, ids: Sequence[AccountId]) -> list[Profile]:
    """Those of them that exist, with their counters, in no order. Two looks into primary keys each."""
    if len(ids) == 1:
        return await tx.all(Profile, PROFILE_BY_ID, id=ids[0])
    return await tx.all(Profile, PROFILES, ids=ids)


async def author(tx: ReadTx, id: AccountId) -> Author | None:
    """Whoever publishes, if they take part. By primary key; a third of what all of an account costs."""
    return await tx.one(Author, AUTHOR, id=id)


async def profile_of(tx: ReadTx, handle: str, domain: str) -> Profile | None:
    """The account with this handle, and its counters. One look into the unique index, one into a primary key."""
    return await tx.one(Profile, PROFILE_OF, handle=handle, domain=domain)


async def hidden_ids(tx: ReadTx) -> list[AccountId]:
    """Every account that is suspended or deleted. O(found), from the index accounts_hidden."""
    return [AccountId(id) for id in await tx.all(int, HIDDEN_IDS)]


async def limited_ids(tx: ReadTx) -> list[AccountId]:
    """Every account that is limited. O(found), from the index accounts_limited."""
    return [AccountId(id) for id in await tx.all(int, LIMITED_IDS)]


async def local_count(tx: ReadTx) -> int:
    """How many accounts live here. O(accounts here) on the index."""
    return await tx.one(int, LOCAL_COUNT) or 0


async def activity(tx: ReadTx, *, since: datetime) -> Activity:
    """What there is on this server. O(accounts): to be counted in a thread and kept for a while."""
    found = await tx.one(Activity, ACTIVITY, since=since)
    assert found is not None
    return found


async def opened_by_week(tx: ReadTx, *, since: datetime) -> list[Opened]:
    """Accounts opened here by week; weeks without any are left out. O(accounts since), on the primary key."""
    return await tx.all(Opened, OPENED_BY_WEEK, since=since, first=first_at(since))


async def update(tx: WriteTx, profile: Profile) -> None:
    """Keep what its owner decides about it."""
    await tx.run(
        UPDATE,
        id=profile.id,
        display_name=profile.display_name,
        note=profile.note,
        locked=profile.locked,
        bot=profile.bot,
        discoverable=profile.discoverable,
        indexable=profile.indexable,
        hide_collections=profile.hide_collections,
        fields=profile.fields,
        attribution_domains=profile.attribution_domains,
        show_media=profile.show_media,
        show_media_replies=profile.show_media_replies,
        show_featured=profile.show_featured,
        avatar=profile.avatar,
        avatar_description=profile.avatar_description,
        header=profile.header,
        header_description=profile.header_description,
        avatar_moving=profile.avatar_moving,
    )


async def defaults(tx: ReadTx, account_id: AccountId) -> Defaults | None:
    """How an account posts unless it says otherwise; None if it never said. One look into the primary key."""
    return await tx.one(Defaults, DEFAULTS, account_id=account_id)


async def put_defaults(tx: WriteTx, account_id: AccountId, defaults: Defaults) -> None:
    """Keep it."""
    await tx.run(
        PUT_DEFAULTS,
        account_id=account_id,
        visibility=defaults.visibility,
        sensitive=defaults.sensitive,
        language=defaults.language,
        quote_policy=defaults.quote_policy,
        shorten_links=defaults.shorten_links,
    )


async def discoverable(
    tx: ReadTx, *, by_activity: bool, local: bool, without: list[AccountId], limit: int, offset: int
) -> list[AccountId]:
    """Accounts that agreed to be found, but for some: those that posted last first, or the newest first.

    O(offset + limit) on the index accounts_discoverable for the newest, O(all of them) for the others.
    """
    sql = DISCOVERABLE if by_activity else NEW_DISCOVERABLE
    found = await tx.all(int, sql, local=local, without=without, limit=limit, offset=offset)
    return [AccountId(id) for id in found]


async def set_suspended(tx: WriteTx, id: AccountId, at: datetime | None) -> None:
    """Keep since when the account is suspended; None if it is not."""
    await tx.run(SET_SUSPENDED, id=id, at=at)


async def set_limited(tx: WriteTx, id: AccountId, at: datetime | None) -> None:
    """Keep since when the account is limited; None if it is not."""
    await tx.run(SET_LIMITED, id=id, at=at)


async def set_sensitized(tx: WriteTx, id: AccountId, at: datetime | None) -> None:
    """Keep since when what the account shows is sensitive; None if it is not."""
    await tx.run(SET_SENSITIZED, id=id, at=at)


async def erase(tx: WriteTx, id: AccountId, at: datetime) -> None:
    """Leave of the account its id and its handle, nothing else."""
    await tx.run(ERASE, id=id, at=at)
    await tx.run(ERASE_COUNTS, id=id)
    await tx.run(ERASE_DEFAULTS, id=id)


async def count_follows(tx: WriteTx, account_id: AccountId, *, followers: int, following: int) -> None:
    """Add to the counters of these. An account that has none (deleted) is left alone."""
    await tx.run(COUNT_FOLLOWS, account_id=account_id, followers=followers, following=following)


async def count_posts(tx: WriteTx, account_id: AccountId, *, posts: int, last_post_at: datetime | None) -> int:
    """Add to the counter of these; how many there are. An account that has none (deleted) is left alone, with 0.

    A statement of its own: one that names followers writes to their index too, changed or not.
    """
    return await tx.one(int, COUNT_POSTS, account_id=account_id, posts=posts, last_post_at=last_post_at) or 0
