"""No page that a publisher sees speaks the language of networks: rendered, in French and in English."""

import re

import pytest

from pinson.domain.access import UserRole
from pinson.interfaces.web import MODULES
from tests.interfaces.web.visitor import Visitor

PATHS = sorted(
    {route.path for module in MODULES for route in module.routes.all if route.method == "GET" and "{" not in route.path}
)
SPOKEN = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')
EVERYWHERE = r"toots?|boost\w*|feeds?|timelines?|fediverse|instances?|handles?|tweet\w*"
BANNED = {
    "en": rf"{EVERYWHERE}|federat\w*",
    "fr": rf"{EVERYWHERE}|pouets?|fédér\w*|fédivers|followers?|hashtags?|posts?",
}


@pytest.fixture
async def paths(world):
    """Every page that takes no name or number, and those of a message that was changed, and one that was deleted."""
    ana = await world.person("ana", display_name="Ana")
    post = await world.publish(ana, "La ligne 4 repart à 9 h 15.")
    await world.client(ana).put(f"/api/v1/statuses/{post.id}", json={"status": "La ligne 4 repart à 9 h 30."})
    of_one = ("/@ana/{}", "/posts/{}/edit", "/posts/{}/history", "/write?in_reply_to_id={}")
    return [*PATHS, "/@ana", "/@ana/with_replies", *(path.format(post.id) for path in of_one)]


@pytest.mark.parametrize("lang", ["en", "fr"])
async def test_no_page_speaks_the_language_of_networks(world, paths, lang):
    visitor = Visitor(world, lang=lang)
    await visitor.sign_in("ana")
    found, looked_at = {}, 0
    for path in paths:
        if path == "/live":  # no page
            continue
        page = await visitor.open(path)
        if not hasattr(page, "text") or "text/html" not in page.headers["content-type"]:
            continue
        looked_at += 1
        words = " ".join([page.text, *SPOKEN.findall(page.html)])
        if said := re.findall(rf"(?i)(?<![\w/@#.-])(?:{BANNED[lang]})(?![\w/-])", words):
            found[path] = said

    assert found == {}
    assert looked_at >= 12


@pytest.mark.parametrize("lang", ["en", "fr"])
async def test_no_page_of_the_desk_speaks_it_either(world, lang):
    await world.person("root", role=UserRole.ADMIN)
    visitor = Visitor(world, lang=lang)
    await visitor.sign_in("root")
    desk = [path for path in PATHS if path.startswith(("/moderation", "/operator"))]
    found = {}
    for path in desk:
        page = await visitor.open(path)
        assert page.status == 200, path
        words = " ".join([page.text, *SPOKEN.findall(page.html)])
        if said := re.findall(rf"(?i)(?<![\w/@#.-])(?:{BANNED[lang]})(?![\w/-])", words):
            found[path] = said

    assert found == {}
    assert len(desk) >= 15


def test_the_words_are_found():
    assert re.findall(BANNED["fr"], "un boost de l’instance") == ["boost", "instance"]
