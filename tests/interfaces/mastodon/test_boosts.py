"""Boosts: a status passed on, at home, on profiles and in streams."""

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import pytest

from pinson.domain import accounts
from tests.contract import answers
from tests.interfaces.mastodon.test_accounts import cursors
from tests.wires import Wire


async def boost(world, who, post, **form):
    """Pass a post on; the answer."""
    return await world.client(who).post(f"/api/v1/statuses/{post.id}/reblog", data=form)


async def shown(world, who, path="/api/v1/timelines/home"):
    """What stands on a timeline: texts, and texts of boosts with the booster in front."""
    statuses = (await world.client(who).get(path)).json()
    return [
        f"{one['account']['username']}: {one['reblog']['content']}" if one["reblog"] else one["content"]
        for one in statuses
    ]


@asynccontextmanager
async def listening(world, who, stream="user", **of):
    """A WebSocket to who's home or another stream: `await next()` gives the next event and what came with it."""
    work = asyncio.create_task(world.tools.hub.run())
    wire = Wire(world.machine.application)
    wire.upgrade("/api/v1/streaming?" + urlencode({"stream": stream, **of, "access_token": who.token}))
    assert (await wire.head())[0] == 101

    async def next_event():
        event, payload = await wire.told()
        answers.check_event(event, payload)
        return event, json.loads(payload)

    while not len(world.tools.hub):  # noqa: ASYNC110  (nothing tells that it listens)
        await asyncio.sleep(0)
    yield next_event
    wire.hang_up()
    work.cancel()


async def test_a_boost_is_a_status_of_its_own_around_the_one_it_shows(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Look #birds @bob", spoiler_text="Wings")

    answer = (await boost(world, bob, post)).json()

    shown = answer["reblog"]
    assert answer["id"] != shown["id"] == str(post.id)
    assert (answer["account"]["username"], shown["account"]["username"]) == ("bob", "alice")
    assert (shown["reblogs_count"], shown["reblogged"], answer["reblogged"], shown["reblog"]) == (1, True, True, None)
    assert "pinned" not in answer
    own = {
        "id",
        "created_at",
        "uri",
        "url",
        "visibility",
        "reblog",
        "account",
        "in_reply_to_id",
        "in_reply_to_account_id",
    }
    assert {name: answer[name] for name in answer.keys() - own} == {name: shown[name] for name in answer.keys() - own}


async def test_boosting_twice_gives_the_same_boost(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Once")

    first, second = [(await boost(world, bob, post)).json() for _ in range(2)]
    of_boost = (await world.client(bob).post(f"/api/v1/statuses/{first['id']}/reblog")).json()

    assert first["id"] == second["id"] == of_boost["id"]
    assert second["reblog"]["reblogs_count"] == 1
    assert second["account"]["statuses_count"] == 1


async def test_followers_of_the_booster_find_it_at_home_and_nobody_finds_it_in_public(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await world.follow(carol, bob)
    post = await world.publish(alice, "Look #birds")
    await boost(world, bob, post)

    assert await shown(world, carol) == [f"bob: {post.html}"]
    assert await shown(world, carol, "/api/v1/timelines/public") == [post.html]
    assert await shown(world, carol, "/api/v1/timelines/tag/birds") == [post.html]


async def test_a_profile_shows_boosts_unless_they_are_left_out(world):
    alice, bob = await world.people("alice", "bob")
    await boost(world, bob, await world.publish(alice, "Look"))
    await world.publish(bob, "Mine")
    path = f"/api/v1/accounts/{bob.id}/statuses"

    assert await shown(world, None, path) == ["<p>Mine</p>", "bob: <p>Look</p>"]
    assert await shown(world, None, f"{path}?exclude_reblogs=true") == ["<p>Mine</p>"]


async def test_boosts_that_are_hidden_for_a_follow_are_not_at_home(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await world.follow(carol, bob)
    await boost(world, bob, await world.publish(alice, "Look"))

    await world.client(carol).post(f"/api/v1/accounts/{bob.id}/follow", data={"reblogs": "false"})

    assert await shown(world, carol) == []


async def test_what_was_just_at_home_is_not_shown_again_as_a_boost(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    for followed in (alice, bob):
        await world.follow(carol, followed)
    post = await world.publish(alice, "Look")
    await boost(world, bob, post)
    soon = await shown(world, carol)

    await world.client(bob).post(f"/api/v1/statuses/{post.id}/unreblog")
    for number in range(40):
        await world.publish(alice, str(number))
    await boost(world, bob, post)

    assert soon == ["<p>Look</p>"]
    assert (await shown(world, carol))[0] == "bob: <p>Look</p>"


@pytest.mark.parametrize(
    ("of", "visibility", "status"),
    [
        ("own", "private", 200),
        ("own", "direct", 404),
        ("other", "private", 404),
        ("other", "direct", 404),
        ("other", "unlisted", 200),
    ],
)
async def test_who_may_boost_what(world, of, visibility, status):
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)
    post = await world.publish(alice, "For @bob", visibility=visibility)

    answer = await boost(world, alice if of == "own" else bob, post)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("of", "asked", "given"),
    [("public", "unlisted", "unlisted"), ("public", "private", "private"), ("private", "public", "private")],
)
async def test_a_boost_has_a_visibility_of_its_own_but_a_private_post_stays_private(world, of, asked, given):
    alice = await world.person("alice")
    post = await world.publish(alice, "Mine", visibility=of)

    boosted = (await boost(world, alice, post, visibility=asked)).json()

    assert (boosted["visibility"], boosted["reblog"]["visibility"]) == (given, of)
    assert (await world.client().get(f"/api/v1/statuses/{boosted['id']}")).status_code == (
        404 if given == "private" else 200
    )


async def test_a_boost_cannot_be_direct(world):
    alice = await world.person("alice")

    assert (await boost(world, alice, await world.publish(alice, "x"), visibility="direct")).status_code == 422


async def test_a_boost_is_taken_back_by_either_id_or_by_deleting_it(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Look")
    client = world.client(bob)

    first = (await boost(world, bob, post)).json()
    by_boost = (await client.post(f"/api/v1/statuses/{first['id']}/unreblog")).json()
    await boost(world, bob, post)
    by_post = (await client.post(f"/api/v1/statuses/{post.id}/unreblog")).json()
    twice = (await client.post(f"/api/v1/statuses/{post.id}/unreblog")).json()
    third = (await boost(world, bob, post)).json()
    deleted = (await client.request("DELETE", f"/api/v1/statuses/{third['id']}")).json()

    for answer in (by_boost, by_post, twice):
        assert (answer["id"], answer["reblog"], answer["reblogged"]) == (str(post.id), None, False)
        assert answer["reblogs_count"] == 0
    assert (deleted["id"], deleted["text"]) == (third["id"], "")
    assert "content" not in deleted
    assert (await client.get(f"/api/v1/statuses/{post.id}")).json()["reblogs_count"] == 0
    assert (await client.get("/api/v1/accounts/verify_credentials")).json()["statuses_count"] == 0


async def test_a_deleted_status_takes_its_boosts_along(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await world.follow(carol, bob)
    post = await world.publish(alice, "Soon gone")
    boosted = (await boost(world, bob, post)).json()

    await world.client(alice).request("DELETE", f"/api/v1/statuses/{post.id}")
    at_once = await shown(world, carol), (await world.client().get(f"/api/v1/statuses/{boosted['id']}")).status_code
    await world.settle()

    assert at_once == ([], 404)
    assert (await world.client().get(f"/api/v1/accounts/{bob.id}")).json()["statuses_count"] == 0


async def test_a_boost_of_somebody_suspended_is_not_shown(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await world.follow(carol, bob)
    boosted = (await boost(world, bob, await world.publish(alice, "Look"))).json()

    await world.write(accounts.suspend, account_id=alice.account_id)

    assert await shown(world, carol) == []
    assert (await world.client(carol).get(f"/api/v1/statuses/{boosted['id']}")).status_code == 404


async def test_who_boosted_is_paged_the_latest_first_without_secret_boosts(world):
    alice, bob, carol, dan = await world.people("alice", "bob", "carol", "dan")
    post = await world.publish(alice, "Look")
    for who, visibility in ((alice, "public"), (bob, "unlisted"), (carol, "public"), (dan, "private")):
        await boost(world, who, post, visibility=visibility)
    path = f"/api/v1/statuses/{post.id}/reblogged_by"

    first = await world.client().get(f"{path}?limit=3")
    second = await world.client().get(f"{path}?limit=3&{cursors(first)['next']}")

    assert [[one["username"] for one in page.json()] for page in (first, second)] == [["carol", "bob"], ["alice"]]
    assert list(cursors(second)) == ["prev"]


async def test_the_boosters_of_what_one_may_not_see_are_missing(world):
    alice = await world.person("alice")
    post = await world.publish(alice, "Mine", visibility="private")

    for verb in ("reblogged_by", "favourited_by", "history"):
        assert (await world.client().get(f"/api/v1/statuses/{post.id}/{verb}")).status_code == 404


async def test_an_answer_to_a_boost_answers_what_it_shows(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Look")
    boosted = (await boost(world, bob, post)).json()

    answer = await world.publish(bob, "Nice", in_reply_to_id=boosted["id"])

    assert (answer.in_reply_to_id, answer.conversation_id) == (post.id, post.id)


async def test_a_stream_tells_of_boosts_and_edits_with_what_the_listener_did(world):
    bob, carol = await world.people("bob", "carol")
    await world.follow(carol, bob)
    post = await world.publish(bob, "Look")
    await world.client(carol).post(f"/api/v1/statuses/{post.id}/favourite")
    for number in range(41):
        await world.publish(bob, str(number))

    async with listening(world, carol) as next_event:
        await boost(world, bob, post)
        await world.client(bob).put(f"/api/v1/statuses/{post.id}", data={"status": "Look again"})
        (update, boosted), (changed, edited) = await next_event(), await next_event()

    assert (update, changed) == ("update", "status.update")
    assert (boosted["reblog"]["favourited"], edited["favourited"]) == (True, True)
    assert edited["content"] == "<p>Look again</p>"
