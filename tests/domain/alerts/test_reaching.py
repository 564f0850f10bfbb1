"""Whatever people wish, pause and leave, and whatever is published: who is reached is what a plain reading says.

The model below reads the rules one wish after another: without SQL, without steps, and knows no deliveries.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.domain import alerts, deliveries, events, posts
from pinson.domain.alerts import CHANNELS, Reach, Rhythm, Source, Topic, Wish, Withdrawn, Wording, reaching, store
from pinson.domain.deliveries import About
from pinson.domain.posts import Visibility
from pinson.domain.relations.model import TopicKind
from tests.domain.town import TAGS, Town, a_town

ZONE = "Europe/Paris"
ADDRESSES = tuple((channel, f"{channel}-{number}") for channel in CHANNELS for number in range(2))
TOPICS = ("account", "tag", "event")
NO_CORRECTION = timedelta(hours=72)

addresses = st.integers(0, len(ADDRESSES) - 1)
topics = st.sampled_from(TOPICS)
any_post = st.integers(0, 1000)
wish = st.tuples(
    st.just("ask"),
    addresses,
    topics,
    st.sampled_from(Rhythm),
    st.sampled_from([None, None, 1, 2]),
    st.sampled_from([True] * 4 + [False]),
)
publish = st.tuples(st.just("publish"), st.booleans(), st.sampled_from([Visibility.PUBLIC] * 5 + [Visibility.UNLISTED]))
write = st.tuples(st.just("write"), st.integers(0, 1), st.booleans(), st.none() | any_post)
step = st.one_of(
    wish,
    publish,
    publish,
    write,
    write,
    write,
    st.tuples(st.just("mark"), any_post),
    st.tuples(st.just("leave"), addresses, topics),
    st.tuples(st.just("stop"), addresses),
    st.tuples(st.just("pause"), addresses, st.integers(0, 30)),
    st.tuples(st.just("hold"), addresses, topics | st.none(), st.integers(0, 30)),
    st.tuples(st.just("wait"), st.sampled_from([1, 2, 5, 12, 24, 200])),
    st.tuples(st.just("again"), any_post),
)


@dataclass
class Wanted:
    """A wish in the model."""

    rhythm: Rhythm
    per_week: int | None
    since: object  # when it was confirmed; None if it was not
    sent: list = field(default_factory=list)  # weeks, one for each message
    paused: object = None  # until when


class Crowd(Town):
    """A town in which strangers are alerted of what its first account writes, and what should come of that."""

    def __init__(self, *views):
        super().__init__(*views)
        self.wanted = {address: {} for address in ADDRESSES}
        self.paused = {}
        self.ids, self.readers = {}, {}
        self.asked = set()  # (address, post)
        self.held = set()
        self.pausing = set()  # (address, post) of those that are held because of a pause
        self.gathered = set()
        self.due = {}

    def topic(self, name):
        """A topic of the town."""
        ana = self.people[0]
        match name:
            case "account":
                return Topic(TopicKind.ACCOUNT, ana, ana)
            case "tag":
                return Topic(TopicKind.TAG, self.tags[0])
            case _:
                return Topic(TopicKind.EVENT, self.event, ana)

    async def do(self, step):
        """One step, here and in the model."""
        self.now += timedelta(milliseconds=10)
        match step:
            case ("ask", which, topic, rhythm, per_week, confirmed):
                await self.ask(ADDRESSES[which], topic, rhythm, per_week, confirmed)
            case ("publish", tagged, visibility):
                await self.publish(0, f"Bonjour{' #' + TAGS[0] if tagged else ''}", visibility, None)
                await self.reach(self.posts[-1])
            case ("write", who, is_key, corrected):
                before = len(self.posts)
                await self.write(who, "En direct", is_key, self.post(corrected))
                if len(self.posts) > before:
                    await self.reach(self.posts[-1])
            case ("mark", which) if (id := self.post(which)) is not None:
                marked = {"id": self.event, "account_id": self.people[0], "post_id": id}
                await self.tolerant(events.mark, **marked, marks=events.Marks(is_key=True))
                await self.reach(id)
            case ("again", which) if (id := self.post(which)) is not None:
                await self.reach(id)
            case ("leave", which, topic):
                await self.leave(ADDRESSES[which], topic)
            case ("stop", which):
                await self.stop(ADDRESSES[which])
            case ("pause", which, hours) if (reader := self.readers.get(ADDRESSES[which])) is not None:
                until = self.now + timedelta(hours=hours) if hours else None
                await self.db.write(alerts.pause, reader_id=reader, until=until, now=self.now)
                self.hold(ADDRESSES[which], self.paused.get(ADDRESSES[which]), until, TOPICS)
                self.paused[ADDRESSES[which]] = until
            case ("hold", which, topic, hours) if (id := self.ids.get(ADDRESSES[which])) is not None:
                until = self.now + timedelta(hours=hours) if hours else None
                named = {"address_ids": [id], "topic_id": self.topic(topic).id if topic else None}
                await self.db.write(alerts.pause_topic, **named, until=until, now=self.now)
                about = {name: one for name, one in self.wanted[ADDRESSES[which]].items() if topic in (None, name)}
                before = {name for name, one in about.items() if one.paused}
                self.hold(ADDRESSES[which], before, until, before)
                for one in about.values():
                    one.paused = until
            case ("wait", hours):
                self.now += timedelta(hours=hours)
                await self.gather()

    async def ask(self, address, topic, rhythm, per_week, confirmed):
        """Somebody asks, and mostly proves that the address is theirs."""
        self.now += timedelta(minutes=21)  # more than three codes an hour would be refused
        there = self.wanted[address].get(topic)
        code = f"{int(self.now.timestamp() * 100) % 10**6:06}"
        asked = await self.db.write(
            alerts.ask,
            reach=Reach(*address),
            topic=self.topic(topic),
            wish=Wish(rhythm, per_week),
            wording=Wording("fr", "J'accepte."),
            source=Source.PAGE,
            topic_name="Ana",
            zone=ZONE,
            reader_id=self.readers.get(address),
            secrets=alerts.Secrets(code, f"{address}-{self.now}"),
            now=self.now,
        )
        self.ids[address] = asked.address_id
        known = asked.confirmed
        if not known and confirmed:
            reader = await self.db.write(alerts.confirm, address_id=asked.address_id, code=code, now=self.now)
            assert reader is not None
        if known or confirmed:
            self.readers[address] = asked.reader_id
        if there is None:
            there = self.wanted[address][topic] = Wanted(rhythm, per_week, None)
        elif known:
            there.rhythm, there.per_week = rhythm, per_week
        if known or confirmed:
            there.since = there.since or self.now

    def hold(self, address, was_paused, until, topics):
        """A pause ends at another moment than it would have, or at once: then what is held is due."""
        if was_paused and any(one[0] == address and one[2] in topics for one in self.held):
            self.due[address] = min(self.due[address], until or self.now)

    async def leave(self, address, topic):
        """Somebody takes one wish back."""
        if address in self.ids:
            named = {"address_id": self.ids[address], "topic_id": self.topic(topic).id}
            await self.db.write(alerts.leave_topic, **named, how=Withdrawn.PAGE, now=self.now)
            if self.wanted[address].pop(topic, None):
                self.held -= {one for one in self.held if one[0] == address and one[2] == topic}

    async def stop(self, address):
        """Somebody takes all back."""
        if address in self.ids:
            named = {"address_ids": [self.ids[address]], "how": Withdrawn.SMS}
            await self.db.write(alerts.leave_all, **named, now=self.now)
            gone = set(self.wanted[address])
            self.wanted[address].clear()
            self.held -= {one for one in self.held if one[0] == address and one[2] in gone}

    async def reach(self, id):
        """What a reaction does, here and in the model."""
        place = alerts.Place()
        while place is not None:
            place = await self.db.write(alerts.after_post, id=id, place=place, now=self.now)
        async with self.db.read() as tx:
            post = (await posts.posts(tx, [id]))[id]
            entry = (await events.entries(tx, [id])).get(id)
            first = (await posts.posts(tx, [post.corrects_id])).get(post.corrects_id) if post.corrects_id else None
        if post.visibility is not Visibility.PUBLIC or self.now - post.created_at > timedelta(hours=24):
            return
        if first is not None and self.now - first.created_at < NO_CORRECTION:
            self.correct(first.id, id)
            return
        by_id = sorted((self.topic(name).id, name) for name in TOPICS)
        under = {*post.topics, *((self.people[0],) if entry else ())}
        for topic_id, name in by_id:
            if topic_id in under:
                for address in ADDRESSES:
                    one = self.wanted[address].get(name)
                    if one is not None and one.since is not None and one.since <= post.created_at:
                        self.judge(address, name, one, id, entry)

    def judge(self, address, name, one, id, entry):
        """One wish meets one message."""
        if one.rhythm is Rhythm.KEY and entry is not None and not entry.is_key:
            return
        this_week = self.now.astimezone(ZoneInfo(ZONE)).isocalendar()[:2]
        later, ends = None, max(filter(None, (self.paused.get(address), one.paused)), default=self.now)
        if ends > self.now:
            later = ends
        elif one.rhythm is Rhythm.DIGEST or (one.per_week is not None and one.sent.count(this_week) >= one.per_week):
            later = self.next_hour()
        if later is None:
            if (address, id) not in self.asked:
                self.asked.add((address, id))
                if one.per_week is not None:
                    one.sent.append(this_week)
            self.held -= {(address, id, topic) for topic in TOPICS}
        elif (address, id) not in self.asked:
            there = {(address, id, topic) for topic in TOPICS} & (self.held | self.gathered)
            if not there or (there <= self.held and (address, id) in self.pausing and ends == self.now):
                self.held -= there
                self.held.add((address, id, name))
                self.pausing -= {(address, id)}
                if ends > self.now:
                    self.pausing.add((address, id))
            self.due[address] = min(self.due.get(address, later), later)

    def correct(self, first, id):
        """Who had the error gets the correction; where it waits, both wait."""
        self.asked |= {(address, id) for address, post in self.asked if post == first}
        self.asked |= {(address, id) for address, post, _ in self.gathered if post == first}
        had = {
            (address, topic): (address, first) in self.pausing for address, post, topic in self.held if post == first
        }
        for (address, topic), is_pausing in had.items():
            there = {one for one in self.held | self.gathered if one[:2] == (address, id)}
            if not there or (there <= self.held and (address, id) in self.pausing and not is_pausing):
                self.held = self.held - there | {(address, id, topic)}
                self.pausing -= {(address, id)}
                if is_pausing:
                    self.pausing.add((address, id))

    def next_hour(self):
        """The next six in the evening, there."""
        there = self.now.astimezone(ZoneInfo(ZONE))
        then = there.replace(hour=18, minute=0, second=0, microsecond=0)
        return (then if then > there else then + timedelta(days=1)).astimezone(self.now.tzinfo)

    async def gather(self):
        """Digests whose hour has come."""
        while await self.db.write(alerts.make_digests, now=self.now):
            pass
        for address in [one for one, due in self.due.items() if due <= self.now]:
            if (until := self.paused.get(address)) is not None and until > self.now:
                continue
            del self.due[address]
            ends = {
                name: one.paused for name, one in self.wanted[address].items() if one.paused and one.paused > self.now
            }
            mine = {one for one in self.held if one[0] == address}
            waits = {one for one in mine if one[2] in ends}
            self.held -= mine - waits
            self.gathered |= mine - waits
            if waits:
                self.due[address] = min(ends[one[2]] for one in waits)

    async def compare(self):
        """The tables say what the model says."""
        names = {id: address for address, id in self.ids.items()}
        asked, held, gathered = set(), set(), set()
        async with self.db.read() as tx:
            for id in self.posts:
                for channel in CHANNELS:
                    found = await deliveries.reached(tx, About.POST, id, channel, limit=99)
                    asked |= {(names[one.holder_id], id) for one in found}
                for one in await store.held_of_post(tx, id, after=0, limit=99):
                    (gathered if one.digest_id else held).add((names[one.address_id], id))
            due = {one.id for one in await store.due_for_digest(tx, now=self.now + timedelta(days=60), limit=99)}
        waits = {address for address, _, _ in self.held}
        assert {address for address in waits if self.ids[address] not in due} == set(), "what is held comes some day"
        assert asked == self.asked
        assert held == {(address, id) for address, id, _ in self.held}
        assert gathered == {(address, id) for address, id, _ in self.gathered}


async def follow(steps):
    """Take steps, and see that the tables say what the model says."""
    async with a_town(Crowd) as town:
        for one in steps:
            await town.do(one)
        await town.compare()
        return town


def test_who_is_reached_is_what_a_plain_reading_of_the_wishes_says():
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
    @given(st.lists(wish, min_size=6, max_size=14), st.lists(step, min_size=15, max_size=40))
    def run(wishes, steps):
        asyncio.run(follow([*wishes, *steps]))

    run()


def test_steps_of_one_alert_reach_the_same_as_one_step(monkeypatch):
    """Where one step ends and the next begins changes nothing."""
    monkeypatch.setattr(reaching, "STEP", 1)
    test_who_is_reached_is_what_a_plain_reading_of_the_wishes_says()


async def test_a_paused_topic_waits_while_a_digest_of_others_leaves():
    town = await follow(
        [
            ("ask", 0, "account", Rhythm.ALL, None, True),
            ("ask", 0, "tag", Rhythm.DIGEST, None, True),
            ("hold", 0, "account", 30),
            ("publish", False, Visibility.PUBLIC),
            ("publish", True, Visibility.PUBLIC),
            ("wait", 24),
        ]
    )

    plain, tagged = town.posts
    assert {(id, topic) for _, id, topic in town.held} == {(plain, "account")}
    assert {(id, topic) for _, id, topic in town.gathered} == {(tagged, "tag")}, "the sooner way"
