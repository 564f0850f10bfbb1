"""A page in which time stands still, for tests of what counts it: slow machines are no slower then."""


async def stand_still(page):
    """Time goes on in it only when a test lets it."""
    await page.clock.install(time=1_000_000_000)
    await page.clock.pause_at(1_000_001_000)
