"""How far people have read, for all their apps."""

from datetime import timedelta

import pytest


async def test_a_marker_is_kept_and_counts_how_often(world):
    alice, bob = await world.people("alice", "bob")
    client = world.client(alice)
    assert (await client.get("/api/v1/markers?timeline[]=home")).json() == {}

    first = (await client.post("/api/v1/markers", data={"home[last_read_id]": "12"})).json()
    world.clock.move(timedelta(minutes=1))
    both = {"home": {"last_read_id": 7}, "notifications": {"last_read_id": "9"}}
    second = (await client.post("/api/v1/markers", json=both)).json()

    assert first == {"home": {"last_read_id": "12", "version": 0, "updated_at": "2026-03-30T13:06:00.000Z"}}
    assert second["home"] == {"last_read_id": "7", "version": 1, "updated_at": "2026-03-30T13:07:00.000Z"}
    assert second["notifications"]["version"] == 0
    assert (await client.get("/api/v1/markers?timeline=home")).json() == {"home": second["home"]}
    assert (await client.get("/api/v1/markers?timeline[]=home&timeline[]=notifications")).json() == second
    assert (await client.get("/api/v1/markers?timeline[]=local")).json() == {}
    assert (await client.get("/api/v1/markers")).json() == {}
    assert (await world.client(bob).get("/api/v1/markers?timeline=home")).json() == {}


@pytest.mark.parametrize("id", ["here", "-5"])
async def test_a_marker_is_the_id_of_something(world, id):
    alice = await world.person("alice")

    answer = await world.client(alice).post("/api/v1/markers", json={"home": {"last_read_id": id}})

    assert answer.status_code == 422
