"""What these tests share: the world they happen in. See tests/world.py."""

import pytest

from tests.push_sink import a_push_service
from tests.world import open_world


@pytest.fixture
def settings():
    """Settings, by key, besides those of every world: for tests to override."""
    return {}


@pytest.fixture
async def world(tmp_path, settings):
    """The real machine on a folder of its own."""
    async with open_world(tmp_path, settings) as opened:
        yield opened


@pytest.fixture
async def service():
    """A push service, which those may reach whose settings allow loopback."""
    async with a_push_service() as service:
        yield service
