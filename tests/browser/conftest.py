"""A real browser: the machine's Chromium, started once, driven by Playwright.

Its tests all run in one event loop, the session's, since Playwright's objects belong to the
loop they were made in; async fixtures for them say `loop_scope="session"`. Each test opens
pages of its own (`await browser.new_page()`), which share nothing.
"""

from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def chromium(program):
    """Path of the browser."""
    return program("chromium", "chromium-browser", "google-chrome")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium):
    """A `playwright.async_api.Browser`.

    Playwright itself turns off Chromium's own traffic (updates, sync, background networking) and
    its sandbox, which root cannot use.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--disable-gpu", "--disable-quic"])
        yield browser
        await browser.close()
