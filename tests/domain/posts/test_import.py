"""Posts of the past take their place by date, and are news for nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from pinson.domain import accounts, posts
from pinson.domain.posts import Draft, NotPast, PostImported, PostNotFound, PostPublished, Visibility
from pinson.lib import ids, log
from tests.domain.town import BASE, START, Town, a_town

THEN = START - timedelta(days=400)


@pytest.fixture
async def town():
    async with a_town(Town) as town:
        yield town


async def bring(town, who, text, at, **draft):
    """Import a post."""
    prepared = posts.prepare(Draft(text, **draft), max_characters=500, local_domain="pinson.example")
    author = await town.reader(who)
    return await town.db.write(
        posts.import_post, author=author, prepared=prepared, created_at=at, base_url=BASE, now=town.now
    )


async def recorded(town, kind):
    """Facts of this kind, in order."""
    async with town.db.read() as tx:
        lines = await log.after(tx, 0)
    return [fact for line in lines if isinstance(fact := log.Kinds([kind]).decode(line), kind)]


async def test_it_bears_its_date_and_counts_and_only_its_own_fact_says_so(town):
    await Town.publish(town, 0, "Bonjour", Visibility.PUBLIC, None)
    published = await recorded(town, PostPublished)

    post = await bring(town, 0, "Jadis #lhc", THEN)

    assert (post.created_at, ids.moment_of(post.id)) == (THEN, THEN)
    assert await recorded(town, PostPublished) == published
    assert [fact.post.id for fact in await recorded(town, PostImported)] == [post.id]
    async with town.db.read() as tx:
        profile = (await accounts.profiles(tx, [town.people[0]]))[town.people[0]]
    assert (profile.posts, profile.last_post_at) == (2, START)


async def test_any_number_of_one_moment_have_ids_of_their_own_in_order(town):
    made = [(await bring(town, 0, f"{number}", THEN)).id for number in range(5)]

    assert made == sorted(set(made))
    assert {ids.moment_of(id) for id in made} == {THEN}
    assert {ids.slot_of(id) for id in made} == {ids.slot_of(town.people[0])}


async def test_what_is_given_out_live_is_above_all_that_was_imported(town):
    await bring(town, 0, "Jadis", town.now - timedelta(milliseconds=1))
    await Town.publish(town, 0, "Bonjour", Visibility.PUBLIC, None)
    [live] = town.posts

    old = await bring(town, 0, "Hier", THEN)
    await Town.publish(town, 0, "Bonsoir", Visibility.PUBLIC, None)

    assert old.id < live < town.posts[-1]


async def test_an_answer_joins_its_conversation(town):
    first = await bring(town, 0, "Jadis", THEN)

    answer = await bring(town, 1, "Oui", THEN + timedelta(days=1), in_reply_to_id=first.id)

    assert (answer.conversation_id, answer.in_reply_to_author_id) == (first.id, town.people[0])
    async with town.db.read() as tx:
        assert (await posts.post(tx, first.id)).replies == 1


async def test_what_is_older_than_our_ids_is_the_oldest_there_is(town):
    old, older = [await bring(town, 0, "Jadis", datetime(year, 1, 1, tzinfo=UTC)) for year in (2006, 1999)]

    assert 0 < old.id < ids.first_at(THEN)
    assert older.id != old.id
    assert (older.created_at.year, older.id > 4096) == (1999, True)


async def test_the_future_and_what_one_may_not_answer_are_refused(town):
    with pytest.raises(NotPast):
        await bring(town, 0, "Demain", town.now)
    private = await bring(town, 0, "Entre nous", THEN, visibility=Visibility.FOLLOWERS)
    with pytest.raises(PostNotFound):
        await bring(town, 1, "Ah ?", THEN, in_reply_to_id=private.id)
