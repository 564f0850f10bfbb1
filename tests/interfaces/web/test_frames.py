"""Live events, what was taken out of them, and their replays, in frames on other sites."""

import re
from datetime import timedelta
from html import unescape

import pytest

from pinson.domain import events
from tests.interfaces.own.test_events_api import STEPS, made, told
from tests.interfaces.web.test_wall import texts
from tests.interfaces.web.visitor import Visitor
from tests.world import URL

EVENT = "/e/premieres-collisions"
FRAMES = [f"{EVENT}/embed", f"{EVENT}/extrait/embed", f"{EVENT}/revivre/embed"]
PAGES = [EVENT, f"{EVENT}/extrait?number[]=2&number[]=1&order=oldest", f"{EVENT}/revivre"]


@pytest.fixture
async def event(world):
    """Ana's event with four messages, which goes on."""
    ana = await world.person("ana", display_name='Le "Laboratoire"')
    event = await made(world, ana, gauge_unit="TeV", gauge_steps=STEPS, place="Genève", language="fr", hashtag="LHC")
    for text in ("Un", "Deux", "Trois", "Quatre"):
        await told(world, ana, event, text, is_key=text == "Trois", gauge=1.75 if text == "Deux" else None)
    return ana, event


@pytest.mark.parametrize("path", FRAMES)
async def test_any_site_may_show_it_and_it_acts_for_nobody(world, event, path):
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    page = await visitor.client.get(path)

    policy = page.headers["content-security-policy"]
    assert page.status_code == 200
    assert "frame-ancestors *" in policy
    assert "form-action 'none'" in policy
    assert "unsafe" not in policy
    assert "x-frame-options" not in page.headers
    assert "set-cookie" not in page.headers
    assert page.headers["cache-control"].startswith("public")
    assert '<form method="post"' not in page.text
    assert '<base target="_blank">' in page.text
    assert '<html lang="fr">' in page.text
    known = await visitor.client.get(path, headers={"if-none-match": page.headers["etag"]})
    assert known.status_code == 304


@pytest.mark.parametrize("path", PAGES)
async def test_what_is_no_frame_is_shown_by_no_other_site(world, event, path):
    page = await Visitor(world).client.get(path)

    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


async def test_an_event_in_a_frame_says_what_its_wall_says(world, event):
    page = await Visitor(world).open(FRAMES[0])

    assert texts(page.html) == ["Quatre", "Trois", "Deux", "Un"]
    assert page.html.count("data-key") == 1
    assert "1,75\N{NO-BREAK SPACE}TeV" in page.html
    assert "En direct" in page.html
    assert f'href="{URL}{EVENT}"' in page.html


async def test_an_event_in_a_frame_moves_only_until_it_is_over(world, event):
    during = await Visitor(world).open(FRAMES[0])
    world.clock.move(timedelta(days=2))
    after = await Visitor(world).open(FRAMES[0])

    assert "frame.js" in during.html
    assert "script-src 'self'" in during.headers["content-security-policy"]
    assert "<script" not in after.html
    assert "script-src" not in after.headers["content-security-policy"]


async def test_what_is_paused_on_the_wall_is_paused_elsewhere(world, event):
    ana, event = event
    await world.write(events.pause, id=int(event["id"]), account_id=ana.account_id, is_paused=True)

    assert texts((await Visitor(world).open(FRAMES[0])).html) == []


async def test_what_was_chosen_is_shown_in_its_order(world, event):
    visitor = Visitor(world)

    assert texts((await visitor.open(FRAMES[1])).html) == ["Quatre", "Trois", "Deux", "Un"]
    chosen = await visitor.open(f"{FRAMES[1]}?number[]=1&number[]=4&order=oldest")
    assert texts(chosen.html) == ["Un", "Quatre"]
    assert texts((await visitor.open(f"{FRAMES[1]}?only=key")).html) == ["Trois"]
    assert "<script" not in chosen.html


@pytest.mark.parametrize("path", PAGES)
async def test_another_site_finds_the_frame_by_the_address_of_the_page(world, event, path):
    visitor = Visitor(world)
    page = await visitor.client.get(path)
    (found,) = re.findall(r'type="application/json\+oembed" href="([^"]*)"', page.text)

    shown = (await visitor.client.get(unescape(found).removeprefix(URL))).json()

    assert (shown["type"], shown["title"]) == ("rich", "Premières collisions")
    assert (shown["author_name"], shown["author_url"]) == ('Le "Laboratoire"', f"{URL}/@ana")
    (frame,) = re.findall(r'src="([^"]*)"', shown["html"])
    there = await visitor.client.get(unescape(frame).removeprefix(URL))
    assert there.status_code == 200
    assert "frame-ancestors *" in there.headers["content-security-policy"]
    if "extrait" in path:
        assert texts(there.text) == ["Un", "Deux"]


@pytest.mark.parametrize("path", PAGES[:2])
async def test_the_page_offers_what_to_copy_into_ones_own(world, event, path):
    page = await Visitor(world).open(path)
    (code,) = re.findall(r'<code class="copy">(.*?)</code>', page.html, re.DOTALL)

    (frame,) = re.findall(r'^<iframe src="([^"]*)"', unescape(code))
    answer = await Visitor(world).client.get(unescape(frame).removeprefix(URL))
    assert answer.status_code == 200
    assert "/embed" in frame


async def test_a_title_does_not_break_out_of_what_is_copied(world):
    ana = await world.person("ana")
    event = await made(world, ana, title='Le "jour" <J> & la nuit', slug="jour-j")
    await told(world, ana, event, "Un")

    page = await Visitor(world).open("/e/jour-j/extrait")
    (code,) = re.findall(r'<code class="copy">(.*?)</code>', page.html, re.DOTALL)
    (title,) = re.findall(r'title="([^"]*)"></iframe>$', unescape(code))
    assert unescape(title) == event["title"]
    shown = (await Visitor(world).client.get("/api/oembed", params={"url": f"{URL}/e/jour-j"})).json()
    assert 'title="Le &quot;jour&quot; &lt;J&gt; &amp; la nuit"' in shown["html"]


@pytest.mark.parametrize("path", [*FRAMES, f"{EVENT}/mur", f"{EVENT}/revivre"])
async def test_of_a_suspended_account_nothing_is_shown_anywhere(world, event, path):
    ana, _ = event
    moderator = await world.person("mod", role="admin")
    answer = await world.client(moderator).post(f"/api/v1/admin/accounts/{ana.id}/action", json={"type": "suspend"})
    assert answer.status_code == 200

    assert (await Visitor(world).open(path)).status == 404
    assert (await Visitor(world).client.get("/api/oembed", params={"url": f"{URL}{path}"})).status_code == 404


@pytest.mark.parametrize("path", ["/e/nothing", "/e/nothing/extrait", "/e/premieres-collisions/edit"])
async def test_what_is_no_page_of_an_event_is_shown_nowhere(world, event, path):
    assert (await Visitor(world).client.get("/api/oembed", params={"url": f"{URL}{path}"})).status_code == 404
    assert (await Visitor(world).open(f"{path}/embed")).status == 404
