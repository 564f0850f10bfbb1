"""Accounts are recommended in collections, if they agree; are told; and leave for good if they want to."""

from datetime import timedelta

import pytest

from pinson.domain import accounts
from tests.interfaces.mastodon.test_accounts import MISSING, cursors
from tests.interfaces.mastodon.test_notifications import plain, told
from tests.interfaces.mastodon.test_query_counts import counted
from tests.interfaces.mastodon.test_relations import do
from tests.interfaces.mastodon.test_reports import report

PATH = "/api/v1/collections"
NOT_ALLOWED = {"error": "This action is not allowed"}


async def findable(world, *usernames):
    """People who agreed to be found."""
    people = await world.people(*usernames)
    for one in people:
        await world.client(one).patch("/api/v1/accounts/update_credentials", json={"discoverable": True})
    return people


async def make(world, who, *members, **form):
    """Make a collection; what was answered."""
    form = {"name": "Birds", "discoverable": True, "account_ids": [one.id for one in members], **form}
    answer = await world.client(who).post(PATH, json=form)
    assert answer.status_code == 200, answer.text
    return answer.json()["collection"]


async def names(world, who, path, **query):
    """Which collections somebody is shown, by name."""
    answer = await world.client(who).get(path, params=query)
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["collections"]]


async def test_a_collection_is_made_changed_and_deleted(world):
    alice, bob = await findable(world, "alice", "bob")
    client = world.client(alice)

    made = await make(
        world, alice, bob, bob, name="Birds", description="Who knows them", language="FR", tag_name="#Mésange"
    )
    path = f"{PATH}/{made['id']}"
    [item] = made["items"]
    assert made == {
        "id": made["id"],
        "uri": f"https://pinson.example/collections/{made['id']}",
        "url": f"https://pinson.example/collections/{made['id']}",
        "name": "Birds",
        "description": "Who knows them",
        "language": "fr",
        "account_id": alice.id,
        "local": True,
        "sensitive": False,
        "discoverable": True,
        "item_count": 1,
        "created_at": "2026-03-30T13:06:00.000Z",
        "updated_at": "2026-03-30T13:06:00.000Z",
        "tag": {"name": "Mésange", "url": "https://pinson.example/tags/mesange"},
        "items": [
            {"id": item["id"], "state": "accepted", "created_at": "2026-03-30T13:06:00.000Z", "account_id": bob.id}
        ],
    }
    world.clock.move(timedelta(seconds=1))
    changed = (await client.patch(path, data={"name": "Owls", "tag_name": "", "sensitive": "1"})).json()["collection"]
    assert changed == made | {
        "name": "Owls",
        "tag": None,
        "sensitive": True,
        "updated_at": "2026-03-30T13:06:01.000Z",
    }
    shown = (await world.client().get(path)).json()
    assert shown["collection"] == changed
    assert [one["username"] for one in shown["accounts"]] == ["alice", "bob"]
    gone = await client.delete(path)

    assert (gone.status_code, gone.content) == (200, b"")
    assert (await client.get(path)).json() == MISSING


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        ({"name": " "}, "name", "ERR_BLANK"),
        ({"name": "x" * 41}, "name", "ERR_TOO_LONG"),
        ({"name": "x", "description": "x" * 101}, "description", "ERR_TOO_LONG"),
        ({"name": "x", "tag_name": "a b"}, "tag_name", "ERR_INVALID"),
        ({"name": "x", "language": "qq"}, "language", "ERR_INVALID"),
        ({"name": "x", "account_ids": [str(id) for id in range(1, 27)]}, "collection_items", "ERR_TOO_LONG"),
    ],
)
async def test_what_is_wrong_with_a_collection_is_told_by_field(world, form, field, code):
    alice = await world.person("alice")

    answer = await world.client(alice).post(PATH, json=form)

    assert answer.status_code == 422
    assert [one["error"] for one in answer.json()["details"][field]] == [code]


async def test_an_account_has_ten_collections_at_most(world):
    alice = await world.person("alice")
    for number in range(10):
        await make(world, alice, name=str(number))

    answer = await world.client(alice).post(PATH, json={"name": "x"})

    assert answer.status_code == 422
    me = (await world.client(alice).get("/api/v1/accounts/verify_credentials")).json()
    assert me["role"]["collection_limit"] == 10


async def test_accounts_come_in_if_they_want_to_be_found_and_nobody_blocks(world):
    alice, bob, carol, dave = await findable(world, "alice", "bob", "carol", "dave")
    [shy] = await world.people("shy")
    await do(world, carol, "block", alice)
    await do(world, alice, "block", dave)
    made = await make(world, alice)
    path, client = f"{PATH}/{made['id']}/items", world.client(alice)

    added = await client.post(path, json={"account_id": bob.id})
    refused = [await client.post(path, data={"account_id": one.id}) for one in (shy, carol, dave)]

    assert added.json()["collection_item"] == {
        "id": added.json()["collection_item"]["id"],
        "state": "accepted",
        "created_at": "2026-03-30T13:06:00.000Z",
        "account_id": bob.id,
    }
    assert [(answer.status_code, answer.json()) for answer in refused] == [(403, NOT_ALLOWED)] * 3
    assert (await client.post(path, json={"account_id": bob.id})).status_code == 422
    assert (await client.post(path, json={"account_id": "1"})).json() == MISSING
    assert (await client.post(PATH, json={"name": "x", "account_ids": [shy.id]})).status_code == 403
    assert await names(world, alice, f"/api/v1/accounts/{alice.id}/collections") == ["Birds"]


async def test_a_collection_holds_twenty_five_accounts_at_most(world):
    alice, *others = await findable(world, "alice", *(f"bird{number}" for number in range(26)))
    made = await make(world, alice, *others[:25])

    one_more = await world.client(alice).post(f"{PATH}/{made['id']}/items", json={"account_id": others[25].id})

    assert made["item_count"] == 25
    assert one_more.status_code == 422


async def test_an_account_says_who_may_put_it_into_a_collection(world):
    alice, bob = await findable(world, "alice", "bob")
    [shy] = await world.people("shy")

    async def said(viewer, whom):
        answer = await world.client(viewer).get(f"/api/v1/accounts/{whom.id}")
        return answer.json()["feature_approval"]

    assert await said(alice, bob) == {"automatic": ["public"], "manual": [], "current_user": "automatic"}
    assert await said(alice, shy) == {"automatic": [], "manual": [], "current_user": "denied"}
    assert (await said(None, bob))["current_user"] == "denied"
    await do(world, bob, "block", alice)
    assert (await said(alice, bob))["current_user"] == "denied"


async def test_whoever_is_in_a_collection_leaves_it_for_good(world):
    alice, bob, carol = await findable(world, "alice", "bob", "carol")
    made = await make(world, alice, bob, carol)
    items = f"{PATH}/{made['id']}/items"
    one, other = (f"{items}/{item['id']}" for item in made["items"])

    left = await world.client(bob).post(f"{one}/revoke")
    removed = await world.client(alice).delete(other)

    assert (left.status_code, left.content, removed.status_code, removed.content) == (200, b"", 200, b"")
    assert (await world.client(bob).post(f"{one}/revoke")).status_code == 200
    own = (await world.client(alice).get(f"{PATH}/{made['id']}")).json()
    assert [(item["state"], "account_id" in item) for item in own["collection"]["items"]] == [("revoked", False)]
    assert own["collection"]["item_count"] == 0
    assert [account["username"] for account in own["accounts"]] == ["alice"]
    assert (await world.client(carol).get(f"{PATH}/{made['id']}")).json()["collection"]["items"] == []
    for _ in range(2):  # taken note of, it does not come back either
        assert (await world.client(alice).post(items, json={"account_id": bob.id})).status_code == 403
        await world.client(alice).delete(one)
    assert (await world.client(alice).delete(one)).json() == MISSING
    assert (await world.client(alice).get(f"{PATH}/{made['id']}")).json()["collection"]["items"] == []
    assert (await world.client(alice).post(items, json={"account_id": carol.id})).status_code == 200


async def test_a_collection_is_its_owners_to_change(world):
    alice, bob, carol = await findable(world, "alice", "bob", "carol")
    made = await make(world, alice, carol)
    path, client = f"{PATH}/{made['id']}", world.client(bob)
    item = f"{path}/items/{made['items'][0]['id']}"

    async def tried(client):
        return [
            (await client.patch(path, json={"name": "Mine"})).status_code,
            (await client.delete(path)).status_code,
            (await client.post(f"{path}/items", json={"account_id": bob.id})).status_code,
            (await client.delete(item)).status_code,
            (await client.post(f"{item}/revoke")).status_code,
        ]

    assert await tried(client) == [403] * 5
    assert await tried(world.client()) == [401] * 5
    await do(world, alice, "block", bob)
    assert await tried(client) == [404] * 5
    assert (await client.get(path)).json() == MISSING
    assert (await world.client(alice).post(f"{path}/items/1/revoke")).json() == MISSING


async def test_collections_are_shown_in_pages_and_those_that_are_not_to_be_found_to_their_owner(world):
    alice, bob = await findable(world, "alice", "bob")
    for name in ("one", "two", "three"):
        await make(world, alice, bob, name=name)
    hidden = await make(world, alice, bob, name="hidden", discoverable=False)
    path = f"/api/v1/accounts/{alice.id}/collections"

    first = await world.client(bob).get(path, params={"limit": 2})

    assert [one["name"] for one in first.json()["collections"]] == ["three", "two"]
    assert "offset=2" in first.headers["link"]
    assert cursors(first) is not None
    assert await names(world, bob, path, limit=2, offset=2) == ["one"]
    assert await names(world, None, path) == ["three", "two", "one"]
    assert await names(world, alice, path) == ["hidden", "three", "two", "one"]
    assert (await world.client().get(f"{PATH}/{hidden['id']}")).status_code == 200
    among = f"/api/v1/accounts/{bob.id}/in_collections"
    assert await names(world, bob, among) == ["hidden", "three", "two", "one"]
    assert await names(world, alice, among, limit=1, offset=1) == ["three"]
    assert (await world.client().get(among)).status_code == 401
    for missing in ("/api/v1/accounts/1/collections", "/api/v1/accounts/1/in_collections"):
        assert (await world.client(alice).get(missing)).json() == MISSING


async def test_a_page_of_collections_costs_the_same_however_many_they_are(world):
    alice, bob, carol = await findable(world, "alice", "bob", "carol")
    path, costs = f"/api/v1/accounts/{alice.id}/collections", []
    for _ in range(2):
        await make(world, alice, bob, carol)
        await make(world, alice, carol)
        await world.client(bob).get(path)
        with counted(world) as statements:
            await world.client(bob).get(path)
        costs.append(statements.total())

    assert costs[0] == costs[1] <= 3


async def test_a_collection_is_found_by_a_part_of_its_name(world):
    alice, bob, mallory = await findable(world, "alice", "bob", "mallory")
    await make(world, alice, name="Birds of 100% joy")
    await make(world, alice, name="Birds in secret", discoverable=False)
    await make(world, mallory, name="Birds for sale")
    await do(world, bob, "block", mallory)

    async def found(who, q, **more):
        answer = await world.client(who).get("/api/v2/search", params={"q": q, **more})
        return [one["name"] for one in answer.json()["collections"]]

    assert await found(bob, "birds") == ["Birds of 100% joy"]
    assert await found(None, "birds", type="collections") == ["Birds for sale", "Birds of 100% joy"]
    assert await found(bob, "0%") == ["Birds of 100% joy"]
    assert await found(alice, "s%f") == []
    assert await found(alice, "birds", type="accounts") == []
    assert await found(alice, "birds", type="collections", limit=1, offset=1) == ["Birds of 100% joy"]


async def test_people_are_told_that_they_are_recommended_and_what_is_said_of_them_then(world):
    alice, bob, carol = await findable(world, "alice", "bob", "carol")
    made = await make(world, alice, bob, carol)
    [first] = await told(world, bob)
    await world.client(alice).patch(f"{PATH}/{made['id']}", json={"name": "Owls"})
    await world.client(alice).patch(f"{PATH}/{made['id']}", json={"name": "Owls"})  # says the same
    await told(world, bob)
    await world.client(alice).patch(f"{PATH}/{made['id']}", json={"name": "Larks"})

    found = await told(world, bob, **{"supported_types[]": ["mention"]})

    assert (first["type"], first["collection"]["name"]) == ("added_to_collection", "Birds")
    assert plain(found) == [("collection_update", "alice", None), ("added_to_collection", "alice", None)]
    assert [one["collection"]["name"] for one in found] == ["Larks", "Larks"]
    assert found[0]["fallback"]["title"] == "alice edited a collection that you are in"
    grouped = (await world.client(bob).get("/api/v2/notifications")).json()["notification_groups"]
    assert [one["collection"]["id"] for one in grouped] == [made["id"]] * 2


async def test_what_was_told_of_a_collection_is_taken_back(world):
    alice, bob, carol = await findable(world, "alice", "bob", "carol")
    made = await make(world, alice, bob, carol)
    await told(world, bob)

    await world.client(alice).delete(f"{PATH}/{made['id']}/items/{made['items'][0]['id']}")
    assert await told(world, bob) == []
    assert len(await told(world, carol)) == 1
    await world.client(alice).delete(f"{PATH}/{made['id']}")
    assert await told(world, carol) == []


async def test_a_block_takes_both_out_of_each_others_collections(world):
    alice, bob, carol = await findable(world, "alice", "bob", "carol")
    one, other = await make(world, alice, bob, carol), await make(world, bob, alice)
    await do(world, bob, "block", alice)

    async def holds(id):
        items = (await world.client(carol).get(f"{PATH}/{id}")).json()["collection"]["items"]
        return [item["account_id"] for item in items]

    assert (await holds(one["id"]), await holds(other["id"])) == ([carol.id], [])
    assert await told(world, bob) == []


async def test_what_is_suspended_or_closed_is_in_no_collection_and_shows_none(world):
    alice, bob, carol = await findable(world, "alice", "bob", "carol")
    mine, theirs = await make(world, alice, bob, carol), await make(world, bob, carol)
    by_bob = f"/api/v1/accounts/{bob.id}/collections"
    await world.write(accounts.suspend, account_id=bob.account_id)

    shown = (await world.client(carol).get(f"{PATH}/{mine['id']}")).json()
    assert [item["account_id"] for item in shown["collection"]["items"]] == [carol.id]
    assert [account["username"] for account in shown["accounts"]] == ["alice", "carol"]
    assert (await world.client(carol).get(f"{PATH}/{theirs['id']}")).json() == MISSING
    assert await names(world, carol, by_bob) == []
    await world.write(accounts.restore, account_id=bob.account_id)
    assert await names(world, carol, by_bob) == ["Birds"]
    await world.write(accounts.delete, account_id=bob.account_id)
    await world.settle()

    async with world.tools.db.read() as tx:
        assert await tx.all(int, "SELECT account_id FROM collections") == [alice.account_id]
        assert await tx.all(int, "SELECT account_id FROM collection_items") == [carol.account_id]


async def test_collections_are_reported_with_their_owner(world):
    alice, bob = await findable(world, "alice", "bob")
    made = await make(world, alice, bob)

    reported = await report(world, bob, alice, collection_ids=[made["id"]])
    foreign = await report(world, alice, bob, collection_ids=[made["id"]])

    assert reported.json()["collection_ids"] == [made["id"]]
    assert foreign.json() == MISSING


async def test_the_first_prefix_still_answers_and_says_that_it_is_old(world):
    alice = await world.person("alice")

    answer = await world.client(alice).post("/api/v1_alpha/collections", json={"name": "Birds"})
    again = await world.client().get(f"/api/v1_alpha/accounts/{alice.id}/collections")

    assert answer.json()["collection"]["name"] == "Birds"
    assert {"deprecation"} <= answer.headers.keys() & again.headers.keys()
    assert "deprecation" not in (await world.client().get(f"{PATH}/{answer.json()['collection']['id']}")).headers


async def test_a_token_needs_the_scope_of_collections(world):
    alice = await world.person("alice")
    reads = world.client(await world.limited(alice, "read:collections"))
    made = await make(world, alice)

    assert (await reads.post(PATH, json={"name": "x"})).status_code == 403
    assert (await reads.get(f"{PATH}/{made['id']}")).status_code == 200
    other = world.client(await world.limited(alice, "read:lists"))
    assert (await other.get(f"{PATH}/{made['id']}")).status_code == 403
