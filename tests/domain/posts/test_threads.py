"""The thread around a post, in order, within bounds, and as far as its reader may see it."""

import msgspec
import pytest

from pinson.domain import accounts, posts
from pinson.domain.accounts import AccountLimited
from pinson.domain.posts import Draft, Reader, Standing, Visibility, store
from pinson.domain.relations import Circle

BASE = "https://pinson.example"


class Talk:
    """Accounts by name, who answer one another."""

    def __init__(self, db, now):
        self.db, self.now = db, now
        self.ids = {}
        self.standing = Standing()

    async def reader(self, name):
        if name not in self.ids:
            account = await self.db.write(accounts.create, username=name, now=self.now)
            self.ids[name] = account.id
        return Reader(Circle(self.ids[name], frozenset(self.ids.values())), self.standing)

    async def say(self, name, text, *, to=None, visibility=Visibility.PUBLIC):
        author = await self.reader(name)
        draft = Draft(text, visibility, to.id if to else None)
        prepared = posts.prepare(draft, max_characters=500, local_domain="pinson.example")
        return await self.db.write(
            posts.publish, author=author, author_id=author.id, prepared=prepared, base_url=BASE, now=self.now
        )

    async def around(self, post, reader=None):
        """The texts above and below a post, for a stranger unless said otherwise."""
        stranger = Reader(None, self.standing)
        async with self.db.read() as tx:
            found = await posts.context(tx, post.id, reader=reader or stranger)
            texts = {id: one.text for id, one in (await posts.posts(tx, [*self._ids(found)])).items()}
        return [texts[one.id] for one in found.ancestors], [texts[one.id] for one in found.descendants]

    def _ids(self, found):
        return (one.id for one in (*found.ancestors, *found.descendants))


@pytest.fixture
def talk(db, now):
    return Talk(db, now)


async def test_each_answer_is_followed_by_what_answers_it(talk):
    root = await talk.say("ana", "root")
    first = await talk.say("ben", "1", to=root)
    second = await talk.say("cleo", "2", to=root)
    await talk.say("dan", "2.1", to=second)
    deep = await talk.say("dan", "1.1", to=first)
    await talk.say("ben", "1.1.1", to=deep)
    await talk.say("cleo", "1.2", to=first)

    assert await talk.around(root) == ([], ["1", "1.1", "1.1.1", "1.2", "2", "2.1"])
    assert await talk.around(deep) == (["root", "1"], ["1.1.1"])


async def test_an_authors_continuation_comes_before_what_others_say(talk):
    root = await talk.say("ana", "one")
    await talk.say("ben", "well", to=root)
    more = await talk.say("ana", "two", to=root)
    await talk.say("ben", "hm", to=more)
    await talk.say("ana", "three", to=more)

    assert await talk.around(root) == ([], ["two", "three", "hm", "well"])


async def test_what_answers_something_hidden_is_still_there(talk):
    root = await talk.say("ana", "root")
    private = await talk.say("ben", "for friends", to=root, visibility=Visibility.FOLLOWERS)
    answer = await talk.say("ana", "for all", to=private)

    assert await talk.around(root) == ([], ["for all"])
    assert await talk.around(answer) == (["root"], [])
    assert await talk.around(root, reader=await talk.reader("ana")) == ([], ["for friends", "for all"])


async def test_a_post_that_one_may_not_see_has_no_thread(talk):
    private = await talk.say("ana", "for me", visibility=Visibility.DIRECT)

    with pytest.raises(posts.PostNotFound):
        await talk.around(private)


async def test_a_deleted_post_parts_the_thread(talk):
    root = await talk.say("ana", "root")
    middle = await talk.say("ben", "middle", to=root)
    leaf = await talk.say("cleo", "leaf", to=middle)
    await talk.db.write(posts.delete, id=middle.id, author_id=middle.author_id, now=talk.now)

    assert await talk.around(root) == ([], [])
    assert await talk.around(leaf) == ([], [])


async def test_strangers_see_the_nearest_forty_above_and_twenty_deep_below(talk):
    chain = [await talk.say("ana", "0")]
    for number in range(1, 45):
        chain.append(await talk.say("ana", str(number), to=chain[-1]))

    above, _ = await talk.around(chain[-1])
    _, below = await talk.around(chain[0])
    member = await talk.reader("ben")

    assert above == [str(number) for number in range(4, 44)]
    assert below == [str(number) for number in range(1, 21)]
    assert (await talk.around(chain[-1], reader=member))[0] == [str(number) for number in range(44)]
    assert (await talk.around(chain[0], reader=member))[1] == [str(number) for number in range(1, 45)]


async def test_strangers_see_sixty_below_the_nearest_and_oldest_first(talk):
    root = await talk.say("ana", "root")
    first = await talk.say("ben", "0", to=root)
    await talk.say("cleo", "far", to=first)
    for number in range(1, 65):
        await talk.say("ben", str(number), to=root)

    _, below = await talk.around(root)

    assert below == [str(number) for number in range(60)]


async def test_what_a_limited_account_answers_is_seen_by_those_who_follow_it(talk, now):
    root = await talk.say("alice", "Hello")
    answer = await talk.say("mallory", "Buy this", to=root)
    below = await talk.say("bob", "No", to=answer)
    stranger, follower = Reader(None, talk.standing), await talk.reader("alice")
    talk.standing.apply(AccountLimited(at=now, account_id=talk.ids["mallory"]))

    assert await talk.around(root, stranger) == ([], ["No"])
    assert await talk.around(below, stranger) == (["Hello"], [])
    assert await talk.around(root, await talk.reader("mallory")) == ([], ["Buy this", "No"])
    assert await talk.around(root, follower) == ([], ["Buy this", "No"])


class Step(msgspec.Struct):
    """A step of a plan of SQLite's."""

    id: int
    parent: int
    notused: int
    detail: str


@pytest.mark.parametrize("ask", [store.ANCESTORS, store.DESCENDANTS])
async def test_a_thread_is_found_without_reading_all_posts(db, ask):
    async with db.read() as tx:
        plan = await tx.all(Step, f"EXPLAIN QUERY PLAN {ask}", id=1, most=60, deepest=20)

    assert not [step.detail for step in plan if step.detail in ("SCAN p", "SCAN posts")]
