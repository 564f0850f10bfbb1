"""SQL of notifications. Push subscriptions have a store of their own."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.notifications.model import (
    REQUESTING,
    Circumstances,
    Kind,
    Marker,
    Notification,
    Pending,
    Policy,
    Request,
    State,
)
from pinson.domain.posts import PostId
from pinson.lib.db import ReadTx, WriteTx

OWNS = (
    "notifications",
    "notification_groups",
    "notification_policies",
    "notification_requests",
    "notification_permissions",
    "markers",
)

# --- who is told --------------------------------------------------------------------------------------------------

# What stands between each of some accounts here and a sender. Other packages' tables are read, never written.
CIRCUMSTANCES = """
    SELECT a.id AS account_id,
        EXISTS (SELECT 1 FROM blocks WHERE account_id = a.id AND target_id = :from_id)
            OR EXISTS (SELECT 1 FROM blocks WHERE account_id = :from_id AND target_id = a.id) AS apart,
        m.id IS NOT NULL AS muted,
        coalesce(m.notifications, 0) AS silenced,
        EXISTS (SELECT 1 FROM account_domain_blocks WHERE account_id = a.id AND domain = :domain) AS domain_blocked,
        EXISTS (
            SELECT 1 FROM conversation_mutes
            WHERE account_id = a.id AND conversation_id = :conversation_id) AS deaf,
        EXISTS (
            SELECT 1 FROM json_each(:named) AS named JOIN blocks AS b ON b.target_id = named.value
            WHERE b.account_id = a.id)
        OR EXISTS (
            SELECT 1 FROM json_each(:named) AS named JOIN mutes AS n ON n.target_id = named.value
            WHERE n.account_id = a.id AND n.notifications = 1 AND (n.expires_at IS NULL OR n.expires_at > :now)
        ) AS names_unwanted,
        f.id AS follow_id,
        coalesce(f.notify, 0) AS notify,
        f.languages,
        back.id AS followed_id,
        EXISTS (
            SELECT 1 FROM notification_permissions WHERE account_id = a.id AND from_id = :from_id) AS permitted,
        coalesce((
            SELECT max(CASE u.role WHEN 'admin' THEN 2 WHEN 'moderator' THEN 1 ELSE 0 END)
            FROM members AS s JOIN users AS u ON u.id = s.user_id
            WHERE s.account_id = :from_id AND s.role = 'owner'), 0)
        > coalesce((
            SELECT max(CASE u.role WHEN 'admin' THEN 2 WHEN 'moderator' THEN 1 ELSE 0 END)
            FROM members AS s JOIN users AS u ON u.id = s.user_id
            WHERE s.account_id = a.id AND s.role = 'owner'), 0) AS outranked,
        coalesce(p.not_following, :not_following) AS not_following,
        coalesce(p.not_followers, :not_followers) AS not_followers,
        coalesce(p.new_accounts, :new_accounts) AS new_accounts,
        coalesce(p.private_mentions, :private_mentions) AS private_mentions,
        coalesce(p.limited_accounts, :limited_accounts) AS limited_accounts,
        coalesce(p.bots, :bots) AS bots
    FROM json_each(:account_ids) AS wanted
    JOIN accounts AS a ON a.id = wanted.value
    LEFT JOIN mutes AS m ON m.account_id = a.id AND m.target_id = :from_id
        AND (m.expires_at IS NULL OR m.expires_at > :now)
    LEFT JOIN follows AS f ON f.account_id = a.id AND f.topic_id = :from_id
    LEFT JOIN follows AS back ON back.account_id = :from_id AND back.topic_id = a.id
    LEFT JOIN notification_policies AS p ON p.account_id = a.id
    WHERE a.domain = '' AND a.suspended_at IS NULL AND a.deleted_at IS NULL
"""
# Who addressed somebody, privately, further up in the thread of a post.
ADDRESSED = """
    WITH RECURSIVE above (id, in_reply_to_id, distance) AS (
        SELECT id, in_reply_to_id, 0 FROM posts WHERE id = :post_id
        UNION ALL
        SELECT p.id, p.in_reply_to_id, above.distance + 1
        FROM above
        JOIN posts AS p ON p.id = above.in_reply_to_id
        WHERE above.distance < :most
    )
    SELECT DISTINCT p.author_id
    FROM above
    JOIN posts AS p ON p.id = above.id
    WHERE above.distance > 0 AND p.visibility = 'direct'
        AND EXISTS (SELECT 1 FROM json_each(p.mentions) WHERE value = :from_id)
"""
FOLLOWED_CLOSELY = """
    SELECT value AS topic_id FROM json_each(:account_ids) AS asked
    WHERE EXISTS (SELECT 1 FROM follows WHERE topic_id = asked.value AND notify = 1)
"""
FOLLOWERS_TO_NOTIFY = """
    SELECT id, account_id FROM follows
    WHERE topic_id = :from_id AND notify = 1 AND id > :after
    ORDER BY id
    LIMIT :limit
"""


class Following(msgspec.Struct, frozen=True):
    """A follow, and whose."""

    id: int
    account_id: AccountId


async def circumstances(
    tx: ReadTx,
    account_ids: Iterable[AccountId],
    *,
    from_id: AccountId,
    domain: str,
    conversation_id: PostId | None,
    named: Sequence[AccountId],
    now: datetime,
) -> list[Circumstances]:
    """How those of the accounts stand to a sender that live here and take part, in no order.

    About a dozen looks into indexes each.
    """
    return await tx.all(
        Circumstances,
        CIRCUMSTANCES,
        account_ids=list(account_ids),
        from_id=from_id,
        domain=domain,
        conversation_id=conversation_id,
        named=named,
        now=now,
        **msgspec.structs.asdict(Policy()),
    )


async def addressed_by(tx: ReadTx, from_id: AccountId, post_id: PostId, *, most: int) -> set[int]:
    """Who addressed an account in a direct post that this one answers, however far up. O(most)."""
    return set(await tx.all(int, ADDRESSED, from_id=from_id, post_id=post_id, most=most))


async def followed_closely(tx: ReadTx, account_ids: list[AccountId]) -> list[AccountId]:
    """Those of whose posts somebody asked to be told. One look into the index follows_notify for each."""
    return await tx.all(AccountId, FOLLOWED_CLOSELY, account_ids=account_ids)


async def followers_to_notify(tx: ReadTx, from_id: AccountId, *, after: int, limit: int) -> list[Following]:
    """Who asked to be told of an account's posts, by follow. O(limit) on the index follows_notify."""
    return await tx.all(Following, FOLLOWERS_TO_NOTIFY, from_id=from_id, after=after, limit=limit)


# --- to tell and to take back -------------------------------------------------------------------------------------

COLUMNS = "n.id, n.account_id, n.kind, n.from_id, n.about_id, n.state, n.created_at, n.group_id, g.hour"

INSERT = """
    INSERT INTO notifications (id, account_id, kind, from_id, about_id, state, group_id, created_at)
    VALUES (:id, :account_id, :kind, :from_id, :about_id, :state, :group_id, :created_at)
"""
EXISTS = """
    SELECT created_at FROM notifications
    WHERE about_id = :about_id AND account_id = :account_id AND from_id = :from_id AND kind = :kind
"""
OPEN_GROUP = """
    SELECT id FROM notification_groups
    WHERE account_id = :account_id AND kind = :kind AND about_id = :about_id AND hour > :closed AND hour <= :hour
    ORDER BY hour DESC
    LIMIT 1
"""
NEW_GROUP = """
    INSERT INTO notification_groups (id, account_id, kind, about_id, hour, size, oldest_id, newest_id)
    VALUES (:id, :account_id, :kind, :about_id, :hour, 0, :id, :id)
"""
GROW = "UPDATE notification_groups SET size = size + 1, newest_id = :id WHERE id = :group_id"
SHRINK = """
    UPDATE notification_groups
    SET size = size - :count,
        oldest_id = coalesce((SELECT min(id) FROM notifications WHERE group_id = :group_id), 0),
        newest_id = coalesce((SELECT max(id) FROM notifications WHERE group_id = :group_id), 0)
    WHERE id = :group_id
"""
DROP_EMPTY = "DELETE FROM notification_groups WHERE id = :group_id AND size <= 0"
GONE = "id, account_id, kind, from_id, about_id, state, created_at, group_id"
DELETE_ONE = f"""
    DELETE FROM notifications
    WHERE about_id = :about_id AND account_id = :account_id AND from_id = :from_id AND kind = :kind
    RETURNING {GONE}
"""
DELETE_BY_ID = f"DELETE FROM notifications WHERE id = :id AND account_id = :account_id RETURNING {GONE}"
DELETE_ABOUT = f"""
    DELETE FROM notifications
    WHERE id IN (
        SELECT id FROM notifications
        WHERE about_id = :about_id AND kind IN (SELECT value FROM json_each(:kinds))
        LIMIT :limit)
    RETURNING {GONE}
"""
DELETE_GROUP = f"""
    DELETE FROM notifications
    WHERE id IN (SELECT id FROM notifications WHERE group_id = :group_id LIMIT :limit)
    RETURNING {GONE}
"""
DELETE_TO = f"""
    DELETE FROM notifications
    WHERE id IN (SELECT id FROM notifications WHERE account_id = :account_id LIMIT :limit)
    RETURNING {GONE}
"""
DELETE_FROM = f"""
    DELETE FROM notifications
    WHERE id IN (
        SELECT id FROM notifications WHERE from_id = :from_id AND state < 3
        UNION ALL
        SELECT id FROM notifications WHERE from_id = :from_id AND state >= 2 AND state IN (3, 4)
        LIMIT :limit)
    RETURNING {GONE}
"""
DELETE_BETWEEN = f"""
    DELETE FROM notifications
    WHERE id IN (
        SELECT id FROM notifications WHERE from_id = :from_id AND account_id = :account_id AND state < 3
        UNION ALL
        SELECT id FROM notifications
        WHERE from_id = :from_id AND account_id = :account_id AND state >= 2 AND state IN (3, 4)
        LIMIT :limit)
    RETURNING {GONE}
"""
DELETE_APART = """
    DELETE FROM notifications
    WHERE id IN (
        SELECT id FROM notifications
        WHERE account_id = :account_id AND from_id = :from_id AND id < :through AND state >= 2 AND state IN (2, 4)
        LIMIT :limit)
"""
# "state >= 2" beside what states are meant lets SQLite use the index notifications_aside, which has only those.
HIDE = f"""
    UPDATE notifications SET state = CASE state WHEN 2 THEN 4 ELSE 3 END
    WHERE id IN (SELECT id FROM notifications WHERE from_id = :from_id AND state < 3 LIMIT :limit)
    RETURNING {GONE}
"""
UNGROUP = "UPDATE notifications SET group_id = NULL WHERE id IN (SELECT value FROM json_each(:ids))"
SHOW = """
    UPDATE notifications SET state = CASE state WHEN 4 THEN 2 ELSE 0 END
    WHERE id IN (
        SELECT id FROM notifications WHERE from_id = :from_id AND state >= 2 AND state IN (3, 4) LIMIT :limit)
"""
MERGE = """
    UPDATE notifications SET state = 0
    WHERE id IN (
        SELECT id FROM notifications
        WHERE account_id = :account_id AND from_id = :from_id AND state >= 2 AND state = 2
        LIMIT :limit)
"""


async def told_at(tx: ReadTx, account_id: AccountId, kind: Kind, from_id: AccountId, about_id: int) -> datetime | None:
    """When just this was told, or happened; None if it was not. One look into the unique index."""
    found = await tx.one(Happened, EXISTS, account_id=account_id, kind=kind, from_id=from_id, about_id=about_id)
    return None if found is None else found.created_at


class Happened(msgspec.Struct, frozen=True):
    """A moment."""

    created_at: datetime


async def insert(tx: WriteTx, notification: Notification) -> None:
    """Add a notification that is not there yet. About 10 µs."""
    await tx.run(
        INSERT,
        id=notification.id,
        account_id=notification.account_id,
        kind=notification.kind,
        from_id=notification.from_id,
        about_id=notification.about_id,
        state=notification.state.value,
        group_id=notification.group_id,
        created_at=notification.created_at,
    )
    if notification.group_id is not None:
        await tx.run(GROW, group_id=notification.group_id, id=notification.id)


async def group_for(
    tx: WriteTx, id: int, account_id: AccountId, kind: Kind, about_id: int, *, hour: int, hours: int
) -> int:
    """The group that a notification with this id joins: the one that began in the last so many hours, or a new one."""
    of = {"account_id": account_id, "kind": kind, "about_id": about_id, "hour": hour}
    found = await tx.one(int, OPEN_GROUP, closed=hour - hours, **of)
    if found is not None:
        return found
    await tx.run(NEW_GROUP, id=id, **of)
    return id


async def delete_one(tx: WriteTx, account_id: AccountId, kind: Kind, from_id: AccountId, about_id: int) -> bool:
    """Take back what was told; whether it was."""
    found = await tx.all(Notification, DELETE_ONE, account_id=account_id, kind=kind, from_id=from_id, about_id=about_id)
    return bool(await _took(tx, found))


async def delete_by_id(tx: WriteTx, account_id: AccountId, id: int) -> bool:
    """Remove one of an account's notifications; whether it was there."""
    return bool(await _took(tx, await tx.all(Notification, DELETE_BY_ID, account_id=account_id, id=id)))


async def delete_about(tx: WriteTx, about_id: int, kinds: Iterable[Kind], *, limit: int) -> int:
    """Remove up to `limit` of those kinds about one thing; how many. O(limit) on the unique index."""
    about = {"about_id": about_id, "kinds": list(kinds)}
    return await _took(tx, await tx.all(Notification, DELETE_ABOUT, **about, limit=limit))


async def delete_group(tx: WriteTx, group_id: int, *, limit: int) -> int:
    """Remove up to `limit` of a group, and it if nothing is left; how many."""
    return await _took(tx, await tx.all(Notification, DELETE_GROUP, group_id=group_id, limit=limit))


async def delete_to(tx: WriteTx, account_id: AccountId, *, limit: int) -> int:
    """Remove up to `limit` of what an account was told; how many."""
    return await _took(tx, await tx.all(Notification, DELETE_TO, account_id=account_id, limit=limit))


async def delete_from(tx: WriteTx, from_id: AccountId, *, limit: int) -> int:
    """Remove up to `limit` of what was an account's doing; how many."""
    return await _took(tx, await tx.all(Notification, DELETE_FROM, from_id=from_id, limit=limit))


async def delete_between(tx: WriteTx, account_id: AccountId, from_id: AccountId, *, limit: int) -> int:
    """Remove up to `limit` of what one account was told of another; how many."""
    found = await tx.all(Notification, DELETE_BETWEEN, account_id=account_id, from_id=from_id, limit=limit)
    return await _took(tx, found)


async def delete_apart(tx: WriteTx, account_id: AccountId, from_id: AccountId, *, through: int, limit: int) -> int:
    """Remove up to `limit` of what was kept apart of a sender who asks no more; how many."""
    return await tx.run(DELETE_APART, account_id=account_id, from_id=from_id, through=through, limit=limit)


async def hide(tx: WriteTx, from_id: AccountId, *, limit: int) -> int:
    """Hide up to `limit` of what was an account's doing; how many."""
    found = await tx.all(Notification, HIDE, from_id=from_id, limit=limit)
    await tx.run(UNGROUP, ids=[one.id for one in found if one.group_id is not None])
    await _shrink(tx, found)
    return len(found)


async def show(tx: WriteTx, from_id: AccountId, *, limit: int) -> int:
    """Show up to `limit` of what was hidden again, in no group; how many."""
    return await tx.run(SHOW, from_id=from_id, limit=limit)


async def merge(tx: WriteTx, account_id: AccountId, from_id: AccountId, *, limit: int) -> int:
    """Show up to `limit` of what was kept apart of a sender among the others, in no group; how many."""
    return await tx.run(MERGE, account_id=account_id, from_id=from_id, limit=limit)


async def _took(tx: WriteTx, removed: Sequence[Notification]) -> int:
    """Keep groups and requests true to what was removed; how many that was."""
    await _shrink(tx, removed)
    for one in removed:
        if one.state in (State.APART, State.HIDDEN_APART) and one.kind in REQUESTING:
            await tx.run(FEWER, account_id=one.account_id, from_id=one.from_id)
            await tx.run(DROP_REQUEST_OF_NOTHING, account_id=one.account_id, from_id=one.from_id)
    return len(removed)


async def _shrink(tx: WriteTx, gone: Sequence[Notification]) -> None:
    counts: dict[int, int] = {}
    for one in gone:
        if one.group_id is not None:
            counts[one.group_id] = counts.get(one.group_id, 0) + 1
    await tx.run_many(SHRINK, [{"group_id": id, "count": count} for id, count in counts.items()])
    await tx.run_many(DROP_EMPTY, [{"group_id": id} for id in counts])


# --- pages --------------------------------------------------------------------------------------------------------

# A branch is a kind and a state: the index holds each in order, and a plain join reads no further in any of them than
# the page needs ("ORDER BY LIMIT" in the inner loop), whatever else the account was told. The groups are joined to
# what is chosen only: with another table in the inner loop SQLite reads each branch to its end, 110 ms for 100,000.
OLDER = f"""
    SELECT {COLUMNS}
    FROM (
        SELECT n.id
        FROM json_each(:branches) AS branch
        CROSS JOIN notifications AS n
        WHERE n.account_id = :account_id AND n.kind = json_extract(branch.value, '$[0]')
            AND n.state = json_extract(branch.value, '$[1]') AND n.id < :before AND n.id > :after
        ORDER BY n.id DESC
        LIMIT :limit) AS chosen
    CROSS JOIN notifications AS n ON n.id = chosen.id
    LEFT JOIN notification_groups AS g ON g.id = n.group_id
    ORDER BY n.id DESC
"""
NEWER = f"""
    SELECT {COLUMNS}
    FROM (
        SELECT n.id
        FROM json_each(:branches) AS branch
        CROSS JOIN notifications AS n
        WHERE n.account_id = :account_id AND n.kind = json_extract(branch.value, '$[0]')
            AND n.state = json_extract(branch.value, '$[1]') AND n.id < :before AND n.id > :after
        ORDER BY n.id
        LIMIT :limit) AS chosen
    CROSS JOIN notifications AS n ON n.id = chosen.id
    LEFT JOIN notification_groups AS g ON g.id = n.group_id
    ORDER BY n.id
"""
OLDER_FROM = f"""
    SELECT {COLUMNS}
    FROM notifications AS n
    LEFT JOIN notification_groups AS g ON g.id = n.group_id
    WHERE n.from_id = :from_id AND n.account_id = :account_id AND n.id < :before AND n.id > :after
        AND n.state < 3 AND n.kind IN (SELECT value FROM json_each(:kinds))
    ORDER BY n.id DESC
    LIMIT :limit
"""
NEWER_FROM = f"""
    SELECT {COLUMNS}
    FROM notifications AS n
    LEFT JOIN notification_groups AS g ON g.id = n.group_id
    WHERE n.from_id = :from_id AND n.account_id = :account_id AND n.id < :before AND n.id > :after
        AND n.state < 3 AND n.kind IN (SELECT value FROM json_each(:kinds))
    ORDER BY n.id
    LIMIT :limit
"""
BY_IDS = f"""
    SELECT {COLUMNS}
    FROM notifications AS n
    LEFT JOIN notification_groups AS g ON g.id = n.group_id
    WHERE n.id IN (SELECT value FROM json_each(:ids)) AND n.account_id = :account_id AND n.state < 3
"""
ANYBODYS = f"""
    SELECT {COLUMNS}
    FROM notifications AS n
    LEFT JOIN notification_groups AS g ON g.id = n.group_id
    WHERE n.id IN (SELECT value FROM json_each(:ids)) AND n.state < 2
"""
# Of a group that lies across the edge of the page, its part beyond does not count. None reaches beyond :horizon.
OLDER_GROUPS = """
    SELECT group_id, id FROM (
        SELECT g.id AS group_id, g.newest_id AS id
        FROM json_each(:kinds) AS kind
        CROSS JOIN notification_groups AS g
        WHERE g.account_id = :account_id AND g.kind = kind.value AND g.newest_id < :before AND g.newest_id > :after
        ORDER BY g.newest_id DESC
        LIMIT :limit
    ) AS below
    UNION ALL
    SELECT group_id, id FROM (
        SELECT g.id AS group_id,
            (SELECT max(n.id) FROM notifications AS n WHERE n.group_id = g.id AND n.id < :before) AS id
        FROM json_each(:kinds) AS kind
        CROSS JOIN notification_groups AS g
        WHERE g.account_id = :account_id AND g.kind = kind.value AND g.newest_id >= :before
            AND g.newest_id < :horizon AND g.oldest_id < :before
    ) AS across
    WHERE id > :after
    ORDER BY id DESC
    LIMIT :limit
"""
NEWER_GROUPS = """
    SELECT group_id, id FROM (
        SELECT g.id AS group_id, g.oldest_id AS id
        FROM json_each(:kinds) AS kind
        CROSS JOIN notification_groups AS g
        WHERE g.account_id = :account_id AND g.kind = kind.value AND g.oldest_id > :after AND g.oldest_id < :before
        ORDER BY g.oldest_id
        LIMIT :limit
    ) AS above
    UNION ALL
    SELECT group_id, id FROM (
        SELECT g.id AS group_id,
            (SELECT min(n.id) FROM notifications AS n WHERE n.group_id = g.id AND n.id > :after) AS id
        FROM json_each(:kinds) AS kind
        CROSS JOIN notification_groups AS g
        WHERE g.account_id = :account_id AND g.kind = kind.value AND g.oldest_id <= :after
            AND g.oldest_id > :horizon AND g.newest_id > :after
    ) AS across
    WHERE id < :before
    ORDER BY id
    LIMIT :limit
"""
PARTS = """
    SELECT g.id, part.oldest_id,
        CASE WHEN g.newest_id <= :newest THEN g.size
             ELSE (SELECT count(*) FROM notifications AS n WHERE n.group_id = g.id AND n.id <= :newest) END AS size
    FROM (
        SELECT wanted.value AS id,
            (SELECT min(n.id) FROM notifications AS n WHERE n.group_id = wanted.value AND n.id >= :oldest) AS oldest_id
        FROM json_each(:group_ids) AS wanted
    ) AS part
    JOIN notification_groups AS g ON g.id = part.id
"""
SAMPLES = f"""
    SELECT {COLUMNS}
    FROM json_each(:group_ids) AS wanted
    CROSS JOIN notifications AS n
    JOIN notification_groups AS g ON g.id = n.group_id
    WHERE n.id IN (
        SELECT id FROM notifications
        WHERE group_id = wanted.value AND id <= :newest
        ORDER BY id DESC
        LIMIT :each)
    ORDER BY n.id DESC
"""
GROUP_ID = """
    SELECT id FROM notification_groups
    WHERE account_id = :account_id AND kind = :kind AND about_id = :about_id AND hour = :hour
"""
OF_GROUP = f"""
    SELECT {COLUMNS}
    FROM notifications AS n
    JOIN notification_groups AS g ON g.id = n.group_id
    WHERE n.group_id = :group_id AND n.id < :before AND n.id > :after
    ORDER BY n.id DESC
    LIMIT :limit
"""


class Edge(msgspec.Struct, frozen=True):
    """A group, and the notification of it that lies nearest to where a page begins."""

    group_id: int
    id: int


class Part(msgspec.Struct, frozen=True):
    """What of a group is on a page: see `Group`."""

    id: int
    oldest_id: int
    size: int


Branch = tuple[Kind, State]


async def page(
    tx: ReadTx,
    account_id: AccountId,
    branches: Sequence[Branch],
    *,
    before: int,
    after: int,
    limit: int,
    ascending: bool,
) -> list[Notification]:
    """Notifications of these kinds and states between the two, the newest first, or the oldest.

    O(limit) for each branch, on the index notifications_page.
    """
    ask = NEWER if ascending else OLDER
    bounds = {"before": before, "after": after, "limit": limit}
    return await tx.all(Notification, ask, account_id=account_id, branches=branches, **bounds)


async def page_from(
    tx: ReadTx,
    account_id: AccountId,
    from_id: AccountId,
    kinds: Iterable[Kind],
    *,
    before: int,
    after: int,
    limit: int,
    ascending: bool,
) -> list[Notification]:
    """The same of one sender, whatever the state. O(what lies between) on (from_id, account_id, id), at worst."""
    ask = NEWER_FROM if ascending else OLDER_FROM
    bounds = {"before": before, "after": after, "limit": limit}
    return await tx.all(Notification, ask, account_id=account_id, from_id=from_id, kinds=list(kinds), **bounds)


async def by_ids(tx: ReadTx, account_id: AccountId, ids: Sequence[int]) -> list[Notification]:
    """Those of an account's notifications that are there and not hidden, in no order."""
    return await tx.all(Notification, BY_IDS, account_id=account_id, ids=ids)


async def anybodys(tx: ReadTx, ids: Sequence[int]) -> list[Notification]:
    """Those of these notifications, whosever, that are there, not hidden and not kept apart. O(ids)."""
    return await tx.all(Notification, ANYBODYS, ids=list(ids))


async def edges(
    tx: ReadTx,
    account_id: AccountId,
    kinds: Iterable[Kind],
    *,
    before: int,
    after: int,
    limit: int,
    horizon: int,
    ascending: bool,
) -> list[Edge]:
    """The groups that begin a page between the two, the newest first, or the oldest; and where each begins in it.

    O(limit) for each kind, and one look for each group across the edge, of those that reach no further than `horizon`.
    """
    ask = NEWER_GROUPS if ascending else OLDER_GROUPS
    bounds = {"before": before, "after": after, "limit": limit, "horizon": horizon}
    return await tx.all(Edge, ask, account_id=account_id, kinds=list(kinds), **bounds)


async def parts(tx: ReadTx, group_ids: Sequence[int], *, oldest: int, newest: int) -> list[Part]:
    """What of these groups lies between the two, included. Three looks each; one that goes on beyond is counted."""
    return await tx.all(Part, PARTS, group_ids=group_ids, oldest=oldest, newest=newest)


async def samples(tx: ReadTx, group_ids: Sequence[int], *, newest: int, each: int) -> list[Notification]:
    """The newest few of each of these groups, none above `newest`; the newest of all first."""
    return await tx.all(Notification, SAMPLES, group_ids=group_ids, newest=newest, each=each)


async def group_id(tx: ReadTx, account_id: AccountId, kind: Kind, about_id: int, hour: int) -> int | None:
    """A group. One look into the unique index."""
    return await tx.one(int, GROUP_ID, account_id=account_id, kind=kind, about_id=about_id, hour=hour)


async def of_group(tx: ReadTx, group_id: int, *, before: int, after: int, limit: int) -> list[Notification]:
    """A group's notifications, the newest first. O(limit) on (group_id, id)."""
    return await tx.all(Notification, OF_GROUP, group_id=group_id, before=before, after=after, limit=limit)


# --- policies and requests ----------------------------------------------------------------------------------------

POLICY = """
    SELECT not_following, not_followers, new_accounts, private_mentions, limited_accounts, bots
    FROM notification_policies
    WHERE account_id = :account_id
"""
PUT_POLICY = """
    INSERT INTO notification_policies (
        account_id, not_following, not_followers, new_accounts, private_mentions, limited_accounts, bots)
    VALUES (:account_id, :not_following, :not_followers, :new_accounts, :private_mentions, :limited_accounts, :bots)
    ON CONFLICT (account_id) DO UPDATE
    SET not_following = excluded.not_following, not_followers = excluded.not_followers,
        new_accounts = excluded.new_accounts, private_mentions = excluded.private_mentions,
        limited_accounts = excluded.limited_accounts, bots = excluded.bots
"""
PENDING = """
    SELECT count(*) AS requests, CAST(coalesce(sum(count), 0) AS BIGINT) AS notifications
    FROM (
        SELECT r.count FROM notification_requests AS r
        JOIN accounts AS a ON a.id = r.from_id
        WHERE r.account_id = :account_id AND a.suspended_at IS NULL AND a.deleted_at IS NULL
        LIMIT :most) AS some
"""
ASK = """
    INSERT INTO notification_requests (id, account_id, from_id, count, last_post_id, created_at, updated_at)
    VALUES (:id, :account_id, :from_id, 1, :post_id, :now, :now)
    ON CONFLICT (account_id, from_id) DO UPDATE
    SET count = min(count + 1, 100), last_post_id = excluded.last_post_id, updated_at = excluded.updated_at
"""
FEWER = """
    UPDATE notification_requests
    SET count = (
            SELECT count(*) FROM (
                SELECT 1 FROM notifications AS n
                WHERE n.from_id = :from_id AND n.account_id = :account_id AND n.state >= 2 AND n.state IN (2, 4)
                    AND n.kind IN ('mention', 'quote')
                LIMIT 100) AS some),
        last_post_id = (
            SELECT n.about_id FROM notifications AS n
            WHERE n.from_id = :from_id AND n.account_id = :account_id AND n.state >= 2 AND n.state IN (2, 4)
                AND n.kind IN ('mention', 'quote')
            ORDER BY n.id DESC
            LIMIT 1)
    WHERE account_id = :account_id AND from_id = :from_id
"""
DROP_REQUEST_OF_NOTHING = """
    DELETE FROM notification_requests WHERE account_id = :account_id AND from_id = :from_id AND count <= 0
"""
REQUEST_COLUMNS = "r.id, r.from_id, r.count, r.last_post_id, r.created_at, r.updated_at"
OLDER_REQUESTS = f"""
    SELECT {REQUEST_COLUMNS}
    FROM notification_requests AS r
    JOIN accounts AS a ON a.id = r.from_id
    WHERE r.account_id = :account_id AND r.id < :before AND r.id > :after
        AND a.suspended_at IS NULL AND a.deleted_at IS NULL
    ORDER BY r.id DESC
    LIMIT :limit
"""
NEWER_REQUESTS = f"""
    SELECT {REQUEST_COLUMNS}
    FROM notification_requests AS r
    JOIN accounts AS a ON a.id = r.from_id
    WHERE r.account_id = :account_id AND r.id < :before AND r.id > :after
        AND a.suspended_at IS NULL AND a.deleted_at IS NULL
    ORDER BY r.id
    LIMIT :limit
"""
REQUEST = f"""
    SELECT {REQUEST_COLUMNS}
    FROM notification_requests AS r
    JOIN accounts AS a ON a.id = r.from_id
    WHERE r.id = :id AND r.account_id = :account_id AND a.suspended_at IS NULL AND a.deleted_at IS NULL
"""
END_REQUEST = "DELETE FROM notification_requests WHERE id = :id AND account_id = :account_id RETURNING from_id"
END_REQUESTS_BETWEEN = "DELETE FROM notification_requests WHERE account_id = :account_id AND from_id = :from_id"
PERMIT = """
    INSERT INTO notification_permissions (account_id, from_id) VALUES (:account_id, :from_id)
    ON CONFLICT (account_id, from_id) DO NOTHING
"""
FORBID = "DELETE FROM notification_permissions WHERE account_id = :account_id AND from_id = :from_id"
UNMERGED = """
    SELECT EXISTS (
        SELECT 1 FROM notification_permissions AS p
        CROSS JOIN notifications AS n ON n.from_id = p.from_id AND n.account_id = p.account_id
        WHERE p.account_id = :account_id AND n.state >= 2 AND n.state = 2)
"""


async def policy(tx: ReadTx, account_id: AccountId) -> Policy | None:
    """From whom an account wants to hear; None if it never said. One look into the primary key."""
    return await tx.one(Policy, POLICY, account_id=account_id)


async def put_policy(tx: WriteTx, account_id: AccountId, policy: Policy) -> None:
    """Keep it."""
    await tx.run(PUT_POLICY, account_id=account_id, **msgspec.structs.asdict(policy))


async def pending(tx: ReadTx, account_id: AccountId, *, most: int) -> Pending:
    """How much waits to be accepted, of up to `most` senders. O(most)."""
    found = await tx.one(Pending, PENDING, account_id=account_id, most=most)
    assert found is not None
    return found


async def ask(tx: WriteTx, id: int, account_id: AccountId, from_id: AccountId, post_id: int, now: datetime) -> None:
    """Add a mention or quote to a sender's request, which begins with the first. It is counted up to 100."""
    await tx.run(ASK, id=id, account_id=account_id, from_id=from_id, post_id=post_id, now=now)


async def requests(
    tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int, ascending: bool
) -> list[Request]:
    """Senders who wait, the latest to come first, or the other way; without those who are suspended.

    O(limit) on (account_id, id).
    """
    ask = NEWER_REQUESTS if ascending else OLDER_REQUESTS
    return await tx.all(Request, ask, account_id=account_id, before=before, after=after, limit=limit)


async def request(tx: ReadTx, account_id: AccountId, id: int) -> Request | None:
    """One of them. One look into the primary key."""
    return await tx.one(Request, REQUEST, account_id=account_id, id=id)


async def end_request(tx: WriteTx, account_id: AccountId, id: int) -> AccountId | None:
    """Remove a request; whose it was, None if it is not there."""
    found = await tx.one(int, END_REQUEST, account_id=account_id, id=id)
    return None if found is None else AccountId(found)


async def permit(tx: WriteTx, account_id: AccountId, from_id: AccountId) -> None:
    """Let a sender pass from now on."""
    await tx.run(PERMIT, account_id=account_id, from_id=from_id)


async def forget_sender(tx: WriteTx, account_id: AccountId, from_id: AccountId) -> None:
    """Remove what one account decided about another's notifications."""
    await tx.run(END_REQUESTS_BETWEEN, account_id=account_id, from_id=from_id)
    await tx.run(FORBID, account_id=account_id, from_id=from_id)


async def is_merging(tx: ReadTx, account_id: AccountId) -> bool:
    """Whether something of a sender who was accepted is still kept apart. O(permissions), at worst."""
    return bool(await tx.one(int, UNMERGED, account_id=account_id))


# --- markers ------------------------------------------------------------------------------------------------------

MARKERS = """
    SELECT timeline, last_read_id, version, updated_at
    FROM markers
    WHERE account_id = :account_id AND timeline IN (SELECT value FROM json_each(:timelines))
"""
PUT_MARKER = """
    INSERT INTO markers (account_id, timeline, last_read_id, version, updated_at)
    VALUES (:account_id, :timeline, :last_read_id, 0, :now)
    ON CONFLICT (account_id, timeline) DO UPDATE
    SET last_read_id = excluded.last_read_id, version = version + 1, updated_at = excluded.updated_at
    RETURNING timeline, last_read_id, version, updated_at
"""


async def markers(tx: ReadTx, account_id: AccountId, timelines: Sequence[str]) -> list[Marker]:
    """How far an account has read, by timeline. One look into the primary key each."""
    return await tx.all(Marker, MARKERS, account_id=account_id, timelines=timelines)


async def put_marker(tx: WriteTx, account_id: AccountId, timeline: str, last_read_id: int, now: datetime) -> Marker:
    """Keep how far it has read."""
    found = await tx.one(
        Marker, PUT_MARKER, account_id=account_id, timeline=timeline, last_read_id=last_read_id, now=now
    )
    assert found is not None
    return found


# --- closing an account -------------------------------------------------------------------------------------------

ERASE = (
    "DELETE FROM notification_policies WHERE account_id = :account_id",
    "DELETE FROM notification_requests WHERE account_id = :account_id OR from_id = :account_id",
    "DELETE FROM notification_permissions WHERE account_id = :account_id OR from_id = :account_id",
    "DELETE FROM markers WHERE account_id = :account_id",
)


async def erase(tx: WriteTx, account_id: AccountId) -> None:
    """Remove what an account decided, and what others did about it. O(found)."""
    for statement in ERASE:
        await tx.run(statement, account_id=account_id)
