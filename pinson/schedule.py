"""What is due by the clock: the housekeeping of a server, run by one process at a time.

Called by `app.py`, which runs `run` beside the server; tests call `sweep`. Each chore is one
short transaction, so doing it twice (two processes, a restart) changes nothing.
"""

import asyncio

import structlog

from pinson import alerting, publishing, reminding
from pinson.domain import (
    access,
    alerts,
    archives,
    deliveries,
    hub,
    instance,
    links,
    media,
    moderation,
    phones,
    posts,
    relations,
    search,
    shortlinks,
    sources,
    trends,
)
from pinson.domain.links import proofs
from pinson.domain.posts import drafts, polls
from pinson.lib import log, reactor
from pinson.lib.errors import Refusal
from pinson.tools import Tools

PERIOD = 60.0  # seconds between sweeps
BACKFILLS = 50  # steps of filling the index of search in one sweep: a few seconds

events = structlog.get_logger("pinson.schedule")


async def run(tools: Tools) -> None:
    """Sweep once a minute, until cancelled."""
    while True:
        await asyncio.sleep(PERIOD)
        try:
            await sweep(tools)
        except Refusal as refusal:  # a full disk: the next sweep tries again
            events.warning("sweep_failed", why=str(refusal))


async def sweep(tools: Tools) -> None:
    """Do all that is due now: forget what has expired, trim the log, and see what rises."""
    now = tools.clock.now()
    async with tools.db.read() as tx:
        through = await reactor.passed_by_all(tx, now=now)
    while await tools.db.write(log.trim, through=through, now=now, limit=log.AT_A_TIME) == log.AT_A_TIME:
        pass
    await publishing.publish_due(tools, now=now)
    await reminding.remind_due(tools, now=now)
    while await tools.db.write(polls.end, now=now):
        pass
    while await tools.db.write(drafts.forget_discarded, now=now):
        pass
    await tools.db.write(posts.forget_keys, now=now)
    await tools.db.write(relations.forget_mutes, now=now)
    await tools.db.write(access.forget_expired, now=now)
    await tools.db.write(access.blocks.forget_expired, now=now)
    while await tools.db.write(deliveries.forget_ended, now=now):
        pass
    while ids := await tools.db.read_in_thread(deliveries.ahead, now=now):
        await tools.db.write(deliveries.bring_back, ids=ids, now=now)
    while await tools.db.write(alerts.make_digests, now=now):
        pass
    await alerting.tell_mornings(tools, now=now)
    while await tools.db.write(alerts.forget_old, now=now):
        pass
    while await tools.db.write(alerts.invitations.forget_old, now=now):
        pass
    while await tools.db.write(hub.forget_old, now=now):
        pass
    while await tools.db.write(moderation.forget_who, now=now):
        pass
    await tools.db.write(archives.forget_old, now=now)
    await tools.db.write(phones.forget_drawn, now=now)
    await tools.db.write(media.forget_loose, now=now)
    await tools.db.write(links.forget_loose, now=now)
    await tools.db.write(proofs.ask_due, now=now)
    while await tools.db.write(shortlinks.forget_old, now=now):
        pass
    while await tools.db.write(sources.forget_removed, now=now):
        pass
    await tools.db.write(instance.tell_due, now=now)
    await tools.db.write(instance.withdraw_over, now=now)
    await tools.blobs.sweep(now=now)
    await trends.refresh(tools.db, now=now)
    for _ in range(BACKFILLS):
        if not await search.backfill(tools.db):
            break
