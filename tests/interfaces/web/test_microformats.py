"""What programs read on public pages, as microformats: whose they are, and what was published, when and where.

Read by a parser that is not ours (mf2py, by extruct), so that what we believe of the rules is not in the way.
"""

from datetime import datetime, timedelta

import extruct
import pytest

from tests.interfaces.web.visitor import Visitor
from tests.world import URL


async def read(world, path):
    """The microformats of a page, outermost first."""
    page = await Visitor(world).open(path)
    return extruct.extract(page.html, base_url=URL + path, syntaxes=["microformat"])["microformat"]


def entries(roots):
    """The entries among them, and in the feeds among them."""
    return [one for root in roots for one in (root, *root.get("children", ())) if "h-entry" in one["type"]]


@pytest.fixture
async def town(world):
    ana, ben = await world.people("ana", "ben")
    first = await world.publish(ana, "Feu vert #LHC @ben")
    reply = await world.publish(ben, "@ana Bravo", in_reply_to_id=first.id)
    quote = await world.publish(ben, "Voyez", quoted_status_id=first.id)
    await world.client(ben).post(f"/api/v1/statuses/{first.id}/reblog")
    return ana, ben, first, reply, quote


async def test_a_profile_is_a_card_and_a_feed_of_entries(world, town):
    card, feed = await read(world, "/@ana")

    assert card["type"] == ["h-card"]
    assert card["properties"]["name"] == ["ana"]
    assert card["properties"]["url"] == card["properties"]["uid"] == [f"{URL}/@ana"]
    assert card["properties"]["photo"][0]["value"].startswith(f"{URL}/")
    assert feed["type"] == ["h-feed"]
    assert [one["type"] for one in feed["children"]] == [["h-entry"]]


@pytest.mark.parametrize("path", ["/@ana", "/@ben", "/@ana/{first}", "/@ben/{quote}", "/tags/lhc"])
async def test_each_entry_has_one_author_one_moment_one_address_and_what_it_says(world, town, path):
    _, _, first, _, quote = town
    found = entries(await read(world, path.format(first=first.id, quote=quote.id)))

    assert found
    for entry in (one["properties"] for one in found):
        assert len(entry["author"]) == len(entry["published"]) == len(entry["url"]) == len(entry["content"]) == 1
        author = entry["author"][0]
        assert author["type"] == ["h-card"]
        (name,) = author["properties"]["name"]
        assert name in ("ana", "ben")
        assert author["properties"]["url"] == [f"{URL}/@{name}"]
        assert len(author["properties"]["photo"]) == 1
        assert datetime.fromisoformat(entry["published"][0]).tzinfo
        assert entry["url"][0].startswith(f"{URL}/@{name}/")


async def test_what_is_quoted_is_cited_and_who_passed_on_is_no_author(world, town):
    _, _, first, _, quote = town

    [entry] = [one["properties"] for one in entries(await read(world, f"/@ben/{quote.id}"))]
    [cited] = entry["quotation-of"]

    assert cited["type"] == ["h-cite"]
    assert cited["properties"]["url"] == [f"{URL}/@ana/{first.id}"]
    assert cited["properties"]["author"][0]["properties"]["name"] == ["ana"]


async def test_an_edited_post_says_what_it_says_now_and_since_when(world, town):
    ana, _, first, _, _ = town
    world.clock.move(timedelta(hours=1))
    await world.client(ana).put(f"/api/v1/statuses/{first.id}", json={"status": "Feu rouge", "language": "fr"})

    entry = entries(await read(world, f"/@ana/{first.id}"))[0]["properties"]

    assert (entry["content"][0]["value"], entry["content"][0]["lang"]) == ("Feu rouge", "fr")
    written, changed = (datetime.fromisoformat(entry[name][0]) for name in ("published", "updated"))
    assert changed - written == timedelta(hours=1)
