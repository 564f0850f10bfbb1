"""The hub that programs subscribe to our feeds by: `POST /hub` (W3C WebSub, section 5).

Called by news readers and other servers, without a token: whoever can answer at a callback may have what is public
sent there. Each feed names this address, in itself and in its headers. Refusals are plain sentences, as the standard
wants them.

Not here: the question that a callback is asked (`domain/hub`), what is sent to it (`syndicating.py`).
"""

from datetime import datetime
from math import ceil
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from pinson import feeding
from pinson.domain import hub
from pinson.domain.hub import Mode, Topic, Wish
from pinson.feeding import HUB
from pinson.interfaces.request import Route, Routes, origin, parameters
from pinson.lib.errors import Kind, Refusal
from pinson.lib.forms import binder
from pinson.lib.limits import Limit
from pinson.tools import Tools

routes = Routes()

STATUS = {Kind.MISSING: 404, Kind.TOO_LARGE: 413, Kind.TOO_MANY: 429, Kind.UNAVAILABLE: 503}  # others: 400
WORDS = {404: "There is nothing here.", 405: "A hub takes POST.", 503: "Please ask again later."}
HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff", "access-control-allow-origin": "*"}
MOST_BODY = 16 << 10  # bytes
ASKED = Limit(600, 300)  # wishes from one place: a reader that moves in renews all that its people read
CALLED = Limit(600, 300)  # questions to one host, whoever asks: it did not ask for any of them
ABOUT = """This is the hub of {place} (W3C WebSub). Programs subscribe to its feeds here: POST hub.mode, hub.topic and
hub.callback. People find more in the documentation of their news reader.
"""


class NoSuchMode(Refusal):
    """One subscribes here, or no longer."""

    kind, code = Kind.INVALID, "no_such_mode"
    text = "hub.mode must be subscribe or unsubscribe. Feeds of this server are published by itself."


class MissingParameters(Refusal):
    """Without these nothing can be done."""

    kind, code = Kind.MALFORMED, "missing_parameters"
    text = "hub.mode, hub.topic and hub.callback are needed."


class NotAFeed(Refusal):
    """What is not a feed of ours cannot be subscribed to here."""

    kind, code = Kind.MISSING, "not_a_feed"
    text = "hub.topic is no feed of this server. Subscribe to the address that a feed calls its own (rel=self)."


class TooMuch(Refusal):
    """A rate limit is reached."""

    kind, code = Kind.TOO_MANY, "too_much"
    text = "Too many requests. Please ask again in {seconds} seconds."


class Asked(msgspec.Struct):
    """What a program sends, by the names of the standard."""

    mode: str = msgspec.field(name="hub.mode", default="")
    topic: str = msgspec.field(name="hub.topic", default="")
    callback: str = msgspec.field(name="hub.callback", default="")
    secret: str = msgspec.field(name="hub.secret", default="")
    lease_seconds: str = msgspec.field(name="hub.lease_seconds", default="")


class Call(msgspec.Struct, frozen=True):
    """One request, when it came, and with which tools it is answered."""

    tools: Tools
    request: Request
    now: datetime

    def limit(self, name: str, who: str, limit: Limit) -> None:
        """Count one use of something that is limited, unless limits are off.

        Raises:
            TooMuch.
        """
        if self.tools.settings.limits.enabled:
            verdict = self.tools.limits.hit(f"{name} {who}", limit, now=self.now)
            if not verdict.allowed:
                raise TooMuch(seconds=ceil((verdict.reset_at - self.now).total_seconds()))


def interface(tools: Tools) -> "WebSub":
    """The interface with the tools of this process."""
    return WebSub(tools)


class WebSub:
    """The interface: see `pinson.interfaces.request.Interface`."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.routes = routes.all

    async def answer(self, route: Route, request: Request) -> Response:
        """Answer one request. Nobody needs to be known."""
        call = Call(self._tools, request, self._tools.clock.now())
        try:
            form: tuple[Any, ...] = ()
            if route.form is not None:
                form = (binder(route.form)(await parameters(request, route)),)
            response: Response = await route.handler(call, *form)
        except Refusal as refusal:
            response = PlainTextResponse(f"{refusal}\n", STATUS.get(refusal.kind, 400))
            if (wait := refusal.facts.get("seconds")) is not None:
                response.headers["retry-after"] = str(wait)
        response.headers.update(HEADERS)
        return response

    async def stream(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """There are no streams here."""
        raise NotImplementedError(route.path)

    def owns(self, path: str) -> bool:
        """The one address."""
        return path.rstrip("/") == HUB

    def refuse(self, _request: Request, status: int) -> Response:
        """Where nothing is, or nothing can be done."""
        return PlainTextResponse(f"{WORDS.get(status, 'This did not work.')}\n", status, headers=HEADERS)


@routes.get(HUB)
async def about(call: Call) -> Response:
    """What this is, for whoever looks at it."""
    return PlainTextResponse(ABOUT.format(place=call.tools.settings.url))


@routes.post(HUB, max_body=MOST_BODY)
async def ask(call: Call, form: Asked) -> Response:
    """Take a wish, and answer before its callback is asked.

    Raises:
        MissingParameters, NoSuchMode, NotAFeed, TooMuch: see there.
        BadCallback, BadSecret, BadLease, HubIsBusy: of the hub.
    """
    call.limit("hub", origin(call.request), ASKED)
    if not (form.mode and form.topic and form.callback):
        raise MissingParameters
    if form.mode not in tuple(Mode):
        raise NoSuchMode
    host = hub.check_callback(form.callback)
    base_url = call.tools.settings.url
    path = form.topic.removeprefix(base_url)
    if Mode(form.mode) is Mode.UNSUBSCRIBE:
        async with call.tools.db.read() as tx:
            is_subscribed = await hub.is_subscribed(tx, path, form.callback)
        if not is_subscribed:  # so it is as it should be, and nobody needs to be asked
            return Response(status_code=202)
        wish = Wish(Mode.UNSUBSCRIBE, Topic(form.topic, path, None), form.callback)
    else:
        lasts, secret = hub.lease(form.lease_seconds), hub.check_secret(form.secret)
        wish = Wish(Mode.SUBSCRIBE, await _topic(call, form.topic, path), form.callback, secret, lasts)
    call.limit("hub callback", host, CALLED)
    call.tools.verifications.begin(wish)
    return Response(status_code=202)


async def _topic(call: Call, address: str, path: str) -> Topic:
    if not address.startswith(call.tools.settings.url):
        raise NotAFeed
    try:
        source, _kind = await feeding.at(call.tools, path)
    except feeding.NoSuchFeed:
        raise NotAFeed from None
    tag = source.tag if source.topic_id is None else ""
    return Topic(address, path, source.topic_id, tag, source.since, source.until)
