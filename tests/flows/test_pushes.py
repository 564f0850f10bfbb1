"""Whoever subscribed is woken once, by a push service on this machine, and can read what was sent."""

from datetime import timedelta

import msgspec
import pytest

from pinson.delivering import Worker
from pinson.domain import access, deliveries
from pinson.domain.access import Theme
from pinson.domain.deliveries import About, Channel
from pinson.domain.notifications import push
from pinson.domain.notifications.push import Keys, PushPolicy
from pinson.pushing import Payload, Pushes
from pinson.waking import Services
from tests.push_sink import Browser

SUBSCRIPTION = "/api/v1/push/subscription"
CROWD = 300


@pytest.fixture
def settings():
    """A push service on this machine may be reached."""
    return {"outgoing.allow_loopback": True}


async def subscribed(world, person, service, *kinds, policy="all", standard=True):
    """A browser that is woken when a person is told of something of these kinds."""
    browser = Browser()
    wanted = {"alerts": dict.fromkeys(kinds or ["mention"], True), "policy": policy}
    keys = {"endpoint": "https://push.example/x", "keys": browser.subscription, "standard": standard}
    answer = await world.client(person).post(SUBSCRIPTION, json={"subscription": keys, "data": wanted})
    assert answer.status_code == 200, answer.text
    (there,) = await world.ask(push.of_account, person.account_id)
    # Only https is taken from outside, and this service has no certificate.
    keys = Keys(f"{service.url}/to/{person.username}", browser.p256dh, browser.auth)
    await world.write(
        push.subscribe,
        token_id=there.token_id,
        account_id=person.account_id,
        keys=keys,
        standard=standard,
        alerts=there.alerts,
        policy=there.policy,
    )
    return browser


def read(browser, arrived):
    """What a push says to the browser that it is for."""
    _, headers, body = arrived
    return msgspec.json.decode(browser.read(headers, body), type=Payload)


async def outcomes(world):
    """How many deliveries ended how."""
    counts = await world.ask(deliveries.counts, since=world.clock.now() - timedelta(days=3))
    return {count.outcome: count.deliveries for count in counts}


@pytest.mark.parametrize("standard", [True, False])
async def test_a_mention_wakes_the_one_who_is_mentioned(world, service, standard):
    alice, bob = await world.person("alice"), await world.person("bob", display_name="Bob & Co", note="x")
    browser = await subscribed(world, alice, service, standard=standard)

    await world.publish(bob, "@alice <b>tonight</b> at eight?\n\nBring a boat.")
    await world.settle()

    (arrived,) = service.pushes
    told = (await world.client(alice).get("/api/v1/notifications")).json()
    assert arrived[0] == "/to/alice"
    assert arrived[1]["Ttl"] == "172800"
    assert arrived[1]["Content-Encoding"] == ("aes128gcm" if standard else "aesgcm")
    assert read(browser, arrived) == Payload(
        preferred_locale="en",
        notification_id=int(told[0]["id"]),
        notification_type="mention",
        icon="https://pinson.example/static/avatar.png",
        title="Bob & Co writes to you",
        body="@alice <b>tonight</b> at eight? Bring a boat.",
    )
    assert await outcomes(world) == {"sent": 1}


async def test_each_is_told_in_their_language(world, service):
    alice, bob = await world.people("alice", "bob")
    browser = await subscribed(world, alice, service, "follow")
    await world.tools.db.write(access.prefer, user_id=alice.user_id, locale="fr", theme=Theme.SYSTEM, time_zone="")

    await world.follow(bob, alice)
    await world.settle()

    assert read(browser, service.pushes[0]).title == "bob vous suit maintenant"


async def test_one_is_woken_for_nothing_else_than_one_asked_for(world, service):
    alice, bob = await world.people("alice", "bob")
    await subscribed(world, alice, service, "favourite")

    await world.publish(bob, "@alice hello")
    await world.follow(bob, alice)
    await world.settle()

    assert service.pushes == []


@pytest.mark.parametrize(
    ("policy", "follows", "woken"),
    [
        ("all", [], True),
        ("followed", [("alice", "bob")], True),
        ("followed", [("bob", "alice")], False),
        ("follower", [("bob", "alice")], True),
        ("follower", [("alice", "bob")], False),
        ("none", [("alice", "bob"), ("bob", "alice")], False),
    ],
)
async def test_the_policy_of_a_subscription_says_by_whom(world, service, policy, follows, woken):
    people = dict(zip(("alice", "bob"), await world.people("alice", "bob"), strict=True))
    await subscribed(world, people["alice"], service, policy=policy)
    for follower, followed in follows:
        await world.follow(people[follower], people[followed])

    await world.publish(people["bob"], "@alice hello")
    await world.settle()

    assert bool(service.pushes) is woken


async def test_what_is_kept_apart_wakes_nobody(world, service):
    alice, bob = await world.people("alice", "bob")
    await subscribed(world, alice, service)

    await world.publish(bob, "@alice psst", visibility="direct")
    await world.settle()

    assert service.pushes == []


async def test_what_was_taken_back_before_it_left_wakes_nobody(world, service):
    alice, bob = await world.people("alice", "bob")
    await subscribed(world, alice, service)
    post = await world.publish(bob, "@alice oops")
    await world.machine.reactor.settle()
    await world.client(bob).delete(f"/api/v1/statuses/{post.id}")
    await world.settle()

    assert service.pushes == []
    assert await outcomes(world) == {"needless": 1}


async def test_being_told_twice_wakes_once(world, service):
    alice, bob = await world.people("alice", "bob")
    await subscribed(world, alice, service)
    await world.publish(bob, "@alice hello")
    await world.settle()
    (told,) = (await world.client(alice).get("/api/v1/notifications")).json()

    (there,) = await world.ask(push.of_account, alice.account_id)
    holders = {there.id: world.clock.now()}
    about = {"about": About.NOTIFICATION, "about_id": int(told["id"])}
    await world.write(deliveries.ask, channel=Channel.PUSH, holders=holders, **about)
    await world.settle()

    assert len(service.pushes) == 1


@pytest.mark.parametrize("status", [404, 410, 403])
async def test_a_subscription_that_its_service_does_not_know_ends(world, service, status):
    alice, bob = await world.people("alice", "bob")
    await subscribed(world, alice, service)
    service.answers = [status]

    await world.publish(bob, "@alice one")
    await world.publish(bob, "@alice two")
    await world.settle()
    await world.publish(bob, "@alice three")
    await world.settle()

    assert (await world.client(alice).get(SUBSCRIPTION)).status_code == 404
    assert len(service.pushes) <= 2  # both that were under way


@pytest.mark.parametrize("status", [429, 500, 503, 408])
async def test_a_service_that_is_not_well_is_asked_again_later(world, service, status):
    alice, bob = await world.people("alice", "bob")
    browser = await subscribed(world, alice, service)
    service.answers = [status, status]

    await world.publish(bob, "@alice hello")
    await world.settle()
    await world.settle()
    waiting = await world.ask(deliveries.waiting)
    for _ in range(3):
        world.clock.move(timedelta(minutes=2))
        await world.settle()

    assert [(one.deliveries, one.error) for one in waiting] == [(1, f"the push service answers {status}")]
    assert len(service.pushes) == 3
    assert {read(browser, arrived).title for arrived in service.pushes} == {"bob writes to you"}
    assert await outcomes(world) == {"sent": 1}


async def test_a_service_says_how_long_to_wait(world, service):
    alice, bob = await world.people("alice", "bob")
    await subscribed(world, alice, service)
    service.answers, service.headers = [429], "Retry-After: 3600\r\n"

    await world.publish(bob, "@alice hello")
    await world.settle()
    world.clock.move(timedelta(minutes=59))
    await world.settle()
    before = len(service.pushes)
    world.clock.move(timedelta(minutes=2))
    await world.settle()

    assert (before, len(service.pushes)) == (1, 2)


async def test_after_five_attempts_a_push_has_failed_and_says_why(world, service):
    alice, bob = await world.people("alice", "bob")
    await subscribed(world, alice, service)
    service.answers = [500] * 9

    await world.publish(bob, "@alice hello")
    for _ in range(9):
        await world.settle()
        world.clock.move(timedelta(hours=3))

    assert len(service.pushes) == 5
    assert await outcomes(world) == {"failed": 1}
    assert (await world.client(alice).get(SUBSCRIPTION)).status_code == 200


async def test_a_push_that_was_under_way_when_its_process_died_is_made_again(world, service):
    alice, bob = await world.people("alice", "bob")
    browser = await subscribed(world, alice, service)
    await world.publish(bob, "@alice hello")
    await world.machine.reactor.settle()
    now = world.clock.now()
    taken = await world.write(deliveries.claim, channel=Channel.PUSH, until=now + timedelta(minutes=1), limit=9)
    assert len(taken) == 1  # and nobody says what came of it

    await world.settle()
    before = len(service.pushes)
    world.clock.move(timedelta(minutes=2))
    await world.settle()

    assert (before, len(service.pushes)) == (0, 1)
    assert read(browser, service.pushes[0]).notification_type == "mention"


async def test_a_push_older_than_two_days_wakes_nobody(world, service):
    alice, bob = await world.people("alice", "bob")
    await subscribed(world, alice, service)
    await world.publish(bob, "@alice hello")
    await world.machine.reactor.settle()
    world.clock.move(timedelta(days=3))
    await world.settle()

    assert service.pushes == []


async def test_a_push_service_inside_our_own_walls_is_not_asked(world, service):
    alice, bob = await world.people("alice", "bob")
    await subscribed(world, alice, service)
    (there,) = await world.ask(push.of_account, alice.account_id)
    inside = Keys("https://192.168.1.1/x", there.p256dh, there.auth)
    await world.write(
        push.subscribe,
        token_id=there.token_id,
        account_id=alice.account_id,
        keys=inside,
        standard=True,
        alerts=there.alerts,
        policy=PushPolicy.ALL,
    )

    await world.publish(bob, "@alice hello")
    await world.settle()

    assert await outcomes(world) == {"failed": 1}
    assert (await world.client(alice).get(SUBSCRIPTION)).status_code == 404


async def test_two_processes_share_what_is_due_and_nobody_is_woken_twice(world, service):
    alice, bob = await world.people("alice", "bob")
    await subscribed(world, alice, service)
    await world.publish(bob, "@alice hello")
    await world.machine.reactor.settle()
    (there,) = await world.ask(push.of_account, alice.account_id)
    for about in range(CROWD):
        named = {"about": About.NOTIFICATION, "about_id": -1 - about, "holders": {there.id: world.clock.now()}}
        await world.write(deliveries.ask, channel=Channel.PUSH, **named)
    other = Worker(world.tools, Pushes(world.tools, await Services.of(world.tools)))

    while any([await other.step(), *[await worker.step() for worker in world.machine.workers]]):
        pass

    assert len(service.pushes) == 1
    assert await outcomes(world) == {"sent": 1, "needless": CROWD}
