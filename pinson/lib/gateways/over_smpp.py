"""An operator that speaks SMPP."""

import asyncio
import re
from collections.abc import Callable, Sequence
from itertools import count

from pinson.lib import phones, smpp
from pinson.lib.clock import Clock
from pinson.lib.gateways.model import (
    Hear,
    Heard,
    Incoming,
    InDoubt,
    NotNow,
    Receipt,
    Refused,
    State,
    Taken,
    Text,
    state_of,
)

INTERNATIONAL, NATIONAL, SHORT, NAMED = 1, 2, 3, 5  # kinds of number (SMPP 3.4, section 5.2.5)
UNKNOWN, ISDN = 0, 1  # plans of numbers (section 5.2.6)
TRIES, FIRST_PAUSE = 6, 0.5  # of the parts after the first, seconds: half a text is worse than a late one


class SmppGateway:
    """See the module. One session: an operator counts them."""

    def __init__(
        self,
        account: smpp.Account,
        hear: Hear,
        *,
        region: str,
        clock: Clock,
        chance: Callable[[], float],
        hours: int = 48,
        receipt_ids_are_decimal: bool = False,
    ) -> None:
        """
        Args:
            region: whose numbers come without a country (ISO 3166).
            hours: how long the operator may go on trying.
            receipt_ids_are_decimal: it names a text in hexadecimal when it takes it, and in decimal in receipts.
        """
        self._client = smpp.Client(account, self._took_in, clock=clock, chance=chance)
        self._hear = hear
        self._region = region
        self._clock = clock
        self._hours = hours
        self._decimal = receipt_ids_are_decimal
        self._references = count(int(chance() * 255))

    @property
    def trouble(self) -> str:
        """Why nothing can be sent now; "" if it can."""
        return "" if self._client.bound else self._client.trouble or "not connected"

    async def run(self) -> None:
        """Keep the session until cancelled."""
        await self._client.run()

    async def send(self, text: Text) -> Taken:
        """Hand over a text, its parts in turn.

        Raises:
            NotNow, Refused, InDoubt.
        """
        source, to = _address(text.sender), _address(text.to)
        ids: list[str] = []
        for esm_class, coding, payload in smpp.payloads(text.body, reference=next(self._references)):
            part = smpp.Text(
                source=source,
                to=to,
                esm_class=esm_class,
                coding=coding,
                payload=payload,
                receipt=True,
                minutes=self._hours * 60,
            )
            try:
                ids.append(await (self._insist(part) if ids else self._client.submit(part)))
            except smpp.NotTaken as problem:
                if ids:
                    raise InDoubt(f"only a part of it was taken: {problem}", self._named(ids)) from problem
                raise NotNow(str(problem)) from problem
            except smpp.InDoubt as problem:
                raise InDoubt(str(problem), self._named(ids)) from problem
            except smpp.Rejected as problem:
                raise Refused(str(problem)) from problem
        return Taken(self._named(ids))

    async def _insist(self, part: smpp.Text) -> str:
        for attempt in range(TRIES - 1):
            try:
                return await self._client.submit(part)
            except smpp.NotTaken:
                await asyncio.sleep(FIRST_PAUSE * 2**attempt)
        return await self._client.submit(part)

    def _named(self, ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(_as_decimal(one) if self._decimal else one for one in ids if one)

    async def _took_in(self, heard: Sequence[smpp.Heard]) -> None:
        await self._hear([self._ours(one) for one in heard])

    def _ours(self, one: smpp.Heard) -> Heard:
        now = self._clock.now()
        if isinstance(one, smpp.Incoming):
            return Incoming(self._number(one.source), one.to, one.text, now)
        state = state_of(one.state)
        return Receipt(one.remote_id, state, f"{one.state} {one.error}".strip() if state is State.FAILED else "", now)

    def _number(self, source: smpp.Address) -> str:
        if source.ton == INTERNATIONAL and source.number.isdecimal():
            return f"+{source.number}"
        return phones.guessed(source.number, self._region)


def _address(number: str) -> smpp.Address:
    """A sender or a receiver, as networks want them: what begins with a plus without it, a name as a name."""
    if number.startswith("+"):
        return smpp.Address(INTERNATIONAL, ISDN, number[1:])
    if re.fullmatch(r"[0-9]+", number):
        return smpp.Address(SHORT, UNKNOWN, number)
    return smpp.Address(NAMED, UNKNOWN, number)


def _as_decimal(id: str) -> str:
    try:
        return str(int(id, 16))
    except ValueError:
        return id
