"""What follows from a fact happens: in one process at a time, after crashes too, and one that fails delays no other."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinson.lib import log, reactor
from pinson.lib.clock import ManualClock, from_ms
from pinson.lib.db.sqlite import Sqlite, write_lock
from pinson.lib.log import Fact, Kinds
from pinson.lib.reactor import ATTEMPTS, BATCH, FIRST_PAUSE, GONE, LEASE, LONGEST_PAUSE, NoSuchLetter, Reactor

MS, SECOND = timedelta(milliseconds=1), timedelta(seconds=1)


class Rang(Fact, frozen=True):
    """A bell rang."""

    number: int


class Snowed(Fact, frozen=True):
    """Nobody reacts to snow."""


KINDS = Kinds([Rang, Snowed])


class Bell:
    """A reaction that remembers what it was run for, and fails or hangs when told to."""

    def __init__(self):
        self.heard, self.broken, self.hanging = [], set(), set()
        self.released = asyncio.Event()

    async def __call__(self, fact):
        self.heard.append(fact.number)
        if fact.number in self.hanging:
            await self.released.wait()
        if fact.number in self.broken:
            raise ConnectionError(f"no answer to {fact.number}")


class World:
    """A database, a clock moved by hand, and processes with one reaction each."""

    def __init__(self, db, now):
        self.db, self.clock = db, ManualClock(now)

    async def process(self, holder, **bells):
        """A process that runs these reactions; a name is what its cursor is kept under."""
        what_follows = {Rang: list(bells.items())}
        made = Reactor(self.db, KINDS, what_follows, clock=self.clock, holder=holder)
        await made.start()
        return made

    async def ring(self, *numbers):
        await self.record([Rang(at=self.clock.now(), number=number) for number in numbers])

    async def snow(self, times):
        await self.record([Snowed(at=self.clock.now())] * times)

    async def record(self, facts):
        async def body(tx):
            for fact in facts:
                await log.record(tx, fact)

        await self.db.write(body)

    async def cursors(self):
        async with self.db.read() as tx:
            return {cursor.reaction: cursor.seq for cursor in await reactor.cursors(tx)}

    async def held_until(self):
        async with self.db.read() as tx:
            (cursor,) = await reactor.cursors(tx)
        return cursor.held_until

    async def next_try(self):
        async with self.db.read() as tx:
            return from_ms(await tx.one(int, "SELECT min(due_at) FROM retries WHERE dead_at IS NULL"))

    async def dead(self):
        async with self.db.read() as tx:
            return await reactor.dead_letters(tx)

    async def waiting(self):
        async with self.db.read() as tx:
            return await reactor.waiting(tx)

    async def passed(self):
        async with self.db.read() as tx:
            return await reactor.passed_by_all(tx, now=self.clock.now())


@pytest.fixture
def world(db, now):
    return World(db, now)


@pytest.fixture
def bell():
    return Bell()


async def until(condition):
    """Wait for something that happens in a moment."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is waited for does not know of us
            await asyncio.sleep(0.002)


class Running:
    """`async with Running(reactor)`: it works in the background, as in a server."""

    def __init__(self, reactor):
        self._reactor = reactor

    async def __aenter__(self):
        self._task = asyncio.ensure_future(self._reactor.run())
        return self._reactor

    async def __aexit__(self, *_error):
        self._task.cancel()
        await asyncio.wait([self._task])
        assert self._task.cancelled()


# --- each fact, once, in order


async def test_a_reaction_is_run_for_each_fact_in_order(world, bell):
    process = await world.process("a", bell=bell)
    await world.ring(1, 2)
    await world.snow(3)
    await world.ring(3)

    await process.settle()

    assert bell.heard == [1, 2, 3]


async def test_more_facts_than_fit_a_batch_are_all_reacted_to(world, bell):
    process = await world.process("a", bell=bell)
    await world.ring(*range(2 * BATCH + 1))

    await process.settle()

    assert bell.heard == list(range(2 * BATCH + 1))


async def test_reactions_that_read_the_log_for_one_another_miss_nothing_wherever_they_are(world, monkeypatch):
    monkeypatch.setattr(reactor, "BATCH", 3)
    monkeypatch.setattr(reactor, "KEPT", 7)
    quick, slow = Bell(), Bell()
    process = await world.process("a", quick=quick, slow=slow)
    for start in range(0, 40, 5):
        await world.ring(*range(start, start + 5))
        for name in (*["quick"] * (start % 4), "slow"):
            await process._advance(name, thorough=False)

    assert slow.heard == list(range(len(slow.heard)))
    await process.settle()
    assert quick.heard == slow.heard == list(range(40))


async def test_what_a_process_committed_that_died_before_it_said_so_is_reacted_to(world, bell):
    process = await world.process("a", bell=bell)
    await process.settle()
    await world.ring(1)
    world.db._writer.counter.value -= 1

    await process._advance("bell", thorough=False)
    assert bell.heard == []
    await process._advance("bell")
    assert bell.heard == [1]


async def test_a_new_reaction_begins_at_the_present(world, bell):
    await world.ring(1)
    process = await world.process("a", bell=bell)
    await world.ring(2)

    await process.settle()

    assert bell.heard == [2]


async def test_a_restarted_process_goes_on_where_the_last_one_was(world, bell):
    before = await world.process("a", bell=bell)
    await world.ring(1)
    await before.settle()
    await world.ring(2)
    world.clock.move(LEASE)

    after = await world.process("b", bell=bell)
    await after.settle()

    assert bell.heard == [1, 2]


async def test_what_a_reaction_causes_is_reacted_to_as_well(world, bell):
    async def echo(fact):
        if fact.number < 3:
            await world.ring(fact.number + 1)

    process = await world.process("a", echo=echo, bell=bell)
    await world.ring(1)

    await process.settle()

    assert bell.heard == [1, 2, 3]


async def test_a_crash_before_the_cursor_was_saved_runs_a_reaction_again(world, bell):
    crashing = await world.process("a", bell=bell)
    await world.ring(1, 2)
    bell.hanging = {1}
    work = asyncio.ensure_future(crashing.settle())
    await until(lambda: bell.heard == [1])
    work.cancel()  # as if killed: nothing is saved, and the lease is not handed back
    await asyncio.wait([work])
    bell.released.set()
    world.clock.move(LEASE)

    after = await world.process("b", bell=bell)
    await after.settle()

    assert bell.heard == [1, 1, 2]


async def test_a_crash_after_a_failure_was_noted_does_not_stumble_over_the_note(world, bell):
    crashing = await world.process("a", bell=bell)
    bell.broken, bell.hanging = {1}, {2}
    await world.ring(1, 2)
    work = asyncio.ensure_future(crashing.settle())
    await until(lambda: bell.heard == [1, 2])
    work.cancel()
    await asyncio.wait([work])
    bell.released.set()
    assert await world.waiting() == 1
    world.clock.move(LEASE)

    after = await world.process("b", bell=bell)
    await after.settle()

    assert Counter(bell.heard) == {1: 3, 2: 2}
    assert (await world.cursors(), await world.waiting()) == ({"bell": 2}, 1)


# --- one process at a time


async def test_a_reaction_runs_in_one_process_while_its_lease_lasts(world):
    mine, yours = Bell(), Bell()
    me, you = await world.process("a", bell=mine), await world.process("b", bell=yours)
    await world.ring(1)
    await me.settle()
    world.clock.move(LEASE - SECOND)
    await world.ring(2)

    await you.settle()
    await me.settle()

    assert (mine.heard, yours.heard) == ([1, 2], [])


async def test_of_two_processes_that_reach_for_a_lease_at_once_one_gets_it(world, bell):
    one, two = await world.process("a", bell=bell), await world.process("b", bell=bell)
    await world.ring(1, 2, 3)

    await asyncio.gather(one.settle(), two.settle())

    assert bell.heard == [1, 2, 3]


async def test_another_process_takes_over_when_the_lease_has_run_out(world):
    mine, yours = Bell(), Bell()
    me, you = await world.process("a", bell=mine), await world.process("b", bell=yours)
    await world.ring(1)
    await me.settle()
    world.clock.move(LEASE)
    await world.ring(2)

    await you.settle()
    await me.settle()

    assert (mine.heard, yours.heard) == ([1], [2])


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(days=400)])
async def test_a_lease_from_a_future_that_was_none_holds_up_nobody(world, jump):
    mine, yours = Bell(), Bell()
    me, you = await world.process("a", bell=mine), await world.process("b", bell=yours)
    await world.ring(1)
    await me.settle()
    world.clock.move(jump)
    await world.ring(2)

    await you.settle()
    await me.settle()

    assert (mine.heard, yours.heard) == ([1], [2])


async def test_a_process_whose_clock_was_set_back_asks_whether_its_lease_is_still_its_own(world):
    mine, yours = Bell(), Bell()
    me, you = await world.process("a", bell=mine), await world.process("b", bell=yours)
    await world.ring(1)
    await me.settle()
    world.clock.move(timedelta(hours=-3))
    await you.settle()
    await world.ring(2)

    await me.settle()
    await you.settle()

    assert (mine.heard, yours.heard) == ([1], [2])


async def test_reactions_are_leased_one_by_one(world):
    mine, yours = Bell(), Bell()
    me, you = await world.process("a", one=mine), await world.process("b", one=yours, two=yours)
    await world.ring(1)
    await me.settle()
    await you.settle()

    assert (mine.heard, yours.heard) == ([1], [1])


async def test_a_process_that_stops_hands_its_leases_back(world):
    mine, yours = Bell(), Bell()
    me, you = await world.process("a", bell=mine), await world.process("b", bell=yours)
    async with Running(me):
        await world.ring(1)
        me.wake(Rang)
        await until(lambda: mine.heard == [1])
    await world.ring(2)

    await you.settle()
    await me.settle()

    assert (mine.heard, yours.heard) == ([1], [2])


async def test_a_fact_wakes_only_those_who_react_to_its_kind(world, bell):
    async with Running(await world.process("a", bell=bell)) as process:
        await asyncio.sleep(0.05)  # it waits for news
        await world.ring(1)
        process.wake(Snowed)
        await asyncio.sleep(0.05)
        heard_before = list(bell.heard)

        process.wake(Rang)

        await until(lambda: bell.heard == [1])
        assert heard_before == []


@pytest.mark.parametrize("turns", range(8))
async def test_a_process_stops_when_it_is_told_to_even_if_news_come_at_that_moment(world, bell, turns):
    process = await world.process("a", bell=bell)
    work = asyncio.ensure_future(process.run())
    await asyncio.sleep(0.05)  # it waits for news
    process.wake(Rang)
    for _ in range(turns):
        await asyncio.sleep(0)
    work.cancel()
    done, _ = await asyncio.wait([work], timeout=60)

    assert done


@pytest.mark.parametrize("jump", [LEASE, timedelta(hours=-3)])
async def test_a_process_that_slept_through_its_lease_stops_at_the_fact_it_was_at(world, jump):
    mine, yours = Bell(), Bell()
    me, you = await world.process("a", bell=mine), await world.process("b", bell=yours)
    await world.ring(1, 2, 3)
    mine.hanging = {1}
    asleep = asyncio.ensure_future(me.settle())
    await until(lambda: mine.heard == [1])
    world.clock.move(jump)
    await you.settle()
    mine.released.set()
    await asleep

    assert (mine.heard, yours.heard) == ([1], [1, 2, 3])
    assert await world.cursors() == {"bell": 3}


async def test_a_reaction_that_takes_longer_than_a_lease_keeps_it(world, monkeypatch):
    monkeypatch.setattr(reactor, "LEASE", timedelta(milliseconds=30))
    mine, yours = Bell(), Bell()
    me, you = await world.process("a", bell=mine), await world.process("b", bell=yours)
    await world.ring(1)
    mine.hanging = {1}
    async with Running(me):
        await until(lambda: mine.heard == [1])
        for _ in range(3):
            world.clock.move(timedelta(milliseconds=20))
            async with asyncio.timeout(60):
                while await world.held_until() - world.clock.now() < timedelta(milliseconds=30):  # noqa: ASYNC110
                    await asyncio.sleep(0.002)
        await you.settle()
        mine.released.set()

    assert yours.heard == []


async def test_many_slow_retries_do_not_outlast_the_lease(world):
    mine, yours = Bell(), Bell()

    async def slow(fact):
        await mine(fact)
        world.clock.move(LEASE * 0.45)
        await you.settle()

    me, you = await world.process("a", bell=slow), await world.process("b", bell=yours)
    mine.broken = {1, 2, 3}
    await world.ring(1, 2, 3)
    await me.settle()
    mine.broken = set()
    world.clock.move(LEASE * 0.4)

    await me.settle()

    assert sorted(mine.heard) == [1, 1, 2, 2, 3, 3]
    assert yours.heard == []


async def test_a_process_that_waits_for_a_lease_does_not_wait_for_those_who_write(world, data):
    me, you = await world.process("a", bell=Bell()), await world.process("b", bell=Bell())
    await world.ring(1)
    await me.settle()

    with write_lock(data):
        await asyncio.wait_for(you.settle(), 60)


# --- what fails


async def test_a_fact_that_fails_does_not_hold_up_those_after_it(world, bell):
    process = await world.process("a", bell=bell)
    bell.broken = {1}
    await world.ring(1, 2)

    await process.settle()

    assert bell.heard == [1, 2]
    assert (await world.cursors(), await world.waiting()) == ({"bell": 2}, 1)


async def test_a_fact_that_failed_is_tried_again_after_a_pause_and_then_forgotten(world, bell):
    process = await world.process("a", bell=bell)
    bell.broken = {1}
    await world.ring(1)
    await process.settle()
    bell.broken = set()

    await process.settle()
    assert bell.heard == [1]
    world.clock.move(10 * SECOND)
    await process.settle()

    assert bell.heard == [1, 1]
    assert await world.waiting() == 0


async def test_pauses_grow_until_a_fact_is_a_dead_letter_that_is_not_tried_any_more(world, bell):
    process = await world.process("a", bell=bell)
    bell.broken = {1}
    await world.ring(1)
    began, pauses = world.clock.now(), []
    await process.settle()
    while await world.waiting():
        pauses.append(await world.next_try() - world.clock.now())
        world.clock.move(pauses[-1] - MS)
        await process.settle()
        assert len(bell.heard) == len(pauses)
        world.clock.move(MS)
        await process.settle()
    world.clock.move(LONGEST_PAUSE * 2)
    await process.settle()

    assert len(bell.heard) == ATTEMPTS
    assert FIRST_PAUSE < pauses[0] < 2 * FIRST_PAUSE
    assert all(shorter < longer or shorter >= LONGEST_PAUSE * 0.75 for shorter, longer in pairwise(pauses))
    assert max(pauses) <= LONGEST_PAUSE * 1.25
    assert timedelta(hours=12) < sum(pauses, timedelta()) < timedelta(hours=48)  # a gateway may be down for a night
    (letter,) = await world.dead()
    assert (letter.reaction, letter.attempts, letter.error) == ("bell", ATTEMPTS, "ConnectionError('no answer to 1')")
    assert KINDS.decode(letter.line) == Rang(at=began, number=1)


@pytest.fixture
async def dead_letter(world, bell):
    """A process with a dead letter for the bell's first ring; the bell works again."""
    process = await world.process("a", bell=bell)
    bell.broken = {1}
    await world.ring(1)
    for _ in range(ATTEMPTS):
        await process.settle()
        world.clock.move(LONGEST_PAUSE * 2)
    bell.heard.clear()
    bell.broken = set()
    (letter,) = await world.dead()
    return process, letter


async def test_an_operator_can_have_a_dead_letter_run_again(world, bell, dead_letter):
    process, letter = dead_letter

    await world.db.write(reactor.run_again, id=letter.id, now=world.clock.now())
    await process.settle()

    assert bell.heard == [1]
    assert (await world.dead(), await world.waiting()) == ([], 0)


async def test_a_dead_letter_that_is_run_again_has_all_its_attempts(world, bell, dead_letter):
    process, letter = dead_letter
    bell.broken = {1}

    await world.db.write(reactor.run_again, id=letter.id, now=world.clock.now())
    for _ in range(ATTEMPTS + 1):
        await process.settle()
        world.clock.move(LONGEST_PAUSE * 2)

    assert len(bell.heard) == ATTEMPTS
    assert [again.id for again in await world.dead()] == [letter.id]


async def test_an_operator_can_drop_a_dead_letter(world, bell, dead_letter):
    process, letter = dead_letter

    await world.db.write(reactor.drop, id=letter.id)
    world.clock.move(LONGEST_PAUSE * 2)
    await process.settle()

    assert (bell.heard, await world.dead()) == ([], [])


async def test_only_what_is_dead_is_run_again_or_dropped(world, bell, now):
    process = await world.process("a", bell=bell)
    bell.broken = {1}
    await world.ring(1)
    await process.settle()

    for id in (1, 99):
        with pytest.raises(NoSuchLetter, match=f"no dead letter {id}"):
            await world.db.write(reactor.run_again, id=id, now=now)
        with pytest.raises(NoSuchLetter):
            await world.db.write(reactor.drop, id=id)
    assert await world.waiting() == 1


async def test_a_fact_that_cannot_be_read_is_a_failure_like_any_other(world, bell):
    async def write_rubbish(tx):
        await tx.run("INSERT INTO log (at, kind, payload) VALUES (0, 'Rang', '{}')")

    process = await world.process("a", bell=bell)
    await world.db.write(write_rubbish)
    await world.ring(2)

    await process.settle()

    assert bell.heard == [2]
    assert await world.waiting() == 1


async def test_a_reaction_that_does_not_come_back_has_failed(world, bell, monkeypatch):
    monkeypatch.setattr(reactor, "PATIENCE", 0.01)
    process = await world.process("a", bell=bell)
    await world.ring(1)
    bell.hanging = {1}

    await asyncio.wait_for(process.settle(), 60)

    assert (bell.heard, await world.waiting()) == ([1], 1)


async def test_a_reaction_that_hangs_delays_no_other(world, bell):
    stuck = Bell()
    stuck.hanging = {1}
    async with Running(await world.process("a", stuck=stuck, bell=bell)) as process:
        await world.ring(1, 2)
        process.wake(Rang)
        await until(lambda: bell.heard == [1, 2])

        assert stuck.heard == [1]


async def test_a_full_disk_delays_reactions_and_ends_none(world, bell, monkeypatch):
    monkeypatch.setattr(reactor, "POLL", 0.01)

    async def room(tx, *, pages):
        await tx.all(int, f"PRAGMA max_page_count = {pages}")

    process = await world.process("a", bell=bell)
    bell.broken = {0}
    await world.ring(*range(3))
    await world.db.write(room, pages=1)
    async with Running(process):
        await until(lambda: len(bell.heard) > 1)
        await world.db.write(room, pages=1_000_000)
        async with asyncio.timeout(60):
            while await world.cursors() != {"bell": 3}:  # noqa: ASYNC110  (nothing tells)
                await asyncio.sleep(0.002)

    assert 2 in bell.heard


async def test_a_bug_of_ours_is_reported_and_the_reactions_go_on(world, bell, monkeypatch):
    monkeypatch.setattr(reactor, "POLL", 0.01)
    failures = []

    async def fail_once(tx, seq, *, limit, after=log.after):
        if not failures:
            failures.append(seq)
            raise OSError("too many open files")
        return await after(tx, seq, limit=limit)

    monkeypatch.setattr(log, "after", fail_once)
    async with Running(await world.process("a", bell=bell)):
        await world.ring(1)
        await until(lambda: bell.heard == [1])

    assert failures


# --- what it leaves to others


async def test_a_reaction_with_nothing_to_do_does_not_hold_the_log_for_ever(world, bell):
    process = await world.process("a", bell=bell)
    await world.snow(50)
    for _ in range(3):
        await process.settle()
        world.clock.move(LEASE * 0.6)
    await process.settle()

    assert await world.passed() == 50


async def test_the_log_is_held_for_the_reaction_that_is_furthest_behind(world, bell):
    await world.process("a", late=Bell())
    process = await world.process("b", bell=bell)
    await world.ring(1, 2)
    await process.settle()

    assert await world.cursors() == {"bell": 2, "late": 0}
    assert await world.passed() == 0


async def test_the_log_is_not_held_for_a_reaction_that_no_program_has_any_more(world, bell):
    old = await world.process("a", gone=Bell())
    process = await world.process("b", bell=bell)
    await old.settle()
    await world.ring(1, 2)
    world.clock.move(GONE - LEASE)
    await process.settle()
    before = await world.passed()

    world.clock.move(3 * LEASE)
    await process.settle()

    assert (before, await world.passed()) == (0, 2)


async def test_a_server_that_was_off_for_long_forgets_nothing_before_its_reactions_run(world, bell):
    process = await world.process("a", bell=bell, other=Bell())
    await process.settle()
    await world.ring(1)
    world.clock.move(2 * GONE)

    assert await world.passed() == 0


@given(st.lists(st.sampled_from(["ring", "a", "b", "crash a", "crash b", "pass time", "break", "mend"]), max_size=30))
@settings(deadline=None, max_examples=30)
def test_every_fact_is_reacted_to_whatever_the_processes_do(new_data, now, steps):
    async def play():
        db = Sqlite(new_data())
        world, bell, rung = World(db, now), Bell(), 0
        processes = {name: await world.process(name, bell=bell) for name in "ab"}
        for number, step in enumerate(steps):
            match step.split():
                case ["ring"]:
                    rung += 1
                    await world.ring(rung)
                case ["crash", name]:
                    processes[name] = await world.process(f"{name}{number}", bell=bell)
                case ["pass", "time"]:
                    world.clock.move(LEASE * 0.7)
                case ["break"]:
                    bell.broken = set(range(0, rung + 10, 3))
                case ["mend"]:
                    bell.broken = set()
                case [name]:
                    await processes[name].settle()
        bell.broken = set()
        for _ in range(3):
            world.clock.move(LONGEST_PAUSE * 2)
            for process in processes.values():
                await process.settle()

        assert Counter(bell.heard).keys() == set(range(1, rung + 1))
        assert (await world.cursors(), await world.waiting()) == ({"bell": rung}, 0)
        await db.close()

    asyncio.run(play())


# --- several facts at once -------------------------------------------------------------------------------------------


class Carillon:
    """A reaction that takes several facts together, and fails for all of them when one is broken."""

    def __init__(self):
        self.heard, self.broken = [], set()

    async def __call__(self, facts):
        numbers = [fact.number for fact in facts]
        self.heard.append(numbers)
        if broken := self.broken.intersection(numbers):
            raise ConnectionError(f"no answer to {broken}")

    async def alone(self, fact):
        await self([fact])


async def with_carillon(world, carillon, sift=None):
    what_follows = {Rang: [("carillon", carillon.alone)]}
    sifts = {"carillon": sift} if sift else {}
    made = Reactor(
        world.db, KINDS, what_follows, together={"carillon": carillon}, sifts=sifts, clock=world.clock, holder="a"
    )
    await made.start()
    return made


async def test_where_a_reaction_is_that_takes_facts_at_once_is_saved_with_the_next_thorough_look(world):
    carillon = Carillon()
    process = await with_carillon(world, carillon)
    await process.settle()
    for number in (1, 2):
        await world.ring(number)
        assert await process._advance("carillon", thorough=False)
    before = await world.cursors()

    await process._advance("carillon")

    assert carillon.heard == [[1], [2]]
    assert (before, await world.cursors()) == ({"carillon": 0}, {"carillon": 2})


async def test_a_reaction_may_take_the_facts_of_a_batch_at_once(world):
    carillon = Carillon()
    process = await with_carillon(world, carillon)
    await world.ring(1, 2)
    await world.snow(1)
    await world.ring(3)

    await process.settle()
    await world.ring(4)
    await process.settle()

    assert carillon.heard == [[1, 2, 3], [4]]
    assert (await world.cursors())["carillon"] == 5


async def test_of_facts_that_fail_together_only_the_one_at_fault_is_tried_again(world):
    carillon = Carillon()
    carillon.broken = {2}
    process = await with_carillon(world, carillon)
    await world.ring(1, 2, 3)

    await process.settle()
    failed = await world.waiting()
    carillon.broken.clear()
    world.clock.move(await world.next_try() - world.clock.now())
    await process.settle()

    assert carillon.heard == [[1, 2, 3], [1], [2], [3], [2]]
    assert (failed, await world.waiting()) == (1, 0)


async def test_a_reaction_is_given_only_those_facts_of_a_batch_that_concern_it(world):
    carillon = Carillon()

    async def even(facts):
        return [fact for fact in facts if not fact.number % 2]

    process = await with_carillon(world, carillon, even)
    await world.ring(1, 2, 3, 4)
    await world.ring(5)

    await process.settle()

    assert carillon.heard == [[2, 4]]
    assert process._leases["carillon"].seq == 5


async def test_what_concerns_nobody_costs_no_write_and_holds_the_log_no_longer_than_half_a_lease(world):
    carillon = Carillon()

    async def none(_facts):
        return []

    process = await with_carillon(world, carillon, none)
    await process.settle()
    await world.ring(1, 2)
    await process.settle()
    before = (await world.cursors())["carillon"]
    world.clock.move(LEASE / 2)
    await process.settle()

    assert (carillon.heard, before, (await world.cursors())["carillon"]) == ([], 0, 2)


async def test_if_it_cannot_be_found_out_what_concerns_a_reaction_it_is_given_all(world):
    carillon = Carillon()

    async def broken(_facts):
        raise RuntimeError("no idea")

    process = await with_carillon(world, carillon, broken)
    await world.ring(1, 2)

    await process.settle()

    assert carillon.heard == [[1, 2]]
