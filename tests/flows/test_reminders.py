"""Who ticked a line of a programme is told of it five minutes before, once for each hour it gets, and only if it is."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from pinson import reminding, schedule
from pinson.delivering import Worker
from pinson.domain import alerts, events
from pinson.domain.alerts import Publisher, Reach, Source, Topic, Wish, Wording, publishers
from pinson.domain.deliveries import Channel
from pinson.domain.relations.model import TopicKind
from pinson.mailing import Letters
from tests.flows.test_rings import read, settle
from tests.interfaces.web.test_doors import ask_by_letter, form_of, proofs, wishes
from tests.interfaces.web.test_events import made
from tests.interfaces.web.visitor import Visitor
from tests.push_sink import Browser
from tests.street import DRAWN, PHONE, Street
from tests.world import open_world

MINUTES = timedelta(minutes=1)


@pytest.fixture
def settings():
    """A push service on this machine may be reached."""
    return {"outgoing.allow_loopback": True}


class Programme:
    """An event of somebody's, and a line of it three hours from now."""

    def __init__(self, world, owner, event):
        self.world, self.event = world, event
        self.mine = {"id": int(event["id"]), "account_id": owner.account_id}

    async def begin(self):
        """Write the line."""
        self.starts_at = self.world.clock.now() + timedelta(hours=3)
        return await self.world.write(events.add_line, **self.mine, starts_at=self.starts_at, what="Reprise")

    async def look(self, at):
        """What the server does by the clock, at a moment; and what follows."""
        self.world.clock.move(at - self.world.clock.now())
        await schedule.sweep(self.world.tools)
        await settle(self.world)


@pytest_asyncio.fixture
async def programme(world):
    """It is Ana's."""
    ana = await world.person("ana")
    programme = Programme(world, ana, await made(world, ana, begins=timedelta(hours=1)))
    programme.line = await programme.begin()
    return programme


async def tick(world, service, topic_id, *, name="one", lang="en"):
    """A browser whose reader ticked a moment."""
    browser = Browser()
    reach = Reach(Channel.BROWSER, f"{service.url}/to/{name}", browser.subscription)
    return browser, await ask(world, reach, Topic(TopicKind.MOMENT, topic_id), lang=lang)


async def ask(world, reach, topic, *, lang="fr", secrets=None):
    """Somebody asks to be reminded."""
    return await world.write(
        alerts.ask,
        reach=reach,
        topic=topic,
        wish=Wish(),
        wording=Wording(lang, "I agree."),
        source=Source.PAGE,
        topic_name="Reprise",
        zone="Europe/Paris",
        reader_id=None,
        secrets=secrets or alerts.new_secrets(),
    )


async def test_it_rings_five_minutes_before_and_that_is_the_end_of_it(world, service, programme):
    browser, _ = await tick(world, service, programme.line.id, lang="fr")
    await programme.look(programme.starts_at - 6 * MINUTES)
    assert service.pushes == []
    await programme.look(programme.starts_at - 5 * MINUTES)
    await programme.look(programme.starts_at - 4 * MINUTES)

    (arrived,) = service.pushes
    shown = read(browser, arrived).notification
    there = programme.starts_at.astimezone(ZoneInfo("Europe/Zurich"))
    assert (shown.title, shown.body) == ("Reprise", f"À {there.hour}\u00a0h\u00a0{there:%M} · Premières collisions")
    assert shown.navigate == f"https://pinson.example/e/{programme.event['slug']}"
    assert (arrived[1]["Ttl"], arrived[1]["Urgency"]) == ("600", "high")
    await programme.look(programme.starts_at + reminding.KEPT)
    assert len(service.pushes) == 1
    assert await wishes(world) == []
    (proof,) = await proofs(world)
    assert (proof.withdrawn_how, proof.kind) == ("served", TopicKind.MOMENT)


async def test_what_is_moved_is_told_at_its_new_time_and_what_is_over_or_cancelled_is_not(world, service, programme):
    await tick(world, service, programme.line.id)
    later = programme.starts_at + timedelta(hours=1)
    await world.write(events.change_line, **programme.mine, line_id=programme.line.id, starts_at=later)
    await programme.look(programme.starts_at - 5 * MINUTES)
    assert service.pushes == []
    await programme.look(later - 5 * MINUTES)
    assert len(service.pushes) == 1
    await programme.look(later + reminding.KEPT)

    again = await programme.begin()
    await tick(world, service, again.id)
    await world.write(events.change_line, **programme.mine, line_id=again.id, is_done=True)
    gone = await programme.begin()
    await tick(world, service, gone.id)
    await world.write(events.delete_line, **programme.mine, line_id=gone.id)
    off = await programme.begin()
    await tick(world, service, off.id)
    await world.write(events.change, **programme.mine, said=events.Changes(is_cancelled=True))
    await programme.look(programme.starts_at - 5 * MINUTES)
    await programme.look(programme.starts_at + MINUTES)
    assert len(service.pushes) == 1
    assert await wishes(world) == []
    assert sorted(proof.withdrawn_how for proof in await proofs(world)) == ["closed", "closed", "closed", "served"]


@pytest.mark.parametrize("moved", [-4, 20], ids=["before its hour", "after its hour has struck"])
async def test_what_is_moved_after_it_was_told_rings_again_at_its_new_time(world, service, programme, moved):
    browser, _ = await tick(world, service, programme.line.id)
    first, later = programme.starts_at, programme.starts_at + timedelta(hours=1)
    await programme.look(first - 5 * MINUTES)
    await programme.look(first + moved * MINUTES)
    await world.write(events.change_line, **programme.mine, line_id=programme.line.id, starts_at=later)
    await programme.look(later - 6 * MINUTES)
    assert len(service.pushes) == 1
    await programme.look(later - 5 * MINUTES)
    await programme.look(later - 4 * MINUTES)

    zone = ZoneInfo("Europe/Zurich")
    told = [read(browser, push).notification.body.partition(" · ")[0] for push in service.pushes]
    assert told == [f"At {at.astimezone(zone):%H:%M}" for at in (first, later)]


async def test_the_beginning_of_an_event_rings_too_in_quiet_hours_but_not_for_who_paused(world, service, programme):
    starts_at = world.clock.now() + timedelta(hours=1)
    _, asked = await tick(world, service, -programme.mine["id"])
    _, pausing = await tick(world, service, -programme.mine["id"], name="two")
    reader = await world.ask(alerts.reader, asked.reader_id)
    await world.write(alerts.set_up, reader=type(reader)(**{**as_dict(reader), "quiet_from": 0, "quiet_until": 1439}))
    await world.write(alerts.pause, reader_id=pausing.reader_id, until=starts_at + timedelta(hours=1))

    await programme.look(starts_at - 5 * MINUTES)
    await programme.look(starts_at + reminding.KEPT)
    assert [path for path, _, _ in service.pushes] == ["/to/one"]
    assert await wishes(world) == []


def as_dict(struct):
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


async def test_it_is_ticked_on_the_page_of_the_event_and_taken_back_among_ones_alerts(world, programme):
    visitor = Visitor(world)
    page = await visitor.open(f"/e/{programme.event['slug']}?lang=en")
    doors = [link for link in page.links if link.startswith("/s/r/")]
    assert doors == [f"/s/r/-{programme.mine['id']}", f"/s/r/{programme.line.id}"]

    page = await visitor.open(doors[1])
    assert "You are told once, 5 minutes before" in page.text
    assert f"/e/{programme.event['slug']}.ics?remind=5&line={programme.line.id}" in page.links
    assert "rhythm" not in page.forms[form_of(page, "browser")].fields
    keys = {"endpoint": "https://push.example/one", **Browser().subscription}
    done = await visitor.send(page, form=form_of(page, "browser"), **keys)
    assert "You are told 5 minutes before, also if the hour changes." in done.text
    (wish,) = await wishes(world)
    assert (wish.kind, wish.topic_id) == (TopicKind.MOMENT, programme.line.id)
    (proof,) = await proofs(world)
    assert proof.wording.startswith("I agree to be reminded of ")

    mine = await visitor.open("/alertes")
    number = next(at for at, form in enumerate(mine.forms) if ("do", "leave") in form.buttons)
    left = await visitor.send(mine, form=number, button=("do", "leave"))
    assert await wishes(world) == []
    number = next(at for at, form in enumerate(left.forms) if "left" in form.fields)
    await visitor.send(left, form=number, button=("do", "again"))
    assert len(await wishes(world)) == 1
    world.clock.move(timedelta(hours=4))
    assert (await visitor.open(doors[1])).status == 404
    assert (await visitor.open("/s/r/12")).status == 404


@pytest.mark.parametrize("credits", [0, 5])
async def test_a_text_is_paid_for_by_whose_event_it_is(tmp_path, credits):
    async with open_world(tmp_path, DRAWN) as world:
        street, ana = Street(world), await world.person("ana")
        programme = Programme(world, ana, await made(world, ana, begins=timedelta(hours=1)))
        line = await programme.begin()
        topic, secrets = Topic(TopicKind.MOMENT, line.id), alerts.new_secrets()
        asked = await ask(world, Reach(Channel.SMS, PHONE), topic, secrets=secrets)
        assert await world.write(alerts.confirm, address_id=asked.address_id, code=secrets.code)
        await world.tools.db.write(publishers.change, publisher=Publisher(ana.account_id, credits=credits))
        await world.settle()
        before = len(await street.all(PHONE))

        world.clock.move(programme.starts_at - 5 * MINUTES - world.clock.now())
        await schedule.sweep(world.tools)
        await world.settle()

        there = programme.starts_at.astimezone(ZoneInfo("Europe/Zurich"))
        told = (await street.all(PHONE))[before:]
        assert told == ([f"Rappel : à {there.hour} h {there:%M}, Reprise."] if credits else [])


async def test_a_letter_says_it_too(world, programme):
    visitor = Visitor(world)
    await ask_by_letter(visitor, path=f"/s/r/{programme.line.id}")
    async with world.tools.db.read() as tx:
        [data] = await tx.all(str, "SELECT data FROM notes")
    link = data.partition('"link":"')[2].partition('"')[0]
    assert "You are told 5 minutes before" in (await visitor.open(f"/s/confirm/{link}")).text

    await programme.look(programme.starts_at - 5 * MINUTES)
    worker = Worker(world.tools, Letters(world.tools))
    while await worker.step():
        pass
    there = programme.starts_at.astimezone(ZoneInfo("Europe/Zurich"))
    asked, reminder = sorted((letter["Subject"] for letter in world.letters()), reverse=True)
    assert asked.startswith("Confirm: a reminder of ")
    assert reminder == f"At {there:%H:%M}: Reprise"
