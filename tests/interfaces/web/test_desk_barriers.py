"""Whoever runs the server says at the desk what is let in, and moderators what people come upon; both can be undone."""

from datetime import timedelta

import pytest

from pinson.domain import moderation, servers, trends
from pinson.domain.access import UserRole, blocks
from pinson.domain.access.blocks import NetworkSeverity, NetworkTerms
from pinson.domain.moderation import Moderator
from pinson.domain.servers import Terms
from pinson.lib.paging import Page
from tests.interfaces.mastodon.test_query_counts import counted
from tests.interfaces.web.visitor import Visitor

ALL = Page(None, None, None, 40)


@pytest.fixture
async def desk(world):
    """An administrator's browser, at the desk."""
    await world.person("root", role=UserRole.ADMIN)
    visitor = Visitor(world)
    await visitor.sign_in("root")
    return visitor


async def press(visitor, page, action, **filled):
    """Send the first form whose address is this, or else begins or ends so."""
    actions = [form.action for form in page.forms]
    found = [at for at, one in enumerate(actions) if one == action]
    found += [at for at, one in enumerate(actions) if one.startswith(action) or one.endswith(action)]
    return await visitor.send(page, form=found[0], **filled)


@pytest.mark.parametrize("path", ["servers", "email_domains", "networks"])
async def test_only_whoever_runs_the_server_says_what_is_let_in(world, desk, path):
    await world.person("mona", role=UserRole.MODERATOR)
    moderator = Visitor(world)
    await moderator.sign_in("mona")

    assert (await desk.open(f"/moderation/{path}")).status == 200
    assert (await moderator.open(f"/moderation/{path}")).status == 404
    assert (await moderator.open("/moderation/trends")).status == 200


async def test_a_server_is_kept_at_a_distance_changed_let_in_and_shut_out_again_by_undo(world, desk):
    page = await desk.open("/moderation/servers")
    page = await press(desk, page, "/moderation/servers", domain="https://Spam.example/x", private_comment="Publicité")
    assert "spam.example" in page.text
    page = await desk.open(next(link for link in page.links if "/moderation/servers/" in link))
    page = await desk.send(page, severity="suspend", reject_media="1", private_comment="Publicité")
    (block,) = await world.ask(servers.blocks, ALL)
    assert (block.severity, block.reject_media, block.private_comment) == ("suspend", True, "Publicité")

    page = await press(desk, page, "/lift")
    assert await world.ask(servers.blocks, ALL) == []
    await press(desk, page, "/moderation/servers")

    (again,) = await world.ask(servers.blocks, ALL)
    assert (again.domain, again.severity, again.reject_media, again.private_comment) == (
        "spam.example",
        "suspend",
        True,
        "Publicité",
    )
    register = (await desk.open("/moderation/register")).text
    assert "root @root let back in the server spam.example" in register


async def test_an_e_mail_domain_is_shut_out_and_the_page_says_how_often_it_was_tried(world, desk):
    page = await desk.open("/moderation/email_domains")
    page = await press(desk, page, "/moderation/email_domains", domain="throwaway.example")
    form = await Visitor(world).open("/auth/sign_up")
    visitor = Visitor(world)
    refused = await visitor.send(
        await visitor.open("/auth/sign_up"),
        **{"username": "zoe", "email": "zoe@throwaway.example", "password": "correct horse", "agreement": "1"},
    )
    assert (form.status, refused.status) == (200, 422)
    assert "Tried 1 time this week" in (await desk.open("/moderation/email_domains")).text

    page = await press(desk, await desk.open("/moderation/email_domains"), "/lift")
    assert await world.ask(blocks.email_domain_blocks, ALL) == []
    await press(desk, page, "/moderation/email_domains")
    assert [one.domain for one in await world.ask(blocks.email_domain_blocks, ALL)] == ["throwaway.example"]


async def test_a_network_is_shut_out_for_a_while_but_never_ones_own(world, desk):
    page = await desk.open("/moderation/networks")
    own = await press(desk, page, "/moderation/networks", ip="192.0.2.0/24", severity="no_access")
    nonsense = await press(desk, page, "/moderation/networks", ip="somewhere")
    page = await press(desk, page, "/moderation/networks", ip="198.51.100.7", severity="no_access", lasts="day")

    assert (own.status, nonsense.status, page.status) == (422, 422, 200)
    assert "you are in this network yourself" in own.text
    (block,) = await world.ask(blocks.network_blocks, ALL)
    assert (block.expires_at - world.clock.now()).days == 1
    assert (await world.client(address="198.51.100.7").get("/about")).status_code == 403

    page = await press(desk, page, "/lift")
    assert (await world.client(address="198.51.100.7").get("/about")).status_code == 200
    await press(desk, page, "/moderation/networks")
    assert (await world.client(address="198.51.100.7").get("/about")).status_code == 403


async def test_what_rises_is_kept_from_people_and_shown_again(world, desk):
    people = await world.people("ana", "ben", "cleo", "dan")
    await world.client(people[0]).patch("/api/v1/accounts/update_credentials", json={"discoverable": True})
    post = await world.publish(people[0], "Marée #météo")
    for one in people:
        await world.publish(one, "Ah #météo")
        await world.client(one).post(f"/api/v1/statuses/{post.id}/favourite")
    await trends.refresh(world.tools.db, now=world.clock.now())

    async def seen():
        app = world.client(people[0])
        return [len((await app.get(f"/api/v1/trends/{kind}")).json()) for kind in ("tags", "statuses")]

    assert await seen() == [1, 1]
    for kind, after in (("tags", [0, 1]), ("posts", [0, 0])):
        page = await press(desk, await desk.open("/moderation/trends"), f"/moderation/trends/{kind}/", do="reject")
        assert await seen() == after
    assert page.text.count("People do not see that it rises") == 2
    for kind in ("tags", "posts"):
        await press(desk, await desk.open("/moderation/trends"), f"/moderation/trends/{kind}/", do="allow")
    assert await seen() == [1, 1]
    burnt = await press(desk, page, "/moderation/trends/tags/", do="burn")
    assert burnt.status == 400


async def test_a_hashtag_is_found_and_what_it_may_be_used_for_is_changed(world, desk):
    ana = await world.person("ana")
    await world.publish(ana, "Ah #meteofrance")
    page = await desk.open("/moderation/tags?q=météo")
    form = await desk.open(next(link for link in page.links if "/moderation/tags/" in link))

    assert (await desk.send(form, display_name="Pluie")).status == 422
    fields = form.forms[0].fields
    fields.pop("usable")
    fields.pop("listable")
    after = await desk.send(form, display_name="MétéoFrance")

    assert "#MétéoFrance" in after.text
    assert "Nobody may use it" in (await desk.open("/moderation/tags?q=meteo")).text
    refused = await world.client(ana).post("/api/v1/statuses", json={"status": "#MétéoFrance"})
    assert refused.status_code == 422
    assert (await desk.open("/moderation/tags?q=zzz")).status == 200


async def test_no_page_of_the_desk_costs_more_statements_for_many_rows_than_for_few(world, desk):
    names = ["servers", "email_domains", "networks", "tags", "trends", "register", "accounts", "sign_ups", "appeals"]
    by = Moderator((await world.person("mona", role=UserRole.MODERATOR)).account_id, UserRole.ADMIN)

    async def fill(numbers):
        people = await world.people(*(f"p{number}" for number in numbers))
        for number, one in zip(numbers, people, strict=True):
            await world.publish(one, f"Ah #mot{number} #mer")
            domain, network = f"s{number}.example", f"203.0.113.{number}"
            await world.write(moderation.block_server, by=by, domain=domain, terms=Terms())
            await world.write(moderation.block_email_domain, by=by, domain=domain, allow_with_approval=False)
            terms = NetworkTerms(network=network, severity=NetworkSeverity.NO_ACCESS)
            await world.write(moderation.block_network, by=by, terms=terms, own_address="192.0.2.1")
        await trends.refresh(world.tools.db, now=world.clock.now())

    async def costs():
        found = {}
        for path in ["/moderation", "/operator", *(f"/moderation/{name}" for name in names)]:
            await desk.open(path)
            with counted(world) as statements:
                assert (await desk.open(path)).status == 200
            found[path] = statements
        return found

    await fill(range(1, 4))
    few = await costs()
    world.clock.move(timedelta(minutes=2))
    await fill(range(4, 10))

    assert await costs() == few
    assert max(few[path].total() for path in few) <= 15
