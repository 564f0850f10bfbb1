"""Makes deliveries: one worker a channel in every process, beside the requests.

Called by `app.py`, which gives each worker its driver: what a delivery says (read in a few statements for a whole
batch) and how it is handed over. Which process takes on which is decided by the database. Text is made when a delivery
leaves, so what was taken back meanwhile reaches nobody. A channel that is slow or fails delays no other.

Not here: what was asked and what came of it (`domain/deliveries`), the channels themselves (`pushing.py` and its like).
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

import structlog

from pinson.domain import deliveries
from pinson.domain.deliveries import Again, Channel, Delivery, Ended
from pinson.lib.db import ReadTx
from pinson.lib.errors import Refusal
from pinson.tools import Tools

PAUSE = 0.25  # seconds between looks at what is due, when nothing is
LASTS = timedelta(minutes=1)  # whoever took a delivery on has died if it did not say what came of it by then
LONGER = {Channel.SMS: timedelta(minutes=3)}  # an operator's answer is waited for, since nothing is sent twice
LAST_WORDS = 2.0  # seconds that attempts under way have to end when the process stops
BROKEN = timedelta(minutes=5)  # when an attempt is made again that ended in a bug

events = structlog.get_logger("pinson.delivering")


class Driver(Protocol):
    """A channel. Several processes have one each."""

    channel: Channel

    @property
    def most_open(self) -> int:
        """Attempts under way in one process; 0 while none can be made: then they wait."""
        ...

    async def prepare(self, tx: ReadTx, claimed: Sequence[Delivery]) -> Mapping[int, Any]:
        """What each of them says and to whom, by its id, if there still is something to say."""
        ...

    async def attempt(self, delivery: Delivery, said: Any) -> Ended | Again:
        """Hand one over. said: from `prepare`; None if it had nothing for it.

        It takes less time than `LASTS`, or another process makes the same attempt.
        """
        ...


class Worker:
    """The deliveries of a channel that this process makes."""

    def __init__(self, tools: Tools, driver: Driver) -> None:
        self._tools = tools
        self._driver = driver
        self._open: dict[asyncio.Task[Ended | Again], Delivery] = {}
        self._claimed: list[Delivery] = []  # and not begun: the first of them last

    async def run(self) -> None:
        """Make what is due, until cancelled. What is under way then has a moment to end."""
        try:
            while True:
                try:
                    busy = await self.step()
                except Refusal as refusal:  # a full disk: what is due stays so, and what ended is due again
                    events.warning("deliveries_failed", channel=self._driver.channel, why=str(refusal))
                    busy = False
                if not busy:
                    await asyncio.sleep(PAUSE)
        finally:
            await self._end()

    async def step(self) -> bool:
        """Begin what is due and there is room for, and keep what came of it; whether anything is under way.

        Raises:
            CannotWrite: the disk is full.
        """
        most = self._driver.most_open
        if most and len(self._open) <= most // 2:
            await self._begin(most - len(self._open))
        if not self._open:
            return False
        done, _ = await asyncio.wait(self._open, timeout=PAUSE, return_when=asyncio.FIRST_COMPLETED)
        await self._settle(done)
        return True

    async def _begin(self, limit: int) -> None:
        db, channel, now = self._tools.db, self._driver.channel, self._tools.clock.now()
        async with db.read() as tx:
            if not await deliveries.is_due(tx, channel, now=now):
                return
        claimed = await db.write(
            deliveries.claim, channel=channel, now=now, until=now + LONGER.get(channel, LASTS), limit=limit
        )
        self._claimed = claimed[::-1]
        try:
            async with db.read() as tx:
                said = await self._driver.prepare(tx, claimed)
        except Refusal:
            raise
        except Exception as error:  # a bug of ours, before anything of the batch was begun
            results = [self._broken(one, error) for one in claimed]
            await db.write(deliveries.settle, channel=channel, results=results, now=now)
            self._claimed.clear()
            return
        while self._claimed:
            one = self._claimed.pop()
            self._open[asyncio.create_task(self._driver.attempt(one, said.get(one.id)))] = one
            await asyncio.sleep(0)  # each begins with work (to encrypt, to compose): requests have their turn between

    async def _settle(self, done: set["asyncio.Task[Ended | Again]"]) -> None:
        now = self._tools.clock.now()
        results = [self._result(task, self._open.pop(task)) for task in done]
        if results:
            await self._tools.db.write(deliveries.settle, channel=self._driver.channel, results=results, now=now)

    def _result(self, task: "asyncio.Task[Ended | Again]", delivery: Delivery) -> Ended | Again:
        """What came of an attempt."""
        error = task.exception()
        return task.result() if error is None else self._broken(delivery, error)

    def _broken(self, delivery: Delivery, error: BaseException) -> Again:
        """What ended in a bug of ours is made again, and everyone should know."""
        events.critical("delivery_broken", channel=self._driver.channel, delivery=delivery.id, exc_info=error)
        return Again(delivery.id, self._tools.clock.now() + BROKEN, type(error).__name__)

    async def _end(self) -> None:
        """Keep what still ends within a moment. The rest is due again in a minute, or in doubt.

        What was not begun is due at once.
        """
        try:
            if self._claimed:
                now = self._tools.clock.now()
                results = [Again(one.id, now, "") for one in self._claimed]
                await self._tools.db.write(deliveries.settle, channel=self._driver.channel, results=results, now=now)
        except Refusal as refusal:  # a full disk: it is due in a minute, and what is open may end all the same
            events.warning("deliveries_failed", channel=self._driver.channel, why=str(refusal))
        if self._open:
            done, late = await asyncio.wait(self._open, timeout=LAST_WORDS)
            for task in late:
                task.cancel()
            try:
                await self._settle(done)
            except Refusal as refusal:
                events.warning("deliveries_failed", channel=self._driver.channel, why=str(refusal))
