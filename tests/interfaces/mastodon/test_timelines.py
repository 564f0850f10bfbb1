"""Timelines with all that one can ask of them: hashtags together, media only, and paging that loses nothing."""

import pytest

from pinson.domain import posts
from tests.interfaces.mastodon.test_accounts import cursors
from tests.interfaces.mastodon.test_status_media import a_picture

TAG = "/api/v1/timelines/tag/lhc"


async def shown(world, path, who=None):
    """The texts on a timeline, without their markup for paragraphs."""
    answer = await world.client(who).get(path)
    assert answer.status_code == 200, answer.text
    ids = [int(one["id"]) for one in answer.json()]
    found = await world.ask(posts.posts, ids)
    return [found[id].text for id in ids]


@pytest.fixture
async def alice(world):
    """Somebody who wrote about colliders."""
    alice = await world.person("alice")
    for text in ("1 #LHC", "2 #LHC #Énergie", "3 #LHC #météo", "4 #énergie", "5 #LHC #energie #météo", "6 #météo"):
        await world.publish(alice, text)
    return alice


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", "5321"),
        ("?any[]=energie", "54321"),
        ("?any[]=energie&any[]=METEO", "654321"),
        ("?all[]=énergie", "52"),
        ("?all[]=énergie&all[]=meteo", "5"),
        ("?none[]=energie", "31"),
        ("?any[]=météo&none[]=energie", "631"),
        ("?any[]=énergie&all[]=météo", "53"),
        ("?all[]=unheard_of", ""),
        ("?any[]=unheard_of&none[]=unheard_of&any[]=1&none[]=a-b", "5321"),
        ("?all[]=lhc&all[]=lhc&all[]=lhc&all[]=lhc&all[]=unheard_of", "5321"),
        ("?local=true", "5321"),
        ("?remote=true", ""),
        ("?local=true&remote=true", "5321"),
        ("?only_media=true", ""),
    ],
)
async def test_hashtags_are_read_together_or_apart(world, alice, query, numbers):
    assert "".join(text[0] for text in await shown(world, TAG + query)) == numbers


async def test_a_narrowed_hashtag_is_paged_both_ways(world, alice):
    query = f"{TAG}?any[]=meteo&none[]=energie&limit=2"

    first = await world.client().get(query)
    second = await world.client().get(f"{query}&{cursors(first)['next']}")
    back = await world.client().get(f"{query}&{cursors(second)['prev']}")

    texts = [[one["content"][3] for one in page.json()] for page in (first, second, back)]
    assert texts == [["6", "3"], ["1"], ["6", "3"]]
    assert "any%5B%5D=meteo&none%5B%5D=energie" in first.headers["link"]


@pytest.mark.parametrize("hashtag", ["unheard_of", "123", "a-b"])
async def test_a_hashtag_that_nobody_has_used_or_could_use_is_empty(world, hashtag):
    assert await shown(world, f"/api/v1/timelines/tag/{hashtag}") == []


async def test_a_hashtag_is_found_once_somebody_uses_it(world, alice):
    assert await shown(world, "/api/v1/timelines/tag/nouveau") == []

    await world.publish(alice, "Tout #nouveau")

    assert len(await shown(world, "/api/v1/timelines/tag/nouveau")) == 1


async def test_what_has_media_can_be_asked_for_alone(world, alice):
    client = world.client(alice)
    picture = (await client.post("/api/v2/media", files={"file": ("x.png", a_picture())})).json()["id"]
    post = await world.publish(alice, "The curve #LHC", media_ids=[picture])
    await world.publish(alice, "No curve #LHC")
    paths = (
        "/api/v1/timelines/public?only_media=true",
        "/api/v1/timelines/public?only_media=true&local=true",
        f"{TAG}?only_media=true",
        f"/api/v1/accounts/{alice.id}/statuses?only_media=true",
    )

    with_picture = [await shown(world, path) for path in paths]
    await client.put(f"/api/v1/statuses/{post.id}", json={"status": "The curve is gone #LHC"})

    assert with_picture == [["The curve #LHC"]] * 4
    assert [await shown(world, path) for path in paths] == [[]] * 4
    assert await shown(world, "/api/v1/timelines/public?remote=true") == []


async def test_a_profile_can_be_read_under_one_hashtag(world, alice):
    bob = await world.person("bob")
    await world.publish(bob, "Bob's #LHC")
    path = f"/api/v1/accounts/{alice.id}/statuses?tagged="

    assert [text[0] for text in await shown(world, f"{path}M%C3%89T%C3%89O")] == ["6", "5", "3"]
    assert await shown(world, f"{path}unheard_of") == await shown(world, f"{path}1") == []


async def test_a_rare_mix_of_hashtags_is_found_far_below_what_memory_holds(world, alice):
    for number in range(60):
        await world.publish(alice, f"{number} #LHC")

    assert [text[0] for text in await shown(world, f"{TAG}?all[]=meteo&limit=1")] == ["5"]
    assert [text[0] for text in await shown(world, f"{TAG}?all[]=meteo&min_id=0&limit=1")] == ["3"]
