"""Hands what was written for one browser or app to its push service, and reads what that answers.

Called by the channels of pushes: `pushing.py` (notifications, for apps) and `ringing.py` (alerts, for our own pages).
A push service that answers late holds up its own pushes only; one that fails is tried again, five times in all; and one
that knows a subscription no more ends it.

Not here: encryption (lib/webpush), what is said, when it is made (`delivering.py`).

Source: RFC 8030, sections 5 and 7.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from pinson.domain import deliveries
from pinson.domain.deliveries import Again, Delivery, Ended, Outcome
from pinson.domain.notifications import push
from pinson.lib import webpush
from pinson.lib.http import ForbiddenAddress, OutgoingFailed, asked_to_wait
from pinson.tools import Tools

ATTEMPTS = 5
WORTH = timedelta(hours=48)  # how long a push service keeps what it cannot hand over, and how old a push may be
MAY_PASS = frozenset({408, 429})


class Services:
    """The push services of the world, to which we sign with the key of this server."""

    def __init__(self, tools: Tools, signer: webpush.Signer) -> None:
        self._tools = tools
        self._signer = signer

    @classmethod
    async def of(cls, tools: Tools) -> "Services":
        """With the key of this server."""
        async with tools.db.read() as tx:
            key = await push.signing_key(tx)
        return cls(tools, webpush.Signer(key, contact=tools.settings.url))

    def is_late(self, delivery: Delivery) -> bool:
        """Whether nobody should be woken for it any more."""
        return self._tools.clock.now() - delivery.asked_at > WORTH

    async def hand_over(
        self,
        delivery: Delivery,
        endpoint: str,
        sealed: webpush.Sealed,
        *,
        headers: Mapping[str, str],
        lasts: timedelta = WORTH,
        end: Callable[[str], Awaitable[None]],
    ) -> Ended | Again:
        """Post an encrypted message to its push service.

        Args:
            headers: of the push itself, like Urgency and Topic.
            lasts: how long the push service keeps what it cannot hand over.
            end: what is to be done, and why, when the push service knows the subscription no more.
        """
        now = self._tools.clock.now()
        signed = self._signer.headers(endpoint, sealed, now=now)
        signed |= {"TTL": str(int(lasts.total_seconds())), **headers}
        wait: timedelta | None = None
        try:
            answer = await self._tools.outgoing.post(endpoint, sealed.body, headers=signed)
        except ForbiddenAddress as failure:
            await end(str(failure))
            return Ended(delivery.id, Outcome.FAILED, str(failure))
        except OutgoingFailed as failure:
            error = str(failure)
        else:
            if answer.status < 300:
                return Ended(delivery.id, Outcome.SENT)
            error = f"the push service answers {answer.status}"
            if 400 <= answer.status < 500 and answer.status not in MAY_PASS:
                await end(error)
                return Ended(delivery.id, Outcome.FAILED, error)
            wait = asked_to_wait(answer.headers, now)
        if delivery.attempts >= ATTEMPTS:
            return Ended(delivery.id, Outcome.FAILED, error)
        return Again(delivery.id, now + (wait or deliveries.pause(delivery.attempts)), error)


def excerpt(text: str, most: int) -> str:
    """The beginning of a text on one line, of so many characters at most."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
