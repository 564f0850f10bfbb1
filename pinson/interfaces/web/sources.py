"""The sites whose news become messages of an account, `/sources`: paste an address, see what it would give, follow it.

Whoever publishes for the account may. Looking at a site of others takes seconds and is counted; what it would give is
shown before anything is kept. What is removed can be had back for a day, so nothing asks whether one is sure.

Not here: looking at sites by the clock (`pinson/sourcing.py`), trying a site without an account (`starts.py`).
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from babel import Locale
from starlette.responses import Response

from pinson import sourcing
from pinson.domain import sources
from pinson.domain.posts import PostId
from pinson.domain.sources import Kind, Made, Rules, Site, Source, SourceId, State
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.site import Call
from pinson.lib import ids
from pinson.lib.limits import Limit

routes = Routes()

MAKING = "write:statuses"
USUAL = 3  # messages a day, unless somebody says otherwise
SHOWN = 5  # messages that a site would give
LISTED = 30  # of what became of its news
MOST_NAMED = 12  # categories that are named
FINDING = Limit(40, int(timedelta(hours=1).total_seconds()))  # sites that one account has looked at
EXAMPLE = "7kq4mwz"  # of a short link
LONGEST_CODE = 2  # of a language that the list offers


class Asked(msgspec.Struct):
    """The form about a site. address: as typed. chosen: the way that is taken, of those that were found there.

    categories: separated by commas. per_day: a number, or "" without end.
    """

    address: str = ""
    chosen: str = ""
    categories: str = ""
    per_day: str = ""
    tag: str = ""
    hold: bool = False
    language: str = ""

    @property
    def rules(self) -> Rules:
        """What the domain calls it.

        Raises:
            What `sources.checked` raises.
        """
        digits = self.per_day.strip()
        per_day = (
            0 if not digits else int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 5 else -1
        )
        return sources.checked(
            Rules(tuple(re.split(r"[,;\n]", self.categories)), per_day, self.tag, self.hold, self.language)
        )

    @classmethod
    def of(cls, source: Source) -> "Asked":
        """The form filled in."""
        rules = source.rules
        per_day = str(rules.per_day or "")
        return cls(source.address, "", ", ".join(rules.categories), per_day, rules.tag, rules.hold, rules.language)


class One(Asked):
    """A source, by the id in the path, and its rules."""

    id: SourceId = SourceId(0)
    saved: bool = False
    paused: bool = False


class Listed(msgspec.Struct):
    """The list. gone: what was removed just now. added: what is followed since just now. address: to begin with."""

    gone: SourceId | None = None
    added: SourceId | None = None
    address: str = ""


class Way(msgspec.Struct, frozen=True):
    """A way in which a site can be followed. count: what it shows now. hub: it tells at once when it changes."""

    kind: Kind
    address: str
    title: str
    count: int
    hub: bool


@routes.get("/sources")
async def show(call: Call, form: Listed) -> Response:
    """The list, and the form that begins.

    Raises:
        NotSignedIn, RoleForbids.
    """
    return await _list(call, form)


async def _list(call: Call, form: Listed) -> Response:
    account_id = call.require(MAKING)
    async with call.tools.db.read() as tx:
        found = await sources.of_account(tx, account_id)
        latest = await sources.latest(tx, account_id)
        told = await sources.told_at_once(tx, account_id, now=call.now)
        untold = await sources.untold(tx, account_id, now=call.now)
    return call.page(
        "sources/list",
        form=form,
        per_day=USUAL,
        there=[one for one in found if one.removed_at is None],
        gone=[one for one in found if one.removed_at is not None],
        latest=latest,
        told=told,
        untold=untold,
        **_words(call),
    )


async def show_again(call: Call, form: Asked) -> Response:
    """The list, with the address that led nowhere."""
    return await _list(call, Listed(address=form.address))


@routes.post("/sources/find", again=show_again)
async def find(call: Call, form: Asked) -> Response:
    """What a site would give.

    Raises:
        NotSignedIn, RoleForbids, TooManyAttempts, and all that `sources.find` and `sources.checked` raise.
    """
    return await _found(call, form)


async def find_again(call: Call, form: Asked) -> Response:
    """The same, with what was refused."""
    return await _found(call, form)


@routes.post("/sources", again=find_again)
async def follow(call: Call, form: Asked) -> Response:
    """Follow a site from now on.

    Raises:
        NotSignedIn, RoleForbids, TooManyAttempts, TooManySources, SourceThere, and all that `sources.look_at` and
        `sources.checked` raise.
    """
    account_id = call.require(MAKING)
    wanted = form.rules
    call.limit("sites", f"account {account_id}", FINDING)
    site = await sources.look_at(form.chosen or form.address, outgoing=call.tools.outgoing, reader=call.tools.news)
    made = await call.tools.db.write(
        sources.add,
        account_id=account_id,
        kind=site.kind,
        look=site.look,
        wanted=wanted,
        fresh=sourcing.fresh(),
        now=call.now,
    )
    return call.redirect(f"/sources?added={made.id}")


@routes.get("/sources/{id}")
async def show_one(call: Call, form: One) -> Response:
    """One site: how it stands, what became of its news, and its rules.

    Raises:
        NotSignedIn, RoleForbids, SourceNotFound.
    """
    account_id = call.require(MAKING)
    async with call.tools.db.read() as tx:
        source = await sources.owned(tx, form.id, account_id=account_id)
        made = await sources.made(tx, source.id, limit=LISTED)
        told = await sources.told_at_once(tx, account_id, now=call.now)
        untold = await sources.untold(tx, account_id, now=call.now)
    kept = form if call.problems else Asked.of(source)
    return call.page(
        "sources/source",
        source=source,
        form=kept,
        saved=form.saved,
        told=told,
        untold=untold,
        made=made,
        written=lambda one: _written(one, source),
        tongues=_languages(call, kept.language),
        **_words(call),
    )


@routes.post("/sources/{id}", again=show_one)
async def change(call: Call, form: One) -> Response:
    """Have other rules from now on.

    Raises:
        NotSignedIn, RoleForbids, SourceNotFound, and all that `sources.checked` raises.
    """
    account_id = call.require(MAKING)
    await call.tools.db.write(sources.change, id=form.id, account_id=account_id, wanted=form.rules)
    return call.redirect(f"/sources/{form.id}?saved=1")


@routes.post("/sources/{id}/pause")
async def pause(call: Call, form: One) -> Response:
    """Look no more, or again.

    Raises:
        NotSignedIn, RoleForbids, SourceNotFound.
    """
    account_id = call.require(MAKING)
    await call.tools.db.write(sources.pause, id=form.id, account_id=account_id, paused=form.paused, now=call.now)
    return call.redirect(f"/sources#s{form.id}")


@routes.post("/sources/{id}/look")
async def look_now(call: Call, form: One) -> Response:
    """Have it looked at within seconds.

    Raises:
        NotSignedIn, RoleForbids, SourceNotFound, TooManyAttempts.
    """
    account_id = call.require(MAKING)
    call.limit("sites", f"account {account_id}", FINDING)
    await call.tools.db.write(sources.look_now, id=form.id, account_id=account_id, now=call.now)
    return call.redirect(f"/sources#s{form.id}")


@routes.post("/sources/{id}/remove")
async def remove(call: Call, form: One) -> Response:
    """Follow it no more; the page that follows offers it back.

    Raises:
        NotSignedIn, RoleForbids, SourceNotFound.
    """
    account_id = call.require(MAKING)
    await call.tools.db.write(sources.remove, id=form.id, account_id=account_id, removed=True, now=call.now)
    return call.redirect(f"/sources?gone={form.id}")


@routes.post("/sources/{id}/restore")
async def restore(call: Call, form: One) -> Response:
    """Follow it again, as if nothing had happened.

    Raises:
        NotSignedIn, RoleForbids, SourceNotFound, TooManySources, SourceThere.
    """
    account_id = call.require(MAKING)
    await call.tools.db.write(sources.remove, id=form.id, account_id=account_id, removed=False, now=call.now)
    return call.redirect(f"/sources#s{form.id}")


async def _found(call: Call, form: Asked) -> Response:
    account_id = call.require(MAKING)
    call.limit("sites", f"account {account_id}", FINDING)
    tools = call.tools
    try:
        wanted = form.rules
    except sources.BAD_RULES as refusal:
        if not call.problems:
            call.refuse(refusal)
        wanted = Rules()
    found = await sources.find(form.address, outgoing=tools.outgoing, reader=tools.news)
    chosen = next((site for site in found if site.look.address == form.chosen), found[0])
    async with tools.db.read() as tx:
        defaults = await tools.defaults.of(tx, account_id)
    entries = chosen.look.entries or ()
    passing = sources.newest(sources.wanted(entries, wanted), SHOWN)
    passing = await sources.with_titles(passing, outgoing=tools.outgoing)
    names = Counter(name for entry in entries for name in entry.categories)
    return call.page(
        "sources/found",
        form=msgspec.structs.replace(form, chosen=chosen.look.address),
        ways=[_way(site) for site in found],
        chosen=_way(chosen),
        messages=sourcing.previews(tools, passing, wanted, defaults=defaults, short=example_of(call)),
        there=len(entries),
        names=[name for name, _count in names.most_common(MOST_NAMED)],
        tongues=_languages(call, form.language),
        site=urlsplit(chosen.look.home or chosen.look.address).netloc,
    )


def example_of(call: Call) -> str:
    """A short link as it would be."""
    return f"{call.tools.settings.short_url}/{EXAMPLE}"


def _way(site: Site) -> Way:
    look = site.look
    return Way(site.kind, look.address, look.title or look.address, len(look.entries or ()), bool(look.hubs))


def _written(one: Made, source: Source) -> str:
    """A message about what became none, to begin with."""
    tag = f" #{source.rules.tag}" if source.rules.tag else ""
    return f"{one.title} {one.link}{tag}".strip()


def _words(call: Call) -> dict[str, Any]:
    """What the templates say moments and troubles by."""
    translate = call.tools.catalogs.translations(call.lang).gettext

    def trouble(source: Source) -> str:
        if source.trouble is None:
            return ""
        refusal = sources.refusal_of(source.trouble.code, source.trouble.facts)
        return translate(refusal.text).format(**refusal.facts)

    return {
        "trouble": trouble,
        "State": State,
        "when": lambda at: dates.moment(at, lang=call.lang, zone=call.zone),
        "hour": lambda at: dates.hour(at, lang=call.lang, zone=call.zone),
        "is_today": lambda at: at.astimezone(call.zone).date() == call.now.astimezone(call.zone).date(),
        "host": lambda address: urlsplit(address).netloc.removeprefix("www."),
        "made_at": lambda one: ids.moment_of(one.id),
        "example": example_of(call),
        "path": lambda one: f"/@{call.acting.username}/{PostId(one.post_id)}" if call.acting and one.post_id else "",
    }


def _languages(call: Call, chosen: str) -> Sequence[tuple[str, str]]:
    """Languages by their names in the reader's, those of the server first."""
    names = {str(code): str(name) for code, name in Locale(call.lang).languages.items()}
    codes = {code for code in names if len(code) == LONGEST_CODE} | ({chosen} & set(names))
    listed = sorted((names[code], code) for code in codes - {"fr", "en"})
    return [(code, names[code]) for code in ("fr", "en")] + [(code, name) for name, code in listed]
