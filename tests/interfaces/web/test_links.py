"""The page of short links: many made at once, each changed and looked at, nothing that was pasted lost."""

import csv
import io
import re
from datetime import timedelta

import pytest

from pinson.domain import access, accounts, shortlinks
from pinson.domain.access import MemberRole, UserRole
from pinson.domain.shortlinks import Channel, Checked, Visitor
from pinson.lib.paging import Page as Part
from tests.interfaces.web.test_query_counts import counted
from tests.interfaces.web.visitor import Visitor as Browser

TARGET = "https://example.org/programme"


@pytest.fixture
async def cern(world):
    return await world.person("cern")


@pytest.fixture
async def member(world, cern):
    browser = Browser(world)
    await browser.sign_in("cern@mail.example")
    return browser


async def links_of(world, person):
    return await world.ask(shortlinks.of_account, person.account_id, Part(None, None, None, 40))


async def make(world, person, **wish):
    [made] = await world.write(
        shortlinks.make, account_id=person.account_id, wishes=[Checked(**{"target": TARGET, **wish})]
    )
    return made, made.codes[Channel.MESSAGE]


async def clicked(world, made, *visitors):
    for visitor in visitors:
        world.tools.clicks.count(made.link.id, Channel.MESSAGE, visitor)
    await world.tools.clicks.flush()


def the_form(page, action):
    return next(number for number, form in enumerate(page.forms) if form.action == action)


async def test_many_are_made_at_once_and_what_cannot_be_comes_back(world, cern, member):
    page = await member.open("/links")
    pasted = f"{TARGET} Spring programme\n\njavascript:alert(1)\nwww.example.org/a\nhttp://localhost/ my printer\n"

    after = await member.send(page, form=the_form(page, "/links"), addresses=pasted)

    assert after.status == 422
    assert "2 links were made." in after.text
    assert "This is no address of a web page" in after.text
    assert "inside a private network" in after.text
    again = after.forms[the_form(after, "/links")].fields["addresses"]
    assert again.splitlines() == ["javascript:alert(1)", "http://localhost/ my printer"]
    assert [(link.target, link.title) for link in await links_of(world, cern)] == [
        ("https://www.example.org/a", ""),
        (TARGET, "Spring programme"),
    ]


async def test_too_many_at_once_are_refused_and_not_lost(world, cern, member):
    page = await member.open("/links")
    pasted = "\n".join(f"{TARGET}/{number}" for number in range(shortlinks.MOST_AT_ONCE + 1))

    after = await member.send(page, form=the_form(page, "/links"), addresses=pasted)

    assert f"At most {shortlinks.MOST_AT_ONCE} links" in after.text
    assert after.forms[the_form(after, "/links")].fields["addresses"] == pasted
    assert await links_of(world, cern) == []


async def test_the_list_says_who_follows_each_link(world, cern, member):
    made, code = await make(world, cern, title="Programme")
    await clicked(world, made, *[Visitor.PEOPLE] * 3, *[Visitor.MACHINES] * 2, Visitor.OWN)

    page = await member.open("/links")

    assert f"pinson.example/{code}" in page.text
    assert "3 people" in page.text
    assert "2 machines" in page.text
    assert 'aria-label="3 people in the last 24 hours"' in page.html


async def test_a_link_can_lead_elsewhere_and_what_it_led_to_stays_known(world, cern, member):
    _, code = await make(world, cern)
    page = await member.open(f"/links/{code}")

    after = await member.send(
        page,
        form=the_form(page, f"/links/{code}"),
        target="example.org/autumn",
        title="Autumn",
        ends="2026-12-31T18:00",
        people="1 000",
        **{"utm[sms][source]": "pinson", "utm[sms][medium]": "sms"},
    )

    assert "It is saved." in after.text
    assert f"{TARGET} until" in after.text
    link = (await links_of(world, cern))[0]
    assert (link.target, link.title, link.max_clicks) == ("https://example.org/autumn", "Autumn", 1000)
    assert link.expires_at.isoformat() == "2026-12-31T17:00:00+00:00"  # at noon in Paris it is 11:00
    assert {channel: one.source for channel, one in link.utm.items()} == {Channel.SMS: "pinson"}
    fields = after.forms[the_form(after, f"/links/{code}")].fields
    assert (fields["ends"], fields["people"], fields["utm[sms][medium]"]) == ("2026-12-31T18:00", "1000", "sms")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"target": "javascript:alert(1)"}, "no address of a web page"),
        ({"people": "many"}, "as a whole number from 1"),
        ({"people": "0"}, "as a whole number from 1"),
        ({"ends": "2020-01-01T10:00"}, "choose a moment to come"),
        ({"ends": "soon"}, "no date with a time"),
        ({"title": "x" * 500}, "The name is too long"),
        ({"utm[qr][source]": "x" * 500}, "What the target is told is too long"),
    ],
)
async def test_what_is_wrong_with_a_change_is_said_and_nothing_typed_is_lost(world, cern, member, wrong, said):
    _, code = await make(world, cern)
    page = await member.open(f"/links/{code}")
    typed = {"title": "Kept"} | wrong

    after = await member.send(page, form=the_form(page, f"/links/{code}"), **typed)

    assert after.status == 422
    assert said in after.text
    fields = after.forms[the_form(after, f"/links/{code}")].fields
    assert {name: fields[name] for name in typed} == typed
    assert (await links_of(world, cern))[0].target == TARGET


async def test_a_link_that_is_over_can_be_renamed(world, cern, member):
    _, code = await make(world, cern, expires_at=world.clock.now() + timedelta(hours=1))
    world.clock.move(timedelta(days=1))
    page = await member.open(f"/links/{code}")
    assert "It leads nowhere any more." in page.text

    after = await member.send(page, form=the_form(page, f"/links/{code}"), title="Old")

    assert "It is saved." in after.text


async def test_a_link_is_ended_and_had_back_by_the_same_button(world, cern, member):
    _, code = await make(world, cern)
    page = await member.open(f"/links/{code}")

    ended = await member.send(page, form=the_form(page, f"/links/{code}/end"), ended="1")
    gone = await world.client().get(f"/{code}", headers={"user-agent": "curl/8"})
    await member.send(ended, form=the_form(ended, f"/links/{code}/end"))
    back = await world.client().get(f"/{code}", headers={"user-agent": "curl/8"})

    assert "It leads nowhere any more." in ended.text
    assert (gone.status_code, back.status_code) == (410, 302)


async def test_each_way_of_giving_it_out_has_an_address_of_its_own(world, cern, member):
    made, code = await make(world, cern)
    page = await member.open(f"/links/{code}")

    after = await member.send(page, form=the_form(page, f"/links/{code}/addresses"), channel="sms")
    codes = (await world.ask(shortlinks.codes_of, [made.link.id]))[made.link.id]

    assert set(codes) == {Channel.MESSAGE, Channel.QR, Channel.SMS}
    assert all(f"https://pinson.example/{one}" in after.text for one in codes.values())


async def test_the_code_to_print_is_drawn_in_two_ways(world, cern, member):
    _, code = await make(world, cern)

    svg = await member.client.get(f"/links/{code}/qr.svg")
    png = await member.client.get(f"/links/{code}/qr.png")

    assert (svg.headers["content-type"], svg.text.count("<svg")) == ("image/svg+xml", 1)
    assert (png.headers["content-type"], png.content[:4]) == ("image/png", b"\x89PNG")


async def test_spreadsheets_get_figures_and_no_formula(world, cern, member):
    made, code = await make(world, cern, title="=1+1")
    await clicked(world, made, Visitor.PEOPLE, Visitor.MACHINES)

    listed = list(csv.reader(io.StringIO((await member.client.get("/links.csv")).content.decode("utf-8-sig"))))
    hours = list(csv.reader(io.StringIO((await member.client.get(f"/links/{code}/clicks.csv")).text)))

    assert listed[1][:3] == [f"https://pinson.example/{code}", TARGET, "'=1+1"]
    assert listed[1][5:] == ["1", "1", "0"]
    assert sorted(hours[1:]) == [
        ["2026-03-30 13:00", "message", "machines", "1"],
        ["2026-03-30 13:00", "message", "people", "1"],
    ]


async def test_nobody_else_sees_or_changes_a_link(world, cern, member):
    other = await world.person("other")
    _, code = await make(world, other)
    stranger = Browser(world)

    paths = (f"/links/{code}", f"/links/{code}/qr.svg", f"/links/{code}/clicks.csv")
    seen = [(await member.client.get(path)).status_code for path in paths]
    page = await member.open("/links")
    token = page.forms[0].fields["csrf"]
    changed = await member.client.post(f"/links/{code}", data={"csrf": token, "target": "https://bad.example/"})
    asked = await stranger.open("/links")

    assert (seen, changed.status_code) == ([404] * 3, 404)
    assert "Sign in" in asked.text
    assert (await links_of(world, other))[0].target == TARGET


async def test_who_only_reads_figures_may_look_but_not_make(world, cern):
    _, code = await make(world, cern)
    ana = await world.person("ana")
    await world.write(access.set_member, account_id=cern.account_id, user_id=ana.user_id, role=MemberRole.ANALYST)
    browser = Browser(world)
    await browser.sign_in("ana@mail.example")
    browser.client.cookies.set("__Host-account", cern.id, domain="pinson.example")

    listed, one = await browser.open("/links"), await browser.open(f"/links/{code}")
    token = listed.forms[0].fields["csrf"] if listed.forms else ""
    made = await browser.client.post("/links", data={"csrf": token, "addresses": TARGET})

    assert f"pinson.example/{code}" in listed.text
    assert [form.action for form in (*listed.forms, *one.forms) if "links" in form.action] == []
    assert made.status_code == 403


async def test_the_author_of_a_message_sees_its_clicks_and_nobody_else_does(world, cern, member):
    made, _ = await make(world, cern)
    short = f"https://pinson.example/{made.codes[Channel.MESSAGE]}"
    post = await world.publish(cern, f"See {short}")
    await clicked(world, made, *[Visitor.PEOPLE] * 41, *[Visitor.MACHINES] * 1012)

    mine = await member.open(f"/@cern/{post.id}")
    theirs = await Browser(world).open(f"/@cern/{post.id}")

    assert "41 people" in mine.text
    assert "1,012 machines" in mine.text
    assert "machines" not in theirs.text


async def test_the_list_costs_the_same_for_one_link_and_for_forty(world, cern, member):
    found = []
    for more in (1, 39):
        for _ in range(more):
            await make(world, cern)
        with counted(world) as statements:
            assert (await member.open("/links")).status == 200
        found.append(statements)

    assert found[0] == found[1]


async def test_the_empty_list_shows_what_a_link_looks_like(member):
    page = await member.open("/links")

    [shown] = re.findall(r"pinson\.example/(\w{7})", page.text)
    assert shortlinks.code_in(f"/{shown}") == shown


async def test_a_browser_can_ask_not_to_be_counted_and_to_be_counted_again(world, cern):
    _, code = await make(world, cern)
    browser, name = Browser(world), {"user-agent": "Mozilla/5.0 Firefox/132.0"}
    page = await browser.open("/uncounted")

    asked = await browser.send(page, form=the_form(page, "/uncounted"), uncounted="1")
    led = await browser.client.get(f"/{code}", headers=name)
    await browser.send(asked, form=the_form(asked, "/uncounted"))
    await browser.client.get(f"/{code}", headers=name)
    await world.tools.clicks.flush()

    assert "This browser is not counted." in asked.text
    assert led.status_code == 302
    assert (await links_of(world, cern))[0].people == 1


@pytest.mark.parametrize("settings", [{"short_url": "https://pin.example"}])
async def test_on_a_host_apart_a_browser_says_there_that_it_is_not_to_be_counted(world, cern):
    assert "https://pin.example/uncounted" in (await Browser(world).open("/uncounted")).links
    _, code = await make(world, cern)
    client, there = world.client(), {"host": "pin.example", "user-agent": "Mozilla/5.0 Firefox/132.0"}

    page = await client.get("/uncounted", headers=there)
    said = await client.post("/uncounted", headers=there)
    cookie = said.headers["set-cookie"].partition(";")[0]
    await client.get(f"/{code}", headers=there | {"cookie": cookie})
    await world.tools.clicks.flush()

    assert '<form method="post">' in page.text
    assert "set-cookie" not in page.headers
    assert (await links_of(world, cern))[0].people == 0


async def test_what_is_counted_is_said(world):
    page = await Browser(world).open("/how-we-count")

    assert "25 months" in page.text
    assert "its last second is lost" in page.text
    assert "/uncounted" in page.links


async def test_moderators_close_a_site_and_open_it_again(world, cern, member):
    _, code = await make(world, cern)
    await world.person("mod", role=UserRole.MODERATOR)
    desk = Browser(world)
    await desk.sign_in("mod@mail.example")

    page = await desk.open("/moderation/closed_sites")
    form = the_form(page, "/moderation/closed_sites")
    unsaid = await desk.send(page, form=form, host="https://Example.org/x")
    closed = await desk.send(page, form=form, host="https://Example.org/x", reason="It asks for passwords.")
    shut = await world.client().get(f"/{code}")
    opened = await desk.send(closed, form=the_form(closed, "/moderation/closed_sites/open"))
    led = await world.client().get(f"/{code}")
    again = await desk.send(opened, form=the_form(opened, "/moderation/closed_sites"))

    assert "Say in a few words why" in unsaid.text
    assert "example.org It asks for passwords." in closed.text
    assert (shut.status_code, led.status_code) == (403, 302)
    assert "example.org It asks for passwords." in again.text
    assert "closed the site" in (await desk.open("/moderation/register")).text
    assert (await member.open("/moderation/closed_sites")).status == 404


async def test_the_menu_of_ones_message_leads_to_the_links_in_it(world, cern, member):
    await make(world, cern)
    posting = accounts.DefaultsChanges(shorten_links=True)
    await world.write(accounts.change, account_id=cern.account_id, changes=accounts.Changes(), posting=posting)
    said = (await world.client(cern).post("/api/v1/statuses", json={"status": f"Programme: {TARGET}/today"})).json()

    card = await member.open(f"/@cern/{said['id']}?lang=en")
    page = await member.open(f"/links?message={said['id']}&lang=en")
    other = await member.open("/links?message=12&lang=en")

    assert f"/links?message={said['id']}" in card.links
    assert page.html.count('scope="row"') == 1
    assert "example.org/programme/today" in page.html
    assert "No address in this message is a short link" in other.text
    eve = Browser(world)
    await world.person("eve")
    await eve.sign_in("eve@mail.example")
    assert "example.org/programme/today" not in (await eve.open(f"/links?message={said['id']}")).html
