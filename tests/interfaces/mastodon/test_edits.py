"""A status is edited: it says something else, and what it said before can be read."""

from datetime import timedelta

import pytest


async def edit(world, who, post, **form):
    """Edit a post; the answer."""
    return await world.client(who).put(f"/api/v1/statuses/{post.id}", json=form)


async def tagged(world, tag):
    """Ids of what stands under a hashtag."""
    return [one["id"] for one in (await world.client().get(f"/api/v1/timelines/tag/{tag}")).json()]


async def test_an_edit_replaces_all_that_may_change_and_says_when(world):
    alice, _ = await world.people("alice", "bob")
    post = await world.publish(alice, "Hello #ants", visibility="unlisted", language="en")
    world.clock.move(timedelta(minutes=5))

    edited = (await edit(world, alice, post, status="Bonjour @bob", spoiler_text="Hm", language="fr")).json()

    assert edited["edited_at"] == "2026-03-30T13:11:00.000Z"
    assert edited["created_at"] == "2026-03-30T13:06:00.000Z"
    assert (edited["id"], edited["visibility"]) == (str(post.id), "unlisted")
    assert (edited["spoiler_text"], edited["sensitive"], edited["language"]) == ("Hm", True, "fr")
    assert [one["acct"] for one in edited["mentions"]] == ["bob"]
    assert edited["tags"] == []
    assert (await world.client().get(f"/api/v1/statuses/{post.id}")).json()["content"] == edited["content"]


async def test_an_edit_moves_the_status_between_hashtags(world):
    alice = await world.person("alice")
    post = await world.publish(alice, "#ants #bees")

    await edit(world, alice, post, status="#bees #cats")

    assert [await tagged(world, tag) for tag in ("ants", "bees", "cats")] == [[], [str(post.id)], [str(post.id)]]


async def test_the_history_holds_all_versions_the_original_first(world):
    alice = await world.person("alice")
    post = await world.publish(alice, "One")
    path = f"/api/v1/statuses/{post.id}/history"
    before = (await world.client().get(path)).json()
    for text, spoiler in (("Two", ""), ("Three", "Careful")):
        world.clock.move(timedelta(minutes=1))
        await edit(world, alice, post, status=text, spoiler_text=spoiler)

    after = (await world.client().get(path)).json()

    assert [one["content"] for one in before] == ["<p>One</p>"]
    assert [(one["content"], one["spoiler_text"], one["sensitive"], one["created_at"][14:16]) for one in after] == [
        ("<p>One</p>", "", False, "06"),
        ("<p>Two</p>", "", False, "07"),
        ("<p>Three</p>", "Careful", True, "08"),
    ]
    assert {one["account"]["username"] for one in after} == {"alice"}
    assert after[0].keys() == {
        "content",
        "spoiler_text",
        "sensitive",
        "created_at",
        "account",
        "media_attachments",
        "emojis",
    }


async def test_what_is_sent_unchanged_is_no_edit(world):
    alice = await world.person("alice")
    post = await world.publish(alice, "One", language="fr")

    answer = await edit(world, alice, post, status="One", media_ids=[], poll=None)

    assert (answer.json()["edited_at"], answer.json()["language"]) == (None, "fr")
    assert len((await world.client().get(f"/api/v1/statuses/{post.id}/history")).json()) == 1


async def test_whom_an_edit_no_longer_mentions_may_still_read_it(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    post = await world.publish(alice, "For @bob", visibility="direct")

    edited = (await edit(world, alice, post, status="For @carol")).json()

    assert [one["acct"] for one in edited["mentions"]] == ["carol"]
    for reader in (bob, carol):
        assert (await world.client(reader).get(f"/api/v1/statuses/{post.id}")).status_code == 200


@pytest.mark.parametrize(
    ("form", "status"),
    [({"status": " "}, 422), ({}, 422), ({"status": "x" * 501}, 422), ({"spoiler_text": "Only this"}, 200)],
)
async def test_an_edit_is_held_to_the_same_limits(world, form, status):
    alice = await world.person("alice")

    answer = await edit(world, alice, await world.publish(alice, "One"), **form)

    assert answer.status_code == status


async def test_only_the_author_edits_and_never_a_boost(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "One")
    boosted = (await world.client(bob).post(f"/api/v1/statuses/{post.id}/reblog")).json()

    refused = [
        await edit(world, bob, post, status="Two"),
        await world.client(bob).put(f"/api/v1/statuses/{boosted['id']}", json={"status": "Two"}),
        await world.client(bob).put("/api/v1/statuses/1", json={"status": "Two"}),
    ]

    assert [answer.status_code for answer in refused] == [404, 404, 404]
    assert (await edit(world, None, post, status="Two")).status_code == 401


async def test_an_answer_to_a_deleted_status_keeps_whom_it_answers_but_not_what(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Soon gone")
    answer = await world.publish(bob, "Why?", in_reply_to_id=str(post.id))

    await world.client(alice).request("DELETE", f"/api/v1/statuses/{post.id}")
    await world.settle()

    status = (await world.client().get(f"/api/v1/statuses/{answer.id}")).json()
    assert (status["in_reply_to_id"], status["in_reply_to_account_id"]) == (None, alice.id)


async def test_the_language_of_a_status_is_detected_where_it_is_clear_and_kept_by_an_edit(world):
    alice = await world.person("alice")
    clear = await world.publish(alice, "Il pleut encore ce matin à Genève https://x.example/fine #rain")
    unclear = await world.publish(alice, "Coucou")
    given = await world.publish(alice, "Il pleut ce matin", language="it")

    await edit(world, alice, clear, status="The train is late again this morning.")

    assert [post.language for post in (clear, unclear, given)] == ["fr", None, "it"]
    assert (await world.client().get(f"/api/v1/statuses/{clear.id}")).json()["language"] == "fr"
