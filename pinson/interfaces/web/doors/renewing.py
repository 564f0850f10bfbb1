"""Browsers that renew their push subscription, as they may at any time, and go on being rung.

Called by the worker of the site (`static/worker.js`): when the browser tells it, and when a page of alerts that is
looked at says for which subscriptions this server believes to ring here.

Source: https://www.w3.org/TR/push-api/, section 10.4.
"""

import hashlib
from collections.abc import Iterable

import msgspec
from starlette.responses import Response

from pinson.domain import alerts
from pinson.domain.alerts import Address, Reach
from pinson.domain.deliveries import Channel
from pinson.domain.notifications import push
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.lib.limits import Limit

routes = Routes()

RENEWING = Limit(60, 600)  # from one place


class Renewed(msgspec.Struct):
    """A subscription. was, proof: the one that was known here, and its secret."""

    was: str
    proof: str
    endpoint: str
    p256dh: str
    auth: str


@routes.post("/s/renew/browser", keyed=True)
async def renew(call: Call, form: Renewed) -> Response:
    """Ring there from now on.

    Raises:
        AlertNotFound: no browser is known here by this secret.
        BadEndpoint, BadKeys, TooManyAttempts.
    """
    call.limit("renewed subscriptions", call.origin, RENEWING)
    push.prepare(endpoint=form.endpoint, p256dh=form.p256dh, auth=form.auth)
    reach = Reach(Channel.BROWSER, form.endpoint, {"p256dh": form.p256dh, "auth": form.auth})
    await call.tools.db.write(alerts.renew, was=form.was, proof=form.proof, reach=reach, now=call.now)
    return Response(status_code=204)


def rung(addresses: Iterable[Address]) -> str:
    """Which subscriptions are rung, as a page tells the worker: by the beginning of their digests."""
    browsers = (one for one in addresses if one.channel is Channel.BROWSER and one.lost_at is None)
    return " ".join(hashlib.sha256(one.value.encode()).hexdigest()[:16] for one in browsers)
