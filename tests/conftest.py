"""What every test may ask for."""

import os
import shutil

import pytest


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
