"""What apps ask for and of which there is nothing here yet.

They expect a list, or another word for nothing, and tolerate nothing else. Each is the truth as long
as nothing can be put in: what gets a feature leaves for a module of its own.
"""

from typing import Literal

import msgspec
from starlette.responses import Response

from pinson.interfaces.mastodon.api import Call, NothingHere, json
from pinson.interfaces.mastodon.entities import Empty, Nothing
from pinson.interfaces.request import Routes

routes = Routes()


class AnnualReports(msgspec.Struct):
    """Reports, and the accounts and statuses in them: https://docs.joinmastodon.org/methods/annual_reports."""

    annual_reports: Nothing
    accounts: Nothing
    statuses: Nothing


class AsyncRefresh(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/AsyncRefresh"""

    id: str
    status: Literal["running", "finished"]
    result_count: int | None


class AsyncRefreshAnswer(msgspec.Struct):
    """Something that an answer said was still being looked for."""

    async_refresh: AsyncRefresh


class Eligibility(msgspec.Struct):
    """Whether somebody has a report of a year, or may have one made."""

    state: Literal["ineligible"]


@routes.get("/api/v1/annual_reports", scopes=("read:accounts",), answers=AnnualReports)
async def annual_reports(_call: Call) -> Response:
    """No reports."""
    return json(AnnualReports([], [], []))


@routes.get("/api/v1/annual_reports/{year}", scopes=("read:accounts",), answers=AnnualReports)
@routes.post("/api/v1/annual_reports/{year}/read", scopes=("write:accounts",), answers=Empty)
async def annual_report(_call: Call) -> Response:
    """The report of a year, or to say that it was read: there is none."""
    raise NothingHere


@routes.get("/api/v1/annual_reports/{year}/state", scopes=("read:accounts",), answers=Eligibility)
async def eligibility(_call: Call) -> Response:
    """Whether the viewer may have one made: nobody may."""
    return json(Eligibility("ineligible"))


@routes.post("/api/v1/annual_reports/{year}/generate", scopes=("write:accounts",), answers=Empty)
async def generate(_call: Call) -> Response:
    """Make none, as at any time but the end of a year."""
    return json({})


@routes.get("/api/v1_alpha/async_refreshes/{id}", scopes=("read",), answers=AsyncRefreshAnswer)
async def async_refresh(_call: Call) -> Response:
    """Something that is still being looked for: no answer here says that anything is."""
    raise NothingHere


@routes.get("/api/v1/donation_campaigns", answers={204: None})
async def donation_campaigns(_call: Call) -> Response:
    """No campaign; the one answer of this API that has no body."""
    return Response(status_code=204)
