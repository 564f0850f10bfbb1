"""A database is brought to the program's schema once, with a copy kept, or is left as it was."""

import fcntl
import subprocess
import sys
import threading
import time
from contextlib import closing

import apsw
import pytest

from pinson.app import MIGRATIONS
from pinson.lib.db.migrate import NewerSchema, copy_database, migrate, steps

ANIMALS = "CREATE TABLE animals (id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
LEGS = "ALTER TABLE animals ADD COLUMN legs INTEGER NOT NULL DEFAULT 4; INSERT INTO animals (name) VALUES ('cat');"
BROKEN = "CREATE TABLE birds (id INTEGER); INSERT INTO animals (name) VALUES ('owl'); INSERT INTO nowhere VALUES (1);"
SLOW = """
    CREATE TABLE numbers (n INTEGER);
    INSERT INTO numbers
    WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up LIMIT {rows}) SELECT n FROM up;
"""
PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pinson.lib.db.migrate import migrate, steps
print(migrate(Path(sys.argv[1]), steps=steps(Path(sys.argv[2])), now=datetime.now(UTC)))
"""


@pytest.fixture
def folder(tmp_path):
    """Where the data is."""
    made = tmp_path / "data"
    made.mkdir()
    return made


@pytest.fixture
def program(tmp_path):
    """`program(ANIMALS, LEGS)`: the steps that a version of the program comes with."""

    def write(*texts):
        made = tmp_path / f"{len(texts)} steps {abs(hash(texts))}"
        made.mkdir(exist_ok=True)
        for number, text in enumerate(texts, start=1):
            (made / f"{number:04}_step.sql").write_text(text)
        return made

    return write


def rows(path, sql):
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)) as connection:
        return connection.execute(sql).fetchall()


def schema(folder):
    return rows(folder / "pinson.db", "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")


def backups(folder):
    return sorted(path.name for path in (folder / "backups").glob("*"))


def start(folder, program):
    """Migrate in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, str(folder), str(program)]
    return subprocess.Popen(command, cwd=MIGRATIONS.parents[1], stdout=subprocess.PIPE, text=True)


def wait_until_locked(folder):
    """Until somebody migrates."""
    deadline = time.monotonic() + 60
    with (folder / "write.lock").open("ab") as lock:
        while time.monotonic() < deadline:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            fcntl.flock(lock, fcntl.LOCK_UN)
            time.sleep(0.001)
    raise AssertionError("nobody migrates")


def test_a_new_folder_gets_all_steps_in_order_and_needs_no_copy(folder, program, now):
    done = migrate(folder, steps=steps(program(ANIMALS, LEGS)), now=now)

    assert done == ["0001_step.sql", "0002_step.sql"]
    assert rows(folder / "pinson.db", "SELECT name, legs FROM animals") == [("cat", 4)]
    assert backups(folder) == []


def test_a_schema_that_is_current_is_left_alone(folder, program, now):
    migrate(folder, steps=steps(program(ANIMALS)), now=now)

    assert migrate(folder, steps=steps(program(ANIMALS)), now=now) == []
    assert backups(folder) == []


def test_an_upgrade_copies_first_and_then_does_what_is_missing(folder, program, now):
    migrate(folder, steps=steps(program(ANIMALS)), now=now)
    with closing(apsw.Connection(str(folder / "pinson.db"))) as connection:
        connection.execute("INSERT INTO animals (name) VALUES ('dog')")

    assert migrate(folder, steps=steps(program(ANIMALS, LEGS)), now=now) == ["0002_step.sql"]

    assert rows(folder / "pinson.db", "SELECT name, legs FROM animals") == [("dog", 4), ("cat", 4)]
    assert backups(folder) == ["schema-0001.db"]
    assert rows(folder / "backups" / "schema-0001.db", "SELECT * FROM animals") == [(1, "dog")]


def test_a_copy_is_a_database_that_the_older_program_starts_from(folder, program, now):
    migrate(folder, steps=steps(program(ANIMALS)), now=now)
    migrate(folder, steps=steps(program(ANIMALS, LEGS)), now=now)
    (folder / "backups" / "schema-0001.db").rename(folder / "pinson.db")

    assert migrate(folder, steps=steps(program(ANIMALS)), now=now) == []


def test_a_newer_schema_is_refused_in_plain_words_and_left_as_it_is(folder, program, now):
    migrate(folder, steps=steps(program(ANIMALS, LEGS)), now=now)
    before = schema(folder)

    with pytest.raises(NewerSchema, match="This data is at schema 2, but this program knows only 1"):
        migrate(folder, steps=steps(program(ANIMALS)), now=now)

    assert schema(folder) == before


def test_a_step_that_fails_leaves_no_trace_and_those_before_it_stand(folder, program, now):
    migrate(folder, steps=steps(program(ANIMALS)), now=now)

    with pytest.raises(apsw.SQLError, match="nowhere"):
        migrate(folder, steps=steps(program(ANIMALS, LEGS, BROKEN)), now=now)

    assert {name for name, _ in schema(folder)} == {"migrations", "animals"}
    assert rows(folder / "pinson.db", "SELECT name FROM animals") == [("cat",)]
    assert rows(folder / "pinson.db", "SELECT number FROM migrations") == [(1,), (2,)]


def test_a_step_that_fails_at_every_restart_does_not_fill_the_disk_with_copies(folder, program, now):
    migrate(folder, steps=steps(program(ANIMALS)), now=now)

    for _ in range(3):
        with pytest.raises(apsw.SQLError):
            migrate(folder, steps=steps(program(ANIMALS, BROKEN)), now=now)

    assert backups(folder) == ["schema-0001.db"]


def test_rebuilding_a_table_does_not_delete_what_refers_to_it(folder, program, now):
    family = """
        CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents (id) ON DELETE CASCADE);
        INSERT INTO parents VALUES (1, 'Ada');
        INSERT INTO children VALUES (1, 1);
    """
    rebuilt = """
        CREATE TABLE new_parents (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        INSERT INTO new_parents SELECT id, name FROM parents;
        DROP TABLE parents;
        ALTER TABLE new_parents RENAME TO parents;
    """
    migrate(folder, steps=steps(program(family, rebuilt)), now=now)

    assert rows(folder / "pinson.db", "SELECT * FROM children") == [(1, 1)]


def test_a_step_that_leaves_rows_without_what_they_refer_to_fails(folder, program, now):
    family = """
        CREATE TABLE parents (id INTEGER PRIMARY KEY);
        CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents (id));
        INSERT INTO children VALUES (1, 7);
    """
    with pytest.raises(apsw.ConstraintError, match=r"0001_step\.sql leaves rows without what they refer to"):
        migrate(folder, steps=steps(program(family)), now=now)

    assert [name for name, _ in schema(folder)] == ["migrations"]


@pytest.mark.parametrize("names", [["0002_late.sql"], ["0001_a.sql", "0003_c.sql"]])
def test_steps_without_a_beginning_or_with_a_gap_are_a_mistake(tmp_path, names):
    for name in names:
        (tmp_path / name).touch()

    with pytest.raises(ValueError, match="from 1, each once, without gaps"):
        steps(tmp_path)


def test_our_own_steps_make_a_sound_schema(folder, now):
    migrate(folder, steps=steps(MIGRATIONS), now=now)

    assert rows(folder / "pinson.db", "PRAGMA integrity_check") == [("ok",)]
    assert rows(folder / "pinson.db", "PRAGMA foreign_key_check") == []


def test_of_two_processes_one_migrates_and_the_other_waits(folder, program):
    made = program(SLOW.format(rows=500_000))

    first = start(folder, made)
    second = start(folder, made)
    said = sorted(process.communicate()[0].strip() for process in (first, second))

    assert said == ["['0001_step.sql']", "[]"]
    assert rows(folder / "pinson.db", "SELECT count(*) FROM numbers") == [(500_000,)]


def test_a_process_killed_while_it_migrates_leaves_what_the_next_can_start_from(folder, program, now):
    migrate(folder, steps=steps(program(ANIMALS)), now=now)
    killed = start(folder, program(ANIMALS, SLOW.format(rows=100_000_000)))
    wait_until_locked(folder)
    time.sleep(0.1)
    killed.kill()
    killed.communicate()

    done = migrate(folder, steps=steps(program(ANIMALS, SLOW.format(rows=10))), now=now)

    assert done == ["0002_step.sql"]
    assert rows(folder / "pinson.db", "SELECT count(*) FROM numbers") == [(10,)]
    assert backups(folder) == ["schema-0001.db"]


def test_a_copy_comes_to_its_end_while_others_write_without_a_pause(folder, program, now):
    migrate(folder, steps=steps(program(ANIMALS, SLOW.format(rows=3_000_000))), now=now)
    path, stop, written = folder / "pinson.db", threading.Event(), []

    def keep_writing():
        with closing(apsw.Connection(str(path))) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            while not stop.is_set():
                connection.execute("INSERT INTO animals (name) VALUES ('rabbit')")
                written.append(connection.last_insert_rowid())

    writer = threading.Thread(target=keep_writing)
    writer.start()
    with closing(apsw.Connection(str(path))) as source:
        copying = threading.Thread(target=copy_database, args=(source, folder / "copy.db"))
        copying.start()
        copying.join(60)
        in_time = not copying.is_alive()
        stop.set()
        writer.join()
        copying.join()

    assert in_time
    assert rows(folder / "copy.db", "PRAGMA integrity_check") == [("ok",)]
    ids = rows(folder / "copy.db", "SELECT id FROM animals ORDER BY id")
    assert ids == [(id,) for id in range(1, len(ids) + 1)]
    assert len(ids) < len(written)


def test_two_steps_of_one_number_are_refused(tmp_path):
    for name in ("0001_start.sql", "0002_media.sql", "0002_lists.sql"):
        (tmp_path / name).write_text("SELECT 1", encoding="utf-8")

    with pytest.raises(ValueError, match="each once"):
        steps(tmp_path)
