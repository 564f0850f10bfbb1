"""The desk of a live event, `/e/slug/regie`, for its team: what is out, what is ready, what is open, and the wall.

The whole desk is plain forms, each of which leads back to it. With script it goes on by itself: what comes in stands in
the list, the clock runs, and what one types is kept.

Not here: how an event is set up (`editing.py`), advice on a text (`look.py`), the wall itself (`wall.py`).
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from pinson.domain import access, accounts, events, posts
from pinson.domain.events import Entry, Event, Marks, ReadyDraft, Role, Told
from pinson.domain.media import MOST_ATTACHED
from pinson.domain.posts import Draft, Post, PostId, Prepared, drafts
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.cards import path_of, text_of
from pinson.interfaces.web.events.page import length, opened, play_of, standing
from pinson.interfaces.web.interactions import NoSuchDeed
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.writing import (
    HALF_AN_HOUR,
    LOOKS,
    MOST_SENT,
    THREE_HOURS,
    Written,
    attached,
    defaults_of,
    doubts,
    look_of,
    looked_at,
    of_kept,
    receive,
)
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.i18n import Lang
from pinson.lib.ids import moment_of
from pinson.lib.limits import Limit
from pinson.lib.paging import Page

routes = Routes()

MOST_OUT = 50  # messages in the list; the event's page has all
MOST_LATER = 24 * 60  # minutes by which a line of the programme moves at once
UNDONE_WITHIN = timedelta(minutes=1)  # how long the page that follows a message still offers to take it back


class BadFigure(Refusal):
    """A gauge stands at a number, and news come in so many minutes."""

    kind, code = Kind.INVALID, "bad_figure"
    text = "The gauge and the minutes are numbers. For example: 1.75"


class BadDraftLine(Refusal):
    """What was pasted begins with an hour that is none."""

    kind, code = Kind.INVALID, "bad_draft_line"
    text = "Line {number} begins with no time of day. For example: 10:15 The doors are open"


class BadTime(Refusal):
    """When something is to go out is a time of day."""

    kind, code = Kind.INVALID, "bad_time"
    text = "Say a time of day, for example 10:15."


class Opened(msgspec.Struct):
    """The desk. What a link to it fills in: what the next message corrects or answers, and which draft it was.

    done: the message that was just published. back: what was taken back, as a draft; then what it was in the event.
    """

    slug: str
    corrects_id: PostId | None = None
    keeps_id: PostId | None = None
    meets_id: PostId | None = None
    draft_id: int | None = None
    done: PostId | None = None
    back: PostId | None = None
    is_key: bool = False
    promises: bool = False
    gauge: str = ""
    expects_from: str = ""
    expects_until: str = ""
    line_id: int | None = None


class Composed(Written, kw_only=True):
    """The form of the message, which says what it will be in the event too.

    draft_id: the ready draft that it was. expects_from, expects_until: in how many minutes more follows.
    time: when it is meant to go out if it waits, by the event's clock.
    """

    slug: str
    draft_id: int | None = None
    gauge: str = ""
    expects_from: str = ""
    expects_until: str = ""
    promises: bool = False
    keeps_id: PostId | None = None
    meets_id: PostId | None = None
    line_id: int | None = None
    time: str = ""

    @property
    def marks(self) -> Marks:
        """What it will be in the event.

        Raises:
            BadFigure.
        """
        first, last = _minutes(self.expects_from), _minutes(self.expects_until)
        first, last = last if first is None else first, first if last is None else last
        return Marks(
            is_key=self.is_key,
            gauge=_figure(self.gauge),
            expects=None if first is None or last is None else (first, last),
            promises=self.promises,
            meets=self.meets_id,
            keeps=self.keeps_id,
            line_id=self.line_id,
        )

    def as_marked(self, marks: Marks, lang: Lang) -> "Composed":
        """The form with what a draft is to be."""
        self.is_key, self.promises, self.line_id = marks.is_key, marks.promises, marks.line_id
        self.gauge = "" if marks.gauge is None else dates.number(marks.gauge, lang=lang)
        self.expects_from, self.expects_until = map(str, marks.expects or ("", ""))
        return self


class Deed(msgspec.Struct):
    """What every other button sends. do: which. drafts: lines that were pasted. key: of the page."""

    slug: str
    do: str = ""
    key: str = ""
    draft_id: int = 0
    line_id: int = 0
    post_id: PostId = PostId(0)
    minutes: str = ""
    drafts: str = ""


class Out(msgspec.Struct, frozen=True):
    """A message that is out. by: who, if it is not the account of the event. Times are those of the event's clock.

    hour: as a sentence says its time.
    corrects, corrected: when the other one was written. is_mine: whether the reader may take it back.
    """

    told: Told
    time: str
    hour: str
    html: Markup
    by: str
    path: str
    corrects: str
    corrected: str
    is_mine: bool


class Ready(msgspec.Struct, frozen=True):
    """A draft that waits. time: when it is meant to go out. is_due: that was a moment ago."""

    one: ReadyDraft
    time: str
    is_due: bool


class Still(msgspec.Struct, frozen=True):
    """A promise that is open, for how long, and what it said."""

    id: PostId
    time: str
    length: str
    text: str


@routes.get("/e/{slug}/regie")
@routes.get("/e/{slug}/desk")
async def show(call: Call, form: Opened) -> Response:
    """The desk, with the message begun that a link asks for.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound, NotInTeam, IsModel, DraftNotFound, PostNotFound.
    """
    event = await _entered(call, form.slug)
    written = Composed(
        slug=form.slug,
        event_id=event.id,
        language=event.language or "",
        corrects_id=form.corrects_id,
        keeps_id=form.keeps_id,
        meets_id=form.meets_id,
        draft_id=form.draft_id,
        is_key=form.is_key,
        promises=form.promises,
        gauge=form.gauge,
        expects_from=form.expects_from,
        expects_until=form.expects_until,
        line_id=form.line_id,
    )
    described = True
    if form.back is not None:
        async with call.tools.db.read() as tx:
            kept = await drafts.owned(tx, form.back, account_id=call.require("write:statuses"))
        before = of_kept(kept, call.zone)
        written.key, written.text, written.pictures = before.key, before.text, before.pictures
        written.corrects_id, written.spoiler, written.sensitive = before.corrects_id, before.spoiler, before.sensitive
        described = False
        if form.draft_id is not None:
            async with call.tools.db.read() as tx:
                written.time = _local(event, _waiting(await events.drafts(tx, event.id), form.draft_id).after_start)
    elif form.corrects_id is not None:
        written.text = _correction(call, event, form.corrects_id)
    elif form.draft_id is not None:
        async with call.tools.db.read() as tx:
            ready = _waiting(await events.drafts(tx, event.id), form.draft_id)
        written.text, written.language = ready.text, ready.language or written.language
        written = written.as_marked(ready.marks, call.lang)
        written.time = _local(event, ready.after_start)
    return await _desk(call, written, described=described, done=form.done)


async def show_again(call: Call, form: Composed) -> Response:
    """The desk with what was sent."""
    return await _desk(call, form)


async def show_plain(call: Call, form: Deed) -> Response:
    """The desk, and why something was refused; what was pasted is not lost."""
    return await _desk(call, Composed(slug=form.slug), pasted=form.drafts)


@routes.post("/e/{slug}/regie", again=show_again, max_body=MOST_SENT)
async def publish(call: Call, form: Composed) -> Response:
    """Publish the message, or have it ready; or look at it once more.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound, NotInTeam, IsModel, BadFigure, and all that `events.write` and
        `events.change_draft` raise.
    """
    event = await _entered(call, form.slug)
    own = call.require("write:statuses")
    if form.do in LOOKS:
        await looked_at(call, form, event)
        return await _desk(call, form)
    await receive(call, form, own)
    marks = form.marks
    if form.do == "keep":
        await _keep_ready(call, event, form, marks)
        return call.redirect(f"/e/{event.slug}/regie#ready")
    if form.do not in ("publish", ""):
        raise NoSuchDeed
    prepared = await _prepared(call, event, form, own)
    if notices := [one for one in doubts(call, form) if one not in form.seen]:
        return await _desk(call, form, notices=notices)
    post = await _write(call, event, prepared, marks, draft_id=form.draft_id, form=form)
    return call.redirect(f"/e/{event.slug}/regie?done={post.id}")


@routes.post("/e/{slug}/regie/do", again=show_plain)
async def act(call: Call, form: Deed) -> Response:
    """Do what a button of the desk says.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound, NotInTeam, IsModel, NoSuchDeed, BadFigure, BadDraftLine, and all that
        the verbs of `events` raise.
    """
    event = await _entered(call, form.slug)
    own = call.require("write:statuses")
    write = call.tools.db.write
    of = {"id": event.id, "account_id": own, "now": call.now}
    match form.do:
        case "pause" | "resume":
            await write(events.pause, is_paused=form.do == "pause", **of)
            return call.redirect(f"/e/{event.slug}/regie#state")
        case "line_done" | "line_open":
            await write(events.change_line, line_id=form.line_id, is_done=form.do == "line_done", **of)
            return call.redirect(f"/e/{event.slug}/regie#state")
        case "line_later":
            await _move_line(call, event, form)
            return call.redirect(f"/e/{event.slug}/regie#state")
        case "settle" | "reopen":
            await write(events.settle, post_id=form.post_id, reopens=form.do == "reopen", **of)
            return call.redirect(f"/e/{event.slug}/regie#state")
        case "send":
            post = await _send_ready(call, event, form)
            return call.redirect(f"/e/{event.slug}/regie?done={post.id}")
        case "earlier" | "later" | "last":
            await _move_draft(call, event, form)
        case "skip" | "put_back":
            await _skip_draft(call, event, form)
        case "add_drafts":
            lines = _pasted(form.drafts, event)
            await write(events.add_drafts, drafts=lines, language=event.language, **of)
        case "take_back":
            return await _take_back(call, event, form)
        case _:
            raise NoSuchDeed
    return call.redirect(f"/e/{event.slug}/regie#ready")


@routes.get("/e/{slug}/regie/situation")
async def show_situation(call: Call, form: Opened) -> Response:
    """For a script: what is out, what is ready, and how things stand.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound, NotInTeam, IsModel.
    """
    facts = await _facts(call, form.slug, at_hand=form.draft_id)
    return call.fragment("events/_desk", **facts)


async def _desk(
    call: Call,
    form: Composed,
    *,
    notices: Sequence[str] = (),
    described: bool = True,
    done: PostId | None = None,
    pasted: str = "",
) -> Response:
    """The desk with a form filled in; arguments as those of `writing.page`, and `done`: see `Opened`."""
    facts = await _facts(call, form.slug, at_hand=form.draft_id)
    form.key, form.event_id = form.key or access.new_secret(), facts["event"].id
    last = next((one for one in facts["out"] if one.told.post.id == done and one.is_mine), None)
    return call.page(
        "events/desk",
        **facts,
        form=form,
        look=await look_of(call, form, facts["event"]),
        pictures=await attached(call, form, call.require("write:statuses"), described=described),
        most_pictures=MOST_ATTACHED,
        notices=notices,
        corrects=_hour(call, facts["event"], form.corrects_id) if form.corrects_id else "",
        done=last if last and call.now - last.told.post.created_at <= UNDONE_WITHIN else None,
        pasted=pasted,
    )


async def _facts(call: Call, slug: str, *, at_hand: int | None = None) -> dict[str, Any]:
    """What the parts of the desk that go on by themselves show. at_hand: the draft that stands in the form instead."""
    own = call.require("write:statuses")
    async with call.tools.db.read() as tx:
        event, owner, role = await _in_team(tx, call, slug)
        situation = await events.situation(tx, event, now=call.now)
        ready = await events.drafts(tx, event.id)
        reader = await call.reader(tx)
        said = await posts.posts(tx, [one.post_id for one in situation.promising]) if situation.promising else {}
    timeline = call.tools.timelines.event(event.id)
    page = Page(max_id=None, since_id=None, min_id=None, limit=MOST_OUT)
    shapes = await call.tools.timelines.page(call.tools.db, timeline, reader=reader, page=page)
    async with call.tools.db.read() as tx:
        told = await events.tell(tx, event.id, shapes)
    zone = ZoneInfo(event.zone)
    held = [one for one in ready if one.post_id is None and one.id != at_hand]
    return {
        "event": event,
        "owner": owner,
        "is_lead": role is Role.LEAD,
        "path": f"/e/{event.slug}",
        "situation": situation,
        "play": await play_of(call, event, situation, ()),
        "standing": standing(call, event, situation),
        "out": [_out(call, event, one, own) for one in told],
        "newest": max((shape.id for shape in shapes), default=0),
        "ready": [_ready(call, event, one) for one in held if not one.marks.is_skipped],
        "skipped": [_ready(call, event, one) for one in held if one.marks.is_skipped],
        "open_promises": [_still(call, event, one, said) for one in situation.promising],
        "next_hour": dates.clock(situation.next_line.starts_at, zone=zone) if situation.next_line else "",
        "line_hour": dates.clock(situation.line.starts_at, zone=zone) if situation.line else "",
        "lines": [(line, dates.clock(line.starts_at, zone=zone)) for line in situation.lines],
        "clock": dates.clock(call.now, zone=zone),
        "readers": call.walls.readers(event.id),
        "secret": access.new_secret(),
    }


async def _entered(call: Call, slug: str) -> Event:
    """The event, if whoever is signed in works on it.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound, NotInTeam, IsModel.
    """
    call.require("write:statuses")
    async with call.tools.db.read() as tx:
        return (await _in_team(tx, call, slug))[0]


async def _in_team(tx: ReadTx, call: Call, slug: str) -> tuple[Event, accounts.Profile, Role]:
    event, owner, role = await opened(tx, call, slug)
    if role is None:
        raise events.NotInTeam
    if event.is_model:
        raise events.IsModel
    return event, owner, role


async def _prepared(call: Call, event: Event, form: Composed, own: accounts.AccountId) -> Prepared:
    """The message as it is published: for everybody, with the hashtag if that is added by itself."""
    defaults = await defaults_of(call, own)
    form.key = form.key or access.new_secret()
    draft = msgspec.structs.replace(
        form.to_draft(defaults), visibility=posts.Visibility.PUBLIC, text=events.with_hashtag(event, form.typed)
    )
    return _ready_to_go(call, draft, shortens=defaults.shorten_links)


def _ready_to_go(call: Call, draft: Draft, *, shortens: bool) -> Prepared:
    return posts.prepare(
        draft,
        max_characters=call.tools.settings.posts.max_characters,
        local_domain=call.local_domain,
        detect=call.tools.languages.of,
        shortener=call.tools.shortener(wanted=shortens),
    )


async def _write(
    call: Call, event: Event, prepared: Prepared, marks: Marks, *, draft_id: int | None, form: Composed | None = None
) -> Post:
    own = call.require("write:statuses")
    most = call.tools.settings.limits.posts_per_3_hours
    call.limit("posts", f"account {own}", Limit(most, THREE_HOURS))
    async with call.tools.db.read() as tx:
        author = await call.reader(tx)
    return await call.tools.db.write(
        events.write,
        id=event.id,
        author=author,
        prepared=prepared,
        marks=marks,
        draft_id=draft_id,
        said=form.said if form is not None else None,
        base_url=call.base_url,
        now=call.now,
    )


async def _send_ready(call: Call, event: Event, form: Deed) -> Post:
    """Publish a draft as it stands."""
    own = call.require("write:statuses")
    async with call.tools.db.read() as tx:
        ready = _waiting(await events.drafts(tx, event.id), form.draft_id)
    if ready.marks.again is not None:
        return await call.plays.send(event, ready.id)
    defaults = await defaults_of(call, own)
    draft = Draft(
        text=events.with_hashtag(event, ready.text),
        visibility=posts.Visibility.PUBLIC,
        language=ready.language,
        idempotency_key=form.key or access.new_secret(),
        quote_policy=defaults.quote_policy,
    )
    prepared = _ready_to_go(call, draft, shortens=defaults.shorten_links)
    return await _write(call, event, prepared, ready.marks, draft_id=ready.id)


async def _keep_ready(call: Call, event: Event, form: Composed, marks: Marks) -> None:
    """Have the message ready for later: as the draft that it was, or as one more."""
    own = call.require("write:statuses")
    of = {"id": event.id, "account_id": own, "text": form.typed, "language": form.language_code, "now": call.now}
    if form.draft_id is None:
        after_start = _after_start(form.time, event, None)
        await call.tools.db.write(events.add_draft, after_start=after_start, marks=marks, **of)
        return
    async with call.tools.db.read() as tx:
        ready = _waiting(await events.drafts(tx, event.id), form.draft_id)
    after_start = _after_start(form.time, event, ready.after_start)
    await call.tools.db.write(events.change_draft, draft_id=ready.id, after_start=after_start, marks=marks, **of)


async def _skip_draft(call: Call, event: Event, form: Deed) -> None:
    """Have a draft not go out after all; or have it ready again."""
    own = call.require("write:statuses")
    async with call.tools.db.read() as tx:
        ready = _waiting(await events.drafts(tx, event.id), form.draft_id)
    await call.tools.db.write(
        events.change_draft,
        id=event.id,
        account_id=own,
        draft_id=ready.id,
        text=ready.text,
        language=ready.language,
        after_start=ready.after_start,
        marks=msgspec.structs.replace(ready.marks, is_skipped=form.do == "skip"),
        now=call.now,
    )


async def _move_draft(call: Call, event: Event, form: Deed) -> None:
    own = call.require("write:statuses")
    async with call.tools.db.read() as tx:
        held = [one for one in await events.drafts(tx, event.id) if one.post_id is None and not one.marks.is_skipped]
    ids = [one.id for one in held]
    place = ids.index(_waiting(held, form.draft_id).id)
    ids.pop(place)
    ids.insert({"earlier": max(place - 1, 0), "later": place + 1}.get(form.do, len(ids)), form.draft_id)
    await call.tools.db.write(events.order_drafts, id=event.id, account_id=own, draft_ids=ids, now=call.now)


async def _move_line(call: Call, event: Event, form: Deed) -> None:
    """Let a line of the programme begin later."""
    own = call.require("write:statuses")
    by = _minutes(form.minutes)
    if by is None or by > MOST_LATER:
        raise BadFigure
    async with call.tools.db.read() as tx:
        line = next((one for one in await events.lines(tx, event.id) if one.id == form.line_id), None)
    if line is None:
        raise events.LineNotFound
    later = timedelta(minutes=by)
    await call.tools.db.write(
        events.change_line,
        id=event.id,
        account_id=own,
        line_id=line.id,
        starts_at=line.starts_at + later,
        ends_at=line.ends_at + later if line.ends_at else None,
        now=call.now,
    )


async def _take_back(call: Call, event: Event, form: Deed) -> Response:
    """Delete a message, and have it in the form again with all that it was."""
    own = call.require("write:statuses")
    most = call.tools.settings.limits.deletions_per_30_minutes
    call.limit("deletions", f"account {own}", Limit(most, HALF_AN_HOUR))
    async with call.tools.db.read() as tx:
        entry = (await events.entries(tx, [form.post_id])).get(form.post_id)
        was = [one.id for one in await events.drafts(tx, event.id) if one.post_id == form.post_id]
    if entry is None or entry.event_id != event.id:
        raise events.EntryNotFound
    gone = await call.tools.db.write(
        events.withdraw, id=event.id, author_id=own, post_id=form.post_id, key=access.new_secret(), now=call.now
    )
    written = moment_of(entry.post_id)
    minutes = [
        round((at - written) / timedelta(minutes=1)) if at else "" for at in (entry.expects_from, entry.expects_until)
    ]
    again = {
        "back": gone.id,
        "is_key": "1" if entry.is_key else "",
        "promises": "1" if entry.promises else "",
        "gauge": "" if entry.gauge is None else f"{entry.gauge:g}",
        "expects_from": minutes[0],
        "expects_until": minutes[1],
        "line_id": entry.line_id or "",
        "draft_id": was[0] if was else "",  # it waits in the form, and not in the list as well
    }
    told = urlencode({name: value for name, value in again.items() if value != ""})
    return call.redirect(f"/e/{event.slug}/regie?{told}")


def _waiting(held: Sequence[ReadyDraft], id: int) -> ReadyDraft:
    """
    Raises:
        DraftNotFound.
    """
    found = next((one for one in held if one.id == id and one.post_id is None), None)
    if found is None:
        raise events.DraftNotFound
    return found


def _pasted(said: str, event: Event) -> list[tuple[int | None, str]]:
    """Lines as drafts: each may begin with a time of day, by the event's clock, on its first day.

    Raises:
        BadDraftLine, BlankLine.
    """
    zone = ZoneInfo(event.zone)
    first = event.starts_at.astimezone(zone)
    found: list[tuple[int | None, str]] = []
    for number, line in enumerate(said.splitlines(), 1):
        if not line.strip():
            continue
        parts = re.fullmatch(r"\s*(?:(\d{1,2})\s*[:hH]\s*(\d{2})\b[\s:;,.–—-]*)?(.*?)\s*", line)
        if parts is None or not parts[3]:
            raise events.BlankLine
        if parts[1] is None:
            found.append((None, parts[3]))
            continue
        hour, minute = int(parts[1]), int(parts[2])
        if hour > 23 or minute > 59:
            raise BadDraftLine(number=number)
        at = first.replace(hour=hour, minute=minute, second=0, microsecond=0)
        found.append((round((at - event.starts_at).total_seconds()), parts[3]))
    if not found:
        raise events.BlankLine
    return found


def _local(event: Event, after_start: int | None) -> str:
    """When a draft is meant to go out, as a field for a time of day holds it."""
    if after_start is None:
        return ""
    return f"{(event.starts_at + timedelta(seconds=after_start)).astimezone(ZoneInfo(event.zone)):%H:%M}"


def _after_start(said: str, event: Event, before: int | None) -> int | None:
    """A time of day in seconds after the beginning, on the day that was said before, or on the first.

    Raises:
        BadTime.
    """
    if not said.strip():
        return None
    if said == _local(event, before):
        return before  # to the second
    found = re.fullmatch(r"\s*(\d{1,2})\s*[:hH]\s*(\d{2})\s*", said)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise BadTime
    day = (event.starts_at + timedelta(seconds=before or 0)).astimezone(ZoneInfo(event.zone))
    at = day.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    return round((at - event.starts_at).total_seconds())


def _minutes(said: str) -> int | None:
    """
    Raises:
        BadFigure.
    """
    if not said.strip():
        return None
    if re.fullmatch(r"\s*[0-9]{1,4}\s*", said) is None:
        raise BadFigure
    return int(said)


def _figure(said: str) -> float | None:
    """A number as people write it, with a comma or a point.

    Raises:
        BadFigure.
    """
    plain = re.sub(r"\s", "", said).replace(",", ".")
    if not plain:
        return None
    if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", plain) is None:
        raise BadFigure
    return float(plain)


def _correction(call: Call, event: Event, corrected: PostId) -> str:
    """How a correction begins, in the language of the event."""
    lang: Lang = "fr" if (event.language or call.lang) == "fr" else "en"
    gettext = call.tools.catalogs.translations(lang).gettext
    time = dates.hour(moment_of(corrected), lang=lang, zone=ZoneInfo(event.zone))
    return gettext("CORRECTION to the message of %(time)s: ") % {"time": time}


def _hour(call: Call, event: Event, id: PostId) -> str:
    """When a message was written, by the event's clock, for a sentence."""
    return dates.hour(moment_of(id), lang=call.lang, zone=ZoneInfo(event.zone))


def _out(call: Call, event: Event, told: Told, own: accounts.AccountId) -> Out:
    post, author = told.post, told.author
    return Out(
        told,
        dates.clock(post.created_at, zone=ZoneInfo(event.zone)),
        _hour(call, event, post.id),
        text_of(post),
        "" if author.id == event.account_id else author.display_name or author.username,
        path_of(author.acct, post),
        _hour(call, event, post.corrects_id) if post.corrects_id else "",
        _hour(call, event, post.corrected_by_id) if post.corrected_by_id else "",
        post.author_id == own,
    )


def _ready(call: Call, event: Event, one: ReadyDraft) -> Ready:
    if one.after_start is None:
        return Ready(one, "", is_due=False)
    at = event.starts_at + timedelta(seconds=one.after_start)
    return Ready(one, dates.clock(at, zone=ZoneInfo(event.zone)), is_due=at <= call.now)


def _still(call: Call, event: Event, entry: Entry, said: dict[PostId, Post]) -> Still:
    post = said.get(entry.post_id)
    return Still(
        entry.post_id,
        dates.clock(moment_of(entry.post_id), zone=ZoneInfo(event.zone)),
        length(call, max(call.now - moment_of(entry.post_id), timedelta(minutes=1))),
        "" if post is None else post.spoiler or post.text,
    )
