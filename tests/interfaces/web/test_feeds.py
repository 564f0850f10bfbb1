"""Feeds of profiles, days and hashtags, read by a feed reader."""

import re
from datetime import timedelta
from io import BytesIO

import feedparser
import pytest
from PIL import Image

from tests.interfaces.web.visitor import Visitor
from tests.world import URL

KINDS = ("atom", "rss")


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Ana & <Lopez>", note="Cryogénie\naimants")


@pytest.fixture
async def stranger(world):
    return Visitor(world)


async def fetched(visitor, path):
    answer = await visitor.client.get(path)
    assert answer.status_code == 200, answer.text
    found = feedparser.parse(BytesIO(answer.content), response_headers=dict(answer.headers))
    assert not found.bozo, found.bozo_exception
    return found


def relation(found, name):
    return next((link.href for link in found.feed.links if link.rel == name), None)


def attachments():
    picture = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(picture, "PNG")
    return picture.getvalue()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_profile_is_a_feed_of_what_it_published_itself(world, ana, stranger, kind):
    ben = await world.person("ben")
    asked = await world.publish(ben, "Alors ?")
    post = await world.publish(ana, "Feu vert <b> & #LHC", language="fr")
    await world.publish(ana, "@ben Bientôt", in_reply_to_id=str(asked.id))
    await world.publish(ana, "Entre nous", visibility="private")
    await world.client(ana).post(f"/api/v1/statuses/{asked.id}/reblog")

    found = await fetched(stranger, f"/@ana/feed.{kind}")

    (entry,) = found.entries
    assert entry.link == entry.id == f"{URL}/@ana/{post.id}"
    assert "Feu vert &lt;b&gt; &amp; " in (entry.content[0].value if kind == "atom" else entry.description)
    assert entry.author == "Ana & <Lopez>"
    assert [tag.term for tag in entry.tags] == ["lhc"]
    assert found.feed.title == "Ana & <Lopez> (@ana)"
    assert found.feed.link == f"{URL}/@ana"
    assert relation(found, "self") == f"{URL}/@ana/feed.{kind}"


async def test_a_json_feed_says_the_same(world, ana, stranger):
    post = await world.publish(ana, "Feu vert #LHC", language="fr")

    answer = await stranger.client.get("/@ana/feed.json")
    feed = answer.json()

    assert answer.headers["content-type"] == "application/feed+json"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["title"], feed["description"]) == ("Ana & <Lopez> (@ana)", "Cryogénie aimants")
    assert feed["home_page_url"] == f"{URL}/@ana"
    (item,) = feed["items"]
    assert item["id"] == item["url"] == f"{URL}/@ana/{post.id}"
    assert "title" not in item
    assert (item["language"], item["tags"]) == ("fr", ["lhc"])
    assert item["authors"] == [{"name": "Ana & <Lopez>", "url": f"{URL}/@ana"}]


async def test_a_page_that_has_feeds_says_so_to_programs_and_to_people(world, ana, stranger):
    await world.publish(ana, "Feu vert #LHC")

    for path in ("/@ana", "/@ana/2026-03-30", "/tags/lhc"):
        page = await stranger.open(path)
        found = re.findall(r'<link rel="alternate" type="([^"]*)" title="[^"]*" href="([^"]*)"', page.html)
        kinds = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
        feeds = [(media_type, f"{path}/feed.{kind}") for kind, media_type in kinds.items()]
        calendar = [("text/calendar", f"{path}/calendar.ics")] if path == "/@ana" else []
        assert sorted(found) == sorted(feeds + calendar)
        for _, href in feeds:
            assert href in page.links
            assert (await stranger.client.get(href)).status_code == 200


@pytest.mark.parametrize("path", ["/@ana/feed", "/tags/lhc/feed"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_long_feed_leads_on_page_by_page_and_back(world, ana, stranger, path, kind):
    for number in range(45):
        await world.publish(ana, f"Message {number} #LHC")

    first = await fetched(stranger, f"{path}.{kind}")
    second = await fetched(stranger, relation(first, "next"))
    third = await fetched(stranger, relation(second, "next"))

    ids = [entry.id for found in (first, second, third) for entry in found.entries]
    assert len(ids) == len(set(ids)) == 45
    assert relation(third, "next") is None
    assert relation(first, "previous") is None
    back = await fetched(stranger, relation(third, "previous"))
    assert [entry.id for entry in back.entries] == [entry.id for entry in second.entries]
    assert relation(second, "first") == f"{URL}{path}.{kind}"


async def test_the_feed_of_a_day_holds_that_day(world, ana, stranger):
    await world.publish(ana, "La veille")
    world.clock.move(timedelta(days=1))
    await world.publish(ana, "Le jour même")

    found = await fetched(stranger, "/@ana/2026-03-31/feed.atom")
    both = await fetched(stranger, "/@ana/2026-03-30..2026-03-31/feed.atom")

    assert [entry.title for entry in found.entries] == ["Le jour même"]
    assert [entry.title for entry in both.entries] == ["Le jour même", "La veille"]
    assert (await stranger.client.get("/@ana/2026-02-30/feed.atom")).status_code == 404
    assert (await stranger.client.get("/@nobody/feed.atom")).status_code == 404
    assert (await stranger.client.get("/tags/1984/feed.atom")).status_code == 404


async def test_pictures_are_enclosed_with_what_they_show(world, ana, stranger):
    client = world.client(ana)
    file = {"file": ("a.png", attachments(), "image/png")}
    sent = (await client.post("/api/v2/media", files=file, data={"description": "La salle"})).json()
    await world.settle()
    await client.post("/api/v1/statuses", json={"status": "", "media_ids": [sent["id"]]})

    for kind in KINDS:
        (entry,) = (await fetched(stranger, f"/@ana/feed.{kind}")).entries
        (file,) = entry.enclosures
        answer = await stranger.client.get(file.href.removeprefix(URL))
        assert (file.type, int(file.length)) == (answer.headers["content-type"], len(answer.content))
        assert 'alt="La salle"' in entry.summary
    (item,) = (await stranger.client.get("/@ana/feed.json")).json()["items"]
    assert item["attachments"][0]["title"] == "La salle"


async def test_a_feed_is_not_sent_twice_and_the_same_for_everybody(world, ana, stranger):
    post = await world.publish(ana, "Un")
    await world.publish(ana, "Entre nous", visibility="private")
    first = await stranger.client.get("/@ana/feed.atom")
    member = Visitor(world)
    await member.sign_in("ana")
    named = {"if-none-match": first.headers["etag"]}
    dated = {"if-modified-since": first.headers["last-modified"]}

    assert (await member.client.get("/@ana/feed.atom")).content == first.content
    assert "set-cookie" not in (await stranger.client.get("/@ana/feed.atom?lang=fr")).headers
    assert (await stranger.client.get("/@ana/feed.atom", headers=named)).status_code == 304
    assert (await stranger.client.get("/@ana/feed.atom", headers=dated)).status_code == 304
    assert (await stranger.client.get("/@ana/feed.atom", headers={"if-modified-since": "hier"})).status_code == 200
    world.clock.move(timedelta(minutes=1))
    await world.client(ana).put(f"/api/v1/statuses/{post.id}", json={"status": "Un, rectifié"})
    again = await stranger.client.get("/@ana/feed.atom", headers=dated)
    assert again.status_code == 200
    (entry,) = feedparser.parse(BytesIO(again.content)).entries
    assert entry.updated_parsed > entry.published_parsed


async def test_what_no_xml_may_hold_and_what_is_markup_stays_text(world, stranger):
    eve = await world.person("eve", display_name="E\x08ve <script>")
    await world.publish(eve, "Un\x0b <script>alert(1)</script> ]]> &amp;", spoiler_text="<img src=x onerror=a>")

    for kind in KINDS:
        (entry,) = (await fetched(stranger, f"/@eve/feed.{kind}")).entries
        body = entry.content[0].value if kind == "atom" else entry.summary
        assert "<script" not in body
        assert "<img" not in body
