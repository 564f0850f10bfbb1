"""Publishes scheduled posts when their time has come.

Called by `schedule.py` once a minute. Each is published in the transaction that takes it from the scheduled ones,
so a process that dies in between, or two that run at once, publish it once. What is refused then is kept, with
the reason, for its author, and said in the server's log.
"""

from datetime import datetime

import structlog

from pinson.domain import accounts, posts
from pinson.domain.posts import Reader, scheduled
from pinson.domain.posts.scheduled import ScheduledPost
from pinson.lib.errors import Kind, Refusal
from pinson.tools import Tools

events = structlog.get_logger("pinson.publishing")


async def publish_due(tools: Tools, *, now: datetime) -> None:
    """Publish all posts that are due.

    Raises:
        CannotWrite: the disk is full; they stay due.
    """
    while True:
        async with tools.db.read() as tx:
            due = await scheduled.due(tx, now=now)
        if not due:
            return
        for one in due:
            try:
                await _publish(tools, one, now)
            except Refusal as refusal:
                if refusal.kind is Kind.UNAVAILABLE:
                    raise
                await tools.db.write(scheduled.refuse, id=one.id, why=str(refusal))
                events.warning("scheduled_post_refused", id=one.id, account_id=one.account_id, code=refusal.code)


async def _publish(tools: Tools, one: ScheduledPost, now: datetime) -> None:
    url = tools.settings.url
    async with tools.db.read() as tx:
        circle = await tools.circles.of(tx, one.account_id, now=now)
        defaults = await accounts.defaults(tx, one.account_id)
    prepared = posts.prepare(
        one.draft,
        max_characters=tools.settings.posts.max_characters,
        local_domain=url.partition("://")[2],
        detect=tools.languages.of,
        shortener=tools.shortener(wanted=defaults.shorten_links),
    )
    await tools.db.write(
        scheduled.publish,
        id=one.id,
        author=Reader(circle, tools.standing),
        prepared=prepared,
        base_url=url,
        now=now,
    )
