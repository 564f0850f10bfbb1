"""Bad days of a whole server, in processes of its own: bodies without end, limits, a disk that is damaged or full.

Slow and silent clients are in tests/lib/serving; what goes wrong while a server migrates, backs up, restores or makes
films is tested where that is.
"""

import json
import resource
import socket
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import authorization, started, wait_until

MB = 1 << 20
pytestmark = pytest.mark.thorough


def resident(pid):
    """Bytes of memory that a process has ever held at once."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def apart(server, **headers):
    """A client whose requests each have a connection of their own."""
    return httpx.Client(
        base_url=server.url, headers=headers, timeout=60, limits=httpx.Limits(max_keepalive_connections=0)
    )


def in_pieces(body):
    """A body whose length nobody knows beforehand."""
    for at in range(0, len(body), 1 << 16):
        yield body[at : at + (1 << 16)]


# --- what is sent -------------------------------------------------------------------------------------------------


def test_bodies_without_measure_or_sense_are_refused_in_words_and_cost_no_memory(serve, data, create):
    token = create("lea")["access_token"]
    server = serve(data)
    large, deep = b'{"status": "' + b"a" * (10 * MB) + b'"}', b'{"a":' * 100_000
    server.post("Before", token=token)
    before = resident(server.process.pid)
    told = []
    with httpx.Client(base_url=server.url, headers=authorization(token), timeout=60) as client:
        for body in (large, deep, b"[" * 1_000_000, b'{"status": "\xff\xfe"}', b"\x00" * 1000, b"{"):
            for content in (body, in_pieces(body)):
                answer = client.post("/api/v1/statuses", content=content, headers={"content-type": "application/json"})
                assert list(answer.json()) == ["error"]
                told.append(answer.status_code)

    assert told == [413, 413, *[400] * 10]
    assert resident(server.process.pid) - before < 40 * MB
    server.post("After", token=token)


def test_what_is_no_request_is_told_so_and_stops_nobody(serve, data):
    server = serve(data)
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    for said in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"\xff" * 100, b"GET / HTTP/1.1\r\nA\r\n\r\n"):
        with socket.create_connection(address, timeout=60) as client:
            client.sendall(said + b"\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 400 ")

    assert server.ask("/health").status_code == 200


# --- limits -------------------------------------------------------------------------------------------------------


LIMITS = {
    "PINSON_LIMITS_SIGN_IN_PER_5_MINUTES": "3",
    "PINSON_LIMITS_SIGN_UP_PER_30_MINUTES": "2",
    "PINSON_LIMITS_POSTS_PER_3_HOURS": "4",
    "PINSON_LIMITS_PAGES_PER_15_MINUTES": "5",
    "PINSON_OAUTH_PASSWORD_GRANT": "true",
    "PINSON_REGISTRATION_MODE": "open",
}
TRIES = 8


def test_limits_are_those_of_one_process_however_many_there_are(serve, data, create):
    token = create("lea")["access_token"]
    server = serve(data, "--workers", "2", environ=LIMITS)
    wait_until(lambda: len(server.workers()) == 2)

    client = apart(server)

    def ask(method, path, **how):  # each on a connection of its own: the system hands them to either process
        return client.request(method, path, **how)

    app = ask(
        "POST",
        "/api/v1/apps",
        json={"client_name": "Test", "scopes": "read write", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"},
    ).json()
    keys = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    of_app = ask("POST", "/oauth/token", json=keys | {"grant_type": "client_credentials", "scope": "read write"}).json()
    person = {"password": "long-enough", "agreement": True, "locale": "en"}
    password = keys | {"grant_type": "password", "username": "lea@example.org", "password": "wrong"}

    def statuses(method, path, **how):
        return sorted(ask(method, path, **how).status_code for _ in range(TRIES))

    signed_up = [
        ask(
            "POST",
            "/api/v1/accounts",
            headers=authorization(of_app["access_token"]),
            json=person | {"username": f"ben{number}", "email": f"ben{number}@example.org"},
        ).status_code
        for number in range(TRIES)
    ]
    posted = statuses("POST", "/api/v1/statuses", headers=authorization(token), json={"status": "Hello"})
    signed_in = statuses("POST", "/oauth/token", json=password)
    read = statuses("GET", "/api/v1/timelines/public?max_id=1", headers=authorization(token))

    assert signed_up == [200] * 2 + [429] * 6
    assert posted == [200] * 4 + [429] * 4
    assert signed_in == [400] * 3 + [429] * 5
    assert read == [200] * 5 + [429] * 3


# --- the disk -----------------------------------------------------------------------------------------------------


def test_a_damaged_page_is_said_to_readers_and_to_whoever_runs_it_and_the_rest_goes_on(serve, data, create, pinson):
    token = create("lea")["access_token"]
    with started(data) as server:
        client = apart(server, **authorization(token))
        texts = [f"{number:04} " + "word " * 90 for number in range(40)]
        ids = [client.post("/api/v1/statuses", json={"status": text}).json()["id"] for text in texts]
        server.stop()
    path = data / "pinson.db"
    content = path.read_bytes()
    page = content.index(b"0020 word") // 4096 * 4096
    path.write_bytes(content[:page] + b"\xa5" * 4096 + content[page + 4096 :])

    server = serve(data)
    client = apart(server, **authorization(token))
    answers = [client.get(f"/api/v1/statuses/{id}") for id in ids]
    web = client.get(f"/@lea/{ids[20]}")
    server.post("It goes on", token=token)
    findings = json.loads(pinson("doctor", "--json", "--data", data).stdout)
    server.stop()

    told = {answer.status_code: answer for answer in answers}
    assert sorted(told) == [200, 503]
    assert told[503].json() == {
        "error": "The server cannot read this from its disk. Whoever runs it finds more in its log."
    }
    assert web.status_code == 503
    assert "cannot read this from its disk" in web.text
    assert [answer.status_code for answer in answers].count(200) > 25
    [broken] = [one for one in findings if one["about"] == "database"]
    assert broken["level"] == "broken"
    assert "restore the newest backup" in broken["advice"]
    assert "cannot_read" in server.process.stdout.read()


def test_a_server_on_a_full_disk_says_so_goes_on_reading_and_writes_when_there_is_room(data, create, serve):
    """A limit on the size of its files is what a process sees of a disk that is full."""
    token = create("lea")["access_token"]
    server = serve(data)
    first = server.post("Before", token=token)
    size = max(file.stat().st_size for file in data.iterdir() if file.is_file())
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size + 300_000, resource.RLIM_INFINITY))

    client = apart(server, **authorization(token))

    def post(text):
        return client.post("/api/v1/statuses", json={"status": text})

    answers = []
    while len(answers) < 1000 and (not answers or answers[-1].status_code == 200):
        answers.append(post(f"{len(answers)} " + "a long word " * 30))
    refused = answers.pop()
    home = server.ask("/api/v1/timelines/home?limit=1", token=token).json()
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    after = post("After")
    stored = server.ask("/api/v1/accounts/verify_credentials", token=token).json()["statuses_count"]

    assert refused.status_code == 503
    assert refused.json()["error"].startswith("The server cannot write to its disk at the moment. Nothing was saved")
    assert home[0]["id"] == (answers[-1].json()["id"] if answers else first)
    assert after.status_code == 200
    assert stored == len(answers) + 2
