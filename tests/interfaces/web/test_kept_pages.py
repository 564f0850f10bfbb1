"""A page that is kept for strangers is what a process that keeps nothing would say, whatever has happened since."""

import asyncio
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.app import FACTS
from pinson.domain import accounts, posts
from pinson.domain.filters import FilteredPosts
from pinson.interfaces import web
from pinson.interfaces.request import Dispatcher
from pinson.interfaces.shortlinks import ShortLinks
from pinson.interfaces.web.shelf import NAMING, Kept, Shelf
from tests.domain import town as towns
from tests.domain.town import Town
from tests.interfaces.mastodon.test_custom_emojis import offer
from tests.interfaces.mastodon.test_query_counts import counted
from tests.interfaces.web.visitor import Visitor
from tests.world import open_world

PATHS = ("/@ana", "/@ana/with_replies", "/tags/jazz", "/explore", "/", "/@ana/feed.atom", "/@ana/feed.json")


async def rename(world, ana, _post):
    await world.client(ana).patch("/api/v1/accounts/update_credentials", data={"display_name": "Ana & fils"})


async def publish(world, ana, _post):
    await world.publish(ana, "Encore #jazz")


async def delete(world, ana, post):
    await world.client(ana).delete(f"/api/v1/statuses/{post.id}")


async def edit(world, ana, post):
    await world.client(ana).put(f"/api/v1/statuses/{post.id}", json={"status": "Autre chose #jazz"})


async def pin(world, ana, post):
    await world.client(ana).post(f"/api/v1/statuses/{post.id}/pin")


async def like(world, _ana, post):
    bob = await world.person("bob")
    await world.client(bob).post(f"/api/v1/statuses/{post.id}/favourite")


async def follow(world, ana, _post):
    bob = await world.person("bob")
    await world.follow(bob, ana)


async def offer_emoji(world, _ana, _post):
    await offer(world, "star")


async def open_all(client, paths):
    answers = [await client.get(path, headers={"accept-language": lang}) for lang in ("fr", "en") for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return answers


def new_process(world, cards):
    """A stranger's browser, and a process that keeps what these cards keep: nothing at first."""
    pages = web.interface(world.tools, cards, world.machine.plays)
    return world.client(application=Dispatcher(world.tools, [pages], front=ShortLinks(world.tools)))


@pytest.mark.parametrize("act", [rename, publish, delete, edit, pin, like, follow, offer_emoji])
async def test_a_kept_page_says_what_is_true_now(world, act):
    ana = await world.person("ana", display_name="Ana :star:", note="Musique #jazz")
    kept = await world.publish(ana, "Ce soir #jazz")
    post = await world.publish(ana, "Demain #jazz")
    paths = [*PATHS, f"/@ana/{kept.id}"]
    stranger = world.client()
    before = await open_all(stranger, paths)

    await act(world, ana, post)
    after = await open_all(stranger, paths)
    anew = await open_all(new_process(world, web.Cards(FilteredPosts())), paths)

    assert [page.text for page in after] == [page.text for page in anew]
    assert [page.headers["etag"] for page in after] == [page.headers["etag"] for page in anew]
    assert before[0].text != after[0].text


async def test_whoever_knows_a_kept_page_is_told_so_until_it_changes(world):
    ana = await world.person("ana")
    await world.publish(ana, "Ce soir")
    stranger = world.client()
    known = {"if-none-match": (await stranger.get("/@ana")).headers["etag"]}

    same = await stranger.get("/@ana", headers=known)
    await world.publish(ana, "Demain")
    changed = await stranger.get("/@ana", headers=known)

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200


async def test_strangers_get_nothing_of_what_a_member_sees_at_the_same_address(world):
    ana = await world.person("ana")
    await world.publish(ana, "Ce soir")
    member, stranger = Visitor(world), Visitor(world)
    await member.sign_in("ana")

    seen = [await visitor.open("/@ana") for visitor in (stranger, member, stranger, member)]

    assert seen[0].html == seen[2].html
    assert "csrf" not in seen[2].html
    assert 'name="csrf"' in seen[1].html
    assert 'name="csrf"' in seen[3].html


async def test_a_page_that_stands_is_answered_as_one_that_was_just_made_and_without_a_statement(world):
    ana = await world.person("ana")
    post = await world.publish(ana, "Ce soir #jazz")
    stranger = world.client()

    for path in ("/@ana", "/@ana/with_replies", "/tags/jazz", f"/@ana/{post.id}"):
        made = await stranger.get(path)
        known = {"if-none-match": made.headers["etag"]}
        with counted(world) as statements:
            stands, nothing_new = await stranger.get(path), await stranger.get(path, headers=known)
        assert statements == {}
        assert (stands.headers, stands.content, stands.status_code) == (made.headers, made.content, 200)
        assert (nothing_new.status_code, nothing_new.content) == (304, b"")
        assert made.headers.items() - nothing_new.headers.items() == {
            ("content-length", made.headers["content-length"]),
            ("content-type", "text/html; charset=utf-8"),
        }


async def test_what_a_process_keeps_is_stale_once_another_has_written(tmp_path):
    async with open_world(tmp_path, {}) as one:
        ana, ben = await one.people("ana", "ben")
        await one.follow(ben, ana)
        await one.publish(ana, "Ce soir")
        async with open_world(tmp_path, {}) as two:
            stranger = two.client()
            before = (
                [await stranger.get("/@ana"), await stranger.get("/@ana")],
                await two.home(ben),
                await two.home(ben),
            )

            await one.publish(ana, "Demain")
            after = await stranger.get("/@ana"), await two.home(ben)

    assert all("Demain" not in page.text for page in before[0])
    assert "Demain" in after[0].text
    assert [post.text for post in after[1]] == ["Demain", "Ce soir"]


async def test_what_a_page_shows_of_the_clock_is_late_by_as_much_as_proxies_may_be_and_no_more(world):
    ana = await world.person("ana")
    await world.publish(ana, "Ce soir")
    stranger = world.client()
    await stranger.get("/@ana")

    world.clock.move(timedelta(seconds=9))
    with counted(world) as still:
        await stranger.get("/@ana")
    world.clock.move(timedelta(seconds=1))
    with counted(world) as again:
        await stranger.get("/@ana")

    assert (bool(still), bool(again)) == (False, True)


async def test_a_page_with_a_poll_that_goes_on_is_made_of_what_is_true_each_time(world):
    ana = await world.person("ana")
    await world.publish(ana, "Alors ?", poll={"options": ["Oui", "Non"], "expires_in": 300})
    stranger = world.client()
    before = await stranger.get("/@ana")

    world.clock.move(timedelta(seconds=301))
    after = await stranger.get("/@ana")

    assert before.text != after.text


TOLD = ("/@ana", "/@ben/with_replies", "/@cleo/media", "/@ana/tagged/lhc", "/tags/lhc")


async def replay(story):
    """After each step of a story, ask for each page, and compare it with one of a process that keeps nothing."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_world(Path(folder), {}) as world:
            tools = world.tools
            town = Town(tools.db, tools.timelines, tools.hub, tools.circles, tools.standing, tools.shapes)
            town.now = world.clock.now()
            await town.populate()
            cards = web.Cards(FilteredPosts())
            stranger, other = world.client(), new_process(world, cards)
            for step in story:
                await town.take(step)
                async with tools.db.read() as tx:
                    await cards.load(tx)
                for path in [*TOLD, *(f"/@{name}/{id}" for name in ("ana", "ben") for id in town.posts[:2])]:
                    kept, anew = await stranger.get(path), await other.get(path)
                    assert (kept.status_code, kept.text) == (anew.status_code, anew.text), f"{path} after {step}"


def test_whatever_happens_in_a_town_its_kept_pages_tell_it():
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
    @given(st.lists(towns.step, min_size=10, max_size=25))
    def told(story):
        asyncio.run(replay(story))

    told()


NOW = datetime.fromisoformat("2026-03-30T13:06:00Z")
LATER = NOW + timedelta(seconds=10)


def a_page(shelf, *of, size=100):
    return Kept({}, bytes(size), "etag", [], frozenset(of), shelf.seen, LATER)


def test_a_fact_of_a_kind_that_nobody_thought_of_makes_every_page_stale():
    shelf = Shelf()
    for kind in FACTS:
        shelf.keep(("/",), a_page(shelf, 7))
        values = dict.fromkeys(kind.__struct_fields__, 1) | {"at": NOW}
        shelf.apply(kind(**values))
        assert (shelf.fresh(("/",), now=NOW) is not None) == (kind in NAMING), kind


def test_a_page_stands_until_a_fact_names_what_it_shows():
    shelf = Shelf()
    shelf.keep(("/a",), a_page(shelf, 7, 8))
    shelf.keep(("/b",), a_page(shelf, 9))

    shelf.apply(accounts.AccountChanged(at=NOW, account_id=8))

    assert shelf.fresh(("/a",), now=NOW) is None
    assert shelf.fresh(("/b",), now=NOW) is not None
    assert shelf.fresh(("/b",), now=LATER) is None


def test_what_stands_under_a_topic_is_named_by_a_post_that_joins_it():
    shelf = Shelf()
    post = posts.Shape(1, 2, posts.Visibility.PUBLIC, 3, None, (), (4, 5), boost_of_id=6)
    for id in range(1, 7):
        shelf.keep((id,), a_page(shelf, id))

    shelf.apply(posts.PostPublished(at=NOW, post=post))

    assert [id for id in range(1, 7) if shelf.fresh((id,), now=NOW)] == []


def test_a_page_that_was_made_while_a_fact_came_is_not_taken_for_what_is_true_after_it():
    shelf = Shelf()
    page = a_page(shelf, 7)

    shelf.apply(accounts.AccountChanged(at=NOW, account_id=7))
    shelf.keep(("/",), page)

    assert shelf.fresh(("/",), now=NOW) is None


def test_the_shelf_is_bounded_whatever_is_asked_for_and_whatever_happens():
    shelf = Shelf(most=100_000, most_touched=100)
    for number in range(1000):
        shelf.keep((number,), a_page(shelf, *range(20), size=1000))
        shelf.apply(accounts.AccountChanged(at=NOW, account_id=number))

    assert len(shelf._touched) <= 101
    assert sum(shelf.get((number,)) is not None for number in range(1000)) <= 50


async def answer_what_nobody_sees(world, people, line):
    await world.publish(people[2], "À côté", in_reply_to_id=str(line[3].id))


async def delete_what_nobody_sees(world, people, line):
    await world.client(people[1]).delete(f"/api/v1/statuses/{line[2].id}")


@pytest.mark.parametrize(("act", "where"), [(answer_what_nobody_sees, 0), (delete_what_nobody_sees, 1)])
async def test_a_kept_page_of_a_post_shows_its_thread_as_it_is_now(world, act, where):
    people = ana, ben, cleo = await world.people("ana", "ben", "cleo")
    await world.follow(ana, ben)
    await world.follow(cleo, ben)
    line = [await world.publish(ana, "0")]
    for number in range(1, 4):  # for those who follow ben
        line.append(await world.publish(ben, f"{number}", in_reply_to_id=str(line[-1].id), visibility="private"))
    line.append(await world.publish(ana, "4", in_reply_to_id=str(line[-1].id)))
    stranger = world.client()
    paths = [f"/@ana/{line[0].id}", f"/@ana/{line[-1].id}"]
    before = await open_all(stranger, paths)

    await act(world, people, line)
    after = await open_all(stranger, paths)
    anew = await open_all(new_process(world, web.Cards(FilteredPosts())), paths)

    assert [page.text for page in after] == [page.text for page in anew]
    assert before[where].text != after[where].text
