"""What programs read on public pages, as microformats: whose they are, and what was published, when and where.

Read by the rules of https://microformats.org/wiki/microformats2-parsing, as far as these pages use them.
"""

import re
from datetime import datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.interfaces.web.visitor import Visitor

ROOT, PROPERTY = re.compile(r"h-[a-z]+"), re.compile(r"(?:p|u|dt|e)-([a-z-]+)")


def items(node):
    """The microformats in an element, outermost first: (types, properties, those in it that are nobody's property)."""
    found, child = [], node.child
    while child is not None:
        types = [name for name in classes(child) if ROOT.fullmatch(name)]
        found += [(types, properties(child), items(child))] if types else items(child)
        child = child.next
    return found


def properties(root):
    """The properties of a microformat; one that is a link has its address, unless it says another."""
    held = within(root)
    if "url" not in held and root.tag == "a":
        held["url"] = [root.attributes["href"]]
    return held


def within(root):
    """What the elements in it are, but for those that belong to another microformat in it."""
    held, child = {}, root.child
    while child is not None:
        types = [name for name in classes(child) if ROOT.fullmatch(name)]
        for name in classes(child):
            if (match := PROPERTY.fullmatch(name)) is not None:
                held.setdefault(match[1], []).append((types, properties(child)) if types else value(child, name))
        if not types:
            for name, values in within(child).items():
                held.setdefault(name, []).extend(values)
        child = child.next
    return held


def classes(node):
    return (node.attributes.get("class") or "").split() if node.is_element_node else []


def value(node, name):
    attributes = node.attributes
    return {
        "u": attributes.get("href") or attributes.get("src"),
        "d": attributes.get("datetime"),
    }.get(name[0]) or node.text().strip()


async def read(world, path):
    body = LexborHTMLParser((await Visitor(world).open(path)).html).body
    return items(body)


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

    assert card[0] == ["h-card"]
    assert card[1]["name"] == ["ana"]
    assert card[1]["url"] == card[1]["uid"] == ["/@ana"]
    assert card[1]["photo"][0].startswith("/")
    assert feed[0] == ["h-feed"]
    assert [types for types, _, _ in feed[2]] == [["h-entry"]]


@pytest.mark.parametrize("path", ["/@ana", "/@ben", "/@ana/{first}", "/@ben/{quote}", "/tags/lhc"])
async def test_each_entry_has_one_author_one_moment_one_address_and_what_it_says(world, town, path):
    _, _, first, _, quote = town
    roots = await read(world, path.format(first=first.id, quote=quote.id))
    entries = [one for root in roots for one in (root, *root[2]) if "h-entry" in one[0]]

    assert entries
    for _, entry, _ in entries:
        assert len(entry["author"]) == len(entry["published"]) == len(entry["url"]) == len(entry["content"]) == 1
        types, author = entry["author"][0]
        assert types == ["h-card"]
        assert author["name"][0] in ("ana", "ben")
        assert author["url"] == [f"/@{author['name'][0]}"]
        assert datetime.fromisoformat(entry["published"][0]).tzinfo
        assert entry["url"][0].startswith(f"/@{author['name'][0]}/")


async def test_what_is_quoted_is_cited_and_who_passed_on_is_no_author(world, town):
    _, _, first, _, quote = town

    [entry] = [one for _, one, _ in await read(world, f"/@ben/{quote.id}") if "content" in one]
    [(types, cited)] = entry["quotation-of"]

    assert types == ["h-cite"]
    assert cited["url"] == [f"/@ana/{first.id}"]
    assert cited["author"][0][1]["name"] == ["ana"]
