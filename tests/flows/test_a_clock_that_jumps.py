"""The clock of a machine jumps, as without a battery or with a wrong time server: forth by a year, and back."""

from datetime import timedelta

YEAR = timedelta(days=400)


async def test_a_clock_that_jumps_either_way_loses_nothing_and_stops_nothing(world):
    ana, ben = await world.people("ana", "ben")
    await world.follow(ben, ana)

    for number, step in enumerate((timedelta(), YEAR, -YEAR - timedelta(hours=3), timedelta(hours=1)), start=1):
        world.clock.move(step)
        await world.publish(ana, f"@ben {number}")
        await world.settle()

    told = (await world.client(ben).get("/api/v1/notifications?types[]=mention")).json()
    assert [post.text for post in await world.home(ben)] == ["@ben 4", "@ben 3", "@ben 2", "@ben 1"]
    assert [one["status"]["content"][-5] for one in told] == ["4", "3", "2", "1"]
