"""One message to ten thousand, by five channels, in a process that is killed twice on the way."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

from pinson.domain import alerts, deliveries, posts
from pinson.domain.alerts import Reach, Source, Topic, Wish, Wording
from pinson.domain.deliveries import About, Channel, What
from pinson.domain.posts import Draft
from pinson.domain.relations.model import TopicKind
from pinson.lib.clock import SystemClock
from tests.durability.sender import MOST_OPEN
from tests.durability.tags import ROOT
from tests.world import open_world

ASKED = {Channel.SMS: 4000, Channel.EMAIL: 3000, Channel.BROWSER: 1000, Channel.PUSH: 1000, Channel.WEBSUB: 1000}
KINDS = tuple(channel.encode() for channel in Channel)
UNCONFIRMED = 50
KILLED_AFTER = 1500, 4500  # after so many took it, of ten thousand, the process is killed, in the middle of a text


async def ask_many(tx, *, channel, lab, numbers, confirmed, now):
    """So many people ask for a topic, and prove (or not) that the address is theirs."""
    for number in numbers:
        asked = await alerts.ask(
            tx,
            reach=Reach(channel, f"{channel}-{number}"),
            topic=Topic(TopicKind.ACCOUNT, lab, lab),
            wish=Wish(),
            wording=Wording("fr", "J'accepte."),
            source=Source.PAGE,
            topic_name="Lab",
            zone="UTC",
            reader_id=None,
            secrets=alerts.Secrets("123456", f"{channel}-{number}"),
            now=now,
        )
        reader = await alerts.reader(tx, asked.reader_id)
        await alerts.set_up(tx, reader=no_quiet_hours(reader), now=now)
        if confirmed and not asked.confirmed:
            assert await alerts.confirm(tx, address_id=asked.address_id, code="123456", now=now)


def no_quiet_hours(reader):
    """The same, whose phone may ring at any hour: the test runs at any hour."""
    return type(reader)(reader.id, reader.account_id, reader.lang, reader.zone, 0, 0, reader.digest_hour, None)


async def ask_elsewhere(tx, *, channel, about_id, holders, now):
    """Those who are not reached by alerts: apps and programs, by ids of their own."""
    named = {"about": About.POST, "about_id": about_id, "now": now}
    await deliveries.ask(tx, channel=channel, holders=dict.fromkeys(holders, now), **named)


async def settle_notes(tx, *, now):
    """The requests for proof are out."""
    for channel in alerts.CHANNELS:
        while claimed := await deliveries.claim(tx, channel=channel, now=now, until=now, limit=5000):
            ended = [deliveries.Ended(one.id, deliveries.Outcome.SENT) for one in claimed]
            await deliveries.settle(tx, channel=channel, results=ended, now=now)


async def a_crowd(folder):
    """Ten thousand who want what an account publishes, some who never proved it, and one message."""
    async with open_world(folder, {}) as world:
        lab = await world.person("lab")
        now = SystemClock().now() - timedelta(minutes=2)
        write = world.tools.db.write
        for channel in alerts.CHANNELS:
            named = {"channel": channel, "lab": lab.account_id, "now": now}
            await write(ask_many, numbers=range(ASKED[channel]), confirmed=True, **named)
            if channel is not Channel.BROWSER:
                await write(ask_many, numbers=range(-UNCONFIRMED, 0), confirmed=False, **named)
        await write(settle_notes, now=now)
        prepared = posts.prepare(Draft("COLLISIONS!"), max_characters=500, local_domain="pinson.example")
        later = now + timedelta(minutes=1)
        async with world.tools.db.read() as tx:
            author = posts.Reader(await world.tools.circles.of(tx, lab.account_id, now=later), world.tools.standing)
        named = {"author_id": lab.account_id, "prepared": prepared, "base_url": "https://pinson.example"}
        post = await write(posts.publish, author=author, **named, now=later)
        for channel in (Channel.PUSH, Channel.WEBSUB):
            await write(ask_elsewhere, channel=channel, about_id=post.id, holders=range(ASKED[channel]), now=later)
        return post


def deliver(folder, minutes, kill_after):
    """Lines of what was taken by a process that is killed after so many, or (0) that does all there is."""
    command = [sys.executable, "-m", "tests.durability.sender", str(folder), str(minutes), str(kill_after)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    assert done.returncode == (-signal.SIGKILL if kill_after else 0)
    return [tuple(line.decode().split()) for line in done.stdout.splitlines() if line.startswith(KINDS)]  # and a log


async def test_ten_thousand_are_reached_once_though_the_process_is_killed_twice(tmp_path):
    post = await a_crowd(tmp_path)

    taken = []
    for minutes, kill_after in zip((0, 4, 8), (*KILLED_AFTER, 0), strict=True):
        taken += await asyncio.to_thread(deliver, tmp_path, minutes, kill_after)

    by_channel = {channel: Counter(holder for of, holder, _ in taken if of == channel) for channel in Channel}
    async with open_world(tmp_path, {}) as world:
        counted = Counter()
        for line in await world.ask(deliveries.lines, [post.id]):
            counted[line.channel, line.what] += line.deliveries
        doubtful = await world.ask(deliveries.doubtful)
        assert await world.ask(deliveries.waiting) == []
    in_doubt = counted[Channel.SMS, What.IN_DOUBT]
    assert {channel: counted[channel, What.ASKED] for channel in Channel} == ASKED
    # No SMS twice, and what is not certain is listed: at most what was open at the two kills.
    assert set(by_channel[Channel.SMS].values()) == {1}
    assert 0 < in_doubt <= 2 * MOST_OPEN
    assert len(doubtful) == in_doubt
    assert counted[Channel.SMS, What.SENT] + in_doubt == ASKED[Channel.SMS]
    assert ASKED[Channel.SMS] - in_doubt <= len(by_channel[Channel.SMS]) <= ASKED[Channel.SMS]
    # All the others reached everybody, the open ones twice at most for each kill, under the same delivery.
    for channel in set(Channel) - {Channel.SMS}:
        assert counted[channel, What.SENT] == len(by_channel[channel]) == ASKED[channel]
        assert sum(by_channel[channel].values()) - ASKED[channel] <= 2 * MOST_OPEN
    assert len({(of, holder, id) for of, holder, id in taken}) == len({(of, holder) for of, holder, _ in taken})
