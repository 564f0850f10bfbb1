"""The thread around a status, as apps show it, and the source of a status."""

from pinson.domain import accounts


async def context(world, post, reader=None):
    """The texts above and below a post."""
    answer = await world.client(reader).get(f"/api/v1/statuses/{post.id}/context")
    assert answer.status_code == 200, answer.text
    return [[status["content"] for status in answer.json()[side]] for side in ("ancestors", "descendants")]


async def test_a_thread_is_what_was_answered_and_what_answers(world):
    alice, bob = await world.people("alice", "bob")
    first = await world.publish(alice, "First")
    second = await world.publish(bob, "Second", in_reply_to_id=str(first.id))
    third = await world.publish(alice, "Third", in_reply_to_id=str(second.id))
    await world.publish(bob, "Fourth", in_reply_to_id=str(third.id))

    assert await context(world, first) == [[], ["<p>Second</p>", "<p>Third</p>", "<p>Fourth</p>"]]
    assert await context(world, third) == [["<p>First</p>", "<p>Second</p>"], ["<p>Fourth</p>"]]


async def test_only_what_the_reader_may_see_is_in_it(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    first = await world.publish(alice, "First")
    await world.publish(bob, "For friends", in_reply_to_id=str(first.id), visibility="private")
    await world.publish(carol, "Soon gone", in_reply_to_id=str(first.id))
    await world.write(accounts.suspend, account_id=carol.account_id)

    assert await context(world, first) == [[], []]
    assert await context(world, first, reader=bob) == [[], ["<p>For friends</p>"]]


async def test_the_thread_of_what_one_may_not_see_is_missing(world):
    alice = await world.person("alice")
    post = await world.publish(alice, "To myself", visibility="direct")
    stranger = world.client()

    answers = [await stranger.get(f"/api/v1/statuses/{id}/context") for id in (post.id, 1, "x", "9" * 30)]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]


async def test_the_source_of_a_status_is_what_was_typed(world):
    alice = await world.person("alice")
    post = await world.publish(alice, "A <b> & #tag\nhttps://x.example", spoiler_text="Careful")
    private = await world.publish(alice, "Mine", visibility="private")
    bob = await world.person("bob")

    source = await world.client(bob).get(f"/api/v1/statuses/{post.id}/source")
    hidden = await world.client(bob).get(f"/api/v1/statuses/{private.id}/source")

    text = "A <b> & #tag\nhttps://x.example"
    assert source.json() == {"id": str(post.id), "text": text, "spoiler_text": "Careful"}
    assert hidden.status_code == 404
