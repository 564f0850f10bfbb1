"""Counts who follows links: in memory at once, in the tables twice a second.

Called by whoever answers those who follow a link; `run` stands beside the server. A redirect costs one addition. What
was counted is written in one transaction for all links, with what other processes write beside it: sums are added to,
never set. A clean stop writes what is left (app.py), and a disk that is full loses nothing while the process lives.
A process that is killed loses what it counted since it last wrote: half a second, at most one. The next that starts
says so, where figures are shown.

Nothing is known of who it was: no address, no name of a browser, no identifier gets here. The country does, where
whoever runs the server has a table of them (lib/countries.py); as a sum of its own, beside no channel.
"""

import asyncio
from collections import Counter
from pathlib import Path

import structlog

from pinson.domain.shortlinks import commands
from pinson.domain.shortlinks.model import Channel, Clicks, Origin, ShortLinkId, Visitor
from pinson.lib.clock import EPOCH, Clock, from_ms
from pinson.lib.db import CannotWrite, Database
from pinson.lib.vigil import Vigil

PERIOD = 0.5  # seconds between two writes
HOUR = 3_600_000  # milliseconds

events = structlog.get_logger("pinson.shortlinks")

Key = tuple[ShortLinkId, int, Channel, Visitor]
Place = tuple[ShortLinkId, int, str]


class Clickometer:
    """See the module."""

    def __init__(self, db: Database, clock: Clock, folder: Path) -> None:
        """
        Args:
            folder: see `Vigil`.
        """
        self._db = db
        self._clock = clock
        self._vigil = Vigil(folder, now=clock.now())
        self._counted: Counter[Key] = Counter()
        self._origins: Counter[Place] = Counter()

    def count(self, id: ShortLinkId, channel: Channel, visitor: Visitor, *, country: str | None = None) -> None:
        """Somebody, or something, followed a link just now.

        Args:
            country: of a person, "" if it is not known; None where countries are not told.
        """
        hour = int((self._clock.now() - EPOCH).total_seconds()) // 3600
        self._counted[id, hour, channel, visitor] += 1
        if country is not None:
            self._origins[id, hour, country] += 1

    async def start(self) -> None:
        """Say what processes before this one lost, if they were stopped by force."""
        if moments := self._vigil.killed():
            events.warning("stopped_by_force", written_until=[str(moment) for moment in moments])
            await self._db.write(commands.note_gaps, moments=moments)

    async def stop(self) -> None:
        """Write what is left, and end in order."""
        try:
            await self.flush()
        except CannotWrite as refusal:  # what was counted since it last wrote is lost, and the next start says so
            events.error("clicks_lost", why=str(refusal))
        else:
            self._vigil.close()

    async def flush(self) -> None:
        """Write what was counted.

        Raises:
            CannotWrite: the disk is full; it is kept for the next time.
        """
        if not self._counted:
            return
        counted, self._counted = self._counted, Counter()
        places, self._origins = self._origins, Counter()
        clicks = [
            Clicks(id, from_ms(hour * HOUR), channel, visitor, times)
            for (id, hour, channel, visitor), times in counted.items()
        ]
        origins = [Origin(id, from_ms(hour * HOUR), country, times) for (id, hour, country), times in places.items()]
        try:
            await self._db.write(commands.count, clicks=clicks, origins=origins)
        except Exception:
            self._counted.update(counted)
            self._origins.update(places)
            raise

    async def run(self) -> None:
        """Write twice a second, until cancelled: what is being written then is written all the same."""
        while True:
            await asyncio.sleep(PERIOD)
            began = self._clock.now()  # who comes while it is written is written the next time
            try:
                await self.flush()
                self._vigil.beat(began)
            except CannotWrite as refusal:
                events.warning("clicks_not_written", why=str(refusal))
