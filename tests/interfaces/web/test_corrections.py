"""A message and what corrects it lead to each other, wherever they are shown."""

import feedparser
import pytest

from tests.interfaces.web.visitor import Visitor


async def corrected(world, person):
    """A message, and one that corrects it: their ids."""
    wrong = await world.publish(person, "Un à-coup de courant", language="fr")
    answer = await world.client(person).post(
        f"/api/pinson/v1/messages/{wrong.id}/corrections", json={"status": "Non, un circuit voisin", "language": "fr"}
    )
    assert answer.status_code == 200, answer.text
    return str(wrong.id), answer.json()["message_id"]


async def test_the_cards_of_both_lead_to_each_other_until_one_is_deleted(world):
    ana = await world.person("ana")
    visitor = Visitor(world)
    assert "Corrected on" not in (await visitor.open("/@ana?lang=en")).html  # kept from before, it would be wrong
    wrong, right = await corrected(world, ana)

    page = (await visitor.open("/@ana?lang=en")).html
    assert f'href="/@ana/{right}"' in page[page.index("Corrected on") :][:200]
    assert f'href="/@ana/{wrong}"' in page[page.index("Corrects the message of") :][:200]

    await world.client(ana).delete(f"/api/v1/statuses/{right}")
    assert "Corrected on" not in (await visitor.open("/@ana?lang=en")).html


async def test_apps_are_told_of_both_beside_what_they_know(world):
    ana = await world.person("ana")
    client = world.client(ana)
    before = await world.publish(ana, "Rien de particulier")
    assert "pinson" not in (await client.get(f"/api/v1/statuses/{before.id}")).json()

    wrong, right = await corrected(world, ana)
    first, second = [(await client.get(f"/api/v1/statuses/{id}")).json() for id in (wrong, right)]
    assert (first["pinson"]["corrected_by_id"], first["pinson"]["corrected_at"]) == (right, second["created_at"])
    assert second["pinson"]["corrects_id"] == wrong

    await client.delete(f"/api/v1/statuses/{wrong}")
    assert "pinson" not in (await client.get(f"/api/v1/statuses/{right}")).json()


async def test_the_history_of_both_says_so_too(world):
    ana = await world.person("ana")
    wrong, right = await corrected(world, ana)
    visitor = Visitor(world)

    for id, said, other in ((wrong, "Corrected on", right), (right, "Corrects the message of", wrong)):
        page = (await visitor.open(f"/posts/{id}/history?lang=en")).html
        assert f'href="/@ana/{other}"' in page[page.index(said) :][:200]
    versions = (await world.client(ana).get(f"/api/v1/statuses/{wrong}/history")).json()
    assert [version.get("pinson", {}).get("corrected_by_id") for version in versions] == [right]


@pytest.mark.parametrize("kind", ["atom", "rss"])
async def test_feeds_say_that_a_message_was_corrected_since_and_where(world, kind):
    ana = await world.person("ana")
    wrong, right = await corrected(world, ana)

    feed = feedparser.parse((await world.client().get(f"/@ana/feed.{kind}")).content)

    latest, first = feed.entries
    for entry, said, other in ((first, "Ce message a été rectifié", right), (latest, "Rectifie un message", wrong)):
        related = [link.href for link in entry.links if link.rel == "related"]
        assert related == [f"https://pinson.example/@ana/{other}"]
        assert said in entry.content[0].value if kind == "atom" else entry.description
    if kind == "atom":
        assert first.updated == latest.published


async def test_a_json_feed_says_it_too(world):
    ana = await world.person("ana")
    _, right = await corrected(world, ana)

    items = (await world.client().get("/@ana/feed.json")).json()["items"]

    assert items[1]["_pinson"] == {"related": [f"https://pinson.example/@ana/{right}"]}
