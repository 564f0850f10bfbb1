"""What rises is shown to everyone, until a moderator says no."""

from datetime import timedelta

import pytest

from pinson import schedule
from pinson.domain import links
from pinson.domain.access import UserRole
from pinson.domain.links import commands as link_commands
from tests.interfaces.mastodon.test_query_counts import counted

URL = "https://news.example/story"


@pytest.fixture
async def crowd(world):
    """Four people who write about birds, with a link, and agree to be found."""
    crowd = await world.people("ana", "ben", "cleo", "dan")
    for one in crowd:
        await world.client(one).patch("/api/v1/accounts/update_credentials", json={"discoverable": True})
        await world.publish(one, f"#Birds in the news: {URL}")
    link = await world.ask(links.by_address, URL)
    card = links.Card("Birds!")
    await world.write(link_commands.keep_card, id=link.id, card=card, local_domain="pinson.example")
    return crowd


@pytest.fixture
async def moderator(world):
    return world.client(await world.person("moderator", role=UserRole.MODERATOR))


async def sweep(world):
    """Let the next minute come."""
    world.clock.move(timedelta(minutes=1))
    await schedule.sweep(world.tools)


async def rising(client, what):
    answer = await client.get(f"/api/v1/trends/{what}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_hashtag_that_many_use_rises_with_its_history(world, crowd):
    assert await rising(world.client(), "tags") == []
    await sweep(world)

    [tag] = await rising(world.client(), "tags")

    assert (tag["name"], tag["url"]) == ("Birds", "https://pinson.example/tags/birds")
    assert [(day["uses"], day["accounts"]) for day in tag["history"]][:2] == [("4", "4"), ("0", "0")]
    assert "following" not in tag
    assert (await world.client().get("/api/v1/trends")).json() == [tag]
    await world.client(crowd[0]).post("/api/v1/tags/birds/follow")
    assert (await rising(world.client(crowd[0]), "tags"))[0]["following"] is True
    assert (await rising(world.client(crowd[1]), "tags"))[0]["following"] is False


async def test_a_link_that_many_share_rises_as_its_card(world, crowd):
    await sweep(world)

    [link] = await rising(world.client(), "links")

    assert (link["url"], link["title"]) == (URL, "Birds!")
    assert link["history"][0]["accounts"] == "4"


async def test_a_post_that_many_like_rises_for_those_who_may_see_it(world, crowd):
    ana, *others = crowd
    post = await world.publish(ana, "Look!")
    answer = await world.publish(ana, "And this", in_reply_to_id=str(post.id))
    careful = await world.publish(ana, "Careful", sensitive=True)
    for one in others:
        for id in (post.id, answer.id, careful.id):
            await world.client(one).post(f"/api/v1/statuses/{id}/favourite")
    await sweep(world)
    await world.client(others[0]).post(f"/api/v1/accounts/{ana.id}/block")
    await world.client(others[1]).post(f"/api/v1/accounts/{ana.id}/mute")

    assert [one["id"] for one in await rising(world.client(), "statuses")] == [str(post.id)]
    seen = [len(await rising(world.client(one), "statuses")) for one in others]
    assert seen == [0, 0, 1]


async def test_what_rises_is_paged_by_offset(world, crowd):
    for one in crowd:
        await world.publish(one, "#Ants #Bees")
    await sweep(world)
    client = world.client()

    pages = [await client.get(f"/api/v1/trends/tags?limit=2&offset={offset}") for offset in (0, 2, 4)]
    none = await client.get("/api/v1/trends/tags?limit=0")

    assert [len(page.json()) for page in pages] == [2, 1, 0]
    assert {tag["name"] for page in pages for tag in page.json()} == {"Ants", "Bees", "Birds"}
    base = "https://pinson.example/api/v1/trends/tags?limit=2&offset="
    assert pages[0].headers["link"] == f'<{base}2>; rel="next"'
    assert pages[1].headers["link"] == f'<{base}0>; rel="prev"'
    assert none.json() == []


async def test_asking_what_rises_costs_a_statement_for_each_kind_of_thing(world, crowd):
    await sweep(world)

    for what in ("tags", "links", "statuses"):
        with counted(world) as statements:
            await world.client().get(f"/api/v1/trends/{what}")
        assert sum(statements.values()) <= 3, statements
        assert set(statements.values()) <= {1}, statements


async def test_a_rejected_hashtag_is_gone_at_once_but_for_moderators(world, crowd, moderator):
    await sweep(world)
    [tag] = (await moderator.get("/api/v1/admin/trends/tags")).json()
    assert (tag["trendable"], tag["usable"], tag["listable"], tag["requires_review"]) == (True, True, True, False)

    rejected = (await moderator.post(f"/api/v1/admin/trends/tags/{tag['id']}/reject")).json()
    assert (rejected["id"], rejected["trendable"]) == (tag["id"], False)
    assert await rising(world.client(), "tags") == []
    await sweep(world)
    assert await rising(world.client(), "tags") == []
    assert [one["name"] for one in (await moderator.get("/api/v1/admin/trends/tags")).json()] == ["Birds"]

    await moderator.post(f"/api/v1/admin/trends/tags/{tag['id']}/approve")
    assert [one["name"] for one in await rising(world.client(), "tags")] == ["Birds"]


async def test_a_site_is_judged_and_one_of_its_links_otherwise(world, crowd, moderator):
    await sweep(world)
    [link] = (await moderator.get("/api/v1/admin/trends/links")).json()
    [site] = (await moderator.get("/api/v1/admin/trends/links/publishers")).json()
    assert (site["domain"], site["trendable"], site["reviewed_at"]) == ("news.example", None, None)

    judged = (await moderator.post(f"/api/v1/admin/trends/links/publishers/{site['id']}/reject")).json()
    assert judged["trendable"] is False
    assert judged["reviewed_at"]
    assert await rising(world.client(), "links") == []

    approved = (await moderator.post(f"/api/v1/admin/trends/links/{link['id']}/approve")).json()
    assert (approved["id"], approved["title"], approved["requires_review"]) == (link["id"], "Birds!", False)
    assert [one["url"] for one in await rising(world.client(), "links")] == [URL]

    await moderator.post(f"/api/v1/admin/trends/links/{link['id']}/reject")
    assert await rising(world.client(), "links") == []


async def test_a_post_is_judged(world, crowd, moderator):
    ana, *others = crowd
    post = await world.publish(ana, "Look!")
    for one in others:
        await world.client(one).post(f"/api/v1/statuses/{post.id}/reblog")
    await sweep(world)

    rejected = (await moderator.post(f"/api/v1/admin/trends/statuses/{post.id}/reject")).json()

    assert (rejected["id"], rejected["requires_review"]) == (str(post.id), False)
    assert await rising(world.client(), "statuses") == []
    assert [one["id"] for one in (await moderator.get("/api/v1/admin/trends/statuses")).json()] == [str(post.id)]
    await moderator.post(f"/api/v1/admin/trends/statuses/{post.id}/approve")
    assert len(await rising(world.client(), "statuses")) == 1
    await world.client(ana).delete(f"/api/v1/statuses/{post.id}")
    assert await rising(world.client(), "statuses") == []


async def test_what_is_not_public_cannot_be_judged_and_so_not_be_read(world, crowd, moderator):
    secret = await world.publish(crowd[0], "For you alone", visibility="direct")

    answer = await moderator.post(f"/api/v1/admin/trends/statuses/{secret.id}/approve")

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path", ["tags/1/approve", "links/1/reject", "links/publishers/1/reject", "statuses/1/approve", "tags/x/approve"]
)
async def test_what_is_not_there_cannot_be_judged(moderator, path):
    assert (await moderator.post(f"/api/v1/admin/trends/{path}")).status_code == 404


async def test_there_are_two_verdicts(world, crowd, moderator):
    [tag] = (await moderator.get("/api/v1/admin/tags")).json()

    assert (await moderator.post(f"/api/v1/admin/trends/tags/{tag['id']}/shrug")).status_code == 404


async def test_moderators_change_how_a_hashtag_is_shown_and_what_it_is_for(world, crowd, moderator):
    ana = world.client(crowd[0])
    [tag] = (await moderator.get("/api/v1/admin/tags")).json()
    path = f"/api/v1/admin/tags/{tag['id']}"

    shown = (await moderator.put(path, json={"display_name": "BIRDS", "listable": False})).json()
    found = (await ana.get("/api/v2/search", params={"q": "bir", "type": "hashtags"})).json()["hashtags"]
    closed = (await moderator.put(path, json={"usable": False})).json()
    refused = await ana.post("/api/v1/statuses", json={"status": "More #birds"})
    another = await moderator.put(path, json={"display_name": "Bees"})

    assert (shown["name"], shown["listable"], shown["usable"]) == ("BIRDS", False, True)
    assert "birds" not in [one["name"].lower() for one in found]
    assert (closed["usable"], closed["listable"], closed["name"]) == (False, False, "BIRDS")
    assert refused.status_code == 422
    assert refused.json()["error"] == "Validation failed: Text contained a disallowed hashtag: birds"
    assert another.status_code == 422
    await sweep(world)
    assert await rising(world.client(), "tags") == []
    assert (await moderator.get(path)).json()["name"] == "BIRDS"
    assert (await moderator.get("/api/v1/admin/tags/1")).status_code == 404


async def test_all_hashtags_are_paged_the_newest_first(world, moderator):
    alice = await world.person("alice")
    for name in ("ants", "bees", "cats"):
        await world.publish(alice, f"#{name}")

    first = await moderator.get("/api/v1/admin/tags?limit=2")
    after = first.json()[-1]["id"]
    rest = await moderator.get(f"/api/v1/admin/tags?limit=2&max_id={after}")
    above = await moderator.get(f"/api/v1/admin/tags?limit=1&min_id={rest.json()[0]['id']}")

    assert [[tag["name"] for tag in page.json()] for page in (first, rest, above)] == [
        ["cats", "bees"],
        ["ants"],
        ["bees"],
    ]
    assert f"max_id={after}" in first.headers["link"]


async def test_an_ordinary_person_judges_nothing(world, crowd):
    client = world.client(crowd[0])

    for path in ("trends/tags", "trends/links", "trends/statuses", "trends/links/publishers", "tags"):
        answer = await client.get(f"/api/v1/admin/{path}")
        assert (answer.status_code, answer.json()) == (403, {"error": "This action is not allowed"})
