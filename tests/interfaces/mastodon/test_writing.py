"""What a status is made of: https://docs.joinmastodon.org/methods/statuses/#create."""

from datetime import timedelta

import pytest

from pinson.domain import accounts


@pytest.fixture
async def alice(world):
    return await world.person("alice")


@pytest.fixture
async def client(world, alice):
    """Alice's app."""
    return world.client(alice)


async def send(client, status="Hello", **form):
    """Publish; the answer."""
    return await client.post("/api/v1/statuses", json={"status": status, **form})


async def test_whoever_would_be_mentioned_unexpectedly_is_named_and_nothing_is_published(world, alice, client):
    bob, cleo = await world.people("bob", "cleo")

    refused = await send(client, "@bob @cleo @nobody", allowed_mentions=[bob.id])
    none = await send(client, "@bob", allowed_mentions=[])

    assert (refused.status_code, none.status_code) == (422, 422)
    assert [one["acct"] for one in refused.json()["unexpected_accounts"]] == ["cleo"]
    assert (await world.client().get(f"/api/v1/accounts/{cleo.id}")).json() in refused.json()["unexpected_accounts"]
    assert await world.home(alice) == []
    assert (await send(client, "@bob @cleo", allowed_mentions=[bob.id, cleo.id])).status_code == 200


async def test_a_warning_without_words_becomes_the_words_and_is_sensitive_still(client):
    status = (await send(client, "  ", spoiler_text="Spiders")).json()

    assert (status["content"], status["spoiler_text"], status["sensitive"]) == ("<p>Spiders</p>", "", True)
    edited = (await client.put(f"/api/v1/statuses/{status['id']}", json={"spoiler_text": "Wasps"})).json()
    assert (edited["content"], edited["spoiler_text"], edited["sensitive"]) == ("<p>Wasps</p>", "", True)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("fr", "fr"), ("FR", "fr"), ("zh-tw", "zh-TW"), ("sr_latn", "sr-Latn"), ("yue", "yue"), ("qq", None), ("!", None)],
)
async def test_a_language_that_there_is_not_is_as_good_as_none(client, sent, kept):
    assert (await send(client, "Hm", language=sent)).json()["language"] == kept


async def test_an_edit_in_no_language_keeps_the_one_there_was(client):
    status = (await send(client, language="fr")).json()

    edited = await client.put(f"/api/v1/statuses/{status['id']}", json={"status": "Salut", "language": "qq"})

    assert edited.json()["language"] == "fr"


async def test_deleting_ones_boost_takes_it_back_and_leaves_what_it_showed(world, alice, client):
    bob = await world.person("bob")
    post = await world.publish(bob, "Hello")
    boost = (await client.post(f"/api/v1/statuses/{post.id}/reblog")).json()

    assert (await world.client(bob).delete(f"/api/v1/statuses/{boost['id']}")).status_code == 404
    deleted = await client.delete(f"/api/v1/statuses/{boost['id']}")

    assert deleted.json()["id"] == boost["id"]
    shown = (await client.get(f"/api/v1/statuses/{post.id}")).json()
    assert (shown["reblogged"], shown["reblogs_count"]) == (False, 0)


async def test_an_answer_goes_to_what_a_boost_shows_and_only_to_what_one_may_see(world, alice, client):
    bob = await world.person("bob")
    post = await world.publish(bob, "Hello")
    boost = (await client.post(f"/api/v1/statuses/{post.id}/reblog")).json()
    hidden = await world.publish(bob, "Among us", visibility="private")

    assert (await send(client, in_reply_to_id=boost["id"])).json()["in_reply_to_id"] == str(post.id)
    assert (await send(client, in_reply_to_id=str(hidden.id))).status_code == 404


@pytest.mark.parametrize(
    "form",
    [
        {"poll": "x"},
        {"poll": {"options": "a", "expires_in": "soon"}},
        {"scheduled_at": "tomorrow"},
        {"quoted_status_id": "x"},
        {"quote_approval_policy": "some"},
        {"allowed_mentions": ["x"]},
        {"visibility": "limited"},
    ],
)
async def test_what_cannot_be_read_is_refused(world, alice, client, form):
    assert (await send(client, **form)).status_code == 422
    assert await world.home(alice) == []


@pytest.mark.parametrize("poll", [{}, {"options": []}, {"options": [""]}, ""])
async def test_apps_that_want_no_poll_may_send_an_empty_one(client, poll):
    assert (await send(client, poll=poll)).json()["poll"] is None


async def test_whoever_publishes_is_told_how_often_they_did_whatever_came_in_between(world):
    ana, ben = await world.people("ana", "ben")
    client, other = world.client(ana), world.client(ben)

    async def told():
        answer = await client.post("/api/v1/statuses", json={"status": "Encore"})
        said, stands = answer.json()["account"], await world.ask(accounts.profile, ana.account_id)
        assert (said["statuses_count"], said["followers_count"]) == (stands.posts, stands.followers)
        assert said["last_status_at"] == f"{stands.last_post_at:%Y-%m-%d}"
        return answer.json()

    async def rename():
        await client.patch("/api/v1/accounts/update_credentials", data={"display_name": "Ana"})

    first = await told()
    between = [
        told,
        lambda: world.follow(ben, ana),
        lambda: client.post(f"/api/v1/statuses/{first['id']}/reblog"),
        lambda: client.delete(f"/api/v1/statuses/{first['id']}"),
        rename,
        lambda: world.clock.move(timedelta(days=1)) or told(),
        lambda: other.post(f"/api/v1/accounts/{ana.id}/unfollow"),
    ]
    for act in between:
        await act()
        last = await told()

    assert (last["account"]["statuses_count"], last["account"]["followers_count"]) == (10, 0)
    assert (last["account"]["display_name"], last["account"]["last_status_at"]) == ("Ana", "2026-03-31")
