"""What every test may ask for: programs of this machine, and a real browser.

The browser is the machine's Chromium, started once, driven by Playwright. Tests that use it
all run in one event loop, the session's, since Playwright's objects belong to the loop they
were made in; async fixtures for them say `loop_scope="session"`. Each test opens pages of its
own (`await browser.new_page()`), which share nothing.
"""

import asyncio
import os
import shutil

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from playwright.async_api import async_playwright

from pinson.lib import papers

# A check looks at the same examples each time, and at no clock: it says the same of the same change on any machine.
# `make thorough` looks at others.
settings.register_profile("thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("check", settings.get_profile("thorough"), derandomize=True, database=None)
settings.load_profile("check")


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def program():
    """`program("chromium", "google-chrome")`: path of the first of these that this machine has.

    Without one, the test is skipped and says so; where CI is set it fails, since a machine that
    decides about a change must run every test.
    """

    def find(*names: str) -> str:
        for name in names:
            if path := shutil.which(name):
                return path
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        return refuse(f"not installed: {' or '.join(names)}")

    return find


@pytest.fixture(scope="session")
def pango():
    """PDF files can be made on this machine; if not, as for programs."""
    if why := asyncio.run(papers.missing()):
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse(f"not installed: {why}")


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
