"""A street of people with telephones, for tests of texts.

DRAWN: the settings that it takes.
"""

from pinson.domain import alerts, phones
from pinson.domain.alerts import Reach
from pinson.domain.deliveries import Channel
from pinson.domain.relations.model import TopicKind
from pinson.lib.gateways import Incoming

PHONE, OTHER = "+33639981234", "+33639985678"
DRAWN = {"sms.backend": "simulator", "sms.number": "38000", "sms.parts_per_day": 100}


class Street:
    """People with telephones."""

    def __init__(self, world):
        self.world = world

    async def text(self, phone, *texts):
        """Somebody writes to our number; what they have received since, in order."""
        before = len(await self.all(phone))
        for text in texts:
            heard = Incoming(phone, "38000", text, self.world.clock.now())
            await self.world.machine.telephony.answering.hear([heard])
        await self.world.settle()
        return (await self.all(phone))[before:]

    async def all(self, phone):
        """All that a telephone received."""
        return [one.body for one in await self.world.ask(phones.drawn, phone) if one.ours]

    async def received(self, phone, send):
        """What a telephone receives while something is done."""
        before = len(await self.all(phone))
        done = await send
        await self.world.settle()
        return (await self.all(phone))[before:], done


async def follows(street, phone, name):
    await street.text(phone, f"SUIVRE {name}", "OUI")


async def link(world, person, phone, *, lang="fr", **pocket):
    """A telephone is a member's, and their account publishes by text."""
    reader = await world.write(alerts.reader_of_member, account_id=person.account_id, lang=lang, zone="Europe/Paris")
    await world.write(
        alerts.ask,
        reach=Reach(Channel.SMS, phone),
        topic=alerts.Topic(TopicKind.ACCOUNT, person.account_id, person.account_id),
        wish=alerts.Wish(),
        wording=alerts.Wording("fr", "-"),
        source=alerts.Source.MEMBER,
        topic_name="-",
        zone="Europe/Paris",
        reader_id=reader.id,
        secrets=alerts.Secrets("123456", f"link-{phone}"),
    )
    address = await world.ask(alerts.address, Reach(Channel.SMS, phone))
    await world.write(alerts.confirm, address_id=address.id, code="123456")
    await world.write(phones.let_publish, account_id=person.account_id, **({"allowed": True, "code": ""} | pocket))
    await world.settle()  # the digits that proved it have arrived
