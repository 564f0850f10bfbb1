"""How streams are told what they hear: a `Teller` stands between a listener of `domain/streams` and an `Outlet`.

Subclassed by the interfaces that have streams. Most streams are at rest most of the time, and a teller then costs no
task. What is at hand, since another was told it already, goes out while the hub goes round; for the rest a task is
started, which ends when the mailbox is empty. An outlet that is full is told nothing: what is heard waits in the
mailbox, and if that overflows the stream ends, to be opened again.

Not here: what is said (interfaces), who hears what (streams), bytes on the wire (`pinson.lib.serving`).
"""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pinson.domain.streams import Ending, Heard, Hub, Listener
from pinson.lib.serving import Connection, EventStream, Outlet
from pinson.lib.serving.connections import CONNECTION

MEDIA_TYPE = "text/event-stream"
SIGN_OF_LIFE = b":\n\n"

events = structlog.get_logger("pinson.http")


class Teller:
    """See the module.

    listener: it is left, once the outlet is gone.
    """

    __slots__ = ("_hub", "_task", "listener", "outlet")

    outlet: Outlet

    def __init__(self, hub: Hub, listener: Listener) -> None:
        self._hub = hub
        self._task: asyncio.Task[None] | None = None
        self.listener = listener

    # --- what a kind of stream says -------------------------------------------------------------------------------

    def at_hand(self, heard: Heard) -> bytes | None:
        """What to send, if that is known without a question to anybody."""
        return None

    async def tell(self, heard: Heard) -> bytes | None:
        """What to send; None if what was heard is gone already, or nothing to tell of."""
        raise NotImplementedError

    def end(self, ending: Ending | None) -> None:
        """End the stream. ending: why there is nothing more to hear; None if we made a mistake."""
        raise NotImplementedError

    # --- how it goes ----------------------------------------------------------------------------------------------

    def begin(self, outlet: Outlet, first: Coroutine[Any, Any, None] | None = None) -> None:
        """From now on everything is told, after whatever is done first."""
        self.outlet = outlet
        self.listener.ear = self
        if first is not None:
            self.busy(first)
        self.wakes()

    def busy(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something between two things that are told. Not while `is_busy`."""
        assert not self.is_busy
        self._task = asyncio.create_task(self._work(work))

    @property
    def is_busy(self) -> bool:
        """Whether something is being told, or done."""
        return self._task is not None

    def hears(self, heard: Heard) -> bool:
        """See `Ear`."""
        if self._task is not None or self.outlet.is_full:
            return False
        try:
            if (told := self.at_hand(heard)) is None:
                return False
            self.outlet.send(told)
        except Exception:  # it must not stop the hub, which tells all others
            self._ends_by_mistake()
        return True

    def wakes(self) -> None:
        """See `Ear`."""
        if self.listener.ending is not None:
            self.end(self.listener.ending)
        elif self._task is None and self.listener.has_mail and not self.outlet.is_full:
            self._task = asyncio.create_task(self._work())

    def leave(self) -> None:
        """Listen no more."""
        self.listener.ear = None
        self._hub.leave(self.listener)
        if self._task is not None:
            self._task.cancel()

    async def _work(self, first: Coroutine[Any, Any, None] | None = None) -> None:
        listener, outlet = self.listener, self.outlet
        try:
            if first is not None:
                await first
            while not outlet.is_full and (heard := listener.take()) is not None:
                if told := await self.tell(heard):
                    outlet.send(told)
        except Exception:
            self._ends_by_mistake()
        finally:
            self._task = None

    def _ends_by_mistake(self) -> None:
        """Of ours. The client opens the stream again, and sees what it missed."""
        events.exception("bug", stream=type(self).__name__)
        self.end(None)


class EventTeller(Teller):
    """One that owns a stream of server-sent events."""

    __slots__ = ()

    outlet: EventStream

    def end(self, ending: Ending | None) -> None:
        self.outlet.close()

    def on_room(self) -> None:
        """See `pinson.lib.serving.Owner`."""
        self.wakes()

    def on_quiet(self) -> None:
        """See `pinson.lib.serving.Owner`."""
        self.outlet.send(SIGN_OF_LIFE)

    def on_gone(self) -> None:
        """See `pinson.lib.serving.Owner`."""
        self.leave()


class Streaming(Protocol):
    """Who fills a stream of server-sent events, and owns it: an `EventTeller`, or one who tells many."""

    def starts(self, outlet: EventStream) -> None:
        """The head of the answer has been sent."""
        ...

    def on_room(self) -> None:
        """See `pinson.lib.serving.Owner`."""
        ...

    def on_quiet(self) -> None:
        """See `pinson.lib.serving.Owner`."""
        ...

    def on_gone(self) -> None:
        """See `pinson.lib.serving.Owner`. Called too if the stream never starts."""
        ...


class EventsResponse(Response):
    """An answer that goes on, after the request is done with, until either side has had enough."""

    media_type = MEDIA_TYPE

    def __init__(self, owner: Streaming, headers: Mapping[str, str]) -> None:
        self.status_code = 200
        self.background = None
        self.raw_headers = [
            (b"content-type", f"{MEDIA_TYPE}; charset=utf-8".encode()),
            *((name.encode(), value.encode()) for name, value in headers.items()),
        ]
        self._owner = owner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection: Connection | None = scope.get("extensions", {}).get(CONNECTION)
        if connection is None or scope["method"] == "HEAD":  # they have left, or only want to know whether there is one
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b""})
            self._owner.on_gone()
            return
        self._owner.starts(connection.stream_events(self._owner, self.status_code, self.raw_headers))
