"""An operator that takes texts over HTTP, and tells of others by web hooks.

Each operator has names and forms of its own, so the request is a template that whoever runs the server fills in from
the operator's manual: `{to}`, `{from}`, `{text}`, `{id}` (ours), `{coding}` (0 if the text is in the GSM alphabet, else
2) and `{receipts}` (where to tell us what became of it) stand for themselves, escaped as their place wants it. Kannel's
`sendsms` is one such request.
"""

import asyncio
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from pinson.lib import phones, sms
from pinson.lib.errors import Kind, Refusal
from pinson.lib.gateways.model import Incoming, InDoubt, NotNow, Receipt, Refused, State, Taken, Text, state_of
from pinson.lib.http import Answer, ForbiddenAddress, NoConnection, Outgoing, OutgoingFailed
from pinson.lib.pace import Pace
from pinson.lib.sms import Alphabet

PLACE = re.compile(r"\{(to|from|text|id|coding|receipts)\}")
NOT_NOW = frozenset({408, 425, 429, 503})
NOT_US = frozenset({401, 402, 403, 404, 405, 407})  # the settings or the account are wrong, not the number
REST = 60.0  # seconds without a try when the settings or the account are wrong
MOST_ANSWER = 64 << 10
NAMES = {  # by which operators call what they tell us
    "from": ("from", "sender", "msisdn", "source", "originator"),
    "to": ("to", "recipient", "receiver", "destination", "shortcode"),
    "text": ("text", "message", "body", "content"),
    "id": ("id", "message_id", "messageid", "messagesid", "smsid", "msgid"),
    "state": ("state", "status", "stat", "messagestatus", "dlr", "dlr_status"),
    "error": ("error", "err", "errorcode", "error_code"),
}


class BadHook(Refusal):
    """Who calls does not know the secret, or says too little."""

    kind, code = Kind.FORBIDDEN, "bad_hook"
    text = "This web hook was called without its secret, or without {wanted}."


class Request(msgspec.Struct, frozen=True):
    """How texts are handed over.

    url, body: templates; without a body it is a GET. body is JSON if it begins with a brace, else a form.
    authorization: the header of that name, or "". answer_id: where the id stands in a JSON answer, in steps
    ("messages.0.id"); "" if receipts name our own.
    """

    url: str
    body: str = ""
    authorization: str = ""
    answer_id: str = ""


class HttpGateway:
    """See the module."""

    def __init__(
        self,
        outgoing: Outgoing,
        request: Request,
        *,
        per_second: float,
        hooks: str,
        secret: str,
        names: Sequence[str],
        region: str,
    ) -> None:
        """
        Args:
            hooks: address below which the operator tells us things, without a slash at its end.
            secret: that it must know for that; without one, no hook is open.
            names: what it calls things, beside those names that we know: "from=phone".
            region: whose numbers come without a country.
        """
        self._outgoing = outgoing
        self._request = request
        self._pace = Pace(per_second)
        self._hooks = hooks
        self._secret = secret
        self._region = region
        given = [(ours, theirs.lower()) for ours, _, theirs in (one.partition("=") for one in names)]
        self._names = {ours: (*(to for of, to in given if of == ours), *known) for ours, known in NAMES.items()}
        self._rests_until = 0.0
        self._trouble = ""

    @property
    def trouble(self) -> str:
        """Why nothing can be sent now; "" if it can."""
        return self._trouble if asyncio.get_running_loop().time() < self._rests_until else ""

    async def run(self) -> None:
        """There is no connection to keep."""
        await asyncio.Event().wait()

    async def send(self, text: Text) -> Taken:
        """Hand over a text; the operator cuts it into parts.

        Raises:
            NotNow, Refused, InDoubt.
        """
        await self._pace.turn()
        try:
            answer = await self._hand_over(text)
        except (ForbiddenAddress, NoConnection) as problem:
            raise NotNow(str(problem)) from problem
        except OutgoingFailed as problem:
            raise InDoubt(str(problem)) from problem
        said = f"the operator answers {answer.status}"
        if answer.status < 300:
            return Taken((_id_in(answer.body, self._request.answer_id) or str(text.id),))
        if answer.status in NOT_US:
            self._trouble, self._rests_until = said, asyncio.get_running_loop().time() + REST
            raise NotNow(said)
        if answer.status in NOT_NOW:
            raise NotNow(said)
        if answer.status < 500:
            raise Refused(said)
        raise InDoubt(said)

    def incoming(self, secret: str, fields: Mapping[str, str], *, now: datetime) -> Incoming:
        """The text that a web hook tells of.

        Raises:
            BadHook.
        """
        found = self._found(secret, fields, ("from", "text"))
        return Incoming(phones.guessed(found["from"], self._region), found.get("to", ""), found["text"], now)

    def receipt(self, secret: str, fields: Mapping[str, str], *, now: datetime) -> Receipt:
        """The receipt that a web hook tells of.

        Raises:
            BadHook.
        """
        found = self._found(secret, fields, ("id", "state"))
        state = state_of(found["state"])
        error = f"{found['state']} {found.get('error', '')}".strip()[:80]
        return Receipt(found["id"], state, error if state is State.FAILED else "", now)

    def _found(self, secret: str, fields: Mapping[str, str], wanted: tuple[str, ...]) -> dict[str, str]:
        if not self._secret or not hmac.compare_digest(secret.encode(), self._secret.encode()):
            raise BadHook(wanted="it")
        said = {name.lower(): value for name, value in fields.items()}
        found = {ours: said[name] for ours, names in self._names.items() for name in reversed(names) if name in said}
        for name in wanted:
            if name not in found:
                raise BadHook(wanted=f"“{name}”")
        return found

    async def _hand_over(self, text: Text) -> Answer:
        request = self._request
        receipts = f"{self._hooks}/receipt?key={quote(self._secret, safe='')}&id={text.id}"
        values = {
            "to": text.to,
            "from": text.sender,
            "text": text.body,
            "id": str(text.id),
            "coding": "0" if sms.measure(text.body).alphabet is Alphabet.GSM else "2",
            "receipts": receipts,
        }
        url = _filled(request.url, values, json=False)
        if not request.body:
            return await self._outgoing.get(url, max_bytes=MOST_ANSWER, cut=True)
        json = request.body.lstrip().startswith("{")
        headers = {"Content-Type": "application/json" if json else "application/x-www-form-urlencoded"}
        if request.authorization:
            headers["Authorization"] = request.authorization
        body = _filled(request.body, values, json=json)
        return await self._outgoing.post(url, body.encode(), headers=headers, max_bytes=MOST_ANSWER)


def _filled(template: str, values: Mapping[str, str], *, json: bool) -> str:
    def value(found: re.Match[str]) -> str:
        text = values[found[1]]
        return msgspec.json.encode(text).decode()[1:-1] if json else quote(text, safe="")

    return PLACE.sub(value, template)


def _id_in(body: bytes, steps: str) -> str:
    """What stands at the end of so many steps in a JSON answer; "" if it is not there: it was taken all the same."""
    if not steps:
        return ""
    try:
        found: Any = msgspec.json.decode(body)
        for step in steps.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (msgspec.DecodeError, LookupError, ValueError, TypeError):
        return ""
    return str(found) if isinstance(found, str | int) else ""
