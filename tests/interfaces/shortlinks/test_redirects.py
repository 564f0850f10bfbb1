"""Whoever follows a short link is led on, and counted for what they are: neither more nor less."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from pinson.domain import accounts, shortlinks
from pinson.domain.shortlinks import Channel, Checked, Utm
from tests.domain.shortlinks.test_visitors import CHROME, MACHINES, PEOPLE
from tests.interfaces.web.visitor import Visitor
from tests.world import open_world

TARGET = "https://example.org/news?a=1"
PAST = timedelta(days=800)


@pytest.fixture
async def cern(world):
    return await world.person("cern")


async def make(world, person, target=TARGET, **wish):
    [made] = await world.write(shortlinks.make, account_id=person.account_id, wishes=[Checked(target=target, **wish)])
    return made


async def follow(world, code, *, method="GET", agent=CHROME, host=None, client=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"user-agent": agent}
    client = client or world.client()
    if host:
        named["host"] = host
    return await client.request(method, f"/{code}", headers=named)


async def counted(world, made):
    await world.tools.clicks.flush()
    link = await world.ask(shortlinks.owned, made.link.id, account_id=made.link.account_id)
    return link.people, link.machines, link.own


async def signed_in(world, person):
    visitor = Visitor(world)
    await visitor.sign_in(f"{person.username}@mail.example")
    assert visitor.session
    return visitor.client


async def test_a_person_is_led_on_and_nothing_on_the_way_is_kept(world, cern):
    made = await make(world, cern)

    answer = await follow(world, made.codes[Channel.MESSAGE])

    assert (answer.status_code, answer.headers["location"], answer.content) == (302, TARGET, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    assert await counted(world, made) == (1, 0, 0)


async def test_a_code_may_be_typed_in_capitals(world, cern):
    made = await make(world, cern)

    assert (await follow(world, made.codes[Channel.MESSAGE].upper())).headers["location"] == TARGET


async def test_everyone_who_is_fired_at_a_link_stands_in_the_right_column(world, cern):
    made, member = await make(world, cern), await signed_in(world, cern)
    code, stranger = made.codes[Channel.MESSAGE], await signed_in(world, await world.person("other"))

    for agent in PEOPLE:
        await follow(world, code, agent=agent)
    for agent in MACHINES:
        await follow(world, code, agent=agent)
    ahead = await follow(world, code, sec_purpose="prefetch;prerender")
    await follow(world, code, purpose="prefetch")
    await follow(world, code, method="HEAD")
    await follow(world, code, sec_fetch_dest="image")
    await follow(world, code, client=member)
    await follow(world, code, client=member, method="HEAD")
    await follow(world, code, client=stranger)
    await follow(world, code, sec_gpc="1")
    await follow(world, code, cookie="__Host-uncounted=1")

    assert ahead.status_code == 503
    assert await counted(world, made) == (len(PEOPLE) + 1, len(MACHINES) + 5, 1)


async def test_each_channel_is_counted_and_told_to_the_target(world, cern):
    made = await make(world, cern, utm={Channel.QR: Utm("poster", "print", "spring")})

    plain = await follow(world, made.codes[Channel.MESSAGE])
    printed = await follow(world, made.codes[Channel.QR])
    await world.tools.clicks.flush()
    clicks = await world.ask(shortlinks.clicks_since, [made.link.id], since=world.clock.now() - timedelta(hours=1))

    assert plain.headers["location"] == TARGET
    assert printed.headers["location"] == f"{TARGET}&utm_source=poster&utm_medium=print&utm_campaign=spring"
    assert Counter({one.channel: one.clicks for one in clicks}) == {Channel.MESSAGE: 1, Channel.QR: 1}
    assert {one.hour.minute for one in clicks} == {0}


async def test_another_target_keeps_the_link_and_is_remembered(world, cern):
    made = await make(world, cern)
    code = made.codes[Channel.MESSAGE]
    await follow(world, code)
    mine = {"id": made.link.id, "account_id": cern.account_id}

    await world.write(shortlinks.change, **mine, wish=Checked(target="https://example.org/moved"))
    answer = await follow(world, code)

    assert answer.headers["location"] == "https://example.org/moved"
    assert [one.target for one in await world.ask(shortlinks.former_targets, made.link.id)] == [TARGET]
    assert await counted(world, made) == (2, 0, 0)


async def test_a_link_ends_when_it_is_to_end(world, cern):
    made = await make(world, cern, expires_at=world.clock.now() + timedelta(hours=1))
    assert (await follow(world, made.codes[Channel.MESSAGE])).status_code == 302

    world.clock.move(timedelta(hours=1))

    answer = await follow(world, made.codes[Channel.MESSAGE], accept_language="fr")
    assert answer.status_code == 410
    assert answer.text.index("Ce lien est terminé") < answer.text.index("This link is over")


async def test_a_link_for_two_leads_two_people_on_and_machines_take_no_place(world, cern):
    made = await make(world, cern, max_clicks=2)
    code = made.codes[Channel.MESSAGE]

    machines = [(await follow(world, code, agent=MACHINES[1])).status_code for _ in range(3)]
    people = [(await follow(world, code)).status_code for _ in range(4)]

    assert machines == [302] * 3
    assert people == [302, 302, 410, 410]
    assert (await follow(world, code, agent=MACHINES[1])).status_code == 410
    assert await counted(world, made) == (2, 3, 0)


async def test_a_retired_link_leads_nowhere_until_it_is_wanted_again(world, cern):
    made = await make(world, cern)
    mine = {"id": made.link.id, "account_id": cern.account_id}

    await world.write(shortlinks.retire, **mine, retired=True)
    gone = await follow(world, made.codes[Channel.MESSAGE])
    await world.write(shortlinks.retire, **mine, retired=False)

    assert (gone.status_code, (await follow(world, made.codes[Channel.MESSAGE])).status_code) == (410, 302)


async def test_links_of_a_suspended_account_lead_nowhere(world, cern):
    made = await make(world, cern)
    assert (await follow(world, made.codes[Channel.MESSAGE])).status_code == 302

    await world.write(accounts.suspend, account_id=cern.account_id)

    assert (await follow(world, made.codes[Channel.MESSAGE])).status_code == 410


async def test_a_closed_site_says_why_and_nobody_is_led_there(world, cern):
    made = await make(world, cern)
    await follow(world, made.codes[Channel.MESSAGE])

    await world.write(shortlinks.close_site, host="Example.org", reason="It takes <passwords>.")
    answer = await follow(world, made.codes[Channel.MESSAGE])
    await world.write(shortlinks.reopen_site, host="example.org")

    assert answer.status_code == 403
    assert "location" not in answer.headers
    assert "It takes &lt;passwords&gt;." in answer.text
    assert TARGET in answer.text
    assert f'href="{TARGET}' not in answer.text
    assert (await follow(world, made.codes[Channel.MESSAGE])).status_code == 302
    assert await counted(world, made) == (2, 0, 0)


@pytest.mark.parametrize(
    "path", ["/2345bcd", "/2345bcd?to=https://bad.example", "/https:%2f%2fbad.example", "/2345bcd/x"]
)
async def test_nothing_but_a_link_of_ours_leads_away(world, path):
    answer = await world.client().get(path)

    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_only_reading_is_possible(world, cern):
    made = await make(world, cern)

    answer = await follow(world, made.codes[Channel.MESSAGE], method="POST")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("settings", [{"short_url": "https://pin.example"}])
async def test_a_host_of_its_own_shows_links_and_nothing_else(world, cern):
    made = await make(world, cern)
    code = made.codes[Channel.MESSAGE]

    led = await follow(world, code, host="pin.example")
    old = await follow(world, code)  # made before there was a host for links
    others = [await follow(world, path, host="pin.example") for path in ("", "search", "@cern")]

    assert (led.status_code, old.status_code) == (302, 302)
    assert [(one.status_code, "Ce lien n’existe pas" in one.text) for one in others] == [(404, True)] * 3
    assert (await world.client().get("/search")).status_code == 200


async def test_a_known_link_costs_the_database_nothing(world, cern, monkeypatch):
    made = await make(world, cern)
    await follow(world, made.codes[Channel.MESSAGE])

    def read():
        raise AssertionError("the database was asked")

    monkeypatch.setattr(world.tools.db, "read", read)

    assert (await follow(world, made.codes[Channel.MESSAGE])).status_code == 302


async def test_what_is_older_than_25_months_is_forgotten_in_the_sums_too(world, cern):
    made = await make(world, cern)
    await follow(world, made.codes[Channel.MESSAGE])
    await follow(world, made.codes[Channel.MESSAGE], agent=MACHINES[1])
    await world.tools.clicks.flush()
    world.clock.move(PAST)
    await follow(world, made.codes[Channel.MESSAGE])
    await world.tools.clicks.flush()

    while await world.write(shortlinks.forget_old):
        pass

    clicks = await world.ask(shortlinks.clicks_since, [made.link.id], since=world.clock.now() - 2 * PAST)
    assert [(one.visitor, one.clicks) for one in clicks] == [("people", 1)]
    assert await counted(world, made) == (1, 0, 0)


async def test_an_account_that_is_erased_takes_its_links_along(world, cern):
    made = await make(world, cern)
    await follow(world, made.codes[Channel.MESSAGE])

    assert await world.write(shortlinks.forget_account, account_id=cern.account_id) == 1

    assert (await follow(world, made.codes[Channel.MESSAGE])).status_code == 404
    await world.tools.clicks.flush()  # what was counted of it meets nothing


visits = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(Channel), st.sampled_from(["GET", "HEAD"])), max_size=30)


@budget(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(fired=st.lists(visits, min_size=1, max_size=4))
async def test_totals_equal_what_was_fired_by_two_processes_together(tmp_path_factory, fired):
    folder = tmp_path_factory.mktemp("two")
    async with open_world(folder, {}) as one:
        person = await one.person("cern")
        made = [await make(one, person) for _ in range(3)]
        async with open_world(folder, {}) as two:
            expected: Counter[tuple[int, str]] = Counter()
            for turn, batch in enumerate(fired):
                world = (one, two)[turn % 2]
                for which, channel, method in batch:
                    code = made[which].codes.get(channel, made[which].codes[Channel.MESSAGE])
                    await follow(world, code, method=method)
                    expected[which, method] += 1
                await world.tools.clicks.flush()
                one.clock.move(timedelta(minutes=40))
                two.clock.move(timedelta(minutes=40))

            for world in (one, two):
                for which, each in enumerate(made):
                    assert await counted(world, each) == (expected[which, "GET"], expected[which, "HEAD"], 0)
            lines = await one.ask(
                shortlinks.clicks_since, [each.link.id for each in made], since=one.clock.now() - PAST
            )
            assert sum(line.clicks for line in lines) == expected.total()
