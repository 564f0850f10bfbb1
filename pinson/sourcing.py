"""Looks at the sites that accounts follow, and makes messages of what is new there.

Beside the requests, in every process; which one looks at which is decided by the database, as for pushes. Each source
has its own times and its own failures, and many are looked at side by side, so that a site that answers late delays
its own news only. A site that names a hub is looked at rarely: the hub brings what is new (W3C WebSub).

Not here: reading sites and what is new (domain/sources).
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import structlog

from pinson.domain import access, accounts, posts, shortlinks, sources
from pinson.domain.accounts import AccountId
from pinson.domain.posts import Draft, Prepared, Reader, Visibility
from pinson.domain.sources import Entry, Look, Outcome, Rules, Source, Subscription, hubs
from pinson.domain.sources.hubs import Fresh
from pinson.lib.errors import Kind, Refusal
from pinson.lib.http import OutgoingFailed
from pinson.tools import Tools

CALLBACKS = "/websub"  # where hubs call us
PAUSE = 1.0  # seconds between looks at what is due
MOST_OPEN = 16  # sites that are looked at side by side, in one process
LASTS = timedelta(minutes=5)  # whoever took a source on has died if it did not say what came of it by then
MOST_AT_ONCE = 10  # messages made of one look; the others follow with the next
SOON = timedelta(minutes=1)
SHORT = 8  # characters of a short link after the host

events = structlog.get_logger("pinson.sourcing")


class Preview(msgspec.Struct, frozen=True):
    """A message that would be made. said: as it would be read. text: with the address as it is now."""

    said: str
    text: str
    language: str | None


class _LaterOn(Exception):
    """What is new cannot become a message yet."""


class _Found(msgspec.Struct, frozen=True):
    """What was in a document. news: something new. later: more than could be dealt with."""

    news: bool
    later: bool


class Looks:
    """The looks that this process makes."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._open: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Look at what is due, until cancelled. What is under way then is due again in a few minutes."""
        try:
            while True:
                try:
                    busy = await self.step()
                except Refusal as refusal:  # a full disk: what is due stays so
                    events.warning("looks_failed", why=str(refusal))
                    busy = False
                if not busy:
                    await asyncio.sleep(PAUSE)
        finally:
            for task in self._open:
                task.cancel()

    async def step(self) -> bool:
        """Begin what is due and there is room for; whether anything is under way, some of which may be done now.

        Raises:
            CannotWrite: the disk is full; it is due again in a few minutes.
        """
        if len(self._open) < MOST_OPEN:
            await self._begin(MOST_OPEN - len(self._open))
        if not self._open:
            return False
        done, self._open = await asyncio.wait(self._open, timeout=PAUSE, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if isinstance(error := task.exception(), Refusal):
                raise error
            if error is not None:  # a bug: everyone should know, and the other sites go on; this one is due again
                events.critical("look_failed", error=repr(error), exc_info=error)
        return True

    async def _begin(self, limit: int) -> None:
        now = self._tools.clock.now()
        async with self._tools.db.read() as tx:
            if not await sources.is_due(tx, now=now):
                return
        taken = await self._tools.db.write(sources.claim, now=now, until=now + LASTS, limit=limit)
        asking = await self._tools.db.write(hubs.claim, now=now, limit=limit)
        self._open |= {asyncio.create_task(look_at(self._tools, source)) for source in taken}
        self._open |= {asyncio.create_task(_ask(self._tools, one)) for one in asking}


async def look_at(tools: Tools, source: Source) -> None:
    """Look at one source, and keep what came of it.

    Raises:
        CannotWrite: the disk is full.
    """
    try:
        look = await sources.look(source, outgoing=tools.outgoing, reader=tools.news)
    except Refusal as refusal:
        if refusal.kind is Kind.UNAVAILABLE:
            raise
        await _fail(tools, source, refusal)
        return
    await take_in(tools, source, look)


async def take_in(tools: Tools, source: Source, look: Look) -> None:
    """Make messages of what is new in what a source shows, by its rules.

    Raises:
        CannotWrite: the disk is full.
    """
    found = await _messages(tools, source, look)
    if found is None:
        return
    now = tools.clock.now()
    again_at = now + SOON if found.later else None
    await tools.db.write(
        sources.looked, id=source.id, look=look, news=found.news, again_at=again_at, fresh=fresh(), now=now
    )


async def take_delivery(tools: Tools, source: Source, body: bytes, *, content_type: str) -> None:
    """The same of a document that its hub brought. One that cannot be read is fetched from its site.

    Raises:
        CannotWrite: the disk is full.
    """
    try:
        look = await sources.delivered(source, body, content_type=content_type, reader=tools.news)
    except Refusal as refusal:
        if refusal.kind is Kind.UNAVAILABLE:
            raise
        await tools.db.write(sources.look_soon, id=source.id, now=tools.clock.now())
        return
    found = await _messages(tools, source, look)
    if found is not None:
        await tools.db.write(sources.heard, id=source.id, news=found.news, again=found.later, now=tools.clock.now())


def tells_secret(tools: Tools, one: Subscription) -> bool:
    """Whether nobody else hears what we tell a hub (WebSub, section 5.1)."""
    return one.hub.startswith("https:") or tools.settings.outgoing.allow_loopback


def fresh() -> Fresh:
    """What nobody can guess, for a hub."""
    return Fresh(access.new_secret(), access.new_secret())


async def _ask(tools: Tools, one: Subscription) -> None:
    """Ask a hub to tell us, or to tell us no more."""
    callback = f"{tools.settings.url}{CALLBACKS}/{one.token}"
    said = hubs.wish(one, callback=callback, tell_secret=tells_secret(tools, one))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    try:
        answer = await tools.outgoing.post(one.hub, said, headers=headers)
        why = "" if answer.status < 300 else f"it answers {answer.status}"
    except OutgoingFailed as failure:
        why = str(failure)
    if why:
        events.info("hub_failed", source=one.source_id, why=why)


async def _messages(tools: Tools, source: Source, look: Look) -> "_Found | None":
    """What became of what a source shows; None if nothing can be published for it now, which is kept with it."""
    entries = look.entries or ()
    keys = [key for entry in entries for key in entry.known_by]
    today = _today(tools)
    async with tools.db.read() as tx:
        known = await sources.known(tx, source.id, keys) if keys else set[str]()
        made_today = await sources.made_since(tx, source.id, since=today) if source.rules.per_day else 0
    new = sources.unknown(entries, known)
    news = [] if source.learning else [entry for entry in new if sources.is_news(entry, source)]
    passing = sources.wanted(news, source.rules)
    told, over = sources.chosen(passing, source.rules, today=made_today)
    now = tools.clock.now()
    if silent := [entry for entry in new if entry not in passing]:
        await tools.db.write(sources.learn, id=source.id, entries=silent, now=now)
    for entry in over:
        await tools.db.write(sources.pass_over, id=source.id, entry=entry, outcome=Outcome.OVER, why=None, now=now)
    made, later = 0, len(told) > MOST_AT_ONCE
    try:
        for entry in told[:MOST_AT_ONCE]:
            try:
                made += await _make(tools, source, entry, today)
            except _LaterOn:
                later = True
    except (sources.NotToday, sources.AccountStopped) as refusal:  # what is new stays so until then
        await _fail(tools, source, refusal)
        return None
    if new:
        events.info("source_read", source=source.id, new=len(new), made=made)
    return _Found(bool(news), later)


def prepared_of(tools: Tools, entry: Entry, rules: Rules, *, defaults: accounts.Defaults) -> Prepared:
    """The message that is made of something new.

    Raises:
        What `posts.prepare` raises.
    """
    settings = tools.settings
    most = settings.posts.max_characters
    text = sources.message(entry, rules, most=most, short=max(len(settings.short_url) + SHORT, posts.URL_LENGTH))
    language = rules.language or tools.languages.of(entry.title) or entry.language or defaults.language
    visibility = Visibility(defaults.visibility)
    draft = Draft(text, visibility, sensitive=defaults.sensitive, language=language)
    prepared = posts.prepare(
        draft,
        max_characters=most,
        local_domain=settings.url.partition("://")[2],
        shortener=tools.shortener(wanted=True),
    )
    plan = prepared.shortening
    if plan is None or entry.link not in plan.wanted:
        return prepared
    named = msgspec.structs.replace(plan.wanted[entry.link], title=entry.title[: shortlinks.LONGEST_TITLE].strip())
    plan = msgspec.structs.replace(plan, wanted={**plan.wanted, entry.link: named})
    return msgspec.structs.replace(prepared, shortening=plan)


async def _make(tools: Tools, source: Source, entry: Entry, today: datetime) -> bool:
    """Make a message or a draft of something new; whether there is one.

    Raises:
        _LaterOn: its page, which has its title, cannot be read now.
        NotToday, AccountStopped: nothing can be made of anything now.
        CannotWrite: the disk is full.
    """
    author, defaults = await _author(tools, source.account_id)
    try:
        if not entry.title:
            titled = await sources.titled(entry, outgoing=tools.outgoing)
            entry = titled or msgspec.structs.replace(entry, title=entry.link)
        prepared = prepared_of(tools, entry, source.rules, defaults=defaults)
        outcome = await tools.db.write(
            sources.take_in,
            id=source.id,
            entry=entry,
            author=author,
            prepared=prepared,
            draft_key=access.new_secret(),
            most_today=today,
            base_url=tools.settings.url,
            now=tools.clock.now(),
        )
        return outcome in (Outcome.PUBLISHED, Outcome.HELD)
    except sources.NotToday:
        raise
    except accounts.AccountNotFound:
        raise sources.AccountStopped from None
    except (sources.SiteUnreachable, sources.SiteTooSlow) as refusal:
        raise _LaterOn from refusal
    except Refusal as refusal:
        if refusal.kind is Kind.UNAVAILABLE:
            raise
        if isinstance(refusal, sources.SiteAnswers) and refusal.may_pass:
            raise _LaterOn from refusal
        why = str(refusal)
        events.warning("news_refused", source=source.id, code=refusal.code)
    await tools.db.write(
        sources.pass_over, id=source.id, entry=entry, outcome=Outcome.REFUSED, why=why, now=tools.clock.now()
    )
    return False


async def _author(tools: Tools, account_id: AccountId) -> tuple[Reader, accounts.Defaults]:
    async with tools.db.read() as tx:
        circle = await tools.circles.of(tx, account_id, now=tools.clock.now())
        return Reader(circle, tools.standing), await tools.defaults.of(tx, account_id)


async def _fail(tools: Tools, source: Source, refusal: Refusal) -> None:
    now = tools.clock.now()
    asked = sources.asked_to_wait(refusal, now)
    kept = await tools.db.write(sources.failed, id=source.id, refusal=refusal, asked=asked, now=now)
    if kept is not None:
        events.info("source_failed", source=source.id, code=refusal.code, failures=kept.failures, state=kept.state)


def _today(tools: Tools) -> datetime:
    """When today began, where this server is."""
    zone = ZoneInfo(tools.settings.instance.time_zone)
    return tools.clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def previews(
    tools: Tools, shown: Sequence[Entry], rules: Rules, *, defaults: accounts.Defaults, short: str
) -> list[Preview]:
    """The messages that would be made of what a site shows. What could be none is left out.

    Args:
        short: what stands for the short link that each would have.
    """
    made = []
    for entry in shown:
        try:
            prepared = prepared_of(tools, entry, rules, defaults=defaults)
        except Refusal:
            continue
        plan, text = prepared.shortening, prepared.draft.text
        will_be_short = plan is not None and entry.link in plan.wanted
        said = text.replace(entry.link, short) if will_be_short else text
        made.append(Preview(said, text, prepared.draft.language))
    return made
