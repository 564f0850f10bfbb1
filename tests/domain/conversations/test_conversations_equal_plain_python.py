"""Whatever happened before, everyone's conversations are what a plain reading of the tables says they are."""

import asyncio
from collections import defaultdict
from types import SimpleNamespace

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.domain import conversations, posts, relations
from pinson.domain.posts import PostDeleted, PostEdited, PostImported, PostPublished, Visibility
from pinson.lib import log
from pinson.lib.log import Kinds
from pinson.lib.paging import Page
from tests.domain.town import NAMES, Town, a_town, any_post, past, wording

KINDS = Kinds((PostPublished, PostImported, PostEdited, PostDeleted))
NOTHING = (0, 0)
EVERYTHING = Page(None, None, None, 1000)
MUTES = """
    SELECT account_id AS one, target_id AS other FROM mutes
    WHERE notifications = 1 AND (expires_at IS NULL OR expires_at > :now)
"""

people = st.integers(0, 2)  # so few that much happens between the same ones
pairs = st.sampled_from([(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)])
between = st.sets(people, min_size=1, max_size=2)
say = st.tuples(st.just("say"), people, between, any_post)
turn = st.tuples(st.sampled_from(["read", "unread", "clear"]), people, st.integers(0, 5))
step = st.one_of(
    say,
    say,
    turn,
    turn,
    st.tuples(st.just("recall"), people, between, any_post, past),
    st.tuples(st.just("shout"), people, between, any_post),
    st.tuples(st.just("name"), any_post, between),
    st.tuples(st.just("delete"), any_post),
    st.tuples(st.just("mute for"), pairs, st.integers(0, 3), st.booleans()),
    st.tuples(st.just("mute for"), pairs, st.integers(1, 2), st.just(False)),
    st.tuples(st.sampled_from(["mute thread", "unmute thread", "mute thread"]), people, any_post),
    st.tuples(st.just("wait"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["block", "unblock", "unmute"]), pairs),
    st.tuples(st.sampled_from(["suspend", "restore", "restore"]), people),
)
bound = st.none() | any_post
pages = st.lists(st.tuples(bound, bound, bound, st.integers(1, 4)), min_size=1, max_size=4)


class Pair(msgspec.Struct, frozen=True):
    one: int
    other: int


class Talking(Town):
    """A town that talks in private. What each has read and cleared is noted on the side, by thread and people."""

    def views(self):
        self.states = defaultdict(lambda: NOTHING)  # (who, thread, others) -> read up to, cleared up to
        self.seq = 0
        self.asked = 0
        return ()

    async def take(self, step):
        match step:
            case ("say", who, to, answered):
                await self.publish(who, wording("Psst", (), to), Visibility.DIRECT, self.post(answered))
            case ("recall", who, to, answered, ago):
                await self.bring(who, wording("Jadis", (), to), Visibility.DIRECT, self.post(answered), ago)
            case ("shout", who, to, answered):
                await self.publish(who, wording("Oyez", (), to), Visibility.PUBLIC, self.post(answered))
            case ("name", which, to):
                if (id := self.post(which)) is not None:
                    await self.edit(id, wording(f"Psst {self.now.microsecond}", (), to))
            case ("block" | "unblock" | "unmute" as verb, (who, whom)):
                await super().take((verb, who, whom))
            case ("mute for", (who, whom), seconds, quietly):
                options = {"seconds": seconds, "notifications": not quietly}
                await self.tolerant(relations.mute, **self.two(who, whom), **options)
            case ("mute thread" | "unmute thread" as verb, who, which):
                if (id := self.post(which)) is not None:
                    verb = posts.mute if verb == "mute thread" else posts.unmute
                    await self.tolerant(verb, reader=await self.reader(who), id=id)
            case ("read" | "unread" | "clear" as verb, who, which):
                await self.turn_to(verb, who, which)
            case _:
                await super().take(step)
        await self.settle()

    async def turn_to(self, verb, who, which):
        """Do something with one of the conversations that somebody sees."""
        if not (seen := await self.conversations(who, EVERYTHING)):
            return
        one = seen[which % len(seen)]
        async with self.db.read() as tx:
            key = key_of(await posts.post(tx, one.last_id), self.people[who])
        do = getattr(conversations, verb)
        answer = await self.db.write(do, account_id=self.people[who], id=one.id, now=self.now)
        read, cleared = self.states[key]
        match verb:
            case "read":
                self.states[key] = max(read, one.last_id), cleared
            case "unread":
                self.states[key] = min(read, one.last_id - 1), cleared
            case "clear":
                self.states[key] = read, max(post.id for post in await self.between(key))
        assert answer in (None, *await self.conversations(who, EVERYTHING))

    async def settle(self):
        """What follows from what happened, once or, now and then, twice."""
        async with self.db.read() as tx:
            lines = await log.after(tx, self.seq)
        for line in lines:
            self.seq = line.seq
            fact = KINDS.decode(line)
            for _ in range(1 + line.seq % 2):
                await self.follow_up(fact)
            if isinstance(fact, PostPublished | PostEdited):
                await self.note_read(fact.post.id, by=[fact.post.author_id])
            elif isinstance(fact, PostImported):
                await self.note_read(fact.post.id, by=self.people)
        for key in [key for key in self.states if not await self.between(key)]:
            del self.states[key]

    async def follow_up(self, fact):
        tools = SimpleNamespace(db=self.db, clock=SimpleNamespace(now=lambda: self.now))
        match fact:
            case PostPublished() | PostImported() | PostEdited():
                await conversations.keep_up(tools, fact)
            case PostDeleted():
                await conversations.let_go(tools, fact)

    async def note_read(self, id, *, by):
        """Whoever wrote something has read what was said before; what is past is news for nobody."""
        for post in await self.direct():
            if post.id == id:
                for key in filter(None, (key_of(post, account_id) for account_id in by)):
                    read, cleared = self.states[key]
                    self.states[key] = max(read, id), cleared

    async def direct(self):
        async with self.db.read() as tx:
            found = await posts.posts(tx, self.posts)
        return [post for post in found.values() if post.visibility is Visibility.DIRECT]

    async def between(self, key):
        """The posts of a conversation."""
        return [post for post in await self.direct() if key_of(post, key[0]) == key]

    async def conversations(self, who, page):
        async with self.db.read() as tx:
            return await conversations.page(tx, self.people[who], page, now=self.now)

    async def plain(self, who):
        """What somebody's conversations are: who else is in them, the last post, whether it is unread."""
        me = self.people[who]
        async with self.db.read() as tx:
            blocks = await tx.all(Pair, "SELECT account_id AS one, target_id AS other FROM blocks")
            mutes = await tx.all(Pair, MUTES, now=self.now)
            muted = await tx.all(Pair, "SELECT account_id AS one, conversation_id AS other FROM conversation_mutes")
            suspended = await tx.all(int, "SELECT id FROM accounts WHERE suspended_at IS NOT NULL")
        newest = {}
        for post in sorted(await self.direct(), key=lambda post: post.id):
            key, author = key_of(post, me), post.author_id
            if key is None or post.id <= self.states[key][1] or any(Pair(me, other) in blocks for other in key[2]):
                continue
            is_hidden = author in suspended or Pair(author, me) in blocks or Pair(me, author) in mutes
            if author == me or not is_hidden:
                newest[key] = post.id
        found = [
            (key[2], last, last > self.states[key][0] and Pair(me, key[1]) not in muted) for key, last in newest.items()
        ]
        return sorted(found, key=lambda one: one[1], reverse=True)

    async def compare(self, who, page):
        """A page is what a plain reading says."""
        expected = [
            one
            for one in await self.plain(who)
            if (page.max_id is None or one[1] < page.max_id) and one[1] > (page.min_id or page.since_id or 0)
        ]
        expected = expected[-page.limit :] if page.min_id else expected[: page.limit]
        found = await self.conversations(who, page)
        assert [(one.others, one.last_id, one.unread) for one in found] == expected
        self.asked += len(found)


def key_of(post, account_id):
    """Which conversation of an account's a post is in, if it is in any."""
    people = {post.author_id, *post.mentions}
    if account_id not in people:
        return None
    return account_id, post.conversation_id, tuple(sorted(people - {account_id}))


async def replay(story, asked):
    async with a_town(Talking) as town:
        for step in story:
            await town.take(step)
            for who in range(len(NAMES)):
                await town.compare(who, EVERYTHING)
        for *bounds, limit in asked:
            max_id, since_id, min_id = map(town.post, bounds)
            for who in range(len(NAMES)):
                await town.compare(who, Page(max_id, None if min_id else since_id, min_id, limit))
        async with town.db.read() as tx:
            held = await tx.all(int, "SELECT id FROM conversations ORDER BY id")
            assert held == await tx.all(int, "SELECT DISTINCT conversation_id FROM conversation_posts ORDER BY 1")
        return town.asked


def test_conversations_are_what_a_plain_reading_of_the_tables_says():
    asked = []

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
    @given(st.lists(step, min_size=30, max_size=60), pages)
    def holds(story, pages):
        asked.append(asyncio.run(replay(story, pages)))

    holds()
    assert sum(asked) > 1000  # else there was little to compare


async def test_what_follows_may_come_late_and_in_any_order():
    story = [
        ("say", 0, {1}, None),
        ("say", 1, {0}, 0),
        ("say", 2, {0, 1}, 0),
        ("name", 1, {0, 2}),
        ("say", 0, {2}, None),
        ("delete", 3),
    ]
    async with a_town(Late) as town:
        for step in story:
            await town.take(step)
        async with town.db.read() as tx:
            facts = [KINDS.decode(line) for line in await log.after(tx, 0)]
        for fact in reversed(facts):
            await town.follow_up(fact)

        for who in range(3):
            found = await town.conversations(who, EVERYTHING)
            assert [(one.others, one.last_id) for one in found] == [one[:2] for one in await town.plain(who)]


class Late(Talking):
    """The same town, in which nothing follows at once."""

    async def settle(self):
        """Not yet."""
