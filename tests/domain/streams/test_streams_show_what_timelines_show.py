"""A stream shows exactly what the same timeline would, and closes when it must."""

import asyncio

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.domain.access import MemberRole, Principal, State, TokensRevoked, UserRole
from pinson.domain.accounts import AccountId
from pinson.domain.notifications import NotificationsMerged, Notified
from pinson.domain.posts import PostPublished, Reader, Shape, Visibility, topics
from pinson.domain.relations import Circle, lists
from pinson.domain.streams import Heard, HeardKind
from pinson.domain.streams.hub import MAILBOX
from pinson.lib.paging import Page
from tests.domain.town import NAMES, START, Town, a_town, circles, step


def principal(account_id, token_id=1):
    return Principal(
        token_id, 1, 1, AccountId(account_id), MemberRole.OWNER, UserRole.USER, frozenset({"read"}), State.OK
    )


class Listening(Town):
    """A town in which everyone listens to home, to their list, to everything, to a tag and to an event."""

    async def open_ears(self):
        self.listeners = []
        for who, id in enumerate(self.people):
            reader = await self.reader(who)
            for place, timeline in (await self.places(who)).items():
                is_home, list_id = place == "home", self.lists[who] if place == "list" else None
                listener = self.hub.listen(timeline, reader, principal=principal(id), is_home=is_home, list_id=list_id)
                self.listeners.append(listener)

    async def places(self, who):
        """What somebody listens to."""
        reader = await self.reader(who)
        async with self.db.read() as tx:
            shape = await lists.shape(tx, self.people[who], self.lists[who])
        return {
            "home": self.timelines.home(reader.circle),
            "list": self.timelines.of_list(shape),
            "public": self.timelines.public(local=True),
            "tag": self.timelines.tag(self.tags[0]),
            "tag and other": self.timelines.tag(self.tags[0], and_all=[self.tags[1]]),
            "media": self.timelines.public(local=True, media=True),
            "event": self.timelines.event(self.event),
        }

    async def publish(self, *args, **named):
        before = len(self.posts)
        await super().publish(*args, **named)
        if len(self.posts) > before:
            await self.all_heard(HeardKind.PUBLISHED, self.posts[-1])

    async def write(self, *args):
        before = len(self.posts)
        await super().write(*args)
        if len(self.posts) > before:
            await self.all_heard(HeardKind.PUBLISHED, self.posts[-1])

    async def move(self, id, verb, by=None):
        stood = await self.pages(id)
        await self.quiet()
        for listener in self.listeners:
            if listener._mailbox:
                await listener.hear()
        await super().move(id, verb, by)
        await self.quiet()
        for listener, before, now in zip(self.listeners, stood, await self.pages(id), strict=True):
            if not listener.closed:
                heard = [one.kind for one in await asyncio.wait_for(listener.hear(), 60)] if listener._mailbox else []
                was, stands = before == [id], now == [id]
                joins_or_leaves = [HeardKind.PUBLISHED] if stands else [HeardKind.DELETED]
                assert heard == (joins_or_leaves if was != stands else [])

    async def boost(self, who, id, visibility):
        before = len(self.posts)
        await super().boost(who, id, visibility)
        if len(self.posts) > before:
            await self.all_heard(HeardKind.PUBLISHED, self.posts[-1])

    async def bring(self, who, text, visibility, answered, ago):
        heard = [len(listener._mailbox or ()) for listener in self.listeners]
        await super().bring(who, text, visibility, answered, ago)
        await self.quiet()
        assert [len(listener._mailbox or ()) for listener in self.listeners] == heard  # it is news for nobody

    async def edit(self, id, text, media=0):
        seq = self.db.committed
        await super().edit(id, text, media)
        if self.db.committed > seq:
            await self.all_heard(HeardKind.EDITED, id)

    async def hide(self, id):
        await self.quiet()
        for listener in self.listeners:
            if listener._mailbox:
                await listener.hear()  # of what happened before
        await super().hide(id)
        await self.quiet()
        for listener in self.listeners:
            for one in [] if listener.closed or not listener._mailbox else await listener.hear():
                assert (one.kind, one.id) in ((HeardKind.DELETED, id), (HeardKind.EDITED, id))
                if one.kind is HeardKind.EDITED:  # only whoever wrote it sees it still, marked
                    async with self.db.read() as tx:
                        (shape,) = await self.shapes.of(tx, [id])
                    assert listener.reader.id == shape.author_id

    async def unhide(self, id):
        seq = self.db.committed
        await super().unhide(id)
        if self.db.committed > seq:
            await self.all_heard(HeardKind.EDITED, id)

    async def all_heard(self, kind, id):
        """What just happened to an entry was heard by those, and only those, on whose timelines it stands."""
        await self.quiet()
        for listener, shown in zip(self.listeners, await self.pages(id), strict=True):
            if listener.closed:  # its account was suspended
                continue
            heard = await asyncio.wait_for(listener.hear(), 60) if listener._mailbox else []
            assert [one.id for one in heard if one.kind is kind] == [one for one in shown if one == id]

    async def pages(self, id):
        """The page of all that everyone listens to that begins with this entry, if it is there."""
        pages = []
        for who in range(len(NAMES)):
            reader = await self.reader(who)
            for timeline in (await self.places(who)).values():
                page = await self.timelines.page(self.db, timeline, reader=reader, page=Page(id + 1, None, None, 1))
                pages.append([shape.id for shape in page])
        return pages

    async def quiet(self):
        """Wait until the hub has told everybody."""
        while self.hub.is_telling:  # noqa: ASYNC110  (nothing is signalled when the last one is done)
            await asyncio.sleep(0)


async def replay(story, circle):
    async with a_town(Listening) as town:
        await town.open_ears()
        hub = asyncio.create_task(town.hub.run())
        try:
            for who, whom in sorted(circle):
                await town.take(("follow", who, whom))
            for step in story:
                await town.take(step)
        finally:
            hub.cancel()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(st.lists(step, min_size=10, max_size=40), circles)
def test_a_stream_shows_what_its_timeline_shows(story, circle):
    asyncio.run(replay(story, circle))


@pytest.fixture
async def town():
    async with a_town(Listening) as town:
        await town.open_ears()
        work = asyncio.create_task(town.hub.run())
        yield town
        work.cancel()


async def test_a_listener_closes_when_its_token_is_revoked(town):
    listener = town.listeners[0]

    town.hub.apply(TokensRevoked(at=START, token_ids=(listener.principal.token_id,)))

    assert await asyncio.wait_for(listener.hear(), 60) == []
    assert listener.closed


async def test_a_listener_that_does_not_keep_up_is_closed_and_costs_no_more_memory(town):
    reader = await town.reader(1)
    slow = town.hub.listen(town.timelines.public(local=True), reader, principal=principal(town.people[1]))

    for number in range(MAILBOX + 1):
        await Town.publish(town, 0, f"{number}", Visibility.PUBLIC, None)
    await town.quiet()

    assert slow.closed
    assert not slow.has_mail


async def test_a_deleted_post_is_told_to_those_who_listened_to_its_topics(town):
    await Town.publish(town, 0, "Bonjour", Visibility.PUBLIC, None)
    reader = await town.reader(1)
    listener = town.hub.listen(town.timelines.public(local=True), reader, principal=principal(town.people[1]))

    (id,) = town.posts
    await town.take(("delete", 0))

    assert [(one.kind, one.id) for one in await asyncio.wait_for(listener.hear(), 60)] == [(HeardKind.DELETED, id)]


async def test_a_post_that_is_hidden_goes_from_the_pages_of_all_but_its_author(town):
    await Town.publish(town, 0, "Bonjour", Visibility.PUBLIC, None)
    (id,) = town.posts
    author, other = [
        town.hub.listen(
            town.timelines.public(local=True), await town.reader(who), principal=principal(town.people[who])
        )
        for who in (0, 1)
    ]

    await Town.hide(town, id)

    assert [(one.kind, one.id) for one in await asyncio.wait_for(other.hear(), 60)] == [(HeardKind.DELETED, id)]
    assert [(one.kind, one.id) for one in await asyncio.wait_for(author.hear(), 60)] == [(HeardKind.EDITED, id)]


async def test_news_of_an_account_reach_those_who_listen_to_it_for_such_news(town):
    def listen(who, news):
        reader = Reader(Circle(town.people[who], frozenset()), town.standing)
        return town.hub.listen(None, reader, principal=principal(town.people[who]), news=news)

    listener = listen(0, {HeardKind.NOTIFIED})
    others = [listen(0, {HeardKind.MERGED}), listen(1, {HeardKind.NOTIFIED})]

    town.hub.apply(Notified(at=START, account_id=town.people[0], notification_id=7))
    town.hub.apply(NotificationsMerged(at=START, account_id=town.people[1]))

    assert await asyncio.wait_for(listener.hear(), 60) == [Heard(HeardKind.NOTIFIED, 7)]
    await town.quiet()
    assert [one.has_mail for one in others] == [False, False]


async def test_a_stream_of_what_has_media_tells_nothing_else(town):
    reader = await town.reader(1)
    listener = town.hub.listen(
        town.timelines.public(local=True, media=True), reader, principal=principal(town.people[1])
    )
    plain = Shape(1, town.people[0], Visibility.PUBLIC, None, None, (), (topics.EVERYTHING, topics.LOCAL))

    for post in (plain, msgspec.structs.replace(plain, id=2, media=1)):
        town.hub.apply(PostPublished(at=START, post=post))

    assert [one.id for one in await asyncio.wait_for(listener.hear(), 60)] == [2]


async def test_nobody_is_kept_once_they_left(town):
    for listener in town.listeners:
        town.hub.leave(listener)

    assert len(town.hub) == 0
    assert not town.hub._under
    assert not town.hub._by_account
