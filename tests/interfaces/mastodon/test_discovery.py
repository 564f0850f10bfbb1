"""Other programs find out what this server is, and who lives here."""

import pytest

from pinson.domain import accounts


@pytest.mark.parametrize(
    "resource",
    [
        "acct:alice@pinson.example",
        "acct:ALICE@Pinson.Example",
        "alice@pinson.example",
        "https://pinson.example/@alice",
        "https://pinson.example/users/alice",
    ],
)
async def test_webfinger_finds_who_lives_here(world, resource):
    await world.person("alice")

    answer = await world.client().get("/.well-known/webfinger", params={"resource": resource})

    assert answer.headers["content-type"] == "application/jrd+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["subject"] == "acct:alice@pinson.example"
    assert answer.json()["links"][0]["href"] == "https://pinson.example/@alice"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?resource=", 400),
        ("?resource=acct:nobody@pinson.example", 404),
        ("?resource=acct:alice@elsewhere.example", 404),
        ("?resource=https://elsewhere.example/@alice", 404),
        ("?resource=acct:bob@pinson.example", 404),
        ("?resource=https://pinson.example/", 404),
    ],
)
async def test_webfinger_finds_nobody_else(world, query, status):
    _, bob = await world.people("alice", "bob")
    await world.write(accounts.suspend, account_id=bob.account_id)

    answer = await world.client().get(f"/.well-known/webfinger{query}")

    assert answer.status_code == status


async def test_host_meta_leads_to_webfinger(world):
    template = "https://pinson.example/.well-known/webfinger?resource={uri}"

    xml = await world.client().get("/.well-known/host-meta")
    json = await world.client().get("/.well-known/host-meta.json")

    assert xml.headers["content-type"].startswith("application/xrd+xml")
    assert f'<Link rel="lrdd" template="{template}"/>' in xml.text
    assert json.json() == {"links": [{"rel": "lrdd", "template": template}]}


async def test_nodeinfo_names_the_software_and_counts(world):
    alice = await world.person("alice")
    await world.publish(alice, "Hello")
    client = world.client()

    links = (await client.get("/.well-known/nodeinfo")).json()["links"]
    found = [(await client.get(link["href"])).json() for link in links]

    assert [info["version"] for info in found] == ["2.0", "2.1"]
    assert {info["software"]["name"] for info in found} == {"pinson"}
    assert found[0]["usage"] == {"users": {"total": 1, "activeMonth": 1, "activeHalfyear": 1}, "localPosts": 1}
    assert found[0]["openRegistrations"] is True
    assert (await client.get("/nodeinfo/3.0")).status_code == 404


async def test_a_password_manager_is_led_to_a_page_that_exists(world):
    answer = await world.client().get("/.well-known/change-password")

    assert answer.status_code == 302
    assert (await world.client().get(answer.headers["location"])).status_code == 200
