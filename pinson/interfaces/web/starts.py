"""Guided starts: from what somebody wants to do to a first draft, by four questions, each with a filled example.

One form a step, which hands on what was answered before: nothing is stored, and it works
without script and without an account. Whoever leaves a question empty takes its example.

`/start/site` is the other way to begin: somebody's site, and the first message that would be made of it.

Not here: where the draft is written on (/write), the cards that lead here (`front.html`).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, time

import msgspec
from babel.dates import get_month_names
from starlette.responses import Response

from pinson import sourcing
from pinson.domain import accounts, events, sources
from pinson.domain.sources import Rules
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.lib.errors import Kind, Refusal
from pinson.lib.limits import Limit

routes = Routes()

NAMES = ("first", "second", "third", "fourth")  # of the answers
LONGEST = 140  # characters of an answer
TRIALS, ALL_TRIALS = Limit(6, 600), Limit(40, 600)  # sites that one stranger has looked at, and all together
EXAMPLE = "7kq4mwz"  # of a short link
BUSIEST = 10  # accounts among which that with a day to show is looked for


def _bare(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(char))


NAMED = {lang: get_month_names("wide", locale=lang) for lang in ("fr", "en")}
MONTHS = {_bare(name): number for months in NAMED.values() for number, name in months.items()}
DAY = re.compile(
    rf"(?P<day>\d\d?)(?:er|st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{'|'.join(MONTHS)})\b(?:,?\s+(?P<year>\d{{4}}))?"
)
HOUR = re.compile(
    r"\b(?P<hour>\d\d?)\s*"
    r"(?:(?:h(?![a-z])|:)\s*(?P<minute>\d\d)?(?:\s*(?P<half>[ap])\.?m\b)?|(?P<bare_half>[ap])\.?m\b)"
)


class NoSuchStart(Refusal):
    """There is no such guided start."""

    kind, code = Kind.MISSING, "no_such_start"
    text = "There is no such page. The three ways to begin are on our first page."


class Question(msgspec.Struct, frozen=True):
    """One step."""

    asked: str
    example: str


class Guide(msgspec.Struct, frozen=True):
    """One use. draft: with {0} to {3} where the answers go."""

    name: str
    promise: str
    questions: tuple[Question, Question, Question, Question]
    draft: str

    def filled(self, answers: Sequence[str]) -> str:
        """The first draft."""
        given = [answer or one.example for answer, one in zip(answers, self.questions, strict=True)]
        return self.draft.format(*given)


class Asked(msgspec.Struct):
    """How far somebody is, and what was answered before."""

    use: str
    step: int = 1
    first: str = ""
    second: str = ""
    third: str = ""
    fourth: str = ""


class Tried(msgspec.Struct):
    """Somebody's site. address: as typed, or "" to be asked for it."""

    address: str = ""


@routes.get("/start/{use}")
async def show(call: Call, form: Asked) -> Response:
    """The next question, or the draft.

    Raises:
        NoSuchStart.
    """
    guide = guides(call.tools.catalogs.translations(call.lang).gettext).get(form.use)
    if guide is None:
        raise NoSuchStart
    hashtag = re.sub(r"\W", "", form.fourth) if form.use == "events" else form.fourth
    given = (form.first, form.second, form.third, hashtag)
    answers = [" ".join(one.split())[:LONGEST] for one in given]
    step = min(max(form.step, 1), len(answers) + 1)
    draft = guide.filled(answers) if step > len(answers) else ""
    starts, place = when_and_where(answers[1], today=call.now.astimezone(call.zone).date())
    return call.page(
        "start",
        use=form.use,
        guide=guide,
        step=step,
        answers=dict(zip(NAMES, answers, strict=True)),
        draft=draft,
        starts=f"{starts:%Y-%m-%dT%H:%M}" if starts else "",
        place=place,
    )


def when_and_where(said: str, *, today: date) -> tuple[datetime | None, str]:
    """What « samedi 14 mars, dès 10 h, 3 rue du Port » says: the moment, by the clock there, and the place. Pure.

    None if it does not name both a day and an hour; a day without a year is the next one. Nothing that was said is
    lost: what is not understood is all in the place.
    """
    bare = _bare(said)
    named = DAY.search(bare)
    told = HOUR.search(bare, named.end()) or HOUR.search(bare) if named else None
    day, at = named and _day(named, today=today), told and _hour(told)
    if day is None or at is None:
        return None, said
    where = [one.strip() for one in said.split(",") if not DAY.search(_bare(one)) and not HOUR.search(_bare(one))]
    return datetime.combine(day, at), ", ".join(filter(None, where)) or said


def _day(named: re.Match[str], *, today: date) -> date | None:
    for year in (int(named["year"]),) if named["year"] else (today.year, today.year + 1):
        with suppress(ValueError):  # 31 June
            day = date(year, MONTHS[named["month"]], int(named["day"]))
            if named["year"] or day >= today:
                return day
    return None


def _hour(told: re.Match[str]) -> time | None:
    half, hour = told["half"] or told["bare_half"], int(told["hour"])
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    with suppress(ValueError):  # 45 h
        return time(hour, int(told["minute"] or 0))
    return None


@routes.get("/start/day")
async def show_a_day(call: Call) -> Response:
    """A minute of a live event that is over, and the rest of it if wished. If there was none, the latest day of whoever
    publishes most of those who agreed to be found; what is new, if nobody."""
    async with call.tools.db.read() as tx:
        event = await events.worth_reliving(tx, language=call.lang, now=call.now)
    if event is not None:
        return call.redirect(f"/e/{event.slug}/revivre?visite=1")
    found = await call.tools.db.read_in_thread(accounts.discoverable, by_activity=True, local=True, limit=BUSIEST)
    async with call.tools.db.read() as tx:
        profiles = await accounts.profiles(tx, found)
    shown = max(profiles.values(), key=lambda profile: profile.posts, default=None)
    if shown is None or shown.last_post_at is None:
        return call.redirect("/explore")
    return call.redirect(f"/@{shown.acct}/{shown.last_post_at.astimezone(call.zone).date()}")


@routes.get("/start/site")
async def try_site(call: Call, form: Tried) -> Response:
    """The first message that would be made of somebody's site. Nothing is kept.

    Nothing is looked at because of a link on another site: it takes somebody to send the form.
    """
    found, message = None, None
    elsewhere = call.request.headers.get("sec-fetch-site", "") == "cross-site"
    if form.address.strip() and not elsewhere:
        try:
            call.limit("trials", call.origin, TRIALS)
            call.limit("trials", "of all", ALL_TRIALS)
            found, message = await _first_message(call, form.address)
        except Refusal as refusal:
            call.refuse(refusal)
    return call.page("start_site", form=form, found=found, message=message, may_follow=call.may("write:statuses"))


async def _first_message(call: Call, address: str) -> tuple[sources.Site, sourcing.Preview]:
    tools = call.tools
    found = await sources.find(address, outgoing=tools.outgoing, reader=tools.news)
    for site in found:
        newest = sources.newest(site.look.entries or (), 1)
        entries = await sources.with_titles(newest, outgoing=tools.outgoing)
        short = f"{tools.settings.short_url}/{EXAMPLE}"
        defaults = accounts.Defaults()
        if made := sourcing.previews(tools, entries, Rules(), defaults=defaults, short=short):
            return site, made[0]
    raise sources.NoNewsThere


def guides(_: Callable[[str], str]) -> dict[str, Guide]:
    """The three uses.

    Args:
        _: translates a sentence into the reader's language.
    """
    return {
        "loyalty": Guide(
            _("Build loyalty"),
            _("Visitors of your site hear what is new there, and come back."),
            (
                Question(_("What is new with you?"), _("Our winter issue is out: twelve recipes of the season.")),
                Question(_("Where can people see it?"), _("www.example.org/winter")),
                Question(_("What else will people learn from you?"), _("our new books and our evenings")),
                Question(_("How often will you write?"), _("two messages a week")),
            ),
            _("{0} {1}\n\nFollow us here for {2}: {3}, no more."),
        ),
        "prospecting": Guide(
            _("Find people"),
            _("Say whom you look for: those who know them pass it on."),
            (
                Question(_("Who are you, in a few words?"), _("a laboratory by the sea")),
                Question(_("Whom do you look for?"), _("a specialist of superconducting magnets")),
                Question(_("Where, and from when?"), _("in Portelune, from June")),
                Question(_("How can people reach you?"), _("answer here, or write to jobs@example.org")),
            ),
            _("We are {0}, and look for {1}, {2}.\n\nInterested? Please {3}."),
        ),
        "events": Guide(
            _("Tell a day"),
            _("Your event, told as it happens, for those who could not come."),
            (
                Question(_("What is your event called?"), _("Open day at the laboratory")),
                Question(_("When and where?"), _("Saturday 14 March, from 10 a.m., 3 Harbour Street")),
                Question(_("What happens first?"), _("the control room opens its doors")),
                Question(_("Which hashtag goes with it?"), _("OpenLab")),
            ),
            _("{0}: {1}. First, {2}.\n\nFollow it all here under #{3}."),
        ),
    }
