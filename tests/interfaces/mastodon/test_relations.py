"""Blocks, mutes, requests to follow and notes do what apps expect of them."""

from datetime import timedelta

import pytest

from pinson.domain import accounts
from tests.interfaces.mastodon.test_accounts import MISSING, cursors

PLAIN = {
    "following": False,
    "showing_reblogs": False,
    "notifying": False,
    "languages": None,
    "followed_by": False,
    "blocking": False,
    "blocked_by": False,
    "muting": False,
    "muting_notifications": False,
    "muting_expires_at": None,
    "requested": False,
    "requested_by": False,
    "domain_blocking": False,
    "endorsed": False,
    "note": "",
}
DECISIONS = ("block", "unblock", "mute", "unmute", "note", "endorse", "unendorse", "pin", "unpin")


async def do(world, who, verb, whom, **form):
    """One person does something about another; how they stand then."""
    answer = await world.client(who).post(f"/api/v1/accounts/{whom.id}/{verb}", data=form)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def stands(world, who, whom):
    """How one person stands to another, by what differs from strangers."""
    answer = await world.client(who).get("/api/v1/accounts/relationships", params={"id[]": [whom.id]})
    [shown] = answer.json()
    assert shown.keys() == {"id", *PLAIN}
    return {name: value for name, value in shown.items() if name != "id" and value != PLAIN[name]}


async def texts(world, who, path="/api/v1/timelines/home"):
    """What stands on a timeline, as text."""
    answer = await world.client(who).get(path)
    assert answer.status_code == 200, answer.text
    return [status["content"].removeprefix("<p>").removesuffix("</p>") for status in answer.json()]


async def usernames(world, who, path):
    """Who is on a list of accounts."""
    answer = await world.client(who).get(path)
    assert answer.status_code == 200, answer.text
    return [account["username"] for account in answer.json()]


async def lock(world, who, locked=True):
    """Let an account approve its followers, or no longer."""
    answer = await world.client(who).patch("/api/v1/accounts/update_credentials", json={"locked": locked})
    assert answer.json()["locked"] is locked
    await world.settle()


@pytest.mark.parametrize("verb", [*DECISIONS, "remove_from_followers", "follow", "unfollow"])
async def test_nothing_is_decided_about_an_account_that_does_not_exist(world, verb):
    alice = await world.person("alice")

    answer = await world.client(alice).post(f"/api/v1/accounts/12345/{verb}")

    assert (answer.status_code, answer.json()) == (404, MISSING)


@pytest.mark.parametrize("verb", [*DECISIONS, "remove_from_followers"])
async def test_a_stranger_decides_nothing(world, verb):
    alice = await world.person("alice")

    assert (await world.client().post(f"/api/v1/accounts/{alice.id}/{verb}")).status_code == 401


async def test_a_block_ends_both_follows_and_hides_each_from_the_other(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(alice, bob)
    await world.follow(bob, alice)
    by_alice, by_bob = await world.publish(alice, "Hello"), await world.publish(bob, "Salut")

    assert await do(world, alice, "block", bob) == {"id": bob.id} | PLAIN | {"blocking": True}

    assert await stands(world, bob, alice) == {"blocked_by": True}
    for who, post in ((alice, by_bob), (bob, by_alice)):
        assert post.id not in {one.id for one in await world.home(who)}
        assert (await world.client(who).get(f"/api/v1/statuses/{post.id}")).status_code == 404
        assert len(await texts(world, who, "/api/v1/timelines/public")) == 1
    assert await usernames(world, alice, f"/api/v1/accounts/{alice.id}/followers") == []


async def test_neither_of_two_can_follow_while_one_blocks_the_other(world):
    alice, bob = await world.people("alice", "bob")
    await do(world, alice, "block", bob)

    answers = [
        await world.client(who).post(f"/api/v1/accounts/{whom.id}/follow") for who, whom in ((alice, bob), (bob, alice))
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].json() == {"error": "This action is not allowed"}


async def test_after_a_block_ends_the_two_are_strangers(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(alice, bob)
    await do(world, alice, "block", bob)

    assert await do(world, alice, "unblock", bob) == {"id": bob.id} | PLAIN

    await world.publish(bob, "Salut")
    assert await texts(world, alice, "/api/v1/timelines/public") == ["Salut"]


async def test_whom_i_blocked_and_muted_is_listed_latest_first_in_pages(world):
    alice, *others = await world.people("alice", "bob", "carol", "dave")
    client = world.client(alice)
    for verb, path in (("block", "/api/v1/blocks"), ("mute", "/api/v1/mutes")):
        for one in others:
            await do(world, alice, verb, one)

        first = await client.get(f"{path}?limit=2")
        second = await client.get(f"{path}?limit=2&{cursors(first)['next']}")
        newer = await client.get(f"{path}?limit=2&{cursors(second)['prev']}")

        assert [[one["username"] for one in page.json()] for page in (first, second, newer)] == [
            ["dave", "carol"],
            ["bob"],
            ["dave", "carol"],
        ]
        assert "next" not in cursors(second)
        assert cursors(first)["next"].partition("=")[2] not in {one.id for one in others}


async def test_a_mute_hides_from_home_and_public_pages_but_not_from_the_profile(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await world.follow(alice, bob)
    await world.follow(alice, carol)
    await world.publish(bob, "Salut")
    await world.publish(carol, "Salut @bob")

    shown = await do(world, alice, "mute", bob)

    assert (shown["muting"], shown["muting_notifications"], shown["following"]) == (True, True, True)
    assert await texts(world, alice) == []
    assert len(await texts(world, alice, "/api/v1/timelines/public")) == 1
    assert await texts(world, alice, f"/api/v1/accounts/{bob.id}/statuses") == ["Salut"]
    assert await stands(world, bob, alice) == {"followed_by": True}


async def test_a_mute_may_let_notifications_through_and_takes_new_terms(world):
    alice, bob = await world.people("alice", "bob")

    first = await do(world, alice, "mute", bob, notifications="false", duration="60")
    second = await do(world, alice, "mute", bob)

    assert (first["muting_notifications"], first["muting_expires_at"]) == (False, "2026-03-30T13:07:00Z")
    assert (second["muting_notifications"], second["muting_expires_at"]) == (True, None)
    assert await do(world, alice, "unmute", bob) == {"id": bob.id} | PLAIN


async def test_a_mute_ends_by_itself(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(alice, bob)
    await world.publish(bob, "Salut")
    await do(world, alice, "mute", bob, duration=60)
    [muted] = (await world.client(alice).get("/api/v1/mutes")).json()
    assert (muted["username"], muted["mute_expires_at"]) == ("bob", "2026-03-30T13:07:00.000Z")
    assert await texts(world, alice) == []

    world.clock.move(timedelta(seconds=60))

    assert await texts(world, alice) == ["Salut"]
    assert (await stands(world, alice, bob)).get("muting") is None
    assert await usernames(world, alice, "/api/v1/mutes") == []


@pytest.mark.parametrize("duration", ["-5", "9223372036854775807"])
async def test_a_mute_without_a_sensible_end_has_none(world, duration):
    alice, bob = await world.people("alice", "bob")

    shown = await do(world, alice, "mute", bob, duration=duration)

    assert (shown["muting"], shown["muting_expires_at"]) == (True, None)


@pytest.mark.parametrize("verb", ["block", "mute"])
async def test_nobody_keeps_away_from_themselves(world, verb):
    alice = await world.person("alice")

    assert await do(world, alice, verb, alice) == {"id": alice.id} | PLAIN


async def test_servers_can_be_hidden_and_shown_again(world):
    alice = await world.person("alice")
    client, path = world.client(alice), "/api/v1/domain_blocks"

    for domain in ("One.example", "two.example", "one.example"):
        assert (await client.post(path, data={"domain": domain})).json() == {}
    first = await client.get(path, params={"limit": 1})
    assert (first.json(), "next" in cursors(first)) == (["two.example"], True)
    assert (await client.request("DELETE", path, data={"domain": "two.example"})).json() == {}
    assert (await client.delete(path, params={"domain": "nobody.example"})).json() == {}

    assert (await client.get(path)).json() == ["one.example"]
    preview = await client.get(f"{path}/preview", params={"domain": "one.example"})
    assert preview.json() == {"followers_count": 0, "following_count": 0}


@pytest.mark.parametrize(
    ("domain", "status"), [("not a name", 422), ("localhost", 422), ("", 400), ("-a.example", 422)]
)
async def test_what_is_no_server_is_not_hidden(world, domain, status):
    alice = await world.person("alice")

    answer = await world.client(alice).post("/api/v1/domain_blocks", data={"domain": domain})

    assert answer.status_code == status


async def test_a_locked_account_decides_who_follows(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await lock(world, alice)

    asked = await do(world, bob, "follow", alice, notify="true", reblogs="false")
    await do(world, carol, "follow", alice)

    assert asked == {"id": alice.id} | PLAIN | {"requested": True, "notifying": True}
    assert await stands(world, alice, bob) == {"requested_by": True}
    assert await usernames(world, alice, "/api/v1/follow_requests") == ["carol", "bob"]
    me = (await world.client(alice).get("/api/v1/accounts/verify_credentials")).json()
    assert (me["source"]["follow_requests_count"], me["followers_count"]) == (2, 0)

    accepted = await world.client(alice).post(f"/api/v1/follow_requests/{bob.id}/authorize")
    rejected = await world.client(alice).post(f"/api/v1/follow_requests/{carol.id}/reject")

    assert (accepted.json()["followed_by"], rejected.json()["followed_by"]) == (True, False)
    assert await stands(world, bob, alice) == {"following": True, "notifying": True}
    assert await stands(world, carol, alice) == {}
    assert await usernames(world, alice, f"/api/v1/accounts/{alice.id}/followers") == ["bob"]


@pytest.mark.parametrize("verdict", ["authorize", "reject"])
async def test_who_did_not_ask_is_neither_accepted_nor_rejected(world, verdict):
    alice, bob = await world.people("alice", "bob")

    answer = await world.client(alice).post(f"/api/v1/follow_requests/{bob.id}/{verdict}")

    assert (answer.status_code, answer.json()) == (404, MISSING)


async def test_a_request_can_be_withdrawn(world):
    alice, bob = await world.people("alice", "bob")
    await lock(world, alice)
    await do(world, bob, "follow", alice)

    assert await do(world, bob, "unfollow", alice) == {"id": alice.id} | PLAIN

    assert await usernames(world, alice, "/api/v1/follow_requests") == []


async def test_unlocking_lets_all_follow_who_waited(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await lock(world, alice)
    for one in (bob, carol):
        await do(world, one, "follow", alice)

    await lock(world, alice, locked=False)

    assert await usernames(world, alice, f"/api/v1/accounts/{alice.id}/followers") == ["carol", "bob"]
    assert await usernames(world, alice, "/api/v1/follow_requests") == []


async def test_a_follower_can_be_removed(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)

    assert await do(world, alice, "remove_from_followers", bob) == {"id": bob.id} | PLAIN

    assert await stands(world, bob, alice) == {}


async def test_a_follow_may_be_for_some_languages(world):
    alice, bob = await world.people("alice", "bob")
    shown = await do(world, alice, "follow", bob, **{"languages[]": ["fr"]})
    for language in ("fr", "en"):
        await world.publish(bob, language, language=language)

    assert shown["languages"] == ["fr"]
    assert await texts(world, alice) == ["fr"]

    await world.client(alice).post(f"/api/v1/accounts/{bob.id}/follow", json={"languages": []})
    assert await texts(world, alice) == ["en", "fr"]

    for unknown in (["fr", "x" * 1000], ["français"]):
        answer = await world.client(alice).post(f"/api/v1/accounts/{bob.id}/follow", json={"languages": unknown})
        assert answer.status_code == 422
    assert await texts(world, alice) == ["en", "fr"]


async def test_a_note_is_for_its_writer_alone_and_goes_when_emptied(world):
    alice, bob = await world.people("alice", "bob")

    assert (await do(world, alice, "note", bob, comment="From the lab"))["note"] == "From the lab"
    assert await stands(world, bob, alice) == {}
    assert (await do(world, alice, "note", bob, comment=""))["note"] == ""
    too_long = await world.client(alice).post(f"/api/v1/accounts/{bob.id}/note", json={"comment": "x" * 2001})
    assert too_long.status_code == 422


@pytest.mark.parametrize(("on", "off"), [("endorse", "unendorse"), ("pin", "unpin")])
async def test_those_whom_one_follows_can_be_shown_on_the_profile(world, on, off):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    for one in (bob, carol):
        await world.follow(alice, one)
        assert (await do(world, alice, on, one))["endorsed"]

    own = await world.client(alice).get("/api/v1/endorsements?limit=1")
    assert [one["username"] for one in own.json()] == ["carol"]
    assert await usernames(world, alice, f"/api/v1/endorsements?limit=1&{cursors(own)['next']}") == ["bob"]
    assert await usernames(world, alice, "/api/v1/endorsements?limit=0") == ["carol", "bob"]
    assert await usernames(world, None, f"/api/v1/accounts/{alice.id}/endorsements") == ["carol", "bob"]
    assert not (await do(world, alice, off, bob))["endorsed"]
    await do(world, alice, "unfollow", carol)
    assert await usernames(world, alice, "/api/v1/endorsements") == []


async def test_a_stranger_to_oneself_is_not_shown_on_the_profile(world):
    alice, bob = await world.people("alice", "bob")

    assert (await world.client(alice).post(f"/api/v1/accounts/{bob.id}/endorse")).status_code == 422


async def test_familiar_followers_are_those_i_follow_unless_somebody_hides_it(world):
    alice, bob, carol, dave, erin = await world.people("alice", "bob", "carol", "dave", "erin")
    for follower, followed in ((alice, bob), (alice, carol), (bob, dave), (carol, dave), (bob, erin), (erin, dave)):
        await world.follow(follower, followed)
    for hidden in (carol, erin):
        await world.client(hidden).patch("/api/v1/accounts/update_credentials", json={"hide_collections": True})

    answer = await world.client(alice).get(
        "/api/v1/accounts/familiar_followers", params={"id[]": [dave.id, erin.id, "1"]}
    )

    shown = [(one["id"], [account["username"] for account in one["accounts"]]) for one in answer.json()]
    assert shown == [(dave.id, ["bob"]), (erin.id, [])]


async def test_follows_may_be_hidden_from_all_others(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)
    await world.follow(alice, bob)
    await world.client(alice).patch("/api/v1/accounts/update_credentials", json={"hide_collections": True})

    for collection in ("followers", "following"):
        path = f"/api/v1/accounts/{alice.id}/{collection}"
        assert await usernames(world, None, path) == await usernames(world, bob, path) == []
        assert await usernames(world, alice, path) == ["bob"]
    shown = (await world.client().get(f"/api/v1/accounts/{alice.id}")).json()
    assert (shown["hide_collections"], shown["followers_count"]) == (True, 1)


async def test_the_lists_of_an_account_are_empty_to_whom_it_blocks_and_without_whom_one_mutes(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await world.follow(carol, alice)
    path = f"/api/v1/accounts/{alice.id}/followers"

    await do(world, bob, "mute", carol)
    assert await usernames(world, bob, path) == []
    await do(world, bob, "unmute", carol)
    await do(world, alice, "block", bob)

    assert await usernames(world, bob, path) == []
    assert await usernames(world, None, path) == ["carol"]


async def test_what_answers_somebody_blocked_is_still_there_without_them(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    first = await world.publish(carol, "First")
    second = await world.publish(bob, "Second", in_reply_to_id=str(first.id))
    await world.publish(carol, "Third", in_reply_to_id=str(second.id))
    await do(world, alice, "block", bob)

    context = (await world.client(alice).get(f"/api/v1/statuses/{first.id}/context")).json()

    assert [one["content"] for one in context["descendants"]] == ["<p>Third</p>"]


async def test_a_closed_account_leaves_nothing_behind(world):
    alice, bob = await world.people("alice", "bob")
    await do(world, alice, "block", bob)
    await do(world, bob, "note", alice, comment="Hm")
    await world.client(alice).post("/api/v1/domain_blocks", data={"domain": "one.example"})
    made = (await world.client(alice).post("/api/v1/lists", data={"title": "Near"})).json()
    await world.client(alice).post(f"/api/v1/lists/{made['id']}/accounts", data={"account_ids[]": [alice.id]})

    await world.write(accounts.delete, account_id=alice.account_id)
    await world.settle()

    async with world.tools.db.read() as tx:
        for table in ("blocks", "account_notes", "account_domain_blocks", "lists", "list_topics"):
            assert await tx.one(int, f"SELECT count(*) FROM {table}") == 0
