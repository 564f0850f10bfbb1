"""What search engines and other programs are told to leave alone."""

from urllib.robotparser import RobotFileParser

import pytest

from pinson.interfaces.web import MODULES
from pinson.interfaces.web.files import NOT_FOR_ROBOTS
from tests.interfaces.web.visitor import Visitor

PUBLIC = [
    "/",
    "/about",
    "/explore",
    "/rules",
    "/status",
    "/tags/mer",
    "/@ana",
    "/@ana/1",
    "/@ana/feed.atom",
    "/media/x",
]
PRIVATE = ["/settings/profile", "/moderation", "/operator/site", "/search?q=x", "/write", "/auth/sign_in", "/appeals/1"]


async def test_public_pages_may_be_read_and_the_others_not(world):
    answer = await world.client().get("/robots.txt")
    robots = RobotFileParser()
    robots.parse(answer.text.splitlines())

    assert answer.headers["content-type"].startswith("text/plain")
    assert [path for path in PUBLIC if not robots.can_fetch("*", path)] == []
    assert [path for path in PRIVATE if robots.can_fetch("*", path)] == []


def test_what_is_kept_from_them_is_there():
    paths = {route.path for module in MODULES for route in module.routes.all}
    ours = [path for path in NOT_FOR_ROBOTS if path != "/api/"]

    assert [path for path in ours if not any(one.startswith(path) for one in paths)] == []


@pytest.mark.parametrize("indexable", [True, False])
async def test_whoever_does_not_want_to_be_found_is_not_to_be_indexed(world, indexable):
    ana = await world.person("ana")
    await world.client(ana).patch("/api/v1/accounts/update_credentials", json={"indexable": indexable})
    post = await world.publish(ana, "Marée haute")

    for path in ("/@ana", f"/@ana/{post.id}", "/@ana/2026-03-30"):
        assert ("noindex" in (await Visitor(world).open(path)).html) is not indexable
    for path in ("/@ana/feed.atom", "/@ana/feed.json", "/@ana/2026-03-30/feed.rss"):
        answer = await world.client().get(path)
        assert (answer.status_code, "noindex" in answer.headers.get("x-robots-tag", "")) == (200, not indexable)


@pytest.mark.parametrize("path", ["/", "/about", "/explore"])
async def test_how_the_server_is_can_be_found_from_every_page(world, path):
    assert "/status" in (await Visitor(world).open(path)).links
