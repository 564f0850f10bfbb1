"""A post that shares a link shows a card of it, whatever the page behind it does."""

import asyncio
from datetime import timedelta

import pytest

from pinson import schedule
from pinson.domain import links
from pinson.domain.links.previews import PAGE_BYTES
from pinson.lib import reactor
from tests.interfaces.mastodon.test_query_counts import counted, forget
from tests.lib.pictures import bomb, photo
from tests.site import a_site


@pytest.fixture
def settings():
    return {"outgoing.allow_loopback": True}


@pytest.fixture
async def site():
    async with a_site() as site:
        yield site


async def status(world, post, reader=None):
    return (await world.client(reader).get(f"/api/v1/statuses/{post.id}")).json()


async def card_of(world, author, text, **fields):
    """The card that a new post shows once all is done; it is shown once before, without."""
    post = await world.publish(author, text, **fields)
    reader = author if fields else None
    assert (await status(world, post, reader))["card"] is None
    await world.settle()
    return (await status(world, post, reader))["card"]


async def failure(world, url):
    async with world.tools.db.read() as tx:
        return (await links.by_address(tx, url)).failure


async def test_a_post_shows_a_card_of_the_page_it_shares(world, site):
    alice = await world.person("alice")
    site.put("/bird.jpg", photo(900, 600), type="image/jpeg")
    head = """<meta property="og:image" content="bird.jpg"><meta property="og:image:alt" content="A bird">
        <meta name="author" content="Ana"><meta property="article:published_time" content="2026-03-05T08:08:09Z">"""
    url = site.page("/news?a=1", "The <b>title</b> &amp; more", head=head)

    card = await card_of(world, alice, f"See {url}#top, and http://second.example/")

    image = card.pop("image")
    assert card == {
        "url": url,
        "title": "The <b>title</b> & more",
        "description": "",
        "language": "fr",
        "type": "link",
        "author_name": "Ana",
        "author_url": "",
        "provider_name": "",
        "provider_url": "",
        "html": "",
        "width": 587,
        "height": 391,
        "image_description": "A bird",
        "embed_url": "",
        "blurhash": card["blurhash"],
        "published_at": "2026-03-05T08:08:09.000Z",
        "authors": [{"name": "Ana", "url": "", "account": None}],
    }
    assert image.startswith("https://pinson.example/media/")
    assert (await world.client().get(image)).headers["content-type"] == "image/jpeg"
    assert len(card["blurhash"]) == 36
    assert site.paths == ["/news?a=1", "/bird.jpg"]
    assert "User-Agent: Pinson/" in site.asked[0]
    assert "(+https://pinson.example)" in site.asked[0]


async def test_a_page_is_read_once_a_day_however_often_it_is_shared(world, site):
    alice, bob = await world.people("alice", "bob")
    url = site.page("/", "Before")
    first = await world.publish(alice, url)
    await world.settle()

    second = await world.publish(bob, f"{url}#elsewhere", visibility="private")
    await world.settle()
    assert (await status(world, second, bob))["card"]["title"] == "Before"
    assert site.paths == ["/"]

    world.clock.move(timedelta(days=1))
    site.page("/", "After")
    await world.publish(bob, url)
    await world.settle()
    assert site.paths == ["/", "/"]
    assert (await status(world, first))["card"]["title"] == "After"


async def test_an_edit_changes_the_card_with_the_link(world, site):
    alice = await world.person("alice")
    one, two = site.page("/1", "One"), site.page("/2", "Two")
    post = await world.publish(alice, one)
    await world.settle()

    cards = []
    for text in (two, "Nothing any more"):
        await world.client(alice).put(f"/api/v1/statuses/{post.id}", json={"status": text})
        await world.settle()
        cards.append((await status(world, post))["card"])

    assert cards[0]["title"] == "Two"
    assert cards[1] is None


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("https://pinson.example/@alice/1 is ours", {}),
        ("{url} in confidence", {"visibility": "direct"}),
        ("#tag @alice and no link", {}),
    ],
)
async def test_what_shares_nothing_makes_us_ask_nobody(world, site, text, fields):
    alice = await world.person("alice")

    assert await card_of(world, alice, text.format(url=site.url), **fields) is None
    assert site.asked == []


async def slow(_writer):
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"type": "application/pdf"}, "it is no page"),
        ({"type": ""}, "it is no page"),
        ({"body": b"<p>no title"}, "the page has no title"),
        ({"status": "404 Not Found"}, "its server answers 404"),
        ({"status": "403 Forbidden"}, "its server answers 403"),
        ({"status": "302 Found", "headers": "Location: http://10.0.0.1/\r\n"}, "10.0.0.1: this address is not on"),
        ({"status": "302 Found", "headers": "Location: file:///etc/passwd\r\n"}, "only http and https"),
    ],
)
async def test_what_is_no_page_gets_no_card_and_is_left_alone(world, site, answer, why):
    alice = await world.person("alice")
    url = site.put("/", **({"body": b"<title>T</title>"} | answer))

    assert await card_of(world, alice, url) is None

    assert (await failure(world, f"{url}")).startswith(why)
    await retry_all(world, timedelta(hours=2))
    assert site.paths == ["/"]


async def retry_all(world, duration, *, steps=12):
    """Let time pass, and let reactions try again as often as they wish to meanwhile."""
    for _ in range(steps):
        world.clock.move(duration / steps)
        await world.settle()


@pytest.mark.parametrize("status_line", ["500 Oops", "503 Busy", "429 Too Many Requests"])
async def test_what_may_pass_is_tried_again_for_an_hour(world, site, status_line):
    alice = await world.person("alice")
    url = site.put("/", b"", status=status_line)
    assert await card_of(world, alice, url) is None
    post = await world.publish(alice, url)

    await retry_all(world, timedelta(minutes=10), steps=40)
    tries = len(site.paths)
    site.page("/", "Back again")
    await retry_all(world, timedelta(hours=1))

    assert 3 < tries < 12
    assert len(site.paths) == tries + 1
    assert (await status(world, post))["card"]["title"] == "Back again"


async def test_what_never_answers_is_given_up_and_leaves_no_dead_letter(world, site):
    alice = await world.person("alice")
    await world.publish(alice, "http://127.0.0.1:1/")

    await retry_all(world, timedelta(hours=3))

    assert (await failure(world, "http://127.0.0.1:1/")).startswith("127.0.0.1")
    async with world.tools.db.read() as tx:
        assert await reactor.dead_letters(tx) == []
        assert await reactor.waiting(tx) == 0


async def test_a_page_that_dawdles_is_waited_for_no_longer_than_it_deserves(world, site, monkeypatch):
    monkeypatch.setattr("pinson.domain.links.previews.SECONDS", 0.05)
    alice = await world.person("alice")
    site.pages["/"] = slow

    assert await card_of(world, alice, f"{site.url}/") is None

    await retry_all(world, timedelta(hours=3))
    assert await failure(world, f"{site.url}/") == "no whole answer within 0.05 seconds"


async def test_of_a_huge_page_only_the_beginning_is_read(world, site):
    alice = await world.person("alice")
    url = site.page("/", "Huge", head="<!--" + "x" * PAGE_BYTES + "--><meta name=description content=far>")

    card = await card_of(world, alice, url)

    assert (card["title"], card["description"]) == ("Huge", "")


@pytest.mark.parametrize(
    "picture",
    [bomb(60_000, 60_000), b"<svg onload='alert(1)'>", b"\xff\xd8\xff cut off", b"", bytes(9 << 20)],
    ids=["bomb", "svg", "damaged", "empty", "large"],
)
async def test_a_picture_that_cannot_be_shown_leaves_the_card_without(world, site, picture):
    alice = await world.person("alice")
    site.put("/p.png", picture, type="image/png")
    url = site.page("/", "A page", head='<meta property="og:image" content="/p.png">')

    card = await card_of(world, alice, url)

    assert (card["title"], card["image"], card["width"], card["blurhash"]) == ("A page", None, 0, None)


async def test_a_picture_at_a_private_address_is_not_asked_for(world, site):
    alice = await world.person("alice")
    url = site.page("/", "A page", head='<meta property="og:image" content="http://169.254.169.254/latest/meta-data">')

    assert (await card_of(world, alice, url))["image"] is None


async def test_a_page_names_the_account_of_its_author_if_that_account_says_so_too(world, site):
    alice, bob = await world.people("alice", "bob")
    creator = '<meta name="fediverse:creator" content="@alice@pinson.example"><meta name=author content=Ana>'
    url = site.page("/", "By Alice", head=creator)
    post = await world.publish(bob, url)
    await world.settle()
    assert (await status(world, post))["card"]["authors"] == [{"name": "Ana", "url": "", "account": None}]

    client = world.client(alice)
    await client.patch("/api/v1/accounts/update_credentials", json={"attribution_domains": ["127.0.0.1"]})

    [author] = (await status(world, post))["card"]["authors"]
    assert (author["name"], author["url"]) == ("alice", "https://pinson.example/@alice")
    assert author["account"]["id"] == alice.id


async def test_a_link_has_a_timeline_of_the_public_posts_that_share_it(world, site):
    alice, bob = await world.people("alice", "bob")
    url = f"{site.url}/a"
    shared = [await world.publish(author, f"See {url}#{author.username}") for author in (alice, bob, alice)]
    await world.publish(alice, f"{url} quietly", visibility="unlisted")
    await world.publish(alice, f"{url}/b")
    client = world.client()

    first = await client.get("/api/v1/timelines/link", params={"url": url, "limit": 2})
    rest = await client.get(
        "/api/v1/timelines/link", params={"url": url.upper().replace("/A", "/a"), "max_id": shared[1].id}
    )

    assert [one["id"] for one in first.json()] == [str(post.id) for post in shared[:0:-1]]
    assert f"max_id={shared[1].id}" in first.headers["link"]
    assert [one["id"] for one in rest.json()] == [str(shared[0].id)]
    for unknown in ("", "nonsense", "https://unknown.example/"):
        assert (await client.get("/api/v1/timelines/link", params={"url": unknown})).status_code == 404


async def test_a_link_that_no_post_shares_any_more_is_forgotten_with_its_picture(world, site):
    alice, bob = await world.people("alice", "bob")
    site.put("/p.png", photo(90, 60, "PNG"), type="image/png")
    url = site.page("/", "A page", head='<meta property="og:image" content="/p.png">')
    posts = [await world.publish(author, url) for author in (alice, bob)]
    await world.settle()
    picture = (await status(world, posts[0]))["card"]["image"]

    async def left(days):
        world.clock.move(timedelta(days=days))
        await schedule.sweep(world.tools)
        await schedule.sweep(world.tools)
        return (await world.client().get(picture)).status_code

    await world.client(alice).delete(f"/api/v1/statuses/{posts[0].id}")
    assert await left(2) == 200
    await world.client(bob).put(f"/api/v1/statuses/{posts[1].id}", json={"status": "Nothing any more"})
    assert await left(0.5) == 200
    await world.publish(alice, url)
    await world.client(bob).put(f"/api/v1/statuses/{posts[1].id}", json={"status": url})
    assert await left(2) == 200
    for author in (alice, bob):
        for post in (await world.client().get(f"/api/v1/accounts/{author.id}/statuses")).json():
            await world.client(author).delete(f"/api/v1/statuses/{post['id']}")
    assert await left(1.1) == 404
    assert (await world.client().get("/api/v1/timelines/link", params={"url": url})).status_code == 404


async def test_a_page_of_posts_with_cards_costs_one_statement_for_all_links(world, site):
    alice = await world.person("alice")
    for number in range(5):
        await world.publish(alice, site.page(f"/{number}", f"Page {number}"))
    await world.settle()
    await forget(world)

    with counted(world) as statements:
        page = await world.client(alice).get("/api/v1/timelines/public")

    assert [one["card"]["title"] for one in page.json()] == [f"Page {number}" for number in reversed(range(5))]
    assert set(statements.values()) == {1}, statements
