"""Server processes: one, or several that share a socket and a folder of data.

Called by the command line (`serve`, `demo`). The parent of several only watches: it starts one
again that ended without being told to, and passes on that it is time to stop. What a process
does is `app.serve`.
"""

import errno
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

import structlog
import uvloop

from pinson import app
from pinson.lib.config import Settings
from pinson.lib.errors import Kind, Refusal
from pinson.lib.logs import set_up
from pinson.lib.serving.server import LAST_WORDS

BACKLOG = 2048
PAUSE = 1.0  # seconds before a process that ended is started again: one that cannot start must not spin
PATIENCE = LAST_WORDS + 5.0  # seconds that processes have to end once they are told to

events = structlog.get_logger("pinson.workers")


class CannotListen(Refusal):
    """The address is not this machine's, or the port is not ours to take."""

    kind, code = Kind.UNAVAILABLE, "cannot_listen"
    text = "Cannot listen on {host}, port {port}: {why}."


class PortTaken(CannotListen):
    """Another program listens there."""

    code = "port_taken"
    text = "Port {port} of {host} is taken by another program: stop that one, or choose another port with --port."


def listen(settings: Settings) -> socket.socket:
    """The socket that all processes accept on. Who connects from now on waits until one of them is ready.

    Raises:
        PortTaken, CannotListen.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        refusal = PortTaken if error.errno == errno.EADDRINUSE else CannotListen
        raise refusal(host=settings.host, port=settings.port, why=error.strerror) from error
    listening.setblocking(False)
    return listening


def serve(settings: Settings, data: Path, listening: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT."""
    if settings.workers == 1:
        uvloop.run(app.serve(settings, data, listening))
    else:
        _Team(settings, data, listening).run()


class _Team:
    """The parent of several processes."""

    def __init__(self, settings: Settings, data: Path, listening: socket.socket) -> None:
        self._size = settings.workers
        self._arguments = (settings, data, listening)
        # Not forked: a child would inherit the locks of threads that it does not have.
        self._spawn = multiprocessing.get_context("spawn")

    def run(self) -> None:
        # A signal makes `told` readable, so one call waits for signals and for processes alike.
        told, tell = socket.socketpair()
        tell.setblocking(False)
        signal.set_wakeup_fd(tell.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: None)
        workers = [self._start() for _ in range(self._size)]
        while not wait([told], timeout=0):
            wait([told, *(worker.sentinel for worker in workers)])
            for place, worker in enumerate(workers):
                if not worker.is_alive() and not wait([told], timeout=0):
                    events.error("worker_ended", pid=worker.pid, code=worker.exitcode)
                    if not wait([told], timeout=PAUSE):
                        workers[place] = self._start()
        _stop(workers)

    def _start(self) -> SpawnProcess:
        worker = self._spawn.Process(target=_work, args=self._arguments, name="pinson worker")
        worker.start()
        return worker


def _stop(workers: Sequence[SpawnProcess]) -> None:
    for worker in workers:
        worker.terminate()
    until = time.monotonic() + PATIENCE
    for worker in workers:
        worker.join(max(0, until - time.monotonic()))
        if worker.is_alive():
            events.error("worker_did_not_stop", pid=worker.pid)
            worker.kill()
            worker.join()


def _work(settings: Settings, data: Path, listening: socket.socket) -> None:
    """What runs in each process of several."""
    set_up(settings.log)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    uvloop.run(app.serve(settings, data, listening))


def _end_with_parent() -> None:
    """Stop when the parent is gone, even killed: nobody would stop us any more, and the port would stay taken."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
