"""A new password for somebody who forgot theirs."""

import re
import time
from datetime import timedelta

import pytest

from pinson.interfaces.web import passwords
from tests.interfaces.web.visitor import Visitor, visitor_from

NEW = "a new and longer one"


async def asked(world, visitor, email="alice@mail.example"):
    """The page that answers, once letters are sent."""
    page = await visitor.send(await visitor.open("/auth/password"), email=email)
    await world.settle()
    return page


def link_of(world):
    """The path that the newest letter leads to."""
    text = world.letters()[-1].get_body(("plain",)).get_content()
    return re.search(r"https://pinson\.example(/\S+)", text)[1]


async def test_nobody_learns_who_is_here(world):
    await world.person("alice")
    known = await asked(world, Visitor(world))
    unknown = await asked(world, Visitor(world), "nobody@mail.example")

    assert (known.status, known.text) == (unknown.status, unknown.text.replace("nobody@", "alice@"))
    assert [letter["to"] for letter in world.letters()] == ["alice@mail.example"]


async def test_the_time_an_answer_takes_tells_nothing_either(world, visitor):
    await world.person("alice")
    took = []
    for email in ("alice@mail.example", "nobody@mail.example"):
        page = await visitor.open("/auth/password")
        began = time.perf_counter()
        await visitor.send(page, email=email)
        took.append(time.perf_counter() - began)

    assert min(took) >= passwords.LEVEL


async def test_a_new_password_replaces_the_old_and_all_it_opened(world, visitor):
    alice = await world.person("alice")
    elsewhere = Visitor(world)
    await elsewhere.sign_in("alice")
    await asked(world, visitor)

    page = await visitor.send(await visitor.open(link_of(world)), password=NEW)

    assert "Your password has changed" in page.text
    assert "Sign out" not in (await elsewhere.open("/")).text
    assert (await world.client(alice).get("/api/v1/accounts/verify_credentials")).status_code == 401
    assert (await visitor.sign_in("alice")).status == 400
    assert "Sign out" in (await visitor.sign_in("alice", NEW)).text


async def test_a_link_works_once_and_for_an_hour(world, visitor):
    await world.person("alice")
    await asked(world, visitor)
    first = link_of(world)
    world.clock.move(timedelta(hours=1))
    late = await visitor.send(await visitor.open(first), password=NEW)
    await asked(world, visitor)
    pages = [await visitor.send(await visitor.open(link_of(world)), password=NEW) for _ in range(2)]

    assert (late.status, "This link is no longer valid." in late.text) == (422, True)
    assert [page.status for page in pages] == [200, 422]


async def test_the_language_can_change_half_way(world, visitor):
    await world.person("alice")
    await asked(world, visitor)
    short = await visitor.send(await visitor.open(link_of(world)), password="short")

    french = await visitor.open(next(link for link in short.links if link.endswith("lang=fr")))
    page = await visitor.send(french, password=NEW)

    assert "Votre mot de passe a changé" in page.text


async def test_a_password_that_is_too_short_spends_no_link(world, visitor):
    await world.person("alice")
    await asked(world, visitor)

    short = await visitor.send(await visitor.open(link_of(world)), password="short")
    page = await visitor.send(short, password=NEW)

    assert 'id="password-problem">A password has at least 8 characters.' in short.html
    assert page.status == 200


@pytest.mark.parametrize("settings", [{"limits.enabled": True, "limits.sign_up_per_30_minutes": 2}])
async def test_letters_to_one_address_are_limited_known_or_not(world):
    await world.person("alice")
    statuses = {
        email: [(await asked(world, visitor_from(world, f"192.0.2.{n}"), email)).status for n in range(3)]
        for email in ("alice@mail.example", "nobody@mail.example")
    }

    assert statuses == {"alice@mail.example": [200, 200, 429], "nobody@mail.example": [200, 200, 429]}
    assert len(world.letters()) == 2
