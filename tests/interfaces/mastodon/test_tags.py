"""Hashtags are shown, followed and counted."""

from datetime import timedelta

import pytest

from tests.interfaces.mastodon.test_accounts import cursors


def uses(tag):
    """How much a tag was used on each of seven days, today first."""
    return [(int(day["uses"]), int(day["accounts"])) for day in tag["history"]]


async def test_a_tag_shows_how_much_it_was_used_in_a_week(world):
    alice, bob = await world.people("alice", "bob")
    await world.publish(alice, "Long ago #Birds")
    world.clock.move(timedelta(days=7))
    await world.publish(alice, "A #birds day")
    world.clock.move(timedelta(days=1))
    for author in (alice, alice, bob):
        await world.publish(author, "#BIRDS again")

    tag = (await world.client().get("/api/v1/tags/BIRDS")).json()

    assert (tag["name"], tag["url"]) == ("Birds", "https://pinson.example/tags/birds")
    assert uses(tag) == [(3, 2), (1, 1), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0)]
    assert tag["history"][0]["day"] == str(int(world.clock.now().replace(hour=0, minute=0).timestamp()))
    assert "following" not in tag


async def test_a_tag_that_nobody_has_used_is_shown_as_such(world):
    alice = await world.person("alice")

    tag = (await world.client(alice).get("/api/v1/tags/Phénix")).json()

    assert (tag["id"], tag["name"], tag["url"]) == ("", "Phénix", "https://pinson.example/tags/phenix")
    assert set(uses(tag)) == {(0, 0)}
    assert tag["following"] is False


@pytest.mark.parametrize("name", ["123", "a%20b", "%23", "a-b", "a" * 501])
async def test_what_cannot_be_a_tag_is_missing(world, name):
    alice = await world.person("alice")
    client = world.client(alice)

    answers = [await client.get(f"/api/v1/tags/{name}"), await client.post(f"/api/v1/tags/{name}/follow")]

    assert [answer.status_code for answer in answers] == [404, 404]


async def test_a_followed_tag_brings_its_posts_home(world):
    alice, bob = await world.people("alice", "bob")
    client = world.client(bob)

    followed = (await client.post("/api/v1/tags/birds/follow")).json()
    await world.publish(alice, "Look: #Birds")
    at_home = await world.home(bob)
    unfollowed = (await client.post("/api/v1/tags/Birds/unfollow")).json()

    assert (followed["following"], unfollowed["following"]) == (True, False)
    assert [post.text for post in at_home] == ["Look: #Birds"]
    assert await world.home(bob) == []
    assert (await client.get("/api/v1/tags/birds")).json()["following"] is False


async def test_following_or_leaving_a_tag_twice_changes_nothing(world):
    alice = await world.person("alice")
    client = world.client(alice)
    for verb in ("unfollow", "follow", "follow"):
        assert (await client.post(f"/api/v1/tags/birds/{verb}")).status_code == 200

    followed = (await client.get("/api/v1/followed_tags")).json()

    assert [(tag["name"], tag["following"]) for tag in followed] == [("birds", True)]


async def test_followed_tags_are_paged_the_latest_first(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(alice, bob)
    client = world.client(alice)
    for name in ("ants", "bees", "cats"):
        await client.post(f"/api/v1/tags/{name}/follow")

    first = await client.get("/api/v1/followed_tags?limit=2")
    last = await client.get(f"/api/v1/followed_tags?limit=2&{cursors(first)['next']}")

    assert [[tag["name"] for tag in page.json()] for page in (first, last)] == [["cats", "bees"], ["ants"]]
    assert list(cursors(last)) == ["prev"]


async def test_tags_are_for_anyone_to_see_and_for_users_to_follow(world):
    answers = [
        await world.client().post("/api/v1/tags/birds/follow"),
        await world.client().get("/api/v1/followed_tags"),
    ]

    assert [answer.status_code for answer in answers] == [401, 401]
