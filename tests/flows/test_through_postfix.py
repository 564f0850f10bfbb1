"""With a real mail server between us and the world: letters pass it unharmed, and what it hands back is understood."""

import asyncio
import contextlib
import os
import re
import smtplib

import dkim
import pytest

from pinson.domain import alerts, instance
from pinson.domain.deliveries import What
from pinson.lib.dkim import Signer
from pinson.lib.lmtp import Door
from pinson.lib.postmarks import Postmark
from pinson.returning import Returns
from tests import postfix
from tests.durability.test_deliveries import settle_notes
from tests.flows.test_alerts_by_mail import Reading, ledger, letters, of
from tests.mail_sink import Post, serving_mail
from tests.ports import a_free_port
from tests.world import open_world

DOMAIN = "retours.pinson.example"


class Watched(Returns):
    """What comes back, and when the next of it has been taken."""

    def __init__(self, tools):
        super().__init__(tools, Postmark(DOMAIN))
        self.came = asyncio.Event()

    async def take(self, address, content):
        await super().take(address, content)
        self.came.set()


@contextlib.asynccontextmanager
async def a_world_behind(program, folder, post):
    """A world whose e-mail passes through Postfix to `post`, which stands for all others; and its inbox."""
    path, lmtp = program("postfix"), a_free_port()
    async with serving_mail(post) as port, postfix.running(path, world=port, domain=DOMAIN, lmtp=lmtp) as through:
        mail = {
            "mail.backend": "smtp",
            "mail.smtp_host": "127.0.0.1",
            "mail.smtp_port": through,
            "mail.smtp_tls": "none",
        }
        async with open_world(folder, mail | {"mail.lmtp_port": lmtp, "mail.bounce_domain": DOMAIN}) as world:
            inbox = Watched(world.tools)
            task = asyncio.create_task(Door(inbox, host="127.0.0.1", port=lmtp, name="pinson.example").run())
            try:
                yield world, inbox, through
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="Postfix starts as root only")
async def test_letters_pass_a_real_mail_server_and_what_it_hands_back_counts(program, tmp_path):
    def answer(to):
        return "550 5.1.1 unknown" if to.startswith("nobody@") else "250 OK"

    post = Post(to_recipient=answer)
    async with a_world_behind(program, tmp_path, post) as (world, inbox, through):
        lab = await world.person("lab", display_name="Laboratoire à Portelune")
        lea, gone = Reading(world), Reading(world, "nobody@mail.example")
        await lea.ask(of(lab))
        await gone.ask(of(lab))
        await world.write(settle_notes)
        message = await world.publish(lab, "Le pont est fermé.\n.\nVoilà." + " Très" * 40)
        await world.settle()

        await asyncio.wait_for(inbox.came.wait(), 60)

        assert await ledger(world, message) == {What.ASKED: 2, What.SENT: 2, What.LOST: 1}
        places = await world.ask(alerts.addresses, [lea.address_id, gone.address_id])
        assert (places[lea.address_id].lost_at, places[gone.address_id].lost_at is None) == (None, False)
        [letter] = letters(post)
        seal = await world.ask(instance.seal)
        signer = Signer(seal.secret, domain="pinson.example", selector=seal.selector)
        content = next(content for _, _, content in post.taken if b"<post." in content)
        assert dkim.verify(content, dnsfunc=lambda *_, **__: signer.record.encode())

        inbox.came.clear()
        out = re.search(r"mailto:([^?>]+)", letter["List-Unsubscribe"])[1]
        await asyncio.to_thread(_write_to, through, out)
        await asyncio.wait_for(inbox.came.wait(), 60)

        assert not await lea.alerts()


def _write_to(port, address):
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.sendmail("lea@mail.example", [address], "Subject: unsubscribe\r\n\r\n")
