"""What the server says of itself is true."""

from datetime import timedelta

import pytest

from pinson.domain import accounts, instance
from pinson.domain.instance import Said

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
    assert new["version"].startswith("4.6.0 (compatible; Pinson ")
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


async def test_apps_are_told_what_a_poll_may_be(world):
    for version in ("v1", "v2"):
        told = (await world.client().get(f"/api/{version}/instance")).json()["configuration"]["polls"]

        assert told == {
            "max_options": 4,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        }


async def test_apps_are_told_what_there_is_and_what_there_is_not(world):
    answer = (await world.client().get("/api/v2/instance")).json()

    assert answer["api_versions"] == {"mastodon": 11}
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


async def test_rules_stand_in_their_order_in_every_language(world):
    client = world.client()
    assert (await client.get("/api/v1/instance/rules")).json() == []
    for text, place in (("Be kind", None), ("No spam", None), ("First of all", 1)):
        french = {"fr": Said(f"{text} (fr)", "Vraiment")}
        await world.write(instance.add_rule, text=text, hint="Really", translations=french, position=place)

    rules = (await client.get("/api/v1/instance/rules")).json()

    assert [one["text"] for one in rules] == ["First of all", "Be kind", "No spam"]
    assert rules[0]["hint"] == "Really"
    assert rules[0]["translations"] == {"fr": {"text": "First of all (fr)", "hint": "Vraiment"}}
    for version in ("v1", "v2"):
        assert (await client.get(f"/api/{version}/instance")).json()["rules"] == rules
    await world.write(instance.remove_rule, id=int(rules[1]["id"]))
    await world.write(instance.add_rule, text="Last", position=7)
    left = await world.ask(instance.all_rules)
    assert [(one.position, one.text) for one in left] == [(1, "First of all"), (2, "No spam"), (3, "Last")]
    with pytest.raises(instance.RuleNotFound):
        await world.write(instance.remove_rule, id=int(rules[1]["id"]))


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        ({"text": " "}, instance.BlankText),
        ({"text": "x" * 1001}, instance.TextTooLong),
        ({"text": "x", "translations": {"fr": Said(" ")}}, instance.BlankText),
        ({"text": "x", "translations": {"French": Said("x")}}, instance.UnknownLanguage),
    ],
)
async def test_what_is_no_rule_is_refused(world, rule, refusal):
    with pytest.raises(refusal):
        await world.write(instance.add_rule, **rule)


@pytest.mark.parametrize("settings", [DESCRIBED])
async def test_the_server_is_described_at_length_once_somebody_wrote_it(world, settings):
    path = "/api/v1/instance/extended_description"

    await world.write(instance.describe, text="We like #birds.\n\nAll of them.")
    long = (await world.client().get(path)).json()
    await world.write(instance.describe, text=" ")

    assert long["updated_at"] == "2026-03-30T13:06:00Z"
    assert long["content"].endswith("<p>All of them.</p>")
    assert (await world.client().get(path)).json()["content"].startswith("<p>Birds")


async def test_terms_of_service_come_into_force_on_their_day(world):
    client, path = world.client(), "/api/v1/instance/terms_of_service"
    today = world.clock.now().replace(hour=0, minute=0)
    assert (await client.get(path)).status_code == 404

    async def publish(text, days):
        await world.write(instance.publish_terms, text=text, effective_at=today + timedelta(days=days))

    await publish("Third", 20)
    first = (await client.get(path)).json()
    assert (first["effective_date"], first["effective"], first["content"]) == ("2026-04-19", False, "<p>Third</p>")
    await publish("First", 0)
    await publish("Second", 10)

    now = (await client.get(path)).json()
    assert now == {
        "effective_date": "2026-03-30",
        "effective": True,
        "content": "<p>First</p>",
        "succeeded_by": "2026-04-09",
    }
    second = (await client.get(f"{path}/2026-04-09")).json()
    assert (second["effective"], second["succeeded_by"]) == (False, "2026-04-19")
    world.clock.move(timedelta(days=10))
    assert (await client.get(path)).json()["content"] == "<p>Second</p>"
    assert (await client.get(f"{path}/2026-04-19")).json()["succeeded_by"] is None


@pytest.mark.parametrize("date", ["2026-04-01", "yesterday", "2026-13-01", "0"])
async def test_no_terms_are_those_of_another_day(world, date):
    await world.write(instance.publish_terms, text="x", effective_at=world.clock.now().replace(hour=0, minute=0))

    assert (await world.client().get(f"/api/v1/instance/terms_of_service/{date}")).status_code == 404


async def test_terms_that_people_were_told_of_stay(world):
    today = world.clock.now().replace(hour=0, minute=0)
    tomorrow = today + timedelta(days=1)
    for day in (today, tomorrow):
        await world.write(instance.publish_terms, text="x", effective_at=day)

    with pytest.raises(instance.TermsOfThatDay):
        await world.write(instance.publish_terms, text="y", effective_at=tomorrow)
    with pytest.raises(instance.TermsInForce):
        await world.write(instance.publish_terms, text="y", effective_at=today - timedelta(days=1))
    with pytest.raises(instance.TermsInForce):
        await world.write(instance.withdraw_terms, effective_at=today)
    await world.write(instance.withdraw_terms, effective_at=tomorrow)
    with pytest.raises(instance.TermsNotFound):
        await world.write(instance.withdraw_terms, effective_at=tomorrow)

    assert [one.effective_at for one in await world.ask(instance.all_terms)] == [today]


@pytest.mark.parametrize("settings", [{"instance.contact_account": "alice"}])
async def test_people_are_told_whom_to_write_to(world, settings):
    client = world.client()
    assert (await client.get("/api/v2/instance")).json()["contact"]["account"] is None
    alice = await world.person("alice")

    new = (await client.get("/api/v2/instance")).json()["contact"]["account"]
    old = (await client.get("/api/v1/instance")).json()["contact_account"]

    assert new["id"] == old["id"] == alice.id
    await world.write(accounts.suspend, account_id=alice.account_id)
    assert (await client.get("/api/v2/instance")).json()["contact"]["account"] is None


@pytest.mark.parametrize(("path", "status"), [("/api/v1/peers/search?q=x", 200), ("/api/v1/peers/search", 400)])
async def test_no_other_server_is_known(world, path, status):
    answer = await world.client().get(path)

    assert answer.status_code == status
    assert status != 200 or answer.json() == []
