"""How live events are made and changed on the web: four things to say, then what goes with it, bit by bit.

Each part of the page that changes an event is a form of its own, so that nothing else is lost by sending it.
"""

import io
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import Response

from pinson.domain import accounts, events, media
from pinson.domain.accounts import AccountNotFound
from pinson.domain.events import Changes, Event, Line, Marks, ReadyDraft, Role, Step
from pinson.domain.media import IMAGE_BYTES, MediaId, Said, Upload
from pinson.interfaces.request import MAX_BODY, Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.events.page import cover_of, opened
from pinson.interfaces.web.interactions import NoSuchDeed
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.writing import HALF_AN_HOUR
from pinson.lib.errors import Kind, Refusal
from pinson.lib.limits import Limit

routes = Routes()

USUAL = timedelta(hours=4)  # how long an event lasts, if nobody said


class BadMoment(Refusal):
    """No moment, as browsers write it."""

    kind, code = Kind.INVALID, "bad_moment"
    text = "Say the day and the hour, for example 2026-03-14 10:00."


class BadSteps(Refusal):
    """A step of a gauge is a number and a name."""

    kind, code = Kind.INVALID, "bad_steps"
    text = "Write one step a line: a number, then its name. For example: 1.75 Half way"


class New(msgspec.Struct):
    """What a new event is asked for. first: what happens first, which becomes its first draft. draft: that, written."""

    title: str = ""
    starts: str = ""
    ends: str = ""
    zone: str = ""
    place: str = ""
    hashtag: str = ""
    text: str = ""
    first: str = ""
    draft: str = ""


class One(msgspec.Struct):
    """An event, by its address."""

    slug: str


class Edited(One):
    """What the forms of the page send. do: which of them."""

    do: str = ""
    title: str = ""
    starts: str = ""
    ends: str = ""
    zone: str = ""
    place: str = ""
    text: str = ""
    language: str = ""
    hashtag: str = ""
    adds_hashtag: bool = False
    moves_programme: bool = False
    webcast_url: str = ""
    gauge_unit: str = ""
    gauge_steps: str = ""
    line_id: int = 0
    what: str = ""
    who: str = ""
    draft_id: int = 0
    minutes: str = ""
    is_key: bool = False
    acct: str = ""
    role: Role = Role.WRITER
    member_id: int = 0
    cover: UploadFile | None = None
    alt: str = ""


class Copied(One):
    """Another event like this one."""

    title: str = ""
    starts: str = ""
    as_model: bool = False


class Row(msgspec.Struct, frozen=True):
    """A draft or line on the page, with its time in words."""

    one: Line | ReadyDraft
    said: str


@routes.get("/events/new")
async def ask(call: Call, form: New) -> Response:
    """The form that makes an event; what was answered before stands in it.

    Raises:
        NotSignedIn, RoleForbids.
    """
    call.require("write:statuses")
    return call.page("events/new", form=form, zone=form.zone or call.zone.key)


@routes.post("/events", again=ask)
async def create(call: Call, form: New) -> Response:
    """Make an event, and have its first message ready.

    Raises:
        NotSignedIn, RoleForbids, BadMoment, and all that `events.create` raises.
    """
    own = call.require("write:statuses")
    zone = form.zone or call.zone.key
    starts = _moment(form.starts, zone)
    if starts is None:
        raise BadMoment
    made = await call.tools.db.write(
        events.create,
        account_id=own,
        said=Changes(
            title=form.title,
            text=form.text,
            place=form.place,
            zone=zone,
            starts_at=starts,
            ends_at=_moment(form.ends, zone) or starts + USUAL,
            language=call.lang,
            hashtag=re.sub(r"\W", "", form.hashtag),
            adds_hashtag=bool(form.hashtag),
        ),
        drafts=[form.draft or form.first] if form.draft or form.first else [],
        now=call.now,
    )
    return call.redirect(f"/e/{made.slug}/edit")


@routes.get("/e/{slug}/edit")
async def edit(call: Call, form: Edited) -> Response:
    """All that can be changed about an event.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound, NotInTeam.
    """
    call.require("write:statuses")
    async with call.tools.db.read() as tx:
        event, owner, role = await opened(tx, call, form.slug)
        if role is not Role.LEAD:
            raise events.NotInTeam
        lines = await events.lines(tx, event.id)
        drafts = await events.drafts(tx, event.id)
        members = await events.team(tx, event.id)
        cover = await cover_of(tx, event)
        people = await accounts.profiles(tx, [member.account_id for member in members])
    zone = ZoneInfo(event.zone)
    return call.page(
        "events/edit",
        event=event,
        owner=owner,
        form=form if call.problems else _filled(event),
        path=f"/e/{event.slug}",
        lines=[Row(one, dates.moment(one.starts_at, lang=call.lang, zone=zone)) for one in lines],
        drafts=[Row(one, _due(event, one, zone)) for one in drafts],
        members=[(people[one.account_id], one.role) for one in members if one.account_id in people],
        begins=_local(event.starts_at, zone),
        cover=cover,
    )


@routes.post("/e/{slug}/edit", again=edit, max_body=IMAGE_BYTES + MAX_BODY)
async def change(call: Call, form: Edited) -> Response:
    """Do what one of the forms says.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound, NotInTeam, NoSuchDeed, BadMoment, BadSteps, AccountNotFound, and all
        that the verbs of `events` raise.
    """
    own = call.require("write:statuses")
    async with call.tools.db.read() as tx:
        event, _, role = await opened(tx, call, form.slug)
        member = (
            await accounts.by_acct(tx, form.acct.lstrip("@"), local_domain=call.local_domain) if form.acct else None
        )
    write, of = call.tools.db.write, {"id": event.id, "account_id": own, "now": call.now}
    match form.do:
        case "save":
            said = _said(form, event)
            await write(events.change, said=said, moves_programme=form.moves_programme, **of)
        case "pause" | "resume":
            await write(events.change, said=Changes(is_paused=form.do == "pause"), **of)
        case "cancel" | "restore":
            await write(events.change, said=Changes(is_cancelled=form.do == "cancel"), **of)
        case "add_line":
            starts = _moment(form.starts, event.zone)
            if starts is None:
                raise BadMoment
            ends = _moment(form.ends, event.zone)
            await write(events.add_line, starts_at=starts, ends_at=ends, what=form.what, who=form.who, **of)
        case "line_done":
            await write(events.change_line, line_id=form.line_id, is_done=True, **of)
        case "drop_line":
            await write(events.delete_line, line_id=form.line_id, **of)
        case "add_draft":
            after = int(form.minutes) * 60 if re.fullmatch(r"-?\d{1,5}", form.minutes) else None
            marks = Marks(is_key=form.is_key)
            await write(events.add_draft, text=form.text, language=event.language, after_start=after, marks=marks, **of)
        case "drop_draft":
            await write(events.delete_draft, draft_id=form.draft_id, **of)
        case "add_member":
            if member is None:
                raise AccountNotFound
            await write(events.set_member, member_id=member.id, role=form.role, **of)
        case "drop_member":
            await write(events.drop_member, member_id=form.member_id, **of)
        case "save_cover":
            if role is not Role.LEAD:
                raise events.NotInTeam
            await write(events.change, said=Changes(cover_id=await _taken(call, event, form)), **of)
        case "drop_cover":
            await write(events.change, said=Changes(cover_id=0), **of)
        case "delete":
            await write(events.delete, **of)
            return call.redirect("/events")
        case _:
            raise NoSuchDeed
    return call.redirect(f"/e/{event.slug}/edit#{form.do.partition('_')[2] or 'content'}")


@routes.get("/e/{slug}/copy")
async def ask_copy(call: Call, form: Copied) -> Response:
    """The form that makes another event like this one.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound, NotInTeam.
    """
    call.require("write:statuses")
    async with call.tools.db.read() as tx:
        event, _, role = await opened(tx, call, form.slug)
    if role is not Role.LEAD:
        raise events.NotInTeam
    return call.page("events/copy", event=event, form=form, title=form.title or event.title, path=f"/e/{event.slug}")


@routes.post("/e/{slug}/copy", again=ask_copy)
async def copy(call: Call, form: Copied) -> Response:
    """Make it: team, programme and drafts move to the new beginning.

    Raises:
        NotSignedIn, RoleForbids, EventNotFound, NotInTeam, BadMoment, and all that `events.make_from` raises.
    """
    own = call.require("write:statuses")
    async with call.tools.db.read() as tx:
        event, _, _ = await opened(tx, call, form.slug)
    starts = event.starts_at if form.as_model and not form.starts else _moment(form.starts, event.zone)
    if starts is None:
        raise BadMoment
    made = await call.tools.db.write(
        events.make_from,
        id=event.id,
        account_id=own,
        starts_at=starts,
        title=form.title or None,
        as_model=form.as_model,
        now=call.now,
    )
    return call.redirect(f"/e/{made.slug}/edit")


async def _taken(call: Call, event: Event, form: Edited) -> MediaId:
    """The picture that came with the form.

    Raises:
        NoFile, DescriptionTooLong, and all that `Studio.receive` raises.
    """
    sent = Upload(form.cover.file, form.cover.size or 0) if form.cover is not None else Upload(io.BytesIO(), 0)
    most = call.tools.settings.limits.uploads_per_30_minutes
    call.limit("uploads", f"account {event.account_id}", Limit(most, HALF_AN_HOUR))
    made = await call.tools.studio.receive(
        sent,
        thumbnail=None,
        said=Said(media.check_description(form.alt)),
        account_id=event.account_id,
        wait=True,
        now=call.now,
    )
    return made.id


def _said(form: Edited, event: Event) -> Changes:
    zone = form.zone or event.zone
    starts, ends = _moment(form.starts, zone), _moment(form.ends, zone)
    if starts is None or ends is None:
        raise BadMoment
    return Changes(
        title=form.title,
        text=form.text,
        place=form.place,
        zone=zone,
        starts_at=starts,
        ends_at=ends,
        language=form.language,
        hashtag=re.sub(r"\W", "", form.hashtag),
        adds_hashtag=form.adds_hashtag,
        webcast_url=form.webcast_url,
        gauge_unit=form.gauge_unit,
        gauge_steps=_steps(form.gauge_steps),
    )


def _filled(event: Event) -> Edited:
    """The form as the event stands."""
    zone = ZoneInfo(event.zone)
    return Edited(
        slug=event.slug,
        title=event.title,
        starts=_local(event.starts_at, zone),
        ends=_local(event.ends_at, zone),
        zone=event.zone,
        place=event.place,
        text=event.text,
        language=event.language or "",
        hashtag=event.hashtag,
        adds_hashtag=event.adds_hashtag,
        moves_programme=True,
        webcast_url=event.webcast_url,
        gauge_unit=event.gauge_unit,
        gauge_steps="\n".join(f"{step.value:g} {step.label}" for step in event.gauge_steps),
    )


def _steps(said: str) -> tuple[Step, ...]:
    steps = []
    for line in said.splitlines():
        if line.strip():
            found = re.fullmatch(r"\s*(-?\d{1,12}(?:[.,]\d{1,6})?)\s+(\S.*?)\s*", line)
            if found is None:
                raise BadSteps
            steps.append(Step(float(found[1].replace(",", ".")), found[2]))
    return tuple(steps)


def _moment(said: str, zone: str) -> datetime | None:
    """What a field for a day and an hour holds, in a zone; None if it is empty.

    Raises:
        BadMoment, BadZone.
    """
    if not said.strip():
        return None
    events.check_zone(zone)
    try:
        moment = datetime.fromisoformat(said.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))) + timedelta()
    except (ValueError, OverflowError):
        raise BadMoment from None


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"


def _due(event: Event, draft: ReadyDraft, zone: ZoneInfo) -> str:
    if draft.after_start is None:
        return ""
    return f"{(event.starts_at + timedelta(seconds=draft.after_start)).astimezone(zone):%H:%M}"
