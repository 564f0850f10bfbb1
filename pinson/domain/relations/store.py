"""SQL of what stands between an account and a topic, or two accounts. Lists have a store of their own."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.relations.model import (
    DomainBlock,
    Familiar,
    Follow,
    FollowRequest,
    Listed,
    Mute,
    Relationship,
    TopicKind,
)
from pinson.lib.db import ReadTx, WriteTx

OWNS = (
    "follows",
    "follow_requests",
    "blocks",
    "mutes",
    "account_domain_blocks",
    "account_notes",
    "endorsements",
    "dismissals",
)

# --- follows ------------------------------------------------------------------------------------------------------

INSERT = """
    INSERT INTO follows (id, account_id, topic_id, kind, boosts, notify, languages)
    VALUES (:id, :account_id, :topic_id, :kind, :boosts, :notify, :languages)
"""
UPDATE = "UPDATE follows SET boosts = :boosts, notify = :notify, languages = :languages WHERE id = :id"
DELETE = "DELETE FROM follows WHERE id = :id"
ONE = """
    SELECT id, account_id, topic_id, kind, boosts, notify, languages
    FROM follows
    WHERE account_id = :account_id AND topic_id = :topic_id
"""
TOPICS = "SELECT topic_id, boosts, languages FROM follows WHERE account_id = :account_id"
AMONG = """
    SELECT id, account_id, topic_id, kind, boosts, notify, languages
    FROM follows
    WHERE account_id = :account_id AND topic_id IN (SELECT value FROM json_each(:topic_ids))
"""
FOLLOWERS = """
    SELECT id, account_id, topic_id, kind, boosts, notify, languages
    FROM follows
    WHERE topic_id = :topic_id AND id < :before AND id > :after
    ORDER BY id DESC
    LIMIT :limit
"""
FOLLOWING = """
    SELECT id, account_id, topic_id, kind, boosts, notify, languages
    FROM follows
    WHERE account_id = :account_id AND kind = :kind AND id < :before AND id > :after
    ORDER BY id DESC
    LIMIT :limit
"""
TOUCHING = """
    SELECT id, account_id, topic_id, kind, boosts, notify, languages
    FROM follows
    WHERE account_id = :account_id OR topic_id = :account_id
    LIMIT :limit
"""
# CROSS JOIN holds SQLite to this order: a look for each of mine, however many followers the other has.
FAMILIAR = """
    SELECT wanted.value AS of_id, mine.topic_id AS account_id
    FROM json_each(:account_ids) AS wanted
    CROSS JOIN follows AS mine
    JOIN follows AS theirs ON theirs.account_id = mine.topic_id AND theirs.topic_id = wanted.value
    JOIN accounts AS a ON a.id = mine.topic_id
    WHERE mine.account_id = :viewer_id AND mine.kind = 'account'
        AND coalesce(a.hide_collections, 0) = 0 AND a.suspended_at IS NULL AND a.deleted_at IS NULL
    ORDER BY mine.id DESC
"""
RELATIONSHIPS = """
    SELECT a.id,
        f.id IS NOT NULL AS following,
        coalesce(f.boosts, r.boosts, 0) AS boosts,
        coalesce(f.notify, r.notify, 0) AS notify,
        coalesce(f.languages, r.languages) AS languages,
        back.id IS NOT NULL AS followed_by,
        b.id IS NOT NULL AS blocking,
        bb.id IS NOT NULL AS blocked_by,
        m.id IS NOT NULL AS muting,
        coalesce(m.notifications, 0) AS muting_notifications,
        m.expires_at AS muting_until,
        r.id IS NOT NULL AS requested,
        rb.id IS NOT NULL AS requested_by,
        d.id IS NOT NULL AS domain_blocking,
        e.id IS NOT NULL AS endorsed,
        coalesce(n.text, '') AS note
    FROM json_each(:account_ids) AS wanted
    JOIN accounts AS a ON a.id = wanted.value
    LEFT JOIN follows AS f ON f.account_id = :viewer_id AND f.topic_id = a.id
    LEFT JOIN follows AS back ON back.account_id = a.id AND back.topic_id = :viewer_id
    LEFT JOIN blocks AS b ON b.account_id = :viewer_id AND b.target_id = a.id
    LEFT JOIN blocks AS bb ON bb.account_id = a.id AND bb.target_id = :viewer_id
    LEFT JOIN mutes AS m ON m.account_id = :viewer_id AND m.target_id = a.id
        AND (m.expires_at IS NULL OR m.expires_at > :now)
    LEFT JOIN follow_requests AS r ON r.account_id = :viewer_id AND r.target_id = a.id
    LEFT JOIN follow_requests AS rb ON rb.account_id = a.id AND rb.target_id = :viewer_id
    LEFT JOIN account_domain_blocks AS d ON d.account_id = :viewer_id AND d.domain = a.domain
    LEFT JOIN endorsements AS e ON e.account_id = :viewer_id AND e.target_id = a.id
    LEFT JOIN account_notes AS n ON n.account_id = :viewer_id AND n.target_id = a.id
"""


class Followed(msgspec.Struct, frozen=True, gc=False):
    """A topic that is followed, and how."""

    topic_id: int
    boosts: bool
    languages: tuple[str, ...] | None


async def insert(tx: WriteTx, follow: Follow) -> None:
    """Add a follow that is not there yet."""
    await tx.run(
        INSERT,
        id=follow.id,
        account_id=follow.account_id,
        topic_id=follow.topic_id,
        kind=follow.kind,
        boosts=follow.boosts,
        notify=follow.notify,
        languages=follow.languages,
    )


async def update(tx: WriteTx, follow: Follow) -> None:
    """Keep its options."""
    await tx.run(UPDATE, id=follow.id, boosts=follow.boosts, notify=follow.notify, languages=follow.languages)


async def delete(tx: WriteTx, follow: Follow) -> None:
    """Remove it."""
    await tx.run(DELETE, id=follow.id)


async def one(tx: ReadTx, account_id: AccountId, topic_id: int) -> Follow | None:
    """The follow of a topic by an account. One look into the unique index."""
    return await tx.one(Follow, ONE, account_id=account_id, topic_id=topic_id)


async def topics(tx: ReadTx, account_id: AccountId) -> list[Followed]:
    """All topics that an account follows, in no order. O(follows): about 1 µs each."""
    return await tx.all(Followed, TOPICS, account_id=account_id)


async def among(tx: ReadTx, account_id: AccountId, topic_ids: list[int]) -> list[Follow]:
    """Which of these topics the account follows, and how."""
    return await tx.all(Follow, AMONG, account_id=account_id, topic_ids=topic_ids)


async def followers(tx: ReadTx, topic_id: int, *, before: int, after: int, limit: int) -> list[Follow]:
    """Follows of a topic with ids between the two, newest first. O(limit) on (topic_id, id)."""
    return await tx.all(Follow, FOLLOWERS, topic_id=topic_id, before=before, after=after, limit=limit)


async def following(
    tx: ReadTx, account_id: AccountId, *, kind: TopicKind, before: int, after: int, limit: int
) -> list[Follow]:
    """Follows of one kind by an account, newest first. O(limit) on (account_id, kind, id)."""
    return await tx.all(Follow, FOLLOWING, account_id=account_id, kind=kind, before=before, after=after, limit=limit)


async def touching(tx: ReadTx, account_id: AccountId, *, limit: int) -> list[Follow]:
    """Follows by the account or of it, in no order. O(limit) on the two indexes."""
    return await tx.all(Follow, TOUCHING, account_id=account_id, limit=limit)


async def familiar(tx: ReadTx, viewer_id: AccountId, account_ids: Sequence[AccountId]) -> list[Familiar]:
    """Whom the viewer follows who follow these, without those who show their follows to nobody.

    Costs a look for each account times each follow of the viewer.
    """
    return await tx.all(Familiar, FAMILIAR, viewer_id=viewer_id, account_ids=account_ids)


async def relationships(
    tx: ReadTx, viewer_id: AccountId, account_ids: Sequence[AccountId], *, now: datetime
) -> list[Relationship]:
    """How the viewer stands to each of the accounts that exist, in no order. Eleven looks into indexes each."""
    return await tx.all(Relationship, RELATIONSHIPS, viewer_id=viewer_id, account_ids=account_ids, now=now)


# --- requests to follow -------------------------------------------------------------------------------------------

PUT_REQUEST = """
    INSERT INTO follow_requests (id, account_id, target_id, boosts, notify, languages)
    VALUES (:id, :account_id, :target_id, :boosts, :notify, :languages)
    ON CONFLICT (account_id, target_id)
    DO UPDATE SET boosts = excluded.boosts, notify = excluded.notify, languages = excluded.languages
"""
REQUEST = """
    SELECT id, account_id, target_id, boosts, notify, languages
    FROM follow_requests
    WHERE account_id = :account_id AND target_id = :target_id
"""
REQUESTS = """
    SELECT id, account_id, target_id, boosts, notify, languages
    FROM follow_requests
    WHERE target_id = :target_id AND id < :before AND id > :after
    ORDER BY id DESC
    LIMIT :limit
"""
COUNT_REQUESTS = """
    SELECT count(*) FROM (SELECT 1 FROM follow_requests WHERE target_id = :target_id LIMIT :most) AS some
"""
DELETE_REQUEST = "DELETE FROM follow_requests WHERE account_id = :account_id AND target_id = :target_id"


async def put_request(tx: WriteTx, request: FollowRequest) -> None:
    """Add a request, or keep its new options."""
    await tx.run(
        PUT_REQUEST,
        id=request.id,
        account_id=request.account_id,
        target_id=request.target_id,
        boosts=request.boosts,
        notify=request.notify,
        languages=request.languages,
    )


async def request(tx: ReadTx, account_id: AccountId, target_id: AccountId) -> FollowRequest | None:
    """The request of one account to follow another. One look into the unique index."""
    return await tx.one(FollowRequest, REQUEST, account_id=account_id, target_id=target_id)


async def requests(tx: ReadTx, target_id: AccountId, *, before: int, after: int, limit: int) -> list[FollowRequest]:
    """Requests to follow an account, the latest first. O(limit) on (target_id, id)."""
    return await tx.all(FollowRequest, REQUESTS, target_id=target_id, before=before, after=after, limit=limit)


async def count_requests(tx: ReadTx, target_id: AccountId, *, most: int) -> int:
    """How many wait to follow an account, up to `most`. O(most)."""
    return await tx.one(int, COUNT_REQUESTS, target_id=target_id, most=most) or 0


async def delete_request(tx: WriteTx, account_id: AccountId, target_id: AccountId) -> bool:
    """Remove a request; whether there was one."""
    return bool(await tx.run(DELETE_REQUEST, account_id=account_id, target_id=target_id))


# --- blocks -------------------------------------------------------------------------------------------------------

ADD_BLOCK = """
    INSERT INTO blocks (id, account_id, target_id) VALUES (:id, :account_id, :target_id)
    ON CONFLICT (account_id, target_id) DO NOTHING
"""
DELETE_BLOCK = "DELETE FROM blocks WHERE account_id = :account_id AND target_id = :target_id"
BLOCKS_BETWEEN = """
    SELECT count(*) FROM blocks
    WHERE (account_id = :one AND target_id = :other) OR (account_id = :other AND target_id = :one)
"""
BLOCKED = "SELECT target_id FROM blocks WHERE account_id = :account_id"
BLOCKED_BY = "SELECT account_id FROM blocks WHERE target_id = :account_id"
BLOCKS = """
    SELECT id, target_id AS account_id
    FROM blocks
    WHERE account_id = :account_id AND id < :before AND id > :after
    ORDER BY id DESC
    LIMIT :limit
"""


async def add_block(tx: WriteTx, id: int, account_id: AccountId, target_id: AccountId) -> bool:
    """Add a block; whether there was none."""
    return bool(await tx.run(ADD_BLOCK, id=id, account_id=account_id, target_id=target_id))


async def delete_block(tx: WriteTx, account_id: AccountId, target_id: AccountId) -> bool:
    """Remove a block; whether there was one."""
    return bool(await tx.run(DELETE_BLOCK, account_id=account_id, target_id=target_id))


async def are_apart(tx: ReadTx, one: AccountId, other: AccountId) -> bool:
    """Whether either blocks the other. Two looks into the unique index."""
    return bool(await tx.one(int, BLOCKS_BETWEEN, one=one, other=other))


async def blocked(tx: ReadTx, account_id: AccountId) -> list[int]:
    """Whom an account blocks, in no order. O(found), from an index alone."""
    return await tx.all(int, BLOCKED, account_id=account_id)


async def blocked_by(tx: ReadTx, account_id: AccountId) -> list[int]:
    """Who blocks an account, in no order. O(found), from an index alone."""
    return await tx.all(int, BLOCKED_BY, account_id=account_id)


async def blocks(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[Listed]:
    """Whom an account blocks, the latest first. O(limit) on (account_id, id)."""
    return await tx.all(Listed, BLOCKS, account_id=account_id, before=before, after=after, limit=limit)


# --- mutes --------------------------------------------------------------------------------------------------------

PUT_MUTE = """
    INSERT INTO mutes (id, account_id, target_id, notifications, expires_at)
    VALUES (:id, :account_id, :target_id, :notifications, :expires_at)
    ON CONFLICT (account_id, target_id)
    DO UPDATE SET id = excluded.id, notifications = excluded.notifications, expires_at = excluded.expires_at
"""
DELETE_MUTE = "DELETE FROM mutes WHERE account_id = :account_id AND target_id = :target_id"
MUTES = """
    SELECT id, account_id, target_id, notifications, expires_at
    FROM mutes
    WHERE account_id = :account_id AND (expires_at IS NULL OR expires_at > :now) AND id < :before AND id > :after
    ORDER BY id DESC
    LIMIT :limit
"""
ALL_MUTES = "SELECT id, account_id, target_id, notifications, expires_at FROM mutes WHERE account_id = :account_id"
FORGET_MUTES = "DELETE FROM mutes WHERE expires_at <= :now"


async def put_mute(tx: WriteTx, mute: Mute) -> None:
    """Add a mute, or take the place of the one there is."""
    await tx.run(
        PUT_MUTE,
        id=mute.id,
        account_id=mute.account_id,
        target_id=mute.target_id,
        notifications=mute.notifications,
        expires_at=mute.expires_at,
    )


async def delete_mute(tx: WriteTx, account_id: AccountId, target_id: AccountId) -> bool:
    """Remove a mute; whether there was one."""
    return bool(await tx.run(DELETE_MUTE, account_id=account_id, target_id=target_id))


async def mutes(tx: ReadTx, account_id: AccountId, *, now: datetime, before: int, after: int, limit: int) -> list[Mute]:
    """An account's mutes that count, the latest first. O(limit) on (account_id, id)."""
    return await tx.all(Mute, MUTES, account_id=account_id, now=now, before=before, after=after, limit=limit)


async def all_mutes(tx: ReadTx, account_id: AccountId) -> list[Mute]:
    """All mutes of an account, expired ones too, in no order. O(found)."""
    return await tx.all(Mute, ALL_MUTES, account_id=account_id)


async def forget_mutes(tx: WriteTx, *, now: datetime) -> int:
    """Remove mutes that have expired; how many. O(found) on the index mutes_expires."""
    return await tx.run(FORGET_MUTES, now=now)


# --- other servers ------------------------------------------------------------------------------------------------

ADD_DOMAIN_BLOCK = """
    INSERT INTO account_domain_blocks (id, account_id, domain) VALUES (:id, :account_id, :domain)
    ON CONFLICT (account_id, domain) DO NOTHING
"""
DELETE_DOMAIN_BLOCK = "DELETE FROM account_domain_blocks WHERE account_id = :account_id AND domain = :domain"
DOMAIN_BLOCKS = """
    SELECT id, domain
    FROM account_domain_blocks
    WHERE account_id = :account_id AND id < :before AND id > :after
    ORDER BY id DESC
    LIMIT :limit
"""


async def add_domain_block(tx: WriteTx, id: int, account_id: AccountId, domain: str) -> None:
    """Add a server that an account does not want to see, unless it is there."""
    await tx.run(ADD_DOMAIN_BLOCK, id=id, account_id=account_id, domain=domain)


async def delete_domain_block(tx: WriteTx, account_id: AccountId, domain: str) -> None:
    """Remove it, if it is there."""
    await tx.run(DELETE_DOMAIN_BLOCK, account_id=account_id, domain=domain)


async def domain_blocks(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[DomainBlock]:
    """The servers that an account does not want to see, the latest first. O(an account's blocks)."""
    return await tx.all(DomainBlock, DOMAIN_BLOCKS, account_id=account_id, before=before, after=after, limit=limit)


# --- notes, endorsements, dismissals ------------------------------------------------------------------------------

PUT_NOTE = """
    INSERT INTO account_notes (account_id, target_id, text) VALUES (:account_id, :target_id, :text)
    ON CONFLICT (account_id, target_id) DO UPDATE SET text = excluded.text
"""
DELETE_NOTE = "DELETE FROM account_notes WHERE account_id = :account_id AND target_id = :target_id"
ADD_ENDORSEMENT = """
    INSERT INTO endorsements (id, account_id, target_id) VALUES (:id, :account_id, :target_id)
    ON CONFLICT (account_id, target_id) DO NOTHING
"""
DELETE_ENDORSEMENT = "DELETE FROM endorsements WHERE account_id = :account_id AND target_id = :target_id"
ENDORSEMENTS = """
    SELECT id, target_id AS account_id
    FROM endorsements
    WHERE account_id = :account_id AND id < :before AND id > :after
    ORDER BY id DESC
    LIMIT :limit
"""
ADD_DISMISSAL = """
    INSERT INTO dismissals (account_id, target_id) VALUES (:account_id, :target_id)
    ON CONFLICT (account_id, target_id) DO NOTHING
"""


async def put_note(tx: WriteTx, account_id: AccountId, target_id: AccountId, text: str) -> None:
    """Keep what one account notes about another."""
    await tx.run(PUT_NOTE, account_id=account_id, target_id=target_id, text=text)


async def delete_note(tx: WriteTx, account_id: AccountId, target_id: AccountId) -> None:
    """Remove it, if it is there."""
    await tx.run(DELETE_NOTE, account_id=account_id, target_id=target_id)


async def add_endorsement(tx: WriteTx, id: int, account_id: AccountId, target_id: AccountId) -> None:
    """Add it, unless it is there."""
    await tx.run(ADD_ENDORSEMENT, id=id, account_id=account_id, target_id=target_id)


async def delete_endorsement(tx: WriteTx, account_id: AccountId, target_id: AccountId) -> None:
    """Remove it, if it is there."""
    await tx.run(DELETE_ENDORSEMENT, account_id=account_id, target_id=target_id)


async def endorsements(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[Listed]:
    """Whom an account endorses, the latest first. O(an account's endorsements)."""
    return await tx.all(Listed, ENDORSEMENTS, account_id=account_id, before=before, after=after, limit=limit)


async def add_dismissal(tx: WriteTx, account_id: AccountId, target_id: AccountId) -> None:
    """Keep whom an account does not want suggested."""
    await tx.run(ADD_DISMISSAL, account_id=account_id, target_id=target_id)


# --- whom to suggest ----------------------------------------------------------------------------------------------

FRIENDS_OF_FRIENDS = """
    SELECT theirs.topic_id
    FROM (
        SELECT theirs.topic_id
        FROM (
            SELECT topic_id FROM follows
            WHERE account_id = :viewer_id AND kind = 'account'
            ORDER BY id DESC
            LIMIT :friends
        ) AS mine
        JOIN follows AS theirs ON theirs.account_id = mine.topic_id AND theirs.kind = 'account'
        LIMIT :most
    ) AS theirs
    GROUP BY theirs.topic_id
    ORDER BY count(*) DESC, theirs.topic_id DESC
    LIMIT :limit
"""
MOST_FOLLOWED = """
    SELECT account_id FROM account_counts WHERE followers > 0 ORDER BY followers DESC, account_id DESC LIMIT :limit
"""
WORTH_SUGGESTING = """
    SELECT a.id
    FROM json_each(:account_ids) AS wanted
    JOIN accounts AS a ON a.id = wanted.value
    WHERE a.id <> :viewer_id
        AND a.discoverable = 1 AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.limited_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM follows WHERE account_id = :viewer_id AND topic_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM follow_requests WHERE account_id = :viewer_id AND target_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM blocks WHERE account_id = :viewer_id AND target_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM blocks WHERE account_id = a.id AND target_id = :viewer_id)
        AND NOT EXISTS (
            SELECT 1 FROM mutes
            WHERE account_id = :viewer_id AND target_id = a.id AND (expires_at IS NULL OR expires_at > :now))
        AND NOT EXISTS (SELECT 1 FROM dismissals WHERE account_id = :viewer_id AND target_id = a.id)
"""


async def friends_of_friends(
    tx: ReadTx, viewer_id: AccountId, *, friends: int, most: int, limit: int
) -> list[AccountId]:
    """Whom those follow whom the viewer followed last, the one that most of them follow first.

    Looks at up to `friends` follows of the viewer and `most` of theirs, whatever their number.
    """
    found = await tx.all(int, FRIENDS_OF_FRIENDS, viewer_id=viewer_id, friends=friends, most=most, limit=limit)
    return [AccountId(id) for id in found]


async def most_followed(tx: ReadTx, *, limit: int) -> list[AccountId]:
    """The accounts with the most followers, the best first. O(limit) on the index account_counts_followers."""
    return [AccountId(id) for id in await tx.all(int, MOST_FOLLOWED, limit=limit)]


async def worth_suggesting(
    tx: ReadTx, viewer_id: AccountId, account_ids: Sequence[AccountId], *, now: datetime
) -> list[int]:
    """Those of the accounts that agreed to be found and that the viewer has not decided about yet, in no order.

    Seven looks into indexes each.
    """
    return await tx.all(int, WORTH_SUGGESTING, viewer_id=viewer_id, account_ids=account_ids, now=now)


# --- closing an account -------------------------------------------------------------------------------------------

ERASE = (
    "DELETE FROM follow_requests WHERE account_id = :account_id OR target_id = :account_id",
    "DELETE FROM blocks WHERE account_id = :account_id OR target_id = :account_id",
    "DELETE FROM mutes WHERE account_id = :account_id OR target_id = :account_id",
    "DELETE FROM account_domain_blocks WHERE account_id = :account_id",
    "DELETE FROM account_notes WHERE account_id = :account_id OR target_id = :account_id",
    "DELETE FROM endorsements WHERE account_id = :account_id OR target_id = :account_id",
    "DELETE FROM dismissals WHERE account_id = :account_id OR target_id = :account_id",
)


async def erase(tx: WriteTx, account_id: AccountId) -> None:
    """Remove all that stands between an account and any other, but for follows. O(found)."""
    for statement in ERASE:
        await tx.run(statement, account_id=account_id)
