"""What apps ask for and of which there is nothing here yet.

They expect a list, or another word for nothing, and tolerate nothing else. Each is the truth as long
as nothing can be put in: what gets a feature leaves for a module of its own.
"""

from typing import Annotated, Literal

import msgspec
from starlette.responses import Response

from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import Empty
from pinson.interfaces.request import Routes

routes = Routes()

Nothing = Annotated[list[Empty], msgspec.Meta(max_length=0)]  # an empty list


class AnnualReports(msgspec.Struct):
    """Reports, and the accounts and statuses in them: https://docs.joinmastodon.org/methods/annual_reports."""

    annual_reports: Nothing
    accounts: Nothing
    statuses: Nothing


class Eligibility(msgspec.Struct):
    """Whether somebody has a report of a year, or may have one made."""

    state: Literal["ineligible"]


@routes.get("/api/v1/annual_reports", scopes=("read:accounts",), answers=AnnualReports)
async def annual_reports(_call: Call) -> Response:
    """No reports."""
    return json(AnnualReports([], [], []))


@routes.get("/api/v1/annual_reports/{year}/state", scopes=("read:accounts",), answers=Eligibility)
async def eligibility(_call: Call) -> Response:
    """Whether the viewer may have one made: nobody may."""
    return json(Eligibility("ineligible"))


@routes.post("/api/v1/annual_reports/{year}/generate", scopes=("write:accounts",), answers=Empty)
async def generate(_call: Call) -> Response:
    """Make none, as at any time but the end of a year."""
    return json({})


@routes.get("/api/v1/donation_campaigns", answers={204: None})
async def donation_campaigns(_call: Call) -> Response:
    """No campaign; the one answer of this API that has no body."""
    return Response(status_code=204)
