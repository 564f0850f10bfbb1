"""What is left of a connection on which a stream is told: where its bytes go, until either side has had enough.

`EventStream` and `WebSocket` are the two kinds. An outlet has no task and no timer: whoever owns it is called when
something happens, and `check` is called for all of them together, every `TICK` seconds.

A reader who is slow costs what the transport's buffer holds, no more. An outlet that `is_full` should be told nothing
until `Owner.on_room`, and one that takes nothing at all for a minute is hung up on.
"""

import asyncio
from typing import Protocol, cast

from uvicorn.server import ServerState

TICK = 2.5  # seconds
STUCK = 24  # ticks in which nothing leaves, after which a reader is gone


class Owner(Protocol):
    """Who fills an outlet. All are called in the event loop, and must not raise."""

    def on_room(self) -> None:
        """The outlet was full, and is no longer."""
        ...

    def on_quiet(self) -> None:
        """Nothing was sent for a while: time for a sign of life."""
        ...

    def on_gone(self) -> None:
        """The connection is no more. Called once, whoever ended it; nothing is called afterwards."""
        ...


class Outlet(asyncio.Protocol):
    """See the module."""

    __slots__ = ("_connections", "_pending", "_stuck", "_transport", "is_full", "is_gone")

    def __init__(self, transport: asyncio.Transport, state: ServerState) -> None:
        self._transport = transport
        self._connections = cast("set[Outlet]", state.connections)  # uvicorn's, which ends all that are in it
        self._connections.add(self)
        self._pending = 0  # bytes that had not left at the last tick
        self._stuck = 0  # ticks since some did
        self.is_full = False
        self.is_gone = False

    def send(self, data: bytes) -> None:
        """Send something, unless it has been said that the stream ends."""
        raise NotImplementedError

    def abort(self) -> None:
        """Hang up, whatever is still to leave."""
        self._transport.abort()

    def shutdown(self) -> None:
        """The server stops."""
        raise NotImplementedError

    def check(self) -> None:
        """Another `TICK` seconds have passed."""
        pending = self._transport.get_write_buffer_size()
        if pending and pending >= self._pending:
            self._stuck += 1
            if self._stuck >= STUCK:
                self.abort()
        else:
            self._stuck = 0
        self._pending = pending

    def on_room(self) -> None:
        """There is room again."""
        raise NotImplementedError

    def on_gone(self) -> None:
        """The connection is no more."""
        raise NotImplementedError

    def pause_writing(self) -> None:
        """asyncio says that its buffer is full."""
        self.is_full = True

    def resume_writing(self) -> None:
        """asyncio says that it is nearly empty again."""
        self.is_full = False
        self._pending = 0
        if not self.is_gone:
            self.on_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio says that it is over."""
        self._connections.discard(self)
        if not self.is_gone:
            self.is_gone = True
            self.on_gone()
