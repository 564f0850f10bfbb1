"""Those who look after the server, besides those who are there."""

import pytest

from pinson.domain.access import UserRole


@pytest.fixture
async def admin(world):
    """Whoever runs the server."""
    return await world.person("admin", role=UserRole.ADMIN)


@pytest.fixture
async def moderator(world):
    """Somebody who looks after its people."""
    return await world.person("moderator", role=UserRole.MODERATOR)
