"""What rises: computed by SQL, it is what the rule says of all posts that there are."""

import asyncio
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.domain import accounts, links, posts, trends
from pinson.domain.accounts import Changes
from pinson.domain.links import commands as link_commands
from pinson.domain.posts import Visibility
from pinson.domain.trends import Kind, queries, rules
from pinson.lib.clock import from_ms
from tests.domain.town import NAMES, TAGS, Town, a_town, any_post, people, tags

URL = "https://news.example/"
DAY = timedelta(days=1)

uses = st.tuples(
    st.just("use"),
    people,
    st.sets(tags, max_size=2),
    st.booleans(),
    st.sampled_from([Visibility.PUBLIC] * 4 + [Visibility.UNLISTED]),
    st.none() | any_post,
    st.sampled_from(["", "", "", "Careful"]),
)
latest = st.integers(-3, -1)
reactions = st.tuples(st.just("like"), people, latest)
boosts = st.tuples(st.just("boost"), people, latest, st.just(Visibility.PUBLIC))
standing = st.tuples(st.sampled_from(["suspend", "limit", "restore", "unlimit", "restore", "unlimit"]), people)
steps = st.one_of(
    *[uses] * 4,
    st.tuples(st.just("rush"), st.sets(tags, max_size=2), st.booleans()),
    st.tuples(st.just("applaud"), latest),
    reactions,
    boosts,
    st.tuples(st.just("hours"), st.integers(1, 30)),
    st.tuples(st.just("minutes"), st.integers(1, 200)),
    st.tuples(st.just("delete"), any_post),
    st.tuples(st.just("edit"), any_post, st.sets(tags, max_size=2), st.just(set()), st.just(False)),
    standing,
)


class Talking(Town):
    """A town in which things rise."""

    async def take(self, step):
        match step:
            case ("use", who, under, with_link, visibility, answered, spoiler):
                self.now += timedelta(milliseconds=1)
                text = " ".join(["Bonjour", *(f"#{TAGS[one]}" for one in under), *([URL] if with_link else [])])
                await self.publish(who, text, visibility, self.post(answered), spoiler=spoiler)
            case ("rush", under, with_link):
                for who in range(len(NAMES)):
                    await self.take(("use", who, under, with_link, Visibility.PUBLIC, None, ""))
            case ("applaud", which):
                for who in range(len(NAMES)):
                    await self.take(("like", who, which))
            case ("like", who, which):
                if (id := self.post(which)) is not None:
                    await self.tolerant(posts.favourite, reader=await self.reader(who), id=id)
            case ("hours", hours):
                self.now += timedelta(hours=hours)
            case ("minutes", minutes):
                self.now += timedelta(minutes=minutes)
            case _:
                await super().take(step)

    async def share(self):
        """Let the link be known, and have a card."""
        id = await self.db.write(link_commands.share, url=URL, now=self.now)
        told = {"card": links.Card("A page"), "local_domain": "pinson.example"}
        await self.db.write(link_commands.keep_card, id=id, **told, now=self.now)

    async def by_the_rule(self):
        """What rises, from all posts and nothing else, one by one."""
        async with self.db.read() as tx:
            found = list((await posts.posts(tx, await tx.all(int, "SELECT id FROM posts"))).values())
            shown = set(await tx.all(int, "SELECT id FROM accounts WHERE suspended_at IS NULL AND limited_at IS NULL"))
            agreed = set(await tx.all(int, "SELECT id FROM accounts WHERE discoverable"))
            named = {tag.name: tag.id for tag in await tx.all(posts.Tag, "SELECT id, name, display_name FROM tags")}
        found = [post for post in found if post.visibility is Visibility.PUBLIC and post.boost_of_id is None]
        last, days, counts = defaultdict(dict), defaultdict(set), Counter()
        start, words = self.now - 8 * DAY, set(named.values())
        for post in found:
            for topic in {named[name] for name in post.tags} | ({post.link_id} - {None}):
                if start <= post.created_at < self.now - DAY:
                    days[topic].add((post.author_id, (post.created_at - start) // DAY))
                if post.created_at >= self.now - DAY and post.author_id in shown:
                    last[topic][post.author_id] = max(post.created_at, last[topic].get(post.author_id, start))
                    counts[topic] += 1
        rising = {}
        for topic, by in last.items():
            score = rules.rise(rules.warmth(by.values(), self.now), usual=len(days[topic]) / 7)
            if len(by) >= rules.LEAST_AUTHORS and score >= rules.LEAST_SCORE:
                kind = Kind.TAG if topic in words else Kind.LINK
                rising[kind, topic] = pytest.approx(score), len(by), counts[topic]
        for post in found:
            liked, age = post.boosts + post.favourites, self.now - post.created_at
            is_plain = not post.sensitive and post.in_reply_to_author_id is None
            is_by = post.author_id in shown and post.author_id in agreed
            if liked >= rules.LEAST_REACTIONS and age <= rules.POST_WINDOW and is_plain and is_by:
                rising[Kind.POST, post.id] = pytest.approx(rules.post_score(liked, age)), liked
        return rising

    async def computed(self):
        """What rises, as it is computed."""
        async with self.db.read() as tx:
            found = await queries.measured(tx, now=self.now)
        return {
            (one.kind, one.id): (one.score, one.reason.reactions)
            if one.kind is Kind.POST
            else (one.score, one.reason.authors, one.reason.posts)
            for one in found
        }


async def replay(story):
    async with a_town(Talking) as town:
        for person in town.people[:3]:
            change = Changes(discoverable=True)
            await town.db.write(accounts.change, account_id=person, changes=change, now=town.now)
        await town.share()
        seen = set()
        for number, step in enumerate(story):
            await town.take(step)
            if number % 8 == 7:
                rising = await town.computed()
                assert rising == await town.by_the_rule()
                seen |= {kind for kind, _ in rising}
        return seen


def test_what_rises_is_what_the_rule_says_of_all_posts():
    seen = set()

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
    @given(st.lists(steps, min_size=24, max_size=64))
    def holds(story):
        seen.update(asyncio.run(replay(story)))

    holds()
    assert seen == {*Kind}  # the stories are such that things do rise


async def test_a_hashtag_that_goes_from_nothing_to_fifty_an_hour_rises_within_minutes():
    async with a_town(Talking) as town:
        every = timedelta(hours=1) / 50
        waited = timedelta(0)
        while not await town.computed():
            await town.publish(len(town.posts) % 4, f"#{TAGS[0]} {waited}", Visibility.PUBLIC, None)
            town.now += every
            waited += every

        assert waited < timedelta(minutes=5)


async def test_what_is_used_every_day_does_not_rise_for_being_used_again():
    async with a_town(Talking) as town:
        for _ in range(9):
            for who in range(4):
                await town.publish(who, f"Good morning #{TAGS[0]}, good evening #{TAGS[1]}", Visibility.PUBLIC, None)
            usual = await town.computed()
            town.now += DAY

    assert rules.rise(4, usual=4) < rules.rise(4, usual=0)
    assert rules.rise(100 * rules.STEADY, usual=100) == 0
    assert all(score < rules.rise(4, usual=3) for score, *_ in usual.values())


async def test_one_author_alone_makes_nothing_rise():
    async with a_town(Talking) as town:
        for _ in range(50):
            await town.publish(0, f"#{TAGS[0]} {URL}", Visibility.PUBLIC, None)

        assert await town.computed() == {}


async def test_trends_are_computed_by_one_process_a_minute(db, now):
    await db.write(trends.commands.replace, trends=[a_trend(now)], now=now)

    await trends.refresh(db, now=now + timedelta(seconds=40))
    async with db.read() as tx:
        assert await tx.all(int, "SELECT id FROM trends") == [7]
    await trends.refresh(db, now=now + timedelta(seconds=61))
    async with db.read() as tx:
        assert await tx.all(int, "SELECT id FROM trends") == []


def a_trend(now):
    return trends.Trend(Kind.TAG, 7, 3.0, trends.Reason(authors=3), now)


def test_what_is_left_of_a_use_halves():
    now = from_ms(10**12)

    assert rules.warmth([now, now - rules.HALF_LIFE, now + DAY], now) == 2.5
