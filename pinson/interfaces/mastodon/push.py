"""Push subscriptions: https://docs.joinmastodon.org/methods/push. Each token has at most one; nothing is sent yet."""

from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain.access import TokenId
from pinson.domain.notifications import push
from pinson.domain.notifications.push import PushPolicy, Subscription
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import Empty
from pinson.interfaces.request import Routes
from pinson.lib.forms import FALSE

routes = Routes()

PUSH = ("push",)
MOST_ALERTS, MOST_NAME = 50, 50  # kinds, and characters of one


class PushKeys(msgspec.Struct):
    """The keys of a browser, in base64url."""

    p256dh: str
    auth: str


class Endpoint(msgspec.Struct):
    """Where to push. standard: whether it takes RFC 8291."""

    endpoint: str
    keys: PushKeys
    standard: bool = False


class Wishes(msgspec.Struct, frozen=True):
    """For what to be woken. alerts: by kind of notification, whether."""

    alerts: Any = None
    policy: PushPolicy | None = None


class NewSubscription(msgspec.Struct):
    """Body of POST /api/v1/push/subscription."""

    subscription: Endpoint
    data: Wishes = Wishes()


class ChangedSubscription(msgspec.Struct):
    """Body of PUT /api/v1/push/subscription. The policy stands within `data` or beside it."""

    data: Wishes = Wishes()
    policy: PushPolicy | None = None


class WebPushSubscription(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/WebPushSubscription"""

    id: int
    endpoint: str
    standard: bool
    alerts: dict[str, bool]
    server_key: str
    policy: PushPolicy


@routes.post("/api/v1/push/subscription", scopes=PUSH, answers=WebPushSubscription)
async def subscribe(call: Call, form: NewSubscription) -> Response:
    """Have the app that asks be woken, in the place of what it asked before."""
    sent = form.subscription
    keys = push.prepare(endpoint=sent.endpoint, p256dh=sent.keys.p256dh, auth=sent.keys.auth)
    made = await call.tools.db.write(
        push.subscribe,
        token_id=_token(call),
        account_id=call.account_id,
        keys=keys,
        standard=sent.standard,
        alerts=_alerts(form.data) or {},
        policy=form.data.policy or PushPolicy.ALL,
        now=call.now,
    )
    return json(_entity(call, made))


@routes.get("/api/v1/push/subscription", scopes=PUSH, answers=WebPushSubscription)
async def show(call: Call) -> Response:
    """How the app that asks is woken."""
    async with call.tools.db.read() as tx:
        return json(_entity(call, await push.subscription(tx, _token(call))))


@routes.on("PUT", "/api/v1/push/subscription", scopes=PUSH, answers=WebPushSubscription)
async def change(call: Call, form: ChangedSubscription) -> Response:
    """Change for what it is woken."""
    changed = await call.tools.db.write(
        push.change,
        token_id=_token(call),
        alerts=_alerts(form.data),
        policy=form.data.policy or form.policy,
    )
    return json(_entity(call, changed))


@routes.on("DELETE", "/api/v1/push/subscription", scopes=PUSH, answers=Empty)
async def remove(call: Call) -> Response:
    """Let it sleep."""
    await call.tools.db.write(push.remove, token_id=_token(call))
    return json({})


def _token(call: Call) -> TokenId:
    assert call.principal is not None
    return call.principal.token_id


def _alerts(wishes: Wishes) -> dict[str, bool] | None:
    """What was sent, in bounds: kinds that we do not know are kept for the app, which asks for them back."""
    if not isinstance(wishes.alerts, dict):
        return None
    sent = list(wishes.alerts.items())[:MOST_ALERTS]
    return {name[:MOST_NAME]: value not in FALSE for name, value in sent if not isinstance(value, dict | list)}


def _entity(call: Call, subscription: Subscription) -> WebPushSubscription:
    return WebPushSubscription(
        id=subscription.id,
        endpoint=subscription.endpoint,
        standard=subscription.standard,
        alerts=dict(subscription.alerts),
        server_key=call.tools.push_key,
        policy=subscription.policy,
    )
