"""Whatever happened before, a search finds what reading all posts one by one finds, page by page."""

import asyncio
from contextlib import suppress

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.domain import accounts, posts, search
from pinson.domain.accounts import AccountChanged, AccountDeleted, Changes
from pinson.domain.posts import Mark, Visibility, can_see
from pinson.domain.search.commands import Read, put_posts
from pinson.domain.search.query import Operator, parse
from pinson.domain.search.words import folded, indexed
from pinson.lib import log
from pinson.lib.ids import moment_of
from pinson.lib.log import Kinds
from pinson.lib.paging import NEWEST, Page
from tests.domain.town import FACTS, NAMES, PAGE, Town, a_town, any_post, circles, people, step

KINDS = Kinds((*FACTS, AccountChanged, AccountDeleted))
WORDS = (
    "bonjour",
    "Bonsoir",
    "voyez",
    "#lhc",
    "meteo",
    "7",
    '"bonjour ana"',
    '"bonsoir"',
    "-lhc",
    "-météo",
    '-"ana ben"',
)
OPERATORS = (
    *(
        "from:ana",
        "from:me",
        "-from:ben",
        "has:media",
        "-has:image",
        "has:link",
        "is:reply",
        "-is:reply",
        "-is:sensitive",
    ),
    *("language:fr", "-language:fr", "in:library", "-in:library", "in:public", "-in:public", "in:all", "has:poll"),
    *("during:2026-03-30", "before:2026-03-30", "-after:2026-03-30", "after:2026-03-29", "-during:2026-03-30"),
)
queries = st.lists(st.sampled_from(WORDS + OPERATORS), min_size=1, max_size=3, unique=True).map(" ".join)
mine = st.one_of(
    st.tuples(st.just("mark"), people, any_post, st.sampled_from(["favourite", "bookmark", "pin"])),
    st.tuples(st.just("unmark"), people, any_post, st.sampled_from(["unfavourite", "unbookmark"])),
    st.tuples(st.just("agree"), people, st.booleans()),
    st.tuples(st.just("index"), st.booleans()),
    st.tuples(st.just("search"), people, queries, st.integers(1, 4)),
)
asked = st.lists(st.tuples(people, queries, st.integers(1, 4)), min_size=6, max_size=12)


class Searched(Town):
    """A town in which every search is compared with a plain scan."""

    seq = 0

    async def take(self, step):
        match step:
            case ("mark" | "unmark", who, which, verb):
                if (id := self.post(which)) is not None:
                    with suppress(posts.CannotPin):
                        await self.tolerant(getattr(posts, verb), reader=await self.reader(who), id=id)
            case ("agree", who, agrees):
                changes = Changes(indexable=agrees)
                await self.tolerant(accounts.change, account_id=self.people[who], changes=changes)
            case ("index", together):
                await self.index(together=together)
            case ("search", who, typed, limit):
                await self.index()
                await self.walk(who, typed, limit)
            case _:
                await super().take(step)

    async def index(self, *, together=True):
        """What the reaction does: all facts at once, or one by one, the last one twice."""
        async with self.db.read() as tx:
            lines = await log.after(tx, self.seq, limit=10_000)
        facts = [fact for line in lines if (fact := KINDS.decode(line)) is not None]
        if together:
            await search.take_in(self, facts)
        else:
            for fact in facts + facts[-1:]:
                await search.take_in_one(self, fact)
        self.seq = lines[-1].seq if lines else self.seq

    async def walk(self, who, typed, limit):
        """Page down to the oldest and up again, and by offset; all of it is what the scan says."""
        expected = await self.scan(who, typed)
        down, page = [], Page(None, None, None, limit)
        while found := await self.find(who, typed, page):
            down += found
            assert len(found) == limit or len(down) == len(expected), typed
            page = Page(found[-1], None, None, limit)
        up, page = [], Page(None, None, 0, limit)
        while found := await self.find(who, typed, page):
            up[:0] = found
            page = Page(None, None, found[0], limit)
        by_offset = [
            id
            for offset in range(0, len(expected) + 1, limit)
            for id in await self.find(who, typed, Page(None, None, None, limit), offset=offset)
        ]
        assert down == up == by_offset == expected, typed

    async def find(self, who, typed, page, **options):
        reader = await self.reader(who)
        found = await search.find_posts(
            self.db, self.shapes, parse(typed), reader=reader, local_domain="pinson.example", page=page, **options
        )
        return [shape.id for shape in found]

    async def scan(self, who, typed):
        """The same, by reading everything."""
        query, reader, me = parse(typed), await self.reader(who), self.people[who]
        async with self.db.read() as tx:
            all_posts = await posts.posts(tx, await tx.all(int, "SELECT id FROM posts ORDER BY id DESC"))
            authors = await accounts.by_ids(tx, self.people)
            marked = await posts.marks(tx, me, list(all_posts))
            limited = await tx.all(int, "SELECT id FROM accounts WHERE limited_at IS NOT NULL")
            follows = await tx.all(int, "SELECT topic_id FROM follows WHERE account_id = :me", me=me)
        found = []
        for post in sorted(all_posts.values(), key=lambda post: -post.id):
            mine = marked.get(post.id, set()) & {Mark.FAVOURITE, Mark.BOOKMARK, Mark.BOOST}
            library = post.author_id == me or me in post.mentions or bool(mine)
            public = post.visibility is Visibility.PUBLIC and authors[post.author_id].indexable
            if (
                post.boost_of_id is None
                and (library or public)
                and can_see(post.shape, reader)
                and post.author_id not in reader.circle.muted
                and (post.author_id not in limited or post.author_id in (me, *follows))
                and all(says(post, term) is not term.negated for term in query.terms)
                and all(self.is_so(post, one, me, library, public) is not one.negated for one in query.conditions)
            ):
                found.append(post.id)
        return found

    def is_so(self, post, condition, me, library, public):
        day = str(moment_of(post.id).date())
        match condition.operator, condition.value:
            case Operator.FROM, "me":
                return post.author_id == me
            case Operator.FROM, name:
                return post.author_id == self.people[NAMES.index(name)]
            case Operator.HAS, "media" | "image":
                return post.media > 0
            case Operator.HAS, "link":
                return PAGE in post.text
            case Operator.HAS, _:
                return False
            case Operator.IS, "reply":
                return post.in_reply_to_author_id is not None
            case Operator.IS, "sensitive":
                return post.sensitive
            case Operator.LANGUAGE, language:
                return post.language == language
            case Operator.IN, where:
                return {"library": library, "public": public, "all": True}[where]
            case Operator.BEFORE, date:
                return day < date
            case Operator.AFTER, date:
                return day > date
            case Operator.DURING, date:
                return day == date


def says(post, term):
    """Whether a post says something."""
    index = indexed([post.spoiler, post.text], language=post.language)
    if term.any_of:
        return not set(term.any_of).isdisjoint(f"{index.words} {index.stems}".split())
    words, phrase = folded(post.text), list(term.in_order)
    return any(words[start : start + len(phrase)] == phrase for start in range(len(words)))


async def replay(story, asked, circle):
    async with a_town(Searched) as town:
        for who, whom in sorted(circle):
            await town.take(("follow", who, whom))
        for step in story:
            await town.take(step)
        await town.index()
        for who, typed, limit in asked:
            await town.walk(who, typed, limit)
        async with town.db.read() as tx:
            held = set(await tx.all(int, "SELECT rowid FROM post_words"))
            written = set(await tx.all(int, "SELECT id FROM posts WHERE text <> ''"))
        assert held == written


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(st.lists(step | mine, min_size=20, max_size=60), asked, circles)
def test_a_search_finds_what_reading_everything_finds(story, asked, circle):
    asyncio.run(replay(story, asked, circle))


async def test_what_was_there_before_the_index_is_found_once_it_is_filled():
    async with a_town(Searched) as town:
        await town.publish(0, "Bonjour #lhc", Visibility.PUBLIC, None)
        await town.publish(0, "Bonsoir", Visibility.PUBLIC, None)
        await town.take(("edit", 0, set(), set(), False))
        before = await town.find(0, "bonsoir", Page(None, None, None, 9))

        while await search.backfill(town.db):
            pass

        async with town.db.read() as tx:
            people = await tx.all(int, "SELECT rowid FROM account_words ORDER BY rowid")
        assert (before, people) == ([], town.people)
        assert await town.find(0, "bonsoir", Page(None, None, NEWEST, 9)) == []
        assert await town.find(0, "bonsoir", Page(None, None, None, 9)) == town.posts[::-1]
        assert not await search.backfill(town.db)


async def test_what_was_read_before_an_edit_does_not_undo_it():
    async with a_town(Searched) as town:
        await town.publish(0, "Bonjour", Visibility.PUBLIC, None)
        (id,) = town.posts
        read = {id: Read(indexed(["Bonjour"], language=None), None)}
        await town.edit(id, "Bonsoir")
        await town.index()

        await town.db.write(put_posts, ids=[id], read=read)

        assert await town.find(0, "bonjour", Page(None, None, None, 9)) == []
        assert await town.find(0, "bonsoir", Page(None, None, None, 9)) == [id]
