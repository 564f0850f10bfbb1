"""Reminds those who asked of what begins in a few minutes: a line of a programme, or an event itself.

Called by `schedule.py`, once a minute. The time is that of the programme as it stands then: what was moved is told at
its new time, also after it was told at the old one; what does not take place is not told. A wish ends some time after
its moment, since what is late is often moved when its hour has struck.

Not here: who asks, and how (the doors), what a reminder looks like (the channels).
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pinson.domain import alerts, events
from pinson.domain.events import Moment
from pinson.tools import Tools

LEAD = timedelta(minutes=5, seconds=30)  # five minutes, to the nearest look
KEPT = timedelta(hours=2)  # after its hour, a moment may still be moved


async def remind_due(tools: Tools, *, now: datetime) -> None:
    """Remind of what begins soon, and end the wishes for what is past or gone. Three statements if nothing is."""
    async with tools.db.read() as tx:
        wanted = await alerts.moments(tx)
        found = await events.moments(tx, wanted) if wanted else {}
    for id in wanted:
        moment = found.get(id)
        if moment is None or _is_past(moment, now):
            while await tools.db.write(alerts.end_moment, topic_id=id, now=now):
                pass
        elif _is_due(tools, moment, now):
            starts_at, data = moment.starts_at, _said(tools, moment)
            while await tools.db.write(alerts.remind, topic_id=id, starts_at=starts_at, data=data, now=now):
                pass


def _is_past(moment: Moment, now: datetime) -> bool:
    return moment.starts_at + (timedelta(0) if moment.is_off else KEPT) <= now


def _is_due(tools: Tools, moment: Moment, now: datetime) -> bool:
    is_hidden = moment.event.account_id in tools.standing.hidden
    return not moment.is_off and not is_hidden and now < moment.starts_at <= now + LEAD


def _said(tools: Tools, moment: Moment) -> dict[str, str]:
    event = moment.event
    return {
        "at": moment.starts_at.astimezone(ZoneInfo(event.zone)).isoformat(),
        "what": moment.what or event.title,
        "event": event.title if moment.what else "",
        "account": str(event.account_id),  # who pays for it where it costs
        "page": f"{tools.settings.url}/e/{event.slug}",
    }
