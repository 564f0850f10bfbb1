"""What the tests of the domain share: a real database with our schema, and a moment to be in."""

from datetime import UTC, datetime

import pytest

from pinson.lib.db.sqlite import Sqlite
from tests.schema import make_ready


@pytest.fixture
def now():
    """A moment, for tests in which time stands still or is moved by adding to it."""
    return datetime(2026, 3, 30, 13, 6, tzinfo=UTC)


@pytest.fixture
async def db(tmp_path):
    """A SQLite database in a folder of its own, empty but for our tables."""
    make_ready(tmp_path)
    database = Sqlite(tmp_path)
    yield database
    await database.close()
