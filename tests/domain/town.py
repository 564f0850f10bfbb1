"""A small town of accounts, to which random things happen: for properties of timelines and streams."""

import tempfile
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from msgspec.structs import replace

from pinson.domain import accounts, events, filters, posts, relations
from pinson.domain.filters import Context, FiltersChanged, KeywordEdit
from pinson.domain.links import commands as link_commands
from pinson.domain.media import Details, MediaKind
from pinson.domain.media import store as media_store
from pinson.domain.posts import Draft, Reader, Shapes, Standing, Visibility
from pinson.domain.relations import Circles, lists
from pinson.domain.relations.lists import Replies
from pinson.domain.streams import Hub
from pinson.domain.timelines import Timelines
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.log import Follower, Kinds
from tests.domain.media.desk import some
from tests.schema import make_ready

BASE = "https://pinson.example"
START = datetime(2026, 3, 30, 8, 40, tzinfo=UTC)
NAMES = ("ana", "ben", "cleo", "dan")
TAGS = ("lhc", "météo")
WEATHER, PAGE = 1, "https://weather.example/"
PLACES = (
    "home",
    "list",
    "public",
    "public media",
    "tag",
    "link",
    "tag or other",
    "tag and other",
    "tag without other",
    "tag media",
    "profile",
    "without replies",
    "without boosts",
    "profile media",
    "profile tagged",
    "event",
    "event media",
)
LANGUAGES = ("fr", "en")
WORDS = ("bon", "BONJOUR", "soir", "#lhc", "MÉTÉO", "@ana", "ben #", "1", "cadre")  # that filters look for
FACTS = (
    accounts.AccountCreated,
    accounts.AccountSuspended,
    accounts.AccountRestored,
    accounts.AccountLimited,
    accounts.AccountUnlimited,
    posts.PostPublished,
    posts.PostEdited,
    posts.PostImported,
    posts.PostDeleted,
    posts.PostHidden,
    posts.PostUnhidden,
    posts.PostMoved,
    posts.PostCorrected,
    posts.CorrectedGone,
    posts.RepliesOrphaned,
    events.EventCreated,
    events.EventChanged,
    events.EventPostChanged,
    FiltersChanged,
    *relations.CHANGES,
)

NO = (events.NotInTeam, events.NotPublic, events.EntryNotFound, posts.CannotCorrect)

people = st.integers(0, len(NAMES) - 1)
tags = st.integers(0, len(TAGS) - 1)
any_post = st.integers(0, 1000)
words = st.lists(st.sampled_from(WORDS), max_size=3)
past = st.integers(1, 50)  # milliseconds: among what was published here
publish = st.tuples(
    st.just("publish"),
    people,
    st.sampled_from([Visibility.PUBLIC] * 4 + [Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT]),
    st.sets(tags, max_size=2),
    st.sets(people, max_size=2),
    st.none() | any_post,
)
step = st.one_of(
    publish,
    publish,
    st.tuples(st.just("write"), people, st.sets(tags, max_size=2), st.booleans(), st.none() | any_post),
    st.tuples(st.just("reach"), any_post),
    st.tuples(st.just("put in"), any_post),
    st.tuples(st.just("take out"), any_post),
    st.tuples(st.just("follow event"), people),
    st.tuples(st.just("unfollow event"), people),
    st.tuples(st.just("burst"), people, st.integers(2, 9)),
    st.tuples(st.just("show"), people, st.sets(tags, max_size=2), st.sampled_from([*Visibility])),
    st.tuples(st.just("import"), people, st.sampled_from(Visibility), st.sets(tags, max_size=2), any_post, past),
    st.tuples(st.just("import"), people, st.just(Visibility.PUBLIC), st.sets(tags, max_size=2), any_post, past),
    st.tuples(st.just("delete"), any_post),
    st.tuples(st.just("clear"), any_post),
    st.tuples(st.just("hide"), any_post),
    st.tuples(st.just("unhide"), any_post),
    st.tuples(st.just("boost"), people, any_post, st.sampled_from([*Visibility][:3])),
    st.tuples(st.just("boost"), people, any_post, st.just(Visibility.PUBLIC)),
    st.tuples(st.just("unboost"), people, any_post),
    st.tuples(st.just("edit"), any_post, st.sets(tags, max_size=2), st.sets(people, max_size=2), st.booleans()),
    st.tuples(st.just("follow"), people, people),
    st.tuples(st.just("unfollow"), people, people),
    st.tuples(st.just("follow tag"), people, tags),
    st.tuples(st.just("unfollow tag"), people, tags),
    st.tuples(st.just("say"), people, st.sampled_from(LANGUAGES)),
    st.tuples(st.just("follow in"), people, people, st.sets(st.sampled_from(LANGUAGES), max_size=1), st.booleans()),
    st.tuples(st.just("mute"), people, people, st.integers(0, 3)),
    st.tuples(st.just("unmute"), people, people),
    st.tuples(st.just("wait"), st.integers(1, 3)),
    st.tuples(st.just("block"), people, people),
    st.tuples(st.just("unblock"), people, people),
    st.tuples(st.just("put in list"), people, people),
    st.tuples(st.just("take from list"), people, people),
    st.tuples(st.just("put tag in list"), people, tags),
    st.tuples(st.just("take tag from list"), people, tags),
    st.tuples(st.just("change list"), people, st.sampled_from(Replies), st.booleans()),
    st.tuples(st.just("suspend"), people),
    st.tuples(st.just("restore"), people),
    st.tuples(st.just("limit"), people),
    st.tuples(st.just("unlimit"), people),
    st.tuples(st.just("filter"), people, words, st.booleans(), st.integers(0, 3)),
    st.tuples(st.just("filter anew"), people, words),
    st.tuples(st.just("filter post"), people, any_post),
    st.tuples(st.just("unfilter"), people),
    st.tuples(st.just("look"), people, st.sampled_from(PLACES), people, st.integers(1, 6)),
    st.tuples(st.just("look"), people, st.just("home"), people, st.integers(1, 6)),
)
circles = st.sets(st.tuples(people, people), min_size=3)


@dataclass
class Town:
    """A database, the views that follow it, and what was done so far."""

    db: Sqlite
    timelines: Timelines
    hub: Hub
    circles: Circles
    standing: Standing
    shapes: Shapes
    people: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    posts: list[int] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)  # one of each person
    link: int = 0
    event: int = 0  # of the first, with the second in its team, under the first hashtag, for two seconds
    now: datetime = START

    def views(self):
        """What else follows the log."""
        return ()

    async def populate(self):
        for name in NAMES:
            account = await self.db.write(accounts.create, username=name, now=self.now)
            self.people.append(account.id)
            made = await self.db.write(lists.create, account_id=account.id, title="Near", now=self.now)
            self.lists.append(made.id)
        self.link = await self.db.write(link_commands.share, url=PAGE, now=self.now)
        for name in TAGS:
            self.tags.append((await self.db.write(posts.tag_named, name=name, now=self.now)).id)
        said = events.Changes(
            title="Portes ouvertes", hashtag=TAGS[0], starts_at=START, ends_at=START + timedelta(seconds=2)
        )
        made = await self.db.write(events.create, account_id=self.people[0], said=said, now=self.now)
        self.event = made.id
        await self.db.write(
            events.set_member,
            id=made.id,
            account_id=self.people[0],
            member_id=self.people[1],
            role=events.Role.WRITER,
            now=self.now,
        )

    async def reader(self, who):
        async with self.db.read() as tx:
            return Reader(await self.circles.of(tx, self.people[who], now=self.now), self.standing)

    async def take(self, step):
        self.now += timedelta(milliseconds=1)
        match step:
            case ("publish", who, visibility, under, mentioned, answered):
                await self.publish(who, wording("Bonjour", under, mentioned), visibility, self.post(answered))
            case ("write", who, under, is_key, corrected):
                await self.write(who, wording("En direct", under, ()), is_key, self.post(corrected))
            case ("reach", which):  # what a reaction does, sooner or later
                if (id := self.post(which)) is not None:
                    await self.move(id, events.join_by_tag)
            case ("put in", which):
                if (id := self.post(which)) is not None:
                    await self.move(id, events.put_in, by=0)
            case ("take out", which):
                if (id := self.post(which)) is not None:
                    await self.move(id, events.take_out, by=1)
            case ("follow event", who):
                await self.tolerant(events.follow, id=self.event, account_id=self.people[who])
            case ("unfollow event", who):
                await self.tolerant(events.unfollow, id=self.event, account_id=self.people[who])
            case ("burst", who, count):
                for number in range(count):
                    await self.publish(who, f"{number} #{TAGS[0]}", Visibility.PUBLIC, None)
            case ("show", who, under, visibility):
                await self.publish(who, wording("Voyez", under, ()), visibility, None, media=1)
            case ("import", who, visibility, under, answered, ago):
                await self.bring(who, wording("Jadis", under, ()), visibility, self.post(answered), ago)
            case ("delete", which):
                if (id := self.post(which)) is not None:
                    async with self.db.read() as tx:
                        found = await posts.posts(tx, [id])  # a boost may have been taken back, or cleared away
                    if found:
                        await self.db.write(posts.delete, id=id, author_id=found[id].author_id, now=self.now)
                    self.posts.remove(id)
                    self.deleted.append(id)
            case ("clear", which):  # what a reaction does, sooner or later
                if self.deleted:
                    await self.db.write(posts.clear_after, id=self.deleted[which % len(self.deleted)], now=self.now)
            case ("hide", which):
                if (id := self.post(which)) is not None:
                    await self.hide(id)
            case ("unhide", which):
                if (id := self.post(which)) is not None:
                    await self.unhide(id)
            case ("boost", who, which, visibility):
                if (id := self.post(which)) is not None:
                    await self.boost(who, id, visibility)
            case ("unboost", who, which):
                if (id := self.post(which)) is not None:
                    await self.tolerant(posts.unboost, booster=await self.reader(who), id=id)
            case ("edit", which, under, mentioned, with_media):
                if (id := self.post(which)) is not None:
                    text = wording(f"Bonsoir {self.now.microsecond}", under, mentioned)
                    await self.edit(id, text, media=int(with_media))
            case ("follow", who, whom) if who != whom:
                await self.tolerant(relations.follow, account_id=self.people[who], target_id=self.people[whom])
            case ("unfollow", who, whom):
                await self.tolerant(relations.unfollow, account_id=self.people[who], topic_id=self.people[whom])
            case ("follow tag", who, tag):
                await self.tolerant(relations.follow_tag, account_id=self.people[who], tag_id=self.tags[tag])
            case ("unfollow tag", who, tag):
                await self.tolerant(relations.unfollow, account_id=self.people[who], topic_id=self.tags[tag])
            case ("say", who, language):
                await self.publish(who, "Bonjour", Visibility.PUBLIC, None, language)
            case ("follow in", who, whom, languages, boosts) if who != whom:
                options = {"languages": sorted(languages), "boosts": boosts}
                await self.tolerant(relations.follow, **self.two(who, whom), **options)
            case ("mute", who, whom, seconds):
                await self.tolerant(relations.mute, **self.two(who, whom), seconds=seconds)
            case ("unmute", who, whom):
                await self.tolerant(relations.unmute, **self.two(who, whom))
            case ("wait", seconds):
                self.now += timedelta(seconds=seconds)
            case ("block", who, whom):
                await self.tolerant(relations.block, **self.two(who, whom))
            case ("unblock", who, whom):
                await self.tolerant(relations.unblock, **self.two(who, whom))
            case ("put in list", who, whom):
                await self.tolerant(lists.add_accounts, **self.list_of(who), member_ids=[self.people[whom]])
            case ("take from list", who, whom):
                await self.tolerant(lists.remove_accounts, **self.list_of(who), member_ids=[self.people[whom]])
            case ("put tag in list", who, tag):
                await self.tolerant(lists.add_tags, **self.list_of(who), tag_ids=[self.tags[tag]])
            case ("take tag from list", who, tag):
                await self.tolerant(lists.remove_tags, **self.list_of(who), tag_ids=[self.tags[tag]])
            case ("change list", who, replies, exclusive):
                await self.tolerant(lists.change, **self.list_of(who), replies=replies, exclusive=exclusive)
            case ("suspend", who):
                await self.db.write(accounts.suspend, account_id=self.people[who], now=self.now)
            case ("restore", who):
                await self.db.write(accounts.restore, account_id=self.people[who], now=self.now)
            case ("limit", who):
                await self.db.write(accounts.limit, account_id=self.people[who], now=self.now)
            case ("unlimit", who):
                await self.db.write(accounts.unlimit, account_id=self.people[who], now=self.now)
            case ("filter", who, words, whole_word, seconds):
                await self.db.write(
                    filters.create,
                    account_id=self.people[who],
                    title="What I have heard enough of",
                    contexts=[Context.HOME],
                    expires_in=seconds or None,
                    keywords=[KeywordEdit(keyword=word, whole_word=whole_word) for word in words],
                    now=self.now,
                )
            case ("filter anew", who, words):
                if whole := await self.filter(who):
                    gone = [KeywordEdit(one.id, destroy=True) for one in whole.keywords]
                    edits = [*gone, *(KeywordEdit(keyword=word) for word in words)]
                    await self.tolerant(filters.change, **self.filter_of(whole), keywords=edits)
            case ("filter post", who, which):
                if (id := self.post(which)) is not None and (whole := await self.filter(who)):
                    reader, filter_id = await self.reader(who), whole.filter.id
                    await self.tolerant(filters.add_post, reader=reader, filter_id=filter_id, post_id=id)
            case ("unfilter", who):
                if whole := await self.filter(who):
                    await self.tolerant(filters.delete, **self.filter_of(whole))
            case ("look", who, place, whom, limit):
                await self.look(who, place, whom, limit)

    async def tolerant(self, verb, **arguments):
        """What is not allowed changes nothing, which is what we want to see."""
        with suppress(accounts.AccountNotFound, relations.CannotFollow, lists.AlreadyInList, posts.PostNotFound, *NO):
            return await self.db.write(verb, now=self.now, **arguments)

    def two(self, who, whom):
        return {"account_id": self.people[who], "target_id": self.people[whom]}

    async def filter(self, who):
        """Somebody's oldest filter, if they have any."""
        async with self.db.read() as tx:
            return next(iter(await filters.of_account(tx, self.people[who])), None)

    def filter_of(self, whole):
        return {"account_id": whole.filter.account_id, "filter_id": whole.filter.id}

    def list_of(self, who):
        return {"account_id": self.people[who], "list_id": self.lists[who]}

    async def publish(self, who, text, visibility, answered, language=None, media=0, spoiler=""):
        pictures = [await self.picture(self.people[who]) for _ in range(media)]
        draft = Draft(text, visibility, answered, spoiler=spoiler, language=language, media_ids=tuple(pictures))
        prepared = posts.prepare(draft, max_characters=500, local_domain="pinson.example")
        try:
            post = await self.db.write(
                posts.publish,
                author=await self.reader(who),
                author_id=self.people[who],
                prepared=prepared,
                base_url=BASE,
                now=self.now,
            )
        except (accounts.AccountNotFound, posts.PostNotFound):
            return  # suspended, or answering what they may not see
        self.posts.append(post.id)

    async def write(self, who, text, is_key, corrected):
        """Publish in the event, if they may."""
        draft = Draft(text, Visibility.PUBLIC, corrects_id=corrected)
        prepared = posts.prepare(draft, max_characters=500, local_domain="pinson.example")
        post = await self.tolerant(
            events.write,
            id=self.event,
            author=await self.reader(who),
            prepared=prepared,
            marks=events.Marks(is_key=is_key),
            base_url=BASE,
        )
        if post is not None:
            self.posts.append(post.id)

    async def move(self, id, verb, by=None):
        """Let a post join the event, or leave it."""
        who = {} if by is None else {"id": self.event, "account_id": self.people[by]}
        await self.tolerant(verb, post_id=id, **who)

    async def bring(self, who, text, visibility, answered, ago):
        """Import a post of so many milliseconds ago."""
        prepared = posts.prepare(Draft(text, visibility, answered), max_characters=500, local_domain="pinson.example")
        made = await self.tolerant(
            posts.import_post,
            author=await self.reader(who),
            prepared=prepared,
            created_at=self.now - timedelta(milliseconds=ago),
            base_url=BASE,
        )
        if made is not None:
            self.posts.append(made.id)

    async def boost(self, who, id, visibility):
        """Pass a post on, if they may; boosts are posts too, and can be passed on, answered and deleted."""
        made = await self.tolerant(
            posts.boost, booster=await self.reader(who), id=id, visibility=visibility, app_id=None
        )
        if made is not None and made.id not in self.posts:
            self.posts.append(made.id)

    async def hide(self, id):
        """Moderators let nobody but its author see a post; boosts are not to be hidden."""
        async with self.db.read() as tx:
            found = await posts.posts(tx, [id])
        if found:
            await self.tolerant(posts.hide, ids=[id], author_id=found[id].author_id, decision_id=1)

    async def unhide(self, id):
        """They show it again."""
        await self.db.write(posts.unhide, ids=[id], now=self.now)

    async def picture(self, account_id):
        """Something to attach; it has no file, which nobody looks for here."""
        return await self.db.write(picture, account_id=account_id, now=self.now)

    async def edit(self, id, text, media=0):
        """Let a post say something else, and show so many new pictures instead of those it had."""
        async with self.db.read() as tx:
            found = await posts.posts(tx, [id])
        if not found:
            return  # a boost that went with what it showed
        author_id = found[id].author_id
        pictures = [await self.picture(author_id) for _ in range(media)]
        draft = Draft(text, media_ids=tuple(pictures))
        prepared = posts.prepare(draft, max_characters=500, local_domain="pinson.example")
        await self.tolerant(posts.edit, id=id, author_id=author_id, prepared=prepared, base_url=BASE)

    def post(self, which):
        return self.posts[which % len(self.posts)] if which is not None and self.posts else None

    async def look(self, who, place, whom, limit):
        """What a story does in passing, so that memory fills; tests say what they want to see."""


async def picture(tx, *, account_id, now):
    """Store a picture that is ready; its id."""
    id = tx.new_id(account_id, now)
    details = Details(width=3, height=2, preview_width=3, preview_height=2)
    made = replace(some(MediaKind.IMAGE), id=id, account_id=account_id, key=None, details=details)
    await media_store.insert(tx, replace(made, description="Un cadre"))
    return id


def wording(greeting, under, mentioned):
    """A text with these hashtags that mentions these people; whoever speaks of the weather shares its page."""
    words = [greeting, *(f"@{NAMES[one]}" for one in mentioned), *(f"#{TAGS[one]}" for one in under)]
    return " ".join([*words, PAGE] if WEATHER in under else words)


@asynccontextmanager
async def a_town(kind=Town, **timelines):
    """An empty town of this kind, with views that follow its database. `timelines`: see `Timelines`."""
    with tempfile.TemporaryDirectory() as folder:
        make_ready(folder)
        db = Sqlite(Path(folder))
        shapes = Shapes()
        views = Timelines(shapes, **timelines)
        circles, standing, hub = Circles(), Standing(), Hub(views, shapes, db)
        town = kind(db, views, hub, circles, standing, shapes)
        await Follower(db, Kinds(FACTS), (standing, circles, shapes, views, hub, *town.views())).start()
        try:
            await town.populate()
            yield town
        finally:
            await db.close()
