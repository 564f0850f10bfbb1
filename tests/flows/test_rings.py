"""A browser that allowed it is rung once for what its reader wants, and can be silenced by one press."""

from datetime import timedelta

import msgspec
import pytest

from pinson.delivering import Worker
from pinson.domain import alerts, deliveries
from pinson.domain.alerts import NoteKind, Reach, Rhythm, Source, Topic, Wish, Wording
from pinson.domain.deliveries import Channel
from pinson.domain.relations.model import TopicKind
from pinson.ringing import Payload, Rings
from pinson.waking import Services
from tests.interfaces.mastodon.test_query_counts import counted
from tests.push_sink import Browser


@pytest.fixture
def settings():
    """A push service on this machine may be reached."""
    return {"outgoing.allow_loopback": True}


async def allowed(world, service, topic, *, name="one", lang="en", wish=None):
    """A browser whose reader wants a topic; the address."""
    browser = Browser()
    asked = await world.write(
        alerts.ask,
        reach=Reach(Channel.BROWSER, f"{service.url}/to/{name}", browser.subscription),
        topic=topic,
        wish=wish or Wish(),
        wording=Wording(lang, "I agree."),
        source=Source.PAGE,
        topic_name="Lab",
        zone="Europe/Paris",
        reader_id=None,
        secrets=alerts.new_secrets(),
    )
    return browser, asked.address_id


def of(person):
    return Topic(TopicKind.ACCOUNT, person.account_id, person.account_id)


def read(browser, arrived):
    """What a push says to the browser that it is for."""
    _, headers, body = arrived
    return msgspec.json.decode(browser.read(headers, body), type=Payload)


async def settle(world):
    await world.settle()
    worker = Worker(world.tools, Rings(world.tools, await Services.of(world.tools)))
    while await worker.step():
        pass


async def test_a_message_rings_once_in_the_language_of_its_reader(world, service):
    lab = await world.person("lab", display_name="Le Labo & Co")
    browser, address_id = await allowed(world, service, of(lab), lang="fr")

    post = await world.publish(lab, "Premier faisceau <b>ce matin</b>\n\nà 8 h.", language="fr")
    await settle(world)
    await settle(world)

    (arrived,) = service.pushes
    path, headers, _ = arrived
    key = await world.ask(alerts.key_of, address_id)
    shown = read(browser, arrived).notification
    assert (path, headers["Ttl"], headers["Urgency"], headers["Topic"]) == ("/to/one", "172800", "high", shown.tag)
    assert read(browser, arrived).web_push == 8030
    assert (shown.title, shown.body) == ("Le Labo & Co", "Premier faisceau <b>ce matin</b> à 8 h.")
    assert shown.navigate == f"https://pinson.example/@lab/{post.id}"
    assert [(action.action, action.title) for action in shown.actions] == [("read", "Lire"), ("stop", "Arrêter")]
    assert shown.data.post == f"https://pinson.example/s/leave/{key}/{lab.account_id}"
    assert shown.data.manage == f"https://pinson.example/s/gerer/{key}"


async def test_a_correction_takes_the_place_of_what_it_corrects(world, service):
    lab = await world.person("lab")
    browser, _ = await allowed(world, service, of(lab))
    first = await world.publish(lab, "It was the power")
    await settle(world)
    path = f"/api/pinson/v1/messages/{first.id}/corrections"
    answer = await world.client(lab).post(path, json={"status": "It was a magnet"})
    assert answer.status_code == 200
    await settle(world)

    error, correction = service.pushes
    assert correction[1]["Topic"] == error[1]["Topic"]
    shown = read(browser, correction).notification
    assert shown.tag == read(browser, error).notification.tag
    assert (shown.title, shown.renotify) == ("Correction by lab", True)


async def test_what_was_deleted_hidden_or_is_wanted_no_more_rings_nowhere(world, service):
    lab = await world.person("lab")
    _, address_id = await allowed(world, service, of(lab))
    gone = await world.publish(lab, "To be deleted")
    reactor = world.machine.reactor
    await reactor.settle()
    await world.client(lab).delete(f"/api/v1/statuses/{gone.id}")
    await settle(world)
    await world.publish(lab, "Not wanted any more")
    await reactor.settle()
    await world.write(alerts.leave_all, address_ids=[address_id], how=alerts.Withdrawn.PAGE)
    await settle(world)

    assert service.pushes == []
    counts = await world.ask(deliveries.counts, since=world.clock.now() - timedelta(days=1))
    assert {count.outcome: count.deliveries for count in counts} == {"needless": 2}


async def test_a_browser_that_is_gone_is_rung_no_more_and_one_that_is_busy_later(world, service):
    lab = await world.person("lab")
    _, gone = await allowed(world, service, of(lab))
    service.answers = [410]
    await world.publish(lab, "First")
    await settle(world)
    await world.publish(lab, "Second")
    await settle(world)
    assert len(service.pushes) == 1
    assert (await world.ask(alerts.addresses, [gone]))[gone].lost_at is not None

    await allowed(world, service, of(lab), name="two")
    service.answers, service.headers = [429], "Retry-After: 60\r\n"
    await world.publish(lab, "Third")
    await settle(world)
    assert len(service.pushes) == 2
    world.clock.move(timedelta(seconds=61))
    await settle(world)
    assert [path for path, _, _ in service.pushes] == ["/to/one", "/to/two", "/to/two"]


async def test_a_summary_says_what_was_missed(world, service):
    lab = await world.person("lab")
    browser, _ = await allowed(world, service, of(lab), wish=Wish(rhythm=Rhythm.DIGEST))
    for number in range(7):
        await world.publish(lab, f"Message {number}")
    await settle(world)
    assert service.pushes == []

    world.clock.move(timedelta(hours=6))
    await world.write(alerts.make_digests)
    await settle(world)

    (arrived,) = service.pushes
    shown = read(browser, arrived).notification
    assert shown.title == "What you missed: 7 messages"
    assert shown.body.splitlines() == [*(f"lab – Message {number}" for number in range(5)), "…"]
    assert arrived[1]["Urgency"] == "normal"
    assert shown.navigate.startswith("https://pinson.example/s/resume/")


async def test_a_test_arrives_though_nothing_is_published(world, service):
    lab = await world.person("lab")
    browser, address_id = await allowed(world, service, of(lab), lang="fr")
    await world.write(alerts.tell, address_id=address_id, kind=NoteKind.TEST, data={})
    await settle(world)
    assert read(browser, service.pushes[0]).notification.title == "Ça marche"


async def test_what_is_in_the_settings_of_many_browsers_is_read_in_as_many_statements_as_of_one(world, service):
    lab = await world.person("lab")
    rings = Rings(world.tools, await Services.of(world.tools))
    costs = []
    for crowd in (range(2), range(2, 12)):
        for number in crowd:
            await allowed(world, service, of(lab), name=str(number))
        await world.publish(lab, "Hello")
        await world.machine.reactor.settle()
        claimed = await world.write(
            deliveries.claim, channel=Channel.BROWSER, until=world.clock.now() + timedelta(minutes=1), limit=50
        )
        with counted(world) as statements:
            async with world.tools.db.read() as tx:
                assert len(await rings.prepare(tx, claimed)) == len(claimed) >= len(crowd)
        costs.append(statements)
    assert costs[0] == costs[1]
