"""A collection has a page that anyone may open: who is in it, and by whom it is."""

import pytest

from pinson.domain import accounts
from tests.interfaces.mastodon.test_query_counts import counted, forget
from tests.interfaces.web.visitor import Visitor


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Ana")


async def some_people(world, count):
    people = [await world.person(f"p{number}", note=f"I am <b>{number}</b>") for number in range(count)]
    for one in people:
        await world.client(one).patch("/api/v1/accounts/update_credentials", data={"discoverable": "true"})
    return people


async def collection(world, owner, people, **said):
    """Its path."""
    body = {"name": "Birds of the river", "account_ids": [one.id for one in people], "discoverable": True, **said}
    answer = await world.client(owner).post("/api/v1/collections", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["collection"]["url"].removeprefix("https://pinson.example")


async def test_anyone_sees_who_is_in_it_and_by_whom_it_is(world, ana, visitor):
    people = await some_people(world, 2)
    path = await collection(world, ana, people, description="They write of herons", tag_name="Herons", language="en")

    page = await visitor.open(f"{path}?lang=en")

    assert page.status == 200
    for said in ("Birds of the river", "They write of herons", "Ana", "@p0", "I am <b>1</b>", "2 accounts"):
        assert said in page.text, said
    assert {"/@p0", "/@p1", "/@ana", "/tags/herons", "/@ana/collections"} <= set(page.links)
    assert '<h1 lang="en">' in page.html
    assert "noindex" in page.html  # Ana did not agree to be found by search engines
    assert "2 comptes" in (await visitor.open(f"{path}?lang=fr")).text


async def test_it_is_kept_by_proxies_and_known_again(world, ana, visitor):
    path = await collection(world, ana, await some_people(world, 1))
    answer = await world.client().get(path)
    again = await world.client().get(path, headers={"if-none-match": answer.headers["etag"]})

    assert answer.headers["cache-control"].startswith("public")
    assert again.status_code == 304


async def test_who_is_hidden_or_gone_is_not_there(world, ana, visitor):
    one, other = await some_people(world, 2)
    path = await collection(world, ana, [one, other])
    await world.write(accounts.suspend, account_id=one.account_id)

    assert "@p0" not in (await visitor.open(path)).text
    assert "@p1" in (await visitor.open(path)).text
    await world.write(accounts.suspend, account_id=ana.account_id)
    assert (await visitor.open(path)).status == 404
    assert (await visitor.open("/collections/1")).status == 404


async def test_one_that_may_upset_is_shown_at_a_second_tap(world, ana, visitor):
    path = await collection(world, ana, await some_people(world, 1), sensitive=True)

    assert "<details" in (await visitor.open(path)).html


async def test_a_member_follows_from_there(world, ana):
    [one] = await some_people(world, 1)
    path = await collection(world, ana, [one])
    ben = await world.person("ben")
    visitor = Visitor(world)
    await visitor.sign_in("ben")

    page = await visitor.open(path)
    [form] = [form for form in page.forms if form.action == f"/people/{one.id}"]
    answer = await visitor.client.post(form.action, data=form.fields | {"do": "follow"})

    assert answer.headers["location"] == path
    assert "You follow them" in (await visitor.open(path)).text
    assert (await world.client(ben).get(f"/api/v1/accounts/relationships?id[]={one.id}")).json()[0]["following"]


async def test_who_is_in_it_may_leave_for_good(world, ana):
    [one] = await some_people(world, 1)
    path = await collection(world, ana, [one])
    visitor = Visitor(world)
    await visitor.sign_in("p0")
    page = await visitor.open(path)
    [form] = [form for form in page.forms if form.action == f"{path}/leave"]

    answer = await visitor.client.post(form.action, data=form.fields)
    page = await visitor.open(answer.headers["location"])

    assert "You have left this collection." in page.text
    assert "Nobody is in this collection yet." in page.text


async def test_nobody_takes_out_somebody_else(world, ana):
    [one] = await some_people(world, 1)
    path = await collection(world, ana, [one])
    await world.person("ben")
    ben, there = Visitor(world), Visitor(world)
    await ben.sign_in("ben")
    await there.sign_in("p0")
    [form] = [form for form in (await there.open(path)).forms if form.action == f"{path}/leave"]
    token = (await ben.open(path)).forms[0].fields["csrf"]

    answer = await ben.client.post(form.action, data=form.fields | {"csrf": token})

    assert answer.status_code == 403
    assert "@p0" in (await there.open(path)).text


async def test_an_account_lists_its_collections_and_hides_those_that_are_not_to_be_found(world, ana, visitor):
    assert "/@ana/collections" not in (await visitor.open("/@ana")).links
    assert "Ana has made no collection yet." in (await visitor.open("/@ana/collections")).text
    people = await some_people(world, 1)
    await collection(world, ana, people)
    await collection(world, ana, people, name="Between us", discoverable=False)
    own = Visitor(world)
    await own.sign_in("ana")

    assert "/@ana/collections" in (await visitor.open("/@ana")).links
    shown = (await visitor.open("/@ana/collections")).text
    assert "Birds of the river" in shown
    assert "Between us" not in shown
    assert "Between us" in (await own.open("/@ana/collections")).text


async def test_a_large_one_costs_no_more_statements_than_a_small_one(world, ana):
    people = await some_people(world, 9)
    found = []
    for count in (2, 9):
        path = await collection(world, ana, people[:count])
        await forget(world)
        with counted(world) as statements:
            await world.client().get(path)
        found.append(statements.total())

    assert found[0] == found[1]
