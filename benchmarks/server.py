"""A server process under measurement: started on a folder of data, watched from outside, stopped.

Called by `measures.py`; the load generator calls `cpu_seconds` around what it measures. Linux
only: what a process takes is read from /proc.

Source: proc_pid_stat(5), proc_pid_status(5).
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

OURS = ("PINSON_", "PYTHONDONTWRITEBYTECODE")  # settings that a server under measurement does not take from us
PATIENCE = 90.0  # seconds for a server to start, and to stop, on a machine that may do much else
TICK = os.sysconf("SC_CLK_TCK")  # units of processor time in a second


class ServerFailed(RuntimeError):
    """The server did not start, or logged errors: its figures are worth nothing. Holds what it said."""


class Server(msgspec.Struct, frozen=True):
    """One that runs. pids: the processes that serve (not the parent that only watches them)."""

    port: int
    pids: tuple[int, ...]


def restarted(data: Path, *, url: str, request: bytes, is_right: Callable[[bytes], bool]) -> tuple[float, float]:
    """Seconds from starting a server on this data until it gives the right answer to a request; its processor time.

    Raises:
        ServerFailed.
    """
    began = time.perf_counter()
    with serving(data, url=url, is_ready=lambda port: is_right(_asked(port, request))) as server:
        return time.perf_counter() - began, cpu_seconds(server.pids)


@contextmanager
def serving(
    data: Path,
    *,
    url: str,
    workers: int = 1,
    more: Mapping[str, str] | None = None,
    is_ready: Callable[[int], bool] | None = None,
) -> Iterator[Server]:
    """A server on this data, with limits off, until the block ends.

    Args:
        url: the public address that its links hold; it listens on a free port of this machine.
        more: further settings, as the environment has them.
        is_ready: whether it is there, by its port. Unless said, it is when it answers.
    Raises:
        ServerFailed.
    """
    port, log = _free_port(), data.with_suffix(".log")
    command = [sys.executable, "-m", "pinson.cli", "serve", "--data", str(data), "--port", str(port)]
    settings = {"PINSON_URL": url, "PINSON_LIMITS_ENABLED": "false", "PINSON_LOG_LEVEL": "error", **(more or {})}
    settings["PYTHONPYCACHEPREFIX"] = str(data.parent / "bytecode")  # compiled once, as what is installed is
    environ = {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | settings
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603
            [*command, "--workers", str(workers)], env=environ, stdout=subprocess.DEVNULL, stderr=said
        )
    try:
        _wait_until_ready(process, port, log, is_ready or _answers)
        pids = (process.pid,) if workers == 1 else _children(process.pid, workers)
        yield Server(port, pids)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if errors := log.read_text(errors="replace").strip():
        raise ServerFailed(f"the server logged errors:\n{errors[-2000:]}")


def cpu_seconds(pids: Sequence[int]) -> float:
    """Processor time that these processes have taken since they began, in steps of 10 ms."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # in user mode, in the kernel
    return ticks / TICK


def resident_bytes(pids: Sequence[int]) -> int:
    """Memory of their own that these processes hold, without mapped files."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                total += int(line.split()[1]) * 1024
    return total


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(
    process: "subprocess.Popen[bytes]", port: int, log: Path, is_ready: Callable[[int], bool]
) -> None:
    """It accepts connections before it answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if is_ready(port):
                return
        except OSError:
            time.sleep(0.005)
    raise ServerFailed(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _answers(port: int) -> bool:
    request = b"GET /api/v1/streaming/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    return _asked(port, request).startswith(b"HTTP/1.1 200")


def _asked(port: int, request: bytes) -> bytes:
    """The whole answer to a request that closes its connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def _children(pid: int, count: int) -> tuple[int, ...]:
    """The `count` youngest children of a process: helpers of its own, if it has any, came before them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return tuple(sorted(map(int, children))[-count:])
