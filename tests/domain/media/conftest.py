"""What the tests of media share: files in a folder, a studio, two accounts."""

import pytest

from pinson.domain import accounts
from pinson.lib.video import Ffmpeg
from tests.domain.media.desk import Desk


@pytest.fixture
async def alice(db, now):
    return (await db.write(accounts.create, username="alice", now=now)).id


@pytest.fixture
async def bob(db, now):
    return (await db.write(accounts.create, username="bob", now=now)).id


@pytest.fixture
def desk(db, tmp_path, now):
    """A studio without ffmpeg, and what one does there."""
    return Desk(db, tmp_path / "files", None, now)


@pytest.fixture
def film_desk(db, tmp_path, now, program):
    """A studio with ffmpeg; without ffmpeg on this machine the test is skipped."""
    return Desk(db, tmp_path / "files", Ffmpeg(program("ffmpeg"), program("ffprobe")), now)
