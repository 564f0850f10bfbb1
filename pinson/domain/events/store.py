"""SQL of events, their teams, programmes and drafts, and of what posts are in them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.events.model import Entry, Event, Line, Member, ReadyDraft
from pinson.domain.posts import EventId, PostId
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("events", "event_team", "event_lines", "event_drafts", "event_posts")


class Numbered(msgspec.Struct, frozen=True):
    """A post and its place among others."""

    post_id: PostId
    number: int


# The columns of an `Event`.
EVENT = """
    SELECT e.id, e.slug, e.account_id, e.title, e.text, e.place, e.zone, e.starts_at, e.ends_at, e.language,
        e.tag_id, coalesce(t.display_name, '') AS hashtag, e.adds_hashtag, e.webcast_url, e.webcast_kind, e.cover_id,
        e.gauge_unit, e.gauge_steps, e.is_model, e.model_id, e.paused_at, e.cancelled_at, e.sequence,
        e.created_at, e.updated_at
    FROM events AS e
    LEFT JOIN tags AS t ON t.id = e.tag_id
"""
NEW = """
    INSERT INTO events (
        id, slug, account_id, title, text, place, zone, starts_at, ends_at, language, tag_id, adds_hashtag,
        webcast_url, webcast_kind, cover_id, gauge_unit, gauge_steps, is_model, model_id, paused_at, cancelled_at,
        sequence, created_at, updated_at)
    VALUES (
        :id, :slug, :account_id, :title, :text, :place, :zone, :starts_at, :ends_at, :language, :tag_id, :adds_hashtag,
        :webcast_url, :webcast_kind, :cover_id, :gauge_unit, :gauge_steps, :is_model, :model_id, :paused_at,
        :cancelled_at, :sequence, :created_at, :updated_at)
"""
UPDATE = """
    UPDATE events
    SET title = :title, text = :text, place = :place, zone = :zone, starts_at = :starts_at, ends_at = :ends_at,
        language = :language, tag_id = :tag_id, adds_hashtag = :adds_hashtag, webcast_url = :webcast_url,
        webcast_kind = :webcast_kind, cover_id = :cover_id, gauge_unit = :gauge_unit, gauge_steps = :gauge_steps,
        is_model = :is_model, paused_at = :paused_at, cancelled_at = :cancelled_at, sequence = :sequence,
        updated_at = :updated_at
    WHERE id = :id
"""
DELETE = "DELETE FROM events WHERE id = :id"
OUTDATE = "UPDATE events SET sequence = sequence + 1, updated_at = :now WHERE id = :id"
BY_SLUG = f"{EVENT} WHERE e.slug = :slug"
BY_IDS = f"{EVENT} WHERE e.id IN (SELECT value FROM json_each(:ids))"
ENDED = f"""{EVENT}
    WHERE e.ends_at <= :until AND e.ends_at > :since AND e.morning_at IS NULL AND NOT e.is_model
        AND e.cancelled_at IS NULL
    ORDER BY e.ends_at
"""
TELL_MORNING = "UPDATE events SET morning_at = :now WHERE id = :id"
IS_TAKEN = "SELECT count(*) FROM events WHERE slug = :slug"
COUNT_OF = "SELECT count(*) FROM events WHERE account_id = :account_id"
# Of an account: those it owns, and those in whose team it is.
OF_ACCOUNT = f"""{EVENT}
    WHERE e.is_model = :is_model AND (e.account_id = :account_id OR e.id IN (
        SELECT event_id FROM event_team WHERE account_id = :account_id))
    ORDER BY e.starts_at DESC, e.id DESC
    LIMIT :limit
"""
NEXT_OF = f"""{EVENT}
    WHERE e.is_model = 0 AND e.cancelled_at IS NULL AND e.ends_at > :now AND (e.account_id = :account_id OR e.id IN (
        SELECT event_id FROM event_team WHERE account_id = :account_id))
    ORDER BY e.starts_at, e.id
    LIMIT 1
"""
TAGS_OF_EVENTS = """
    SELECT asked.value FROM json_each(:tag_ids) AS asked
    WHERE EXISTS (SELECT 1 FROM events AS e WHERE e.tag_id = asked.value)
"""
OWN = f"{EVENT} WHERE e.account_id = :account_id ORDER BY e.id LIMIT :limit"
AROUND = f"""{EVENT}
    WHERE e.is_model = 0 AND e.cancelled_at IS NULL AND e.starts_at >= :since AND e.starts_at < :until
        AND e.ends_at > :now
    ORDER BY e.starts_at, e.id
    LIMIT :limit
"""
PAST = f"""{EVENT}
    WHERE e.is_model = 0 AND e.cancelled_at IS NULL AND e.ends_at <= :now
        AND EXISTS (SELECT 1 FROM event_posts AS p WHERE p.event_id = e.id)
    ORDER BY coalesce(e.language = :language, 0) DESC,
        (SELECT count(*) FROM event_posts AS p WHERE p.event_id = e.id) DESC, e.id
    LIMIT 1
"""
TAGGED = """
    SELECT e.id
    FROM events AS e
    WHERE e.tag_id IN (SELECT value FROM json_each(:tag_ids)) AND e.is_model = 0 AND e.cancelled_at IS NULL
        AND e.starts_at <= :now AND e.ends_at > :now
        AND (e.account_id = :account_id OR EXISTS (
            SELECT 1 FROM event_team AS m WHERE m.event_id = e.id AND m.account_id = :account_id))
    ORDER BY e.starts_at DESC, e.id DESC
    LIMIT 1
"""

TEAM = "SELECT event_id, account_id, role FROM event_team WHERE event_id = :event_id ORDER BY role, account_id"
SET_MEMBER = """
    INSERT INTO event_team (event_id, account_id, role) VALUES (:event_id, :account_id, :role)
    ON CONFLICT (event_id, account_id) DO UPDATE SET role = excluded.role
"""
DROP_MEMBER = "DELETE FROM event_team WHERE event_id = :event_id AND account_id = :account_id"
LEAVE_TEAMS = "DELETE FROM event_team WHERE account_id = :account_id"

LINE = "id, event_id, starts_at, ends_at, what, who, done_at"
LINES = f"SELECT {LINE} FROM event_lines WHERE event_id = :event_id ORDER BY starts_at, id"
LINES_OF = f"""
    SELECT {LINE} FROM event_lines WHERE event_id IN (SELECT value FROM json_each(:ids)) ORDER BY starts_at, id
"""
LINES_BY_IDS = f"SELECT {LINE} FROM event_lines WHERE id IN (SELECT value FROM json_each(:ids))"
NEW_LINE = f"""
    INSERT INTO event_lines ({LINE}) VALUES (:id, :event_id, :starts_at, :ends_at, :what, :who, :done_at)
"""
UPDATE_LINE = """
    UPDATE event_lines
    SET starts_at = :starts_at, ends_at = :ends_at, what = :what, who = :who, done_at = :done_at
    WHERE id = :id
"""
DELETE_LINE = "DELETE FROM event_lines WHERE id = :id AND event_id = :event_id"
SHIFT_LINES = """
    UPDATE event_lines SET starts_at = starts_at + :by, ends_at = ends_at + :by WHERE event_id = :event_id
"""

DRAFT = "id, event_id, place, text, language, after_start, marks, post_id"
DRAFTS = f"SELECT {DRAFT} FROM event_drafts WHERE event_id = :event_id ORDER BY place, id"
NEW_DRAFT = f"""
    INSERT INTO event_drafts ({DRAFT})
    VALUES (:id, :event_id, :place, :text, :language, :after_start, :marks, :post_id)
"""
UPDATE_DRAFT = """
    UPDATE event_drafts
    SET place = :place, text = :text, language = :language, after_start = :after_start, marks = :marks,
        post_id = :post_id
    WHERE id = :id
"""
DELETE_DRAFT = "DELETE FROM event_drafts WHERE id = :id AND event_id = :event_id"

ENTRY = """post_id, event_id, account_id, by_tag, is_key, gauge, expects_from, expects_until, met_by, met_at,
        promises, kept_by, kept_at, line_id"""
NEW_ENTRY = f"""
    INSERT INTO event_posts ({ENTRY})
    VALUES (
        :post_id, :event_id, :account_id, :by_tag, :is_key, :gauge, :expects_from, :expects_until, :met_by, :met_at,
        :promises, :kept_by, :kept_at, :line_id)
    ON CONFLICT (post_id) DO NOTHING
"""
UPDATE_ENTRY = """
    UPDATE event_posts
    SET is_key = :is_key, gauge = :gauge, expects_from = :expects_from, expects_until = :expects_until,
        met_by = :met_by, met_at = :met_at, promises = :promises, kept_by = :kept_by, kept_at = :kept_at,
        line_id = :line_id
    WHERE post_id = :post_id
"""
DELETE_ENTRY = "DELETE FROM event_posts WHERE post_id = :post_id"
ENTRIES = f"SELECT {ENTRY} FROM event_posts WHERE post_id IN (SELECT value FROM json_each(:ids))"
OLDER = f"""
    SELECT {ENTRY} FROM event_posts
    WHERE event_id = :event_id AND post_id < :before AND post_id > :after
    ORDER BY post_id DESC
    LIMIT :limit
"""
NEWER = OLDER.replace("DESC", "ASC")
KEY = f"""
    SELECT {ENTRY} FROM event_posts
    WHERE event_id = :event_id AND is_key = 1
    ORDER BY post_id DESC
    LIMIT :limit
"""
OPEN = f"""
    SELECT {ENTRY} FROM event_posts
    WHERE event_id = :event_id
        AND ((expects_until IS NOT NULL AND met_at IS NULL) OR (promises = 1 AND kept_at IS NULL))
    ORDER BY post_id
"""
ANSWERED_BY = f"SELECT {ENTRY} FROM event_posts WHERE met_by = :post_id OR kept_by = :post_id"
GAUGE = f"""
    SELECT {ENTRY} FROM event_posts
    WHERE event_id = :event_id AND gauge IS NOT NULL
    ORDER BY post_id DESC
    LIMIT :limit
"""
COUNT = "SELECT count(*) FROM event_posts WHERE event_id = :event_id AND post_id <= :until"
NUMBERED = """
    SELECT post_id, row_number() OVER (ORDER BY post_id) AS number
    FROM event_posts
    WHERE event_id = :event_id AND post_id >= :first AND post_id <= :last
"""
ANY = "SELECT count(*) FROM (SELECT 1 FROM event_posts WHERE event_id = :event_id LIMIT 1) AS found"


async def insert(tx: WriteTx, event: Event) -> None:
    """Add an event."""
    await tx.run(NEW, **_columns(event))


async def update(tx: WriteTx, event: Event) -> None:
    """Keep what can change about an event."""
    values = _columns(event)
    for name in ("slug", "account_id", "model_id", "created_at"):
        del values[name]
    await tx.run(UPDATE, **values)


async def outdate(tx: WriteTx, id: EventId, now: datetime) -> None:
    """What stands in calendars about an event is otherwise."""
    await tx.run(OUTDATE, id=id, now=now)


async def delete(tx: WriteTx, id: EventId) -> None:
    """Remove an event with all that is its own."""
    await tx.run(DELETE, id=id)


async def by_slug(tx: ReadTx, slug: str) -> Event | None:
    """The event at an address. One look into the unique index."""
    return await tx.one(Event, BY_SLUG, slug=slug)


async def ended(tx: ReadTx, *, since: datetime, until: datetime) -> list[Event]:
    """Events that ended between two moments, and of whose morning after nobody was told. O(events)."""
    return await tx.all(Event, ENDED, since=since, until=until)


async def tell_morning(tx: WriteTx, id: EventId, *, now: datetime) -> None:
    """Remember that all were told."""
    await tx.run(TELL_MORNING, id=id, now=now)


async def by_ids(tx: ReadTx, ids: Sequence[int]) -> list[Event]:
    """Those of these events that exist, in no order. O(ids)."""
    return await tx.all(Event, BY_IDS, ids=list(ids))


async def is_taken(tx: ReadTx, slug: str) -> bool:
    """Whether there is an event at an address."""
    return bool(await tx.one(int, IS_TAKEN, slug=slug))


async def count_of(tx: ReadTx, account_id: AccountId) -> int:
    """How many events an account owns, models included."""
    return await tx.one(int, COUNT_OF, account_id=account_id) or 0


async def of_account(tx: ReadTx, account_id: AccountId, *, is_model: bool, limit: int) -> list[Event]:
    """Events of an account and of teams that it is in, the latest first. O(its events)."""
    return await tx.all(Event, OF_ACCOUNT, account_id=account_id, is_model=is_model, limit=limit)


async def next_of(tx: ReadTx, account_id: AccountId, *, now: datetime) -> Event | None:
    """The event of an account, or of a team that it is in, that goes on or is the next to come. O(its events)."""
    return await tx.one(Event, NEXT_OF, account_id=account_id, now=now)


async def own(tx: ReadTx, account_id: AccountId, *, limit: int) -> list[Event]:
    """Events of an account, models too, as they were made."""
    return await tx.all(Event, OWN, account_id=account_id, limit=limit)


async def around(tx: ReadTx, *, since: datetime, until: datetime, now: datetime, limit: int) -> list[Event]:
    """Events that begin between two moments and are not over, in the order of their beginnings. O(those between)."""
    return await tx.all(Event, AROUND, since=since, until=until, now=now, limit=limit)


async def past(tx: ReadTx, *, language: str, now: datetime) -> Event | None:
    """The past event in which most was written, rather one in a language. O(past events and their posts)."""
    return await tx.one(Event, PAST, language=language, now=now)


async def tags_of_events(tx: ReadTx, tag_ids: Sequence[int]) -> list[int]:
    """Those of these hashtags that any event ever had. A look into the index events_tag for each."""
    return await tx.all(int, TAGS_OF_EVENTS, tag_ids=list(tag_ids))


async def tagged(tx: ReadTx, tag_ids: Sequence[int], account_id: AccountId, *, now: datetime) -> EventId | None:
    """The event that goes on under one of these hashtags, with this account in its team; of several the latest."""
    found = await tx.one(int, TAGGED, tag_ids=list(tag_ids), account_id=account_id, now=now)
    return None if found is None else EventId(found)


async def team(tx: ReadTx, event_id: EventId) -> list[Member]:
    """Who writes in an event besides the account whose it is: leads first."""
    return await tx.all(Member, TEAM, event_id=event_id)


async def set_member(tx: WriteTx, member: Member) -> None:
    """Take an account into a team, or give it another role."""
    await tx.run_with(SET_MEMBER, member)


async def drop_member(tx: WriteTx, event_id: EventId, account_id: AccountId) -> bool:
    """Take an account out of a team; whether it was in it."""
    return await tx.run(DROP_MEMBER, event_id=event_id, account_id=account_id) > 0


async def leave_teams(tx: WriteTx, account_id: AccountId) -> None:
    """Take an account out of all teams."""
    await tx.run(LEAVE_TEAMS, account_id=account_id)


async def lines(tx: ReadTx, event_id: EventId) -> list[Line]:
    """The programme of an event, in the order of time."""
    return await tx.all(Line, LINES, event_id=event_id)


async def lines_of(tx: ReadTx, ids: Sequence[int]) -> list[Line]:
    """The programmes of several events, in the order of time. O(found) on (event_id, starts_at)."""
    return await tx.all(Line, LINES_OF, ids=list(ids))


async def lines_by_ids(tx: ReadTx, ids: Sequence[int]) -> list[Line]:
    """Those of these lines that are there."""
    return await tx.all(Line, LINES_BY_IDS, ids=list(ids))


async def insert_line(tx: WriteTx, line: Line) -> None:
    """Add a line."""
    await tx.run_with(NEW_LINE, line)


async def update_line(tx: WriteTx, line: Line) -> None:
    """Keep what a line says."""
    values = msgspec.structs.asdict(line)
    del values["event_id"]
    await tx.run(UPDATE_LINE, **values)


async def delete_line(tx: WriteTx, event_id: EventId, id: int) -> bool:
    """Remove a line; whether it was there."""
    return await tx.run(DELETE_LINE, id=id, event_id=event_id) > 0


async def shift_lines(tx: WriteTx, event_id: EventId, *, by: int) -> None:
    """Move a whole programme by so many milliseconds."""
    await tx.run(SHIFT_LINES, event_id=event_id, by=by)


async def drafts(tx: ReadTx, event_id: EventId) -> list[ReadyDraft]:
    """What is or was ready to be written in an event, in order."""
    return await tx.all(ReadyDraft, DRAFTS, event_id=event_id)


async def insert_draft(tx: WriteTx, draft: ReadyDraft) -> None:
    """Add a draft."""
    await tx.run_with(NEW_DRAFT, draft)


async def update_draft(tx: WriteTx, draft: ReadyDraft) -> None:
    """Keep what a draft says, where it stands, and what it became."""
    values = msgspec.structs.asdict(draft)
    del values["event_id"]
    await tx.run(UPDATE_DRAFT, **values)


async def delete_draft(tx: WriteTx, event_id: EventId, id: int) -> bool:
    """Remove a draft; whether it was there."""
    return await tx.run(DELETE_DRAFT, id=id, event_id=event_id) > 0


async def insert_entry(tx: WriteTx, entry: Entry) -> None:
    """Keep what a post is in its event; one that is kept stays as it is."""
    await tx.run_with(NEW_ENTRY, entry)


async def update_entry(tx: WriteTx, entry: Entry) -> None:
    """Keep what of it can change."""
    values = msgspec.structs.asdict(entry)
    for name in ("event_id", "account_id", "by_tag"):
        del values[name]
    await tx.run(UPDATE_ENTRY, **values)


async def delete_entry(tx: WriteTx, post_id: PostId) -> None:
    """A post is no longer part of its event."""
    await tx.run(DELETE_ENTRY, post_id=post_id)


async def entries(tx: ReadTx, ids: Sequence[int]) -> list[Entry]:
    """What those of these posts are that are part of events, in no order. O(ids)."""
    return await tx.all(Entry, ENTRIES, ids=list(ids))


async def page(tx: ReadTx, event_id: EventId, *, before: int, after: int, limit: int, ascending: bool) -> list[Entry]:
    """Posts of an event with ids between the two, newest first or oldest first. O(limit) on (event_id, post_id)."""
    ask = NEWER if ascending else OLDER
    return await tx.all(Entry, ask, event_id=event_id, before=before, after=after, limit=limit)


async def key_moments(tx: ReadTx, event_id: EventId, *, limit: int) -> list[Entry]:
    """Its key moments, the latest first. O(posts of the event)."""
    return await tx.all(Entry, KEY, event_id=event_id, limit=limit)


async def still_open(tx: ReadTx, event_id: EventId) -> list[Entry]:
    """Those that state an expectation or a promise that is open, oldest first. O(posts of the event)."""
    return await tx.all(Entry, OPEN, event_id=event_id)


async def answered_by(tx: ReadTx, post_id: PostId) -> list[Entry]:
    """Those whose expectation this post meets, or whose promise it keeps. O(those), on two indexes."""
    return await tx.all(Entry, ANSWERED_BY, post_id=post_id)


async def gauge(tx: ReadTx, event_id: EventId, *, limit: int) -> list[Entry]:
    """Those that moved the gauge, the latest first. O(posts of the event since)."""
    return await tx.all(Entry, GAUGE, event_id=event_id, limit=limit)


async def count(tx: ReadTx, event_id: EventId, *, until: int) -> int:
    """How many posts of an event have this id or an older one. O(those) on (event_id, post_id)."""
    return await tx.one(int, COUNT, event_id=event_id, until=until) or 0


async def numbers(tx: ReadTx, event_id: EventId, *, first: int, last: int) -> dict[PostId, int]:
    """The places in an event of its posts from one id to another, the oldest of all being 1. O(posts until there)."""
    below = await count(tx, event_id, until=first - 1)
    between = await tx.all(Numbered, NUMBERED, event_id=event_id, first=first, last=last)
    return {one.post_id: below + one.number for one in between}


async def has_posts(tx: ReadTx, event_id: EventId) -> bool:
    """Whether anything was written in an event."""
    return bool(await tx.one(int, ANY, event_id=event_id))


def _columns(event: Event) -> dict[str, object]:
    values = msgspec.structs.asdict(event)
    del values["hashtag"]  # of the hashtag's own row
    return values
