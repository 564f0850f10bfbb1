"""Whoever runs the server sees how deliveries are: what waits, what failed, what is in doubt."""

from datetime import timedelta

from pinson.domain import deliveries
from pinson.domain.access import UserRole
from pinson.domain.deliveries import About, Channel
from tests.interfaces.web.test_figures import delivered
from tests.interfaces.web.visitor import Visitor


async def test_each_way_says_what_waits_and_what_became_of_the_rest(world):
    root = await world.person("root", role=UserRole.ADMIN)
    visitor = Visitor(world)
    await visitor.sign_in("root@mail.example")
    post = await world.publish(root, "Hello")
    now = world.clock.now()
    waiting = {"about": About.POST, "about_id": post.id, "holders": {1: now, 2: now}}
    await world.write(deliveries.ask, channel=Channel.EMAIL, **waiting)
    await delivered(world, post, Channel.BROWSER, sent=2, failed=1)
    await world.write(deliveries.ask, channel=Channel.SMS, **waiting)
    await world.write(deliveries.claim, channel=Channel.SMS, until=now, limit=9)
    world.clock.move(timedelta(minutes=1))
    await world.write(deliveries.claim, channel=Channel.SMS, until=world.clock.now(), limit=9)

    page = await visitor.open("/operator?lang=en")

    assert "E-mail · 2 wait, the oldest since" in page.text
    assert "Browsers · nothing waits In the last day: 2 sent, 1 failed." in page.text
    assert "2 are in doubt: the server stopped in the middle" in page.text
