"""Numbers by day: https://docs.joinmastodon.org/methods/admin/measures. Keys that we do not know are left out.

An account is active if it published. No other server is known, so what is asked about one is 0.
"""

from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain.access import UserRole
from pinson.domain.moderation import figures
from pinson.domain.moderation.figures import Measure, Measured, Period
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import moment
from pinson.interfaces.request import Routes

routes = Routes()

OF_SERVERS = {
    "instance_accounts": None,
    "instance_media_attachments": "bytes",
    "instance_reports": None,
    "instance_statuses": None,
    "instance_follows": None,
    "instance_followers": None,
}
"""What is asked about another server, and its unit."""


class MeasureOnDay(msgspec.Struct):
    """A number on a day, as text."""

    date: str
    value: str


class AdminMeasure(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_Measure; numbers are texts."""

    key: str
    unit: str | None
    total: str
    previous_total: str
    data: list[MeasureOnDay]
    human_value: str | msgspec.UnsetType = msgspec.UNSET


class Of(msgspec.Struct, frozen=True):
    """Which hashtag something is about."""

    id: int = 0


class OfServer(msgspec.Struct, frozen=True):
    """Which server something is about."""

    domain: str = ""


class Wanted(msgspec.Struct):
    """Body of POST /api/v1/admin/measures: which, from when to when, and about what."""

    start_at: datetime
    end_at: datetime
    keys: list[str] = []
    tag_accounts: Of = Of()
    tag_uses: Of = Of()
    tag_servers: Of = Of()
    instance_accounts: OfServer = OfServer()
    instance_media_attachments: OfServer = OfServer()
    instance_reports: OfServer = OfServer()
    instance_statuses: OfServer = OfServer()
    instance_follows: OfServer = OfServer()
    instance_followers: OfServer = OfServer()

    def about(self, key: str) -> int | None:
        """The hashtag that a key is about; 0 if it is about none, None if one is missing."""
        of: Of | None = getattr(self, key, None)
        return 0 if of is None else of.id or None


@routes.post("/api/v1/admin/measures", role=UserRole.MODERATOR, scopes=("admin:read",), answers=list[AdminMeasure])
async def show(call: Call, form: Wanted) -> Response:
    """Some numbers over a period, day by day."""
    period = Period.of(form.start_at, form.end_at)
    known = {
        measure: id for measure in Measure if measure.value in form.keys and (id := form.about(measure)) is not None
    }
    found = await call.tools.db.read_in_thread(figures.measures, wanted=known, period=period)
    nothing = Measured(0, 0, [0] * period.days)
    shown: list[Any] = []
    for key in dict.fromkeys(form.keys):
        if key in OF_SERVERS and getattr(form, key).domain:
            shown.append(_entity(key, nothing, period, OF_SERVERS[key]))
        elif key in found:
            shown.append(_entity(key, found[Measure(key)], period, None))
    return json(shown)


def _entity(key: str, one: Measured, period: Period, unit: str | None) -> AdminMeasure:
    return AdminMeasure(
        key=key,
        unit=unit,
        total=str(one.total),
        previous_total=str(one.previous),
        data=[MeasureOnDay(moment(day), str(value)) for day, value in zip(period.dates(), one.by_day, strict=True)],
        human_value="0 B" if unit else msgspec.UNSET,
    )
