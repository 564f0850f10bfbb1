"""How many newcomers stay, which is to publish: https://docs.joinmastodon.org/methods/admin/retention."""

from datetime import datetime

import msgspec
from starlette.responses import Response

from pinson.domain.access import UserRole
from pinson.domain.moderation import figures
from pinson.domain.moderation.figures import Cohort, Frequency, Period
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import moment
from pinson.interfaces.request import Routes

routes = Routes()


class CohortDatum(msgspec.Struct):
    """Those of a cohort who were active in a period, as a part of it from 0 to 1, and as a number, which is a text."""

    date: str
    rate: float
    value: str


class AdminCohort(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_Cohort"""

    period: str
    frequency: Frequency
    data: list[CohortDatum]


class Wanted(msgspec.Struct):
    """Body of POST /api/v1/admin/retention."""

    start_at: datetime
    end_at: datetime
    frequency: Frequency


@routes.post("/api/v1/admin/retention", role=UserRole.MODERATOR, scopes=("admin:read",), answers=list[AdminCohort])
async def show(call: Call, form: Wanted) -> Response:
    """Of those who signed up on each day or in each month, how many were active then and later."""
    period = Period.of(form.start_at, form.end_at)
    found = await call.tools.db.read_in_thread(figures.retention, period=period, frequency=form.frequency)
    return json([_entity(one, form.frequency) for one in found])


def _entity(one: Cohort, frequency: Frequency) -> AdminCohort:
    return AdminCohort(
        period=moment(one.begins),
        frequency=frequency,
        data=[
            CohortDatum(moment(begins), active / one.size if one.size else 0.0, str(active))
            for begins, active in one.active
        ],
    )
