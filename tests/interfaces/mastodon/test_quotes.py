"""A status quotes another: https://docs.joinmastodon.org/client/quotes."""

import pytest

from pinson.domain.accounts import commands as accounts
from pinson.domain.posts import PostPublished, QuoteRevoked
from tests.interfaces.mastodon.test_boosts import listening
from tests.interfaces.mastodon.test_filters import new
from tests.interfaces.mastodon.test_polls import QUESTION, facts, vote


@pytest.fixture
async def alice(world):
    return await world.person("alice")


@pytest.fixture
async def bob(world):
    return await world.person("bob")


@pytest.fixture
async def cleo(world):
    return await world.person("cleo")


async def send(world, who, status="Look at this", **form):
    """Publish; the answer."""
    return await world.client(who).post("/api/v1/statuses", json={"status": status, **form})


async def quoted(world, who, post, **form):
    """A status that quotes a post."""
    answer = await send(world, who, quoted_status_id=str(post.id), **form)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def read(world, who, id):
    """A status as somebody sees it."""
    answer = await world.client(who).get(f"/api/v1/statuses/{id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def state(world, who, status):
    """What somebody is told of a quote, and whether they are shown what is quoted."""
    quote = (await read(world, who, status["id"]))["quote"]
    return quote["state"], quote["quoted_status"] is not None


async def test_a_quote_shows_the_quoted_status_as_its_reader_sees_it(world, alice, bob, cleo):
    post = await world.publish(alice, "Hello")
    await world.client(bob).post(f"/api/v1/statuses/{post.id}/favourite")

    status = await quoted(world, bob, post)

    assert status["quote"] == {"state": "accepted", "quoted_status": await read(world, bob, post.id)}
    assert status["quote"]["quoted_status"]["favourited"]
    for who in (cleo, None):
        assert (await read(world, who, status["id"]))["quote"]["quoted_status"] == await read(world, who, post.id)
    assert (await read(world, None, post.id))["quotes_count"] == 1
    [home] = (await world.client(bob).get("/api/v1/timelines/home")).json()
    assert home["quote"] == status["quote"]
    published = (await facts(world, PostPublished))[-1].post
    assert (published.quote_of_id, published.quote_of_author_id) == (post.id, alice.account_id)


async def test_a_quote_in_a_quoted_status_is_told_by_its_id_alone(world, alice, bob, cleo):
    post = await world.publish(alice, "Hello")
    first = await quoted(world, bob, post)

    second = (await send(world, cleo, quoted_status_id=first["id"])).json()

    assert second["quote"]["quoted_status"]["quote"] == {"state": "accepted", "quoted_status_id": str(post.id)}
    await world.client(alice).delete(f"/api/v1/statuses/{post.id}")
    within = (await read(world, None, second["id"]))["quote"]["quoted_status"]["quote"]
    assert within == {"state": "deleted", "quoted_status_id": None}


async def test_a_boost_shows_the_quote_of_what_it_passes_on(world, alice, bob, cleo):
    status = await quoted(world, bob, await world.publish(alice, "Hello"))

    boost = (await world.client(cleo).post(f"/api/v1/statuses/{status['id']}/reblog")).json()

    assert boost["reblog"]["quote"]["state"] == "accepted"
    assert boost["quote"] == boost["reblog"]["quote"]
    assert boost["quote_approval"] == boost["reblog"]["quote_approval"]


async def test_a_quoted_poll_can_be_voted_in(world, alice, bob, cleo):
    asked = (await send(world, alice, poll=QUESTION)).json()
    status = (await send(world, bob, quoted_status_id=asked["id"])).json()
    await vote(world, cleo, asked, 0)

    poll = (await read(world, cleo, status["id"]))["quote"]["quoted_status"]["poll"]

    assert (poll["voted"], poll["own_votes"], poll["votes_count"]) == (True, [0], 1)


async def test_filters_reach_what_is_quoted_and_what_a_poll_asks(world, alice, bob, cleo):
    await new(world.client(cleo), "coffee")
    asked = (await send(world, alice, poll=QUESTION)).json()
    status = (await send(world, bob, quoted_status_id=asked["id"])).json()

    seen = await read(world, cleo, status["id"])

    assert seen["filtered"] == []
    assert [one["keyword_matches"] for one in seen["quote"]["quoted_status"]["filtered"]] == [["coffee"]]


async def test_a_quote_needs_no_words_and_a_warning_stays_one(world, alice, bob):
    post = await world.publish(alice, "Hello")

    bare = await quoted(world, bob, post, status="")
    warned = await quoted(world, bob, post, status="", spoiler_text="Careful")

    assert (bare["content"], bare["spoiler_text"]) == ("", "")
    assert (warned["content"], warned["spoiler_text"], warned["sensitive"]) == ("", "Careful", True)
    emptied = await world.client(bob).put(f"/api/v1/statuses/{bare['id']}", json={"status": "", "spoiler_text": "Now"})
    assert (emptied.status_code, emptied.json()["spoiler_text"]) == (200, "Now")
    assert emptied.json()["quote"]["state"] == "accepted"


@pytest.mark.parametrize(
    ("policy", "automatic", "stranger", "follower"),
    [
        ("public", ["public"], True, True),
        ("followers", ["followers"], False, True),
        ("nobody", [], False, False),
    ],
)
async def test_the_policy_of_a_status_says_who_may_quote_it(
    world, alice, bob, cleo, policy, automatic, stranger, follower
):
    await world.follow(cleo, alice)
    post = (await send(world, alice, quote_approval_policy=policy)).json()

    for who, may in ((bob, stranger), (cleo, follower), (alice, True)):
        approval = (await read(world, who, post["id"]))["quote_approval"]
        current = "automatic" if may else "denied"
        assert approval == {"automatic": automatic, "manual": [], "current_user": current}
        assert (await send(world, who, quoted_status_id=post["id"])).status_code == (200 if may else 404)
    assert (await read(world, None, post["id"]))["quote_approval"]["current_user"] == "denied"


async def test_the_account_says_who_may_quote_where_the_status_does_not(world, alice):
    await world.client(alice).patch("/api/v1/accounts/update_credentials", json={"source": {"quote_policy": "nobody"}})

    assert (await send(world, alice)).json()["quote_approval"]["automatic"] == []


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_is_not_for_everyone_is_quoted_by_nobody_else(world, alice, bob, visibility):
    await world.follow(bob, alice)
    post = (await send(world, alice, "@bob", visibility=visibility, quote_approval_policy="public")).json()

    assert post["quote_approval"]["automatic"] == []
    assert (await read(world, bob, post["id"]))["quote_approval"]["current_user"] == "denied"
    assert (await send(world, bob, quoted_status_id=post["id"])).status_code == 404
    own = await send(world, alice, quoted_status_id=post["id"])
    if visibility == "direct":
        assert own.status_code == 404
    else:
        assert (own.status_code, own.json()["visibility"]) == (200, "private")


async def test_what_is_not_there_or_a_boost_cannot_be_quoted(world, alice, bob):
    post = await world.publish(alice, "Hello")
    boost = (await world.client(bob).post(f"/api/v1/statuses/{post.id}/reblog")).json()

    for id in (boost["id"], "1"):
        assert (await send(world, bob, quoted_status_id=id)).status_code == 404
    await world.client(alice).post(f"/api/v1/accounts/{bob.id}/block")
    assert (await send(world, bob, quoted_status_id=str(post.id))).status_code == 404


async def test_a_direct_status_mentions_whomever_it_quotes(world, alice, bob, cleo):
    post = await world.publish(alice, "Hello")

    alone = await send(world, bob, "@cleo", quoted_status_id=str(post.id), visibility="direct")
    told = await send(world, bob, "@alice", quoted_status_id=str(post.id), visibility="direct")
    own = await send(world, alice, "@cleo", quoted_status_id=str(post.id), visibility="direct")

    assert [answer.status_code for answer in (alone, told, own)] == [422, 200, 200]


async def test_what_becomes_of_a_quote_depends_on_who_looks(world, alice, bob, cleo):
    post = await world.publish(alice, "Hello")
    status = await quoted(world, bob, post)
    client = world.client(cleo)

    await client.post(f"/api/v1/accounts/{alice.id}/mute")
    assert await state(world, cleo, status) == ("muted_account", True)
    await client.post(f"/api/v1/accounts/{alice.id}/unmute")
    await client.post(f"/api/v1/accounts/{alice.id}/block")
    assert await state(world, cleo, status) == ("blocked_account", True)
    await client.post(f"/api/v1/accounts/{alice.id}/unblock")
    await world.client(alice).post(f"/api/v1/accounts/{cleo.id}/block")
    assert await state(world, cleo, status) == ("unauthorized", False)
    assert await state(world, None, status) == ("accepted", True)
    await world.write(accounts.suspend, account_id=alice.account_id)
    assert await state(world, None, status) == ("unauthorized", False)
    await world.write(accounts.restore, account_id=alice.account_id)
    await world.client(alice).delete(f"/api/v1/statuses/{post.id}")
    assert await state(world, None, status) == ("deleted", False)


async def test_a_quote_of_a_private_status_is_not_for_those_it_is_not_for(world, alice, bob, cleo):
    await world.follow(cleo, alice)
    post = await world.publish(alice, "Among us", visibility="private")
    status = await quoted(world, alice, post, status="@bob")

    assert await state(world, bob, status) == ("unauthorized", False)
    assert await state(world, cleo, status) == ("accepted", True)


async def test_the_author_of_a_quoted_status_can_have_it_taken_out(world, alice, bob, cleo):
    post = await world.publish(alice, "Hello")
    status = await quoted(world, bob, post)
    path = f"/api/v1/statuses/{post.id}/quotes/{status['id']}/revoke"

    assert (await world.client(cleo).post(path)).status_code == 403
    other = await world.publish(alice, "Other")
    assert (
        await world.client(alice).post(f"/api/v1/statuses/{other.id}/quotes/{status['id']}/revoke")
    ).status_code == 404
    for _ in range(2):
        revoked = await world.client(alice).post(path)

    assert revoked.json()["quote"] == {"state": "revoked", "quoted_status": None}
    assert revoked.json()["id"] == status["id"]
    for who in (alice, bob, None):
        assert await state(world, who, status) == ("revoked", False)
    assert (await read(world, None, post.id))["quotes_count"] == 0
    assert (await world.client(alice).get(f"/api/v1/statuses/{post.id}/quotes")).json() == []
    assert len(await facts(world, QuoteRevoked)) == 1
    await world.client(bob).delete(f"/api/v1/statuses/{status['id']}")
    assert (await read(world, None, post.id))["quotes_count"] == 0


async def test_a_quote_that_is_deleted_counts_no_longer(world, alice, bob):
    post = await world.publish(alice, "Hello")
    status = await quoted(world, bob, post)

    await world.client(bob).delete(f"/api/v1/statuses/{status['id']}")

    assert (await read(world, None, post.id))["quotes_count"] == 0


async def test_the_author_learns_of_all_quotes_and_others_of_those_they_may_see(world, alice, bob, cleo):
    post = await world.publish(alice, "Hello")
    open = await quoted(world, bob, post)
    private = await quoted(world, bob, post, visibility="private")

    async def ids(who):
        return [one["id"] for one in (await world.client(who).get(f"/api/v1/statuses/{post.id}/quotes")).json()]

    assert await ids(alice) == [private["id"], open["id"]]
    assert await ids(cleo) == [open["id"]]
    assert (await world.client().get(f"/api/v1/statuses/{post.id}/quotes")).status_code == 401
    hidden = await world.publish(alice, "Among us", visibility="private")
    assert (await world.client(cleo).get(f"/api/v1/statuses/{hidden.id}/quotes")).status_code == 404


async def test_quotes_come_in_pages(world, alice, bob):
    post = await world.publish(alice, "Hello")
    ids = [(await quoted(world, bob, post))["id"] for _ in range(3)]
    client, path = world.client(alice), f"/api/v1/statuses/{post.id}/quotes"

    first = await client.get(path, params={"limit": 2})
    rest = await client.get(first.links["next"]["url"])
    newer = await client.get(first.links["prev"]["url"])

    assert [one["id"] for one in first.json()] == ids[:0:-1]
    assert [one["id"] for one in rest.json()] == ids[:1]
    assert "since_id" in first.links["prev"]["url"]
    assert newer.json() == []
    assert "next" not in rest.links


async def test_the_policy_of_a_status_can_be_changed_without_editing_it(world, alice, bob):
    post = await world.publish(alice, "Hello")
    path = f"/api/v1/statuses/{post.id}/interaction_policy"

    changed = await world.client(alice).put(path, json={"quote_approval_policy": "nobody"})

    assert changed.json()["quote_approval"]["automatic"] == []
    assert changed.json()["edited_at"] is None
    assert (await read(world, bob, post.id))["quote_approval"]["current_user"] == "denied"
    assert (await world.client(bob).put(path, json={"quote_approval_policy": "public"})).status_code == 404
    assert (await world.client(alice).put(path, json={"quote_approval_policy": "some"})).status_code == 422
    assert (await world.client(alice).put(path)).status_code == 400


async def test_an_edit_may_change_the_policy_and_never_what_is_quoted(world, alice, bob):
    post, other = await world.publish(alice, "Hello"), await world.publish(alice, "Other")
    status = await quoted(world, bob, post)

    edited = await world.client(bob).put(
        f"/api/v1/statuses/{status['id']}",
        json={"status": "So", "quoted_status_id": str(other.id), "quote_approval_policy": "followers"},
    )

    assert edited.json()["quote"]["quoted_status"]["id"] == str(post.id)
    assert edited.json()["quote_approval"]["automatic"] == ["followers"]
    versions = (await world.client().get(f"/api/v1/statuses/{status['id']}/history")).json()
    assert [version["quote"]["quoted_status"]["id"] for version in versions] == [str(post.id)] * 2
    only = await world.client(bob).put(
        f"/api/v1/statuses/{status['id']}", json={"status": "So", "quote_approval_policy": "public"}
    )
    assert only.json()["quote_approval"]["automatic"] == ["public"]
    assert len((await world.client().get(f"/api/v1/statuses/{status['id']}/history")).json()) == 2


async def test_a_deleted_quote_says_what_it_quoted(world, alice, bob):
    status = await quoted(world, bob, await world.publish(alice, "Hello"))

    deleted = (await world.client(bob).delete(f"/api/v1/statuses/{status['id']}")).json()

    assert deleted["quote"]["quoted_status"]["id"] == status["quote"]["quoted_status"]["id"]


async def test_streams_show_each_listener_polls_and_quotes_as_they_see_them(world, alice, bob):
    post = await world.publish(bob, "Hello")
    await world.follow(bob, alice)
    await world.client(bob).post(f"/api/v1/statuses/{post.id}/bookmark")
    async with listening(world, bob) as next_event:
        status = await quoted(world, alice, post, poll=QUESTION)
        event, update = await next_event()
        path = f"/api/v1/statuses/{post.id}/quotes/{status['id']}/revoke"
        await world.client(bob).post(path)
        again, revoked = await next_event()
        await world.client(alice).put(
            f"/api/v1/statuses/{status['id']}/interaction_policy", json={"quote_approval_policy": "nobody"}
        )
        _, closed = await next_event()

    assert (event, again) == ("update", "status.update")
    assert (update["quote"]["state"], update["quote"]["quoted_status"]["bookmarked"]) == ("accepted", True)
    assert (update["poll"]["voted"], status["poll"]["voted"]) == (False, True)
    assert revoked["quote"] == {"state": "revoked", "quoted_status": None}
    assert revoked["edited_at"] is None
    assert closed["quote_approval"] == {"automatic": [], "manual": [], "current_user": "denied"}
