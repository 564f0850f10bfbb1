"""People, apps and tokens to try the rules of access on."""

import pytest

from tests.domain.access.house import House


@pytest.fixture
async def house(db, now):
    house = House(db, now)
    await house.follower.start()
    return house


@pytest.fixture
async def alice(house):
    return await house.person("alice")


@pytest.fixture
async def bob(house):
    return await house.person("bob")
