"""Where somebody is signed in, the apps that act for them, their password, and how they want to read."""

import pytest

from pinson.domain import access
from pinson.interfaces.web.pages import STATIC
from pinson.interfaces.web.settings.agents import named
from tests.interfaces.web.visitor import Visitor
from tests.world import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)
PATHS = ["/settings/sign_ins", "/settings/apps", "/settings/preferences", "/settings/security"]


@pytest.fixture
async def ana(world):
    return await world.person("ana")


async def browser(world, login="ana", agent=FIREFOX):
    """Somebody's browser, signed in."""
    visitor = Visitor(world)
    visitor.client.headers["user-agent"] = agent
    await visitor.sign_in(login)
    return visitor


async def is_signed_in(visitor):
    return not (await visitor.client.get("/settings")).is_redirect


@pytest.mark.parametrize("path", PATHS)
async def test_they_are_for_those_who_signed_in(world, path):
    assert (await world.client().get(path)).headers["location"].startswith("/auth/sign_in?next=%2Fsettings")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        (SAFARI, ("Safari", "iPhone")),
        (EDGE, ("Edge", "Windows")),
        ("curl/8", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_browser_is_told_in_two_words(agent, words):
    assert named(agent) == words


async def test_a_browser_can_be_signed_out_from_another(world, ana):
    here, phone, other = await browser(world), await browser(world, agent=SAFARI), await browser(world, agent="<b>x")
    page = await here.open("/settings/sign_ins")
    assert "Firefox on Linux since 30 March 2026" in page.text
    assert "Safari on iPhone" in page.text
    assert "Unknown browser" in page.text
    assert page.text.count("This browser") == 1

    [phones] = [
        at for at, form in enumerate(page.forms) if form.buttons == [("id", await session_id(world, ana, SAFARI))]
    ]
    after = await here.send(page, form=phones, button=page.forms[phones].buttons[0])

    assert "Signed out." in after.text
    assert [await is_signed_in(one) for one in (here, phone, other)] == [True, False, True]


async def session_id(world, person, agent):
    """The id of the session of a browser, as a form writes it."""
    async with world.tools.db.read() as tx:
        sessions = await access.sessions_of(tx, person.user_id, secret="", now=world.clock.now())
    return next(str(one.id) for one in sessions if one.user_agent == agent)


async def test_all_others_can_be_signed_out_at_once(world, ana):
    here, phone, tablet = [await browser(world) for _ in range(3)]
    page = await here.open("/settings/sign_ins")

    await here.send(page, form=len(page.forms) - 1)

    assert [await is_signed_in(one) for one in (here, phone, tablet)] == [True, False, False]


async def test_nobody_signs_out_somebody_else(world, ana):
    await world.person("ben")
    anas, bens = await browser(world), await browser(world, "ben")
    token = (await bens.open("/settings/preferences")).forms[0].fields["csrf"]
    await bens.client.post("/settings/sign_ins", data={"csrf": token, "id": await session_id(world, ana, FIREFOX)})
    await bens.client.post("/settings/sign_ins", data={"csrf": token})

    assert await is_signed_in(anas)


async def test_an_app_is_listed_with_what_it_may_do_and_removed(world, ana):
    limited = await world.limited(ana, "read write:statuses read:lists")
    visitor = await browser(world)
    page = await visitor.open("/settings/apps")
    assert "Limited @ana" in page.text
    assert "publish, change and delete messages in your name" in page.text
    assert "see your lists" not in page.text.partition("Limited")[2].partition("Remove")[0]  # `read` says it all

    at = next(at for at, form in enumerate(page.forms) if "Limited" in page.html.split("<form")[at])
    after = await visitor.send(page, form=at)

    assert "Limited" not in after.text
    assert (await world.client(limited).get("/api/v1/accounts/verify_credentials")).status_code == 401
    assert (await world.client(ana).get("/api/v1/accounts/verify_credentials")).status_code == 200


async def test_nobody_removes_the_app_of_somebody_else(world, ana):
    await world.person("ben")
    anas, bens = await browser(world), await browser(world, "ben")
    form = (await anas.open("/settings/apps")).forms[0].fields
    token = (await bens.open("/settings/preferences")).forms[0].fields["csrf"]

    await bens.client.post("/settings/apps", data={**form, "csrf": token})

    assert (await world.client(ana).get("/api/v1/accounts/verify_credentials")).status_code == 200


async def test_a_new_password_signs_other_browsers_out_and_gives_this_one_a_new_cookie(world, ana):
    here, phone = await browser(world), await browser(world)
    before = here.session

    after = await here.send(await here.open("/settings/security"), current=PASSWORD, password="staple battery")

    assert "It is saved." in after.text
    assert here.session != before
    assert [await is_signed_in(one) for one in (here, phone)] == [True, False]
    assert (await phone.sign_in("ana")).status == 400
    await phone.sign_in("ana", "staple battery")
    assert await is_signed_in(phone)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"current": "wrong", "password": "staple battery"}, "This is not your password."),
        ({"current": PASSWORD, "password": "x"}, "A password has at least"),
    ],
)
async def test_a_password_stays_unless_both_are_good(world, ana, typed, told):
    visitor = await browser(world)

    again = await visitor.send(await visitor.open("/settings/security"), **typed)

    assert told in again.text
    assert "staple" not in again.html
    assert await is_signed_in(await browser(world))


async def test_preferences_change_language_light_and_clock(world, ana):
    await world.publish(ana, "Feu vert")
    visitor = await browser(world)
    assert "30 March 2026, 15:06" in (await visitor.open("/@ana")).text  # the server's: Europe/Zurich

    chosen = {"language": "fr", "theme": "dark", "time_zone": "Pacific/Auckland"}
    after = await visitor.send(await visitor.open("/settings/preferences"), **chosen)

    assert "C’est enregistré." in after.text
    assert '<html lang="fr" data-theme="dark">' in after.html
    page = await visitor.open("/@ana")
    assert "31 mars 2026, 02:06" in page.text
    assert "mardi 31 mars 2026" in page.text
    assert "Feu vert" in (await visitor.open("/@ana/2026-03-31")).text
    assert (await world.ask(access.user, ana.user_id)).locale == "fr"
    assert "30 March 2026, 15:06" in (await Visitor(world).open("/@ana")).text


@pytest.mark.parametrize("odd", [{"language": "xx"}, {"theme": "<b>"}, {"time_zone": "../../etc/passwd"}])
async def test_preferences_are_on_their_lists(world, ana, odd):
    visitor = await browser(world)

    again = await visitor.send(await visitor.open("/settings/preferences"), **{"time_zone": "Europe/Paris", **odd})

    assert again.status == 422
    assert "<b>" not in again.html
    assert (await world.ask(access.user, ana.user_id)).time_zone == ""


def test_dark_pages_look_the_same_whoever_chose_them():
    style = (STATIC / "styles" / "colours.css").read_text(encoding="utf-8")
    by_device = style.partition(':root:not([data-theme="light"]) {')[2].partition("}")[0].split()
    by_choice = style.partition(':root[data-theme="dark"] {')[2].partition("}")[0].split()

    assert by_device
    assert by_choice == ["color-scheme:", "dark;", *by_device]
