"""Addresses in a message become short links where its account wants that; everybody else sees plain links."""

import re
from datetime import timedelta

import pytest

from pinson import publishing
from pinson.domain import accounts, links, posts, shortlinks
from pinson.domain.accounts import Changes, DefaultsChanges
from pinson.domain.links import Card
from pinson.domain.links.commands import keep_card
from pinson.domain.shortlinks import Channel, Checked
from pinson.lib.paging import Page
from tests.world import URL

SHORT = re.compile(rf"{URL}/[2-9a-z]{{7}}(?![\w/])")


async def wants_short_links(world, person, *, wanted=True):
    posting = DefaultsChanges(shorten_links=wanted)
    await world.write(accounts.change, account_id=person.account_id, changes=Changes(), posting=posting)


@pytest.fixture
async def cern(world):
    cern = await world.person("cern")
    await wants_short_links(world, cern)
    return cern


async def links_of(world, post):
    return await world.ask(shortlinks.of_post, post.id)


async def edit(world, person, post, text):
    answer = await world.client(person).put(f"/api/v1/statuses/{post.id}", json={"status": text})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_address_becomes_a_link_of_its_message(world, cern):
    text = "One https://a.example/x, two (https://b.example/y?z=1#w), again https://a.example/x and http://a.b."

    post = await world.publish(cern, text)

    one, two, again, three = SHORT.findall(post.text)
    assert post.text == f"One {one}, two ({two}), again {one} and {three}."
    assert (again, len({one, two, three})) == (one, 3)
    assert f'<a href="{two}"' in post.html
    assert "b.example" not in post.html
    assert [link.target for link in await links_of(world, post)] == [
        "https://a.example/x",
        "https://b.example/y?z=1#w",
        "http://a.b",
    ]
    led = await world.client().get(two.removeprefix(URL), headers={"user-agent": "curl/8"})
    assert led.headers["location"] == "https://b.example/y?z=1#w"


async def test_who_does_not_want_it_keeps_addresses_as_typed(world):
    post = await world.publish(await world.person("plain"), "https://a.example/x")

    assert post.text == "https://a.example/x"
    assert await links_of(world, post) == []


@pytest.mark.parametrize(
    "address",
    [
        f"{URL}/@cern",
        f"{URL}/2345bcd",
        "http://192.168.0.1/",
        "https://me:secret@a.example/",
        "https://bad.example/x",
    ],
)
async def test_what_no_short_link_may_lead_to_stays_as_typed(world, cern, address):
    await world.write(shortlinks.close_site, host="bad.example", reason="It takes passwords.")

    post = await world.publish(cern, f"See {address} now")

    assert post.text == f"See {address} now"
    assert await links_of(world, post) == []


async def test_a_direct_message_tells_nobody_what_its_reader_opens(world, cern):
    await world.person("bob")

    post = await world.publish(cern, "@bob https://a.example/x", visibility="direct")

    assert post.text == "@bob https://a.example/x"


async def test_mentions_and_hashtags_around_a_link_stay_what_they_are(world, cern):
    await world.person("bob")

    post = await world.publish(cern, "https://a.example/x?" + "y" * 300 + " @bob #LHC")

    assert 'class="u-url mention"' in post.html
    assert post.tags == ("lhc",)
    assert len(post.text) < 60


async def test_another_edit_keeps_the_codes(world, cern):
    post = await world.publish(cern, "Look https://a.example/x")
    [code] = SHORT.findall(post.text)

    same = await edit(world, cern, post, "Look https://a.example/x")
    kept = await edit(world, cern, post, f"Look again {code} https://a.example/x and https://c.example/")
    source = (await world.client(cern).get(f"/api/v1/statuses/{post.id}/source")).json()["text"]

    assert same["edited_at"] is None
    assert source.startswith(f"Look again {code} {code} and {URL}/")
    assert kept["content"].count(code.removeprefix("https://")) >= 2
    assert len(await links_of(world, post)) == 2


async def test_each_message_has_clicks_of_its_own(world, cern):
    made = [await world.publish(cern, "https://a.example/x") for _ in range(2)]
    code = SHORT.findall(made[0].text)[0].removeprefix(URL)

    await world.client().get(code, headers={"user-agent": "Mozilla/5.0 Firefox/132.0"})
    await world.tools.clicks.flush()

    assert [[link.people for link in await links_of(world, post)] for post in made] == [[1], [0]]


async def test_a_link_made_before_belongs_to_the_message_it_first_stands_in(world, cern):
    [made] = await world.write(
        shortlinks.make, account_id=cern.account_id, wishes=[Checked(target="https://a.example/x")]
    )
    short = f"{URL}/{made.codes[Channel.MESSAGE]}"
    other = await world.person("other")

    theirs = await world.publish(other, f"Look {short}")
    first = await world.publish(cern, f"Look {short}")
    second = await world.publish(cern, f"Once more {short}")

    assert [await links_of(world, post) != [] for post in (theirs, first, second)] == [False, True, False]


async def test_a_message_written_anew_keeps_its_links(world, cern):
    post = await world.publish(cern, "Look https://a.example/x")

    removed = (await world.client(cern).delete(f"/api/v1/statuses/{post.id}")).json()
    anew = await world.publish(cern, removed["text"])

    assert anew.text == post.text
    assert [link.target for link in await links_of(world, anew)] == ["https://a.example/x"]


@pytest.mark.parametrize("settings", [{"short_url": "https://pin.example"}])
async def test_the_card_is_of_the_target_and_leads_there_by_the_short_link(world, cern):
    post = await world.publish(cern, "https://a.example/news and https://b.example/")
    [shared] = (await world.ask(links.by_ids, [post.link_id])).values()
    await world.write(keep_card, id=shared.id, card=Card("News"), local_domain="pinson.example")

    before = (await world.client().get(f"/api/v1/statuses/{post.id}")).json()["card"]
    page = await world.client().get(f"/@cern/{post.id}")
    after = (await edit(world, cern, post, f"Edited: {post.text}"))["card"]

    assert shared.url == "https://a.example/news"
    assert (before["title"], before["url"]) == ("News", post.text.partition(" ")[0])
    assert before["url"].startswith("https://pin.example/")
    assert after == before
    assert f'class="preview" href="{before["url"]}"' in page.text


async def test_a_post_for_later_gets_its_links_when_it_is_published(world, cern):
    later = (world.clock.now() + timedelta(hours=1)).isoformat()
    form = {"status": "Look https://a.example/x", "scheduled_at": later}
    kept = (await world.client(cern).post("/api/v1/statuses", json=form)).json()
    assert kept["params"]["text"] == form["status"]

    world.clock.move(timedelta(hours=2))
    await publishing.publish_due(world.tools, now=world.clock.now())

    [status] = (await world.client(cern).get(f"/api/v1/accounts/{cern.id}/statuses")).json()
    assert SHORT.search(status["content"])


async def test_a_message_sent_twice_makes_its_links_once(world, cern):
    form = {"status": "https://a.example/x"}
    for _ in range(2):
        await world.client(cern).post("/api/v1/statuses", json=form, headers={"idempotency-key": "k"})

    made = await world.ask(shortlinks.of_account, cern.account_id, Page(None, None, None, 40))
    assert len(made) == 1


def test_a_text_says_by_which_short_link_it_shares():
    bases = frozenset({URL})

    assert posts.short_link_in(f"a {URL}/@cern {URL}/2345bcd", bases=bases) == f"{URL}/2345bcd"
    assert posts.short_link_in(f"a https://b.example/ {URL}/2345bcd", bases=bases) is None
    assert posts.short_link_in("a https://b.example/", bases=bases) is None


async def test_in_an_event_each_message_has_clicks_of_its_own(world, cern):
    begin = world.clock.now() - timedelta(hours=1)
    about = {"title": "Collisions", "zone": "Europe/Zurich", "starts_at": begin.isoformat()}
    about["ends_at"] = (begin + timedelta(hours=8)).isoformat()
    client = world.client(cern)
    event = (await client.post("/api/pinson/v1/events", json=about)).json()
    told = []
    for number in range(5):
        said = {"status": f"Photo {number} https://a.example/photos"}
        told.append((await client.post(f"/api/pinson/v1/events/{event['id']}/messages", json=said)).json())

    found = await world.ask(posts.posts, [int(one["id"]) for one in told])
    codes = [SHORT.findall(found[int(one["id"])].text)[0].removeprefix(URL) for one in told]
    for times, code in enumerate(codes):
        for _ in range(times):
            await world.client().get(code, headers={"user-agent": "Mozilla/5.0 Firefox/132.0"})
        await world.client().get(code, headers={"user-agent": "Mastodon/4.4.0 (http.rb/5.3.1; +https://a.example/)"})
    await world.tools.clicks.flush()

    counted = [(await links_of(world, found[int(one["id"])]))[0] for one in told]
    assert [(link.people, link.machines) for link in counted] == [(times, 1) for times in range(5)]
