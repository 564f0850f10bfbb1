"""Where codes lead, in memory behind the log: what a redirect costs the database is nothing.

Called by whoever answers those who follow a link. A code is read from the tables when it is first asked for and kept
until what it leads to changes, or until so many newer ones were asked for that it has to make room.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from yarl import URL

from pinson.domain.accounts import AccountId
from pinson.domain.shortlinks import rules, store
from pinson.domain.shortlinks.facts import ShortLinkChanged, SiteClosed, SiteReopened
from pinson.domain.shortlinks.model import Channel, Coded, ShortLinkId
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact

MOST = 20_000  # codes that are kept: some 10 MB
MAKE_ROOM = 1000  # codes that go at a time, those that came first


class Way(NamedTuple):
    """What a code leads to, ready to be answered.

    location: where a browser is sent, as a header holds it.
    closed: why it is not, by the word of moderators; None if it is.
    """

    link_id: ShortLinkId
    channel: Channel
    account_id: AccountId
    location: bytes
    target: str
    expires_at: datetime | None
    is_limited: bool
    is_retired: bool
    closed: str | None


class Redirects:
    """A view: see the module."""

    def __init__(self) -> None:
        self._ways: dict[str, Way] = {}
        self._closed: dict[str, str] = {}

    @property
    def closed(self) -> Mapping[str, str]:
        """The sites that no link leads to -> why."""
        return self._closed

    def known(self, code: str) -> Way | None:
        """Where a code leads, if it was asked for before."""
        return self._ways.get(code)

    async def find(self, tx: ReadTx, code: str) -> Way | None:
        """Where a code leads; None if there is no such code. One statement, the first time."""
        if (way := self._ways.get(code)) is not None:
            return way
        found = await store.coded(tx, [code])
        if not found:
            return None
        if len(self._ways) >= MOST:
            for old in list(self._ways)[:MAKE_ROOM]:
                del self._ways[old]
        way = self._ways[code] = self._way(found[0])
        return way

    async def load(self, tx: ReadTx) -> None:
        """Start over from the tables."""
        self._ways.clear()
        self._closed = {site.host: site.reason for site in await store.closed(tx)}

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        match fact:
            case ShortLinkChanged():
                for code in fact.codes:
                    self._ways.pop(code, None)
            case SiteClosed():
                self._closed[fact.host] = fact.reason
                self._ways.clear()
            case SiteReopened():
                self._closed.pop(fact.host, None)
                self._ways.clear()

    def _way(self, coded: Coded) -> Way:
        site = rules.closed_by(URL(coded.target).raw_host or "", self._closed)
        return Way(
            coded.link_id,
            coded.channel,
            coded.account_id,
            rules.location(coded.target, coded.utm.get(coded.channel)).encode("ascii"),
            coded.target,
            coded.expires_at,
            coded.max_clicks is not None,
            coded.retired_at is not None,
            self._closed[site] if site else None,
        )
