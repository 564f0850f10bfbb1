"""The log of a process."""

import sys
from contextlib import suppress
from pathlib import Path

import structlog

from pinson.lib.config import Log
from pinson.lib.logs import set_up


def test_a_log_on_a_full_disk_ends_no_work(monkeypatch):
    with suppress(OSError), Path("/dev/full").open("w") as full:  # to close it fails too
        monkeypatch.setattr(sys, "stderr", full)
        set_up(Log())
        said = 0
        try:
            for _ in range(100):
                structlog.get_logger("pinson.test").warning("something", why="x" * 1000)
                said += 1
        finally:
            structlog.reset_defaults()

    assert said == 100
