"""No route reads once for each thing that it shows: in a town with three times as much of everything, it asks no more.

All routes that answer to GET are tried, from the table of routes, so that a new one cannot be forgotten. What they
answer is held against the document by the client, as in all tests.
"""

from contextlib import AsyncExitStack

import msgspec
import pytest
import pytest_asyncio

from pinson.domain.posts import store as posts
from pinson.domain.timelines import store as timelines
from pinson.interfaces import mastodon, own
from tests.contract.answers import document, own_document
from tests.contract.town import found
from tests.interfaces.mastodon.test_query_counts import counted, forget
from tests.world import open_world

SMALL, LARGE = 2, 6
READS = 4  # connections; more than any route reads by at once
NO_ANSWER = {  # routes that are not tried, and why
    "/api/v1/streaming": "a stream has no end, and reads nothing of its own",
    "/api/v1/annual_reports/{year}": "there are none: it is always refused",
    "/api/v1_alpha/async_refreshes/{id}": "there are none: it is always refused",
}
NOT_LONGER = {  # lists that are as long in both towns, and why
    "/api/v1/accounts/{id}/identity_proofs": "always empty: nothing of the kind is left",
    "/api/v1/accounts/{id}/lists": "the reader stands in none of their own",
    "/api/v1/instance/activity": "twelve weeks",
    "/api/v1/instance/languages": "those of the program",
    "/api/v1/instance/peers": "no other servers are known yet",
    "/api/v1/peers/search": "no other servers are known yet",
    "/api/v1/timelines/home": "both fill a page",
    "/api/v1/timelines/public": "both fill a page",
}
LONGER_WITHIN = {  # lists in answers that are none themselves
    "/api/v1/accounts/{id}/collections": ["collections"],
    "/api/v1/accounts/{id}/in_collections": ["collections"],
    "/api/v1/admin/reports/{id}": ["statuses", "rules"],
    "/api/v1/collections/{id}": ["accounts"],
    "/api/v1/profile": ["featured_tags"],
    "/api/v1/statuses/{id}/context": ["descendants"],
    "/api/v2/filters/{id}": ["keywords", "statuses"],
    "/api/v2/instance": ["rules"],
    "/api/v2/notifications": ["accounts", "statuses", "notification_groups"],
    "/api/v2/notifications/{group_key}": ["accounts"],
    "/api/v2/search": ["accounts", "statuses", "hashtags"],
}
AT_MOST = {  # statements that may be needed more often, up to a limit that is the same for all towns
    timelines.RING: 20,  # once for each topic that is not in memory, and a page comes from as many as it is long
    posts.SHAPES: 4,  # for what stands on a page, what its boosts show, what both quote, and what that quotes in turn
}


class One(msgspec.Struct):
    """What a connection is opened with."""

    one: int


def tried():
    """The paths of all routes that are."""
    paths = sorted({route.path for route in [*mastodon.routes(), *own.routes()] if route.method == "GET"})
    return [path for path in paths if not path.startswith(tuple(NO_ANSWER))]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def towns(tmp_path_factory):
    """A small town and a large one, each in a world of its own."""
    async with AsyncExitStack() as stack:
        towns = []
        for size in (SMALL, LARGE):
            world = await stack.enter_async_context(open_world(tmp_path_factory.mktemp("town"), {}))
            towns.append(await found(world, size))
        yield towns


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", tried())
async def test_a_route_asks_no_more_often_however_much_it_shows(towns, path):
    answers, costs = [], []
    for town in towns:
        answer, *cost = await measured(town, path)
        answers.append(answer)
        costs.append(cost)

    for small, large in zip(*costs, strict=True):
        for statement, most in AT_MOST.items():
            assert max(small.pop(statement, 0), large.pop(statement, 0)) <= most
        assert large <= small, large - small
    small, large = answers
    if isinstance(small, list) and path not in NOT_LONGER:
        assert len(large) > len(small)
    for name in LONGER_WITHIN.get(path, ()):
        assert len(large[name]) > len(small[name]), name


async def measured(town, path):
    """What a route answers, and the statements that this costs: when nothing was read before, and again."""
    world = town.world
    await forget(world)
    await _open_connections(world.tools.db)
    costs = []
    for _ in range(2):
        with counted(world) as statements:
            answer = await town.client.get(town.filled(path), params=town.query(path))
        assert answer.status_code < 400, answer.text
        costs.append(statements)
    is_json = "json" in answer.headers.get("content-type", "")
    return (answer.json() if is_json else None), *costs


async def _open_connections(db):
    """Let there be one for each read that goes on at once, so that none is opened while statements are counted."""
    async with AsyncExitStack() as stack:
        for _ in range(READS):
            tx = await stack.enter_async_context(db.read())
            await tx.all(One, "SELECT 1 AS one")


def test_every_exception_is_still_one():
    documents = document()["paths"] | own_document()["paths"]
    paths = [path for path, methods in documents.items() if "get" in methods]

    for exceptions in (NOT_LONGER, NO_ANSWER, LONGER_WITHIN):
        assert [one for one in exceptions if not any(path.startswith(one) for path in paths)] == []
