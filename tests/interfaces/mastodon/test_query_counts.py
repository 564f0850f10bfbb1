"""How many statements a page costs: one for each kind of thing on it, however much is on it."""

from collections import Counter
from contextlib import contextmanager

import pytest

from pinson.domain.posts import store as posts
from pinson.domain.posts.polls import store as polls
from pinson.domain.timelines import store as timelines

ONCE_A_TOPIC = timelines.RING
TWICE = posts.SHAPES  # what stands on the page, then what its boosts show


@contextmanager
def counted(world):
    """The statements of all reads of the event loop within the block, as a Counter."""
    statements = Counter()

    def note(_cursor, statement, _bindings):
        if statement not in ("BEGIN", "COMMIT"):
            statements[statement] += 1
        return True

    connections = list(world.tools.db._idle)
    for connection in connections:
        connection.exec_trace = note
    yield statements
    for connection in connections:
        connection.exec_trace = None


async def forget(world):
    """Make everything cold: the views start over, empty."""
    await world.tools.follower.start()


@pytest.fixture
async def reader(world):
    """Somebody whose home holds twenty statuses by four people, some of them boosts, marked or answers."""
    reader, *others, far = await world.people("reader", "ana", "ben", "cleo", "dan", "far")
    for other in others:
        await world.follow(reader, other)
    for number in range(16):
        author = others[number % len(others)]
        post = await world.publish(author, f"{number} @ana #birds")
        if number % 3 == 0:
            for verb in ("favourite", "bookmark", "mute"):
                await world.client(reader).post(f"/api/v1/statuses/{post.id}/{verb}")
    for other in others:
        post = await world.publish(far, f"Boosted by {other.username}")
        await world.client(other).post(f"/api/v1/statuses/{post.id}/reblog")
    return reader


async def test_a_cold_home_costs_one_statement_for_each_kind(world, reader):
    await forget(world)

    with counted(world) as statements:
        page = await world.client(reader).get("/api/v1/timelines/home")

    assert len(page.json()) == 20
    assert statements.pop(ONCE_A_TOPIC) <= 6
    assert statements.pop(TWICE) == 2
    assert set(statements.values()) == {1}, statements


@pytest.fixture
async def talk(world, reader):
    """On top of the reader's home: polls, and quotes of polls and of quotes, some of them boosted."""
    ana, ben, far = [await world.person(name) for name in ("anna", "benn", "farr")]
    for author in (ana, ben):
        await world.follow(reader, author)
    for number in range(4):
        asked = await world.publish(far, f"{number}?", poll={"options": ["yes", "no"], "expires_in": 300})
        quote = await world.publish(far, "Indeed", quoted_status_id=str(asked.id))
        await world.publish(ana, "I ask too", poll={"options": ["yes", "no"], "expires_in": 300})
        await world.publish(ana, "See", quoted_status_id=str(asked.id))
        await world.publish(ben, "See here", quoted_status_id=str(quote.id))
        await world.client(ben).post(f"/api/v1/statuses/{quote.id}/reblog")


async def test_polls_and_quotes_cost_a_statement_more_for_each_kind(world, reader, talk):
    client = world.client(reader)
    await forget(world)

    with counted(world) as statements:
        page = await client.get("/api/v1/timelines/home")

    assert sum(status["poll"] is not None for status in page.json()) == 4
    assert sum(status["quote"] is not None for status in page.json()) == 12
    assert statements.pop(ONCE_A_TOPIC) <= 8
    # What stands on the page, what its boosts show, what both quote, what that quotes in turn.
    assert statements.pop(posts.SHAPES) <= 4
    assert set(statements.values()) == {1}, statements
    with counted(world) as statements:
        await client.get("/api/v1/timelines/home")
    assert statements == {polls.OF_POSTS: 1, polls.CHOICES: 1}


@pytest.mark.parametrize(("signed_in", "path"), [(True, "home"), (True, "public"), (False, "public")])
async def test_a_warm_page_costs_nothing(world, reader, signed_in, path):
    client = world.client(reader if signed_in else None)
    await client.get(f"/api/v1/timelines/{path}")

    with counted(world) as statements:
        page = await client.get(f"/api/v1/timelines/{path}")

    assert len(page.json()) == 20
    assert statements == {}


async def test_a_warm_page_of_an_account_or_a_hashtag_costs_nothing_either(world, reader):
    await world.publish(reader, "So many #birds")
    client, paths = world.client(None), (f"/api/v1/accounts/{reader.id}/statuses", "/api/v1/timelines/tag/birds")
    for path in paths:
        await client.get(path)

    with counted(world) as statements:
        pages = [await client.get(path) for path in paths]

    assert all(page.json() for page in pages)
    assert statements == {}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/timelines/public",
        "/api/v1/timelines/tag/birds",
        "/api/v1/timelines/tag/birds?any[]=ants&all[]=birds&none[]=bees",
        "/api/v1/accounts/{id}/statuses?only_media=true&tagged=birds",
        "/api/v1/accounts/{id}/statuses",
        "/api/v1/favourites",
        "/api/v1/bookmarks",
    ],
)
async def test_no_list_of_statuses_asks_twice_for_the_same_kind(world, reader, path):
    await forget(world)

    with counted(world) as statements:
        page = await world.client(reader).get(path.format(id=reader.id))

    assert page.status_code == 200
    assert set(statements.values()) <= {1}, statements
