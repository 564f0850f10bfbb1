"""How the server is: in full for whoever runs it, who can mend some of it from here, and in short for everybody.

Not here: the same from beside a server, running or not (`pinson doctor`), a word for machines (ops).
"""

import sqlite3
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import msgspec
from starlette.responses import Response

import pinson
from pinson import texting
from pinson.domain import accounts, deliveries, instance, moderation
from pinson.domain.access import UserRole
from pinson.domain.accounts import Profile
from pinson.domain.alerts import publishers
from pinson.domain.deliveries import Channel, Count, Lately, Outcome, Waiting
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.staff import One
from pinson.interfaces.web.reading import KEPT
from pinson.interfaces.web.site import Call
from pinson.lib import dkim, vitals
from pinson.lib.db import ReadTx
from pinson.lib.mail import address_of, domain_of
from pinson.lib.vitals import Level
from pinson.texting import Standing

routes = Routes()

DAY = timedelta(days=1)
MOST_DOUBTFUL = 100
NEARLY = 0.8  # of the day's ceiling of texts: from there on somebody should know
LETTERS = "letters"  # the reaction that writes e-mails


class Dropped(One):
    """The form by which a dead letter is given up. reason: for the register."""

    reason: str = ""


@routes.get("/status")
async def status(call: Call) -> Response:
    """What works, since when: for anybody, and nothing that helps anybody do harm."""
    now = await vitals.look(call.tools.db, call.tools.data)
    saving = Level.BROKEN if now.room is Level.BROKEN else Level.OK
    late = LETTERS in {one.reaction for one in now.failing} | {one.reaction for one in now.dead}
    return call.page(
        "status",
        kept=KEPT,
        since=call.tools.started_at,
        saving=saving,
        behind=now.behind,
        following=Level.WARNING if now.behind > vitals.FAR_BEHIND else Level.OK,
        mail=Level.WARNING if late else Level.OK,
        when=partial(dates.moment, lang=call.lang, zone=call.zone),
    )


@routes.get("/operator")
async def show(call: Call) -> Response:
    """Room, backups, what follows late or not at all, e-mail, streams, versions.

    Raises:
        NotSignedIn, NotStaff.
    """
    staff.moderator(call, least=UserRole.ADMIN)
    now = await vitals.look(call.tools.db, call.tools.data)
    async with call.tools.db.read() as tx:
        seal = await instance.seal(tx)
        waiting = await deliveries.waiting(tx)
        ended = await deliveries.counts(tx, since=call.now - DAY)
        doubtful = await deliveries.doubtful(tx, limit=MOST_DOUBTFUL)
        texts = await _texts(tx, call) if call.tools.settings.sms.backend != "none" else None
    late = sum(one.facts for one in now.failing if one.reaction == LETTERS)
    given_up = sum(one.reaction == LETTERS for one in now.dead)
    return await staff.page(
        call,
        "health",
        "health",
        now=now,
        backups=now.backups(call.now),
        late_letters=late,
        lost_letters=given_up,
        mail=Level.WARNING if late or given_up else Level.OK,
        signer=signer(seal, call.tools.settings.mail.sender) if seal is not None else None,
        channels=_channels(waiting, ended),
        texts=texts,
        doubtful=Counter(one.channel for one in doubtful),
        most_doubtful=MOST_DOUBTFUL,
        streams=len(call.tools.hub),
        since=call.tools.started_at,
        versions={
            "Pinson": pinson.__version__,
            "Python": sys.version.partition(" ")[0],
            "SQLite": sqlite3.sqlite_version,
        },
        when=partial(staff.when, call),
    )


class Way(msgspec.Struct, frozen=True):
    """A channel as it is now: what waits, since when and why, and what ended in the last day."""

    channel: Channel
    waiting: int
    since: datetime | None
    error: str
    ended: Mapping[Outcome, int]


class Texts(msgspec.Struct, frozen=True):
    """How texts leave, and what they cost. standing: None if nobody speaks with the operator. is_real: there is one.

    spent, ceiling: parts of today (UTC). cost: of them, None if they cost nothing. low: whose credits end soon -> how
    many there are.
    """

    is_real: bool
    standing: Standing | None
    spent: int
    ceiling: int
    cost: Decimal | None
    low: Sequence[tuple[Profile, int]]
    heard: Lately

    @property
    def level(self) -> Level:
        """How well that is."""
        if self.is_real and (self.standing is None or self.standing.trouble):
            return Level.BROKEN
        return Level.WARNING if self.low or self.spent >= self.ceiling * NEARLY else Level.OK


async def _texts(tx: ReadTx, call: Call) -> Texts:
    """Four statements."""
    chosen = call.tools.settings.sms
    spent = await publishers.spent_today(tx, now=call.now)
    low = await publishers.low(tx, now=call.now)
    people = await accounts.profiles(tx, [one.account_id for one in low]) if low else {}
    price = Decimal(chosen.price_per_part)
    return Texts(
        is_real=chosen.backend != "simulator",
        standing=texting.standing(call.tools.data),
        spent=spent,
        ceiling=chosen.parts_per_day,
        cost=price * spent if price else None,
        low=[(people[one.account_id], one.credits or 0) for one in low if one.account_id in people],
        heard=await deliveries.lately(tx, Channel.SMS),
    )


def _channels(waiting: Sequence[Waiting], ended: Sequence[Count]) -> list[Way]:
    """Those by which anything was to be sent lately."""
    waits = {one.channel: one for one in waiting}
    outcomes: dict[str, dict[Outcome, int]] = {}
    for one in ended:
        outcomes.setdefault(one.channel, {})[one.outcome] = one.deliveries
    ways = []
    for channel in Channel:
        there, of_it = waits.get(channel), outcomes.get(channel, {})
        if there is not None:
            ways.append(Way(channel, there.deliveries, there.since, there.error, of_it))
        elif of_it:
            ways.append(Way(channel, 0, None, "", of_it))
    return ways


def signer(seal: instance.Seal, sender: str) -> dkim.Signer:
    """What signs our e-mail: here, to show what belongs into DNS."""
    return dkim.Signer(seal.secret, domain=domain_of(address_of(sender)), selector=seal.selector)


@routes.post("/operator/dead/{id}/retry")
async def retry(call: Call, form: One) -> Response:
    """Try again what was given up.

    Raises:
        NotSignedIn, NotStaff, NoSuchLetter.
    """
    by = staff.moderator(call, least=UserRole.ADMIN)
    await call.tools.db.write(moderation.retry_letter, by=by, id=form.id, now=call.now)
    return call.redirect("/operator#dead")


@routes.post("/operator/dead/{id}/drop")
async def drop(call: Call, form: Dropped) -> Response:
    """Give it up for good.

    Raises:
        NotSignedIn, NotStaff, ReasonMissing, NoSuchLetter, TextTooLong.
    """
    by = staff.moderator(call, least=UserRole.ADMIN)
    await call.tools.db.write(moderation.drop_letter, by=by, id=form.id, reason=staff.reason(form.reason), now=call.now)
    return call.redirect("/operator#dead")
