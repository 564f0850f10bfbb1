"""Telephones that are only drawn: texts to them are kept for a page to show, and arrive at once.

`Simulator` is a gateway like others, for demonstrations and for trying things out without an operator.
"""

import asyncio

from pinson.domain import phones
from pinson.lib import sms
from pinson.lib.gateways import Hear, Receipt, State, Taken, Text
from pinson.tools import Tools


class Simulator:
    """See the module."""

    trouble = ""

    def __init__(self, tools: Tools, hear: Hear) -> None:
        self._tools = tools
        self._hear = hear

    async def run(self) -> None:
        """There is nothing to keep open."""
        await asyncio.Event().wait()

    async def send(self, text: Text) -> Taken:
        """Show a text on its telephone; it says that it arrived."""
        now = self._tools.clock.now()
        parts = sms.measure(text.body).parts
        id = await self._tools.db.write(
            phones.keep_drawn, phone=text.to, ours=True, sender=text.sender, body=text.body, parts=parts, now=now
        )
        await self._hear([Receipt(str(id), State.DELIVERED, "", now)])
        return Taken((str(id),))
