"""A server on a socket: uvicorn's, with connections of our own.

Called by `app.serve`. Stops at the first signal; what is open then has some seconds to end.
"""

import asyncio
import resource
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from pinson.lib.serving.connections import Connection
from pinson.lib.serving.outlets import TICK, Outlet
from pinson.lib.serving.sockets import WebSocket

LAST_WORDS = 5  # seconds that open requests have to end when the server stops
FILES = 512  # that are kept for others than connections: the database, pictures, requests to other servers
LEAST = 256  # connections, however few files there may be
MANY = 1 << 20  # files, where the system sets no limit
A_SECOND = 10  # ticks of uvicorn
AT_A_TIME = 500  # connections looked at before others in the event loop get their turn


class Server(uvicorn.Server):
    """See the module. uvicorn's own way with signals raises them once more when it has stopped, which ends the process
    before the leases are handed back and the database is closed."""

    def __init__(
        self, application: ASGIApp, *, trusted_proxies: Sequence[str], before_stop: Callable[[], None]
    ) -> None:
        """
        Args:
            trusted_proxies: addresses and networks whose word on a client's address is taken.
            before_stop: is called first when the server stops: streams do not end by themselves.
        """
        most = max(_raise_open_files() - FILES, LEAST)
        config = uvicorn.Config(
            application,
            lifespan="off",
            http=cast(type[asyncio.Protocol], partial(Connection, most=most)),
            ws=WebSocket,
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=list(trusted_proxies),
            server_header=False,
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=LAST_WORDS,
        )
        super().__init__(config)
        self._before_stop = before_stop

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if counter % round(TICK * A_SECOND) == 0:
            await self._look_at_connections()
        return await super().on_tick(counter)

    async def _look_at_connections(self) -> None:
        """One timer for all deadlines and signs of life, however many connections there are."""
        connections = cast("set[Connection | Outlet]", self.server_state.connections)
        for count, connection in enumerate(list(connections), 1):
            connection.check()
            if count % AT_A_TIME == 0:
                await asyncio.sleep(0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._before_stop()
        await super().shutdown(sockets)


def _raise_open_files() -> int:
    """Let this process open as many files as the system lets it, since each connection is one. How many that is."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        most = MANY
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most
