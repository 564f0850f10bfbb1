"""When an archive is refused. Pure."""

from datetime import datetime, timedelta

from pinson.domain.intakes.model import Intake
from pinson.lib.errors import Kind, Refusal

GIVEN_UP = timedelta(days=2)  # after this, one that does not end stands in nobody's way


class IntakeUnderWay(Refusal):
    """One at a time."""

    kind, code = Kind.CONFLICT, "intake_under_way"
    text = "An archive is being taken in already. You can send another when it is done."


def is_under_way(intake: Intake | None, now: datetime) -> bool:
    """Whether another has to wait for this one."""
    return intake is not None and intake.finished_at is None and now - intake.asked_at < GIVEN_UP
