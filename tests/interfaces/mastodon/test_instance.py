"""What the server says of itself is true."""

from datetime import timedelta

import pytest

from pinson.domain import accounts

DESCRIBED = {
    "instance.title": "Le Nid",
    "instance.description": "Birds & more: https://birds.example",
    "instance.contact_email": "hello@pinson.example",
    "instance.languages": "fr,en",
    "posts.max_characters": 160,
}


@pytest.mark.parametrize("settings", [DESCRIBED])
async def test_both_versions_describe_the_server(world, settings):
    new = (await world.client().get("/api/v2/instance")).json()
    old = (await world.client().get("/api/v1/instance")).json()

    assert (new["domain"], old["uri"]) == ("pinson.example", "pinson.example")
    assert new["title"] == old["title"] == "Le Nid"
    assert new["version"] == old["version"]
    assert new["version"].startswith("4.5.0 (compatible; Pinson ")
    assert new["contact"]["email"] == old["email"] == "hello@pinson.example"
    assert new["languages"] == old["languages"] == ["fr", "en"]
    assert new["configuration"]["urls"]["streaming"] == old["urls"]["streaming_api"] == "wss://pinson.example"
    assert new["configuration"]["statuses"] == old["configuration"]["statuses"]
    assert new["configuration"]["statuses"]["max_characters"] == 160


@pytest.mark.parametrize("settings", [{"url": "http://127.0.0.1:8080"}])
async def test_streams_are_where_the_server_is(world, settings):
    answer = (await world.client().get("/api/v2/instance")).json()

    assert answer["configuration"]["urls"]["streaming"] == "ws://127.0.0.1:8080"
    assert answer["domain"] == "127.0.0.1:8080"


async def test_apps_are_told_what_there_is_not(world):
    answer = (await world.client().get("/api/v2/instance")).json()

    assert answer["api_versions"] == {"mastodon": 1}
    assert answer["configuration"]["polls"]["max_options"] == 0
    assert answer["configuration"]["translation"] == {"enabled": False}


@pytest.mark.parametrize(
    ("settings", "is_open", "by_approval"),
    [
        ({"registration.mode": "open"}, True, False),
        ({"registration.mode": "approval"}, True, True),
        ({"registration.mode": "invitation"}, False, False),
        ({"registration.mode": "closed"}, False, False),
    ],
)
async def test_whether_one_can_join_is_said(world, settings, is_open, by_approval):
    new = (await world.client().get("/api/v2/instance")).json()
    old = (await world.client().get("/api/v1/instance")).json()

    assert (new["registrations"]["enabled"], new["registrations"]["approval_required"]) == (is_open, by_approval)
    assert (old["registrations"], old["approval_required"]) == (is_open, by_approval)
    assert old["invites_enabled"] == (settings["registration.mode"] != "closed")


async def test_figures_count_accounts_posts_and_who_published_lately(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await world.publish(alice, "One")
    await world.publish(alice, "Two")
    world.clock.move(timedelta(days=29))
    await world.publish(bob, "Three")
    await world.write(accounts.delete, account_id=carol.account_id)
    client = world.client()

    soon = (await client.get("/api/v2/instance")).json()["usage"]["users"]["active_month"]
    world.clock.move(timedelta(days=2))
    later = (await client.get("/api/v2/instance")).json()["usage"]["users"]["active_month"]
    stats = (await client.get("/api/v1/instance")).json()["stats"]

    assert (soon, later) == (2, 1)
    assert stats == {"user_count": 2, "status_count": 3, "domain_count": 0}


async def test_activity_is_twelve_weeks_of_figures_as_text(world):
    alice, bob = await world.people("alice", "bob")
    await world.publish(alice, "One")
    world.clock.move(timedelta(weeks=11))
    await world.person("carol")
    for author in (alice, alice, bob):
        await world.publish(author, "More")

    weeks = (await world.client().get("/api/v1/instance/activity")).json()

    assert len(weeks) == 12
    figures = [(week["statuses"], week["logins"], week["registrations"]) for week in weeks]
    assert (figures[0], figures[11]) == (("3", "2", "1"), ("1", "1", "2"))
    assert set(figures[1:11]) == {("0", "0", "0")}
    monday = world.clock.now().replace(hour=0, minute=0)
    assert [week["week"] for week in weeks[:2]] == [
        str(int(monday.timestamp())),
        str(int((monday - timedelta(weeks=1)).timestamp())),
    ]


@pytest.mark.parametrize("settings", [DESCRIBED])
async def test_the_description_is_html(world, settings):
    answer = (await world.client().get("/api/v1/instance/extended_description")).json()

    assert answer["content"].startswith('<p>Birds &amp; more: <a href="https://birds.example"')


@pytest.mark.parametrize(("header", "word"), [("fr-CA,en;q=0.5", "mot de passe"), ("en", "password"), ("", "password")])
async def test_the_policy_is_in_the_readers_language(world, header, word):
    answer = await world.client().get("/api/v1/instance/privacy_policy", headers={"accept-language": header})

    assert word in answer.json()["content"]


@pytest.mark.parametrize("path", ["rules", "peers"])
async def test_there_are_no_rules_and_no_other_servers(world, path):
    answer = await world.client().get(f"/api/v1/instance/{path}")

    assert (answer.status_code, answer.json()) == (200, [])


async def test_a_post_may_be_in_any_language_that_has_a_code(world):
    languages = (await world.client().get("/api/v1/instance/languages")).json()

    assert {"code": "fr", "name": "French"} in languages
    assert {"code": "eo", "name": "Esperanto"} in languages
    assert (await world.client().get("/api/v1/instance/translation_languages")).json() == {}
