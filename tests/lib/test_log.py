"""The log is in one order for everyone, and views follow it without a gap."""

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinson.lib import log
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.errors import Kind, Refusal
from pinson.lib.log import Fact, Follower, Kinds

HOUR = timedelta(hours=1)


class HeadMoved(Fact, frozen=True):
    """A topic's head was set, whatever it was before."""

    topic: int
    head: int


class TopicForgotten(Fact, frozen=True):
    topic: int


class FromTheFuture(Fact, frozen=True):
    """A fact that only a newer program knows."""


KINDS = Kinds([HeadMoved, TopicForgotten])


class No(Refusal):
    kind, code, text = Kind.INVALID, "no", "No."


class Heads:
    """A view of the table of topics that also remembers what it was told."""

    def __init__(self):
        self.heads, self.heard, self.loads = {}, [], 0

    def apply(self, fact):
        self.heard.append(fact)
        if isinstance(fact, HeadMoved):
            self.heads[fact.topic] = fact.head
        else:
            self.heads.pop(fact.topic, None)

    async def load(self, tx):
        self.loads += 1
        self.heads = await stored_heads(tx)


class Process:
    """What a server process has of the log."""

    def __init__(self, data):
        self.db = Sqlite(data)
        self.view = Heads()
        self.follower = Follower(self.db, KINDS, [self.view])

    async def catch_up(self):
        """What every request does first."""
        if self.follower.behind:
            await self.follower.catch_up()


@asynccontextmanager
async def processes(data, *, number=2):
    """So many processes on one folder."""
    all = [Process(data) for _ in range(number)]
    try:
        for process in all:
            await process.follower.start()
        yield all
    finally:
        for process in all:
            await process.db.close()


async def stored_heads(tx):
    pairs = await tx.all(str, "SELECT id || ' ' || head FROM topics")
    return {int(topic): int(head) for topic, head in (pair.split() for pair in pairs)}


async def move(tx, *, topic, head, at):
    await tx.run(
        "INSERT INTO topics (id, head) VALUES (:topic, :head) ON CONFLICT (id) DO UPDATE SET head = :head",
        topic=topic,
        head=head,
    )
    await log.record(tx, HeadMoved(at=at, topic=topic, head=head))


async def move_and_refuse(tx, *, topic, head, at):
    await move(tx, topic=topic, head=head, at=at)
    raise No


async def forget(tx, *, topic, at):
    await tx.run("DELETE FROM topics WHERE id = :topic", topic=topic)
    await log.record(tx, TopicForgotten(at=at, topic=topic))


async def record(tx, *, facts):
    for fact in facts:
        await log.record(tx, fact)


async def lines(db):
    async with db.read() as tx:
        return await log.after(tx, 0)


async def test_a_fact_is_in_the_log_if_and_only_if_its_transaction_stands(db, now):
    await db.write(move, topic=1, head=10, at=now)
    with pytest.raises(No):
        await db.write(move_and_refuse, topic=1, head=20, at=now)
    await db.write(move, topic=1, head=30, at=now)

    assert [KINDS.decode(line).head for line in await lines(db)] == [10, 30]
    assert [line.seq for line in await lines(db)] == [1, 2]


async def test_a_fact_comes_back_as_it_was_recorded(db, now):
    await db.write(move, topic=1, head=10, at=now)

    (line,) = await lines(db)

    assert KINDS.decode(line) == HeadMoved(at=now, topic=1, head=10)
    assert line.kind == "HeadMoved"


async def test_a_view_knows_of_a_write_when_its_writer_is_answered(data, now):
    async with processes(data, number=1) as (only,):
        await only.db.write(move, topic=1, head=10, at=now)

        assert only.view.heads == {1: 10}
        assert not only.follower.behind


async def test_processes_see_each_others_facts_in_order_and_each_once(data, now):
    async with processes(data) as (one, two):
        for head in range(20):
            await (one if head % 3 else two).db.write(move, topic=head % 2, head=head, at=now)
        await one.catch_up()
        await two.catch_up()

        assert [fact.head for fact in one.view.heard] == list(range(20))
        assert [fact.head for fact in two.view.heard] == list(range(20))
        assert one.view.loads == two.view.loads == 1


async def test_a_process_is_behind_as_soon_as_another_has_written(data, now):
    async with processes(data) as (one, two):
        await one.db.write(move, topic=1, head=10, at=now)

        assert (one.follower.behind, two.follower.behind) == (False, True)
        await two.catch_up()
        assert (two.follower.behind, two.view.heads) == (False, {1: 10})


@pytest.mark.parametrize("interrupted", [False, True])
async def test_a_commit_on_its_way_to_our_views_is_not_behind_but_one_of_others_before_it_is(data, now, interrupted):
    async with processes(data) as (one, two):
        await one.db.write(move, topic=1, head=10, at=now)
        if interrupted:
            await two.db.write(move, topic=1, head=20, at=now)
        before = one.db.committed
        writing = asyncio.ensure_future(one.db.write(move, topic=1, head=30, at=now))
        await asyncio.sleep(0)  # it is queued
        while one.db.committed == before:
            time.sleep(0.001)  # noqa: ASYNC251 - the event loop must not hear of the commit yet

        assert one.follower.behind is interrupted
        await one.catch_up()
        await writing

        assert [fact.head for fact in one.view.heard] == ([10, 20, 30] if interrupted else [10, 30])


async def test_a_process_that_writes_hears_first_what_others_wrote_before(data, now):
    async with processes(data) as (one, two):
        await one.db.write(move, topic=1, head=10, at=now)
        await two.db.write(move, topic=1, head=20, at=now)

        assert [fact.head for fact in two.view.heard] == [10, 20]


async def test_a_process_that_starts_late_starts_from_the_tables(data, now):
    async with processes(data, number=1) as (early,):
        await early.db.write(move, topic=1, head=10, at=now)
        async with processes(data, number=1) as (late,):
            await early.db.write(move, topic=2, head=20, at=now)
            await late.catch_up()

            assert late.view.heads == {1: 10, 2: 20}
            assert [fact.topic for fact in late.view.heard] == [2]


async def test_facts_of_a_kind_that_only_a_newer_program_knows_are_passed_over(data, now):
    facts = [FromTheFuture(at=now), HeadMoved(at=now, topic=1, head=10), FromTheFuture(at=now)]
    async with processes(data) as (one, two):
        await one.db.write(record, facts=facts)
        await two.catch_up()

        assert two.view.heard == facts[1:2]
        assert (two.follower.seq, two.follower.behind) == (3, False)


async def test_more_facts_than_are_read_at_a_time_arrive_all(data, now):
    facts = [HeadMoved(at=now, topic=1, head=head) for head in range(2 * log.CATCH_UP + 1)]
    async with processes(data) as (one, two):
        await one.db.write(record, facts=facts)
        await two.catch_up()

        assert two.view.heard == facts


async def test_a_view_that_missed_lines_which_are_gone_starts_over_from_the_tables(data, now):
    async with processes(data) as (one, two):
        for head in (10, 20, 30):
            await one.db.write(move, topic=head, head=head, at=now)
        await one.db.write(log.trim, through=2, now=now + 25 * HOUR)
        await two.catch_up()

        assert two.view.heads == {10: 10, 20: 20, 30: 30}
        assert (two.view.loads, two.view.heard, two.follower.behind) == (2, [], False)


async def test_a_view_that_missed_nothing_of_what_is_gone_does_not_start_over(data, now):
    async with processes(data) as (one, two):
        for head in (10, 20, 30):
            await one.db.write(move, topic=1, head=head, at=now)
            if head == 20:
                await two.catch_up()
        await one.db.write(log.trim, through=3, now=now + 25 * HOUR)
        await two.catch_up()

        assert (two.view.loads, [fact.head for fact in two.view.heard]) == (1, [10, 20, 30])


@pytest.mark.parametrize(
    ("given", "stay"),
    [
        ({}, [4]),  # the newest always
        ({"through": 2}, [3, 4]),  # and what a cursor has not passed
        ({"through": 0}, [1, 2, 3, 4]),
        ({"hours": 23}, [1, 2, 3, 4]),  # and what is younger than a day
        ({"hours": 25}, [2, 3, 4]),
        ({"limit": 2}, [3, 4]),
    ],
)
async def test_the_log_is_kept_for_a_day_and_until_every_cursor_has_passed(db, now, given, stay):
    for hour in range(4):
        await db.write(move, topic=1, head=hour, at=now + 2 * hour * HOUR)

    options = {"through": 4, "hours": 100, "limit": 100, **given}
    gone = await db.write(
        log.trim, through=options["through"], now=now + options["hours"] * HOUR, limit=options["limit"]
    )

    assert [line.seq for line in await lines(db)] == stay
    assert gone == 4 - len(stay)


async def test_trimming_again_and_again_comes_to_the_end(db, now):
    await db.write(record, facts=[FromTheFuture(at=now)] * 10)

    gone = [await db.write(log.trim, through=10, now=now + 25 * HOUR, limit=4) for _ in range(4)]

    assert gone == [4, 4, 1, 0]


async def test_places_in_the_log_are_never_given_out_again(db, now):
    await db.write(record, facts=[FromTheFuture(at=now)] * 3)
    await db.write(log.trim, through=3, now=now + 25 * HOUR)
    await db.write(record, facts=[FromTheFuture(at=now)])

    assert [line.seq for line in await lines(db)] == [3, 4]


async def test_a_clock_that_jumped_leaves_no_gap_inside_the_log(db, now):
    moments = [now, now + 50 * HOUR, now]  # the second was recorded while the clock was wrong
    await db.write(record, facts=[FromTheFuture(at=at) for at in [*moments, now + 26 * HOUR]])

    await db.write(log.trim, through=4, now=now + 30 * HOUR)

    assert [line.seq for line in await lines(db)] == [2, 3, 4]


async def test_an_empty_log_has_neither_first_nor_last(db):
    async with db.read() as tx:
        assert (await log.first(tx), await log.last(tx), await log.after(tx, 0)) == (0, 0, [])


PROCESS, TOPIC = st.integers(0, 1), st.integers(0, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["move", "forget", "refuse", "move at once"]), PROCESS, TOPIC),
        st.tuples(st.sampled_from(["catch up", "trim"]), PROCESS, st.just(0)),
    ),
    max_size=40,
)


@given(STEPS)
@settings(deadline=None, max_examples=40)
def test_views_hold_what_the_tables_hold_after_any_interleaving(new_data, now, steps):
    async def play():
        async with processes(new_data()) as both:
            queued = []
            for number, (step, process, topic) in enumerate(steps):
                db = both[process].db
                match step:
                    case "move":
                        await db.write(move, topic=topic, head=number, at=now)
                    case "move at once":  # from both, in whatever order the lock gives
                        queued += [
                            asyncio.ensure_future(each.db.write(move, topic=topic, head=number, at=now))
                            for each in both
                        ]
                    case "forget":
                        await db.write(forget, topic=topic, at=now)
                    case "refuse":
                        with pytest.raises(No):
                            await db.write(move_and_refuse, topic=topic, head=number, at=now)
                    case "catch up":
                        await both[process].catch_up()
                    case "trim":
                        await db.write(log.trim, through=number, now=now + 25 * HOUR)
            await asyncio.gather(*queued)
            for each in both:
                await each.catch_up()
                async with each.db.read() as tx:
                    assert each.view.heads == await stored_heads(tx)
                    assert each.follower.seq == await log.last(tx) == each.db.committed

    asyncio.run(play())
