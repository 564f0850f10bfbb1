"""The site as an app: what a browser is told of it, and the little that it keeps."""

import json
import re
from io import BytesIO

import pytest
from PIL import Image

from pinson.domain.access import UserRole
from pinson.interfaces.web import theme
from tests.interfaces.web.visitor import Visitor


async def test_the_manifest_names_the_site_in_the_language_of_the_page_and_its_icons_are_there(visitor):
    page = await visitor.open("/about?lang=fr")
    [address] = re.findall(r'<link rel="manifest" href="([^"]+)"', page.html)

    answer = await visitor.client.get(address)
    said = answer.json()

    assert answer.headers["content-type"].startswith("application/manifest+json")
    assert "set-cookie" not in answer.headers
    assert said["name"] in page.text
    assert (said["start_url"], said["display"], said["lang"]) == ("/", "standalone", "fr")
    assert said["shortcuts"][0] == {"name": "Écrire", "url": "/write"}
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}
    for icon in said["icons"]:
        drawn = await visitor.client.get(icon["src"])
        assert "immutable" in drawn.headers["cache-control"]
        with Image.open(BytesIO(drawn.content)) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
            corner = picture.convert("RGBA").getpixel((0, 0))
        assert corner[3] == (255 if icon["purpose"] == "maskable" else 0)


async def test_icons_wear_the_colour_of_the_pages_and_nobody_elses(world):
    await world.person("root", role=UserRole.ADMIN)
    root = Visitor(world)
    await root.sign_in("root")
    await root.send(await root.open("/operator/look?accent=%237a1f5c"), form=-1, button=("do", "keep"))

    drawn = await root.client.get("/icons/maskable.png?accent=00ff00")

    assert "immutable" not in drawn.headers["cache-control"]
    with Image.open(BytesIO(drawn.content)) as picture:
        assert "#{:02x}{:02x}{:02x}".format(*picture.getpixel((0, 0))) == theme.light("#7a1f5c").accent
    assert "theme.css?accent=7a1f5c" in (await root.client.get("/worker.js")).text
    assert (await root.client.get("/icons/1000.png")).status_code == 404


async def test_a_browser_keeps_only_what_is_the_same_for_everybody(world):
    await world.person("alice")
    visitor = Visitor(world)
    await visitor.sign_in("alice")

    script = (await visitor.client.get("/worker.js")).text
    kept = json.loads(re.match(r"const KEPT = (\[.*\])\n", script)[1])

    assert kept[0] == "/offline"
    assert all(path.startswith("/static/") for path in kept[1:])
    for path in kept:
        answer = await visitor.client.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"].startswith("public")
        assert "set-cookie" not in answer.headers
        assert "alice" not in answer.text
    offline = (await visitor.client.get("/offline")).text
    assert all(words in offline for words in ("You are offline", "Vous êtes hors ligne"))
    linked = re.findall(r'(?:href|src)="(/[^"]+)"', offline)
    assert set(linked) <= set(kept)


@pytest.mark.parametrize(
    "asked", ["?text=Une+carte&url=https://carte.example/", "?text=Une+carte+https://carte.example/"]
)
async def test_what_another_app_shares_stands_on_the_writing_page(world, asked):
    await world.person("alice")
    visitor = Visitor(world)
    await visitor.sign_in("alice")

    page = await visitor.open(f"/write{asked}")

    assert "Une carte https://carte.example/" in page.html
