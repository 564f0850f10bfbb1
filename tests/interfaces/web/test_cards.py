"""What a card shows besides words: previews of links, custom emojis, descriptions of pictures, polls that go on live.

And that whatever strangers write into any of it stays text.
"""

import asyncio
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from pinson.domain import instance
from pinson.domain.posts import polls
from pinson.domain.streams import hub as hubs
from tests.interfaces.mastodon.test_custom_emojis import offer
from tests.interfaces.web.test_home import Ear, hub, press, started  # noqa: F401  (`hub` is a fixture)
from tests.interfaces.web.test_pages import EVIL, RUN
from tests.interfaces.web.visitor import Visitor
from tests.lib.pictures import photo
from tests.site import a_site

SAFE = EVIL.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


@pytest.fixture
def settings():
    return {"outgoing.allow_loopback": True}


@pytest.fixture
async def site():
    async with a_site() as site:
        yield site


@pytest.fixture
async def ana(world):
    return await world.person("ana")


@pytest.fixture
async def visitor(world):
    """A stranger's browser."""
    return Visitor(world)


class Tags(HTMLParser):
    """What of a page would run or lead astray: scripts written into it, listeners, and links to no page."""

    def __init__(self, html):
        super().__init__()
        self.harmful = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        is_script = tag == "script" and "src" not in given and given.get("type") != "application/ld+json"
        listens = any(name.startswith("on") for name in given)
        astray = any((given.get(name) or "").startswith(("javascript:", "data:")) for name in ("href", "src", "action"))
        if is_script or listens or astray or tag == "b":
            self.harmful.append((tag, given))


def is_clean(page):
    """Whether nothing of what was meant to do harm is more than text."""
    tags = Tags(page.html)
    return not tags.harmful and RUN not in page.text


def asked_elsewhere(page):
    """What a browser would load from elsewhere for this page."""
    return re.findall(r"""<[^>]* (?:src|srcset|poster|data)=["']?https?:[^ >]*""", page.html)


async def upload(world, person, *, name="a.jpg", description=""):
    file = {"file": (name, photo(300, 200), "image/jpeg")}
    answer = await world.client(person).post("/api/v2/media", files=file, data={"description": description})
    return answer.json()["id"]


# --- previews of links --------------------------------------------------------------------------------------------


async def test_a_link_is_shown_with_what_its_page_says_of_itself_and_our_copy_of_its_picture(world, site, ana, visitor):
    site.put("/bird.jpg", photo(900, 600), type="image/jpeg")
    head = """<meta property="og:image" content="bird.jpg"><meta property="og:image:alt" content="Un pinson">
        <meta property="og:site_name" content="La Gazette"><meta name="description" content="Il chante.">"""
    url = site.page("/pinson", "Le pinson", head=head)
    post = await world.publish(ana, f"À lire : {url}")
    path = f"/@ana/{post.id}"
    assert 'class="preview"' not in (await visitor.open(path)).html  # its page is not read yet

    await world.settle()
    page = await visitor.open(path)

    assert f'<a class="preview" href="{url}" rel="nofollow noopener noreferrer">' in page.html
    assert "La Gazette · 127.0.0.1 Le pinson Il chante." in page.text
    [picture] = re.findall(r'<img src="(/media/[^"]+)" alt="Un pinson"', page.html)
    assert (await visitor.client.get(picture)).headers["content-type"] == "image/jpeg"
    assert asked_elsewhere(page) == []


async def test_a_page_that_means_harm_is_text_in_its_preview(world, site, ana, visitor):
    evil = SAFE
    head = f"""<meta property="og:site_name" content="{evil}"><meta name="description" content="{evil}">
        <meta property="og:image" content="javascript:alert(1)"><meta property="og:url" content="javascript:alert(1)">
        <link rel="canonical" href="javascript:alert(1)"><meta property="og:image:alt" content="{evil}">"""
    url = site.page("/evil", evil, head=head)
    post = await world.publish(ana, f"Voir {url}")
    await world.settle()

    page = await visitor.open(f"/@ana/{post.id}")

    assert 'class="preview"' in page.html
    assert page.text.count(EVIL) >= 2  # name of the site and title
    assert is_clean(page)
    assert "javascript:" not in page.html
    assert asked_elsewhere(page) == []


async def test_a_post_with_a_picture_of_its_own_shows_no_preview(world, site, ana, visitor):
    url = site.page("/pinson", "Le pinson")
    post = await world.publish(ana, f"À lire : {url}", media_ids=[await upload(world, ana)])
    await world.settle()

    assert 'class="preview"' not in (await visitor.open(f"/@ana/{post.id}")).html


async def test_an_address_that_is_none_of_the_web_leads_nowhere(world, ana, visitor):
    post = await world.publish(ana, 'javascript:alert(1) data:text/html,<b>x</b> https://x.example/"onmouseover="x')

    page = await visitor.open(f"/@ana/{post.id}")

    assert is_clean(page)


# --- names, bios, descriptions, file names ------------------------------------------------------------------------


async def test_what_people_say_of_themselves_stays_text(world, visitor):
    ana = await world.person("ana", display_name=EVIL[:30], note=EVIL)
    fields = [{"name": EVIL, "value": EVIL}, {"name": "Site", "value": "javascript:alert(1)"}]
    await world.client(ana).patch("/api/v1/accounts/update_credentials", json={"fields_attributes": fields})
    await world.publish(ana, EVIL, spoiler_text=EVIL, poll={"options": [EVIL[:28], "Non"], "expires_in": 3600})

    for path in ("/@ana", "/explore", "/search?q=ana", "/@ana/followers"):
        page = await visitor.open(path)
        assert is_clean(page), path
    assert (await visitor.open("/@ana")).text.count(EVIL) >= 5  # note, both of a line, warning, text


async def test_the_description_of_a_picture_is_there_to_read_and_its_file_s_name_nowhere(world, ana, visitor):
    ids = [await upload(world, ana, name=f"{EVIL}.jpg", description=EVIL), await upload(world, ana)]
    post = await world.publish(ana, "Deux images", media_ids=ids)

    page = await visitor.open(f"/@ana/{post.id}")

    assert page.html.count('<details class="alt">') == 1  # there is nothing to read of the other
    assert (
        f'>ALT</summary><p dir="auto">{EVIL.replace("<", "&lt;").replace(">", "&gt;").replace(chr(34), "&#34;")}'
        in page.html
    )
    assert page.text.count(EVIL) == 1
    assert is_clean(page)
    address = re.search(r'href="(/media/[^"]+)"', page.html)[1]
    answer = await visitor.client.get(address)
    assert "script" not in str(answer.headers).replace("script-src", "")
    assert answer.headers["x-content-type-options"] == "nosniff"


# --- custom emojis ------------------------------------------------------------------------------------------------


async def test_custom_emojis_are_pictures_wherever_people_write_them(world, visitor):
    ana = await world.person("ana", display_name="Ana :pinson:", note="Oiseaux :pinson:")
    fields = [{"name": "Ville :pinson:", "value": "Ici :pinson:"}]
    await world.client(ana).patch("/api/v1/accounts/update_credentials", json={"fields_attributes": fields})
    poll = {"options": ["Oui :pinson:", "Non"], "expires_in": 3600}
    post = await world.publish(ana, "Un :pinson: et :personne: https://x.example/:pinson:/", spoiler_text=":pinson:")
    asking = await world.publish(ana, "Alors ?", poll=poll)
    path = f"/@ana/{post.id}"
    assert 'class="emoji"' not in (await visitor.open(path)).html

    await offer(world, "pinson")

    page = await visitor.open(path)
    drawn = re.findall(r'<img class="emoji" src="(/media/[^"]+)" alt=":pinson:" title=":pinson:"', page.html)
    assert len(drawn) == 3  # in the name, the warning and the text
    assert ":personne:" in page.text
    assert 'href="https://x.example/:pinson:/"' in page.html
    assert (await visitor.client.get(drawn[0])).status_code == 200
    assert (await visitor.open(f"/@ana/{asking.id}")).html.count('class="emoji"') == 2  # in the name and the answer
    profile = (await visitor.open("/@ana")).html
    assert profile[: profile.index('class="facts"')].count('class="emoji"') == 4  # name, note, both of a line

    await world.write(instance.remove_emoji, shortcode="pinson")
    assert 'class="emoji"' not in (await visitor.open(path)).html


async def test_nothing_becomes_a_picture_within_a_tag_or_by_what_is_escaped(world, ana, visitor):
    await offer(world, "x27")
    post = await world.publish(ana, "L'&#x27: &:x27: <b title=':x27:'>")

    page = await visitor.open(f"/@ana/{post.id}")

    assert page.html.count('class="emoji"') == 2
    assert "<b title" not in page.html


# --- polls --------------------------------------------------------------------------------------------------------


async def test_a_poll_goes_on_live_and_many_votes_are_one_piece_of_news(world, ana, visitor, hub, monkeypatch):  # noqa: F811
    due = []
    monkeypatch.setattr(hubs, "call_later", lambda _seconds, tell, fact: due.append((tell, fact)))
    ben, cleo = await world.people("ben", "cleo")
    post = await world.publish(ana, "On y va ?", poll={"options": ["Oui", "Non"], "expires_in": 3600})
    poll = (await world.client(ana).get(f"/api/v1/statuses/{post.id}")).json()["poll"]["id"]
    async with Ear(visitor, "on=profile:ana&back=/") as ear:
        await started(world)
        for voter, choice in ((ben, 0), (cleo, 1)):
            await world.client(voter).post(f"/api/v1/polls/{poll}/votes", json={"choices": [choice]})

        while not due:  # noqa: ASYNC110  (until the hub has taken both in)
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        [(tell, fact)] = due  # the moment is over
        tell(fact)
        told = {"id": str(post.id), "voters": "2 people have voted", "percents": "50 50"}
        assert await ear.hear() == ("voted", told)

        world.clock.move(timedelta(hours=2))
        while await world.write(polls.end):
            pass
        kind, told = await ear.hear()
        assert (kind, told["id"]) == ("edited", str(post.id))
        assert "ended on" in told["html"]
        assert not ear.wire.sent


async def test_how_a_poll_stands_is_told_to_nobody_while_it_is_hidden(world, ana, visitor, hub, monkeypatch):  # noqa: F811
    monkeypatch.setattr(hubs, "VOTES_TOGETHER", 0.0)
    ben = await world.person("ben")
    asked = {"options": ["Oui", "Non"], "expires_in": 3600, "hide_totals": True}
    post = await world.publish(ana, "On y va ?", poll=asked)
    poll = (await world.client(ana).get(f"/api/v1/statuses/{post.id}")).json()["poll"]["id"]
    async with Ear(visitor, "on=profile:ana&back=/") as ear:
        await started(world)
        await world.client(ben).post(f"/api/v1/polls/{poll}/votes", json={"choices": [0]})

        assert (await ear.hear())[1] == {"id": str(post.id), "voters": "1 person has voted", "percents": ""}
