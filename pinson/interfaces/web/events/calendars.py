"""Events in calendars: one event with its programme, `/e/slug.ics`, and all of an account, `/@name/calendar.ics`.

They hold what strangers see. A program that subscribed hears of changes by their sequence, which rises with each.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
from starlette.responses import Response

from pinson.domain import events
from pinson.domain.events import Event, Line
from pinson.domain.posts import EventId
from pinson.interfaces.request import Routes
from pinson.interfaces.web.profiles import profile_of
from pinson.interfaces.web.site import Call
from pinson.lib.calendars import MEDIA_TYPE, Alarm, Calendar, Date, written

routes = Routes()

KEPT = 60  # seconds that a proxy may hold a calendar
MOST = 200
LONGEST_REMINDER = 24 * 60  # minutes


class OfAccount(msgspec.Struct):
    """An account, by its address."""

    acct: str


@routes.get("/@{acct}/calendar.ics")
async def of_account(call: Call, form: OfAccount) -> Response:
    """Events of an account, and of teams that it is in.

    Raises:
        AccountNotFound.
    """
    async with call.tools.db.read() as tx:
        profile = await profile_of(tx, call, form.acct)
        found = await events.of_account(tx, profile.id, limit=MOST)
        lines = await events.lines_of(tx, [event.id for event in found])
    name = profile.display_name or profile.username
    modified = max((event.updated_at for event in found), default=profile.created_at)
    calendar = Calendar(
        name=f"{name} (@{profile.acct})",
        address=f"{call.base_url}/@{profile.acct}/calendar.ics",
        page=profile.url(call.base_url),
        modified=modified,
        dates=_dates(call, found, lines),
    )
    return call.public(written(calendar), MEDIA_TYPE, kept=KEPT)


async def of_event(call: Call, slug: str, *, line_id: int | None = None, remind: int | None = None) -> Response:
    """An event and its programme.

    Args:
        line_id: a line of the programme that is wanted alone. remind: how many minutes before each line to ring.
    Raises:
        EventNotFound: there is none, it is a model, or its account is suspended.
        LineNotFound: it has no such line.
    """
    async with call.tools.db.read() as tx:
        event = await events.by_slug(tx, slug)
        lines = await events.lines_of(tx, [event.id])
    if event.is_model or event.account_id in call.tools.standing.hidden:
        raise events.EventNotFound
    url = f"{call.base_url}/e/{event.slug}"
    asked = f"?{call.request.url.query}" if line_id is not None or remind is not None else ""
    found = _dates(call, [event], lines, remind=remind)
    if line_id is not None:
        found = [one for one in found if one.uid == _uid(call, event, line_id)]
        if not found:
            raise events.LineNotFound
    calendar = Calendar(
        name=event.title,
        address=f"{url}.ics{asked}",
        page=url,
        modified=event.updated_at,
        dates=found,
        text=event.text,
        refresh=timedelta(minutes=15),
    )
    return call.public(written(calendar), MEDIA_TYPE, kept=KEPT)


def _uid(call: Call, event: Event, line_id: int) -> str:
    return f"event-{event.id}-{line_id}@{call.local_domain}"


def _dates(
    call: Call, found: Sequence[Event], lines: Mapping[EventId, Sequence[Line]], *, remind: int | None = None
) -> list[Date]:
    dates = []
    before = None if remind is None else timedelta(minutes=min(max(remind, 0), LONGEST_REMINDER))
    for event in found:
        url, uid = f"{call.base_url}/e/{event.slug}", f"event-{event.id}@{call.local_domain}"
        whole = Date(
            uid=uid,
            sequence=event.sequence,
            created=event.created_at,
            modified=event.updated_at,
            starts=event.starts_at,
            ends=event.ends_at,
            zone=ZoneInfo(event.zone),
            title=event.title,
            text="\n\n".join(part for part in (event.text, url) if part),
            place=event.place,
            url=url,
            language=event.language or "",
            cancelled=event.cancelled_at is not None,
        )
        dates.append(whole)
        dates += [
            msgspec.structs.replace(
                whole,
                uid=_uid(call, event, line.id),
                alarm=Alarm(before, line.what) if before is not None and line.done_at is None else None,
                starts=line.starts_at,
                ends=line.ends_at,
                title=f"{line.what} ({event.title})",
                text="\n\n".join(part for part in (line.who, url) if part),
                part_of=uid,
            )
            for line in lines.get(event.id, ())
        ]
    return dates
