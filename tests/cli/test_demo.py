"""`pinson demo`: a world that is whole, a server that serves it, and a card that tells the truth."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import msgspec
import pytest
from rich.console import Console

from pinson import demo
from pinson.demo import uses
from pinson.lib.clock import SystemClock
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.ids import moment_of
from tests.cli.conftest import PROGRAM, ROOT, authorization
from tests.ports import a_free_port


class Followed(msgspec.Struct):
    """How often a link was."""

    people: int
    machines: int


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "demo-data"


def register(url: str) -> dict[str, str]:
    """A new app."""
    form = {"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write"}
    return httpx.post(f"{url}/api/v1/apps", json=form, timeout=60).json()


@pytest.fixture
def token():
    """`token(url)`: an access token of the demo's guest, got with the password on the card."""

    def get(url: str) -> str:
        app = register(url)
        answer = httpx.post(
            f"{url}/oauth/token",
            json={
                "grant_type": "password",
                "scope": "read write",
                "username": demo.GUEST_EMAIL,
                "password": demo.PASSWORD,
                "client_id": app["client_id"],
                "client_secret": app["client_secret"],
            },
            timeout=60,
        )
        return answer.json()["access_token"]

    return get


def test_a_demo_is_served_with_people_who_follow_and_write(serve, folder, token):
    server = serve(folder, command="demo")
    secret = token(server.url)
    home = server.ask("/api/v1/timelines/home?limit=40", token=secret).json()
    guest = server.ask("/api/v1/accounts/verify_credentials", token=secret).json()

    assert len(home) == 40
    assert {status["language"] for status in home} == {"fr", "en"}
    assert any(status["in_reply_to_id"] for status in home)
    assert [status["created_at"] for status in home] == sorted((one["created_at"] for one in home), reverse=True)
    assert guest["following_count"] == len(demo.PEOPLE) - 1
    assert guest["display_name"] == "Léa Marchand"


def test_anyone_can_sign_up_there_at_once(serve, folder):
    server = serve(folder, command="demo")
    app = register(server.url)
    client = httpx.post(
        f"{server.url}/oauth/token",
        json={
            "grant_type": "client_credentials",
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
            "scope": "read write",
        },
        timeout=60,
    ).json()["access_token"]

    new = httpx.post(
        f"{server.url}/api/v1/accounts",
        headers=authorization(client),
        json={
            "username": "newcomer",
            "email": "newcomer@example.org",
            "password": "long-enough",
            "agreement": True,
            "locale": "fr",
        },
        timeout=60,
    ).json()["access_token"]

    assert server.ask("/api/v1/timelines/home", token=new).status_code == 200


@pytest.mark.thorough
def test_a_demo_is_used_again_and_begun_anew_when_asked(serve, folder, token):
    first = serve(folder, command="demo")
    posted = first.post("Bonjour Portelune !", token=token(first.url))
    first.stop()
    second = serve(folder, command="demo")
    kept = second.ask(f"/api/v1/statuses/{posted}").status_code
    second.stop()
    third = serve(folder, "--fresh", command="demo")

    assert kept == 200
    assert third.ask(f"/api/v1/statuses/{posted}").status_code == 404
    assert len(third.ask("/api/v1/timelines/public?limit=40").json()) == 40


def test_the_card_is_true_and_its_commands_work(serve, folder, tmp_path):
    server = serve(folder, command="demo")
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    posted = said = ""
    server.stop()
    card = server.process.stdout.read().partition("Ctrl+C")[0]  # what is logged later may be longer
    commands = [line for line in card.splitlines() if re.match(r"\S*toot ", line)]
    assert f"Address   {server.url}" in card
    assert f"Password  {demo.PASSWORD}" in card
    assert len(commands) == 3
    assert [line for line in card.splitlines() if len(re.sub(r"^\S*toot ", "toot ", line)) > 80] == []

    again = subprocess.Popen(
        [*PROGRAM, "demo", "--data", folder, "--port", server.url.rpartition(":")[2]],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(server.url)
        for command in commands:
            line = re.sub(r"^\S*toot", f"{Path(sys.executable).with_name('toot')}", command)
            line += f" -p {demo.PASSWORD}" if "login_cli" in line else ""
            line += " --no-pager --no-clear" if "timelines" in line else ""
            done = subprocess.run(["sh", "-c", line], env=environ, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr
            said += done.stdout if "timelines" in line else ""
            posted += done.stdout if "post" in line else ""
    finally:
        again.terminate()
        again.wait(60)

    assert "Laboratoire de l’Anneau" in said
    assert server.url in posted


def wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(f"{url}/health", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    pytest.fail("the demo did not come back")


def test_a_folder_that_holds_something_else_is_left_alone(pinson, data, create):
    create("lea")

    for arguments in ((), ("--fresh",)):
        outcome = pinson("demo", "--data", data, *arguments)
        assert outcome.exit_code == 1
        assert "holds something other than a demo" in outcome.stderr

    assert (data / "pinson.db").exists()


def test_without_a_port_the_next_free_one_is_taken_and_kept(folder):
    with socket.create_server(("127.0.0.1", a_free_port())) as taken:
        port = taken.getsockname()[1]
        folder.mkdir()
        (folder / "pinson.toml").write_text(demo.SETTINGS.format(port=port))
        chosen, listening = demo.listen(folder, host=None, port=None)
        listening.close()
        with pytest.raises(demo.workers.PortTaken):
            demo.listen(folder, host=None, port=port)

    assert port < chosen.port <= port + demo.PORTS
    assert chosen.url == f"http://127.0.0.1:{chosen.port}"


def test_a_demo_on_another_port_says_where_older_links_lead(folder, capsys):
    settings, listening = demo.listen(folder, host=None, port=a_free_port())
    listening.close()
    elsewhere, listening = demo.listen(folder, host=None, port=a_free_port())
    listening.close()

    console = Console()
    console.print(demo.card(folder, settings))
    at_home = capsys.readouterr().out
    console.print(demo.card(folder, elsewhere))
    moved = capsys.readouterr().out

    assert "older posts" not in at_home
    assert str(settings.port) in moved.partition("older posts")[2]


@pytest.mark.thorough
def test_a_demo_ignores_the_settings_of_the_real_server_beside_it(serve, folder):
    server = serve(
        folder, command="demo", environ={"PINSON_REGISTRATION_MODE": "closed", "PINSON_URL": "https://x.org"}
    )

    assert server.ask("/api/v2/instance").json()["registrations"]["enabled"]


@pytest.mark.thorough
def test_filling_it_twice_fills_it_once(folder):
    settings, listening = demo.listen(folder, host=None, port=a_free_port())
    listening.close()
    told: list[tuple[int, int]] = []

    for _ in range(2):
        demo.fill(folder, settings, clock=SystemClock(), tell=lambda done, of: told.append((done, of)))

    steps = len(demo.SAID) + 2 * len(demo.day.DAY)
    assert told == [(done, steps) for done in range(1, steps + 1)]


def test_the_world_of_the_demo_holds_together():
    names = {person.username for person in demo.EVERYBODY}
    keys = [line.key for line in demo.SAID if line.key]
    named = {name for line in demo.SAID for name in (line.answers, line.corrects) if name}
    ago = [line.ago for line in demo.SAID]
    languages = Counter(line.language for line in demo.SAID)

    assert {line.author for line in demo.SAID} == names
    assert named <= set(keys)
    assert len(keys) == len(set(keys))
    assert [line.ago for line in demo.LINES] == sorted((line.ago for line in demo.LINES), reverse=True)
    assert ago[0] < demo.OPENED.total_seconds() / 3600
    assert min(languages["fr"], languages["en"]) > 20


@pytest.mark.thorough
def test_a_demo_that_was_interrupted_between_its_people_and_what_they_say_goes_on(folder):
    settings, listening = demo.listen(folder, host=None, port=a_free_port())
    listening.close()

    def interrupted(_done, _of):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        demo.fill(folder, settings, clock=SystemClock(), tell=interrupted)
    told: list[int] = []
    demo.fill(folder, settings, clock=SystemClock(), tell=lambda done, _of: told.append(done))

    assert told == list(range(1, len(demo.SAID) + 2 * len(demo.day.DAY) + 1))


async def test_what_was_said_in_the_past_stands_there_and_its_links_were_followed(folder):
    settings, listening = demo.listen(folder, host=None, port=a_free_port())
    listening.close()
    demo_clock = SystemClock()
    await asyncio.to_thread(demo.fill, folder, settings, clock=demo_clock, tell=lambda _done, _of: None)

    db = Sqlite(folder)
    async with db.read() as tx:
        ids = await tx.all(int, "SELECT id FROM posts WHERE event_id IS NULL ORDER BY id")
        followed = await tx.all(Followed, "SELECT people, machines FROM short_links ORDER BY id")
        late = await tx.all(int, "SELECT COUNT(*) FROM short_clicks WHERE hour > :now", now=demo_clock.now())
    await db.close()

    ago = [(demo_clock.now() - moment_of(id)).total_seconds() / 3600 for id in ids]
    assert ago == pytest.approx([line.ago for line in demo.SAID], abs=0.1)
    assert followed[0] == Followed(41, 1012)
    assert all(0 < link.people < link.machines for link in followed)
    assert late == [0]


def test_specialists_have_written_in_both_languages_what_they_are_found_by():
    by = {one.username: [line for line in demo.SAID if line.author == one.username] for one in uses.SPECIALISTS}

    assert len(by) == 12
    assert all(4 <= len(lines) <= 8 for lines in by.values()), {name: len(lines) for name, lines in by.items()}
    assert sum(line.language == "en" for lines in by.values() for line in lines) > 15
    assert [one.username for one in uses.SPECIALISTS if not one.found] == [uses.UNFOUND]
    assert all(one.place and one.work and one.site for one in uses.SPECIALISTS)
    engineer = next(one for one in uses.SPECIALISTS if one.username == uses.ENGINEER)
    assert "supra" not in f"{engineer.note} {engineer.work}".lower()
    assert sum("supraconductivité" in line.text for line in by[uses.ENGINEER]) == 6


def test_the_shop_keeps_its_promise_of_two_messages_a_week():
    news = [line.ago // uses.WEEK for line in demo.SAID if line.author == uses.SHOP and not line.answers]

    assert Counter(news) == dict.fromkeys(range(6), 2)


def test_each_use_is_alive_there(serve, folder, token):
    server = serve(folder, command="demo")
    secret = token(server.url)

    def of(name):
        account = server.ask(f"/api/v1/accounts/lookup?acct={name}").json()
        return account, server.ask(f"/api/v1/accounts/{account['id']}/statuses?limit=40").json()

    shop, news = of(uses.SHOP)
    _, alerts = of(uses.BUS)
    told = [one for one in news if not one["in_reply_to_id"]]
    right = next(one for one in alerts if "Rectificatif" in one["content"])
    thread = server.ask(f"/api/v1/statuses/{right['id']}/context").json()

    assert "2 messages par semaine" in shop["note"]
    assert shop["fields"][-1]["verified_at"]
    assert len([one for one in told if f'href="{server.url}/' in one["content"]]) >= 11
    assert len([one for one in told if one["media_attachments"]]) >= 5
    assert all(one["description"] for status in told for one in status["media_attachments"])
    assert "devant la mairie" in thread["ancestors"][-1]["content"]
    assert any("Fin de l’incident" in one["content"] for one in alerts)
    assert found(server, "supraconductivité", secret)[uses.ENGINEER] == 6
    assert uses.UNFOUND not in found(server, "consentement", secret)


def found(server, words, token):
    """Whose posts a search finds, and how many of each: once all that was written is in the index."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        statuses = server.ask(f"/api/v2/search?q={words}&type=statuses&limit=40", token=token).json()["statuses"]
        by = Counter(status["account"]["username"] for status in statuses)
        if by[uses.ENGINEER] >= 6 or words != "supraconductivité":
            return by
        time.sleep(0.1)
    return by
