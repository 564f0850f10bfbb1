"""Server processes: one, or several that share a socket and a folder of data.

Called by `pinson serve`. The parent of several only watches: it starts one again that ended
without being told to, and passes signals on. What a process does is `app.serve`.
"""

import multiprocessing
import multiprocessing.connection
import signal
import socket
import time
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType

import structlog
import uvloop

from pinson import app
from pinson.lib.config import Settings
from pinson.lib.logs import set_up

BACKLOG = 2048
PAUSE = 1.0  # seconds before a process that ended is started again

events = structlog.get_logger("pinson.workers")


def listen(settings: Settings) -> socket.socket:
    """The socket that all processes accept on.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((settings.host, settings.port))
    listening.listen(BACKLOG)
    listening.setblocking(False)
    return listening


def serve(settings: Settings, data: Path, listening: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT."""
    if settings.workers == 1:
        run_one(settings, data, listening)
    else:
        _Parent(settings, data, listening).run()


def run_one(settings: Settings, data: Path, listening: socket.socket) -> None:
    """One process: see `app.serve`."""
    set_up(settings.log)
    uvloop.run(app.serve(settings, data, listening))


class _Parent:
    def __init__(self, settings: Settings, data: Path, listening: socket.socket) -> None:
        self._arguments = (settings, data, listening)
        self._spawn = multiprocessing.get_context("spawn")
        self._stopping = False
        self._workers = [self._start() for _ in range(settings.workers)]

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            multiprocessing.connection.wait([worker.sentinel for worker in self._workers], timeout=PAUSE)
            for place, worker in enumerate(self._workers):
                if not worker.is_alive() and not self._stopping:
                    events.error("worker_ended", pid=worker.pid, code=worker.exitcode)
                    time.sleep(PAUSE)
                    self._workers[place] = self._start()
        for worker in self._workers:
            worker.join()

    def _start(self) -> SpawnProcess:
        worker = self._spawn.Process(target=run_one, args=self._arguments, name="pinson worker")
        worker.start()
        return worker

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        for worker in self._workers:
            worker.terminate()
