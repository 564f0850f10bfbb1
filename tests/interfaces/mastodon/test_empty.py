"""What apps ask for at start, and of which there is nothing yet, is an empty list to them."""

import pytest

from pinson.interfaces.mastodon import empty

LISTS = [route.path for route in empty.routes.all if route.handler is empty.nothing]


@pytest.mark.parametrize("path", LISTS)
async def test_an_app_that_starts_is_given_a_list(world, path):
    alice = await world.person("alice")

    answer = await world.client(alice).get(path)

    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize("path", [*sorted({*LISTS} - {"/api/v1/custom_emojis"}), "/api/v1/markers"])
async def test_a_stranger_is_given_none(world, path):
    assert (await world.client().get(path)).status_code == 401


async def test_markers_are_an_object(world):
    alice = await world.person("alice")

    answer = await world.client(alice).get("/api/v1/markers?timeline[]=home")

    assert answer.json() == {}


async def test_nothing_pretends_to_keep_what_it_is_given(world):
    alice = await world.person("alice")

    answer = await world.client(alice).post("/api/v1/announcements", data={"text": "rain"})

    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
