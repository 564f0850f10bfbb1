"""A page that is kept for strangers is what a process that keeps nothing would say, whatever has happened since."""

import pytest

from pinson.domain.filters import FilteredPosts
from pinson.interfaces import web
from pinson.interfaces.request import Dispatcher
from pinson.interfaces.shortlinks import ShortLinks
from tests.interfaces.mastodon.test_custom_emojis import offer
from tests.interfaces.web.visitor import Visitor

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
    pages = web.interface(world.tools, web.Cards(FilteredPosts()))
    new = Dispatcher(world.tools, [pages], front=ShortLinks(world.tools))
    anew = await open_all(world.client(application=new), paths)

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
