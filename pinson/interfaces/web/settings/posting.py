"""How the acting account posts unless it says otherwise."""

import msgspec
from babel import Locale
from starlette.responses import Response

from pinson.domain import accounts
from pinson.domain.accounts import Changes, DefaultsChanges, QuotePolicy
from pinson.domain.posts import Visibility
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.lib.errors import Kind, Refusal
from pinson.lib.i18n import Lang
from pinson.lib.languages import known_language

CHOICES = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS)  # `direct` is never meant for every post
LONGEST_CODE = 2  # of a language that the list offers: those of ISO 639-1

routes = Routes()


class NoSuchChoice(Refusal):
    """What was sent is on none of the lists of the form."""

    kind, code = Kind.INVALID, "no_such_choice"
    text = "One of the choices is not on its list. Please choose again."


class PostingForm(msgspec.Struct):
    """The form. language: "" is to be detected."""

    visibility: str = ""
    quotes: str = ""
    language: str = ""
    sensitive: bool = False
    shorten: bool = False
    saved: bool = False


@routes.get("/settings/posting")
async def show(call: Call, form: PostingForm) -> Response:
    """The form, filled in with what is; with what was sent, if that was refused.

    Raises:
        NotSignedIn, RoleForbids.
    """
    account_id = call.require("write:accounts")
    if not call.problems:
        async with call.tools.db.read() as tx:
            now = await accounts.defaults(tx, account_id)
        form = PostingForm(
            now.visibility, now.quote_policy, now.language or "", now.sensitive, now.shorten_links, form.saved
        )
    return call.page("settings/posting", form=form, names=_languages(call.lang, form.language))


@routes.post("/settings/posting", again=show)
async def change(call: Call, form: PostingForm) -> Response:
    """Keep it.

    Raises:
        NotSignedIn, RoleForbids, NoSuchChoice.
    """
    account_id = call.require("write:accounts")
    language = known_language(form.language) if form.language else ""
    if form.visibility not in CHOICES or form.quotes not in list(QuotePolicy) or language is None:
        raise NoSuchChoice
    posting = DefaultsChanges(
        visibility=form.visibility,
        quote_policy=QuotePolicy(form.quotes),
        language=language,
        sensitive=form.sensitive,
        shorten_links=form.shorten,
    )
    await call.tools.db.write(accounts.change, account_id=account_id, changes=Changes(), posting=posting, now=call.now)
    return call.redirect("/settings/posting?saved=1")


def _languages(lang: Lang, chosen: str) -> list[tuple[str, str]]:
    """Languages by their names in the reader's, those of the server first; the chosen one is always among them."""
    names = {str(code): str(name) for code, name in Locale(lang).languages.items()}
    codes = {code for code in names if len(code) == LONGEST_CODE} | ({chosen} & set(names))
    listed = sorted((names[code], code) for code in codes - {"fr", "en"})
    return [(code, names[code]) for code in ("fr", "en")] + [(code, name) for name, code in listed]
