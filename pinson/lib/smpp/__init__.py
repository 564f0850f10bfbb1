"""SMPP 3.4, the language in which a service and a mobile network speak of texts: our side of it.

Called by gateways. `Client` keeps a session and knows of each part whether it was taken; `texts` cuts what is long and
puts together what came in pieces; `receipts` reads what became of it.

Not here: which texts are sent, to whom and when; what is done with those that come. Why it is written here:
docs/decisions/0021-smpp-of-our-own.md.

Source: Short Message Peer to Peer Protocol Specification v3.4, issue 1.2.
"""

from pinson.lib.smpp.client import Account, Client, Heard, Incoming, InDoubt, NotTaken, Rejected
from pinson.lib.smpp.pdus import Address, Text
from pinson.lib.smpp.receipts import Receipt
from pinson.lib.smpp.texts import payloads

__all__ = [
    "Account",
    "Address",
    "Client",
    "Heard",
    "InDoubt",
    "Incoming",
    "NotTaken",
    "Receipt",
    "Rejected",
    "Text",
    "payloads",
]
