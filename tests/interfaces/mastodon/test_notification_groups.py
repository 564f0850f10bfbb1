"""Notifications in groups: what an app is given, page by page."""

from datetime import timedelta

import pytest

from pinson.domain.notifications.queries import SAMPLED
from tests.interfaces.mastodon.test_accounts import MISSING, cursors
from tests.interfaces.mastodon.test_notifications import favourite, told


@pytest.fixture
async def fans(world):
    """Somebody whose post ten people like, the last of them after somebody has mentioned her."""
    alice, *fans = await world.people("alice", *(f"fan{number}" for number in range(SAMPLED + 2)))
    post = await world.publish(alice, "Hello")
    for fan in fans[:-1]:
        await favourite(world, fan, post)
    await world.settle()
    await world.publish(fans[0], "@alice Hello")
    await world.settle()
    await favourite(world, fans[-1], post)
    await world.settle()
    return alice, fans, post


async def groups(world, person, **query):
    """A page of groups."""
    await world.settle()
    answer = await world.client(person).get("/api/v2/notifications", params=query)
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_group_names_the_latest_few_and_counts_all(world, fans):
    alice, fans, post = fans
    singles = await told(world, alice)

    page = (await groups(world, alice)).json()
    group, mention = page["notification_groups"]

    assert group == {
        "group_key": singles[0]["group_key"],
        "notifications_count": SAMPLED + 2,
        "type": "favourite",
        "most_recent_notification_id": int(singles[0]["id"]),
        "page_min_id": singles[-1]["id"],
        "page_max_id": singles[0]["id"],
        "latest_page_notification_at": singles[0]["created_at"],
        "sample_account_ids": [fan.id for fan in fans[:1:-1]],
        "status_id": str(post.id),
    }
    assert group["group_key"].startswith(f"favourite-{post.id}-")
    assert (mention["type"], mention["group_key"]) == ("mention", f"ungrouped-{singles[1]['id']}")
    assert [status["id"] for status in page["statuses"]] == [group["status_id"], mention["status_id"]]
    assert [account["id"] for account in page["accounts"]] == [*group["sample_account_ids"], fans[0].id]
    assert "partial_accounts" not in page


async def test_a_page_leads_on_from_its_edges_and_a_group_goes_on_on_the_next(world, fans):
    alice, fans, _ = fans
    ids = [one["id"] for one in await told(world, alice)]

    first = await groups(world, alice, limit=1)
    second = await groups(world, alice, limit=2, max_id=ids[0])
    above = await groups(world, alice, limit=2, min_id=ids[-1])

    assert cursors(first) == {"next": f"max_id={ids[0]}", "prev": f"min_id={ids[0]}"}
    mention, rest = second.json()["notification_groups"]
    assert (mention["type"], rest["notifications_count"]) == ("mention", SAMPLED + 1)
    assert (rest["page_max_id"], rest["page_min_id"]) == (ids[2], ids[2])
    assert cursors(second) == {"next": f"max_id={ids[2]}", "prev": f"min_id={ids[1]}"}
    mention, part = above.json()["notification_groups"]
    assert (part["page_max_id"], part["page_min_id"], mention["type"]) == (ids[2], ids[-2], "mention")


async def test_an_app_may_ask_for_little_of_all_but_the_first_account(world, fans):
    alice, fans, _ = fans

    page = (await groups(world, alice, expand_accounts="partial_avatars")).json()

    assert [account["id"] for account in page["accounts"]] == [fans[-1].id, fans[0].id]
    assert [account["id"] for account in page["partial_accounts"]] == [fan.id for fan in fans[-2:1:-1]]
    assert set(page["partial_accounts"][0]) == {
        *("id", "acct", "locked", "bot", "url", "avatar", "avatar_static", "avatar_description")
    }
    assert (await world.client(alice).get("/api/v2/notifications?expand_accounts=none")).status_code == 422


async def test_an_app_chooses_what_is_grouped(world, fans):
    alice, _, _ = fans

    apart = (await groups(world, alice, **{"grouped_types[]": ["follow", "wave"]})).json()["notification_groups"]

    assert [group["notifications_count"] for group in apart] == [1] * (SAMPLED + 3)
    assert len({group["group_key"] for group in apart}) == SAMPLED + 3


async def test_a_group_ends_with_its_half_day(world):
    alice, *fans = await world.people("alice", "bob", "carol", "dan")
    post = await world.publish(alice, "Hello")
    for fan, hours in zip(fans, (11, 1, 0), strict=True):
        await favourite(world, fan, post)
        await world.settle()
        world.clock.move(timedelta(hours=hours))

    page = (await groups(world, alice)).json()["notification_groups"]

    assert [group["notifications_count"] for group in page] == [1, 2]


async def test_a_group_is_found_by_its_key_with_all_who_are_in_it(world, fans):
    alice, fans, _ = fans
    [group, mention] = (await groups(world, alice)).json()["notification_groups"]
    client = world.client(alice)

    found = (await client.get(f"/api/v2/notifications/{group['group_key']}")).json()
    alone = (await client.get(f"/api/v2/notifications/{mention['group_key']}")).json()
    people = await client.get(f"/api/v2/notifications/{group['group_key']}/accounts?limit=4")
    more = await client.get(f"/api/v2/notifications/{group['group_key']}/accounts?limit=40&{cursors(people)['next']}")

    del group["latest_page_notification_at"], mention["latest_page_notification_at"]
    assert found["notification_groups"] == [group]
    assert alone["notification_groups"] == [mention]
    assert [account["id"] for account in people.json() + more.json()] == [fan.id for fan in reversed(fans)]
    assert "next" not in cursors(more)
    assert (await world.client(fans[0]).get(f"/api/v2/notifications/{group['group_key']}")).json() == MISSING


@pytest.mark.parametrize("key", ["favourite-1", "favourite-1-1-1", "mention-1-1", "ungrouped-x", "ungrouped-1", "none"])
async def test_what_is_no_groups_key_leads_nowhere(world, key):
    alice = await world.person("alice")

    assert (await world.client(alice).get(f"/api/v2/notifications/{key}")).json() == MISSING


async def test_a_group_is_dismissed_as_one(world, fans):
    alice, fans, _ = fans
    [group, mention] = (await groups(world, alice)).json()["notification_groups"]
    await world.client(fans[0]).post(f"/api/v2/notifications/{group['group_key']}/dismiss")  # it is not theirs

    for key in (group["group_key"], "none"):
        answer = await world.client(alice).post(f"/api/v2/notifications/{key}/dismiss")
        assert answer.status_code == (200 if key != "none" else 404)

    assert [one["group_key"] for one in (await groups(world, alice)).json()["notification_groups"]] == [
        mention["group_key"]
    ]
    await world.client(alice).post(f"/api/v2/notifications/{mention['group_key']}/dismiss")
    assert (await groups(world, alice)).json()["notification_groups"] == []


async def test_groups_with_something_new_are_counted(world, fans):
    alice, _, _ = fans
    ids = [one["id"] for one in await told(world, alice)]
    client = world.client(alice)

    async def count(query=""):
        return (await client.get(f"/api/v2/notifications/unread_count{query}")).json()["count"]

    assert (await count(), await count("?limit=1"), await count("?grouped_types[]=follow&limit=5")) == (2, 1, 5)
    await client.post("/api/v1/markers", json={"notifications": {"last_read_id": ids[1]}})
    assert await count() == 1
    await client.post("/api/v1/markers", json={"notifications": {"last_read_id": ids[0]}})
    assert await count() == 0


async def test_what_is_cleared_is_gone_from_groups_as_well(world, fans):
    alice, _, _ = fans

    assert (await world.client(alice).post("/api/v2/notifications/clear")).json() == {}

    answer = await groups(world, alice)
    assert answer.json() == {"accounts": [], "statuses": [], "notification_groups": []}
    assert "link" not in answer.headers
