"""Administration takes a role on the server, and a scope: whatever the route."""

import re

import pytest

from pinson.domain.access import ALL_SCOPES, UserRole
from pinson.interfaces.mastodon import routes

ROUTES = [route for route in routes() if re.match(r"/api/v\d/admin/", route.path)]
NOT_ALLOWED = (403, {"error": "This action is not allowed"})
OUTSIDE = (403, {"error": "This action is outside the authorized scopes"})
OTHERS = " ".join(scope for scope in ALL_SCOPES if not scope.startswith("admin:"))


async def answers(client, of=ROUTES):
    """How the routes answer."""
    for route in of:
        answer = await client.request(route.method, re.sub(r"{\w+}", "1", route.path))
        yield route.path, answer.status_code, answer.json()


@pytest.fixture
async def ordinary(world):
    """Somebody who is nothing to the server, with an app that was granted everything."""
    return await world.person("ordinary")


async def test_there_are_routes_to_try():
    assert len(ROUTES) > 20


async def test_an_ordinary_user_may_do_nothing_whatever_the_token(world, ordinary):
    async for path, *answer in answers(world.client(ordinary)):
        assert tuple(answer) == NOT_ALLOWED, path


async def test_a_stranger_is_asked_who_they_are(world):
    async for path, status, _ in answers(world.client()):
        assert status == 401, path


async def test_a_token_needs_the_scope_too(world, admin):
    async for path, *answer in answers(world.client(await world.limited(admin, OTHERS))):
        assert tuple(answer) == OUTSIDE, path


@pytest.mark.parametrize("verb", ["read", "write"])
async def test_the_scope_is_that_of_the_subject_and_of_what_is_done(world, admin, verb):
    groups = {route.path.split("/")[4] for route in ROUTES} & {scope.rpartition(":")[2] for scope in ALL_SCOPES}
    for group in groups:
        of = [route for route in ROUTES if route.path.split("/")[4] == group]
        client = world.client(await world.limited(admin, f"admin:{verb}:{group}"))
        seen = {answer[1] == OUTSIDE[0] for route in of async for answer in answers(client, [route])}
        assert seen == {True, False}, group


async def test_what_is_let_in_at_all_is_for_administrators(world, moderator):
    of = [route for route in ROUTES if route.options["role"] is UserRole.ADMIN]
    assert {route.path.split("/")[4] for route in of} == {
        "canonical_email_blocks",
        "domain_allows",
        "domain_blocks",
        "email_domain_blocks",
        "ip_blocks",
    }
    async for path, *answer in answers(world.client(moderator), of):
        assert tuple(answer) == NOT_ALLOWED, path
