"""What others see of an account that moderators limited, or whose pictures they marked as sensitive."""

import asyncio

from pinson.domain import accounts
from tests.interfaces.mastodon.test_boosts import listening
from tests.interfaces.mastodon.test_relations import texts
from tests.lib.pictures import photo


async def test_a_limited_account_reaches_those_who_follow_it_and_nobody_else_by_chance(world):
    mallory, fan, bob = await world.people("mallory", "fan", "bob")
    await world.follow(fan, mallory)
    before = await world.publish(mallory, "Before #birds")
    await world.client(bob).post("/api/v1/tags/birds/follow")

    await world.write(accounts.limit, account_id=mallory.account_id)
    after = await world.publish(mallory, "After #birds")

    assert [before.visibility, after.visibility] == ["public", "unlisted"]
    public, tag = "/api/v1/timelines/public", "/api/v1/timelines/tag/birds"
    assert [await texts(world, who, public) for who in (None, bob)] == [[], []]
    assert [await texts(world, who, tag) for who in (None, bob)] == [[], []]
    assert await texts(world, bob) == []
    assert len(await texts(world, fan, public)) == len(await texts(world, fan, tag)) == 1
    assert len(await texts(world, fan)) == 2
    for who in (None, bob, fan, mallory):
        assert len(await texts(world, who, f"/api/v1/accounts/{mallory.id}/statuses")) == 2
    assert (await world.client().get(f"/api/v1/accounts/{mallory.id}")).json()["limited"] is True

    await world.write(accounts.unlimit, account_id=mallory.account_id)

    assert len(await texts(world, bob, public)) == 1
    assert "limited" not in (await world.client().get(f"/api/v1/accounts/{mallory.id}")).json()


async def test_a_boost_by_a_limited_account_is_unlisted(world):
    mallory, bob = await world.people("mallory", "bob")
    post = await world.publish(bob, "Hello")
    await world.write(accounts.limit, account_id=mallory.account_id)

    boost = (await world.client(mallory).post(f"/api/v1/statuses/{post.id}/reblog")).json()

    assert (boost["visibility"], boost["reblog"]["visibility"]) == ("unlisted", "public")


async def test_streams_open_before_an_account_was_limited_follow_its_standing(world):
    mallory, fan, bob = await world.people("mallory", "fan", "bob")
    await world.follow(fan, mallory)
    post = await world.publish(mallory, "Before")
    client = world.client(mallory)

    async with listening(world, bob, "public") as bobs, listening(world, fan, "public") as fans:
        while len(world.tools.hub) < 2:  # noqa: ASYNC110  (nothing tells that both listen)
            await asyncio.sleep(0)
        await world.write(accounts.limit, account_id=mallory.account_id)
        await client.put(f"/api/v1/statuses/{post.id}", data={"status": "Meanwhile"})
        assert "Meanwhile" in (await fans())[1]["content"]
        await world.write(accounts.unlimit, account_id=mallory.account_id)
        await client.put(f"/api/v1/statuses/{post.id}", data={"status": "After"})

        assert "After" in (await fans())[1]["content"]
        assert "After" in (await bobs())[1]["content"]


async def test_nobody_is_led_to_a_limited_account(world):
    mallory, bob = await world.people("mallory", "bob")
    await world.client(mallory).patch("/api/v1/accounts/update_credentials", data={"discoverable": "true"})
    await world.follow(bob, mallory)
    client = world.client(await world.person("carol"))

    async def found():
        directory = [one["username"] for one in (await client.get("/api/v1/directory")).json()]
        return directory, [one["account"]["username"] for one in (await client.get("/api/v2/suggestions")).json()]

    assert await found() == (["mallory"], ["mallory"])
    await world.write(accounts.limit, account_id=mallory.account_id)
    assert await found() == ([], [])


async def test_what_a_sensitized_account_shows_is_sensitive_whatever_its_posts_say(world):
    mallory, bob = await world.people("mallory", "bob")
    client = world.client(mallory)
    media = (await client.post("/api/v2/media", files={"file": ("x.jpg", photo(90, 60))})).json()["id"]
    shown = (await client.post("/api/v1/statuses", json={"status": "Look", "media_ids": [media]})).json()["id"]
    said = (await client.post("/api/v1/statuses", json={"status": "Read"})).json()["id"]

    async def sensitive():
        answers = [await world.client(bob).get(f"/api/v1/statuses/{id}") for id in (shown, said)]
        return [answer.json()["sensitive"] for answer in answers]

    assert await sensitive() == [False, False]
    await world.write(accounts.sensitize, account_id=mallory.account_id)
    assert await sensitive() == [True, False]
    await world.write(accounts.desensitize, account_id=mallory.account_id)
    assert await sensitive() == [False, False]
