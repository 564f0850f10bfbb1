"""Every page is looked at in a browser (tests/browser): a new one with something to fill in says there what with."""

from collections import defaultdict
from types import SimpleNamespace

from pinson.interfaces.web import MODULES
from tests.browser.every_page import ASKED, ONCE, PLACES, paths


def test_every_page_with_something_to_fill_in_is_named_and_no_other():
    anywhere = SimpleNamespace(ids=defaultdict(lambda: "1"))
    routes = {route.path for module in MODULES for route in module.routes.all if route.method == "GET"}

    assert [path for path in paths(anywhere).values() if "{" in path] == []
    assert routes >= ONCE
    assert set(ASKED) <= routes
    assert [
        place for place in PLACES if not any(route == place or route.startswith(f"{place}/") for route in routes)
    ] == []
