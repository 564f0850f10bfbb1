"""Lists are made, filled, read and listened to as apps expect; and hold hashtags, beyond that."""

import pytest

from pinson.interfaces.mastodon.streaming import Wanted
from tests.interfaces.mastodon.test_accounts import MISSING, cursors
from tests.interfaces.mastodon.test_boosts import listening
from tests.interfaces.mastodon.test_relations import do, texts, usernames

EMPTY = {"replies_policy": "list", "exclusive": False}


async def make(world, who, title="Near", **form):
    """Make a list; its id."""
    answer = await world.client(who).post("/api/v1/lists", json={"title": title, **form})
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


async def fill(world, who, list_id, *members):
    """Put people whom one follows into a list."""
    for member in members:
        if member != who:
            await world.follow(who, member)
    answer = await world.client(who).post(
        f"/api/v1/lists/{list_id}/accounts", json={"account_ids": [member.id for member in members]}
    )
    assert (answer.status_code, answer.json()) == (200, {}), answer.text


async def test_a_list_is_made_changed_and_deleted(world):
    alice = await world.person("alice")
    client = world.client(alice)

    made = (await client.post("/api/v1/lists", data={"title": "Near"})).json()
    path = f"/api/v1/lists/{made['id']}"
    assert made == {"id": made["id"], "title": "Near", **EMPTY}
    changed = (await client.put(path, data={"replies_policy": "none", "exclusive": "1"})).json()
    assert changed == {"id": made["id"], "title": "Near", "replies_policy": "none", "exclusive": True}
    assert (await client.get(path)).json() == changed
    assert (await client.get("/api/v1/lists")).json() == [changed]
    assert (await client.delete(path)).json() == {}

    assert (await client.get(path)).json() == MISSING
    assert (await client.get("/api/v1/lists")).json() == []


@pytest.mark.parametrize(
    "form", [{"title": ""}, {"title": " "}, {"title": "x" * 257}, {"title": "Near", "replies_policy": "some"}]
)
async def test_a_list_needs_a_name_and_a_rule_that_exists(world, form):
    alice = await world.person("alice")

    answer = await world.client(alice).post("/api/v1/lists", json=form)

    assert answer.status_code == 422
    assert answer.json()["error"].startswith("Validation failed")


async def test_an_account_has_fifty_lists_at_most(world):
    alice = await world.person("alice")
    for _ in range(50):
        await make(world, alice)

    answer = await world.client(alice).post("/api/v1/lists", json={"title": "One more"})

    assert answer.status_code == 422


async def test_a_list_is_for_its_owner_alone(world):
    alice, bob = await world.people("alice", "bob")
    id = await make(world, alice)
    client = world.client(bob)
    path = f"/api/v1/lists/{id}"

    answers = [
        await client.get(path),
        await client.put(path, json={"title": "Mine"}),
        await client.delete(path),
        await client.get(f"{path}/accounts"),
        await client.post(f"{path}/accounts", json={"account_ids": [bob.id]}),
        await client.request("DELETE", f"{path}/accounts", json={"account_ids": [bob.id]}),
        await client.get(f"{path}/tags"),
        await client.post(f"{path}/tags", json={"tags": ["birds"]}),
        await client.request("DELETE", f"{path}/tags", json={"tags": ["birds"]}),
        await client.get(f"/api/v1/timelines/list/{id}"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert (await world.client().get(path)).status_code == 401


async def test_members_are_followed_and_join_once(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    id = await make(world, alice)
    path, client = f"/api/v1/lists/{id}/accounts", world.client(alice)
    await fill(world, alice, id, bob, alice)

    twice = await client.post(path, json={"account_ids": [bob.id]})
    foreign = await client.post(path, data={"account_ids[]": [carol.id]})

    assert (twice.status_code, foreign.status_code) == (422, 404)
    assert await usernames(world, alice, path) == ["alice", "bob"]
    held = (await client.get(f"/api/v1/accounts/{bob.id}/lists")).json()
    assert [one["id"] for one in held] == [id]
    assert (await client.get(f"/api/v1/accounts/{carol.id}/lists")).json() == []


async def test_members_leave_by_form_or_query_and_when_they_are_unfollowed(world):
    alice, bob, carol, dave = await world.people("alice", "bob", "carol", "dave")
    id = await make(world, alice)
    path, client = f"/api/v1/lists/{id}/accounts", world.client(alice)
    await fill(world, alice, id, bob, carol, dave)

    assert (await client.request("DELETE", path, data={"account_ids[]": [bob.id]})).json() == {}
    assert await usernames(world, alice, path) == ["dave", "carol"]
    assert (await client.delete(path, params={"account_ids[]": [carol.id, "1"]})).json() == {}
    await do(world, alice, "unfollow", dave)

    assert await usernames(world, alice, path) == []


async def test_members_are_paged_by_cursors_that_only_the_header_shows(world):
    alice, bob, carol, dave = await world.people("alice", "bob", "carol", "dave")
    id = await make(world, alice)
    await fill(world, alice, id, bob, carol, dave)
    path = f"/api/v1/lists/{id}/accounts"

    first = await world.client(alice).get(f"{path}?limit=2")

    assert [one["username"] for one in first.json()] == ["dave", "carol"]
    assert await usernames(world, alice, f"{path}?limit=2&{cursors(first)['next']}") == ["bob"]
    assert await usernames(world, alice, f"{path}?limit=0") == ["dave", "carol", "bob"]


@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        ("none", ["to alice", "to self", "Hello"]),
        ("list", ["to carol", "to alice", "to self", "Hello"]),
        ("followed", ["to dave", "to carol", "to alice", "to self", "Hello"]),
    ],
)
async def test_a_list_shows_replies_by_its_policy(world, policy, shown):
    alice, bob, carol, dave, erin = await world.people("alice", "bob", "carol", "dave", "erin")
    id = await make(world, alice, replies_policy=policy)
    await fill(world, alice, id, bob, carol)
    await world.follow(alice, dave)
    first = await world.publish(bob, "Hello")
    await world.publish(bob, "to self", in_reply_to_id=str(first.id))
    for answered in (alice, carol, dave, erin):
        post = await world.publish(answered, "Bonjour", visibility="unlisted")
        await world.publish(bob, f"to {answered.username}", in_reply_to_id=str(post.id))

    found = await texts(world, alice, f"/api/v1/timelines/list/{id}")

    assert [text for text in found if text != "Bonjour"] == shown


async def test_what_members_of_an_exclusive_list_post_leaves_home(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    id = await make(world, alice)
    await fill(world, alice, id, bob)
    await world.follow(alice, carol)
    for one in (bob, carol):
        await world.publish(one, one.username)
    assert await texts(world, alice) == ["carol", "bob"]

    await world.client(alice).put(f"/api/v1/lists/{id}", json={"exclusive": True})

    assert await texts(world, alice) == ["carol"]
    assert await texts(world, alice, f"/api/v1/timelines/list/{id}") == ["bob"]
    await world.client(alice).delete(f"/api/v1/lists/{id}")
    assert await texts(world, alice) == ["carol", "bob"]


async def test_a_list_is_paged_in_all_directions(world):
    alice, bob = await world.people("alice", "bob")
    id = await make(world, alice)
    await fill(world, alice, id, bob)
    for number in range(5):
        await world.publish(bob, str(number))
    path = f"/api/v1/timelines/list/{id}?limit=2"

    first = await world.client(alice).get(path)
    second = await world.client(alice).get(f"{path}&{cursors(first)['next']}")
    newer = await world.client(alice).get(f"{path}&{cursors(second)['prev']}")

    assert [[one["content"] for one in page.json()] for page in (first, second, newer)] == [
        ["<p>4</p>", "<p>3</p>"],
        ["<p>2</p>", "<p>1</p>"],
        ["<p>4</p>", "<p>3</p>"],
    ]


async def test_a_list_holds_hashtags_too(world):
    alice, bob = await world.people("alice", "bob")
    id = await make(world, alice)
    client, path = world.client(alice), f"/api/v1/lists/{id}/tags"

    assert (await client.post(path, data={"tags[]": ["Birds", "météo", "birds"]})).json() == {}
    await client.post("/api/v1/tags/birds/follow")
    for text in ("A pinson #birds", "Rain #Meteo", "Nothing", "Hidden #birds"):
        await world.publish(bob, text, visibility="unlisted" if "Hidden" in text else "public")
    shown = (await client.get(path)).json()
    assert [(tag["name"], tag["following"]) for tag in shown] == [("Birds", True), ("météo", False)]
    timeline = f"/api/v1/timelines/list/{id}"
    assert [text.partition(" ")[0] for text in await texts(world, alice, timeline)] == ["Rain", "A"]

    assert (await client.request("DELETE", path, json={"tags": ["meteo", "unknown"]})).json() == {}

    assert [text.partition(" ")[0] for text in await texts(world, alice, timeline)] == ["A"]


async def test_what_is_no_hashtag_is_not_put_into_a_list(world):
    alice = await world.person("alice")
    id = await make(world, alice)
    path = f"/api/v1/lists/{id}/tags"

    assert (await world.client(alice).post(path, json={"tags": ["birds", "no tag"]})).status_code == 404
    assert (await world.client(alice).post(path, json={"tags": [f"t{n}" for n in range(101)]})).status_code == 422
    assert (await world.client(alice).get(path)).json() == []


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ("", 400, "Missing list name parameter"),
        ("?list=1", 401, "Not authorized to stream this list"),
        ("?list=x", 401, "Not authorized to stream this list"),
        ("?list=9999999999999999999", 401, "Not authorized to stream this list"),
        ("?list=99999999999999999999", 401, "Not authorized to stream this list"),
    ],
)
async def test_only_ones_own_lists_are_streamed(world, query, status, error):
    alice = await world.person("alice")

    answer = await world.client(alice).get(f"/api/v1/streaming/list{query}")

    assert (answer.status_code, answer.json()) == (status, {"error": error})


async def test_a_list_is_streamed_as_it_changes(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    id = await make(world, alice)
    await fill(world, alice, id, bob)

    async with listening(world, alice, "list", list=id) as next_event:
        await world.publish(carol, "Not yet")
        await world.publish(bob, "Hello")
        first = await next_event()
        await fill(world, alice, id, carol)
        await world.client(alice).post(f"/api/v1/lists/{id}/tags", json={"tags": ["birds"]})
        await do(world, alice, "mute", bob)
        await world.publish(bob, "Unheard")
        await world.publish(carol, "Now")
        await world.publish(alice, "Look #birds")
        told = [first, await next_event(), await next_event()]

    assert [event for event, _ in told] == ["update"] * 3
    assert [status["content"][:8] for _, status in told] == ["<p>Hello", "<p>Now</", "<p>Look "]


async def test_a_block_takes_effect_in_open_streams(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")

    async with listening(world, alice, "public") as next_event:
        await do(world, bob, "block", alice)
        await world.publish(bob, "Not for alice")
        await world.publish(carol, "Hello")
        _, status = await next_event()

    assert status["content"] == "<p>Hello</p>"


def test_a_list_stream_is_named_with_its_list():
    assert Wanted("subscribe", "list", list="12").names == ("list", "12")
