"""Whoever asked to be alerted is reached once, by the way and as often as they chose, and nobody else is."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from pinson import schedule
from pinson.delivering import Worker
from pinson.domain import accounts, alerts, deliveries, events, posts
from pinson.domain.alerts import (
    CodeExpired,
    NoteKind,
    Reach,
    Reason,
    Rhythm,
    Source,
    TooManyCodes,
    Topic,
    Wish,
    Withdrawn,
    Wording,
    register,
)
from pinson.domain.deliveries import About, Channel, Ended, Outcome, What
from pinson.domain.events import Changes, Marks
from pinson.domain.relations.model import TopicKind
from pinson.gathering import gather
from pinson.lib.db import CannotWrite
from tests.interfaces.mastodon.test_query_counts import counted

WORDING = Wording("fr", "J'accepte de recevoir les messages de Lab.")
SECRETS = alerts.Secrets("123456", "a-link-that-nobody-guesses")


class Recorder:
    """A channel that keeps what it is given, and answers as it is told."""

    most_open = 50

    def __init__(self, channel):
        self.channel = channel
        self.sent = []
        self.outcome = Outcome.SENT

    async def prepare(self, tx, claimed):
        """Who is reached."""
        holders = await alerts.holders(tx, [one.holder_id for one in claimed])
        return {one.id: holders[one.holder_id] for one in claimed if one.holder_id in holders}

    async def attempt(self, delivery, said):
        """Keep it."""
        if said is None:
            return Ended(delivery.id, Outcome.NEEDLESS)
        self.sent.append((said.value, delivery.about, delivery.about_id))
        return Ended(delivery.id, self.outcome, remote_ids=(f"r{delivery.id}",))


class Town:
    """A world in which somebody publishes, and others ask to be alerted."""

    def __init__(self, world):
        self.world = world
        self.channels = {channel: Recorder(channel) for channel in alerts.CHANNELS}

    async def ask(self, value, topic, *, channel=Channel.SMS, wish=None, confirmed=True, **named):
        """Somebody asks for a topic, and proves that the address is theirs."""
        asked = await self.world.write(
            alerts.ask,
            reach=Reach(channel, value),
            topic=topic,
            wish=wish or Wish(),
            wording=WORDING,
            source=named.pop("source", Source.PAGE),
            topic_name="Lab",
            zone="Europe/Paris",
            reader_id=named.pop("reader_id", None),
            secrets=alerts.Secrets(SECRETS.code, f"{SECRETS.link}-{value}-{topic.id}"),
        )
        if confirmed and not asked.confirmed:
            assert await self.world.write(alerts.confirm, address_id=asked.address_id, code=SECRETS.code)
        return asked

    async def settle(self):
        """Do all that is due."""
        await self.world.machine.reactor.settle()  # and not `world.settle`: the real channels would take what is due
        for channel in self.channels.values():
            worker = Worker(self.world.tools, channel)
            while await worker.step():
                pass

    def posts(self, channel=Channel.SMS):
        """Which posts were sent to whom, in order."""
        return [(value, id) for value, about, id in self.channels[channel].sent if about is About.POST]

    async def ledger(self, post):
        """What was counted of a post, over all minutes."""
        counted = {}
        for line in await self.world.ask(deliveries.lines, [post.id]):
            counted[line.channel, line.what] = counted.get((line.channel, line.what), 0) + line.deliveries
        return counted


@pytest.fixture
async def town(world):
    return Town(world)


def of(person):
    """What somebody writes, as a topic."""
    return Topic(TopicKind.ACCOUNT, person.account_id, person.account_id)


async def test_who_asked_and_proved_it_is_reached_once_and_nobody_else(town, world):
    lab, other = await world.people("lab", "other")
    await town.ask("+33600000001", of(lab))
    await town.ask("+33600000002", of(lab), confirmed=False)
    await town.ask("+33600000003", of(other))
    await town.ask("a@mail.example", of(lab), channel=Channel.EMAIL)

    post = await world.publish(lab, "First beam #LHC")
    await town.settle()
    await town.settle()

    assert town.posts() == [("+33600000001", post.id)]
    assert town.posts(Channel.EMAIL) == [("a@mail.example", post.id)]
    counted = await town.ledger(post)
    assert counted[Channel.SMS, What.ASKED] == counted[Channel.SMS, What.SENT] == 1


async def test_who_follows_by_several_topics_is_reached_once(town, world):
    lab = await world.person("lab")
    first = await world.publish(lab, "About #LHC")
    tag = (await world.ask(posts.tag, "lhc")).id
    world.clock.move(timedelta(minutes=1))
    await town.ask("+33600000001", of(lab))
    await town.ask("+33600000001", Topic(TopicKind.TAG, tag))

    second = await world.publish(lab, "More about #lhc")
    await town.settle()

    assert town.posts() == [("+33600000001", second.id)], f"and not {first.id}, of before they asked"


@pytest.mark.parametrize(
    "status",
    [
        {"visibility": "unlisted"},
        {"visibility": "private"},
        {"visibility": "direct"},
    ],
)
async def test_what_is_not_public_alerts_nobody(town, world, status):
    lab = await world.person("lab")
    await town.ask("+33600000001", of(lab))

    await world.publish(lab, "Not for all", **status)
    await town.settle()

    assert town.posts() == []


async def test_answers_to_others_and_what_is_passed_on_alert_nobody(town, world):
    lab, other = await world.people("lab", "other")
    await town.ask("+33600000001", of(lab))
    theirs = await world.publish(other, "A question")

    await world.publish(lab, "@other an answer", in_reply_to_id=str(theirs.id))
    await world.client(lab).post(f"/api/v1/statuses/{theirs.id}/reblog")
    await town.settle()

    assert town.posts() == []


async def test_a_wrong_code_proves_nothing_and_five_end_the_request(town, world):
    lab = await world.person("lab")
    asked = await town.ask("+33600000001", of(lab), confirmed=False)

    for _ in range(5):
        assert await world.write(alerts.confirm, address_id=asked.address_id, code="000000") is None
    with pytest.raises(CodeExpired):
        await world.write(alerts.confirm, address_id=asked.address_id, code=SECRETS.code)

    await world.publish(lab, "Hello")
    await town.settle()
    assert town.posts() == []


async def test_a_code_works_for_half_an_hour_and_once(town, world):
    lab = await world.person("lab")
    asked = await town.ask("+33600000001", of(lab), confirmed=False)
    world.clock.move(timedelta(minutes=31))
    with pytest.raises(CodeExpired):
        await world.write(alerts.confirm, address_id=asked.address_id, code=SECRETS.code)

    await town.ask("+33600000001", of(lab))
    with pytest.raises(CodeExpired):
        await world.write(alerts.confirm, address_id=asked.address_id, code=SECRETS.code)


async def test_an_address_is_sent_three_codes_an_hour_at_most(town, world):
    lab = await world.person("lab")
    for _ in range(3):
        await town.ask("+33600000001", of(lab), confirmed=False)
    with pytest.raises(TooManyCodes):
        await town.ask("+33600000001", of(lab), confirmed=False)

    await town.settle()
    kinds = [about for _, about, _ in town.channels[Channel.SMS].sent]
    assert kinds == [About.NOTE] * 3


async def test_nobody_changes_what_somebody_else_asked_for(town, world):
    lab = await world.person("lab")
    await town.ask("+33600000001", of(lab), wish=Wish(Rhythm.ALL))
    stranger = await town.ask("+33600000009", of(lab))

    asked = await town.ask(
        "+33600000001", of(lab), wish=Wish(Rhythm.DIGEST), reader_id=stranger.reader_id, confirmed=False
    )

    (there,) = await world.ask(alerts.alerts_of, [asked.address_id])
    assert not asked.confirmed
    assert there.rhythm is Rhythm.ALL


async def test_who_proves_their_wish_does_not_confirm_what_somebody_else_asked_for_there(town, world):
    lab, other = await world.people("lab", "other")
    attacker = await town.ask("+33600000009", of(lab))
    await town.ask("+33600000001", of(other), reader_id=attacker.reader_id, confirmed=False)
    world.clock.move(timedelta(seconds=1))
    mine = await town.ask("+33600000001", of(lab), source=Source.SMS, confirmed=False)

    confirmed = await world.write(alerts.confirm_by_reply, address_id=mine.address_id)

    assert [one.topic_id for one in confirmed] == [lab.account_id]
    (address,) = (await world.ask(alerts.addresses, [mine.address_id])).values()
    assert address.reader_id != attacker.reader_id
    there = {one.topic_id: one.confirmed_at for one in await world.ask(alerts.alerts_of, [mine.address_id])}
    assert there == {lab.account_id: world.clock.now(), other.account_id: None}


async def test_who_proved_an_address_needs_no_code_for_the_next_topic(town, world):
    lab, other = await world.people("lab", "other")
    asked = await town.ask("+33600000001", of(lab), confirmed=False)
    reader_id = await world.write(alerts.confirm, address_id=asked.address_id, code=SECRETS.code)

    again = await town.ask("+33600000001", of(other), reader_id=reader_id, confirmed=False)

    assert again.confirmed


async def test_at_night_no_phone_rings_but_letters_arrive(town, world):
    lab = await world.person("lab")
    await town.ask("+33600000001", of(lab))
    await town.ask("a@mail.example", of(lab), channel=Channel.EMAIL)
    world.clock.move(datetime(2026, 3, 30, 21, 30, tzinfo=UTC) - world.clock.now())  # 23:30 in Paris

    post = await world.publish(lab, "Late")
    await town.settle()
    at_night = town.posts()
    world.clock.move(datetime(2026, 3, 31, 5, 0, tzinfo=UTC) - world.clock.now())
    await town.settle()

    assert (at_night, town.posts(Channel.EMAIL)) == ([], [("a@mail.example", post.id)])
    assert town.posts() == [("+33600000001", post.id)]


async def test_a_reader_capped_at_five_gets_five_and_one_digest_with_the_rest(town, world):
    lab = await world.person("lab")
    await town.ask("+33600000001", of(lab), wish=Wish(Rhythm.ALL, per_week=5))

    written = [await world.publish(lab, f"Message {number}") for number in range(21)]
    await town.settle()
    world.clock.move(timedelta(hours=4))  # it was six minutes past three in Paris
    await schedule.sweep(world.tools)
    await town.settle()

    assert [id for _, id in town.posts()] == [one.id for one in written[:5]]
    ((_, _, digest_id),) = [one for one in town.channels[Channel.SMS].sent if one[1] is About.DIGEST]
    held = (await world.ask(alerts.held, [digest_id]))[digest_id]
    assert [one.post_id for one in held] == [one.id for one in written[5:]]
    assert {one.reason for one in held} == {Reason.CAP}


async def test_a_new_week_has_room_again(town, world):
    lab = await world.person("lab")
    await town.ask("+33600000001", of(lab), wish=Wish(Rhythm.ALL, per_week=1))
    await world.publish(lab, "One")
    await world.publish(lab, "Two")
    await town.settle()
    world.clock.move(timedelta(days=7))

    three = await world.publish(lab, "Three")
    await town.settle()

    assert town.posts()[-1] == ("+33600000001", three.id)
    assert len(town.posts()) == 2


async def test_what_came_while_paused_comes_together_when_the_pause_ends(town, world):
    lab = await world.person("lab")
    asked = await town.ask("+33600000001", of(lab))
    until = world.clock.now() + timedelta(hours=2)
    await world.write(alerts.pause, reader_id=asked.reader_id, until=until)

    await world.publish(lab, "One")
    await world.publish(lab, "Two")
    await town.settle()
    before = list(town.channels[Channel.SMS].sent)
    world.clock.move(timedelta(hours=2, minutes=1))
    await schedule.sweep(world.tools)
    await town.settle()

    assert [one for one in before if one[1] is not About.NOTE] == []
    assert [about for _, about, _ in town.channels[Channel.SMS].sent if about is not About.NOTE] == [About.DIGEST]


async def a_live_day(world, lab):
    """An event that goes on now."""
    now = world.clock.now()
    said = Changes(title="First collisions", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=8))
    return await world.write(events.create, account_id=lab.account_id, said=said)


async def the_reader(world, person):
    """Somebody as one who reads and writes posts."""
    async with world.tools.db.read() as tx:
        circle = await world.tools.circles.of(tx, person.account_id, now=world.clock.now())
        return posts.Reader(circle, world.tools.standing)


async def tell(world, lab, event, text, *, key=False, corrects_id=None):
    """Write in an event."""
    prepared = posts.prepare(
        posts.Draft(text, corrects_id=corrects_id), max_characters=500, local_domain="pinson.example"
    )
    world.clock.move(timedelta(seconds=1))
    return await world.write(
        events.write,
        id=event.id,
        author=await the_reader(world, lab),
        prepared=prepared,
        marks=Marks(is_key=key),
        base_url="https://pinson.example",
    )


async def test_who_wants_the_essential_of_a_live_day_gets_its_key_moments_and_who_follows_the_day_all(town, world):
    lab = await world.person("lab")
    event = await a_live_day(world, lab)
    await town.ask("+33600000001", of(lab), wish=Wish(Rhythm.KEY))
    await town.ask("+33600000002", Topic(TopicKind.EVENT, event.id, lab.account_id), wish=Wish(Rhythm.ALL))
    await town.ask("+33600000003", of(lab), wish=Wish(Rhythm.ALL))

    plain = await tell(world, lab, event, "Half way")
    key = await tell(world, lab, event, "COLLISIONS!", key=True)
    usual = await world.publish(lab, "Open on Sunday")
    await town.settle()

    by_number = {}
    for value, id in town.posts():
        by_number.setdefault(value[-1], []).append(id)
    assert by_number == {"1": [key.id, usual.id], "2": [plain.id, key.id], "3": [plain.id, key.id, usual.id]}


async def test_what_becomes_a_key_moment_later_reaches_those_who_want_these(town, world):
    lab = await world.person("lab")
    event = await a_live_day(world, lab)
    await town.ask("+33600000001", of(lab), wish=Wish(Rhythm.KEY))
    await town.ask("+33600000002", of(lab), wish=Wish(Rhythm.ALL))
    post = await tell(world, lab, event, "COLLISIONS!")
    await town.settle()
    before = town.posts()

    await world.write(events.mark, id=event.id, account_id=lab.account_id, post_id=post.id, marks=Marks(is_key=True))
    await town.settle()

    assert before == [("+33600000002", post.id)]
    assert sorted(town.posts()) == [("+33600000001", post.id), ("+33600000002", post.id)]


async def test_a_correction_goes_to_exactly_those_who_had_the_error_by_the_same_way(town, world):
    lab = await world.person("lab")
    event = await a_live_day(world, lab)
    await town.ask("+33600000001", Topic(TopicKind.EVENT, event.id, lab.account_id), wish=Wish(Rhythm.ALL))
    await town.ask("a@mail.example", of(lab), channel=Channel.EMAIL, wish=Wish(Rhythm.ALL))
    await town.ask("+33600000002", of(lab), wish=Wish(Rhythm.KEY))  # has not had it
    await town.ask("+33600000003", of(lab), wish=Wish(Rhythm.DIGEST))  # will have it
    wrong = await tell(world, lab, event, "A power jolt")
    await town.settle()
    await town.ask("+33600000004", of(lab), wish=Wish(Rhythm.ALL))  # comes later

    right = await tell(world, lab, event, "Two magnets", key=True, corrects_id=wrong.id)
    await town.settle()
    world.clock.move(timedelta(hours=5))
    await schedule.sweep(world.tools)
    await town.settle()

    assert town.posts() == [("+33600000001", wrong.id), ("+33600000001", right.id)]
    assert town.posts(Channel.EMAIL) == [("a@mail.example", wrong.id), ("a@mail.example", right.id)]
    ((number, _, digest_id),) = [one for one in town.channels[Channel.SMS].sent if one[1] is About.DIGEST]
    held = (await world.ask(alerts.held, [digest_id]))[digest_id]
    assert (number, [one.post_id for one in held]) == ("+33600000003", [wrong.id, right.id])


async def test_after_stop_there_is_silence_one_goodbye_and_a_line_in_the_register(town, world):
    lab = await world.person("lab")
    asked = await town.ask("+33600000001", of(lab))
    first = await world.publish(lab, "One")
    await town.settle()

    world.clock.move(timedelta(minutes=1))
    stop = {"address_ids": [asked.address_id], "how": Withdrawn.SMS, "goodbye": True}
    await world.write(alerts.leave_all, **stop)
    await world.publish(lab, "Two")
    await town.settle()

    assert town.posts() == [("+33600000001", first.id)]
    notes = [id for _, about, id in town.channels[Channel.SMS].sent if about is About.NOTE]
    assert [note.kind for note in (await world.ask(alerts.notes, notes)).values()] == [NoteKind.CODE, NoteKind.GOODBYE]
    (line,) = await world.ask(register.of_account, lab.account_id)
    assert (line.wording, line.lang, line.source, line.masked) == (WORDING.text, "fr", "page", "+33…01")
    assert (line.confirmed_how, line.withdrawn_how, line.withdrawn_at) == ("code", "sms", world.clock.now())
    assert (await town.ledger(first))[Channel.SMS, What.LEFT] == 1


async def test_an_address_is_forgotten_days_after_stop_but_its_proof_is_found_by_it(town, world):
    lab = await world.person("lab")
    asked = await town.ask("+33600000001", of(lab))
    await world.write(alerts.leave_all, address_ids=[asked.address_id], how=Withdrawn.SMS)
    world.clock.move(timedelta(days=4))
    await schedule.sweep(world.tools)

    secret = await world.write(lambda tx, now: alerts.secret(tx))

    assert await world.ask(alerts.addresses, [asked.address_id]) == {}
    assert await world.ask(alerts.reader, asked.reader_id) is None
    found = await world.ask(register.of_address, Channel.SMS, "+33600000001", secret=secret)
    assert [one.withdrawn_how for one in found] == ["sms"]
    assert await world.ask(register.of_address, Channel.SMS, "+33600000002", secret=secret) == []


async def test_what_nobody_confirmed_is_forgotten_within_days(town, world):
    lab = await world.person("lab")
    asked = await town.ask("+33600000001", of(lab), confirmed=False)
    for _ in range(2):
        world.clock.move(timedelta(days=8))
        await schedule.sweep(world.tools)

    assert await world.ask(alerts.addresses, [asked.address_id]) == {}
    assert await world.ask(alerts.alerts_of, [asked.address_id]) == []


async def test_receipts_say_what_arrived_once_all_parts_did_even_if_they_come_first(town, world):
    lab = await world.person("lab")
    await town.ask("+33600000001", of(lab))
    await town.ask("+33600000002", of(lab))
    post = await world.publish(lab, "One")
    await world.machine.reactor.settle()
    now = world.clock.now()
    first, second = await world.write(
        deliveries.claim, channel=Channel.SMS, until=now + timedelta(minutes=1), limit=9
    ) and await claimed_of(world, post)
    arrived = {"channel": Channel.SMS, "arrived": True}

    await world.write(deliveries.receive, remote_id="a1", **arrived)
    results = [
        Ended(first, Outcome.SENT, remote_ids=("a1", "a2")),
        Ended(second, Outcome.SENT, remote_ids=("b1",)),
    ]
    await world.write(deliveries.settle, channel=Channel.SMS, results=results)
    early = (await town.ledger(post)).get((Channel.SMS, What.DELIVERED))
    for _ in range(2):
        await world.write(deliveries.receive, remote_id="a2", **arrived)
        await world.write(deliveries.receive, channel=Channel.SMS, remote_id="b1", arrived=False)

    counted = await town.ledger(post)
    assert early is None
    assert (counted[Channel.SMS, What.DELIVERED], counted[Channel.SMS, What.LOST]) == (1, 1)


async def claimed_of(world, post):
    """Ids of the deliveries of a post by SMS, by holder."""
    found = await world.ask(deliveries.reached, About.POST, post.id, Channel.SMS, limit=9)
    assert len(found) == 2
    return await world.ask(_ids, post.id)


async def _ids(tx, post_id):
    return await tx.all(int, "SELECT id FROM deliveries WHERE about_id = :id ORDER BY holder_id", id=post_id)


async def test_an_sms_that_was_open_when_its_process_died_is_in_doubt_and_a_letter_goes_again(town, world):
    lab = await world.person("lab")
    await town.ask("+33600000001", of(lab))
    await town.ask("a@mail.example", of(lab), channel=Channel.EMAIL)
    await town.settle()
    post = await world.publish(lab, "One")
    await world.machine.reactor.settle()
    for channel in (Channel.SMS, Channel.EMAIL):
        until = world.clock.now() + timedelta(minutes=1)
        assert len(await world.write(deliveries.claim, channel=channel, until=until, limit=9)) == 1

    world.clock.move(timedelta(minutes=2))
    await town.settle()

    assert (town.posts(), town.posts(Channel.EMAIL)) == ([], [("a@mail.example", post.id)])
    assert (await town.ledger(post))[Channel.SMS, What.IN_DOUBT] == 1
    assert [one.about_id for one in await world.ask(deliveries.doubtful)] == [post.id]


async def test_alerts_of_a_closed_account_end(town, world):
    lab, other = await world.people("lab", "other")
    asked = await town.ask("+33600000001", of(lab))
    await town.ask("+33600000001", of(other))

    await world.write(accounts.delete, account_id=lab.account_id)
    await town.settle()

    assert [one.topic_id for one in await world.ask(alerts.alerts_of, [asked.address_id])] == [other.account_id]


async def test_messages_of_many_live_days_are_gathered_in_as_many_statements_as_of_one(town, world):
    lab = await world.person("lab")
    await town.ask("a@mail.example", of(lab), channel=Channel.EMAIL, wish=Wish(Rhythm.ALL))
    await town.settle()
    costs = []
    for days in (1, 4):
        for number in range(days):
            await tell(world, lab, await a_live_day(world, lab), f"{number} of {days}", key=True)
        await world.machine.reactor.settle()
        until = world.clock.now() + timedelta(minutes=1)
        claimed = await world.write(deliveries.claim, channel=Channel.EMAIL, until=until, limit=9)
        assert len(claimed) == days
        with counted(world) as statements:
            async with world.tools.db.read() as tx:
                gathered = await gather(tx, world.tools, claimed)
        assert all(lab.account_id in topics for topics in gathered.wanted.values())
        costs.append(statements)

    assert costs[0] == costs[1]


class FullDisk(Recorder):
    """A channel that the disk is too full for, once."""

    def __init__(self):
        super().__init__(Channel.EMAIL)
        self.asked = asyncio.Event()

    async def prepare(self, tx, claimed):
        """Fail the first time."""
        if not self.asked.is_set():
            self.asked.set()
            raise CannotWrite
        return await super().prepare(tx, claimed)


async def test_a_worker_goes_on_when_the_disk_has_room_again(town, world):
    lab = await world.person("lab")
    await town.ask("a@mail.example", of(lab), channel=Channel.EMAIL)
    await town.settle()
    post = await world.publish(lab, "Hello")
    await world.machine.reactor.settle()
    channel = FullDisk()
    working = asyncio.create_task(Worker(world.tools, channel).run())

    async with asyncio.timeout(60):
        await channel.asked.wait()
        world.clock.move(timedelta(minutes=2))
        while not channel.sent:  # noqa: ASYNC110  (nothing tells that it was sent)
            await asyncio.sleep(0.01)

    assert not working.done()
    assert channel.sent == [("a@mail.example", About.POST, post.id)]
    working.cancel()


class Slow(Recorder):
    """A channel that is stopped in its first attempt, which ends a little later."""

    def __init__(self):
        super().__init__(Channel.SMS)
        self.working = None
        self.may_end = asyncio.Event()

    async def attempt(self, delivery, said):
        """Be stopped, and make it all the same."""
        self.working.cancel()
        await self.may_end.wait()
        return await super().attempt(delivery, said)


async def test_a_process_that_stops_while_the_disk_is_full_lets_what_is_under_way_end(town, world, monkeypatch):
    lab = await world.person("lab")
    for number in ("+33600000001", "+33600000002"):
        await town.ask(number, of(lab))
    await town.settle()
    await world.publish(lab, "Hello")
    await world.machine.reactor.settle()
    channel, write = Slow(), world.tools.db.write

    async def full_when_it_stops(verb, **given):
        if verb is deliveries.settle:
            channel.may_end.set()
            raise CannotWrite
        return await write(verb, **given)

    monkeypatch.setattr(world.tools.db, "write", full_when_it_stops)
    channel.working = asyncio.create_task(Worker(world.tools, channel).run())
    async with asyncio.timeout(60):
        [ended] = await asyncio.gather(channel.working, return_exceptions=True)

    assert isinstance(ended, asyncio.CancelledError)
    assert len(channel.sent) == 1


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=40)])
async def test_what_was_asked_begun_or_put_off_while_the_clock_was_ahead_leaves_once_it_is_right(town, world, ahead):
    lab, channel = await world.person("lab"), Channel.EMAIL
    await town.ask("a@mail.example", of(lab), channel=channel)
    await town.settle()
    first = await world.publish(lab, "First")
    await world.machine.reactor.settle()
    world.clock.move(ahead)
    now = world.clock.now()
    until = now + timedelta(minutes=1)
    [put_off] = await world.write(deliveries.claim, channel=channel, until=until, limit=1)
    again = deliveries.Again(put_off.id, now + timedelta(hours=6), "out of order")
    await world.write(deliveries.settle, channel=channel, results=[again])
    second = await world.publish(lab, "Second")
    await world.machine.reactor.settle()
    [_begun] = await world.write(deliveries.claim, channel=channel, until=until, limit=1)
    third = await world.publish(lab, "Third")
    await world.machine.reactor.settle()

    world.clock.move(-ahead)
    await schedule.sweep(world.tools)
    await town.settle()
    at_once = {id for _, id in town.posts(channel)}
    world.clock.move(timedelta(minutes=2))
    await town.settle()
    soon = {id for _, id in town.posts(channel)}
    world.clock.move(timedelta(hours=9))
    await town.settle()

    assert third.id in at_once
    assert second.id not in at_once
    assert {second.id, third.id} <= soon
    assert sorted(id for _, id in town.posts(channel)) == [first.id, second.id, third.id]


async def test_the_number_of_a_delivery_is_never_given_again(town, world):
    lab, channel, numbers = await world.person("lab"), Channel.EMAIL, []
    await town.ask("a@mail.example", of(lab), channel=channel)
    await town.settle()
    for text in ("First", "Second"):
        world.clock.move(timedelta(hours=73))
        await schedule.sweep(world.tools)  # nothing of before is left
        await world.publish(lab, text)
        await world.machine.reactor.settle()
        until = world.clock.now() + timedelta(minutes=1)
        [made] = await world.write(deliveries.claim, channel=channel, until=until, limit=9)
        await world.write(deliveries.settle, channel=channel, results=[deliveries.Ended(made.id, Outcome.SENT)])
        numbers.append(made.id)

    first, second = numbers
    assert second > first


class Broken(Recorder):
    """A channel with a mistake in what it reads, until that is mended."""

    is_mended = False

    async def prepare(self, tx, claimed):
        """Fail, or not any more."""
        return await super().prepare(tx, claimed) if self.is_mended else {}[0]


async def test_a_mistake_of_ours_in_what_is_read_puts_off_what_was_not_begun_and_ends_no_worker(town, world):
    lab = await world.person("lab")
    await town.ask("+33600000001", of(lab))
    await town.settle()
    post = await world.publish(lab, "Hello")
    await world.machine.reactor.settle()
    channel = Broken(Channel.SMS)
    worker = Worker(world.tools, channel)

    while await worker.step():
        pass
    waiting = await world.ask(deliveries.waiting)
    channel.is_mended = True
    world.clock.move(timedelta(minutes=6))
    while await worker.step():
        pass

    assert [(one.deliveries, one.error) for one in waiting] == [(1, "KeyError")]
    assert channel.sent == [("+33600000001", About.POST, post.id)]
    assert (await town.ledger(post)).get((Channel.SMS, What.IN_DOUBT)) is None


class Stopped(Recorder):
    """A channel that is stopped in its first attempt. turns: how often others had their turn before each."""

    def __init__(self):
        super().__init__(Channel.SMS)
        self.working = None
        self.others = 0
        self.turns = []

    async def attempt(self, delivery, said):
        """Make it, and be stopped."""
        self.turns.append(self.others)
        if self.working is not None:
            self.working.cancel()
        return await super().attempt(delivery, said)


async def test_what_a_stopped_process_had_taken_on_and_not_begun_is_no_doubt_and_leaves_with_the_next(town, world):
    lab = await world.person("lab")
    for number in ("+33600000001", "+33600000002", "+33600000003"):
        await town.ask(number, of(lab))
    await town.settle()
    post = await world.publish(lab, "Hello")
    await world.machine.reactor.settle()
    channel = Stopped()
    channel.working = asyncio.create_task(Worker(world.tools, channel).run())
    await asyncio.gather(channel.working, return_exceptions=True)
    channel.working, (sent,) = None, channel.sent

    async def others():
        while True:
            channel.others += 1
            await asyncio.sleep(0)

    requests = asyncio.create_task(others())
    worker = Worker(world.tools, channel)
    while await worker.step():
        pass
    requests.cancel()

    assert sorted(one[0] for one in channel.sent) == ["+33600000001", "+33600000002", "+33600000003"]
    assert sent in channel.sent
    assert (await town.ledger(post)).get((Channel.SMS, What.IN_DOUBT)) is None
    first, second = channel.turns[1:]
    assert second > first, "requests have their turn between attempts"
