"""Tells a live event again as if it were now: what is ready in the event made for it goes out when it is due.

For demos, where anybody may ask for it: one at a time, since nobody can watch two days at once, and not too often. All
that there is to know about one stands in the event itself: the drafts that wait say what is still to come, and each
says which message it tells again. A server that is stopped therefore stops it at a place that anybody can see, and from
which it goes on when somebody asks.

Called by the pages of events. Not here: how such an event is made (`events.retell`).
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
import structlog

from pinson.domain import events, media, posts
from pinson.domain.accounts import AccountId
from pinson.domain.events import DraftNotFound, Event, EventNotFound, Marks, ReadyDraft
from pinson.domain.media import Media, MediaId, MediaKind, Upload
from pinson.domain.posts import Draft, EventId, Post, PostId, Reader, Visibility
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.tools import Tools

SPEEDS = (60.0, 1.0)
MOST_AN_HOUR = 12
LOOK = 1.0  # seconds between looks at what is due: somebody at the desk may have sent or moved it
HOUR = timedelta(hours=1)

journal = structlog.get_logger("pinson.playing")


class NoDemo(Refusal):
    """What happened stays as it was, except where it is all for show."""

    kind, code = Kind.MISSING, "no_demo"
    text = "Only a demo tells its events again."


class PlayedOften(Refusal):
    """Each time leaves an event behind."""

    kind, code = Kind.TOO_MANY, "played_often"
    text = "This day was told again {limit} times within an hour. Watch the last one, or come back later."


class Retelling(msgspec.Struct, frozen=True):
    """How far an event that tells another again is: messages told, and of how many."""

    told: int
    of: int
    goes_on: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to tell."""
        return self.told >= self.of


class Plays:
    """What this process tells again."""

    def __init__(self, tools: Tools, *, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._tools = tools
        self._wait = wait
        self._running: dict[EventId, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()  # one message at a time

    @property
    def running(self) -> EventId | None:
        """The event that is told now."""
        return next(iter(self._running), None)

    async def begin(self, old: Event, *, speed: float, title: str) -> EventId:
        """Tell an event again, in one of its own; if one is told already, that one.

        Raises:
            NoDemo, PlayedOften; IsModel, NothingToRetell.
        """
        tools, now = self._tools, self._tools.clock.now()
        if not tools.settings.demo:
            raise NoDemo
        if self.running is not None:
            return self.running
        async with tools.db.read() as tx:
            lately = await events.of_account(tx, old.account_id, limit=MOST_AN_HOUR + 1)
        if sum(one.model_id == old.id and now - one.created_at < HOUR for one in lately) >= MOST_AN_HOUR:
            raise PlayedOften(limit=MOST_AN_HOUR)
        new = await tools.db.write(
            events.retell,
            id=old.id,
            speed=speed,
            title=title,
            slug=f"{old.slug[:40].strip('-')}-{now:%Y%m%d%H%M%S}",
            base_url=tools.settings.url,
            now=now,
        )
        self._start(new.id)
        return new.id

    async def go_on(self, event: Event) -> EventId:
        """Go on where it stopped, at once; or lead to the one that is told meanwhile.

        Raises:
            NoDemo.
        """
        tools, now = self._tools, self._tools.clock.now()
        if not tools.settings.demo:
            raise NoDemo
        if self.running is not None:
            return self.running
        async with tools.db.read() as tx:
            waiting = _waiting(await events.drafts(tx, event.id))
        if waiting:
            late = now - _due(event, waiting[0])
            if late > timedelta():
                await tools.db.write(events.delay, id=event.id, account_id=event.account_id, by=late, now=now)
            self._start(event.id)
        return event.id

    def stop(self, event_id: EventId) -> None:
        """Tell no more of it. What is ready stays ready."""
        task = self._running.pop(event_id, None)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """The process ends."""
        tasks = list(self._running.values())
        for event_id in list(self._running):
            self.stop(event_id)
        await asyncio.gather(*tasks, return_exceptions=True)

    def state(self, event: Event, drafts: Sequence[ReadyDraft]) -> Retelling | None:
        """How far it is; None if it tells nothing again."""
        again = [one for one in drafts if one.marks.again is not None and not (_is_held(one) and one.marks.is_skipped)]
        if not again:
            return None
        return Retelling(sum(one.post_id is not None for one in again), len(again), event.id in self._running)

    async def send(self, event: Event, draft_id: int) -> Post:
        """Send a draft that tells something again before it is due, with all that it showed.

        Raises:
            DraftNotFound, and all that `events.write` raises.
        """
        async with self._turn:
            async with self._tools.db.read() as tx:
                drafts = await events.drafts(tx, event.id)
            ready = next((one for one in _waiting(drafts) if one.id == draft_id), None)
            if ready is None:
                raise DraftNotFound
            return await self._send(event, ready, drafts)

    async def step(self, event_id: EventId) -> float | None:
        """Send what is due; in how many seconds something else is, or None if nothing is left.

        Raises:
            EventNotFound: it is gone.
        """
        async with self._turn:
            while True:
                async with self._tools.db.read() as tx:
                    event = await events.by_id(tx, event_id)
                    drafts = await events.drafts(tx, event_id)
                waiting = _waiting(drafts)
                if not waiting:
                    return None
                left = (_due(event, waiting[0]) - self._tools.clock.now()).total_seconds()
                if left > 0:
                    return left
                with suppress(DraftNotFound):  # somebody at the desk was faster
                    await self._send(event, waiting[0], drafts)

    def _start(self, event_id: EventId) -> None:
        self._running[event_id] = asyncio.create_task(self._tell(event_id))

    async def _tell(self, event_id: EventId) -> None:
        try:
            while (left := await self.step(event_id)) is not None:
                await self._wait(min(left, LOOK))
        except EventNotFound:
            pass
        except Refusal as refusal:
            journal.warning("retelling_stopped", retold=event_id, why=str(refusal))
        finally:
            self._running.pop(event_id, None)

    async def _send(self, event: Event, ready: ReadyDraft, drafts: Sequence[ReadyDraft]) -> Post:
        """Publish a draft, with what the message that it tells again showed, corrected and answered."""
        assert ready.marks.again is not None
        tools, now = self._tools, self._tools.clock.now()
        new = {one.marks.again: one.post_id for one in drafts if one.marks.again and one.post_id}
        async with tools.db.read() as tx:
            old = (await posts.posts(tx, [ready.marks.again])).get(ready.marks.again)
            shown = (await media.of_posts(tx, [ready.marks.again])).get(ready.marks.again, [])
            marks = await _answers(tx, ready.marks, new)
            author_id = event.account_id
            if old is not None and await events.role(tx, event, old.author_id) is not None:
                author_id = old.author_id
            author = Reader(await tools.circles.of(tx, author_id, now=now), tools.standing)
        pictures = [await self._copied(one, author_id) for one in shown if one.kind is MediaKind.IMAGE and one.key]
        draft = Draft(
            ready.text,
            Visibility.PUBLIC,
            spoiler=_spoiler(old, ready),
            sensitive=old.sensitive if old is not None else False,
            language=ready.language,
            media_ids=tuple(pictures),
            corrects_id=new.get(old.corrects_id) if old is not None and old.corrects_id else None,
            idempotency_key=f"again {ready.id}",
        )
        prepared = posts.prepare(
            draft,
            max_characters=tools.settings.posts.max_characters,
            local_domain=tools.settings.url.partition("://")[2],
            detect=tools.languages.of,
        )
        return await tools.db.write(
            events.write,
            id=event.id,
            author=author,
            prepared=prepared,
            marks=marks,
            draft_id=ready.id,
            base_url=tools.settings.url,
            now=now,
        )

    async def _copied(self, one: Media, account_id: AccountId) -> MediaId:
        """A picture once more: each belongs to one post."""
        data = await asyncio.to_thread(self._tools.blobs.path(one.key or "").read_bytes)
        made = await self._tools.studio.receive(
            Upload(io.BytesIO(data), len(data)),
            thumbnail=None,
            said=media.Said(description=one.description),
            account_id=account_id,
            wait=True,
            now=self._tools.clock.now(),
        )
        return made.id


def _waiting(drafts: Sequence[ReadyDraft]) -> list[ReadyDraft]:
    """What is still to be told again, the next first."""
    held = [one for one in drafts if one.marks.again is not None and _is_held(one) and not one.marks.is_skipped]
    return sorted(held, key=lambda one: (one.after_start, one.place))


def _is_held(one: ReadyDraft) -> bool:
    return one.post_id is None and one.after_start is not None


def _due(event: Event, ready: ReadyDraft) -> datetime:
    assert ready.after_start is not None
    return event.starts_at + timedelta(seconds=ready.after_start)


def _spoiler(old: Post | None, ready: ReadyDraft) -> str:
    return old.spoiler if old is not None and old.text and old.spoiler and old.spoiler != ready.text else ""


async def _answers(tx: ReadTx, marks: Marks, new: dict[PostId, PostId]) -> Marks:
    """What a message is, and what it answers among those told again, as far as that is open."""
    assert marks.again is not None
    meets = keeps = None
    for entry in await events.answered_by(tx, marks.again):
        there = new.get(entry.post_id)
        again = (await events.entries(tx, [there])).get(there) if there is not None else None
        if again is None or there is None:
            continue
        if entry.met_by == marks.again and again.expects_until is not None and again.met_at is None:
            meets = there
        if entry.kept_by == marks.again and again.promises and again.kept_at is None:
            keeps = there
    return msgspec.structs.replace(marks, meets=meets, keeps=keeps, again=None)
