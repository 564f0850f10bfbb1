"""Those who moderate work at the desk; what they decide is seen through the pages and apps of the others."""

import pytest

from pinson.domain.access import UserRole
from tests.interfaces.mastodon.test_reports import report
from tests.interfaces.web.visitor import Visitor

EVIL = '"><script>alert(1)</script>{{7777*7777}}'
PAGES = ["/moderation", "/moderation/accounts", "/moderation/sign_ups", "/moderation/register"]


@pytest.fixture
async def desk(world):
    """A moderator's browser, at the desk."""
    await world.person("mona", role=UserRole.MODERATOR)
    visitor = Visitor(world)
    await visitor.sign_in("mona")
    return visitor


@pytest.fixture
async def case(world):
    """Ana reports Mal for a post; `(mal, path of the account, path of the report)`."""
    ana, mal = await world.people("ana", "mal")
    post = await world.publish(mal, "Achetez ceci")
    told = await report(world, ana, mal, status_ids=[str(post.id)], comment="Encore lui", category="spam")
    return mal, f"/moderation/accounts/{mal.id}", f"/moderation/reports/{told.json()['id']}"


async def decide(visitor, account, do, text="Assez", *, way="decide"):
    """Fill in the form of a decision; the page that comes then."""
    return await visitor.send(await visitor.open(f"{account}/{way}?do={do}"), text=text)


async def press(visitor, path, do):
    """Press a button of a report."""
    page = await visitor.open(path)
    form = next(at for at, form in enumerate(page.forms) if ("do", do) in form.buttons)
    return await visitor.send(page, form=form, button=("do", do))


@pytest.mark.parametrize("path", PAGES)
async def test_nobody_but_staff_finds_the_desk(world, desk, path):
    await world.person("ana")
    other, stranger = Visitor(world), Visitor(world)
    await other.sign_in("ana")

    assert (await desk.open(path)).status == 200
    assert "/moderation" in (await desk.open("/")).links
    assert (await other.open(path)).status == 404
    assert "/moderation" not in (await other.open("/")).links
    assert "Sign in" in (await stranger.open(path)).text


async def test_a_report_goes_through_the_hands_of_a_moderator(desk, case):
    _, _, path = case
    inbox = await desk.open("/moderation")
    assert path in inbox.links
    assert "Encore lui" in inbox.text

    taken = await press(desk, path, "assign")
    assert "In the hands of mona" in taken.text
    assert "Achetez ceci" in taken.text
    assert path in (await desk.open("/moderation?show=mine")).links

    await press(desk, path, "resolve")
    assert path not in (await desk.open("/moderation")).links
    assert path in (await desk.open("/moderation?show=closed")).links
    assert "Open it again" in (await desk.open(path)).text
    assert path in (await press(desk, path, "reopen")).forms[0].action
    assert "closed the report" in (await desk.open("/moderation/register")).text


async def test_a_suspension_hides_the_account_tells_its_owner_why_and_is_taken_back(world, desk, case):
    _, account, path = case
    form = await desk.open(f"{account}/decide?do=suspend&report_id={path.rpartition('/')[2]}")
    assert "Nobody sees the account" in form.text

    after = await desk.send(form, text="De la publicité")

    assert "Closed" in after.text
    assert (await Visitor(world).open("/@mal")).status == 404
    await world.settle()
    assert "De la publicité" in world.letters()[-1].get_body(("plain",)).get_content()
    assert "Suspended" in (await desk.open(account)).text
    assert "De la publicité" in (await desk.open(account)).text

    await decide(desk, account, "suspend", "Une erreur", way="lift")
    assert (await Visitor(world).open("/@mal")).status == 200
    register = (await desk.open("/moderation/register")).text
    assert "mona @mona suspended @mal" in register
    assert "mona @mona restored @mal Une erreur" in register


@pytest.mark.parametrize(
    ("do", "flag"), [("sensitive", "sensitized"), ("silence", "silenced"), ("disable", "disabled")]
)
async def test_every_other_measure_does_what_apps_see_and_can_be_taken_back(world, desk, case, do, flag):
    mal, account, _ = case
    root = await world.person("root", role=UserRole.ADMIN)

    async def seen():
        return (await world.client(root).get(f"/api/v1/admin/accounts/{mal.id}")).json()[flag]

    await decide(desk, account, do)
    assert await seen() is True
    await decide(desk, account, do, way="lift")
    assert await seen() is False


async def test_a_warning_closes_only_the_report_that_it_answers(desk, case):
    _, account, path = case
    await decide(desk, account, "none")
    assert path in (await desk.open("/moderation")).links

    form = await desk.open(f"{account}/decide?do=none&report_id={path.rpartition('/')[2]}")
    await desk.send(form, text="Doucement")
    assert path not in (await desk.open("/moderation")).links


async def test_a_ready_reason_stands_in_the_language_of_the_person(world, desk, case):
    _, account, _ = case

    page = await desk.open(f"{account}/decide?do=silence&ready=advertising")

    assert "Your account publishes advertising" in page.html.partition("<textarea")[2]
    assert "Shocking pictures" in page.text  # a reason for limiting too


@pytest.mark.parametrize("way", ["decide", "lift"])
async def test_nothing_is_decided_without_a_reason_or_beyond_ones_power(world, desk, case, way):
    _, account, _ = case
    root = await world.person("root", role=UserRole.ADMIN)

    refused = await decide(desk, account, "suspend", "  ", way=way)
    beyond = await decide(desk, f"/moderation/accounts/{root.id}", "suspend", way=way)

    assert (refused.status, beyond.status) == (422, 403)
    assert "Say why" in refused.text
    assert (await Visitor(world).open("/@mal")).status == 200
    assert (await desk.open("/moderation/accounts/1/decide?do=suspend")).status == 404
    assert (await desk.open(f"{account}/decide?do=banish")).status == 422
    assert "cannot decide about yourself" in (await desk.open(f"/moderation/accounts/{root.id}")).text


async def test_a_report_that_is_not_there_and_a_button_that_is_none_are_refused(desk, case):
    _, account, path = case
    page = await desk.open(path)

    assert (await desk.open("/moderation/reports/1")).status == 404
    assert (await desk.send(page, do="burn")).status == 400
    assert (await desk.open(f"{account}/lift?do=none")).status == 404


async def test_accounts_are_found_by_name_address_and_standing(desk, case):
    _, account, _ = case
    await decide(desk, account, "silence")

    for query in ("q=ma", "q=@mal", "q=mal@mail", "standing=limited"):
        assert account in (await desk.open(f"/moderation/accounts?{query}")).links
    for query in ("q=zoe", "standing=suspended", "name=nobody", "standing=staff"):
        assert account not in (await desk.open(f"/moderation/accounts?{query}")).links


async def test_lists_go_on(world, desk):
    people = await world.people(*(f"p{number}" for number in range(21)))

    first = await desk.open("/moderation/accounts?q=p")
    second = await desk.open(next(link for link in first.links if "max_id" in link))

    oldest = f"/moderation/accounts/{people[0].id}"
    assert oldest not in first.links
    assert oldest in second.links
    assert 'rel="next"' not in second.html


@pytest.mark.parametrize("settings", [{"registration.mode": "approval"}])
async def test_who_waits_is_let_in_or_refused(world, desk):
    for name in ("zoe", "yan"):
        form = await Visitor(world).open("/auth/sign_up")
        filled = {"username": name, "email": f"{name}@mail.example", "password": "correct horse", "agreement": "1"}
        await Visitor(world).send(form, reason=EVIL, **filled)
        visitor = Visitor(world)
        await visitor.send(await visitor.open("/auth/sign_up"), reason=EVIL, **filled)
    page = await desk.open("/moderation/sign_ups")
    assert "<script>alert" not in page.html
    assert "@zoe" in page.text
    assert "Sign-ups 2" in page.text

    by_path = {form.action: at for at, form in enumerate(page.forms)}
    approve, refuse = (sorted(path for path in by_path if path.endswith(verb)) for verb in ("approve", "refuse"))
    assert (await desk.send(page, form=by_path[refuse[0]])).status == 422
    after = await desk.send(page, form=by_path[refuse[0]], reason="Publicité")
    after = await desk.send(page, form=by_path[approve[1]])

    assert "Nobody waits" in after.text
    assert (await Visitor(world).open("/@zoe")).status == 404
    assert (await Visitor(world).open("/@yan")).status == 200
    assert "refused zoe Publicité" in (await desk.open("/moderation/register")).text


async def test_nobodys_words_leave_their_place(world, desk):
    ana, mal = await world.person("ana"), await world.person("mal", display_name=EVIL[:30])
    told = await report(world, ana, mal, comment=EVIL)
    account = f"/moderation/accounts/{mal.id}"
    await decide(desk, account, "none", EVIL)

    for path in (*PAGES, account, f"{account}/decide?do=none", f"/moderation/reports/{told.json()['id']}"):
        page = await desk.open(path)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "60481729" not in page.html
