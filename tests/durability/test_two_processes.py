"""Several processes on one folder: what one has acknowledged, the others show at once, even if it dies."""

import asyncio
import socket
import subprocess
import sys

import pytest

from pinson.lib.db.sqlite import SharedCounter
from tests.durability.peer import Server
from tests.durability.tags import ROOT, prepare

ROUNDS = 10_000
SOON = 9.0  # seconds; SQLite's own way of waiting could take ten


@pytest.mark.slow
def test_what_one_process_acknowledges_the_other_shows_at_once(tmp_path):
    prepare(tmp_path)
    ends = socket.socketpair()
    commands = [
        [sys.executable, "-m", "tests.durability.peer", str(tmp_path), str(end.fileno()), str(ROUNDS), str(starts)]
        for end, starts in zip(ends, (True, False), strict=True)
    ]

    peers = [
        subprocess.Popen(command, cwd=ROOT, pass_fds=[end.fileno()], stdout=subprocess.PIPE, text=True)
        for command, end in zip(commands, ends, strict=True)
    ]
    for end in ends:
        end.close()  # so that one who ends is noticed by the other
    said = [peer.communicate()[0] for peer in peers]

    assert [lines.splitlines()[-1] for lines in said] == [str(ROUNDS)] * 2  # above it may stand what was slow


async def test_a_process_killed_while_it_holds_the_write_lock_stops_nobody_and_leaves_nothing(tmp_path):
    prepare(tmp_path)
    server = Server(tmp_path)
    await server.start()
    command = [sys.executable, "-m", "tests.durability.holder", str(tmp_path)]
    holder = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    assert await holder.stdout.readline() == b"holding\n"
    playing = asyncio.create_task(server.play(0))
    done, _ = await asyncio.wait([playing], timeout=0.1)
    assert not done

    holder.kill()
    await asyncio.wait_for(playing, SOON)
    await holder.wait()

    assert await server.sees(0)
    async with server.db.read() as tx:
        assert await tx.all(int, "SELECT id FROM topics") == [0]
    await server.close()


async def test_a_process_that_died_between_its_commit_and_its_answer_is_caught_up_with(tmp_path):
    prepare(tmp_path)
    server = Server(tmp_path)
    await server.start()
    other = Server(tmp_path)
    await other.play(0)
    SharedCounter(tmp_path / "committed").value = 0  # as if it had died before it could say so

    await server.play(1)

    assert await server.sees(1)
    assert server.saw_all(2)
    await other.close()
    await server.close()
