"""What the tests of the command line share: the command in this process, and as a program of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
import structlog
from click.testing import CliRunner

from pinson.cli import main
from tests.ports import a_free_port
from tests.schema import make_ready

PROGRAM = [sys.executable, "-m", "pinson.cli"]
ROOT = Path(__file__).parents[2]


class Server:
    """A running `pinson serve` or `pinson demo`."""

    def __init__(self, process: subprocess.Popen[str], url: str, data: Path) -> None:
        self.process = process
        self.url = url
        self.data = data

    def ask(self, path: str, *, token: str | None = None) -> httpx.Response:
        """GET, on a connection of its own."""
        return httpx.get(self.url + path, headers=authorization(token), timeout=60)

    def post(self, text: str, *, token: str) -> str:
        """Publish, and the id of the status."""
        answer = httpx.post(
            f"{self.url}/api/v1/statuses", headers=authorization(token), json={"status": text}, timeout=60
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    def workers(self) -> list[int]:
        """Process ids of its workers; empty if it is one process."""
        return [pid for pid, command in children(self.process.pid) if "spawn_main" in command]

    def stop(self) -> tuple[int, float]:
        """Tell it to stop: its exit code, and how long it took, in seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        return code, time.monotonic() - began


def authorization(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def children(pid: int) -> list[tuple[int, str]]:
    """Process ids and command lines of the children of a process."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [(int(child), Path(f"/proc/{child}/cmdline").read_text()) for child in listed]


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Look until it is so."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


@contextmanager
def started(data: Path, *arguments: str, command: str = "serve", environ: dict[str, str] | None = None):
    """A server that has answered once, and is gone at the end."""
    port = a_free_port()
    process = subprocess.Popen(
        [*PROGRAM, command, "--data", str(data), "--port", str(port), *arguments],
        cwd=ROOT,
        env={**os.environ, **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(process, f"http://127.0.0.1:{port}", data)
    try:
        until = time.monotonic() + 120
        while True:
            try:
                assert server.ask("/health").json() == {"status": "UP"}
                break
            except httpx.TransportError:
                if process.poll() is not None or time.monotonic() > until:
                    pytest.fail(f"the server did not start: {process.stdout.read() if process.stdout else ''}")
                time.sleep(0.02)
        yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(60)
        process.stdout.close()


@pytest.fixture
def serve() -> Iterator:
    """`serve(data, "--workers", "2")`: a running server; see `started`."""
    with ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(started(*arguments, **options))


def run(*arguments: object, input: str | None = None):
    """A command, run in this process."""
    outcome = CliRunner().invoke(main, [str(argument) for argument in arguments], input=input)
    structlog.reset_defaults()  # it would go on writing to the stream of this run
    if outcome.exception and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    return outcome


def created(data: Path, name: str, *arguments: str) -> dict[str, str]:
    """Somebody new, as `account create --json` tells of them. The password is long-enough."""
    email = f"{name}@example.org"
    outcome = run(
        *("account", "create", name, "--email", email, "--password-stdin", "--json", "--data", data, *arguments),
        input="long-enough\n",
    )
    assert outcome.exit_code == 0, outcome.output
    return json.loads(outcome.stdout)


@pytest.fixture
def pinson():
    """`pinson("account", "list")`: the outcome of a command, run in this process. Standard input is no terminal."""
    return run


@pytest.fixture
def data(tmp_path) -> Path:
    """A folder of a server's data: nobody is there yet."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    make_ready(folder)
    return folder


@pytest.fixture
def create(data):
    """`create("lea")`: see `created`."""
    return partial(created, data)
