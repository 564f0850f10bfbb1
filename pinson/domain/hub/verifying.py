"""Asks callbacks whether they meant what was asked in their name, and does it if they did.

Called by the interface that programs subscribe by, which answers before the callback is asked: some programs serve one
request at a time. Until a callback has said yes, its wish is in memory only; if the process ends before that, the
program asks again, as it has to when its lease ends anyway.

Source: https://www.w3.org/TR/websub/, section 5.3.
"""

import asyncio
import hmac
import secrets

import structlog

from pinson.domain.hub import commands, rules
from pinson.domain.hub.model import Mode, Wish
from pinson.domain.hub.rules import HubIsBusy
from pinson.lib.clock import Clock
from pinson.lib.db import Database
from pinson.lib.errors import Refusal
from pinson.lib.http import Outgoing, OutgoingFailed

MOST_OPEN = 500  # wishes that are looked into at a time
LONGEST_ANSWER = 1024  # bytes

events = structlog.get_logger("pinson.hub")


class Verifications:
    """Wishes that this process is looking into."""

    def __init__(self, db: Database, outgoing: Outgoing, clock: Clock) -> None:
        self._db = db
        self._outgoing = outgoing
        self._clock = clock
        self._open: set[asyncio.Task[None]] = set()

    def begin(self, wish: Wish) -> None:
        """Look into a wish, soon.

        Raises:
            HubIsBusy.
        """
        if len(self._open) >= MOST_OPEN:
            raise HubIsBusy
        task = asyncio.create_task(self._look_into(wish))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def settle(self) -> None:
        """Wait until all are looked into. For tests."""
        while self._open:
            await asyncio.gather(*self._open)

    def stop(self) -> None:
        """Drop what is not looked into yet."""
        for task in self._open:
            task.cancel()

    async def _look_into(self, wish: Wish) -> None:
        host = rules.check_callback(wish.callback)
        challenge = secrets.token_urlsafe(32)
        try:
            answer = await self._outgoing.get(rules.question(wish, challenge), max_bytes=LONGEST_ANSWER)
        except OutgoingFailed as failure:
            events.info("callback_not_verified", host=host, why=str(failure))
            return
        if not 200 <= answer.status < 300 or not hmac.compare_digest(answer.body, challenge.encode()):
            events.info("callback_not_verified", host=host, why=f"it answers {answer.status}, or another challenge")
            return
        try:
            if wish.mode is Mode.SUBSCRIBE:
                await self._db.write(commands.subscribe, wish=wish, now=self._clock.now())
            else:
                await self._db.write(commands.unsubscribe, path=wish.topic.path, callback=wish.callback)
        except Refusal as refusal:  # too many of this host meanwhile, or a full disk
            events.warning("subscription_refused", host=host, why=str(refusal))
