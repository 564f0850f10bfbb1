"""`pinson serve` as a program: one process or several, told to stop, killed, with streams open."""

import os
import signal
import socket
import subprocess
from contextlib import ExitStack

import httpx
import pytest
from websockets.sync.client import connect

from pinson.lib.serving.server import LAST_WORDS
from tests.cli.conftest import PROGRAM, ROOT, authorization, children, wait_until


def is_there(pid: int) -> bool:
    """Whether a process runs: one that ended and was not yet noticed by its parent does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_server_makes_its_folder_says_its_address_and_stops_when_told(serve, tmp_path, pinson):
    data = tmp_path / "new"
    server = serve(data)

    def holders():
        return {line.split()[-1] for line in pinson("reactions", "--data", data).stdout.splitlines()[1:-1]}

    wait_until(lambda: "nobody" not in (holders() or {"nobody"}))
    [holder] = holders()
    code, took = server.stop()

    assert code == 0
    assert took < LAST_WORDS
    assert server.url in server.process.stdout.read()
    assert oct(data.stat().st_mode & 0o777) == "0o700"
    assert f":{server.process.pid}:" in holder
    assert holders() == {"nobody"}  # leases were handed back


def test_a_server_stops_on_ctrl_c_too(serve, data):
    server = serve(data)

    server.process.send_signal(signal.SIGINT)

    assert server.process.wait(60) == 0


def test_an_unknown_setting_keeps_the_server_from_starting(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "pinson.toml").write_text('prot = 8080\n[mail]\nbackend = "pigeon"\n')

    outcome = subprocess.run([*PROGRAM, "serve", "--data", data], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert outcome.returncode == 1
    assert "prot: there is no such setting; did you mean port?" in outcome.stderr
    assert "mail.backend" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert not (data / "pinson.db").exists()


def test_a_port_that_is_taken_is_said_in_a_sentence(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [*PROGRAM, "serve", "--data", data, "--port", str(port)]
        outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert outcome.returncode == 1
    assert outcome.stderr.splitlines()[-1].startswith(f"Error: Port {port} of 127.0.0.1 is taken")


def test_settings_come_from_the_file_the_environment_and_the_command_line(serve, data):
    (data / "pinson.toml").write_text('[instance]\ntitle = "By file"\ndescription = "By file"\n')

    server = serve(data, "--url", "https://news.example.org", environ={"PINSON_INSTANCE_TITLE": "By environment"})
    said = server.ask("/api/v2/instance").json()

    assert (said["title"], said["description"]) == ("By environment", "By file")
    assert said["domain"] == "news.example.org"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_running_server_sees_at_once_what_the_command_line_did(serve, data, create, pinson, workers):
    server = serve(data, "--workers", workers)

    for turn in range(10):
        lea = create(f"lea{turn}")
        seen = server.ask("/api/v1/accounts/verify_credentials", token=lea["access_token"])
        pinson("account", "suspend", lea["username"], "--data", data)
        after = server.ask("/api/v1/accounts/verify_credentials", token=lea["access_token"])
        pinson("account", "restore", lea["username"], "--data", data)
        again = server.ask("/api/v1/accounts/verify_credentials", token=lea["access_token"])

        assert (seen.status_code, after.status_code, again.status_code) == (200, 403, 200)
        assert seen.json()["id"] == lea["id"]


def test_several_workers_share_the_port_and_the_truth(serve, data, create):
    lea = create("lea")
    server = serve(data, "--workers", "3")

    wait_until(lambda: len(server.workers()) == 3)
    ids = [server.post(f"Post {number}", token=lea["access_token"]) for number in range(20)]
    home = server.ask("/api/v1/timelines/home?limit=40", token=lea["access_token"]).json()

    assert [status["id"] for status in home] == ids[::-1]


def test_a_killed_worker_is_replaced(serve, data):
    server = serve(data, "--workers", "2")
    wait_until(lambda: len(server.workers()) == 2)
    before = set(server.workers())
    killed = min(before)

    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: len(set(server.workers()) - {killed}) == 2)

    assert all(server.ask("/health").status_code == 200 for _ in range(10))
    assert server.stop()[0] == 0


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT], [signal.SIGINT, signal.SIGTERM]])
def test_several_workers_stop_together(serve, data, signals):
    server = serve(data, "--workers", "2")
    wait_until(lambda: len(server.workers()) == 2)
    workers = server.workers()

    for number in signals:
        server.process.send_signal(number)

    assert server.process.wait(60) == 0
    assert not any(map(is_there, workers))


def test_workers_end_when_their_parent_is_killed(serve, data):
    server = serve(data, "--workers", "2")
    wait_until(lambda: len(server.workers()) == 2)
    workers = server.workers()

    server.process.kill()

    wait_until(lambda: not any(map(is_there, workers)))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_open_streams_do_not_keep_a_server_from_stopping(serve, data, create, workers):
    lea = create("lea")
    token = lea["access_token"]
    server = serve(data, "--workers", workers)
    with ExitStack() as stack:
        for _ in range(6):
            stream = httpx.stream(
                "GET", f"{server.url}/api/v1/streaming/user", headers=authorization(token), timeout=60
            )
            events = stack.enter_context(stream).iter_lines()
            socket_url = server.url.replace("http", "ws") + f"/api/v1/streaming?access_token={token}&stream=user"
            stack.enter_context(connect(socket_url, open_timeout=60))
        server.post("Hello", token=token)
        heard = next(line for line in events if line.startswith("data:"))

        code, took = server.stop()

    assert "Hello" in heard
    assert code == 0
    assert took < LAST_WORDS  # streams are hung up on: nothing waits for them


def test_one_process_has_no_children(serve, data):
    assert children(serve(data).process.pid) == []
