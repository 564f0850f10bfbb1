"""What the server says of itself: what it is for, its rules, what it keeps, its terms of service.

Not here: who writes all this (the desk, the command line), how apps read it (mastodon).
"""

from datetime import timedelta
from html import escape

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, instance, posts
from pinson.domain.instance import Paper, TermsNotFound
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates, origins
from pinson.interfaces.web.site import Call
from pinson.lib.i18n import typography

routes = Routes()

ACTIVE = timedelta(days=30)  # an account that published within is active


@routes.get("/about")
async def about(call: Call) -> Response:
    """What this server is for, by which rules, and who runs it."""
    here = await call.tools.db.read_in_thread(accounts.local_activity, since=call.now - ACTIVE)
    name = call.tools.settings.instance.contact_account
    async with call.tools.db.read() as tx:
        said, rules = await instance.description(tx), await instance.all_rules(tx)
        contact = await accounts.by_acct(tx, name, local_domain=call.local_domain) if name else None
        terms = await instance.terms_at(tx, call.now)
    _ = call.tools.catalogs.translations(call.lang).gettext
    names = {"fr": _("French"), "en": _("English")}
    return call.page(
        "about",
        spoken=", ".join(names.get(one, one) for one in call.tools.settings.instance.languages),
        description=_html(call, said.said(call.lang)) if said else "",
        rules=[rule.said(call.lang) for rule in rules],
        contact=None if contact is None or contact.suspended_at is not None else contact,
        terms=terms is not None,
        here=here,
    )


@routes.get("/rules")
async def show_rules(call: Call) -> Response:
    """The rules alone."""
    async with call.tools.db.read() as tx:
        rules = await instance.all_rules(tx)
    return call.page("rules", rules=[rule.said(call.lang) for rule in rules])


@routes.get("/how-we-count")
async def how_we_count(call: Call) -> Response:
    """What is counted here, and what is not."""
    return call.page("how_we_count", least_told=origins.least(call))


class Uncounted(msgspec.Struct):
    """The form."""

    uncounted: bool = False


@routes.get("/uncounted")
async def show_uncounted(call: Call) -> Response:
    """How not to be counted, and what that means."""
    settings = call.tools.settings
    elsewhere = "" if settings.short_url == settings.url else f"{settings.short_url}/uncounted"
    return call.page("uncounted", is_uncounted=call.is_uncounted, elsewhere=elsewhere)


@routes.post("/uncounted")
async def change_uncounted(call: Call, form: Uncounted) -> Response:
    """From now on this browser is not counted, or is again."""
    answer = call.redirect("/uncounted")
    call.leave_uncounted(answer, form.uncounted)
    return answer


@routes.get("/accessibility")
async def accessibility(call: Call) -> Response:
    """How far these pages can be used by everybody."""
    return call.page("accessibility")


@routes.get("/privacy")
async def privacy(call: Call) -> Response:
    """The short address of the privacy policy."""
    return call.redirect("/privacy-policy", status=301)


@routes.get("/terms")
async def terms(call: Call) -> Response:
    """The short address of the terms of service."""
    return call.redirect("/terms-of-service", status=301)


@routes.get("/privacy-policy")
async def privacy_policy(call: Call) -> Response:
    """What the organisation says of it, and what this program does with what it is told."""
    facts = instance.privacy_policy(call.tools.catalogs.translations(call.lang).gettext)
    html = "".join(f"<p>{escape(typography(fact, call.lang))}</p>" for fact in facts)
    async with call.tools.db.read() as tx:
        found = await instance.terms_at(tx, call.now, Paper.PRIVACY)
    own, following = found or (None, None)
    since = max(instance.PRIVACY_OF, own.effective_at) if own else instance.PRIVACY_OF
    return call.page(
        "paper",
        kind="privacy",
        own=_html(call, own.said(call.lang)) if own else "",
        html=html,
        since=dates.day(since, lang=call.lang),
        after=dates.day(following.effective_at, lang=call.lang) if following else "",
    )


@routes.get("/terms-of-service")
async def terms_of_service(call: Call) -> Response:
    """The terms of service that are in force, or will be first.

    Raises:
        TermsNotFound.
    """
    async with call.tools.db.read() as tx:
        found = await instance.terms_at(tx, call.now)
    if found is None:
        raise TermsNotFound
    one, following = found
    after = dates.day(following.effective_at, lang=call.lang) if following else ""
    since = dates.day(one.effective_at, lang=call.lang)
    return call.page("paper", kind="terms", own="", html=_html(call, one.said(call.lang)), since=since, after=after)


def _html(call: Call, text: str) -> str:
    return posts.note_html(text, base_url=call.base_url)
