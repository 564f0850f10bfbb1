"""How many statements a page costs its reader: as many for eighteen posts as for six, from cold."""

import pytest

from tests.interfaces.mastodon.test_query_counts import counted, forget
from tests.interfaces.web.test_filters import hide
from tests.interfaces.web.visitor import Visitor


@pytest.fixture
async def reading(world):
    """Ana, whom Ben follows, Ben, and his browser; he hides a word."""
    ana, ben = await world.people("ana", "ben")
    await world.follow(ben, ana)
    await hide(world, ben, "fin")
    visitor = Visitor(world)
    await visitor.sign_in("ben")
    return ana, ben, visitor


async def cost(world, visitor, path):
    """The statements of a cold page, each with how often it ran."""
    await forget(world)
    with counted(world) as statements:
        assert (await visitor.open(path)).status == 200
    return statements


@pytest.mark.parametrize("path", ["/", "/explore", "/tags/mer", "/@ana", "/s/ana", "/notifications", "/search?q=vague"])
async def test_a_page_of_many_posts_costs_as_many_statements_as_one_of_few(world, reading, path):
    ana, _, visitor = reading

    async def publish(count):
        for number in range(count):
            await world.publish(ana, f"@ben Vague {number} #mer {'fin' if number % 2 else ''}")
        await world.settle()

    await publish(6)
    few = await cost(world, visitor, path)
    await publish(12)
    many = await cost(world, visitor, path)

    assert many == few


async def test_the_muted_conversations_cost_as_much_for_many_as_for_one(world, reading):
    ana, ben, visitor = reading

    async def mute(count):
        for number in range(count):
            post = await world.publish(ana, f"Vague {number}")
            await world.client(ben).post(f"/api/v1/statuses/{post.id}/mute")

    await mute(1)
    few = await cost(world, visitor, "/muted_conversations")
    await mute(6)

    assert await cost(world, visitor, "/muted_conversations") == few
