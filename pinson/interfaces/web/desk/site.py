"""What the server says of itself, written by whoever runs it: at length, its rules, its legal texts.

The two languages of these pages stand side by side; whoever reads in one that is missing gets the other.
"""

from functools import partial

import msgspec
from starlette.responses import Response

from pinson.domain import instance, moderation
from pinson.domain.access import UserRole
from pinson.domain.instance import Paper, RuleNotFound, Said, TermsNotFound
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.staff import One, Undo, Words
from pinson.interfaces.web.site import Call

routes = Routes()

ADMIN = UserRole.ADMIN


class Described(msgspec.Struct):
    """The form about what this server is for."""

    text: Words | None = None


class Ruled(msgspec.Struct):
    """The form of a rule. id: 0 is a new one. position: from 1; None is where it stands, or last."""

    id: int = 0
    text: Words | None = None
    hint: Words | None = None
    position: int | None = None

    @property
    def said(self) -> dict[str, Said]:
        """By language."""
        hints = (self.hint or Words()).translations
        return {lang: Said(text, hints.get(lang, "")) for lang, text in (self.text or Words()).translations.items()}

    @property
    def hinted(self) -> str:
        """The hint that goes with the text that stands for it."""
        return next((one.hint for one in self.said.values()), "")


class Published(msgspec.Struct):
    """The form of a legal text. since: a day as "2026-03-30"; "" is today."""

    paper: Paper = Paper.TERMS
    text: Words | None = None
    since: str = ""


class Withdrawn(msgspec.Struct):
    """Which version is taken back; the token of the form is looked at before the rest."""

    paper: Paper = Paper.TERMS
    since: str = ""


# --- what it is for -----------------------------------------------------------------------------------------------


@routes.get("/operator/site")
async def show_description(call: Call, form: Described) -> Response:
    """What this server is for, at length.

    Raises:
        NotSignedIn, NotStaff.
    """
    staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        kept = await instance.description(tx)
    if form.text is None:
        form.text = Words.of(kept.text, kept.translations) if kept else Words()
    return await staff.page(
        call, "site", "site", form=form, changed_at=kept.updated_at if kept else None, when=partial(staff.when, call)
    )


@routes.post("/operator/site", again=show_description)
async def describe(call: Call, form: Described) -> Response:
    """Keep it.

    Raises:
        NotSignedIn, NotStaff, TextTooLong.
    """
    by = staff.moderator(call, least=ADMIN)
    said = form.text or Words()
    await call.tools.db.write(moderation.describe, by=by, text=said.text, translations=said.translations, now=call.now)
    return call.redirect("/operator/site")


# --- rules --------------------------------------------------------------------------------------------------------


@routes.get("/operator/rules")
async def show_rules(call: Call, form: Ruled) -> Response:
    """The rules in order, and the form for another.

    Raises:
        NotSignedIn, NotStaff.
    """
    return await _rules(call, form)


async def _rules(call: Call, form: Ruled, undo: Undo | None = None) -> Response:
    staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        rules = await instance.all_rules(tx)
    return await staff.page(call, "rules", "rules", form=form, rules=rules, undo=undo)


@routes.post("/operator/rules", again=show_rules)
async def add_rule(call: Call, form: Ruled) -> Response:
    """Make a rule.

    Raises:
        NotSignedIn, NotStaff, BlankText, TextTooLong.
    """
    by = staff.moderator(call, least=ADMIN)
    await call.tools.db.write(
        moderation.add_rule,
        by=by,
        text=(form.text or Words()).text,
        hint=form.hinted,
        translations=form.said,
        position=form.position,
        now=call.now,
    )
    return call.redirect("/operator/rules")


@routes.get("/operator/rules/{id}")
async def show_rule(call: Call, form: Ruled) -> Response:
    """One rule, and the form to change it.

    Raises:
        NotSignedIn, NotStaff, RuleNotFound.
    """
    staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        rules = await instance.all_rules(tx)
    rule = next((one for one in rules if one.id == form.id), None)
    if rule is None:
        raise RuleNotFound
    if form.text is None:
        form.text = Words.of(rule.text, {lang: one.text for lang, one in rule.translations.items()})
        form.hint = Words.of(rule.hint, {lang: one.hint for lang, one in rule.translations.items()})
        form.position = rule.position
    return await staff.page(call, "rule", "rules", form=form, rule=rule, last=len(rules))


@routes.post("/operator/rules/{id}", again=show_rule)
async def change_rule(call: Call, form: Ruled) -> Response:
    """Let it say something else, or stand elsewhere.

    Raises:
        NotSignedIn, NotStaff, RuleNotFound, BlankText, TextTooLong.
    """
    by = staff.moderator(call, least=ADMIN)
    await call.tools.db.write(
        moderation.change_rule,
        by=by,
        id=form.id,
        text=(form.text or Words()).text,
        hint=form.hinted,
        translations=form.said,
        position=form.position,
        now=call.now,
    )
    return call.redirect("/operator/rules")


@routes.post("/operator/rules/{id}/lift")
async def remove_rule(call: Call, form: One) -> Response:
    """Lift a rule; the page that follows can bring it back to its place.

    Raises:
        NotSignedIn, NotStaff, RuleNotFound.
    """
    by = staff.moderator(call, least=ADMIN)
    was = await call.tools.db.write(moderation.remove_rule, by=by, id=form.id, now=call.now)
    text = Words.of(was.text, {lang: one.text for lang, one in was.translations.items()})
    hint = Words.of(was.hint, {lang: one.hint for lang, one in was.translations.items()})
    fields = {**text.fields("text"), **hint.fields("hint"), "position": str(was.position)}
    return await _rules(call, Ruled(), Undo("/operator/rules", fields, was.said(call.lang).text))


# --- legal texts --------------------------------------------------------------------------------------------------


@routes.get("/operator/legal")
async def show_legal(call: Call, form: Published) -> Response:
    """Terms of service and privacy texts with all their versions, and the forms for others.

    Raises:
        NotSignedIn, NotStaff.
    """
    return await _legal(call, form)


async def _legal(call: Call, form: Published, undo: Undo | None = None) -> Response:
    staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        versions = {paper: (await instance.all_terms(tx, paper))[::-1] for paper in Paper}
    return await staff.page(
        call,
        "legal",
        "legal",
        form=form,
        versions=versions,
        facts=instance.privacy_policy(call.tools.catalogs.translations(call.lang).gettext),
        today=f"{call.now:%Y-%m-%d}",
        undo=undo,
        short=partial(dates.short, lang=call.lang),
    )


@routes.post("/operator/legal", again=show_legal)
async def publish(call: Call, form: Published) -> Response:
    """Publish a version.

    Raises:
        NotSignedIn, NotStaff, BadMoment, BlankText, TextTooLong, TermsInForce, TermsOfThatDay.
    """
    by = staff.moderator(call, least=ADMIN)
    today = call.now.replace(hour=0, minute=0, second=0, microsecond=0)
    said = form.text or Words()
    await call.tools.db.write(
        moderation.publish_paper,
        by=by,
        paper=form.paper,
        text=said.text,
        translations=said.translations,
        effective_at=staff.day_of(form.since) or today,
        now=call.now,
    )
    return call.redirect(f"/operator/legal#{form.paper}")


@routes.post("/operator/legal/withdraw")
async def withdraw(call: Call, form: Withdrawn) -> Response:
    """Take a version back that nobody had to obey yet; the page that follows can bring it back.

    Raises:
        NotSignedIn, NotStaff, BadMoment, TermsNotFound, TermsInForce.
    """
    by = staff.moderator(call, least=ADMIN)
    since = staff.day_of(form.since)
    if since is None:
        raise TermsNotFound
    was = await call.tools.db.write(
        moderation.withdraw_paper, by=by, paper=form.paper, effective_at=since, now=call.now
    )
    fields = {**Words.of(was.text, was.translations).fields("text"), "paper": form.paper.value, "since": form.since}
    return await _legal(call, Published(), Undo("/operator/legal", fields, form.since))
