"""Explore and search: what rises and why, who can be found, and what is found."""

import pytest

from pinson.domain import trends
from tests.interfaces.web.test_reading import texts
from tests.interfaces.web.visitor import Visitor

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
async def ana(world):
    ana = await world.person("ana", display_name="Ana Lopez", note="Cryogénie #aimants")
    await agree(world, ana)
    return ana


async def agree(world, person):
    """Let a person be found, and their posts."""
    both = {"discoverable": True, "indexable": True}
    await world.client(person).patch("/api/v1/accounts/update_credentials", json=both)


async def risen(world):
    await trends.refresh(world.tools.db, now=world.clock.now())


async def test_what_rises_is_shown_with_the_reason_in_words(world, ana, visitor):
    people = [*await world.people("ben", "cleo", "dora", "eli", "fanny"), ana]
    for one in people:
        post = await world.publish(one, "Collisions #LHC")
    for one in people[:5]:
        await world.client(one).post(f"/api/v1/statuses/{post.id}/favourite")
    await risen(world)

    page = await visitor.open("/explore")
    in_french = await Visitor(world, lang="fr").open("/explore")

    assert "#LHC 6 accounts in 24 hours, 0 on a usual day" in page.text
    assert "Collisions #LHC Ana Lopez · liked or repeated 5 times" in page.text
    assert "#LHC 6\u00a0comptes en 24\u00a0heures, 0\u00a0un jour ordinaire" in in_french.text


async def test_only_those_who_agreed_to_be_found_are_shown_to_strangers(world, ana, visitor):
    shy = await world.person("ben")
    for one in (ana, shy):
        await world.publish(one, "Bonjour")

    page = await visitor.open("/explore")

    found = page.html[page.html.index('id="people"') : page.html.index("Latest posts")]
    assert 'href="/@ana"' in found
    assert 'href="/@ben"' not in found


async def test_a_stranger_finds_people_and_hashtags_but_not_what_posts_say(world, ana, visitor):
    await world.publish(ana, "Le cryostat est froid #Cryo")
    await world.settle()

    assert "/@ana" in (await visitor.open("/search?q=lopez")).links
    assert "/tags/cryo" in (await visitor.open("/search?q=cry")).links
    page = await visitor.open("/search?q=cryostat")
    assert texts(page) == []
    assert "Nothing was found for “cryostat”" in page.text
    assert "/auth/sign_in?next=%2Fsearch%3Fq%3Dcryostat" in page.links


async def test_a_member_finds_what_posts_say_page_by_page_and_by_operators(world, ana, visitor):
    await world.person("ben")
    for number in range(25):
        await world.publish(ana, f"Le tram {number} repart", language="fr")
    await world.settle()
    await visitor.sign_in("ben")

    first = await visitor.open("/search?q=tram")
    (older,) = [link for link in first.links if "max_id" in link]
    second = await visitor.open(older)

    assert [*texts(first), *texts(second)] == [f"Le tram {number} repart" for number in reversed(range(25))]
    assert len(texts(await visitor.open("/search?q=tram+language:fr+-24&kind=posts"))) == 20
    assert texts(await visitor.open("/search?q=tram+language:en")) == []


@pytest.mark.parametrize("path", ["/@ana", "/@ana/{id}", "/tags/cryo"])
async def test_the_address_of_a_page_leads_to_it(world, ana, visitor, path):
    post = await world.publish(ana, "Froid #Cryo")
    path = path.format(id=post.id)

    answer = await visitor.client.get("/search", params={"q": f"https://pinson.example{path}"})

    assert answer.headers["location"] == path
    for elsewhere in ("https://evil.example/@ana", "https://pinson.example//evil.example", "//evil.example"):
        assert (await visitor.client.get("/search", params={"q": elsewhere})).status_code == 200


async def test_before_anything_is_searched_it_says_how(visitor):
    page = await visitor.open("/search")

    assert "language:fr" in page.text
    assert "/search?q=has%3Aimage" in page.links


async def test_nothing_that_was_typed_or_found_becomes_markup(world, visitor):
    eve = await world.person("eve", display_name=EVIL[:30], note=EVIL)
    await agree(world, eve)
    await world.publish(eve, EVIL)

    for path in (f"/search?q={EVIL}", "/search?q=eve", f"/search?q=eve&kind={EVIL}", "/explore"):
        page = await visitor.client.get(path)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
