"""Pages that anybody reads: profiles, days, posts with their threads, hashtags, explore."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from pinson.domain import accounts
from tests.interfaces.web.visitor import Visitor


def texts(page):
    """What the posts of a page say, in order."""
    found = re.findall(r'<div class="text e-content"[^>]*>(.*?)</div>', page.html, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", text) for text in found]


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Ana Lopez", note="Cryogénie #aimants")


@pytest.fixture
async def stranger(world):
    return Visitor(world)


async def test_a_profile_shows_what_is_public_parted_by_days(world, ana, stranger):
    await world.publish(ana, "La veille")
    world.clock.move(timedelta(days=1))
    await world.publish(ana, "Feu vert")
    await world.publish(ana, "Entre nous", visibility="private")

    page = await stranger.open("/@ana")

    assert texts(page) == ["Feu vert", "La veille"]
    assert page.html.index("Tuesday 31 March 2026") < page.html.index("Monday 30 March 2026")
    assert "Ana Lopez" in page.text
    assert "#aimants" in page.text


async def test_a_profile_leads_on_to_older_posts_and_back(world, ana, stranger):
    for number in range(25):
        await world.publish(ana, f"Message {number}")

    first = await stranger.open("/@ana")
    (older,) = [link for link in first.links if "max_id" in link]
    second = await stranger.open(older)
    (newer,) = [link for link in second.links if "min_id" in link]

    assert [*texts(first), *texts(second)] == [f"Message {number}" for number in reversed(range(25))]
    assert texts(await stranger.open(newer)) == texts(first)


async def test_replies_to_others_stand_on_a_tab_of_their_own(world, ana, stranger):
    ben = await world.person("ben")
    asked = await world.publish(ben, "Alors ?")
    await world.publish(ana, "@ben Bientôt", in_reply_to_id=str(asked.id))

    assert texts(await stranger.open("/@ana")) == []
    assert texts(await stranger.open("/@ana/with_replies")) == ["@ben Bientôt"]


async def test_what_is_pinned_comes_first_and_what_is_passed_on_says_by_whom(world, ana, stranger):
    ben = await world.person("ben", display_name="Ben")
    post = await world.publish(ben, "Le tram 18 repart")
    pinned = await world.publish(ana, "Bienvenue")
    await world.client(ana).post(f"/api/v1/statuses/{pinned.id}/pin")
    await world.client(ana).post(f"/api/v1/statuses/{post.id}/reblog")

    page = await stranger.open("/@ana")

    assert texts(page) == ["Bienvenue", "Le tram 18 repart", "Bienvenue"]
    assert "Ana Lopez @ana repeated" in page.text


@pytest.mark.parametrize(("query", "order"), [("", -1), ("?order=oldest", 1)])
async def test_a_day_is_a_numbered_page_in_either_order(world, ana, stranger, query, order):
    world.clock.move(datetime(2026, 3, 31, 21, 59, tzinfo=UTC) - world.clock.now())  # 23:59 in Paris
    await world.publish(ana, "La veille")
    world.clock.move(datetime(2026, 4, 1, 6, 40, tzinfo=UTC) - world.clock.now())
    for number in range(3):
        await world.publish(ana, f"Message {number}")

    page = await stranger.open(f"/@ana/2026-04-01{query}")

    assert texts(page) == [f"Message {number}" for number in range(3)][::order]
    assert 'start="3"' in page.html or order == 1
    assert "1 April 2026, 08:40" in page.text
    assert "Europe/Paris" in page.text


async def test_a_range_of_days_is_a_page_too(world, ana, stranger):
    await world.publish(ana, "Un")
    world.clock.move(timedelta(days=1))
    await world.publish(ana, "Deux")

    assert texts(await stranger.open("/@ana/2026-03-30..2026-03-31")) == ["Deux", "Un"]


@pytest.mark.parametrize(
    "what", ["2026-02-30", "2026-03-31..2026-03-30", "0001-01-01..9999-12-31", "9999-12-31", "today", "1" * 30]
)
async def test_an_address_that_names_no_day_and_no_post_is_not_found(ana, stranger, what):
    assert (await stranger.open(f"/@ana/{what}")).status == 404


async def test_the_page_of_a_post_shows_its_thread(world, ana, stranger):
    ben = await world.person("ben")
    root = await world.publish(ana, "Arrêt imprévu")
    answer = await world.publish(ben, "@ana Grave ?", in_reply_to_id=str(root.id))
    await world.publish(ana, "@ben Non", in_reply_to_id=str(answer.id))

    page = await stranger.open(f"/@ben/{answer.id}")

    assert texts(page) == ["Arrêt imprévu", "@ana Grave ?", "@ben Non"]
    assert 'class="chosen"' in page.html
    assert (await stranger.client.get(f"/@ana/{answer.id}")).headers["location"] == f"/@ben/{answer.id}"


async def test_only_those_it_is_for_find_a_post(world, ana, stranger):
    ben = await world.person("ben")
    await world.follow(ben, ana)
    post = await world.publish(ana, "Entre nous", visibility="private")
    follower = Visitor(world)
    await follower.sign_in("ben")

    assert (await stranger.open(f"/@ana/{post.id}")).status == 404
    assert texts(await follower.open(f"/@ana/{post.id}")) == ["Entre nous"]
    assert texts(await follower.open("/@ana")) == ["Entre nous"]


async def test_a_hashtag_is_one_page_however_it_is_written(world, ana, stranger):
    await world.publish(ana, "Collisions #Météo")

    for name in ("Météo", "meteo", "METEO"):
        assert texts(await stranger.open(f"/tags/{name}")) == ["Collisions #Météo"]
    assert "Nobody has published under #lhc yet" in (await stranger.open("/tags/lhc")).text
    assert (await stranger.open("/tags/1984")).status == 404


async def test_explore_shows_what_is_public(world, ana, stranger):
    await world.publish(ana, "Pour tous")
    await world.publish(ana, "Sans annonce", visibility="unlisted")

    assert texts(await stranger.open("/explore")) == ["Pour tous"]


async def test_a_public_page_may_be_held_and_is_not_sent_twice(world, ana, stranger):
    await world.publish(ana, "Un")
    first = await stranger.open("/@ana")
    etag = first.headers["etag"]

    assert "public" in first.headers["cache-control"]
    assert "set-cookie" not in first.headers
    assert (await stranger.client.get("/@ana", headers={"if-none-match": etag})).status_code == 304
    await world.publish(ana, "Deux")
    assert (await stranger.client.get("/@ana", headers={"if-none-match": etag})).status_code == 200


async def test_what_a_member_sees_is_held_by_nobody(world, ana, stranger):
    await world.publish(ana, "Un")
    await stranger.sign_in("ana")

    page = await stranger.open("/@ana")

    assert page.headers["cache-control"] == "no-store"
    assert "etag" not in page.headers


async def test_what_is_edited_deleted_or_renamed_shows_at_once(world, ana, stranger):
    post = await world.publish(ana, "Première version")
    await stranger.open("/@ana")
    app = world.client(ana)

    await app.put(f"/api/v1/statuses/{post.id}", json={"status": "Seconde version"})
    await app.patch("/api/v1/accounts/update_credentials", json={"display_name": "Ana L."})
    changed = await stranger.open("/@ana")
    await app.delete(f"/api/v1/statuses/{post.id}")

    assert texts(changed) == ["Seconde version"]
    assert "edited on 30 March 2026, 15:06" in changed.text
    assert changed.html.count("Ana L.") > 1
    assert texts(await stranger.open("/@ana")) == []


async def test_nothing_that_people_write_becomes_markup(world, stranger):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    eve = await world.person("eve", display_name=evil[:30], note=evil)
    app = world.client(eve)
    fields = [{"name": evil, "value": evil}]
    await app.patch("/api/v1/accounts/update_credentials", json={"fields_attributes": fields})
    post = await world.publish(eve, evil, spoiler_text=evil)

    for path in ("/@eve", f"/@eve/{post.id}", "/explore", "/@eve/2026-03-30"):
        page = await stranger.open(path)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "<img src=x" not in page.html


async def test_a_suspended_account_has_no_page(world, ana, stranger):

    post = await world.publish(ana, "Un")
    await world.write(accounts.suspend, account_id=ana.account_id)

    assert (await stranger.open("/@ana")).status == 404
    assert (await stranger.open(f"/@ana/{post.id}")).status == 404
    assert texts(await stranger.open("/explore")) == []


async def test_french_pages_are_french_to_the_dates_and_spaces(world, ana):
    await world.publish(ana, "Alors : prêts !", language="fr")
    visitor = Visitor(world, lang="fr")

    page = await visitor.open("/@ana")

    assert "lundi 30 mars 2026" in page.text
    assert texts(page) == ["Alors\u202f: prêts\u202f!"]
