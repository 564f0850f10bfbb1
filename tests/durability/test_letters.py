"""Letters to many, in a process that is killed among them: nobody is forgotten, and who gets one twice can tell."""

import asyncio
import sys
from collections import defaultdict
from datetime import timedelta

import pytest

from pinson.domain import deliveries, posts
from pinson.domain.deliveries import Channel, What
from pinson.domain.posts import Draft
from pinson.lib.clock import SystemClock
from pinson.mailing import Letters
from tests.durability.tags import ROOT
from tests.durability.test_deliveries import ask_many, settle_notes
from tests.mail_sink import Post, serving_mail
from tests.world import open_world

READERS = 100
KILLED_AFTER = 40


class Fatal(Post):
    """A mail server that has the sender killed when it has taken so many, before it says that it has."""

    def __init__(self, kill_after):
        super().__init__(pipelining=True)
        self.kill_after, self.process = kill_after, None

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.taken) == self.kill_after:
            self.process.kill()
        return answer


async def a_crowd(folder):
    """Readers of an account, and one message to them."""
    async with open_world(folder, {}) as world:
        lab = await world.person("lab")
        now = SystemClock().now() - timedelta(minutes=2)
        write = world.tools.db.write
        addresses = [f"{number}@mail.example" for number in range(READERS)]
        named = {"channel": Channel.EMAIL, "lab": lab.account_id, "confirmed": True, "now": now}
        await write(ask_many, numbers=addresses, **named)
        await write(settle_notes, now=now)
        prepared = posts.prepare(Draft("COLLISIONS !"), max_characters=500, local_domain="pinson.example")
        async with world.tools.db.read() as tx:
            author = posts.Reader(await world.tools.circles.of(tx, lab.account_id, now=now), world.tools.standing)
        named = {"author_id": lab.account_id, "prepared": prepared, "base_url": "https://pinson.example"}
        return await write(posts.publish, author=author, **named, now=now + timedelta(minutes=1))


async def send(folder, minutes, port, post):
    """Send until killed, or until nothing is left; how it ended."""
    command = [sys.executable, "-m", "tests.durability.postman", str(folder), str(minutes), str(port)]
    post.process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)
    return await post.process.wait()


@pytest.mark.slow
async def test_a_process_that_is_killed_among_letters_forgets_nobody_and_repeats_under_the_same_name(tmp_path):
    message = await a_crowd(tmp_path)
    post = Fatal(KILLED_AFTER)

    async with serving_mail(post) as port:
        killed = await send(tmp_path, 0, port, post)
        ended = await send(tmp_path, 2, port, post)

    assert (killed < 0, ended) == (True, 0)
    names = defaultdict(list)
    for letter in post.messages:
        names[letter["To"]].append(letter["Message-ID"])
    assert len(names) == READERS
    assert all(len(set(some)) == 1 for some in names.values())
    assert 0 < len(post.taken) - READERS <= Letters.most_open
    async with open_world(tmp_path, {}) as world:
        counted = {line.what: 0 for line in await world.ask(deliveries.lines, [message.id])}
        for line in await world.ask(deliveries.lines, [message.id]):
            counted[line.what] += line.deliveries
    assert counted == {What.ASKED: READERS, What.SENT: READERS}
