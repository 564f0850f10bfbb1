"""Live events: what is said about them, how things stand, and following them."""

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from pinson.domain import events
from pinson.domain.accounts import AccountId
from pinson.domain.events import Changes, Event, Step
from pinson.domain.media import MediaId
from pinson.domain.posts import EventId
from pinson.interfaces.api import Call, Who, json
from pinson.interfaces.own import entities
from pinson.interfaces.own.entities import EmptyAnswer, EventEntity, SituationEntity
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx

routes = Routes()

MOST = 100
ROOT = "/api/pinson/v1/events"


class OneEvent(msgspec.Struct):
    """The event in the path."""

    id: EventId


class Sought(msgspec.Struct):
    """Which events: of an account and its teams, or those that go on or are to come on this server. models: those."""

    account_id: AccountId | None = None
    models: bool = False


class SoughtAt(msgspec.Struct):
    """The event at an address, of which this is the end."""

    slug: str


class GivenStep(msgspec.Struct):
    """A named step of a gauge."""

    value: float
    label: str


class Said(msgspec.Struct, kw_only=True):
    """What is said about an event; what is left out stays, what is emptied goes. See `EventEntity`."""

    title: str | None = None
    text: str | UnsetType | None = UNSET
    place: str | UnsetType | None = UNSET
    zone: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    language: str | UnsetType | None = UNSET
    hashtag: str | UnsetType | None = UNSET
    adds_hashtag: bool | None = None
    webcast_url: str | UnsetType | None = UNSET
    cover_id: MediaId | UnsetType | None = UNSET
    gauge_unit: str | UnsetType | None = UNSET
    gauge_steps: list[GivenStep] | None = None
    is_model: bool | None = None
    is_paused: bool | None = None
    is_cancelled: bool | None = None

    def to_changes(self) -> Changes:
        """What the domain calls it."""
        return Changes(
            title=self.title,
            text=_said(self.text),
            place=_said(self.place),
            zone=self.zone,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            language=_said(self.language),
            hashtag=_said(self.hashtag),
            adds_hashtag=self.adds_hashtag,
            webcast_url=_said(self.webcast_url),
            cover_id=None if self.cover_id is UNSET else self.cover_id or 0,
            gauge_unit=_said(self.gauge_unit),
            gauge_steps=None
            if self.gauge_steps is None
            else tuple(Step(step.value, step.label) for step in self.gauge_steps),
            is_model=self.is_model,
            is_paused=self.is_paused,
            is_cancelled=self.is_cancelled,
        )


class NewEvent(Said, kw_only=True):
    """A new event. slug: the end of its address, for ever; else it is made of the title."""

    title: str
    starts_at: datetime
    ends_at: datetime
    slug: str | None = None


class ChangedEvent(Said, kw_only=True):
    """What an event says from now on. moves_programme: the programme moves along with the beginning."""

    id: EventId
    moves_programme: bool = False


class NewCopy(msgspec.Struct):
    """An event like another, at another time. is_model: a model, from which others are made."""

    id: EventId
    starts_at: datetime
    title: str | None = None
    slug: str | None = None
    is_model: bool = False


@routes.get(ROOT, who=Who.ANYONE, scopes=("read:statuses",), answers=list[EventEntity])
async def show_events(call: Call, form: Sought) -> Response:
    """Events: of an account, the latest first; or all that go on or are to come, in the order of their beginnings."""
    async with call.tools.db.read() as tx:
        if form.account_id is None:
            found = await events.current(tx, now=call.now, limit=MOST)
        else:
            is_own = call.principal is not None and call.principal.account_id == form.account_id
            found = await events.of_account(tx, form.account_id, is_model=form.models and is_own, limit=MOST)
    hidden = call.tools.standing.hidden
    return json([_entity(call, one) for one in found if one.account_id not in hidden])


@routes.get(f"{ROOT}/lookup", who=Who.ANYONE, scopes=("read:statuses",), answers=EventEntity)
async def look_up(call: Call, form: SoughtAt) -> Response:
    """The event at an address."""
    async with call.tools.db.read() as tx:
        return json(_entity(call, await visible(tx, call, (await events.by_slug(tx, form.slug)).id)))


@routes.get(f"{ROOT}/{{id}}", who=Who.ANYONE, scopes=("read:statuses",), answers=EventEntity)
async def show_event(call: Call, form: OneEvent) -> Response:
    """One event."""
    async with call.tools.db.read() as tx:
        return json(_entity(call, await visible(tx, call, form.id)))


@routes.get(f"{ROOT}/{{id}}/situation", who=Who.ANYONE, scopes=("read:statuses",), answers=SituationEntity)
async def show_situation(call: Call, form: OneEvent) -> Response:
    """How things stand: gauge, programme, what is expected and promised."""
    async with call.tools.db.read() as tx:
        event = await visible(tx, call, form.id)
        found = await events.situation(tx, event, now=call.now)
    return json(entities.situation(found, event, now=call.now))


@routes.post(ROOT, scopes=("write:statuses",), answers=EventEntity)
async def create_event(call: Call, form: NewEvent) -> Response:
    """Make an event."""
    made = await call.tools.db.write(
        events.create, account_id=call.account_id, said=form.to_changes(), slug=form.slug, now=call.now
    )
    return json(_entity(call, made))


@routes.on("PATCH", f"{ROOT}/{{id}}", scopes=("write:statuses",), answers=EventEntity)
async def change_event(call: Call, form: ChangedEvent) -> Response:
    """Let an event say something else, pause its wall, or cancel it."""
    changed = await call.tools.db.write(
        events.change,
        id=form.id,
        account_id=call.account_id,
        said=form.to_changes(),
        moves_programme=form.moves_programme,
        now=call.now,
    )
    return json(_entity(call, changed))


@routes.on("DELETE", f"{ROOT}/{{id}}", scopes=("write:statuses",), answers=EmptyAnswer)
async def delete_event(call: Call, form: OneEvent) -> Response:
    """Remove an event in which nothing was written."""
    await call.tools.db.write(events.delete, id=form.id, account_id=call.account_id, now=call.now)
    return json(EmptyAnswer())


@routes.post(f"{ROOT}/{{id}}/copies", scopes=("write:statuses",), answers=EventEntity)
async def copy_event(call: Call, form: NewCopy) -> Response:
    """Make an event like this one, with its team, programme and drafts, moved to another beginning."""
    made = await call.tools.db.write(
        events.make_from,
        id=form.id,
        account_id=call.account_id,
        starts_at=form.starts_at,
        title=form.title,
        slug=form.slug,
        as_model=form.is_model,
        now=call.now,
    )
    return json(_entity(call, made))


@routes.post(f"{ROOT}/{{id}}/follow", scopes=("write:follows",), answers=EventEntity)
async def follow_event(call: Call, form: OneEvent) -> Response:
    """Follow an event: what is written in it comes home."""
    event = await call.tools.db.write(events.follow, id=form.id, account_id=call.account_id, now=call.now)
    return json(_entity(call, event))


@routes.post(f"{ROOT}/{{id}}/unfollow", scopes=("write:follows",), answers=EventEntity)
async def unfollow_event(call: Call, form: OneEvent) -> Response:
    """Follow an event no more."""
    event = await call.tools.db.write(events.unfollow, id=form.id, account_id=call.account_id, now=call.now)
    return json(_entity(call, event))


async def visible(tx: ReadTx, call: Call, id: EventId) -> Event:
    """An event that whoever asks may see: a model is for its team, and one of a suspended account is for nobody.

    Raises:
        EventNotFound.
    """
    event = await events.by_id(tx, id)
    if event.account_id in call.tools.standing.hidden:
        raise events.EventNotFound
    if event.is_model:
        account_id = call.principal.account_id if call.principal else None
        if await events.role(tx, event, account_id) is None:
            raise events.EventNotFound
    return event


async def staffed(tx: ReadTx, call: Call, id: EventId) -> Event:
    """An event in whose team the account is.

    Raises:
        EventNotFound, NotInTeam.
    """
    event = await events.by_id(tx, id)
    if await events.role(tx, event, call.account_id) is None:
        raise events.NotInTeam
    return event


def _entity(call: Call, event: Event) -> EventEntity:
    return entities.event(event, base_url=call.base_url, now=call.now)


def _said(value: str | UnsetType | None) -> str | None:
    """What a text becomes: None stays as it is."""
    return None if value is UNSET else value or ""
