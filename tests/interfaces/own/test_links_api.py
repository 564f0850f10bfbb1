"""Short links through our own API."""

from datetime import timedelta

import pytest

ROOT = "/api/pinson/v1/links"
TARGET = "https://example.org/programme"


@pytest.fixture
async def cern(world):
    return world.client(await world.person("cern"))


async def made(client, **said):
    answer = await client.post(ROOT, json={"target": TARGET} | said)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_link_is_made_followed_and_looked_at(world, cern):
    link = await made(cern, title="Programme", utm={"qr": {"source": "poster"}})

    led = await world.client().get(f"/{link['code']}", headers={"user-agent": "Mozilla/5.0 Firefox/132.0"})
    printed = await world.client().get(link["urls"]["qr"].removeprefix("https://pinson.example"))
    await world.tools.clicks.flush()
    shown = (await cern.get(f"{ROOT}/{link['code']}")).json()

    assert led.headers["location"] == TARGET
    assert printed.headers["location"] == f"{TARGET}?utm_source=poster"
    assert (shown["people"], shown["machines"], shown["own"]) == (1, 1, 0)
    assert (shown["title"], shown["is_over"]) == ("Programme", False)


async def test_links_are_listed_newest_first_page_by_page(cern):
    links = [await made(cern, target=f"{TARGET}/{number}") for number in range(3)]

    first = await cern.get(ROOT, params={"limit": 2})
    rest = await cern.get(first.links["next"]["url"])

    assert [one["id"] for one in first.json()] == [links[2]["id"], links[1]["id"]]
    assert [one["id"] for one in rest.json()] == [links[0]["id"]]


async def test_what_is_left_out_of_a_change_stays(world, cern):
    until = (world.clock.now() + timedelta(days=1)).isoformat()
    link = await made(cern, title="Programme", expires_at=until, max_clicks=5)

    changed = await cern.patch(f"{ROOT}/{link['code']}", json={"target": "https://example.org/autumn"})
    freed = await cern.patch(f"{ROOT}/{link['code']}", json={"expires_at": None, "max_clicks": None})

    kept = {"title": "Programme", "max_clicks": 5, "expires_at": link["expires_at"]}
    assert {name: changed.json()[name] for name in kept} == kept
    assert changed.json()["target"] == freed.json()["target"] == "https://example.org/autumn"
    assert (freed.json()["expires_at"], freed.json()["max_clicks"]) == (None, None)


async def test_an_ended_link_leads_nowhere_and_keeps_its_figures(world, cern):
    link = await made(cern)

    ended = await cern.delete(f"{ROOT}/{link['code']}")

    assert ended.json()["is_over"]
    assert (await world.client().get(f"/{link['code']}")).status_code == 410


@pytest.mark.parametrize("target", ["javascript:alert(1)", "http://localhost/", "https://me:secret@example.org/"])
async def test_what_no_link_may_lead_to_is_refused(cern, target):
    answer = await cern.post(ROOT, json={"target": target})

    assert answer.status_code == 422


async def test_nobody_else_sees_or_changes_a_link(world, cern):
    link = await made(cern)
    other = world.client(await world.person("other"))

    answers = [
        await other.get(f"{ROOT}/{link['code']}"),
        await other.patch(f"{ROOT}/{link['code']}", json={"target": "https://bad.example/"}),
        await other.delete(f"{ROOT}/{link['code']}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert (await world.client().get(ROOT)).status_code == 401
    assert (await other.get(ROOT)).json() == []
