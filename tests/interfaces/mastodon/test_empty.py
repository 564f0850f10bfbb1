"""What apps ask for, and of which there is nothing, is nothing in the words that they expect."""

import pytest


async def test_nobody_has_a_summary_of_a_year(world):
    alice = await world.person("alice")
    client, path = world.client(alice), "/api/v1/annual_reports"

    assert (await client.get(path)).json() == {"annual_reports": [], "accounts": [], "statuses": []}
    assert (await client.get(f"{path}/2025/state")).json() == {"state": "ineligible"}
    assert (await client.post(f"{path}/2025/generate")).json() == {}
    for answer in (await client.get(f"{path}/2025"), await client.post(f"{path}/2025/read")):
        assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
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
    ],
)
async def test_what_was_removed_or_is_off_is_not_found(world, path):
    alice = await world.person("alice")
    post = await world.publish(alice, "Hello")
    method, _, path = path.replace("{id}", alice.id if "accounts" in path else str(post.id)).partition(" ")

    answer = await world.client(alice).request(method, path)

    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
