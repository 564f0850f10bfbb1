"""Who is alerted when something happened: by each alert that meets the topics of a message, once.

Called as reactions, under one cursor, so in the order of the log. Each asks the domain to look at the truth again. What
may concern many goes in steps that fit between other writes.
"""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain import alerts, events
from pinson.domain.accounts import AccountDeleted
from pinson.domain.alerts import Withdrawn
from pinson.domain.events import EventDeleted, EventPostChanged
from pinson.domain.posts import PostId, PostMoved, PostPublished
from pinson.domain.relations import Blocked
from pinson.lib.log import Fact
from pinson.tools import Tools


async def sift(tools: Tools, facts: Sequence[Fact]) -> Sequence[Fact]:
    """Those of these facts that may alert anybody: nobody follows most of what posts are about from outside."""
    async with tools.db.read() as tx:
        fit = await alerts.may_alert(tx, [fact.post for fact in facts if isinstance(fact, PostPublished | PostMoved)])
    ids = {shape.id for shape in fit}
    return [fact for fact in facts if not isinstance(fact, PostPublished | PostMoved) or fact.post.id in ids]


async def of_post(tools: Tools, fact: PostPublished | PostMoved) -> None:
    """Alert who wants the message, or, if it corrects another, who had that one."""
    await _alert(tools, fact.post.id)


async def of_moment(tools: Tools, fact: EventPostChanged) -> None:
    """Alert who wants key moments only, when a message has become one."""
    await _alert(tools, fact.post_id)


async def of_block(tools: Tools, fact: Blocked) -> None:
    """End what somebody hears of whom they keep away."""
    named = {"account_id": fact.account_id, "target_id": fact.target_id}
    await tools.db.write(alerts.leave_account, **named, how=Withdrawn.PAGE, now=tools.clock.now())


async def of_closing(tools: Tools, fact: AccountDeleted) -> None:
    """End the alerts of somebody who closed their account, and those that followed it."""
    await tools.db.write(alerts.invitations.forget, account_id=fact.account_id)
    while await tools.db.write(alerts.close_account, account_id=fact.account_id, now=tools.clock.now()):
        pass


async def of_event_gone(tools: Tools, fact: EventDeleted) -> None:
    """End the alerts that followed a live event."""
    while await tools.db.write(alerts.close_topic, topic_id=fact.event_id, now=tools.clock.now()):
        pass


async def tell_mornings(tools: Tools, *, now: datetime) -> None:
    """Tell who follows an event that ended yesterday by e-mail how it went. Called by the clock."""
    async with tools.db.read() as tx:
        due = await events.due_mornings(tx, now=now)
    for event in due:
        after: tuple[int, int] | None = (0, 0)
        while after is not None:
            after = await tools.db.write(alerts.after_event, event_id=event.id, after=after, now=now)
        await tools.db.write(events.tell_morning, id=event.id, now=now)


async def _alert(tools: Tools, id: PostId) -> None:
    place: alerts.Place | None = alerts.Place()
    while place is not None:
        place = await tools.db.write(alerts.after_post, id=id, place=place, now=tools.clock.now())
