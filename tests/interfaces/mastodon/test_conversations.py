"""Conversations: which there are, what is read, and what their stream tells."""

import re
from datetime import timedelta

import pytest

from pinson.app import MIGRATIONS
from pinson.domain import accounts
from tests.interfaces.mastodon.test_boosts import listening
from tests.interfaces.mastodon.test_query_counts import counted, forget

ADDRESS = "/api/v1/conversations"


async def say(world, author, text, answered=None):
    """A direct post; the conversations follow."""
    of = {"in_reply_to_id": str(answered.id)} if answered else {}
    post = await world.publish(author, text, visibility="direct", **of)
    await world.settle()
    return post


async def listed(world, person, **page):
    """Somebody's conversations: text of the last status, the others, whether it is unread."""
    answer = await world.client(person).get(ADDRESS, params=page)
    assert answer.status_code == 200, answer.text
    return [shown(one) for one in answer.json()]


def shown(one):
    people = [account["username"] for account in one["accounts"]]
    return (
        one["last_status"]["content"].removeprefix("<p>").removesuffix("</p>").split("</a></span> ")[-1],
        people,
        one["unread"],
    )


@pytest.fixture
async def trio(world):
    """Three people."""
    return await world.people("ana", "ben", "cleo")


async def test_a_conversation_is_a_thread_among_the_same_people(world, trio):
    ana, ben, cleo = trio
    first = await say(world, ana, "@ben One")
    await say(world, ben, "@ana Two", first)
    await say(world, ana, "@ben @cleo Three", first)
    await say(world, ana, "@ben Another")
    await say(world, ana, "Note to self")

    assert await listed(world, ana) == [
        ("Note to self", ["ana"], False),
        ("Another", ["ben"], False),
        ("Three", ["ben", "cleo"], False),
        ("Two", ["ben"], True),
    ]
    assert await listed(world, ben) == [
        ("Another", ["ana"], True),
        ("Three", ["ana", "cleo"], True),
        ("Two", ["ana"], False),
    ]
    assert await listed(world, cleo) == [("Three", ["ana", "ben"], True)]


async def test_nothing_but_direct_posts_makes_a_conversation(world, trio):
    ana, ben, _ = trio

    for visibility in ("public", "unlisted", "private"):
        await world.publish(ana, "@ben Hello", visibility=visibility)
    await world.settle()

    assert await listed(world, ben) == []


async def test_a_conversation_is_read_and_unread(world, trio):
    ana, ben, _ = trio
    await say(world, ana, "@ben Hello")
    client = world.client(ben)
    (one,) = (await client.get(ADDRESS)).json()
    assert one["unread"]

    read = (await client.post(f"{ADDRESS}/{one['id']}/read")).json()
    assert read == one | {"unread": False}
    assert (await client.get(ADDRESS)).json() == [read]
    assert (await client.post(f"{ADDRESS}/{one['id']}/unread")).json() == one
    assert (await client.get(ADDRESS)).json() == [one]


async def test_answering_is_reading_even_if_the_answer_is_deleted(world, trio):
    ana, ben, _ = trio
    first = await say(world, ana, "@ben Hello")
    answer = await say(world, ben, "@ana Hi", first)

    await world.client(ben).delete(f"/api/v1/statuses/{answer.id}")

    assert await listed(world, ben) == [("Hello", ["ana"], False)]


async def test_a_conversation_falls_back_to_what_is_left_and_goes_with_its_last_post(world, trio):
    ana, ben, _ = trio
    first = await say(world, ana, "@ben One")
    second = await say(world, ana, "@ben Two", first)

    await world.client(ana).delete(f"/api/v1/statuses/{second.id}")
    assert await listed(world, ben) == [("One", ["ana"], True)]
    await world.client(ana).delete(f"/api/v1/statuses/{first.id}")
    assert await listed(world, ben) == []
    await world.settle()

    assert await world.ask(_count, "conversations") == await world.ask(_count, "conversation_posts") == 0


async def test_an_edit_that_names_somebody_more_makes_it_a_conversation_with_them(world, trio):
    ana, ben, cleo = trio
    post = await say(world, ana, "@ben Hello")

    await world.client(ana).put(f"/api/v1/statuses/{post.id}", data={"status": "@ben @cleo Hello"})
    await world.settle()

    assert await listed(world, ben) == [("Hello", ["ana", "cleo"], True)]
    assert await listed(world, cleo) == [("Hello", ["ana", "ben"], True)]
    assert await world.ask(_count, "conversations") == 3


async def test_a_cleared_conversation_comes_back_with_something_new(world, trio):
    ana, ben, _ = trio
    first = await say(world, ana, "@ben One")
    client = world.client(ben)
    (one,) = (await client.get(ADDRESS)).json()

    assert (await client.delete(f"{ADDRESS}/{one['id']}")).json() == {}
    await world.client(ana).put(f"/api/v1/statuses/{first.id}", data={"status": "@ben Edited"})
    await world.settle()
    assert await listed(world, ben) == []
    assert (await client.post(f"{ADDRESS}/{one['id']}/read")).status_code == 404
    second = await say(world, ana, "@ben Two", first)
    assert await listed(world, ben) == [("Two", ["ana"], True)]
    await world.client(ana).delete(f"/api/v1/statuses/{second.id}")
    assert await listed(world, ben) == []
    assert await listed(world, ana) == [("Edited", ["ben"], False)]


async def test_what_one_does_not_want_to_hear_is_not_the_last_of_it(world, trio):
    ana, ben, cleo = trio
    first = await say(world, ana, "@ben @cleo One")
    second = await say(world, cleo, "@ana @ben Two", first)
    await say(world, ana, "@ben @cleo Three", second)
    client = world.client(ben)

    await client.post(f"/api/v1/accounts/{ana.id}/mute", data={"duration": 60})
    assert await listed(world, ben) == [("Two", ["ana", "cleo"], True)]
    world.clock.move(timedelta(minutes=1))
    assert await listed(world, ben) == [("Three", ["ana", "cleo"], True)]
    await client.post(f"/api/v1/accounts/{ana.id}/mute", data={"notifications": False})
    assert await listed(world, ben) == [("Three", ["ana", "cleo"], True)]
    await world.client(ana).post(f"/api/v1/accounts/{ben.id}/block")
    assert await listed(world, ben) == [("Two", ["ana", "cleo"], True)]
    assert await listed(world, ana) == []
    assert await listed(world, cleo) == [("Three", ["ana", "ben"], True)]
    await world.client(ana).post(f"/api/v1/accounts/{ben.id}/unblock")
    assert await listed(world, ana) == [("Three", ["ben", "cleo"], False)]
    await world.write(accounts.suspend, account_id=ana.account_id)
    assert await listed(world, cleo) == [("Two", ["ana", "ben"], False)]


async def test_a_muted_conversation_is_never_unread(world, trio):
    ana, ben, _ = trio
    first = await say(world, ana, "@ben One")
    await world.client(ben).post(f"/api/v1/statuses/{first.id}/mute")
    await say(world, ana, "@ben Two", first)

    assert await listed(world, ben) == [("Two", ["ana"], False)]
    await world.client(ben).post(f"/api/v1/statuses/{first.id}/unmute")
    assert await listed(world, ben) == [("Two", ["ana"], True)]


async def test_conversations_are_paged_by_their_last_statuses(world, trio):
    ana, ben, _ = trio
    said = [await say(world, ana, f"@ben {number}") for number in range(5)]
    await say(world, ana, "@ben 1 again", said[1])
    client = world.client(ben)

    page = await client.get(ADDRESS, params={"limit": 2})
    assert [shown(one)[0] for one in page.json()] == ["1 again", "4"]
    older = await client.get(page.links["next"]["url"])
    assert [shown(one)[0] for one in older.json()] == ["3", "2"]
    assert [shown(one)[0] for one in (await client.get(older.links["prev"]["url"])).json()] == ["1 again", "4"]
    assert await listed(world, ben, since_id=said[3].id, limit=1) == [("1 again", ["ana"], True)]
    last = await client.get(older.links["next"]["url"])
    assert [shown(one)[0] for one in last.json()] == ["0"]
    assert (await client.get(last.links["next"]["url"])).json() == []


async def test_a_conversation_is_only_its_owners(world, trio):
    ana, ben, cleo = trio
    await say(world, ana, "@ben Hello")
    (one,) = (await world.client(ben).get(ADDRESS)).json()

    for person in (ana, cleo):
        for method, path in (("POST", "/read"), ("POST", "/unread"), ("DELETE", "")):
            answer = await world.client(person).request(method, f"{ADDRESS}/{one['id']}{path}")
            assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


async def test_conversations_ask_for_their_scopes(world, trio):
    ana, ben, _ = trio
    await say(world, ana, "@ben Hello")
    (one,) = (await world.client(ben).get(ADDRESS)).json()
    reading = world.client(await world.limited(ben, "read:statuses"))
    writing = world.client(await world.limited(ben, "write:conversations"))

    assert [(await client.get(ADDRESS)).status_code for client in (reading, writing, world.client())] == [200, 403, 401]
    for method, path in (("POST", "/read"), ("POST", "/unread"), ("DELETE", "")):
        assert (await reading.request(method, f"{ADDRESS}/{one['id']}{path}")).status_code == 403
        assert (await writing.request(method, f"{ADDRESS}/{one['id']}{path}")).status_code == 200


async def test_a_closed_account_leaves_no_conversations_and_the_others_keep_theirs(world, trio):
    ana, ben, _ = trio
    first = await say(world, ana, "@ben Hello")
    await say(world, ben, "@ana Hi", first)

    await world.write(accounts.delete, account_id=ben.account_id)
    await world.settle()

    assert await listed(world, ana) == [("Hello", ["ana"], False)]
    assert await world.ask(_count, "conversations") == 1


async def test_the_direct_stream_tells_what_changes(world, trio):
    ana, ben, _ = trio
    first = await say(world, ana, "@ben One")

    async with listening(world, ben, "direct") as next_event:
        second = await say(world, ana, "@ben Two", first)
        new = await next_event()
        await world.client(ben).post(f"{ADDRESS}/{new[1]['id']}/read")
        read = await next_event()
        await world.client(ana).delete(f"/api/v1/statuses/{second.id}")
        await world.settle()
        fallen_back = await next_event()

    assert [(event, shown(payload)) for event, payload in (new, read, fallen_back)] == [
        ("conversation", ("Two", ["ana"], True)),
        ("conversation", ("Two", ["ana"], False)),
        ("conversation", ("One", ["ana"], False)),
    ]


async def test_nobody_hears_what_they_do_not_want_to(world, trio):
    ana, ben, cleo = trio
    await world.client(ben).post(f"/api/v1/accounts/{ana.id}/mute")

    async with listening(world, ben, "direct") as next_event:
        await say(world, ana, "@ben Muted")
        await say(world, cleo, "@ben Heard")
        event = await next_event()

    assert shown(event[1]) == ("Heard", ["cleo"], True)


async def test_a_cold_page_costs_one_statement_for_each_kind(world, trio):
    ana, ben, _ = trio
    for number in range(10):
        first = await say(world, ana, f"@ben {number}")
        await say(world, ana, f"@ben @cleo {number}", first)
    await forget(world)

    with counted(world) as statements:
        page = await listed(world, ben)

    assert len(page) == 20
    assert set(statements.values()) == {1}, statements


async def test_a_server_that_gets_conversations_later_finds_those_of_before_read(world, trio):
    ana, ben, _ = trio
    first = await say(world, ana, "@ben @cleo One")
    await say(world, ben, "@ana Two", first)
    await say(world, ana, "Note to self")
    kept = await world.ask(_kept)
    assert len(kept) == 6

    await world.tools.db.write(_migrate_again)

    assert await world.ask(_kept) == kept
    assert [unread for _, _, unread in await listed(world, ana)] == [False, False, False]


async def _kept(tx):
    """Which posts are in which conversations."""
    sql = """
        SELECT json_array(c.account_id, c.thread_id, c.others, m.post_id)
        FROM conversations AS c JOIN conversation_posts AS m ON m.conversation_id = c.id AND m.account_id = c.account_id
    """
    return set(await tx.all(str, sql))


async def _migrate_again(tx):
    (step,) = MIGRATIONS.glob("*_conversations.sql")
    for statement in ["DROP TABLE conversation_posts", "DROP TABLE conversations", *step.read_text().split(";\n")]:
        if re.sub(r"--.*", "", statement).strip():
            await tx.run(statement)


async def _count(tx, table):
    return await tx.one(int, f"SELECT count(*) FROM {table}")
