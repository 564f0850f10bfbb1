"""`pinson doctor`: what it says of a server that is well, and of each thing that can be wrong with one."""

import asyncio
import errno
import json
import os
import resource
import shutil
import socket
import stat
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import apsw
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from pinson.doctor import in_dns, late, texts
from pinson.domain.deliveries import Waiting
from pinson.lib import config
from pinson.lib.clock import SystemClock, to_ms
from pinson.lib.dkim import Signer, new_secret
from pinson.lib.ids import first_at
from pinson.texting.place import Place
from tests.mmdb import geolite, table
from tests.ports import a_free_port

YEAR = timedelta(days=366)


@pytest.fixture
def examine(pinson, data):
    """`examine()`: exit code and findings by what they are about, each as (level, text, advice)."""

    def run() -> tuple[int, dict[str, list[tuple[str, str, str]]]]:
        outcome = pinson("doctor", "--json", "--data", data)
        about: dict[str, list[tuple[str, str, str]]] = {}
        for one in json.loads(outcome.stdout):
            about.setdefault(one["about"], []).append((one["level"], one["text"], one.get("advice", "")))
        return outcome.exit_code, about

    return run


@pytest.fixture
def configure(data):
    """`configure('port = 1')` writes pinson.toml."""
    return lambda text: (data / "pinson.toml").write_text(text)


def execute(data, statement: str, *parameters: object) -> None:
    connection = apsw.Connection(str(data / "pinson.db"))
    connection.execute(statement, parameters)
    connection.close()


@contextmanager
def answering(status: int, body: bytes):
    """A web server that always says the same: its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_running_server_is_well(serve, data, examine, configure, pango):
    server = serve(data)
    configure(f"port = {server.url.rpartition(':')[2]}")

    code, findings = examine()

    assert code == 0
    assert {level for found in findings.values() for level, _, _ in found} == {"ok"}
    about = {"settings", "folder", "disk", "database", "clock", "reactions", "deliveries", "paper", "mail", "address"}
    assert findings.keys() == about


def test_findings_are_lines_that_people_read(pinson, data):
    data.chmod(0o755)

    outcome = pinson("doctor", "--data", data)

    assert outcome.exit_code == 0  # a warning is not broken
    assert f"warning folder     Others on this machine can look into {data}.\n" in outcome.stdout
    assert f"→ chmod 700 {data}\n" in outcome.stdout


def test_settings_that_cannot_be_used_are_broken_and_the_rest_is_still_looked_at(examine, configure):
    configure("prot = 1")

    code, findings = examine()

    assert code == 1
    assert findings["settings"][0][0] == "broken"
    assert "prot" in findings["settings"][0][1]
    assert findings["database"][0][0] == "ok"


def test_settings_of_a_test_server_are_doubted_on_a_public_one(examine, configure):
    doubtful = """
        [registration]
        mode = "open"
        confirm_email = false
        [oauth]
        password_grant = true
        [outgoing]
        allow_loopback = true
        [limits]
        enabled = false
    """
    configure(doubtful)
    _, at_home = examine()
    configure('url = "https://news.example.org"\n' + doubtful)
    _, public = examine()

    assert [level for level, _, _ in at_home["settings"]] == ["ok"]
    assert [level for level, _, _ in public["settings"]] == ["warning"] * 5
    assert [level for level, _, _ in public["mail"]] == ["warning"]


def test_a_folder_that_is_not_there_is_broken_and_is_not_made(pinson, tmp_path):
    outcome = pinson("doctor", "--data", tmp_path / "wrong")

    assert outcome.exit_code == 1
    assert "There is no folder" in outcome.stdout
    assert not (tmp_path / "wrong").exists()


def test_a_folder_without_a_database_is_broken(examine, data):
    (data / "pinson.db").unlink()

    code, findings = examine()

    assert code == 1
    assert findings["database"][0][1].startswith("There is no database in")


def test_a_damaged_database_is_broken(examine, data):
    content = bytearray((data / "pinson.db").read_bytes())
    content[4096 * 4 : 4096 * 8] = b"\xa5" * 4096 * 4
    (data / "pinson.db").write_bytes(content)

    code, findings = examine()

    assert code == 1
    assert findings["database"][0][0] == "broken"
    assert "newest backup" in findings["database"][0][2]


def test_rows_that_refer_to_nothing_are_broken(examine, data, create):
    create("lea")
    execute(data, "DELETE FROM accounts")

    code, findings = examine()

    assert code == 1
    assert any("refer to something that is not there" in text for _, text, _ in findings["database"])


@pytest.mark.parametrize(
    ("statement", "level"),
    [
        ("INSERT INTO migrations (number, name, at) VALUES (9999, 'future', 0)", "broken"),
        ("DELETE FROM migrations WHERE number > 0", "warning"),
    ],
)
def test_a_schema_of_another_version_is_told(examine, data, statement, level):
    execute(data, statement)

    _, findings = examine()

    assert [found[0] for found in findings["database"]] == [level]


def test_a_clock_that_jumped_back_is_seen_by_the_newest_id(examine, data):
    tomorrow = SystemClock().now() + timedelta(days=1)
    execute(data, "UPDATE last_id SET id = ?", first_at(tomorrow))

    code, findings = examine()

    assert code == 0
    assert findings["clock"][0][0] == "warning"
    assert f"{tomorrow:%Y-%m-%d %H:%M}" in findings["clock"][0][1]


def test_a_clock_that_jumped_back_is_seen_by_the_newest_fact(examine, data):
    tomorrow = SystemClock().now() + timedelta(days=1)
    execute(data, "INSERT INTO log (at, kind, payload) VALUES (?, 'Something', '{}')", to_ms(tomorrow))

    assert examine()[1]["clock"][0][0] == "warning"


def test_dead_letters_are_told(examine, data):
    execute(
        data,
        "INSERT INTO retries (reaction, seq, kind, payload, attempts, due_at, error, dead_at)"
        " VALUES ('letters', 1, 'X', '{}', 10, 0, 'no', 1)",
    )

    _, findings = examine()

    assert [level for level, _, _ in findings["reactions"]] == ["warning"]
    assert "pinson reactions dead" in findings["reactions"][0][2]


def test_a_reaction_that_nobody_runs_is_told_while_a_server_is_there(examine, configure, data):
    last_month = to_ms(SystemClock().now() - timedelta(days=30))
    execute(data, "INSERT INTO cursors (reaction, seq, holder, held_until) VALUES ('gone', 0, 'x', ?)", last_month)
    execute(data, "INSERT INTO cursors (reaction, seq) VALUES ('letters', 0)")
    with answering(200, b'{"status": "UP"}') as port:
        configure(f"port = {port}")
        _, findings = examine()

    [told] = findings["reactions"]
    assert told[1] == "Nobody runs “letters”, though a server is there."


def test_a_reaction_that_is_far_behind_is_told_since_the_log_grows_until_it_has_caught_up(examine, configure, data):
    soon = to_ms(SystemClock().now() + timedelta(minutes=5))
    execute(data, "INSERT INTO log (seq, at, kind, payload) VALUES (20000, 0, 'Something', '{}')")
    execute(data, "INSERT INTO cursors (reaction, seq, holder, held_until) VALUES ('letters', 7, 'x', ?)", soon)
    with answering(200, b'{"status": "UP"}') as port:
        configure(f"port = {port}")
        _, findings = examine()

    assert findings["reactions"][0][1] == "“letters” is 19993 facts behind."


@pytest.mark.parametrize(("free", "level"), [(50, "broken"), (500, "warning"), (5000, "ok")])
def test_a_disk_that_is_nearly_full_is_told_in_time(examine, data, monkeypatch, free, level):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free << 20))

    code, findings = examine()

    assert (code, findings["disk"][0][0]) == (int(level == "broken"), level)
    if level != "ok":
        assert findings["disk"][0][1:] == (f"Only {free} MB are free.", "Make room: on a full disk nothing is saved.")


@pytest.mark.parametrize(("files", "told"), [(1024, True), (1 << 20, False), (resource.RLIM_INFINITY, False)])
def test_a_system_that_lets_too_few_connect_is_told(examine, data, monkeypatch, files, told):
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (256, files))

    _, findings = examine()

    assert ("connections" in findings) is told
    assert not told or "1024 files only" in findings["connections"][0][1]


def test_a_disk_that_takes_nothing_is_broken(examine, data, monkeypatch):
    def fail(_file):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)

    code, findings = examine()

    assert code == 1
    assert findings["folder"] == [
        ("broken", f"Nothing can be written into {data}: Input/output error.", "Mend the disk, or its permissions.")
    ]


def test_changes_that_pile_up_beside_the_database_are_told(examine, data):
    with (data / "pinson.db-wal").open("wb") as wal:
        wal.truncate(300 << 20)  # of which nothing is on the disk

    assert "-wal has grown to 300 MB" in examine()[1]["disk"][0][1]


# --- Mail ---------------------------------------------------------------------------------------------------------


@contextmanager
def mail_server(**options):
    """A mail server that takes everything: its port."""
    controller = Controller(object(), hostname="127.0.0.1", port=a_free_port(), ready_timeout=60, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def mail_settings(port: int, more: str = "") -> str:
    return (
        f'[mail]\nbackend = "smtp"\nsmtp_host = "127.0.0.1"\nsmtp_port = {port}\nsmtp_tls = "none"\n'
        f'sender = "no-reply@example.org"\n{more}'
    )


def test_a_mail_server_that_is_ready_is_well(examine, configure):
    with mail_server() as port:
        configure(mail_settings(port))
        _, findings = examine()

    assert findings["mail"][0][0] == "ok"


def test_what_comes_back_is_taken_or_not_as_the_settings_say(examine, configure):
    with mail_server() as port:
        configure(mail_settings(port, "lmtp_port = 8024\nbounce_domain = 'back.example.org'\n"))
        _, findings = examine()

    assert any("comes back to back.example.org" in text for _, text, _ in findings["mail"])


def test_what_mailboxes_miss_in_dns_is_named():
    signer = Signer(new_secret(), domain="news.example.org", selector="pinson")
    there = {"news.example.org": ["v=spf1 a mx ~all"], "_dmarc.example.org": ["v=DMARC1; p=none"]}

    async def texts(name):
        return there.get(name, [])

    before = asyncio.run(in_dns(signer, texts))
    there[signer.host] = [signer.record]
    after = asyncio.run(in_dns(signer, texts))

    assert [(one.level, signer.host in one.text) for one in before] == [("warning", True)]
    assert [one.level for one in after] == ["ok"]


def test_a_mail_server_that_is_not_there_is_broken(examine, configure):
    configure(mail_settings(a_free_port()))

    code, findings = examine()

    assert code == 1
    assert findings["mail"][0][0] == "broken"
    assert "cannot be talked to" in findings["mail"][0][1]


def test_a_mail_server_without_the_encryption_that_is_asked_for_is_broken(examine, configure):
    with mail_server() as port:
        configure(mail_settings(port).replace('"none"', '"starttls"'))
        _, findings = examine()

    assert findings["mail"][0][0] == "broken"


def test_a_mail_server_that_does_not_know_us_is_broken_and_the_password_is_not_shown(pinson, configure, data):
    def nobody(*_):
        return AuthResult(success=False, handled=False)

    with mail_server(authenticator=nobody, auth_require_tls=False) as port:
        configure(mail_settings(port, 'smtp_username = "pinson"\nsmtp_password = "hunter2hunter2"\n'))
        outcome = pinson("doctor", "--data", data)

    assert outcome.exit_code == 1
    assert "does not take our user name and password" in outcome.stdout
    assert "hunter2" not in outcome.output


# --- The public address -------------------------------------------------------------------------------------------


def test_a_server_that_does_not_run_is_told(examine, configure):
    configure(f"port = {a_free_port()}")

    code, findings = examine()

    assert code == 0
    assert findings["address"][0][0] == "warning"
    assert "pinson serve" in findings["address"][0][2]


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>It works!"), (404, b"{}"), (503, b'{"status": "DOWN"}'), (200, b"\xff[1]")]
)
def test_something_else_at_the_public_address_is_broken(serve, data, examine, configure, status, body):
    with answering(status, body) as port:
        configure(f'port = {port}\nurl = "http://localhost:{port}"')
        code, findings = examine()

    assert code == 1
    assert findings["address"][0][0] == "broken"
    assert f"status {status}" in findings["address"][0][1]


def test_a_public_address_where_nothing_answers_is_broken(examine, configure):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        configure(f'port = {listening.getsockname()[1]}\nurl = "http://localhost:{a_free_port()}"')
        code, findings = examine()

    assert code == 1
    assert "does not answer" in findings["address"][0][1]


def test_a_public_address_without_tls_is_broken_and_a_private_one_cannot_be_checked(examine, configure):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        configure(f'port = {listening.getsockname()[1]}\nurl = "http://10.1.2.3"')
        code, findings = examine()

    assert code == 1
    assert [level for level, _, _ in findings["address"]] == ["broken", "warning"]
    assert "not encrypted" in findings["address"][0][1]
    assert "cannot be checked from here" in findings["address"][1][1]


def sms_settings(port, more=""):
    return f'[sms]\nbackend = "smpp"\nhost = "127.0.0.1"\nport = {port}\nparts_per_day = 100\n{more}'


@pytest.mark.parametrize(
    ("said", "level", "words"),
    [(None, "broken", "no process"), ("the bind was refused", "broken", "the bind was refused"), ("", "ok", "takes")],
)
async def test_whether_a_server_speaks_with_the_operator_is_told(configure, data, said, level, words):
    place = Place(data) if said is not None else None
    if place is not None:
        place.tell(said, now=SystemClock().now())
    with socket.create_server(("127.0.0.1", 0)) as operator:
        configure(sms_settings(operator.getsockname()[1]))
        settings = config.load(data, environ={}, overrides={})
        [found] = await texts(settings, data, running=True)
    [gone] = await texts(settings, data, running=True)
    if place is not None:
        place.leave()

    assert (found.level, words in found.text) == (level, True)
    assert (gone.level, "does not answer" in gone.text) == ("broken", True)


def test_what_is_due_and_does_not_leave_is_told_with_the_reason():
    now = SystemClock().now()
    ago = now - timedelta(hours=1)
    waits = [Waiting("email", 3, ago, "no route", ago), Waiting("sms", 2, ago, "", now + timedelta(hours=8))]

    [found] = late(waits, now)

    assert found.level == "warning"
    assert "3 wait to be sent by email" in found.text
    assert found.text.endswith("no route")


def test_the_table_of_countries_is_asked_for_read_and_dated(examine, configure, data):
    _, without = examine()
    configure('countries.file = "countries.mmdb"')
    _, missing = examine()
    (data / "countries.mmdb").write_bytes(table({"192.0.2.0/24": geolite("FR")}, made=SystemClock().now()))
    _, new = examine()
    (data / "countries.mmdb").write_bytes(table({"192.0.2.0/24": geolite("FR")}, made=SystemClock().now() - YEAR))
    _, old = examine()

    assert "countries" not in without
    found = [one["countries"][0][:2] for one in (missing, new, old)]
    assert [level for level, _ in found] == ["warning", "ok", "warning"]
    assert "No such file" in found[0][1]
    assert "addresses have moved since" in found[2][1]


def test_the_doctor_changes_nothing(examine, data, create):
    create("lea")
    before = {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()}

    examine()

    assert {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()} == before
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
