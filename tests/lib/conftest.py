"""What the tests of the tools share: a real database with our schema, and a moment to be in."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pinson.lib.db.sqlite import Sqlite
from tests.schema import make_ready


@pytest.fixture(scope="session")
def now() -> datetime:
    """A moment, for tests in which time stands still or is moved by adding to it."""
    return datetime(2026, 3, 30, 13, 6, tzinfo=UTC)


@pytest.fixture(scope="session")
def new_data(tmp_path_factory) -> Callable[[], Path]:
    """`new_data()`: a new folder with a database that has our schema and nothing else."""

    def make() -> Path:
        folder = tmp_path_factory.mktemp("data")
        make_ready(folder)
        return folder

    return make


@pytest.fixture
def data(new_data) -> Path:
    """A folder with a database that has our schema and nothing else."""
    return new_data()


@pytest.fixture
async def db(data):
    """The database in `data`, open."""
    database = Sqlite(data)
    yield database
    await database.close()
