"""What was stopped by force is known afterwards, once, and only that."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

from pinson.lib.vigil import Vigil

NOW = datetime(2026, 3, 30, 13, 6, tzinfo=UTC)
KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from pinson.lib.vigil import Vigil
vigil = Vigil(Path(sys.argv[1]), now=datetime(2026, 3, 30, 13, 5, tzinfo=UTC))
os._exit(9)
"""


def test_one_that_was_killed_is_told_once_with_its_last_beat(tmp_path):
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "vigil")], check=False)
    vigil = Vigil(tmp_path / "vigil", now=NOW)

    assert vigil.killed() == [NOW - timedelta(minutes=1)]
    assert vigil.killed() == []


def test_one_that_lives_and_one_that_ended_in_order_are_not_told(tmp_path):
    living, ended, asking = (Vigil(tmp_path, now=NOW) for _ in range(3))
    living.beat(NOW + timedelta(hours=1))
    ended.close()

    assert asking.killed() == []
