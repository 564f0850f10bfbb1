"""A database at this program's schema, made once and copied: to bring one there takes longer than most tests do.

How a database gets there is tested in tests/lib/test_migrate.py.
"""

import functools
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from pinson.app import MIGRATIONS
from pinson.lib.db.migrate import migrate, steps

AT = datetime(2026, 3, 30, 13, 6, tzinfo=UTC)


def make_ready(folder):
    """Put a database without rows into a folder, if it has none."""
    if not (Path(folder) / "pinson.db").exists():
        shutil.copy(Path(_template().name) / "pinson.db", folder)


@functools.cache
def _template():
    folder = tempfile.TemporaryDirectory()
    migrate(Path(folder.name), steps=steps(MIGRATIONS), now=AT)
    return folder
