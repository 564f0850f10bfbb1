"""Texts: alerts reach telephones without an app, and what people write to our number is done and answered.

    delivery -> sending -> wording -> gateway (lib/gateways, or simulator)
    gateway -> answering -> commands, deeds -> verbs of alerts, posts, relations -> notes -> deliveries
    pages where one writes -> estimating -> wording

Called by `app.py`, and by pages. Not here: who is alerted (alerts), what was asked and came of it (deliveries), what
operators speak (lib/gateways).
"""

from collections.abc import Callable

import msgspec

from pinson.lib import smpp
from pinson.lib.gateways import Gateway, HttpGateway, Request, SmppGateway
from pinson.lib.http import Outgoing
from pinson.texting.answering import Answering
from pinson.texting.estimating import Estimate, Voice, estimate
from pinson.texting.place import Standing, standing
from pinson.texting.sending import Texts
from pinson.texting.simulator import Simulator
from pinson.texting.speeches import Speeches
from pinson.texting.wording import Message, Speech, name_of
from pinson.tools import Tools

__all__ = [
    "Answering",
    "Estimate",
    "Message",
    "Simulator",
    "Speech",
    "Speeches",
    "Standing",
    "Telephony",
    "Texts",
    "Voice",
    "estimate",
    "name_of",
    "standing",
    "telephony",
]

HOOKS = "/texts"  # where operators that speak HTTP tell us things


class Telephony(msgspec.Struct, frozen=True):
    """How this process reaches telephones and hears from them. operator: if it tells things by web hooks."""

    answering: Answering
    texts: Texts
    operator: HttpGateway | None = None


def telephony(tools: Tools, outgoing: Outgoing, *, chance: Callable[[], float]) -> Telephony | None:
    """As the settings have it; None if no telephone is to be reached.

    Args:
        outgoing: for the operator's address alone, which may be on a private network.
        chance: a number from 0 to 1.
    """
    settings = tools.settings.sms
    speeches = Speeches(tools)
    answering = Answering(tools, speeches)
    operator: HttpGateway | None = None
    gateway: Gateway
    match settings.backend:
        case "none":
            return None
        case "simulator":
            gateway = Simulator(tools, answering.hear)
        case "smpp":
            account = smpp.Account(
                host=settings.host,
                port=settings.port,
                system_id=settings.system_id,
                password=settings.password,
                system_type=settings.system_type,
                tls=settings.tls,
                window=settings.window,
                per_second=settings.parts_per_second,
            )
            gateway = SmppGateway(
                account,
                answering.hear,
                region=settings.region,
                clock=tools.clock,
                chance=chance,
                receipt_ids_are_decimal=settings.receipt_ids == "decimal",
            )
        case "http":
            gateway = operator = HttpGateway(
                outgoing,
                Request(settings.http_url, settings.http_body, settings.http_authorization, settings.http_answer_id),
                per_second=settings.parts_per_second,
                hooks=tools.settings.url + HOOKS,
                secret=settings.hook_secret,
                names=settings.hook_names,
                region=settings.region,
            )
    return Telephony(answering, Texts(tools, gateway, speeches), operator)
