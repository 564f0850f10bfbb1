"""The way to telephones, whoever the operator is: a text goes out, and texts and receipts come in.

Called by the worker that sends texts. `Gateway` is all that it knows of an operator; `SmppGateway` and `HttpGateway`
are two of them.

Not here: what is said to whom, prices, what a receipt changes.
"""

from pinson.lib.gateways.model import (
    Gateway,
    Hear,
    Heard,
    Incoming,
    InDoubt,
    NotNow,
    Receipt,
    Refused,
    State,
    Taken,
    Text,
    state_of,
)
from pinson.lib.gateways.over_http import BadHook, HttpGateway, Request
from pinson.lib.gateways.over_smpp import SmppGateway

__all__ = [
    "BadHook",
    "Gateway",
    "Hear",
    "Heard",
    "HttpGateway",
    "InDoubt",
    "Incoming",
    "NotNow",
    "Receipt",
    "Refused",
    "Request",
    "SmppGateway",
    "State",
    "Taken",
    "Text",
    "state_of",
]
