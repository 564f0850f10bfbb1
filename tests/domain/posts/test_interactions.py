"""What hangs on a post goes in bounded steps; facts say what views and reactions need; old data is taken along."""

import msgspec
import pytest

from pinson.app import MIGRATIONS
from pinson.domain import accounts, posts
from pinson.domain.posts import Draft, PostEdited, PostMarked, PostUnmarked, Visibility
from pinson.lib.db.migrate import migrate, steps
from pinson.lib.db.sqlite import Sqlite
from tests.domain.posts.test_threads import BASE, Talk


@pytest.fixture
def talk(db, now):
    return Talk(db, now)


async def recorded(db, kind):
    """The facts of a kind, in order."""
    async with db.read() as tx:
        lines = await tx.all(str, "SELECT payload FROM log WHERE kind = :kind ORDER BY seq", kind=kind.__name__)
    return [msgspec.json.decode(line, type=kind) for line in lines]


async def edit(talk, name, post, text):
    prepared = posts.prepare(Draft(text), max_characters=500, local_domain="pinson.example")
    author = (await talk.reader(name)).id
    return await talk.db.write(posts.edit, id=post.id, author_id=author, prepared=prepared, base_url=BASE, now=talk.now)


async def test_what_hung_on_a_deleted_post_goes_in_steps(talk, db, now):
    post = await talk.say("ana", "Look")
    answers = [await talk.say("ana", "Why?", to=post) for _ in range(3)]
    for name in ("ben", "cleo", "dan"):
        reader = await talk.reader(name)
        await db.write(posts.boost, booster=reader, id=post.id, visibility=Visibility.PUBLIC, app_id=None, now=now)
        await db.write(posts.favourite, reader=reader, id=post.id, now=now)
    await db.write(posts.delete, id=post.id, author_id=post.author_id, now=now)

    gone = [await db.write(posts.clear_after, id=post.id, now=now, limit=2) for _ in range(3)]

    assert gone == [6, 3, 0]
    async with db.read() as tx:
        left = await posts.posts(tx, [answer.id for answer in answers])
        assert [(one.in_reply_to_id, one.in_reply_to_author_id) for one in left.values()] == [
            (None, post.author_id)
        ] * 3
        assert await posts.count(tx) == 3
        assert (await accounts.profile(tx, (await talk.reader("ben")).id)).posts == 0


async def test_marking_twice_is_recorded_once(talk, db, now):
    post = await talk.say("ana", "Look")
    reader = await talk.reader("ben")

    for verb in (posts.favourite, posts.favourite, posts.unfavourite, posts.unfavourite):
        await db.write(verb, reader=reader, id=post.id, now=now)

    made, taken = await recorded(db, PostMarked), await recorded(db, PostUnmarked)
    assert [(fact.account_id, fact.post_id, fact.author_id) for fact in made] == [(reader.id, post.id, post.author_id)]
    assert [(fact.account_id, fact.post_id) for fact in taken] == [(reader.id, post.id)]


async def test_an_edit_says_what_it_joined_and_left_and_whom_it_mentions_now(talk, db):
    ben, cleo = [(await talk.reader(name)).id for name in ("ben", "cleo")]
    post = await talk.say("ana", "Hello @ben #ants #bees")

    await edit(talk, "ana", post, "Hello @cleo #bees #cats")
    await edit(talk, "ana", post, "Hello @ben @cleo #bees #cats")
    await edit(talk, "ana", post, "Hello @ben @cleo #bees #cats")

    first, second = await recorded(db, PostEdited)
    async with db.read() as tx:
        names = {tag.id: tag.name for tag in await posts.tags_starting(tx, "ants", limit=1)}
        names |= {tag.id: tag.name for tag in await posts.tags_starting(tx, "cats", limit=1)}
    assert [[names[id] for id in ids] for ids in (first.left, first.joined)] == [["ants"], ["cats"]]
    assert (first.mentioned, first.post.mentions) == ((cleo,), (cleo, ben))
    assert (second.mentioned, second.joined, second.left) == ((), (), ())


async def test_posts_from_before_find_the_conversation_they_are_in(tmp_path, now):
    all_steps = steps(MIGRATIONS)
    migrate(tmp_path, steps={number: all_steps[number] for number in (1, 2)}, now=now)
    old = """
        INSERT INTO posts (id, author_id, created_at, visibility, text, html, in_reply_to_id, in_reply_to_author_id)
        VALUES (:id, 1, 0, 'public', '', '', :to, :whom)
    """

    async def fill(tx):
        await tx.run("INSERT INTO accounts (id, username, handle, created_at) VALUES (1, 'ana', 'ana', 0)")
        rows = [(10, None), (11, 10), (12, 11), (13, 9), (14, 13)]
        await tx.run_many(old, [{"id": id, "to": to, "whom": to and 1} for id, to in rows])

    before = Sqlite(tmp_path)
    await before.write(fill)
    await before.close()
    migrate(tmp_path, steps=all_steps, now=now)

    after = Sqlite(tmp_path)
    async with after.read() as tx:
        found = await posts.posts(tx, [10, 11, 12, 13, 14])
    await after.close()
    assert {id: post.conversation_id for id, post in found.items()} == {10: 10, 11: 10, 12: 10, 13: 13, 14: 13}
    assert (found[13].in_reply_to_id, found[13].in_reply_to_author_id) == (None, 1)
