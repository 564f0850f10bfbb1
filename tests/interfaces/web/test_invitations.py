"""Those who moderate make links by which people open an account without waiting."""

import re
from datetime import timedelta

import pytest

from pinson.domain.access import UserRole
from tests.interfaces.mastodon.test_query_counts import counted
from tests.interfaces.web.test_desk_barriers import press
from tests.interfaces.web.visitor import Visitor

APPROVAL = pytest.mark.parametrize("settings", [{"registration.mode": "approval"}])
ME = {"password": "correct horse", "agreement": "1"}


@pytest.fixture
async def desk(world):
    """A moderator's browser, at the desk."""
    await world.person("mona", role=UserRole.MODERATOR)
    visitor = Visitor(world)
    await visitor.sign_in("mona")
    return visitor


async def make(desk, **filled):
    """Make a link; the page then, and the link."""
    page = await press(desk, await desk.open("/moderation/invitations"), "/moderation/invitations", **filled)
    found = re.search(r"/auth/sign_up\?invite_code=[\w-]+", page.text)
    return page, found and found[0]


async def sign_up(world, link, name):
    """Open an account by a link; whether it is there at once."""
    visitor = Visitor(world)
    await visitor.send(await visitor.open(link), username=name, email=f"{name}@mail.example", **ME)
    return (await Visitor(world).open(f"/@{name}")).status == 200 and await can_sign_in(world, name)


async def can_sign_in(world, name):
    visitor = Visitor(world)
    page = await visitor.sign_in(f"{name}@mail.example", "correct horse")
    return page.status == 200 and "/settings" in page.links


@APPROVAL
async def test_a_link_lets_as_many_in_without_waiting_as_it_says_and_the_register_says_who_made_it(world, desk):
    _, link = await make(desk, uses="2", days="7")

    assert [await sign_up(world, link, name) for name in ("zoe", "yan", "xia")] == [True, True, False]
    page = await desk.open("/moderation/invitations")
    assert "Used 2 times, of 2 at most" in page.text
    assert "No longer good" in page.text
    assert "mona @mona made the invitation" in (await desk.open("/moderation/register")).text


@APPROVAL
async def test_a_link_ends_after_its_days_or_when_somebody_ends_it_which_can_be_undone(world, desk):
    _, brief = await make(desk, uses="0", days="1")
    page, lasting = await make(desk, uses="0", days="0")
    page = await press(desk, page, "/end")
    assert await sign_up(world, lasting, "zoe") is False

    page = await press(desk, page, "/renew")
    assert await sign_up(world, lasting, "zoe") is True
    assert await sign_up(world, brief, "yan") is True
    world.clock.move(timedelta(days=2))
    assert await sign_up(world, brief, "xia") is False
    assert await sign_up(world, lasting, "wim") is True


async def test_a_link_that_nobody_could_use_is_not_made_and_nobody_else_makes_one(world, desk):
    for filled in ({"uses": "-1"}, {"uses": "99999"}, {"days": "-3"}, {"days": "bientôt"}):
        page, link = await make(desk, **filled)
        assert (page.status, link) == (422, None)
    await world.person("ana")
    other = Visitor(world)
    await other.sign_in("ana")
    assert (await other.open("/moderation/invitations")).status == 404
    token = (await other.open("/auth/sign_out")).forms[0].fields["csrf"]
    for path in ("/moderation/invitations", "/moderation/invitations/1/end", "/moderation/invitations/1/renew"):
        assert (await other.client.post(path, data={"csrf": token})).status_code == 404


@pytest.mark.parametrize("settings", [{"registration.mode": "closed"}])
async def test_the_page_says_if_no_link_is_of_use(desk):
    assert "Nobody can sign up at present" in (await desk.open("/moderation/invitations")).text


async def test_many_links_cost_as_many_statements_as_few(world, desk):
    async def cost():
        await desk.open("/moderation/invitations")
        with counted(world) as statements:
            assert (await desk.open("/moderation/invitations")).status == 200
        return statements

    await make(desk)
    few = await cost()
    for _ in range(4):
        await make(desk)

    assert await cost() == few
