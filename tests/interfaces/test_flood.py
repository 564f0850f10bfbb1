"""Whoever asks for timelines without end, each another, costs no more memory than those that are read most."""

from pinson.domain.timelines import queries
from pinson.domain.timelines.rings import Rings


async def test_timelines_that_are_asked_for_once_are_forgotten_and_still_right(world, monkeypatch):
    monkeypatch.setattr(queries, "KEEP_SHOWN", 10)
    monkeypatch.setattr(queries, "KEEP", 3)
    world.tools.timelines._rings = Rings(keep=8)
    people = await world.people(*(f"reader{number}" for number in range(6)))
    for number, person in enumerate(people):
        await world.publish(person, f"#tag{number} #all")

    for _ in range(2):
        for number, person in enumerate(people):
            for other in range(6):
                path = f"/api/v1/timelines/tag/tag{number}?any[]=tag{other}"
                shown = (await world.client(person).get(path)).json()
                assert len(shown) == len({number, other})
            assert len((await world.client(person).get("/api/v1/timelines/home")).json()) == 1
            assert len((await world.client(person).get(f"/api/v1/accounts/{person.id}/statuses")).json()) == 1

    timelines = world.tools.timelines
    assert len(timelines._shown) <= 10
    assert len(timelines._homes) <= 3
    assert len(timelines._rings._rows) <= 8
