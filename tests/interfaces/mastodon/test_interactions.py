"""Favourites, bookmarks, pins and muted conversations."""

import pytest

from pinson.domain import accounts
from tests.interfaces.mastodon.test_accounts import cursors

FLAGS = {"favourite": "favourited", "bookmark": "bookmarked", "pin": "pinned", "mute": "muted"}


async def do(world, who, verb, post):
    """Do something with a post; the answer."""
    return await world.client(who).post(f"/api/v1/statuses/{post.id}/{verb}")


@pytest.mark.parametrize(("verb", "flag"), FLAGS.items())
async def test_what_one_does_with_a_status_shows_until_it_is_undone(world, verb, flag):
    alice = await world.person("alice")
    post = await world.publish(alice, "Hello")

    async def seen():
        return (await world.client(alice).get(f"/api/v1/statuses/{post.id}")).json()[flag]

    done = [(await do(world, alice, verb, post)).json()[flag] for _ in range(2)] + [await seen()]
    undone = [(await do(world, alice, f"un{verb}", post)).json()[flag] for _ in range(2)] + [await seen()]

    assert done == [True] * 3
    assert undone == [False] * 3


async def test_only_oneself_sees_what_one_did_and_everyone_how_many_did(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Hello")
    for verb in ("favourite", "bookmark", "mute"):
        await do(world, bob, verb, post)
    path = f"/api/v1/statuses/{post.id}"

    mine, theirs, anyones = [(await world.client(who).get(path)).json() for who in (bob, alice, None)]

    assert [mine[flag] for flag in ("favourited", "bookmarked", "muted")] == [True] * 3
    assert [theirs[flag] for flag in ("favourited", "bookmarked", "muted", "pinned")] == [False] * 4
    assert not anyones.keys() & {*FLAGS.values(), "filtered", "reblogged"}
    assert {one["favourites_count"] for one in (mine, theirs, anyones)} == {1}
    assert "pinned" not in mine


async def test_a_favourite_is_counted_once_however_often_it_is_made_or_taken_back(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Hello")

    counts = []
    for verb in ("favourite", "favourite", "unfavourite", "unfavourite"):
        counts.append((await do(world, bob, verb, post)).json()["favourites_count"])

    assert counts == [1, 1, 0, 0]


@pytest.mark.parametrize("verb", [*FLAGS, *(f"un{verb}" for verb in FLAGS), "reblog", "unreblog"])
async def test_with_what_one_may_not_see_nothing_can_be_done(world, verb):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Mine", visibility="private")

    assert (await do(world, bob, verb, post)).status_code == 404
    assert (await world.client(bob).post(f"/api/v1/statuses/1/{verb}")).status_code == 404
    assert (await do(world, None, verb, post)).status_code == 401


async def test_of_a_boost_the_status_in_it_is_marked(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Hello")
    boosted = (await do(world, bob, "reblog", post)).json()

    for verb, flag in list(FLAGS.items())[:2]:
        answer = (await world.client(bob).post(f"/api/v1/statuses/{boosted['id']}/{verb}")).json()
        assert (answer["id"], answer[flag]) == (str(post.id), True)


async def test_what_one_can_no_longer_see_can_be_left_alone_again(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)
    post = await world.publish(alice, "For friends", visibility="private")
    for verb in ("favourite", "bookmark"):
        await do(world, bob, verb, post)
    await world.client(bob).post(f"/api/v1/accounts/{alice.id}/unfollow")

    listed = [(await world.client(bob).get(f"/api/v1/{name}")).json() for name in ("favourites", "bookmarks")]
    undone = [(await do(world, bob, f"un{verb}", post)).status_code for verb in ("favourite", "bookmark")]
    again = [(await do(world, bob, f"un{verb}", post)).status_code for verb in ("favourite", "bookmark")]

    assert listed == [[], []]
    assert (undone, again) == ([200, 200], [404, 404])


@pytest.mark.parametrize(("verb", "path"), [("favourite", "favourites"), ("bookmark", "bookmarks")])
async def test_lists_of_marked_statuses_are_paged_the_latest_mark_first(world, verb, path):
    alice, bob = await world.people("alice", "bob")
    written = [await world.publish(alice, text) for text in ("1", "2", "3")]
    for post in (written[1], written[0], written[2]):
        await do(world, bob, verb, post)
    client = world.client(bob)

    async def texts(query):
        answer = await client.get(f"/api/v1/{path}?limit=2&{query}")
        return [one["content"][3:-4] for one in answer.json()], cursors(answer)

    first, links = await texts("")
    second, last = await texts(links["next"])
    up, _ = await texts(last["prev"])

    assert (first, second, up) == (["3", "1"], ["2"], ["3", "1"])
    assert list(last) == ["prev"]
    assert last["prev"].startswith("min_id=")


async def test_who_likes_a_status_is_paged_the_latest_first(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    post = await world.publish(alice, "Hello")
    for who in (alice, bob, carol):
        await do(world, who, "favourite", post)
    await world.write(accounts.suspend, account_id=bob.account_id)
    path = f"/api/v1/statuses/{post.id}/favourited_by"

    first = await world.client().get(f"{path}?limit=2")
    second = await world.client().get(f"{path}?limit=2&{cursors(first)['next']}")

    assert [[one["username"] for one in page.json()] for page in (first, second)] == [["carol"], ["alice"]]


async def test_a_profile_shows_its_pinned_statuses_the_latest_pin_first(world):
    alice = await world.person("alice")
    one, two, three = [await world.publish(alice, text, visibility="unlisted") for text in ("1", "2", "3")]
    for post in (three, one):
        await do(world, alice, "pin", post)
    await do(world, alice, "pin", two)
    await do(world, alice, "unpin", two)
    path = f"/api/v1/accounts/{alice.id}/statuses?pinned=true"

    answer = await world.client().get(path)
    rest = await world.client().get(f"{path}&{cursors(answer)['next']}")

    assert [status["id"] for status in answer.json()] == [str(one.id), str(three.id)]
    assert rest.json() == []


async def test_only_five_of_ones_own_statuses_can_be_pinned_and_none_that_is_direct(world):
    alice, bob = await world.people("alice", "bob")
    written = [await world.publish(alice, str(number)) for number in range(6)]
    boosted = (await do(world, alice, "reblog", await world.publish(bob, "Mine"))).json()
    direct = await world.publish(alice, "Note", visibility="direct")
    theirs = await world.publish(bob, "Theirs")

    pinned = [(await do(world, alice, "pin", post)).status_code for post in [*written, written[0]]]
    refused = [(await do(world, alice, "pin", post)).status_code for post in (direct, theirs)]
    of_boost = (await world.client(alice).post(f"/api/v1/statuses/{boosted['id']}/pin")).status_code

    assert pinned == [200] * 5 + [422, 200]
    assert (refused, of_boost) == ([422, 422], 422)
    assert "pinned" not in (await world.client(alice).get(f"/api/v1/statuses/{direct.id}")).json()


async def test_a_muted_conversation_is_muted_as_a_whole(world):
    alice, bob = await world.people("alice", "bob")
    first = await world.publish(alice, "First")
    answer = await world.publish(bob, "Second", in_reply_to_id=str(first.id))
    await do(world, alice, "mute", answer)

    third = await world.client(alice).post(
        "/api/v1/statuses", data={"status": "Third", "in_reply_to_id": str(answer.id)}
    )

    assert third.json()["muted"] is True
    assert (await world.client(alice).get(f"/api/v1/statuses/{first.id}")).json()["muted"] is True
    assert (await do(world, alice, "unmute", first)).json()["muted"] is False


async def test_marks_go_with_a_deleted_status_and_with_a_closed_account(world):
    alice, bob = await world.people("alice", "bob")
    gone, stays = [await world.publish(alice, text) for text in ("Gone", "Stays")]
    for post in (gone, stays):
        await do(world, bob, "favourite", post)
    await world.client(alice).request("DELETE", f"/api/v1/statuses/{gone.id}")
    await world.settle()

    listed = (await world.client(bob).get("/api/v1/favourites")).json()
    await world.write(accounts.delete, account_id=bob.account_id)
    await world.settle()
    counted = (await world.client().get(f"/api/v1/statuses/{stays.id}")).json()["favourites_count"]

    assert [status["id"] for status in listed] == [str(stays.id)]
    assert counted == 0
    async with world.tools.db.read() as tx:
        assert await tx.all(int, "SELECT id FROM marks") == []
