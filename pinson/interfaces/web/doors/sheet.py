"""One page with every door, phone first: `/s/name`. Under the chosen door: how much, what one agrees to, one button.

Whoever is known already, as a member or because this browser proved an address before, changes and leaves here too.
"""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import access, alerts, posts
from pinson.domain.accounts import AccountId
from pinson.domain.alerts import Alert, Reach, Rhythm, Source, Wish
from pinson.domain.deliveries import Channel
from pinson.domain.notifications import push
from pinson.domain.posts import Tag
from pinson.domain.relations.model import TopicKind
from pinson.interfaces.request import Routes
from pinson.interfaces.web.doors import proving
from pinson.interfaces.web.doors.arranging import CAPS, Row, hand
from pinson.interfaces.web.doors.followed import followed, kind_of
from pinson.interfaces.web.doors.renewing import rung
from pinson.interfaces.web.doors.words import wording
from pinson.interfaces.web.site import Call
from pinson.lib import phones
from pinson.lib.errors import Kind, Refusal
from pinson.lib.limits import Limit

routes = Routes()

ASKING = Limit(60, 600)  # from one place: a whole hall may be behind one address
POSTER = "affiche"
SOURCES = {POSTER: Source.POSTER, Source.INVITATION: Source.INVITATION}
DOORS = (Channel.SMS, Channel.BROWSER, Channel.EMAIL)


class NotAgreed(Refusal):
    """Somebody who sells something needs more than a button that was pressed."""

    kind, code = Kind.INVALID, "not_agreed"
    text = "Tick that you agree: without it, nothing is sent to you."


class NoSuchDoor(Refusal):
    """By this way, nobody is reached here."""

    kind, code = Kind.INVALID, "no_such_door"
    text = "Choose one of the ways that are offered."


class Sheet(msgspec.Struct):
    """The page and its forms. door: which is open. via: what led here. narrow: the id of a hashtag, 0 for all."""

    name: str
    via: str = ""
    door: str = ""
    done: bool = False
    left: str = ""
    number: str = ""
    email: str = ""
    endpoint: str = ""
    p256dh: str = ""
    auth: str = ""
    rhythm: Rhythm | None = None
    per_week: int = 0
    narrow: int = 0
    agree: bool = False


class OfEvent(msgspec.Struct):
    """An event, by its address."""

    slug: str


@routes.get("/e/{slug}/suivre")
async def to_event(call: Call, form: OfEvent) -> Response:
    """The doors of an event, from where people look for them."""
    return call.redirect(f"/s/e/{form.slug}")


@routes.get("/s/{name}")
@routes.get("/s/tag/{name}")
@routes.get("/s/e/{name}")
@routes.get("/s/r/{name}")
async def show(call: Call, form: Sheet) -> Response:
    """Every door, and what the visitor has already.

    Raises:
        AccountNotFound, EventNotFound, LineNotFound, BadTag.
    """
    kind = kind_of(call)
    if kind is TopicKind.ACCOUNT and form.name.startswith("#"):
        return call.redirect(f"/s/tag/{form.name[1:]}")
    async with call.tools.db.read() as tx:
        about = await followed(tx, call, kind, form.name)
        topics: Sequence[Tag] = ()
        if kind is TopicKind.ACCOUNT and about.owner is not None:
            topics = await posts.main_tags(tx, about.owner.id)
        mine = await hand(tx, call)
        own = [one for one in mine.alerts if isinstance(about.topic, alerts.Topic) and one.topic_id == about.topic.id]
    return call.page(
        "doors/sheet",
        about=about,
        doors={door: wording(call, about, door).text for door in doors(call)},
        number=number(call),
        topics=topics,
        caps=CAPS,
        form=form,
        rhythm=form.rhythm or alerts.first_rhythm(about.kind),
        rows=rows(own, mine.rows),
        digest_hour=mine.reader.digest_hour if mine.reader else alerts.DIGEST_HOUR,
        push_key=call.tools.push_key,
        rung=rung(mine.addresses),
        is_done=form.done and not call.problems,
    )


@routes.post("/s/{name}", again=show)
@routes.post("/s/tag/{name}", again=show)
@routes.post("/s/e/{name}", again=show)
@routes.post("/s/r/{name}", again=show)
async def ask(call: Call, form: Sheet) -> Response:
    """Ask for it by the chosen door: done at once where nothing is to be proven, else on to the proof.

    Raises:
        AccountNotFound, EventNotFound, LineNotFound, BadTag: there is no such thing to follow.
        NoSuchDoor, NotAgreed, BadWish, TooManyAlerts, TooManyCodes.
        EmailBlank, EmailInvalid, BadNumber, BadEndpoint, BadKeys: nothing can be sent there.
        TooManyAttempts.
    """
    reach = _reach(call, form)
    call.limit("alerts", call.origin, ASKING)
    async with call.tools.db.read() as tx:
        about = await followed(tx, call, kind_of(call), form.name)
        known = await alerts.visits.known(tx, account_id=account_of(call), key=call.reader_key)
    if about.publisher.commercial and about.kind is not TopicKind.MOMENT and not form.agree:
        raise NotAgreed
    wish = Wish(
        rhythm=form.rhythm or alerts.first_rhythm(about.kind), per_week=form.per_week or None, narrow_id=form.narrow
    )
    secrets = alerts.new_secrets()
    visitor = proving.visitor(call, known)
    asked = await call.tools.db.write(
        alerts.visits.ask,
        visitor=visitor,
        reach=reach,
        wanted=alerts.visits.Wanted(about.topic, about.name, wish),
        wording=wording(call, about, reach.channel),
        source=Source.MEMBER if call.acting else SOURCES.get(form.via, Source.PAGE),
        zone=call.zone.key,
        secrets=secrets,
        now=call.now,
    )
    if asked.confirmed:
        answer = call.redirect(f"{about.path}?done=1")
        proving.recognise(call, answer, visitor, asked.reader_id)
        return answer
    answer = call.redirect(f"/s/code/{reach.channel}")
    masked = alerts.masked(reach.channel, reach.value)
    proving.remember(call, answer, proving.Pending(asked.address_id, proving.digest(secrets.link), masked, about.path))
    return answer


def doors(call: Call) -> list[Channel]:
    """By which ways one may be reached here."""
    return [door for door in DOORS if door is not Channel.SMS or texts(call)]


def texts(call: Call) -> bool:
    """Whether this server can send texts."""
    return call.tools.settings.sms.backend != "none"


def number(call: Call) -> str:
    """Where people write to by SMS, "" if nowhere."""
    return call.tools.settings.sms.number if texts(call) else ""


def account_of(call: Call) -> AccountId | None:
    """Which member asks, if it is one."""
    return call.acting.account_id if call.acting is not None else None


def rows(own: Sequence[Alert], all_rows: Sequence[Row]) -> list[Row]:
    """What the visitor has of this topic already."""
    ids = {one.id for one in own}
    return [row for row in all_rows if row.alert.id in ids]


def _reach(call: Call, form: Sheet) -> Reach:
    if form.door not in doors(call):
        raise NoSuchDoor
    match Channel(form.door):
        case Channel.EMAIL:
            return Reach(Channel.EMAIL, access.checked_email(form.email))
        case Channel.BROWSER:
            push.prepare(endpoint=form.endpoint, p256dh=form.p256dh, auth=form.auth)
            return Reach(Channel.BROWSER, form.endpoint, {"p256dh": form.p256dh, "auth": form.auth})
        case _:
            return Reach(Channel.SMS, phones.number(form.number, call.tools.settings.sms.region))
