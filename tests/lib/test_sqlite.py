"""The SQLite driver: who is answered when, with what, and what is on disk by then."""

import asyncio
import fcntl
import threading
import time
from contextlib import closing, suppress

import apsw
import pytest
from structlog.testing import capture_logs

from pinson.lib import log
from pinson.lib.db import BodyAwaitedElse, CannotRead, CannotWrite, sqlite
from pinson.lib.db.sqlite import MAX_BATCH, Sqlite, connect, write_lock
from pinson.lib.errors import Kind, Refusal
from pinson.lib.log import Fact
from tests.durability.disk import Disk


class TopicMade(Fact, frozen=True):
    id: int


class No(Refusal):
    kind, code, text = Kind.INVALID, "no", "No."


async def make_topic(tx, *, id, now):
    await tx.run("INSERT INTO topics (id, head) VALUES (:id, 0)", id=id)
    await log.record(tx, TopicMade(at=now, id=id))
    return id


async def make_topic_and_refuse(tx, *, id, now):
    await make_topic(tx, id=id, now=now)
    raise No


async def hold_the_writer(_tx, *, until, started=None):
    if started is not None:
        started.set()
    until.wait(60)


async def topics(db):
    async with db.read() as tx:
        return await tx.all(int, "SELECT id FROM topics ORDER BY id")


async def facts(db):
    async with db.read() as tx:
        return await tx.all(int, "SELECT json_extract(payload, '$.id') FROM log ORDER BY seq")


def on_disk(data):
    """Topics that are committed, as another program sees them."""
    with closing(apsw.Connection(str(data / "pinson.db"))) as connection:
        return [id for (id,) in connection.execute("SELECT id FROM topics ORDER BY id")]


class Together:
    """Writes that are queued while the writer is kept busy, so that they share one commit."""

    def __init__(self, db):
        self._db, self._free = db, threading.Event()
        self._writes = []

    async def __aenter__(self):
        started = threading.Event()
        self._busy = asyncio.ensure_future(self._db.write(hold_the_writer, until=self._free, started=started))
        await asyncio.to_thread(started.wait, 60)
        return self

    async def __aexit__(self, *_error):
        await asyncio.sleep(0)  # each is queued
        self._free.set()
        await self._busy
        async with asyncio.timeout(60):
            self.answers = await asyncio.gather(*self._writes, return_exceptions=True)

    def write(self, body, **arguments):
        """Its answer, or its error, will be in `answers`."""
        self._writes.append(asyncio.ensure_future(self._db.write(body, **arguments)))
        return self._writes[-1]


@pytest.fixture
async def disk(data):
    """A disk that obeys: set `disk.before` to make it fail."""
    return Disk(str(data))


@pytest.fixture
async def fragile(data, disk):
    """A database on that disk."""
    database = Sqlite(data, vfs=disk.name)
    yield database
    disk.before = lambda what, file: None
    await database.close()


# --- what is promised


async def test_the_writer_syncs_each_commit_and_holds_to_foreign_keys(db):
    async def settings(tx):
        return [await tx.one(type, f"PRAGMA {name}") for name, type in wanted]

    wanted = [("journal_mode", str), ("synchronous", int), ("foreign_keys", int), ("query_only", int)]

    assert await db.write(settings) == ["wal", 2, 1, 0]
    assert await db.read_in_thread(settings) == ["wal", 2, 1, 1]


async def test_what_a_body_may_have_to_undo_is_written_to_no_file(fragile, disk, now):
    async def make_many(tx):
        await tx.run_many("INSERT INTO topics (id, head) VALUES (:id, 0)", [{"id": id} for id in range(1, 20_000)])

    async def change_all_and_refuse(tx):
        await tx.run("UPDATE topics SET head = 1")
        raise No

    changed = set()
    await fragile.write(make_many)
    disk.before = lambda what, file: changed.add(file)
    with pytest.raises(No):
        await fragile.write(change_all_and_refuse)
    await fragile.write(make_topic, id=0, now=now)

    assert changed == {"pinson.db-wal"}
    async with fragile.read() as tx:
        assert await tx.one(int, "SELECT max(head) FROM topics") == 0


async def test_a_row_that_refers_to_nothing_is_not_written(db):
    async def count_for_nobody(tx):
        await tx.run("INSERT INTO account_counts (account_id) VALUES (1)")

    with pytest.raises(apsw.ConstraintError):
        await db.write(count_for_nobody)


async def test_an_answer_means_that_others_can_read_it(db, data, now):
    assert await db.write(make_topic, id=7, now=now) == 7

    assert on_disk(data) == [7]


async def test_ids_and_places_in_the_log_go_on_after_a_restart(data, now):
    async def new_id(tx):
        return tx.new_id(None, now)

    first = Sqlite(data)
    older = await first.write(new_id)
    await first.write(make_topic, id=1, now=now)
    await first.close()
    second = Sqlite(data)
    newer = await second.write(new_id)

    assert newer > older
    assert second.committed == 1
    await second.close()


async def test_the_newest_place_in_the_log_comes_from_the_database_not_from_what_a_file_remembers(data, now):
    db = Sqlite(data)
    await db.write(make_topic, id=1, now=now)
    await db.close()
    (data / "committed").unlink()  # as after a backup was put back

    db = Sqlite(data)

    assert db.committed == 1
    await db.close()


async def test_writers_of_all_processes_queue_on_one_lock(db, data, now):
    with write_lock(data):
        writing = asyncio.ensure_future(db.write(make_topic, id=1, now=now))
        await asyncio.wait([writing], timeout=0.05)
        assert (writing.done(), on_disk(data)) == (False, [])

    assert await asyncio.wait_for(writing, 60) == 1


async def test_a_process_that_has_more_to_write_lets_another_go_first(db, data, now):
    other, free, started = Sqlite(data), threading.Event(), threading.Event()
    first = asyncio.ensure_future(db.write(hold_the_writer, until=free, started=started))
    await asyncio.to_thread(started.wait, 10)
    writes = [asyncio.ensure_future(other.write(make_topic, id=1, now=now))]
    with (data / "committed").open("ab") as turn, suppress(BlockingIOError, TimeoutError):
        async with asyncio.timeout(5):
            while True:  # until the other is the next
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(turn, fcntl.LOCK_UN)
                await asyncio.sleep(0.001)
    writes.append(asyncio.ensure_future(db.write(make_topic, id=2, now=now)))
    await asyncio.sleep(0)
    free.set()
    async with asyncio.timeout(10):
        await asyncio.gather(first, *writes)
    await other.close()

    assert await facts(db) == [1, 2]


# --- sharing a commit


async def test_those_who_wait_together_share_a_commit(db, now):
    heard = []

    async def listener(recorded):
        heard.append([fact.id for _, fact in recorded])

    db.listen(listener)
    async with Together(db) as together:
        for id in range(50):
            together.write(make_topic, id=id, now=now)

    assert together.answers == list(range(50))
    assert heard == [list(range(50))]


async def test_a_commit_is_shared_by_a_bounded_number(db, now):
    heard = []

    async def listener(recorded):
        heard.append(len(recorded))

    db.listen(listener)
    async with Together(db) as together:
        for id in range(MAX_BATCH + 10):
            together.write(make_topic, id=id, now=now)

    assert heard == [MAX_BATCH, 10]


async def test_a_refusal_undoes_its_own_work_and_leaves_that_of_its_neighbours(db, now):
    async with Together(db) as together:
        together.write(make_topic, id=1, now=now)
        together.write(make_topic_and_refuse, id=2, now=now)
        together.write(make_topic, id=3, now=now)

    one, two, three = together.answers
    assert (one, type(two), three) == (1, No, 3)
    assert await topics(db) == await facts(db) == [1, 3]


async def test_a_body_sees_what_its_neighbours_have_written(db, now):
    async def newest(tx):
        return await tx.one(int, "SELECT max(id) FROM topics")

    async with Together(db) as together:
        together.write(make_topic, id=5, now=now)
        together.write(newest)

    assert together.answers == [5, 5]


async def test_nobody_is_answered_before_the_commit_not_even_with_a_refusal(db, data, now):
    seen, slow = [], threading.Event()
    async with Together(db) as together:
        for body, id in ((make_topic, 1), (make_topic_and_refuse, 2)):
            together.write(body, id=id, now=now).add_done_callback(lambda _: seen.append(on_disk(data)))
        together.write(hold_the_writer, until=slow)  # an answer that did not wait would come now
        together.write(make_topic, id=3, now=now)
        threading.Timer(0.05, slow.set).start()

    assert seen == [[1, 3], [1, 3]]


async def test_the_listener_hears_before_any_writer_is_answered(db, now):
    order = []

    async def listener(recorded):
        order.append([fact.id for _, fact in recorded])

    db.listen(listener)
    async with Together(db) as together:
        for id in (1, 2):
            together.write(make_topic, id=id, now=now).add_done_callback(lambda answer: order.append(answer.result()))

    assert order == [[1, 2], 1, 2]


async def test_a_bug_in_a_listener_keeps_nobody_waiting(db, now):
    complaints = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context["exception"]))

    async def listener(_recorded):
        raise ZeroDivisionError

    db.listen(listener)

    assert await asyncio.wait_for(db.write(make_topic, id=1, now=now), 60) == 1
    assert [type(complaint) for complaint in complaints] == [ZeroDivisionError]


# --- bodies that misbehave


async def test_a_body_that_awaits_something_else_is_rolled_back(db, now):
    async def slow(tx):
        await make_topic(tx, id=1, now=now)
        await asyncio.sleep(0)

    with pytest.raises(BodyAwaitedElse, match="slow"):
        await db.write(slow)

    assert await topics(db) == await facts(db) == []


@pytest.mark.parametrize("wait", [lambda: asyncio.sleep(0.01), lambda: asyncio.to_thread(time.time)])
async def test_a_body_finds_no_event_loop_to_wait_in(db, now, wait):
    async def slow(tx):
        await make_topic(tx, id=1, now=now)
        await wait()

    with pytest.raises(RuntimeError, match="no running event loop"):
        await db.write(slow)

    assert await topics(db) == await facts(db) == []


@pytest.mark.parametrize("state", ["pending", "cancelled"])
async def test_a_body_that_awaits_a_future_is_rolled_back_and_the_writer_goes_on(db, now, state):
    future = asyncio.get_running_loop().create_future()
    if state == "cancelled":
        future.cancel()

    async def slow(tx):
        await make_topic(tx, id=1, now=now)
        await future

    with pytest.raises(BodyAwaitedElse):
        await asyncio.wait_for(db.write(slow), 60)

    assert await asyncio.wait_for(db.write(make_topic, id=2, now=now), 60) == 2
    assert await topics(db) == [2]


async def test_a_body_whose_caller_went_away_is_committed_all_the_same(db, now):
    async with Together(db) as together:
        caller = together.write(make_topic, id=1, now=now)
        together.write(make_topic, id=2, now=now)
        await asyncio.sleep(0)  # they are queued
        caller.cancel()

    assert [type(answer) for answer in together.answers] == [asyncio.CancelledError, int]
    assert await topics(db) == await facts(db) == [1, 2]


async def test_a_bug_reaches_its_caller_as_it_is(db):
    async def buggy(tx):
        await tx.run("INSERT INTO no_such_table VALUES (1)")

    with pytest.raises(apsw.SQLError, match="no_such_table"):
        await db.write(buggy)
    with pytest.raises(TypeError, match="no_such_argument"):
        await db.write(make_topic, no_such_argument=1)
    with pytest.raises(KeyError, match="id"):
        async with db.read() as tx:
            await tx.all(int, "SELECT id FROM topics WHERE id = :id")


async def test_rows_that_cannot_be_read_leave_no_snapshot_behind(db, now):
    await db.write(make_topic, id=1, now=now)
    await db.write(make_topic, id=2, now=now)

    with pytest.raises(TypeError) as caught:
        async with db.read() as tx:
            await tx.all(TopicMade, "SELECT id FROM topics")
    await db.write(make_topic, id=3, now=now)

    assert caught.value  # and with it all that the statement held
    assert await topics(db) == [1, 2, 3]


# --- disks that misbehave


@pytest.mark.parametrize("error", [apsw.FullError, apsw.IOError])
@pytest.mark.parametrize("what", ["write", "sync"])
async def test_a_commit_that_fails_fails_every_body_and_no_view_hears_of_it(fragile, disk, data, now, what, error):
    heard = []

    async def listener(recorded):
        heard.extend(fact.id for _, fact in recorded)

    def fail(change, file):
        if (change, file) == (what, "pinson.db-wal"):
            raise error("made to fail")

    fragile.listen(listener)
    await fragile.write(make_topic, id=1, now=now)
    async with Together(fragile) as together:
        for body, id in ((make_topic, 2), (make_topic_and_refuse, 3), (make_topic, 4)):
            together.write(body, id=id, now=now)
        disk.before = fail
    disk.before = lambda what, file: None

    assert [type(answer) for answer in together.answers] == [CannotWrite] * 3
    assert isinstance(together.answers[0].__cause__, error)
    assert (heard, on_disk(data), fragile.committed) == ([1], [1], 1)
    assert await asyncio.wait_for(fragile.write(make_topic, id=5, now=now), 60) == 5
    assert (heard, on_disk(data), fragile.committed) == ([1, 5], [1, 5], 2)


async def test_what_is_committed_moves_into_the_database_once_there_is_much_of_it(db, data, now, monkeypatch):
    monkeypatch.setattr(sqlite, "CHECKPOINT", 20)
    log = data / "pinson.db-wal"
    for id in range(60):
        await db.write(make_topic, id=id, now=now)

    assert log.stat().st_size < 40 * 4200
    assert len(on_disk(data)) == 60


async def test_a_disk_that_fails_while_it_moves_loses_nothing_and_stops_nobody(fragile, disk, data, now, monkeypatch):
    monkeypatch.setattr(sqlite, "CHECKPOINT", 5)
    failed = []

    def fail(change, file):
        if file == "pinson.db":
            failed.append(change)
            raise apsw.FullError("made to fail")

    disk.before = fail
    with capture_logs() as logs:
        for id in range(20):
            assert await asyncio.wait_for(fragile.write(make_topic, id=id, now=now), 60) == id
    disk.before = lambda what, file: None

    assert failed
    assert {entry["event"] for entry in logs} == {"checkpoint_failed"}
    assert on_disk(data) == await topics(fragile) == list(range(20))


async def test_a_full_disk_refuses_writes_until_there_is_room_again(db, now):
    async def room(tx, *, pages):
        await tx.all(int, f"PRAGMA max_page_count = {pages}")

    async def make_large_tag(tx, *, id):
        text = "x" * 100_000
        columns = "id, name, display_name, created_at"
        await tx.run(f"INSERT INTO tags ({columns}) VALUES (:id, :id, :text, 0)", id=id, text=text)

    await db.write(make_topic, id=1, now=now)
    await db.write(room, pages=1)  # SQLite makes it as many as there are
    async with Together(db) as together:
        together.write(make_topic, id=2, now=now)
        together.write(make_large_tag, id=1)
    await db.write(room, pages=1_000_000)

    # SQLite gives the whole transaction up: the neighbour is not told that its work stands.
    assert [type(answer) for answer in together.answers] == [CannotWrite] * 2
    assert await db.write(make_large_tag, id=1) is None
    assert await topics(db) == await facts(db) == [1]


async def test_after_a_failure_at_any_change_to_the_disk_all_or_nothing_stands_and_work_goes_on(
    fragile, disk, data, now
):
    made, id = [], 0
    for failing in range(25):
        changes = []

        def fail(change, file, changes=changes, failing=failing):
            changes.append(change)
            if len(changes) > failing:
                raise apsw.IOError("made to fail")

        disk.before = fail
        for _ in range(2):
            id += 1
            try:
                made.append(await asyncio.wait_for(fragile.write(make_topic, id=id, now=now), 60))
            except CannotWrite:
                assert len(changes) > failing
        disk.before = lambda what, file: None
        assert on_disk(data) == await topics(fragile) == await facts(fragile) == made

    assert 0 < len(made) < id


async def test_a_program_that_keeps_the_database_to_itself_is_a_refusal_not_a_bug(db, data, now):
    async def wait_less(tx):
        tx._connection.set_busy_timeout(10)

    await db.write(wait_less)
    with closing(apsw.Connection(str(data / "pinson.db"))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CannotWrite):
            await db.write(make_topic, id=1, now=now)

    assert await db.write(make_topic, id=1, now=now) == 1


# --- reading


async def test_a_read_sees_one_moment_from_its_first_statement_to_its_end(db, now):
    await db.write(make_topic, id=1, now=now)

    async with db.read() as tx:
        before = await tx.one(int, "SELECT count(*) FROM topics")
        await db.write(make_topic, id=2, now=now)
        later = await tx.one(int, "SELECT count(*) FROM topics")

    assert (before, later) == (1, 1)
    assert await topics(db) == [1, 2]


async def test_reads_may_overlap(db, now):
    await db.write(make_topic, id=1, now=now)

    async with db.read() as outer:
        assert await outer.one(int, "SELECT id FROM topics") == 1
        async with db.read() as inner:
            assert await inner.one(int, "SELECT id FROM topics") == 1
        assert await outer.one(int, "SELECT id FROM topics WHERE id = 2") is None


async def test_a_read_writes_nothing(db):
    async with db.read() as tx:
        with pytest.raises(apsw.ReadOnlyError):
            await tx.all(int, "INSERT INTO topics (id, head) VALUES (1, 0) RETURNING id")

    assert await topics(db) == []


async def test_a_long_read_in_a_thread_lets_the_event_loop_go_on(db, now):
    async def long(tx, *, until):
        count = await tx.one(int, "SELECT count(*) FROM topics")
        until.wait(60)
        return count, threading.current_thread() is threading.main_thread()

    await db.write(make_topic, id=1, now=now)
    until = threading.Event()
    reading = asyncio.ensure_future(db.read_in_thread(long, until=until))
    await db.write(make_topic, id=2, now=now)
    until.set()

    assert (await reading)[1] is False
    assert await topics(db) == [1, 2]


async def test_what_a_read_in_a_thread_raises_reaches_its_caller_and_the_next_one_works(db):
    async def refuse(tx):
        await tx.one(int, "SELECT 1")
        raise No

    async def count(tx):
        return await tx.one(int, "SELECT count(*) FROM topics")

    with pytest.raises(No):
        await db.read_in_thread(refuse)

    assert await db.read_in_thread(count) == 0


# --- closing


async def test_closing_finishes_what_is_queued(data, now):
    db = Sqlite(data)
    writes = [asyncio.ensure_future(db.write(make_topic, id=id, now=now)) for id in range(20)]
    await asyncio.sleep(0)
    await db.close()

    assert await asyncio.gather(*writes) == on_disk(data) == list(range(20))
    assert not (data / "pinson.db-wal").exists()


async def test_a_write_after_closing_is_refused_instead_of_waiting_for_ever(data, now):
    db = Sqlite(data)
    await db.close()

    with pytest.raises(CannotWrite):
        await asyncio.wait_for(db.write(make_topic, id=1, now=now), 60)


def test_statements_are_prepared_once_whatever_is_bound_to_them(tmp_path):
    connection = connect(tmp_path / "db", flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)

    assert connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, -1) == 1


async def test_a_damaged_page_is_a_refusal_that_says_what_to_do_and_all_else_can_be_read(data, now):
    async def make_tags(tx):
        for id in range(200):
            text = f"{id:04}" + "x" * 1000
            columns = "id, name, display_name, created_at"
            await tx.run(f"INSERT INTO tags ({columns}) VALUES (:id, :id, :text, 0)", id=id, text=text)

    async def names(tx, *, below):
        return await tx.all(str, "SELECT substr(display_name, 1, 4) FROM tags WHERE id < :below", below=below)

    made = Sqlite(data)
    await made.write(make_topic, id=1, now=now)
    await made.write(make_tags)
    await made.close()
    path = data / "pinson.db"
    content = path.read_bytes()
    page = content.index(b"0100xxx") // 4096 * 4096
    path.write_bytes(content[:page] + b"\xa5" * 4096 + content[page + 4096 :])
    db = Sqlite(data)

    with capture_logs() as log:
        async with db.read() as tx:
            assert len(await names(tx, below=50)) == 50
            with pytest.raises(CannotRead):
                await names(tx, below=150)
        with pytest.raises(CannotRead):
            await db.read_in_thread(names, below=150)

    assert await topics(db) == [1]
    assert await db.write(make_topic, id=2, now=now) == 2
    said = [line["advice"] for line in log if line["event"] == "cannot_read"]  # a busy machine is slow, and says so
    assert ["pinson doctor" in advice for advice in said] == [True, True]
    await db.close()
