"""From whom people want to be told, and who waits to be heard."""

from datetime import timedelta

import pytest

from pinson.domain import accounts
from tests.interfaces.mastodon.test_accounts import MISSING, cursors
from tests.interfaces.mastodon.test_boosts import listening
from tests.interfaces.mastodon.test_notifications import favourite, plain, told
from tests.interfaces.mastodon.test_relations import do

AT_FIRST = {
    "for_not_following": "accept",
    "for_not_followers": "accept",
    "for_new_accounts": "accept",
    "for_private_mentions": "filter",
    "for_limited_accounts": "filter",
    "for_bots": "accept",
    "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
}


async def set_policy(world, person, **choices):
    answer = await world.client(person).patch("/api/v2/notifications/policy", json=choices)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def requests(world, person):
    await world.settle()
    return (await world.client(person).get("/api/v1/notifications/requests")).json()


async def test_a_policy_is_read_and_changed_in_both_its_forms(world):
    alice = await world.person("alice")
    client = world.client(alice)

    assert (await client.get("/api/v2/notifications/policy")).json() == AT_FIRST
    assert await set_policy(world, alice, for_bots="drop") == AT_FIRST | {"for_bots": "drop"}
    changed = (await client.put("/api/v2/notifications/policy", data={"for_not_following": "filter"})).json()
    assert (changed["for_bots"], changed["for_not_following"]) == ("drop", "filter")
    old = (await client.patch("/api/v1/notifications/policy", data={"filter_bots": "false"})).json()
    assert old == {
        "filter_not_following": True,
        "filter_not_followers": False,
        "filter_new_accounts": False,
        "filter_private_mentions": True,
        "filter_bots": False,
        "summary": AT_FIRST["summary"],
    }
    assert (await client.get("/api/v1/notifications/policy")).json() == old
    assert (await client.put("/api/v1/notifications/policy", json={})).json() == old
    assert (await client.patch("/api/v2/notifications/policy", json={"for_bots": "maybe"})).status_code == 422


@pytest.mark.parametrize(
    ("rule", "unless"),
    [
        ("for_not_following", "followed"),
        ("for_not_followers", "follows for long"),
        ("for_new_accounts", "followed"),
        ("for_bots", "followed"),
        ("for_limited_accounts", "followed"),
    ],
)
@pytest.mark.parametrize("choice", ["filter", "drop"])
async def test_a_rule_keeps_apart_or_drops_what_certain_senders_tell(world, rule, unless, choice):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    if unless == "follows for long":
        await world.follow(carol, alice)
        world.clock.move(timedelta(days=3, seconds=1))
        await world.follow(bob, alice)
    else:
        await world.follow(alice, carol)
    for sender in (bob, carol):
        await world.client(sender).patch("/api/v1/accounts/update_credentials", json={"bot": True})
        if rule == "for_limited_accounts":
            await world.write(accounts.limit, account_id=sender.account_id)
    await world.settle()
    await world.client(alice).post("/api/v1/notifications/clear")
    await set_policy(world, alice, **{rule: choice})

    for sender in (carol, bob):
        await world.publish(sender, "@alice Hello")

    assert [one["account"]["username"] for one in await told(world, alice)] == ["carol"]
    with_those_apart = await told(world, alice, include_filtered="true")
    assert [one.get("filtered", False) for one in with_those_apart] == (
        [True, False] if choice == "filter" else [False]
    )


async def test_a_new_account_grows_old(world):
    alice, bob = await world.people("alice", "bob")
    await set_policy(world, alice, for_new_accounts="drop")
    world.clock.move(timedelta(days=30))

    await world.publish(bob, "@alice Hello")

    assert len(await told(world, alice)) == 1


async def test_what_is_said_in_private_without_being_asked_is_kept_apart(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await world.follow(alice, carol)

    first = await world.publish(bob, "@alice Hello", visibility="direct")
    await world.publish(carol, "@alice Hello", visibility="direct")
    assert [one["account"]["username"] for one in await told(world, alice)] == ["carol"]

    answer = await world.publish(alice, "@bob Yes?", visibility="direct", in_reply_to_id=str(first.id))
    await world.publish(bob, "@alice Well", visibility="direct", in_reply_to_id=str(answer.id))
    assert [one["account"]["username"] for one in await told(world, alice)] == ["bob", "carol"]


async def test_who_is_kept_apart_waits_to_be_heard(world):
    alice, bob = await world.people("alice", "bob")
    await set_policy(world, alice, for_not_following="filter")
    post = await world.publish(alice, "Hello")
    await favourite(world, bob, post)
    assert await requests(world, alice) == []  # only mentions and quotes ask to be heard

    for number in range(2):
        last = await world.publish(bob, f"@alice {number}")
    [one] = await requests(world, alice)

    assert (one["notifications_count"], one["account"]["id"], one["last_status"]["id"]) == ("2", bob.id, str(last.id))
    assert (await world.client(alice).get(f"/api/v1/notifications/requests/{one['id']}")).json() == one
    assert (await world.client(bob).get(f"/api/v1/notifications/requests/{one['id']}")).json() == MISSING
    summary = (await world.client(alice).get("/api/v2/notifications/policy")).json()["summary"]
    assert summary == {"pending_requests_count": 1, "pending_notifications_count": 2}
    assert len(await told(world, alice, account_id=bob.id)) == 3

    await world.client(bob).delete(f"/api/v1/statuses/{last.id}")
    [fewer] = await requests(world, alice)
    assert (fewer["notifications_count"], fewer["last_status"]["id"] == str(last.id)) == ("1", False)


async def test_who_is_accepted_is_heard_from_then_on(world):
    alice, bob = await world.people("alice", "bob")
    await set_policy(world, alice, for_not_following="filter")
    post = await world.publish(alice, "Hello")
    await favourite(world, bob, post)
    await world.publish(bob, "@alice Hello")
    [one] = await requests(world, alice)
    client = world.client(alice)

    async with listening(world, alice, "user") as next_event:
        answer = await client.post(f"/api/v1/notifications/requests/{one['id']}/accept")
        before = (await client.get("/api/v1/notifications/requests/merged")).json()
        await world.settle()
        heard = await next_event()
        after = (await client.get("/api/v1/notifications/requests/merged")).json()
        await world.publish(bob, "@alice Thanks")
        found = await told(world, alice)

    assert answer.json() == {}
    assert (before, after) == ({"merged": False}, {"merged": True})
    assert heard == ("notifications_merged", 1)
    assert [kind for kind, _, _ in plain(found)] == ["mention", "mention", "favourite"]
    assert await requests(world, alice) == []
    assert (await client.post(f"/api/v1/notifications/requests/{one['id']}/accept")).json() == MISSING


async def test_who_is_dismissed_is_gone_until_they_try_again(world):
    alice, bob = await world.people("alice", "bob")
    await set_policy(world, alice, for_not_following="filter")
    await world.publish(bob, "@alice Hello")
    [one] = await requests(world, alice)

    answer = await world.client(alice).post(f"/api/v1/notifications/requests/{one['id']}/dismiss")

    assert (answer.json(), await requests(world, alice)) == ({}, [])
    assert await told(world, alice, include_filtered="true") == []
    assert (await world.client(alice).post(f"/api/v1/notifications/requests/{one['id']}/dismiss")).json() == MISSING
    await world.publish(bob, "@alice Hello again")
    assert [again["notifications_count"] for again in await requests(world, alice)] == ["1"]


async def test_several_are_answered_at_once(world):
    alice, *others = await world.people("alice", "bob", "carol", "dan")
    await set_policy(world, alice, for_not_following="filter")
    for other in others:
        await world.publish(other, "@alice Hello")
    ids = [one["id"] for one in await requests(world, alice)]
    client = world.client(alice)

    await client.post("/api/v1/notifications/requests/accept", data={"id[]": [ids[0], "1"]})
    await client.post("/api/v1/notifications/requests/dismiss", json={"id": ids[1:2]})

    assert [one["id"] for one in await requests(world, alice)] == ids[2:]
    assert [one["account"]["username"] for one in await told(world, alice)] == ["dan"]


async def test_requests_are_paged_by_their_ids(world):
    alice, *others = await world.people("alice", "bob", "carol", "dan")
    await set_policy(world, alice, for_not_following="filter")
    for other in others:
        await world.publish(other, "@alice Hello")
    ids = [one["id"] for one in await requests(world, alice)]
    client = world.client(alice)

    first = await client.get("/api/v1/notifications/requests?limit=2")
    above = await client.get(f"/api/v1/notifications/requests?limit=1&min_id={ids[2]}")

    assert [one["id"] for one in first.json()] == ids[:2]
    assert cursors(first) == {"next": f"max_id={ids[1]}", "prev": f"min_id={ids[0]}"}
    assert [one["id"] for one in above.json()] == ids[1:2]


@pytest.mark.parametrize("answer", ["accept", "dismiss"])
async def test_a_block_ends_the_wait(world, answer):
    alice, bob = await world.people("alice", "bob")
    await set_policy(world, alice, for_not_following="filter")
    await world.publish(bob, "@alice Hello")
    [one] = await requests(world, alice)

    await do(world, alice, "block", bob)

    assert await requests(world, alice) == []
    assert (await world.client(alice).post(f"/api/v1/notifications/requests/{one['id']}/{answer}")).status_code == 404
