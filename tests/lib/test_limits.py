"""Counting to a limit: exact in one process, exact across several, and never in the way."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinson.lib.limits import Limit, Limits

NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
THREE = Limit(count=3, seconds=60)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def open_limits(folder):
    return Limits(folder / "limits", secret=b"sixteen bytes ok")


@pytest.fixture
def limits(tmp_path):
    with open_limits(tmp_path) as limits:
        yield limits


def test_hits_are_allowed_up_to_the_limit_and_refused_until_the_window_ends(limits):
    verdicts = [limits.hit("post lea", THREE, after(second)) for second in (0, 10, 20, 30, 59.9)]

    assert [verdict.allowed for verdict in verdicts] == [True, True, True, False, False]
    assert [verdict.remaining for verdict in verdicts] == [2, 1, 0, 0, 0]
    assert {verdict.reset_at for verdict in verdicts} == {after(60)}


def test_a_disk_that_is_full_later_has_room_for_every_counter(tmp_path):
    path = tmp_path / "limits"
    with open_limits(tmp_path) as limits:
        limits.hit("post lea", THREE, NOON)
    content = path.read_bytes()
    with path.open("r+b") as file:  # as older versions left it: its size is not its room
        file.truncate(0)
        file.truncate(len(content))
        file.write(content[:256])

    with open_limits(tmp_path):
        pass

    assert path.stat().st_blocks * 512 >= path.stat().st_size == len(content)


def test_a_look_counts_nothing(limits):
    two = Limit(2, 60)
    looked = [limits.look("x", two, NOON) for _ in range(5)]
    limits.hit("x", two, NOON)
    limits.hit("x", two, NOON)

    assert {(one.allowed, one.remaining) for one in looked} == {(True, 2)}
    assert not limits.look("x", two, NOON).allowed


def test_after_the_window_counting_starts_anew(limits):
    for _ in range(5):
        limits.hit("post lea", THREE, NOON)

    verdict = limits.hit("post lea", THREE, after(60))

    assert (verdict.allowed, verdict.remaining, verdict.reset_at) == (True, 2, after(120))


def test_one_persons_hits_are_not_anothers(limits):
    for _ in range(3):
        limits.hit("post lea", THREE, NOON)

    assert limits.hit("post tom", THREE, NOON).remaining == 2
    assert limits.hit("sign-in lea", THREE, NOON).remaining == 2


def test_a_limit_that_was_lowered_holds_at_once(limits):
    for _ in range(3):
        limits.hit("post lea", THREE, NOON)

    verdict = limits.hit("post lea", Limit(count=2, seconds=60), NOON)

    assert (verdict.allowed, verdict.remaining) == (False, 0)


def test_a_clock_that_was_set_back_locks_nobody_out(limits):
    for _ in range(4):
        limits.hit("post lea", THREE, after(86_400))

    verdict = limits.hit("post lea", THREE, NOON)

    assert (verdict.allowed, verdict.reset_at) == (True, after(60))


def test_counts_outlive_a_restart(tmp_path):
    for _ in range(3):
        with open_limits(tmp_path) as limits:
            limits.hit("sign-up 192.0.2.7", THREE, NOON)

    with Limits(tmp_path / "limits", secret=b"another 16 bytes") as limits:
        assert not limits.hit("sign-up 192.0.2.7", THREE, NOON).allowed


def test_the_file_is_ours_alone_and_names_nobody(tmp_path, limits):
    limits.hit("sign-in 192.0.2.7", THREE, NOON)

    file = tmp_path / "limits"
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"192.0.2.7" not in file.read_bytes()


@pytest.mark.parametrize("content", [b"", b"pinson", b"something else entirely, of an older version" * 100])
def test_a_file_that_was_never_finished_or_is_of_another_version_is_made_anew(tmp_path, content):
    (tmp_path / "limits").write_bytes(content)

    with open_limits(tmp_path) as limits:
        assert [limits.hit("post lea", THREE, NOON).remaining for _ in range(3)] == [2, 1, 0]


def test_a_flood_of_addresses_does_not_make_the_server_forget_who_signed_up(limits):
    sign_up, request = Limit(count=1, seconds=1800), Limit(count=300, seconds=300)
    limits.hit("sign-up 192.0.2.7", sign_up, NOON)

    flood = [limits.hit(f"request {number}", request, NOON) for number in range(100_000)]  # more than there is room for

    assert all(verdict.allowed for verdict in flood)
    assert not limits.hit("sign-up 192.0.2.7", sign_up, after(299)).allowed


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 40)),  # a key, and seconds that pass before its hit
        max_size=60,
    )
)
def test_counting_is_what_a_plain_dictionary_would_say(tmp_path_factory, hits):
    windows, second = {}, 0
    with open_limits(tmp_path_factory.mktemp("limits")) as limits:
        for key, pause in hits:
            second += pause
            ends, count = windows.get(key, (0, 0))
            if second >= ends:
                ends, count = second + THREE.seconds, 0
            allowed = count < THREE.count
            windows[key] = ends, count + allowed

            verdict = limits.hit(key, THREE, after(second))

            assert (verdict.allowed, verdict.remaining) == (allowed, THREE.count - count - allowed)
            assert verdict.reset_at == after(ends)


MANY = Limit(count=30_000, seconds=3600)

HITTER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pinson.lib.limits import Limit, Limits

limits, limit = Limits(Path(sys.argv[1]), secret=b"sixteen bytes ok"), Limit(count=30_000, seconds=3600)
now = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
print("ready", flush=True)
input()
print(sum(limits.hit("post lea", limit, now).allowed for _ in range(20_000)))
"""


def run_in_another_process(program, *arguments):
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def test_processes_that_count_at_the_same_time_allow_exactly_the_limit(tmp_path):
    processes = [run_in_another_process(HITTER, str(tmp_path / "limits")) for _ in range(2)]

    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    allowed = [int(process.communicate(timeout=60)[0]) for process in processes]

    assert sum(allowed) == 30_000  # of 40,000


def test_what_one_process_counted_the_other_sees_at_once(tmp_path, limits):
    limits.hit("post lea", MANY, NOON)

    allowed = int(run_in_another_process(HITTER, str(tmp_path / "limits")).communicate("go\n", timeout=60)[0])
    verdict = limits.hit("post lea", MANY, NOON)

    assert (allowed, verdict.remaining) == (20_000, 30_000 - 20_002)


HOLDER = """
import fcntl, os, sys
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.lockf(file, fcntl.LOCK_EX)
print("ready", flush=True)
input()
"""


def test_a_process_that_is_killed_while_counting_holds_up_nobody(tmp_path, limits):
    holder = run_in_another_process(HOLDER, str(tmp_path / "limits"))
    verdicts = []
    waiting = threading.Thread(target=lambda: verdicts.append(limits.hit("post lea", THREE, NOON)))
    waiting.start()
    waiting.join(0.1)
    held_up = not verdicts

    holder.kill()
    holder.communicate()
    waiting.join(60)

    assert held_up
    assert verdicts[0].allowed
