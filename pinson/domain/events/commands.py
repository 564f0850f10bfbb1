"""What is done with live events, each in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from pinson.domain import accounts, media, posts, relations
from pinson.domain.accounts import AccountId
from pinson.domain.events import queries, rules, store
from pinson.domain.events.facts import EventChanged, EventCreated, EventDeleted, EventPostChanged
from pinson.domain.events.model import (
    Changes,
    Entry,
    Event,
    Line,
    Marks,
    Member,
    ReadyDraft,
    Role,
    Webcast,
)
from pinson.domain.media import MediaId, Said
from pinson.domain.posts import EventId, Post, PostId, Prepared, Reader
from pinson.domain.posts.scheduled import ScheduledPost
from pinson.lib import log
from pinson.lib.db import WriteTx
from pinson.lib.paging import NEWEST

NOTHING_SPECIAL = Marks()


async def create(
    tx: WriteTx,
    *,
    account_id: AccountId,
    said: Changes,
    now: datetime,
    slug: str | None = None,
    model_id: EventId | None = None,
    drafts: Sequence[str] = (),
) -> Event:
    """Make an event. Unless its address is chosen it is made of the title, with a number if that is taken.

    Args:
        model_id: what it is made from, see `make_from`.
        drafts: texts that are ready to be written in it.

    Raises:
        AccountNotFound: the account is gone or suspended.
        TooMany, BadSlug, SlugTaken; BlankTitle, TooLong, BadZone, BadTimes, BadWebcast, BadGauge; BadTag; CannotAttach.
    """
    await accounts.active(tx, account_id)
    if await store.count_of(tx, account_id) >= rules.MOST_EVENTS:
        raise rules.TooMany(limit=rules.MOST_EVENTS)
    id = EventId(tx.new_id(account_id, now))
    blank = Event(
        id,
        slug="",
        account_id=account_id,
        title="",
        text="",
        place="",
        zone="UTC",
        starts_at=now,
        ends_at=now,
        language=None,
        tag_id=None,
        hashtag="",
        adds_hashtag=False,
        webcast_url="",
        webcast_kind=Webcast.NONE,
        cover_id=None,
        gauge_unit="",
        gauge_steps=(),
        is_model=False,
        model_id=model_id,
        paused_at=None,
        cancelled_at=None,
        sequence=0,
        created_at=now,
        updated_at=now,
    )
    new = await _with(tx, blank, said, now)
    rules.check(new)
    new = msgspec.structs.replace(new, slug=await _free_slug(tx, new.title, slug))
    await store.insert(tx, new)
    await log.record(tx, EventCreated(at=now, event_id=id, account_id=account_id))
    for text in drafts:
        await add_draft(tx, id=id, account_id=account_id, text=text, language=new.language, now=now)
    return new


async def make_from(
    tx: WriteTx,
    *,
    id: EventId,
    account_id: AccountId,
    starts_at: datetime,
    now: datetime,
    title: str | None = None,
    slug: str | None = None,
    as_model: bool = False,
) -> Event:
    """Make an event of one's own like another, with its team, programme and drafts, all moved to another beginning.

    Args:
        as_model: make a model, from which others can be made.
    Raises:
        EventNotFound.
        NotInTeam: the account is no lead of that one.
        All that `create` raises.
    """
    old = await _led(tx, id, account_id)
    rules.check_moment(starts_at)
    said = Changes(
        title=old.title if title is None else title,
        text=old.text,
        place=old.place,
        zone=old.zone,
        starts_at=starts_at,
        ends_at=starts_at + (old.ends_at - old.starts_at),
        language=old.language,
        hashtag=old.hashtag,
        adds_hashtag=old.adds_hashtag,
        webcast_url=old.webcast_url,
        gauge_unit=old.gauge_unit,
        gauge_steps=old.gauge_steps,
        is_model=as_model,
    )
    new = await create(tx, account_id=account_id, said=said, slug=slug, model_id=old.id, now=now)
    for member in await store.team(tx, old.id):
        if member.account_id != account_id:
            await store.set_member(tx, msgspec.structs.replace(member, event_id=new.id))
    if old.account_id != account_id:
        await store.set_member(tx, Member(new.id, old.account_id, Role.LEAD))
    moved = new.starts_at - old.starts_at
    for line in await store.lines(tx, old.id):
        again = msgspec.structs.replace(
            line,
            id=tx.new_id(new.id, now),
            event_id=new.id,
            starts_at=line.starts_at + moved,
            ends_at=line.ends_at + moved if line.ends_at else None,
            done_at=None,
        )
        await store.insert_line(tx, again)
    for draft in await store.drafts(tx, old.id):
        marks = msgspec.structs.replace(draft.marks, meets=None, keeps=None, line_id=None, again=None, is_skipped=False)
        ready = msgspec.structs.replace(draft, id=tx.new_id(new.id, now), event_id=new.id, marks=marks, post_id=None)
        await store.insert_draft(tx, ready)
    return new


async def retell(
    tx: WriteTx, *, id: EventId, speed: float, title: str, slug: str, base_url: str, now: datetime
) -> Event:
    """Make an event that begins now, in which all that was written in another is ready to be written again.

    Programme and drafts keep their distances, `speed` times shorter. Who sends the drafts is not said here.

    Raises:
        EventNotFound, IsModel.
        NothingToRetell: nothing was written in it.
        All that `create` raises.
    """
    old = await queries.by_id(tx, id)
    if old.is_model:
        raise rules.IsModel
    told = await store.page(tx, id, before=NEWEST, after=0, limit=rules.MOST_DRAFTS, ascending=True)
    written = await posts.posts(tx, [entry.post_id for entry in told])
    told = [entry for entry in told if entry.post_id in written]
    if not told:
        raise rules.NothingToRetell
    first, last = (written[told[at].post_id].created_at for at in (0, -1))

    def moved(at: datetime) -> datetime:
        return now + max(rules.RETELLING_BEGINS + (at - first) / speed, timedelta())

    said = Changes(
        title=title,
        text=old.text,
        place=old.place,
        zone=old.zone,
        starts_at=now,
        ends_at=moved(max(old.ends_at, last)) + rules.RETELLING_ENDS,
        language=old.language,
        hashtag=old.hashtag,
        gauge_unit=old.gauge_unit,
        gauge_steps=old.gauge_steps,
    )
    new = await create(tx, account_id=old.account_id, said=said, slug=slug, model_id=old.id, now=now)
    for member in await store.team(tx, old.id):
        await store.set_member(tx, msgspec.structs.replace(member, event_id=new.id))
    for line in await store.lines(tx, old.id):
        ends_at = moved(line.ends_at) if line.ends_at else None
        again = Line(tx.new_id(new.id, now), new.id, moved(line.starts_at), ends_at, line.what, line.who, None)
        await store.insert_line(tx, again)
    for place, entry in enumerate(told, 1):
        post = written[entry.post_id]
        draft = ReadyDraft(
            tx.new_id(new.id, now),
            new.id,
            place,
            (post.text or post.spoiler).replace(f"{base_url}/e/{old.slug}", f"{base_url}/e/{new.slug}"),
            post.language,
            round((moved(post.created_at) - now).total_seconds()),
            rules.marks_again(entry, post.created_at, speed=speed),
            None,
        )
        await store.insert_draft(tx, draft)
    return new


async def delay(tx: WriteTx, *, id: EventId, account_id: AccountId, by: timedelta, now: datetime) -> None:
    """Let all that is ready and has a time go out later, and the event end so much later.

    Raises:
        EventNotFound, NotInTeam, BadTimes.
    """
    event = await _staffed(tx, id, account_id)
    for draft in await store.drafts(tx, id):
        if draft.post_id is None and draft.after_start is not None:
            later = msgspec.structs.replace(draft, after_start=draft.after_start + round(by.total_seconds()))
            rules.check_draft(later)
            await store.update_draft(tx, later)
    ended = msgspec.structs.replace(event, ends_at=max(event.ends_at, now) + by, updated_at=now)
    rules.check(ended)
    await store.update(tx, ended)
    await log.record(tx, EventChanged(at=now, event_id=id))


async def change(
    tx: WriteTx,
    *,
    id: EventId,
    account_id: AccountId,
    said: Changes,
    now: datetime,
    moves_programme: bool = False,
) -> Event:
    """Let an event say something else.

    Args:
        moves_programme: if it begins at another moment, its programme moves along.
    Raises:
        EventNotFound, NotInTeam; BlankTitle, TooLong, BadZone, BadTimes, BadWebcast, BadGauge; BadTag; CannotAttach.
    """
    old = await _led(tx, id, account_id)
    new = await _with(tx, old, said, now)
    if new == old:
        return old
    rules.check(new)
    moved = new.starts_at - old.starts_at if moves_programme else timedelta()
    if moved:
        await store.shift_lines(tx, id, by=moved // timedelta(milliseconds=1))
    if moved or rules.calendar_differs(old, new):
        new = msgspec.structs.replace(new, sequence=old.sequence + 1)
    new = msgspec.structs.replace(new, updated_at=now)
    await store.update(tx, new)
    await log.record(tx, EventChanged(at=now, event_id=id))
    return new


async def pause(tx: WriteTx, *, id: EventId, account_id: AccountId, is_paused: bool, now: datetime) -> None:
    """Let the walls of an event stand still, or go on: all of its team may, for it is needed in a hurry.

    Raises:
        EventNotFound, NotInTeam.
    """
    old = await _staffed(tx, id, account_id)
    new = await _with(tx, old, Changes(is_paused=is_paused), now)
    if new != old:
        await store.update(tx, msgspec.structs.replace(new, updated_at=now))
        await log.record(tx, EventChanged(at=now, event_id=id))


async def delete(tx: WriteTx, *, id: EventId, account_id: AccountId, now: datetime) -> None:
    """Remove an event in which nothing was written.

    Raises:
        EventNotFound, NotInTeam.
        HasPosts: it can be cancelled.
    """
    event = await _led(tx, id, account_id)
    if await store.has_posts(tx, id):
        raise rules.HasPosts
    await _delete(tx, event, now)


async def delete_all(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int = 100) -> int:
    """Remove up to `limit` events of an account that is being closed; how many. Call again until none.

    What others wrote in them stays, and is part of no event.
    """
    await store.leave_teams(tx, account_id)
    found = await store.own(tx, account_id, limit=limit)
    for event in found:
        while inside := await store.page(tx, event.id, before=2**63 - 1, after=0, limit=500, ascending=True):
            for entry in inside:
                await _leave(tx, entry, now)
        await _delete(tx, event, now)
    return len(found)


async def set_member(
    tx: WriteTx, *, id: EventId, account_id: AccountId, member_id: AccountId, role: Role, now: datetime
) -> None:
    """Take an account into the team of an event, or give it another role.

    Raises:
        EventNotFound, NotInTeam, TooMany.
        AccountNotFound: there is no such account here.
    """
    event = await _led(tx, id, account_id)
    member = await accounts.active(tx, member_id)
    if member.domain:
        raise accounts.AccountNotFound
    held = await store.team(tx, id)
    if member_id == event.account_id:
        return
    if len(held) >= rules.MOST_MEMBERS and member_id not in [one.account_id for one in held]:
        raise rules.TooMany(limit=rules.MOST_MEMBERS)
    await store.set_member(tx, Member(id, member_id, role))
    await log.record(tx, EventChanged(at=now, event_id=id))


async def drop_member(tx: WriteTx, *, id: EventId, account_id: AccountId, member_id: AccountId, now: datetime) -> None:
    """Take an account out of the team; itself it may always. What it wrote stays.

    Raises:
        EventNotFound, NotInTeam.
    """
    if member_id != account_id:
        await _led(tx, id, account_id)
    else:
        await queries.by_id(tx, id)
    if await store.drop_member(tx, id, member_id):
        await log.record(tx, EventChanged(at=now, event_id=id))


async def add_line(
    tx: WriteTx,
    *,
    id: EventId,
    account_id: AccountId,
    starts_at: datetime,
    what: str,
    now: datetime,
    ends_at: datetime | None = None,
    who: str = "",
) -> Line:
    """Add a line to the programme.

    Raises:
        EventNotFound, NotInTeam, TooMany, BlankLine, TooLong, BadTimes.
    """
    await _staffed(tx, id, account_id)
    if len(await store.lines(tx, id)) >= rules.MOST_LINES:
        raise rules.TooMany(limit=rules.MOST_LINES)
    new = Line(tx.new_id(id, now), id, starts_at, ends_at, what.strip(), who.strip(), None)
    rules.check_line(new)
    await store.insert_line(tx, new)
    await _outdate(tx, id, now)
    return new


async def change_line(
    tx: WriteTx,
    *,
    id: EventId,
    account_id: AccountId,
    line_id: int,
    now: datetime,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    what: str | None = None,
    who: str | None = None,
    is_done: bool | None = None,
) -> Line:
    """Let a line say something else, or that it is over; None keeps what is.

    Raises:
        EventNotFound, NotInTeam, LineNotFound, BlankLine, TooLong, BadTimes.
    """
    await _staffed(tx, id, account_id)
    old = next((line for line in await store.lines(tx, id) if line.id == line_id), None)
    if old is None:
        raise rules.LineNotFound
    new = Line(
        line_id,
        id,
        starts_at or old.starts_at,
        ends_at or old.ends_at,
        old.what if what is None else what.strip(),
        old.who if who is None else who.strip(),
        old.done_at if is_done is None else (old.done_at or now if is_done else None),
    )
    rules.check_line(new)
    if new != old:
        await store.update_line(tx, new)
        await _outdate(tx, id, now)
    return new


async def delete_line(tx: WriteTx, *, id: EventId, account_id: AccountId, line_id: int, now: datetime) -> None:
    """Remove a line from the programme.

    Raises:
        EventNotFound, NotInTeam, LineNotFound.
    """
    await _staffed(tx, id, account_id)
    if not await store.delete_line(tx, id, line_id):
        raise rules.LineNotFound
    await _outdate(tx, id, now)


async def add_draft(
    tx: WriteTx,
    *,
    id: EventId,
    account_id: AccountId,
    text: str,
    now: datetime,
    language: str | None = None,
    after_start: int | None = None,
    marks: Marks = NOTHING_SPECIAL,
) -> ReadyDraft:
    """Have something ready to be written, after what is ready already.

    Raises:
        EventNotFound, NotInTeam, TooMany, BlankLine, TooLong, BadExpectation.
    """
    await _staffed(tx, id, account_id)
    held = await store.drafts(tx, id)
    if len(held) >= rules.MOST_DRAFTS:
        raise rules.TooMany(limit=rules.MOST_DRAFTS)
    place = max((draft.place for draft in held), default=0) + 1
    new = ReadyDraft(tx.new_id(id, now), id, place, text.strip(), language, after_start, marks, None)
    rules.check_draft(new)
    await store.insert_draft(tx, new)
    await log.record(tx, EventChanged(at=now, event_id=id))
    return new


async def add_drafts(
    tx: WriteTx,
    *,
    id: EventId,
    account_id: AccountId,
    drafts: Sequence[tuple[int | None, str]],
    language: str | None,
    now: datetime,
) -> None:
    """Have several things ready, in this order: all of them, or none. Each: when, in seconds after the beginning; what.

    Raises:
        What `add_draft` raises.
    """
    for after_start, text in drafts:
        await add_draft(
            tx, id=id, account_id=account_id, text=text, language=language, after_start=after_start, now=now
        )


async def change_draft(
    tx: WriteTx,
    *,
    id: EventId,
    account_id: AccountId,
    draft_id: int,
    text: str,
    language: str | None,
    after_start: int | None,
    marks: Marks,
    now: datetime,
) -> ReadyDraft:
    """Let a draft say something else. What it tells again, if it does, stays.

    Raises:
        EventNotFound, NotInTeam, DraftNotFound, BlankLine, TooLong, BadExpectation.
    """
    await _staffed(tx, id, account_id)
    old = await _draft(tx, id, draft_id)
    marks = msgspec.structs.replace(marks, again=old.marks.again)
    new = ReadyDraft(draft_id, id, old.place, text.strip(), language, after_start, marks, None)
    rules.check_draft(new)
    await store.update_draft(tx, new)
    await log.record(tx, EventChanged(at=now, event_id=id))
    return new


async def order_drafts(
    tx: WriteTx, *, id: EventId, account_id: AccountId, draft_ids: Sequence[int], now: datetime
) -> None:
    """Put drafts into this order; those that are not named come after.

    Raises:
        EventNotFound, NotInTeam.
    """
    await _staffed(tx, id, account_id)
    held = await store.drafts(tx, id)
    places = {draft_id: place for place, draft_id in enumerate(draft_ids)}
    ordered = sorted(held, key=lambda draft: (places.get(draft.id, len(places)), draft.place))
    for place, draft in enumerate(ordered, 1):
        if draft.place != place:
            await store.update_draft(tx, msgspec.structs.replace(draft, place=place))
    await log.record(tx, EventChanged(at=now, event_id=id))


async def delete_draft(tx: WriteTx, *, id: EventId, account_id: AccountId, draft_id: int, now: datetime) -> None:
    """Throw a draft away.

    Raises:
        EventNotFound, NotInTeam, DraftNotFound.
    """
    await _staffed(tx, id, account_id)
    if not await store.delete_draft(tx, id, draft_id):
        raise rules.DraftNotFound
    await log.record(tx, EventChanged(at=now, event_id=id))


async def write(
    tx: WriteTx,
    *,
    id: EventId,
    author: Reader,
    prepared: Prepared,
    base_url: str,
    now: datetime,
    marks: Marks = NOTHING_SPECIAL,
    draft_id: int | None = None,
    created_at: datetime | None = None,
    said: Mapping[MediaId, Said] | None = None,
) -> Post:
    """Publish a post as part of an event, with what it is there.

    Args:
        author: the author as a reader; it is of the team.
        prepared: see `prepare`.
        draft_id: the ready draft that it was.
        created_at: when it was written, if that was in the past: then it is news for nobody.
        said: what is said about its media from now on, if it was written on the page for it: the draft that was kept
            of it goes.
    Raises:
        EventNotFound, NotInTeam, IsModel, NotPublic, BadExpectation, LineNotFound, DraftNotFound.
        NothingOpen: it answers what is not open.
        All that `posts.publish` and `posts.import_post` raise.
    """
    assert author.id is not None
    event = await _staffed(tx, id, author.id)
    if event.is_model:
        raise rules.IsModel
    rules.check_marks(marks)
    post: Post | ScheduledPost
    if said is not None:
        post = await posts.drafts.publish(
            tx, author=author, prepared=prepared, due_at=None, said=said, base_url=base_url, now=now, event_id=id
        )
        assert isinstance(post, Post), "it is published at once"
    elif created_at is None:
        post = await posts.publish(
            tx, author=author, author_id=author.id, prepared=prepared, base_url=base_url, now=now, event_id=id
        )
    else:
        post = await posts.import_post(
            tx, author=author, prepared=prepared, created_at=created_at, base_url=base_url, now=now, event_id=id
        )
    if post.event_id != id:
        raise rules.NotPublic
    if await store.entries(tx, [post.id]):
        return post  # made before, under the same key
    if draft_id is not None:
        ready = await _draft(tx, id, draft_id)
        await store.update_draft(tx, msgspec.structs.replace(ready, post_id=post.id))
    await store.insert_entry(tx, _entry(event, post))
    await _mark(tx, _entry(event, post), marks, post.created_at, now)
    return post


async def mark(
    tx: WriteTx, *, id: EventId, account_id: AccountId, post_id: PostId, marks: Marks, now: datetime
) -> Entry:
    """Let a post of an event be something else there than it was; what it was is replaced as a whole.

    Raises:
        EventNotFound, NotInTeam, EntryNotFound, BadExpectation, NothingOpen, LineNotFound.
    """
    await _staffed(tx, id, account_id)
    old = await _inside(tx, id, post_id)
    rules.check_marks(marks)
    written = (await posts.post(tx, post_id)).created_at
    return await _mark(tx, old, marks, written, now)


async def settle(
    tx: WriteTx,
    *,
    id: EventId,
    account_id: AccountId,
    post_id: PostId,
    now: datetime,
    by_id: PostId | None = None,
    reopens: bool = False,
) -> Entry:
    """Say that what a post left open (an expectation, a promise) is so no longer, by a post of the event or as such.

    Args:
        reopens: say that it is open after all.
    Raises:
        EventNotFound, NotInTeam, EntryNotFound.
        NothingOpen: it never left anything open.
    """
    await _staffed(tx, id, account_id)
    old = await _inside(tx, id, post_id)
    if by_id is not None:
        await _inside(tx, id, by_id)
    if old.expects_until is None and not old.promises:
        raise rules.NothingOpen
    at, by = (None, None) if reopens else (now, by_id)
    new = msgspec.structs.replace(old, met_at=at, met_by=by, kept_at=at, kept_by=by)
    await store.update_entry(tx, new)
    await log.record(tx, EventPostChanged(at=now, event_id=id, post_id=post_id))
    return new


async def withdraw(
    tx: WriteTx, *, id: EventId, author_id: AccountId, post_id: PostId, key: str, now: datetime
) -> posts.drafts.KeptDraft:
    """Delete one's message of an event, and have for a day what it was as a draft. What it answered is open again.

    Args:
        key: of the page on which the draft would be.
    Raises:
        EventNotFound, NotInTeam, EntryNotFound, NotYourPost.
    """
    await _staffed(tx, id, author_id)
    await _inside(tx, id, post_id)
    for one in await store.answered_by(tx, post_id):
        met_at, met_by = (None, None) if one.met_by == post_id else (one.met_at, one.met_by)
        kept_at, kept_by = (None, None) if one.kept_by == post_id else (one.kept_at, one.kept_by)
        open_again = msgspec.structs.replace(one, met_at=met_at, met_by=met_by, kept_at=kept_at, kept_by=kept_by)
        await store.update_entry(tx, open_again)
        await log.record(tx, EventPostChanged(at=now, event_id=id, post_id=one.post_id))
    return await posts.drafts.withdraw(tx, id=post_id, author_id=author_id, key=key, now=now)


async def join_by_tag(tx: WriteTx, *, post_id: PostId, now: datetime) -> None:
    """Let a public post be part of the event that goes on under one of its hashtags, if its author is of the team.

    One that is there by its hashtag, and has lost it, leaves; one that was written there stays. Called after a post
    was published or edited: it reads the truth, so it may be called twice and late.
    """
    post = (await posts.posts(tx, [post_id])).get(post_id)
    if post is None or post.boost_of_id is not None:
        return
    found = await store.entries(tx, [post_id])
    if found:
        if found[0].by_tag and (await queries.by_id(tx, found[0].event_id)).tag_id not in post.topics:
            await _leave(tx, found[0], now)
        return
    if post.in_reply_to_author_id not in (None, post.author_id) or post.visibility is not posts.Visibility.PUBLIC:
        return
    id = await store.tagged(tx, post.topics, post.author_id, now=post.created_at)
    if id is None:
        return
    moved = await posts.set_event(tx, id=post_id, event_id=id, now=now)
    entry = msgspec.structs.replace(_entry(await queries.by_id(tx, id), moved), by_tag=True)
    await store.insert_entry(tx, entry)
    await log.record(tx, EventPostChanged(at=now, event_id=id, post_id=post_id))


async def put_in(tx: WriteTx, *, id: EventId, account_id: AccountId, post_id: PostId, now: datetime) -> None:
    """Make a post of the team part of an event after the fact.

    Raises:
        EventNotFound, NotInTeam, IsModel, NotPublic.
        EntryNotFound: there is no such post of the team, or it is of another event.
    """
    event = await _staffed(tx, id, account_id)
    if event.is_model:
        raise rules.IsModel
    post = (await posts.posts(tx, [post_id])).get(post_id)
    if post is None or rules.role_of(event, await store.team(tx, id), post.author_id) is None:
        raise rules.EntryNotFound
    if post.event_id == id:
        return
    if post.event_id is not None:
        raise rules.EntryNotFound
    moved = await posts.set_event(tx, id=post_id, event_id=id, now=now)
    if moved.event_id != id:
        raise rules.NotPublic
    await store.insert_entry(tx, _entry(event, moved))
    await log.record(tx, EventPostChanged(at=now, event_id=id, post_id=post_id))


async def take_out(tx: WriteTx, *, id: EventId, account_id: AccountId, post_id: PostId, now: datetime) -> None:
    """Let a post be no longer part of an event. It stays wherever else it is.

    Raises:
        EventNotFound, NotInTeam, EntryNotFound.
    """
    await _staffed(tx, id, account_id)
    await _leave(tx, await _inside(tx, id, post_id), now)


async def follow(tx: WriteTx, *, id: EventId, account_id: AccountId, now: datetime) -> Event:
    """Follow an event: what is part of it comes home. Twice changes nothing.

    Raises:
        EventNotFound: there is none, or it is a model.
    """
    event = await queries.by_id(tx, id)
    if event.is_model:
        raise rules.EventNotFound
    await relations.follow_event(tx, account_id=account_id, event_id=id, now=now)
    return event


async def unfollow(tx: WriteTx, *, id: EventId, account_id: AccountId, now: datetime) -> Event:
    """Follow an event no more. Twice changes nothing.

    Raises:
        EventNotFound.
    """
    event = await queries.by_id(tx, id)
    await relations.unfollow(tx, account_id=account_id, topic_id=id, now=now)
    return event


async def _led(tx: WriteTx, id: EventId, account_id: AccountId) -> Event:
    """An event that the account may change."""
    event = await queries.by_id(tx, id)
    if await queries.role(tx, event, account_id) is not Role.LEAD:
        raise rules.NotInTeam
    return event


async def _staffed(tx: WriteTx, id: EventId, account_id: AccountId) -> Event:
    """An event that the account may write in."""
    event = await queries.by_id(tx, id)
    if await queries.role(tx, event, account_id) is None:
        raise rules.NotInTeam
    return event


async def _inside(tx: WriteTx, id: EventId, post_id: PostId) -> Entry:
    found = await store.entries(tx, [post_id])
    if not found or found[0].event_id != id:
        raise rules.EntryNotFound
    return found[0]


async def _draft(tx: WriteTx, id: EventId, draft_id: int) -> ReadyDraft:
    """A draft that was not written yet."""
    found = next((draft for draft in await store.drafts(tx, id) if draft.id == draft_id), None)
    if found is None or found.post_id is not None:
        raise rules.DraftNotFound
    return found


async def _outdate(tx: WriteTx, id: EventId, now: datetime) -> None:
    """The programme is otherwise: calendars must hear of it."""
    await store.outdate(tx, id, now)
    await log.record(tx, EventChanged(at=now, event_id=id))


async def _delete(tx: WriteTx, event: Event, now: datetime) -> None:
    await media.detach(tx, post_id=event.id, now=now)
    await store.delete(tx, event.id)
    await log.record(tx, EventDeleted(at=now, event_id=event.id, account_id=event.account_id))


async def _leave(tx: WriteTx, entry: Entry, now: datetime) -> None:
    await store.delete_entry(tx, entry.post_id)
    await posts.set_event(tx, id=entry.post_id, event_id=None, now=now)
    await log.record(tx, EventPostChanged(at=now, event_id=entry.event_id, post_id=entry.post_id))


async def _mark(tx: WriteTx, old: Entry, marks: Marks, written: datetime, now: datetime) -> Entry:
    """Give a post these marks, and settle what it answers. Facts tell of each post that is otherwise."""
    id = old.event_id
    if marks.line_id is not None and marks.line_id not in [line.id for line in await store.lines(tx, id)]:
        raise rules.LineNotFound
    expects = marks.expects
    new = msgspec.structs.replace(
        old,
        is_key=marks.is_key,
        gauge=marks.gauge,
        expects_from=written + timedelta(minutes=expects[0]) if expects else None,
        expects_until=written + timedelta(minutes=expects[1]) if expects else None,
        met_at=old.met_at if expects else None,
        met_by=old.met_by if expects else None,
        promises=marks.promises,
        kept_at=old.kept_at if marks.promises else None,
        kept_by=old.kept_by if marks.promises else None,
        line_id=marks.line_id,
    )
    if new != old:
        await store.update_entry(tx, new)
        await log.record(tx, EventPostChanged(at=now, event_id=id, post_id=old.post_id))
    if expects:
        for one in await store.still_open(tx, id):
            if one.expects_until is not None and one.met_at is None and one.post_id < old.post_id:
                await _meet(tx, one, old.post_id, written, now)
    if marks.meets is not None:
        met = await _inside(tx, id, marks.meets)
        if met.expects_until is None or met.met_by not in (None, old.post_id) or met.post_id == old.post_id:
            raise rules.NothingOpen
        await _meet(tx, met, old.post_id, written, now)
    if marks.keeps is not None:
        kept = await _inside(tx, id, marks.keeps)
        if not kept.promises or kept.kept_by not in (None, old.post_id) or kept.post_id == old.post_id:
            raise rules.NothingOpen
        if kept.kept_by is None:
            kept = msgspec.structs.replace(kept, kept_at=written, kept_by=old.post_id)
            await store.update_entry(tx, kept)
            await log.record(tx, EventPostChanged(at=now, event_id=id, post_id=kept.post_id))
    return new


async def _meet(tx: WriteTx, expecting: Entry, by_id: PostId, written: datetime, now: datetime) -> None:
    """What a post announced is here, by this other one."""
    if expecting.met_by is None:
        met = msgspec.structs.replace(expecting, met_at=written, met_by=by_id)
        await store.update_entry(tx, met)
        await log.record(tx, EventPostChanged(at=now, event_id=met.event_id, post_id=met.post_id))


async def _with(tx: WriteTx, old: Event, said: Changes, now: datetime) -> Event:
    given = {name: value for name, value in msgspec.structs.asdict(said).items() if value is not None}
    for name in ("title", "place", "gauge_unit", "webcast_url"):
        if name in given:
            given[name] = " ".join(given[name].split())
    if "language" in given:
        given["language"] = given["language"] or None
    if "webcast_url" in given:
        given["webcast_kind"] = rules.webcast_kind(given["webcast_url"])
    if "cover_id" in given and (cover := given["cover_id"]) != old.cover_id:
        await media.detach(tx, post_id=old.id, now=now)
        kept = await media.attach(tx, ids=[cover] if cover else [], account_id=old.account_id, post_id=old.id)
        given["cover_id"] = kept[0].id if kept else None
    if "hashtag" in given:
        name = given.pop("hashtag").lstrip("#＃").strip()
        tag = await posts.tag_named(tx, name=name, now=now) if name else None
        given |= {"tag_id": tag.id if tag else None, "hashtag": tag.display_name if tag else ""}
    for name, at in (("is_paused", "paused_at"), ("is_cancelled", "cancelled_at")):
        if name in given:
            given[at] = (getattr(old, at) or now) if given.pop(name) else None
    return msgspec.structs.replace(old, **given)


async def _free_slug(tx: WriteTx, title: str, wished: str | None) -> str:
    if wished is not None:
        rules.check_slug(wished)
        if await store.is_taken(tx, wished):
            raise rules.SlugTaken
        return wished
    slug, number = rules.slug_of(title), 1
    free = slug
    while await store.is_taken(tx, free):
        number += 1
        free = f"{slug}-{number}"
    return free


def _entry(event: Event, post: Post) -> Entry:
    """A post in an event that is nothing special there."""
    return Entry(
        post.id,
        event.id,
        post.author_id,
        by_tag=False,
        is_key=False,
        gauge=None,
        expects_from=None,
        expects_until=None,
        met_by=None,
        met_at=None,
        promises=False,
        kept_by=None,
        kept_at=None,
        line_id=None,
    )


async def tell_morning(tx: WriteTx, *, id: EventId, now: datetime) -> None:
    """Keep that all who follow an event were told how it went."""
    await store.tell_morning(tx, id, now=now)
