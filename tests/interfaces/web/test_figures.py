"""What became of an account's messages is told to whoever may read its figures, and adds up."""

import csv
import io
from datetime import timedelta

import pytest

from pinson.domain import deliveries, shortlinks
from pinson.domain.deliveries import About, Again, Channel, Ended, Outcome
from pinson.domain.shortlinks import Channel as Code
from pinson.domain.shortlinks import Checked
from pinson.domain.shortlinks import Visitor as Kind
from tests.interfaces.mastodon.test_query_counts import counted
from tests.interfaces.web.visitor import Visitor


@pytest.fixture
async def lab(world):
    return await world.person("lab")


@pytest.fixture
async def member(world, lab):
    browser = Visitor(world)
    await browser.sign_in("lab@mail.example")
    return browser


async def delivered(world, post, channel, *, sent=0, failed=0, waiting=0):
    """So many deliveries of a post by a channel, that ended so."""
    now = world.clock.now()
    holders = dict.fromkeys(range(1, sent + failed + waiting + 1), now)
    await world.write(deliveries.ask, channel=channel, about=About.POST, about_id=post.id, holders=holders)
    claimed = await world.write(deliveries.claim, channel=channel, until=now + timedelta(hours=1), limit=1000)
    results = [Ended(one.id, Outcome.SENT, remote_ids=(f"{one.id}",)) for one in claimed[:sent]]
    results += [Ended(one.id, Outcome.FAILED) for one in claimed[sent : sent + failed]]
    results += [Again(one.id, now + timedelta(hours=1), "later") for one in claimed[sent + failed :]]
    await world.write(deliveries.settle, channel=channel, results=results)
    return claimed


async def test_the_figures_of_a_day_add_up_in_words_and_in_the_file(world, lab, member):
    first = await world.publish(lab, "=1+1 is not computed")
    world.clock.move(timedelta(minutes=3))
    second = await world.publish(lab, "COLLISIONS!")
    sms = await delivered(world, first, Channel.SMS, sent=7, failed=1)
    await delivered(world, second, Channel.SMS, sent=3, waiting=2)
    await delivered(world, second, Channel.EMAIL, sent=5)
    await world.write(deliveries.receive, channel=Channel.SMS, remote_id=f"{sms[0].id}", arrived=True)
    await world.write(deliveries.count_left, channel=Channel.EMAIL, holder_id=2)
    [made] = await world.write(
        shortlinks.make,
        account_id=lab.account_id,
        wishes=[Checked(target="https://example.org/")],
        post_id=second.id,
    )
    for kind in (Kind.PEOPLE, Kind.PEOPLE, Kind.MACHINES):
        world.tools.clicks.count(made.link.id, Code.MESSAGE, kind)
    await world.tools.clicks.flush()

    page = await member.open("/figures?lang=en")

    assert "2 messages, 15 alerts sent, 2 visits by people." in page.text
    assert "The best: that of 30 March 2026, 15:09" in page.text
    assert "1 could not be sent." in page.text
    file = await member.client.get("/figures.csv?lang=en")
    rows = list(csv.reader(io.StringIO(file.text.lstrip("\ufeff"))))
    newest, oldest = (dict(zip(rows[0], row, strict=True)) for row in rows[1:])
    assert (newest["Alerts sent (sms)"], newest["Alerts sent (email)"], newest["Asked"]) == ("3", "5", "10")
    assert (newest["People"], newest["Machines"], newest["Left afterwards"]) == ("2", "1", "1")
    assert (oldest["Message"], oldest["Arrived"], oldest["Failed"]) == ("'=1+1 is not computed", "1", "1")


async def test_an_account_without_messages_is_told_what_will_be_here(member):
    page = await member.open("/figures?lang=fr")

    assert page.status == 200
    assert "Rien n’a été publié" in page.text


async def test_only_who_may_read_figures_sees_them_and_only_of_their_account(world, lab, member):
    other = await world.person("other")
    post = await world.publish(other, "Theirs")
    await delivered(world, post, Channel.SMS, sent=3)
    stranger = Visitor(world)

    assert "Theirs" not in (await member.open("/figures")).text
    answer = await stranger.client.get("/figures")
    assert answer.headers["location"].startswith("/auth/sign_in")


async def test_a_script_gets_the_part_that_changes(world, lab, member):
    await world.publish(lab, "One")

    page = await member.open("/figures", **{"x-fragment": "1"})

    assert "data-again" in page.html
    assert "<html" not in page.html


async def test_the_page_asks_no_more_for_many_messages_than_for_one(world, lab, member):
    await world.publish(lab, "One")
    with counted(world) as few:
        await member.open("/figures")
    for number in range(9):
        await delivered(world, await world.publish(lab, f"{number}"), Channel.SMS, sent=2)

    with counted(world) as many:
        await member.open("/figures")
    assert len(many) == len(few)
