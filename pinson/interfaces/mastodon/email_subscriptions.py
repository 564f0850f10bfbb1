"""To get an account's posts by e-mail, as widgets of Mastodon 4.6 ask for it: an address, and nothing else.

It is our door for e-mail (`/s/name`) without its page: a letter asks whoever has the address to agree, and what it says
is what the register keeps as read. Whether the address was known makes no difference to the answer.
"""

import msgspec
from starlette.responses import Response

from pinson import mailing
from pinson.domain import access, accounts, alerts
from pinson.domain.accounts import AccountId
from pinson.domain.alerts import Reach, Source, Topic, Wish, Wording, publishers
from pinson.domain.deliveries import Channel
from pinson.domain.relations.model import TopicKind
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import Empty
from pinson.interfaces.request import Routes, origin
from pinson.lib.errors import Kind, Refusal
from pinson.lib.i18n import negotiate
from pinson.lib.limits import Limit

routes = Routes()

ASKING = Limit(60, 600)  # from one place, as at the door


class NeedsPage(Refusal):
    """Whoever sells something needs more than an address: that one agrees to offers is ticked on a page."""

    kind, code = Kind.INVALID, "needs_page"
    text = "This account sends offers too, which takes more than an address: please ask at {page}"


class Subscriber(msgspec.Struct):
    """Body of POST /api/v1/accounts/:id/email_subscriptions."""

    id: AccountId
    email: str = ""


@routes.post("/api/v1/accounts/{id}/email_subscriptions", who=Who.NOBODY, answers=Empty)
async def subscribe(call: Call, form: Subscriber) -> Response:
    """Ask whoever has this address whether they want what an account publishes.

    Raises:
        AccountNotFound, NeedsPage, EmailBlank, EmailInvalid, TooManyAlerts, TooManyCodes, TooManyRequests.
    """
    settings = call.tools.settings
    async with call.tools.db.read() as tx:
        await accounts.active(tx, form.id)
        profile = (await accounts.profiles(tx, [form.id]))[form.id]
        is_commercial = (await publishers.publishers(tx, [form.id]))[form.id].commercial
    if is_commercial:
        raise NeedsPage(page=f"{settings.url}/s/{profile.username}")
    reach = Reach(Channel.EMAIL, access.checked_email(form.email))
    call.limit("alerts", origin(call.request), ASKING)
    lang = negotiate(None, None, call.request.headers.get("accept-language"))
    name = profile.display_name or profile.username
    await call.tools.db.write(
        alerts.ask,
        reach=reach,
        topic=Topic(TopicKind.ACCOUNT, form.id, form.id),
        wish=Wish(rhythm=alerts.first_rhythm(TopicKind.ACCOUNT)),
        wording=Wording(lang, " ".join(mailing.asked(call.tools.catalogs.translations(lang).gettext, name))),
        source=Source.APP,
        topic_name=name,
        zone=settings.instance.time_zone,
        reader_id=None,
        secrets=alerts.new_secrets(),
        now=call.now,
    )
    return json({})
