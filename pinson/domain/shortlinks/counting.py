"""Counts who follows links: in memory at once, in the tables twice a second.

Called by whoever answers those who follow a link; `run` stands beside the server. A redirect costs one addition. What
was counted is written in one transaction for all links, with what other processes write beside it: sums are added to,
never set. A clean stop writes what is left (app.py), and a disk that is full loses nothing while the process lives.
A process that is killed loses what it counted since it last wrote: half a second, at most one.

Nothing is known of who it was: no address, no name of a browser, no identifier gets here.
"""

import asyncio
from collections import Counter

import structlog

from pinson.domain.shortlinks import commands
from pinson.domain.shortlinks.model import Channel, Clicks, ShortLinkId, Visitor
from pinson.lib.clock import EPOCH, Clock, from_ms
from pinson.lib.db import CannotWrite, Database

PERIOD = 0.5  # seconds between two writes
HOUR = 3_600_000  # milliseconds

events = structlog.get_logger("pinson.shortlinks")

Key = tuple[ShortLinkId, int, Channel, Visitor]


class Clickometer:
    """See the module."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._counted: Counter[Key] = Counter()

    def count(self, id: ShortLinkId, channel: Channel, visitor: Visitor) -> None:
        """Somebody, or something, followed a link just now."""
        hour = int((self._clock.now() - EPOCH).total_seconds()) // 3600
        self._counted[id, hour, channel, visitor] += 1

    async def flush(self) -> None:
        """Write what was counted.

        Raises:
            CannotWrite: the disk is full; it is kept for the next time.
        """
        if not self._counted:
            return
        counted, self._counted = self._counted, Counter()
        clicks = [
            Clicks(id, from_ms(hour * HOUR), channel, visitor, times)
            for (id, hour, channel, visitor), times in counted.items()
        ]
        try:
            await self._db.write(commands.count, clicks=clicks)
        except Exception:
            self._counted.update(counted)
            raise

    async def run(self) -> None:
        """Write twice a second, until cancelled: what is being written then is written all the same."""
        while True:
            await asyncio.sleep(PERIOD)
            try:
                await self.flush()
            except CannotWrite as refusal:
                events.warning("clicks_not_written", why=str(refusal))
