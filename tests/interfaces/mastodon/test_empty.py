"""What apps ask for at start, and of which there is nothing yet, is an empty list to them."""

import pytest

from pinson.interfaces.mastodon import empty

LISTS = [route.path for route in empty.routes.all if route.handler is empty.nothing]


@pytest.mark.parametrize("path", LISTS)
async def test_an_app_that_starts_is_given_a_list(world, path):
    alice = await world.person("alice")

    answer = await world.client(alice).get(path)

    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize("path", sorted({*LISTS} - {"/api/v1/custom_emojis"}))
async def test_a_stranger_is_given_none(world, path):
    assert (await world.client().get(path)).status_code == 401


async def test_nothing_pretends_to_keep_what_it_is_given(world):
    alice = await world.person("alice")

    answer = await world.client(alice).post("/api/v1/announcements", data={"text": "rain"})

    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


async def test_nobody_has_a_summary_of_a_year(world):
    alice = await world.person("alice")
    client, path = world.client(alice), "/api/v1/annual_reports"

    assert (await client.get(path)).json() == {"annual_reports": [], "accounts": [], "statuses": []}
    assert (await client.get(f"{path}/2025/state")).json() == {"state": "ineligible"}
    assert (await client.post(f"{path}/2025/generate")).json() == {}
    assert (await client.get(f"{path}/2025")).status_code == 404
    assert (await client.get("/api/v1/donation_campaigns")).status_code == 204


@pytest.mark.parametrize(
    "path",
    [
        "GET /api/v1/timelines/direct",
        "GET /api/v1/search",
        "POST /api/v1/follows",
        "GET /api/v1/statuses/{id}/card",
        "GET /api/proofs",
        "POST /api/v1/statuses/{id}/translate",
        "GET /api/v1_alpha/async_refreshes/1",
        "POST /api/v1/accounts/{id}/email_subscriptions",
    ],
)
async def test_what_was_removed_or_is_off_is_not_found(world, path):
    alice = await world.person("alice")
    post = await world.publish(alice, "Hello")
    method, _, path = path.replace("{id}", alice.id if "accounts" in path else str(post.id)).partition(" ")

    answer = await world.client(alice).request(method, path)

    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
