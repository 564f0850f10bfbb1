"""What the tests of the domain share: a real database with our schema, and a moment to be in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import pinson
from pinson.lib.db.migrate import migrate, steps
from pinson.lib.db.sqlite import Sqlite

MIGRATIONS = Path(pinson.__file__).parent / "migrations"


@pytest.fixture
def now():
    """A moment, for tests in which time stands still or is moved by adding to it."""
    return datetime(2026, 3, 30, 13, 6, tzinfo=UTC)


@pytest.fixture
async def db(tmp_path, now):
    """A SQLite database in a folder of its own, empty but for our tables."""
    migrate(tmp_path, steps=steps(MIGRATIONS), now=now)
    database = Sqlite(tmp_path)
    yield database
    await database.close()
