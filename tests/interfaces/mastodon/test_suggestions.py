"""People find whom to follow, among those who agreed to be found."""

from datetime import timedelta

import pytest

from tests.interfaces.mastodon.test_relations import do, usernames


async def agree(world, *people):
    """Let people be found."""
    for one in people:
        await world.client(one).patch("/api/v1/accounts/update_credentials", json={"discoverable": True})


async def suggested(world, who, **query):
    """Who is suggested, and why."""
    answer = await world.client(who).get("/api/v2/suggestions", params=query)
    assert answer.status_code == 200, answer.text
    return [(one["account"]["username"], one["sources"]) for one in answer.json()]


async def test_the_directory_holds_those_who_agreed_by_activity_or_by_age(world):
    alice, bob, _carol, dave = await world.people("alice", "bob", "carol", "dave")
    await agree(world, alice, bob, dave)
    for one in (bob, alice):
        world.clock.move(timedelta(seconds=1))
        await world.publish(one, "Hello")

    assert await usernames(world, None, "/api/v1/directory") == ["alice", "bob", "dave"]
    assert await usernames(world, None, "/api/v1/directory?order=new&local=true") == ["dave", "bob", "alice"]
    assert await usernames(world, None, "/api/v1/directory?limit=1&offset=1") == ["bob"]
    await do(world, alice, "block", bob)
    assert await usernames(world, alice, "/api/v1/directory") == ["alice", "dave"]
    assert (await world.client().get("/api/v1/directory?order=best")).status_code == 422


async def test_friends_of_friends_come_before_those_whom_many_follow(world):
    alice, bob, carol, dave, erin = await world.people("alice", "bob", "carol", "dave", "erin")
    await agree(world, carol, dave)
    for follower, followed in ((alice, bob), (bob, carol), (bob, erin), (carol, dave), (erin, dave)):
        await world.follow(follower, followed)

    assert await suggested(world, alice) == [
        ("carol", ["friends_of_friends", "most_followed"]),
        ("dave", ["most_followed"]),
    ]
    assert await suggested(world, alice, limit=1, offset=1) == [("dave", ["most_followed"])]
    assert await usernames(world, alice, "/api/v1/suggestions") == ["carol", "dave"]


async def test_nobody_is_suggested_whom_one_has_decided_about(world):
    alice, *others = await world.people("alice", "bob", "carol", "dave", "erin")
    await agree(world, *others)
    bob, carol, dave, erin = others
    for follower, followed in ((bob, carol), (bob, dave), (bob, erin), (carol, bob)):
        await world.follow(follower, followed)
    assert len(await suggested(world, alice)) == 4

    await world.follow(alice, bob)
    await do(world, alice, "mute", carol)
    await do(world, dave, "block", alice)
    assert (await world.client(alice).delete(f"/api/v1/suggestions/{erin.id}")).json() == {}

    assert await suggested(world, alice) == []


@pytest.mark.parametrize("path", ["/api/v1/suggestions", "/api/v2/suggestions"])
async def test_a_stranger_is_suggested_nobody(world, path):
    assert (await world.client().get(path)).status_code == 401


async def test_an_account_that_does_not_exist_is_not_dismissed(world):
    alice = await world.person("alice")

    assert (await world.client(alice).delete("/api/v1/suggestions/12345")).status_code == 404
