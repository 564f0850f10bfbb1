"""How pages look elsewhere: in a frame, as a picture beside a link, and to programs that read them."""

import gzip
import json
import re
from html import unescape
from io import BytesIO

import pytest
from PIL import Image

from tests.interfaces.web.test_reading import texts
from tests.interfaces.web.visitor import Visitor
from tests.world import URL

EVIL = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Ana Lopez", note="Cryogénie #aimants")


def told(page):
    """What a page says of itself: the content of its meta elements by name."""
    found = re.findall(r'<meta (?:property|name)="([^"]*)" content="([^"]*)"', page.html)
    return {name: unescape(content) for name, content in found}


def data_of(page):
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.html, re.DOTALL)
    return json.loads(found)


async def test_a_post_says_what_it_is_to_programs(world, ana, visitor):
    post = await world.publish(ana, "Feu vert, on relance", language="fr")
    path = f"/@ana/{post.id}"

    page = await visitor.open(path)

    meta = told(page)
    assert (meta["og:title"], meta["og:description"]) == ("Ana Lopez", "Feu vert, on relance")
    assert (meta["og:url"], meta["og:image"]) == (f"{URL}{path}", f"{URL}{path}/card.png")
    assert (meta["twitter:card"], meta["fediverse:creator"]) == ("summary_large_image", "@ana@pinson.example")
    assert f'<link rel="canonical" href="{URL}{path}">' in page.html
    data = data_of(page)
    assert (data["@type"], data["articleBody"]) == ("SocialMediaPosting", "Feu vert, on relance")
    assert data["author"]["url"] == f"{URL}/@ana"
    (found,) = re.findall(r'type="application/json\+oembed" href="([^"]*)"', page.html)
    assert f"{URL}{path}/embed" in (await visitor.client.get(unescape(found))).json()["html"]


async def test_a_profile_says_whose_it_is_to_programs(ana, visitor):
    page = await visitor.open("/@ana")

    assert told(page)["og:description"] == "Cryogénie #aimants"
    assert data_of(page)["mainEntity"]["alternateName"] == "@ana@pinson.example"


async def test_a_post_in_a_frame_is_what_strangers_see_and_sets_no_cookie(world, ana, visitor):
    post = await world.publish(ana, "Feu vert")
    await visitor.sign_in("ana")

    page = await visitor.open(f"/@ana/{post.id}/embed?lang=fr")

    assert texts(page) == ["Feu vert"]
    assert "frame-ancestors *" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]
    assert "x-frame-options" not in page.headers
    assert "set-cookie" not in page.headers
    assert page.forms == []
    assert "<script" not in page.html
    assert "frame-ancestors 'none'" in (await visitor.open(f"/@ana/{post.id}")).headers["content-security-policy"]


@pytest.mark.parametrize("what", ["embed", "card.png"])
async def test_only_what_everybody_may_see_is_shown_elsewhere(world, ana, visitor, what):
    await world.person("ben")
    secret = await world.publish(ana, "Entre nous", visibility="private")
    post = await world.publish(ana, "Pour tous")
    await visitor.sign_in("ana")

    for path in (f"/@ana/{secret.id}", f"/@ben/{post.id}", "/@ana/1", "/@ana/2026-03-30", "/@ana/" + "9" * 40):
        assert (await visitor.client.get(f"{path}/{what}")).status_code == 404
    assert "/embed" not in (await visitor.open(f"/@ana/{secret.id}")).html


async def test_the_picture_of_a_post_or_a_profile_is_drawn_once_and_held(world, ana, visitor):
    long = await world.publish(ana, "Été à Noël : œuf, ça va ? " * 18)

    for path in ("/@ana/card.png", f"/@ana/{long.id}/card.png"):
        answer = await visitor.client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert Image.open(BytesIO(answer.content)).size == (1200, 630)
        assert len(answer.content) < 100_000
        assert "public" in answer.headers["cache-control"]
        again = await visitor.client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
    await world.client(ana).put(f"/api/v1/statuses/{long.id}", json={"status": "Rectifié"})
    assert (await visitor.client.get(f"/@ana/{long.id}/card.png")).headers["etag"] != answer.headers["etag"]


async def test_nothing_that_people_write_breaks_out_of_what_programs_read(world, visitor):
    eve = await world.person("eve", display_name=EVIL[:30], note=EVIL)
    post = await world.publish(eve, EVIL)

    for path in ("/@eve", f"/@eve/{post.id}", f"/@eve/{post.id}/embed"):
        page = await visitor.open(path)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "<img src=x" not in page.html
    assert data_of(await visitor.open(f"/@eve/{post.id}"))["articleBody"] == EVIL


async def test_pictures_and_hashtags_have_pages_of_their_own(world, ana, visitor):
    client = world.client(ana)
    picture = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(picture, "PNG")
    sent = (await client.post("/api/v2/media", files={"file": ("a.png", picture.getvalue(), "image/png")})).json()
    await world.settle()
    await client.post("/api/v1/statuses", json={"status": "La salle", "media_ids": [sent["id"]]})
    await world.publish(ana, "Collisions #LHC")

    assert texts(await visitor.open("/@ana/media")) == ["La salle"]
    assert texts(await visitor.open("/@ana/tagged/lhc")) == ["Collisions #LHC"]
    assert texts(await visitor.open("/@ana/tagged/nothing")) == []
    assert (await visitor.open("/@ana/tagged/1984")).status == 404


async def test_a_profile_of_twenty_posts_is_light(world, ana, visitor):
    for number in range(20):
        await world.publish(ana, f"Message {number} : le grand anneau #LHC pousse ses deux faisceaux vers 3,5 TeV.")

    page = await visitor.open("/@ana")
    scripts = re.findall(r'src="(/static/[^"]*\.js[^"]*)"', page.html)
    explore = await visitor.open("/explore")
    scripts += re.findall(r'src="(/static/[^"]*\.js[^"]*)"', explore.html)

    assert len(texts(page)) == 20
    assert len(gzip.compress(page.html.encode())) <= 15 * 1024
    assert sum([len((await visitor.client.get(script)).content) for script in set(scripts)]) <= 60 * 1024


@pytest.mark.parametrize("path", ["/rules", "/how-we-count", "/accessibility", "/about", "/privacy-policy"])
@pytest.mark.parametrize("lang", ["en", "fr"])
async def test_what_the_server_says_of_itself_is_a_step_away_from_everywhere(world, path, lang):
    visitor = Visitor(world, lang=lang)

    assert path in (await visitor.open("/explore")).links
    page = await visitor.open(path)
    assert page.status == 200
    assert page.html.count("<h1") == 1
    assert (await visitor.client.get("/privacy")).headers["location"] == "/privacy-policy"
