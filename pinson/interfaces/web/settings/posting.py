"""How the acting account posts unless it says otherwise."""

import msgspec
from babel import Locale
from starlette.responses import Response

from pinson.domain import accounts, alerts, phones
from pinson.domain.accounts import AccountId, Changes, DefaultsChanges, QuotePolicy
from pinson.domain.deliveries import Channel
from pinson.domain.posts import Visibility
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.lib.errors import Kind, Refusal
from pinson.lib.i18n import Lang
from pinson.lib.languages import known_language
from pinson.lib.phones import shown

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


class TextsForm(msgspec.Struct):
    """How one publishes by text. code: four digits, or ""."""

    allowed: bool = False
    code: str = ""


@routes.get("/settings/posting")
async def show(call: Call, form: PostingForm) -> Response:
    """The form, filled in with what is; with what was sent, if that was refused.

    Raises:
        NotSignedIn, RoleForbids.
    """
    account_id = call.require("write:accounts")
    return await _page(call, account_id, form if call.problems else await _kept(call, account_id, saved=form.saved))


async def _kept(call: Call, account_id: AccountId, *, saved: bool) -> PostingForm:
    async with call.tools.db.read() as tx:
        now = await accounts.defaults(tx, account_id)
    return PostingForm(now.visibility, now.quote_policy, now.language or "", now.sensitive, now.shorten_links, saved)


async def _page(call: Call, account_id: AccountId, form: PostingForm) -> Response:
    async with call.tools.db.read() as tx:
        pocket = await phones.pocket(tx, account_id)
        reader = await alerts.reader_of(tx, account_id)
        addresses = await alerts.addresses_of(tx, reader.id) if reader is not None else []
    sms = call.tools.settings.sms
    return call.page(
        "settings/posting",
        form=form,
        names=_languages(call.lang, form.language),
        takes_texts=sms.backend != "none",
        number=sms.number,
        pocket=pocket,
        linked=[
            shown(one.value, sms.region)
            for one in addresses
            if one.channel is Channel.SMS and one.confirmed_at is not None
        ],
    )


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


async def show_again(call: Call, _form: TextsForm) -> Response:
    """The page, with what was wrong about texts."""
    account_id = call.require("write:accounts")
    return await _page(call, account_id, await _kept(call, account_id, saved=False))


@routes.post("/settings/posting/texts", again=show_again)
async def let_publish(call: Call, form: TextsForm) -> Response:
    """Keep whether one's telephones publish, and after which digits.

    Raises:
        NotSignedIn, RoleForbids, BadCode.
    """
    account_id = call.require("write:accounts")
    await call.tools.db.write(
        phones.let_publish, account_id=account_id, allowed=form.allowed, code=form.code.strip(), now=call.now
    )
    return call.redirect("/settings/posting?saved=1")


def _languages(lang: Lang, chosen: str) -> list[tuple[str, str]]:
    """Languages by their names in the reader's, those of the server first; the chosen one is always among them."""
    names = {str(code): str(name) for code, name in Locale(lang).languages.items()}
    codes = {code for code in names if len(code) == LONGEST_CODE} | ({chosen} & set(names))
    listed = sorted((names[code], code) for code in codes - {"fr", "en"})
    return [(code, names[code]) for code in ("fr", "en")] + [(code, name) for name, code in listed]
