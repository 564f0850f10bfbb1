"""People show hashtags on their profiles."""

import pytest

from pinson.domain import accounts

OWN = "/api/v1/featured_tags"


async def feature(world, who, *names):
    """Feature hashtags, in order; the entities."""
    return [(await world.client(who).post(OWN, data={"name": name})).json() for name in names]


async def of(world, who):
    """What anybody finds on a profile: names and how much each is used."""
    shown = (await world.client().get(f"/api/v1/accounts/{who.id}/featured_tags")).json()
    return [(one["name"], one["statuses_count"], one["last_status_at"]) for one in shown]


async def test_a_hashtag_is_featured_with_how_much_it_is_used(world):
    alice, bob = await world.people("alice", "bob")
    for text, more in (("#Birds", {}), ("#birds again", {}), ("#birds for friends", {"visibility": "private"})):
        await world.publish(alice, text, **more)
    await world.publish(bob, "#birds")

    [made, unused] = await feature(world, alice, "#birds", "Sky")

    assert made == {
        "id": made["id"],
        "name": "Birds",
        "url": "https://pinson.example/@alice/tagged/birds",
        "statuses_count": "2",
        "last_status_at": "2026-03-30",
    }
    assert (unused["name"], unused["statuses_count"], unused["last_status_at"]) == ("Sky", "0", None)
    assert await of(world, alice) == [("Birds", "2", "2026-03-30"), ("Sky", "0", None)]
    assert (await world.client(alice).get(OWN)).json() == [made, unused]
    assert (await world.client(alice).get("/api/v1/profile")).json()["featured_tags"] == [made, unused]
    assert await of(world, bob) == []


async def test_featuring_twice_is_featuring_once(world):
    alice = await world.person("alice")

    [first, again] = await feature(world, alice, "birds", "#BIRDS")

    assert first == again
    assert len(await of(world, alice)) == 1


async def test_ten_hashtags_can_be_featured(world):
    alice = await world.person("alice")
    await feature(world, alice, *(f"tag{number}" for number in range(10)))

    answer = await world.client(alice).post(OWN, data={"name": "eleven"})

    assert answer.status_code == 422
    assert len(await of(world, alice)) == 10
    limits = (await world.client().get("/api/v2/instance")).json()["configuration"]["accounts"]
    assert limits["max_featured_tags"] == 10


@pytest.mark.parametrize(("name", "status"), [("12", 422), ("two words", 422), ("#", 422), ("a" * 501, 422), ("", 400)])
async def test_what_is_no_hashtag_cannot_be_featured(world, name, status):
    alice = await world.person("alice")

    assert (await world.client(alice).post(OWN, data={"name": name})).status_code == status


async def test_a_hashtag_is_taken_from_the_profile_by_its_owner_only(world):
    alice, bob = await world.people("alice", "bob")
    [made] = await feature(world, alice, "birds")

    assert (await world.client(bob).delete(f"{OWN}/{made['id']}")).status_code == 404
    assert (await world.client(alice).delete(f"{OWN}/{made['id']}")).json() == {}

    assert await of(world, alice) == []
    assert (await world.client(alice).delete(f"{OWN}/{made['id']}")).status_code == 404
    assert (await world.client(alice).delete(f"{OWN}/x")).status_code == 404


async def test_a_hashtag_is_featured_by_name_and_says_so(world):
    alice, bob = await world.people("alice", "bob")
    client = world.client(alice)

    answer = (await client.post("/api/v1/tags/Birds/feature")).json()
    seen = [(await world.client(who).get("/api/v1/tags/birds")).json()["featuring"] for who in (alice, bob)]
    taken = (await client.post("/api/v1/tags/birds/unfeature")).json()

    assert (answer["name"], answer["featuring"], answer["following"]) == ("Birds", True, False)
    assert seen == [True, False]
    assert taken["featuring"] is False
    assert (await client.post("/api/v1/tags/birds/unfeature")).json()["featuring"] is False
    assert await of(world, alice) == []


async def test_what_one_uses_most_and_does_not_feature_is_suggested(world):
    alice, bob = await world.people("alice", "bob")
    for text in ("#birds #sky", "#birds", "#birds #sea", "#sky", "#rain #sky"):
        await world.publish(alice, text)
    await world.publish(bob, "#bob")
    await feature(world, alice, "birds")
    await world.client(alice).post("/api/v1/tags/sea/follow")

    suggested = (await world.client(alice).get(f"{OWN}/suggestions")).json()

    assert suggested[0]["name"] == "sky"
    assert {(one["name"], one["following"], one["featuring"]) for one in suggested} == {
        ("sky", False, False),
        ("sea", True, False),
        ("rain", False, False),
    }


async def test_a_closed_account_features_nothing(world):
    alice = await world.person("alice")
    await feature(world, alice, "birds")
    await world.publish(alice, "#birds")

    await world.write(accounts.suspend, account_id=alice.account_id)
    assert await of(world, alice) == []
    await world.write(accounts.delete, account_id=alice.account_id)
    await world.settle()

    assert (await world.client().get(f"/api/v1/accounts/{alice.id}/featured_tags")).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("GET", OWN), ("POST", OWN), ("GET", f"{OWN}/suggestions")])
async def test_a_stranger_features_nothing(world, method, path):
    assert (await world.client().request(method, path)).status_code == 401
