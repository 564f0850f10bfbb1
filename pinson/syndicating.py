"""Sends feeds to the programs that subscribed, whenever they say something else than before (W3C WebSub).

`of_post` is a reaction: it looks which feeds a post may stand in, reads those that somebody is subscribed to, and asks
for deliveries of each that changed. `Feeds` makes them. A feed is written once for all who get it, and sent whole, so
whoever missed one misses nothing: an update that is not the newest of its feed any more is not sent.

Not here: what is in a feed (`feeding.py`), who is subscribed (`domain/hub`).

Source: https://www.w3.org/TR/websub/, section 7.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import msgspec
import structlog

from pinson import feeding
from pinson.domain import deliveries, hub
from pinson.domain.deliveries import Again, Channel, Delivery, Ended, Outcome
from pinson.domain.hub import Subscription, Update
from pinson.domain.posts import (
    PostCorrected,
    PostDeleted,
    PostEdited,
    PostHidden,
    PostMoved,
    PostPublished,
    PostUnhidden,
    Visibility,
)
from pinson.feeding import NoSuchFeed
from pinson.lib.db import ReadTx
from pinson.lib.feeds import FORMATS
from pinson.lib.http import ForbiddenAddress, OutgoingFailed, asked_to_wait
from pinson.lib.ids import moment_of
from pinson.lib.log import Fact
from pinson.tools import Tools

ATTEMPTS = 8  # over about a day
REMEMBERED = 64  # feeds that were written last
GONE = 410  # section 7: the callback wants nothing any more
SHARED = (Visibility.PUBLIC, Visibility.UNLISTED)

Changed = PostPublished | PostEdited | PostMoved | PostCorrected | PostHidden | PostUnhidden | PostDeleted

events = structlog.get_logger("pinson.syndicating")


class Written(msgspec.Struct, frozen=True):
    """A feed as it is sent. link: the header that says where it is from."""

    body: bytes
    media_type: str
    link: str


async def sift(tools: Tools, facts: Sequence[Fact]) -> Sequence[Fact]:
    """Those of these facts that are under a topic of which somebody is sent a feed: most are under none."""
    under = [_under(fact) for fact in facts]
    async with tools.db.read() as tx:
        subscribed = await hub.subscribed(tx, {topic for one in under for topic in one}, now=tools.clock.now())
    return [fact for fact, one in zip(facts, under, strict=True) if not subscribed.isdisjoint(one)]


def _under(fact: Fact) -> Collection[int]:
    """The topics that a post is under now, or was before."""
    match fact:
        case PostDeleted():
            return fact.topics
        case PostEdited() | PostMoved():
            return {*fact.post.topics, *fact.left}
        case PostPublished() | PostCorrected() | PostHidden() | PostUnhidden():
            return fact.post.topics
    return ()


async def of_post(tools: Tools, fact: Changed) -> None:
    """Ask that feeds be sent in which a post is new, says something else, or stands no longer."""
    id = fact.id if isinstance(fact, PostDeleted) else fact.post.id
    if not isinstance(fact, PostDeleted) and (fact.post.boost_of_id is not None or fact.post.visibility not in SHARED):
        return  # feeds show neither
    async with tools.db.read() as tx:
        paths = await hub.paths(tx, sorted({*_under(fact)}), at=moment_of(id), now=tools.clock.now())
    for path in paths:
        written = await _write(tools, path)
        if written is not None:
            version = hashlib.blake2b(written.body, digest_size=16).hexdigest()
            while await tools.db.write(hub.publish, path=path, version=version, now=tools.clock.now()):
                pass


async def _write(tools: Tools, path: str) -> Written | None:
    """The feed at an address as it is now; None if there is none any more."""
    try:
        source, kind = await feeding.at(tools, path)
    except NoSuchFeed:
        return None
    feed = await feeding.read(tools, source, kind)
    return Written(FORMATS[kind].write(feed), FORMATS[kind].media_type, feed.link)


class Feeds:
    """The channel by which programs are sent feeds: see `delivering.Driver`."""

    channel = Channel.WEBSUB
    most_open = 50  # feeds are long: what else this process does waits for no more of them

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._written: dict[int, asyncio.Task[Written | None]] = {}  # by update, those last that came last

    async def prepare(self, tx: ReadTx, claimed: Sequence[Delivery]) -> Mapping[int, tuple[Subscription, Update]]:
        """To whom each delivery goes and what it brings, if that is still wanted and the newest. Two statements."""
        now = self._tools.clock.now()
        holders = await hub.subscriptions(tx, [one.holder_id for one in claimed])
        updates = await hub.updates(tx, list({one.about_id for one in claimed}))
        said = {}
        for one in claimed:
            holder, update = holders.get(one.holder_id), updates.get(one.about_id)
            if holder is not None and holder.ends_at > now and update is not None and update.is_newest:
                said[one.id] = holder, update
        return said

    async def attempt(self, delivery: Delivery, said: tuple[Subscription, Update] | None) -> Ended | Again:
        """Send a feed, signed if its subscriber gave a secret."""
        written = None if said is None else await self._once(said[1])
        if said is None or written is None:
            return Ended(delivery.id, Outcome.NEEDLESS)
        holder, now = said[0], self._tools.clock.now()
        headers = {"Content-Type": written.media_type, "Link": written.link}
        if holder.secret:
            signature = hmac.digest(holder.secret.encode(), written.body, hashlib.sha256).hex()
            headers["X-Hub-Signature"] = f"sha256={signature}"
        wait: timedelta | None = None
        try:
            answer = await self._tools.outgoing.post(holder.callback, written.body, headers=headers)
        except ForbiddenAddress as failure:
            return await self._drop(delivery, holder, str(failure))
        except OutgoingFailed as failure:
            error = str(failure)
        else:
            if 200 <= answer.status < 300:
                return Ended(delivery.id, Outcome.SENT)
            error = f"the callback answers {answer.status}"
            if answer.status == GONE:
                return await self._drop(delivery, holder, error)
            wait = asked_to_wait(answer.headers, now)
        if delivery.attempts >= ATTEMPTS:
            return Ended(delivery.id, Outcome.FAILED, error)
        return Again(delivery.id, now + (wait or deliveries.pause(delivery.attempts)), error)

    async def _once(self, update: Update) -> Written | None:
        """What an update brings: written once, however many get it and however often they are tried."""
        task = self._written.get(update.id)
        if task is None:
            while len(self._written) >= REMEMBERED:
                del self._written[next(iter(self._written))]
            task = self._written[update.id] = asyncio.create_task(_write(self._tools, update.path))
        try:
            return await asyncio.shield(task)
        except Exception:
            self._written.pop(update.id, None)  # a bug, or a full disk: write it anew when it is tried again
            raise

    async def _drop(self, delivery: Delivery, holder: Subscription, why: str) -> Ended:
        events.info("feed_subscription_ended", subscription=holder.id, why=why)
        await self._tools.db.write(hub.drop, id=holder.id)
        return Ended(delivery.id, Outcome.FAILED, why)
