"""The journey that docs/tour.md tells: written by one person, read at home and heard live by another."""

import asyncio

from pinson.domain import accounts
from pinson.domain.posts import Reader
from pinson.domain.streams import HeardKind


async def test_a_follower_finds_the_post_at_home(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)

    await world.publish(alice, "Hello")

    assert [post.text for post in await world.home(bob)] == ["Hello"]


async def test_who_follows_later_finds_what_was_said_before(world):
    alice, bob = await world.people("alice", "bob")
    await world.publish(alice, "Hello")

    await world.follow(bob, alice)

    assert [post.text for post in await world.home(bob)] == ["Hello"]


async def test_a_follower_hears_the_post_while_it_is_published(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)
    listener = await listening_at_home(world, bob)
    hub = asyncio.create_task(world.tools.hub.run())

    post = await world.publish(alice, "Hello")

    assert [(one.kind, one.id) for one in await asyncio.wait_for(listener.hear(), 60)] == [
        (HeardKind.PUBLISHED, post.id)
    ]
    hub.cancel()


async def test_a_deleted_post_is_gone_for_everyone(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)
    post = await world.publish(alice, "Hello")
    assert await world.home(bob) != []

    answer = await world.client(alice).delete(f"/api/v1/statuses/{post.id}")

    assert answer.json()["text"] == "Hello"
    assert await world.home(bob) == []
    assert (await world.client(bob).get(f"/api/v1/statuses/{post.id}")).status_code == 404


async def test_a_repeated_request_publishes_once(world):
    [alice] = await world.people("alice")
    client = world.client(alice)

    sent = [
        await client.post("/api/v1/statuses", data={"status": "Hello"}, headers={"Idempotency-Key": "one"})
        for _ in range(3)
    ]

    assert len({answer.json()["id"] for answer in sent}) == 1
    assert len(await world.home(alice)) == 1


async def test_a_closed_account_leaves_nothing_behind(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)
    await world.publish(alice, "Hello")

    await world.write(accounts.delete, account_id=alice.account_id)
    await world.settle()

    assert await world.home(bob) == []
    assert (await world.client(alice).get("/api/v1/timelines/home")).status_code == 401
    for table in ("posts", "entries", "members", "tokens", "follows"):
        left = await world.ask(lambda tx, table=table: tx.all(int, f"SELECT count(*) FROM {table}"))
        assert left == [{"members": 1, "tokens": 1}.get(table, 0)], table


async def listening_at_home(world, person):
    """A listener to somebody's home, as their app would open it."""
    tools = world.tools
    principal = await tools.tokens.principal(person.token)
    async with tools.db.read() as tx:
        circle = await tools.circles.of(tx, person.account_id, now=world.clock.now())
    reader = Reader(circle, tools.standing)
    return tools.hub.listen(tools.timelines.home(circle), reader, principal=principal, is_home=True)
