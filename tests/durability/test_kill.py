"""A server killed in the middle of its work, again and again on the same data, keeps what it promised."""

import random
import subprocess
import sys

import pytest

from tests.durability.tags import ROOT, what_is_wrong

ROUNDS = 20


def write_and_kill(data, *, after: int) -> list[int]:
    """Start 64 writers, kill -9 them after so many answers; all ids they were answered with."""
    command = [sys.executable, "-m", "tests.durability.writers", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writers:
        first = [writers.stdout.readline() for _ in range(after)]
        writers.kill()
        rest = writers.stdout.readlines()
    return [int(line) for line in first + rest if line.endswith(b"\n")]


@pytest.mark.slow
def test_whatever_was_acknowledged_before_a_kill_is_there_and_nothing_is_half_written(tmp_path):
    chance, acknowledged = random.Random(1), []

    for _ in range(ROUNDS):
        answered = write_and_kill(tmp_path, after=chance.randint(1, 2000))
        acknowledged += answered

        assert answered
        assert what_is_wrong(tmp_path, acknowledged=acknowledged) == []

    assert len(acknowledged) == len(set(acknowledged)) > ROUNDS * 64
