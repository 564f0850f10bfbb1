"""Accounts are shown, found and followed as apps expect."""

import re

import pytest

from pinson.domain import accounts
from pinson.domain.access import UserRole

MISSING = {"error": "Record not found"}


def cursors(answer):
    """What the Link header of a page leads on with: {"next": "max_id=…", "prev": "since_id=…"}."""
    found = re.findall(r'<[^>]*[?&](\w+_id=\d+)[^>]*>; rel="(\w+)"', answer.headers.get("link", ""))
    return {way: cursor for cursor, way in found}


async def test_the_owner_of_a_token_sees_their_account_with_its_source(world):
    alice = await world.person("alice", note="I like #birds")

    answer = await world.client(alice).get("/api/v1/accounts/verify_credentials")

    me = answer.json()
    assert (me["id"], me["acct"]) == (alice.id, "alice")
    assert me["note"].startswith("<p>I like <a href=")
    assert me["source"]["note"] == "I like #birds"
    assert me["source"]["privacy"] == "public"
    assert me["role"]["id"] == "-99"


@pytest.mark.parametrize(
    ("role", "may_see_dashboard", "may_do_all"),
    [(UserRole.USER, False, False), (UserRole.MODERATOR, True, False), (UserRole.ADMIN, True, True)],
)
async def test_a_role_shows_in_its_permissions(world, role, may_see_dashboard, may_do_all):
    alice = await world.person("alice", role=role)

    answer = await world.client(alice).get("/api/v1/accounts/verify_credentials")

    permissions = int(answer.json()["role"]["permissions"])
    assert bool(permissions & 1 << 3) == may_see_dashboard
    assert bool(permissions & 1) == may_do_all


async def test_anyone_may_look_at_an_account(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)
    await world.publish(alice, "Hello")

    answer = await world.client().get(f"/api/v1/accounts/{alice.id}")

    shown = answer.json()
    assert (shown["followers_count"], shown["following_count"], shown["statuses_count"]) == (1, 0, 1)
    assert shown["created_at"] == "2026-03-30T00:00:00.000Z"
    assert shown["last_status_at"] == "2026-03-30"
    assert "suspended" not in shown


async def test_of_a_suspended_account_only_the_name_is_shown(world):
    alice = await world.person("alice", display_name="Alice Martin", note="Hello")
    await world.write(accounts.suspend, account_id=alice.account_id)

    shown = (await world.client().get(f"/api/v1/accounts/{alice.id}")).json()

    assert (shown["username"], shown["display_name"], shown["note"], shown["suspended"]) == ("alice", "", "", True)


@pytest.mark.parametrize("id", ["1", "0", "-1", "abc", "9" * 18, "9" * 19, "9" * 40, "%00", "1.5"])
@pytest.mark.parametrize("path", ["", "/followers", "/following", "/statuses"])
async def test_an_account_that_does_not_exist_is_missing(world, id, path):
    answer = await world.client().get(f"/api/v1/accounts/{id}{path}")

    assert (answer.status_code, answer.json()) == (404, MISSING)


async def test_several_accounts_come_in_the_order_asked_for(world):
    alice, bob = await world.people("alice", "bob")

    answer = await world.client().get(f"/api/v1/accounts?id[]={bob.id}&id[]=1&id[]={alice.id}&id[]={bob.id}")

    assert [one["username"] for one in answer.json()] == ["bob", "alice"]


async def test_not_more_than_forty_accounts_are_given_at_once(world):
    answer = await world.client().get("/api/v1/accounts", params={"id[]": list(range(41))})

    assert answer.status_code == 422


@pytest.mark.parametrize("acct", ["alice", "@alice", "ALICE", "alice@pinson.example", "@Alice@PINSON.example"])
async def test_an_account_is_looked_up_by_its_address(world, acct):
    alice = await world.person("alice")

    answer = await world.client().get("/api/v1/accounts/lookup", params={"acct": acct})

    assert answer.json()["id"] == alice.id


@pytest.mark.parametrize("acct", ["nobody", "alice@elsewhere.example", "@", "alice@"])
async def test_an_address_that_is_nobodys_is_missing(world, acct):
    answer = await world.client().get("/api/v1/accounts/lookup", params={"acct": acct})

    assert (answer.status_code, answer.json()) == (404, MISSING)


async def test_a_look_up_takes_an_address(world):
    answer = await world.client().get("/api/v1/accounts/lookup")

    assert (answer.status_code, answer.json()) == (400, {"error": "param is missing or the value is empty: acct"})


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ali", ["ali", "alice", "alicia"]),
        ("@ALI", ["ali", "alice", "alicia"]),
        ("alice@pinson.example", ["alice"]),
        ("ali@elsewhere.example", []),
        ("al_", []),
        ("%", []),
        ("@", []),
        ("zoe", []),
    ],
)
async def test_who_types_a_name_is_shown_how_it_may_go_on(world, typed, found):
    bob, *_ = await world.people("bob", "alicia", "alice", "ali", "zora")

    answer = await world.client(bob).get("/api/v1/accounts/search", params={"q": typed})

    assert [one["username"] for one in answer.json()] == found


async def test_a_search_may_be_among_those_one_follows(world):
    bob, alice, _ = await world.people("bob", "alice", "alicia")
    await world.follow(bob, alice)

    answer = await world.client(bob).get("/api/v1/accounts/search?q=ali&following=true")

    assert [one["username"] for one in answer.json()] == ["alice"]


async def test_a_search_goes_on_where_it_stopped_and_leaves_out_the_suspended(world):
    bob, _, carla, _ = await world.people("bob", "caleb", "carla", "carol")
    await world.write(accounts.suspend, account_id=carla.account_id)
    client = world.client(bob)

    pages = [(await client.get(f"/api/v1/accounts/search?q=ca&limit=1&offset={n}")).json() for n in range(3)]
    by_address = (await client.get("/api/v1/accounts/search?q=carla@pinson.example")).json()

    assert [[one["username"] for one in page] for page in pages] == [["caleb"], ["carol"], []]
    assert by_address == []


async def test_following_shows_in_the_relationship_and_can_be_changed(world):
    alice, bob = await world.people("alice", "bob")
    client = world.client(bob)

    first = (await client.post(f"/api/v1/accounts/{alice.id}/follow")).json()
    changed = (await client.post(f"/api/v1/accounts/{alice.id}/follow", json={"reblogs": False, "notify": "1"})).json()
    kept = (await client.post(f"/api/v1/accounts/{alice.id}/follow", data={"languages[]": ["fr", "en"]})).json()

    keys = ("following", "showing_reblogs", "notifying", "languages")
    assert [first[key] for key in keys] == [True, True, False, None]
    assert [changed[key] for key in keys] == [True, False, True, None]
    assert [kept[key] for key in keys] == [True, False, True, ["fr", "en"]]


async def test_unfollowing_twice_is_unfollowing_once(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)
    client = world.client(bob)

    answers = [(await client.post(f"/api/v1/accounts/{alice.id}/unfollow")).json() for _ in range(2)]

    assert [answer["following"] for answer in answers] == [False, False]
    assert (await client.get(f"/api/v1/accounts/{alice.id}")).json()["followers_count"] == 0


async def test_nobody_follows_themselves_or_who_is_not_there(world):
    alice, bob = await world.people("alice", "bob")
    await world.write(accounts.suspend, account_id=bob.account_id)
    client = world.client(alice)

    answers = [await client.post(f"/api/v1/accounts/{id}/follow") for id in (alice.id, bob.id, "1", "9" * 30)]
    answers.append(await client.post("/api/v1/accounts/1/unfollow"))

    assert [answer.status_code for answer in answers] == [403, 404, 404, 404, 404]


async def test_relationships_are_told_for_those_who_exist(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await world.follow(carol, bob)
    await world.write(accounts.suspend, account_id=alice.account_id)
    client = world.client(bob)
    path = "/api/v1/accounts/relationships"
    asked = {"id[]": [carol.id, "1", alice.id, bob.id, carol.id]}

    shown = (await client.get(path, params=asked)).json()
    all_of_them = (await client.get(path, params={**asked, "with_suspended": "1"})).json()
    one = (await client.get(path, params={"id": carol.id})).json()

    assert [(rel["id"], rel["followed_by"]) for rel in shown] == [(carol.id, True), (bob.id, False)]
    assert [rel["id"] for rel in all_of_them] == [carol.id, alice.id, bob.id]
    assert one == [shown[0]]


async def test_followers_are_paged_by_cursors_that_only_the_header_shows(world):
    alice, *others = await world.people("alice", "bob", "carol", "dave", "erin", "frank")
    for one in others:
        await world.follow(one, alice)
    client, path = world.client(), f"/api/v1/accounts/{alice.id}/followers?limit=2"

    first = await client.get(path)
    second = await client.get(f"{path}&{cursors(first)['next']}")
    last = await client.get(f"{path}&{cursors(second)['next']}")
    newer = await client.get(f"{path}&{cursors(second)['prev']}")

    assert [[one["username"] for one in page.json()] for page in (first, second, last, newer)] == [
        ["frank", "erin"],
        ["dave", "carol"],
        ["bob"],
        ["frank", "erin"],
    ]
    assert cursors(first)["prev"].startswith("since_id=")
    assert list(cursors(last)) == ["prev"]
    assert cursors(first)["next"].partition("=")[2] not in {one.id for one in others}


async def test_following_lists_accounts_and_no_hashtags(world):
    alice, bob = await world.people("alice", "bob")
    client = world.client(alice)
    await world.follow(alice, bob)
    await client.post("/api/v1/tags/birds/follow")

    answer = await client.get(f"/api/v1/accounts/{alice.id}/following")

    assert [one["username"] for one in answer.json()] == ["bob"]


async def test_the_suspended_are_on_no_list(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    await world.follow(bob, alice)
    await world.follow(carol, alice)
    await world.write(accounts.suspend, account_id=carol.account_id)

    answer = await world.client().get(f"/api/v1/accounts/{alice.id}/followers?limit=1")

    assert answer.json() == []
    assert "next" in cursors(answer)  # the page was full before, so there may be more


async def test_a_list_that_is_empty_leads_nowhere(world):
    alice = await world.person("alice")

    answer = await world.client().get(f"/api/v1/accounts/{alice.id}/followers")

    assert answer.json() == []
    assert "link" not in answer.headers


async def test_preferences_are_what_everyone_has(world):
    alice = await world.person("alice")

    answer = await world.client(alice).get("/api/v1/preferences")

    assert answer.json()["posting:default:visibility"] == "public"
    assert answer.json()["reading:expand:media"] == "default"
