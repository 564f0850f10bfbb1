"""Keeps a session with a network open, sends through it at the pace that was agreed, and hears what comes.

`submit` says of each part what is known: taken, not taken (it may be tried again), refused, or in doubt, since the
connection ended after it left and before its answer. What is in doubt is never sent again here.

Source: SMPP 3.4, sections 2 (sessions), 2.7.4 (several at a time), 4.11 (enquire_link), 5.1.3 (what went wrong).
"""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import msgspec
import structlog

from pinson.lib.clock import Clock
from pinson.lib.pace import Pace
from pinson.lib.smpp import pdus
from pinson.lib.smpp.link import MOST_QUEUED, Answer, Arrival, Broken, Link
from pinson.lib.smpp.pdus import Address, Command, Malformed, Status, Text
from pinson.lib.smpp.receipts import Receipt, is_receipt, receipt_of
from pinson.lib.smpp.texts import Pieces

AT_A_TIME = 500  # arrivals that are handed on together
FIRST_SLOWER, LONGEST_SLOWER = 0.25, 16.0  # seconds without a word after "too fast"
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds before the connection is made again
LAST_WORDS = 2.0  # seconds that answers have when we leave: what has none then is in doubt
STEADY = 60.0  # seconds after which a session counts as one that worked

events = structlog.get_logger("pinson.smpp")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What was agreed with the network.

    window: parts that may be without an answer at a time. per_second: parts.
    quiet: seconds without a word after which we ask whether anybody is there; patience: seconds for any answer.
    """

    host: str
    port: int
    system_id: str
    password: str
    system_type: str = ""
    tls: bool = False
    window: int = 50
    per_second: float = 100
    quiet: float = 30
    patience: float = 30


class Incoming(msgspec.Struct, frozen=True):
    """A text that somebody wrote, whole."""

    source: Address
    to: str
    text: str


Heard = Incoming | Receipt
Hear = Callable[[Sequence[Heard]], Awaitable[None]]


class NotTaken(Exception):
    """Nothing was sent, or the network did not want it now: it may be tried again."""


class Rejected(Exception):
    """The network will never take this. `status`: why, see section 5.1.3."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the network answers {status:#x}")
        self.status = status


class InDoubt(Exception):
    """It left, and the connection ended before we were told whether it was taken."""


class _BindRefused(Exception):
    """The network does not let us in."""


LATER = frozenset({Status.SYSTEM_ERROR, 0x04, 0x45, Status.TRY_LATER})  # 4: not bound; 0x45: it failed, no more said


class Client:
    """See the module."""

    def __init__(self, account: Account, hear: Hear, *, clock: Clock, chance: Callable[[], float]) -> None:
        """
        Args:
            hear: takes in what came, for good; if it raises, the network is asked to hand it over again.
            chance: a number from 0 to 1, so that many clients do not come back at the same moment.
        """
        self._account = account
        self._hear = hear
        self._clock = clock
        self._chance = chance
        self._arrivals: asyncio.Queue[Arrival] = asyncio.Queue()
        self._pieces = Pieces()
        self._window = asyncio.Semaphore(account.window)
        self._link: Link | None = None
        self._pace = Pace(account.per_second)
        self._slower = FIRST_SLOWER
        self._silent_until = 0.0
        self.trouble = "not connected yet"

    @property
    def bound(self) -> bool:
        """Whether parts can be sent now. If not, `trouble` says why."""
        return self._link is not None and self._link.usable

    async def run(self) -> None:
        """Keep the session, until cancelled: then take leave."""
        taking = asyncio.create_task(self._take_in())
        try:
            await self._stay()
        finally:
            taking.cancel()
            await self._leave()

    async def submit(self, text: Text) -> str:
        """Hand over a part, when it is its turn; the network's id of it.

        While the network says that we are too fast, all wait, and this is tried again for as long as we are patient.

        Raises:
            NotTaken, Rejected, InDoubt.
        """
        loop, body = asyncio.get_running_loop(), pdus.submit_body(text)
        until = loop.time() + self._account.patience
        while True:
            async with self._window:
                await self._turn()
                link = self._link
                if link is None or not link.usable:
                    raise NotTaken(self.trouble)
                left_at = loop.time()
                try:
                    answer = await link.ask(Command.SUBMIT_SM, body)
                except Broken:
                    raise InDoubt("the connection ended before the answer") from None
            match answer.status:
                case Status.OK:
                    self._slower = FIRST_SLOWER
                    with contextlib.suppress(Malformed):  # taken all the same; nobody will tell us what becomes of it
                        return pdus.id_of(answer.body)
                    return ""
                case Status.THROTTLED | Status.QUEUE_FULL:
                    self._slow_down(left_at)
                    if self._silent_until > until:
                        raise NotTaken("the network wants fewer parts at a time")
                case status if status in LATER:
                    raise NotTaken(f"the network answers {status:#x}")
                case status:
                    raise Rejected(status)

    async def _turn(self) -> None:
        """Wait until the next part may leave."""
        while True:
            await self._pace.turn()
            wait = self._silent_until - asyncio.get_running_loop().time()
            if wait <= 0:
                return
            await asyncio.sleep(wait)

    def _slow_down(self, left_at: float) -> None:
        """Be silent for a while; twice as long each time. What left before we slowed down says nothing new."""
        if left_at >= self._silent_until:
            self._silent_until = asyncio.get_running_loop().time() + self._slower
            events.info("smpp_too_fast", seconds=self._slower)
            self._slower = min(self._slower * 2, LONGEST_SLOWER)

    async def _stay(self) -> None:
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                self._link = await self._bind()
                self.trouble = ""
                events.info("smpp_bound", host=self._account.host)
                await self._watch(self._link)
                self.trouble = "the connection has ended"
            except (OSError, TimeoutError, Broken, _BindRefused) as problem:
                self.trouble = str(problem) or type(problem).__name__
            self._link = None
            failures = 0 if asyncio.get_running_loop().time() - began > STEADY else failures + 1
            pause = min(FIRST_PAUSE * 2 ** min(failures, 10), LONGEST_PAUSE) * (0.5 + self._chance() / 2)
            events.warning("smpp_not_bound", host=self._account.host, why=self.trouble, again_in=round(pause, 1))
            await asyncio.sleep(pause)

    async def _bind(self) -> Link:
        account = self._account
        secured = ssl.create_default_context() if account.tls else None
        async with asyncio.timeout(account.patience):
            _, link = await asyncio.get_running_loop().create_connection(
                lambda: Link(self._arrivals), account.host, account.port, ssl=secured
            )
            body = pdus.bind_body(account.system_id, account.password, account.system_type)
            try:
                answer = await link.ask(Command.BIND_TRANSCEIVER, body)
            except BaseException:
                link.abort()
                raise
        if answer.status:
            link.abort()
            raise _BindRefused(f"the network does not let us in: {answer.status:#x}")
        return link

    async def _watch(self, link: Link) -> None:
        """Until the connection ends, or nobody answers: then end it, so that whoever waits is told."""
        account, loop = self._account, asyncio.get_running_loop()
        tick = min(1.0, account.quiet / 2)
        asked: asyncio.Future[Answer] | None = None
        while not link.closed.done():
            await asyncio.wait([link.closed], timeout=tick)
            now = loop.time()
            if now - link.oldest > account.patience:
                events.warning("smpp_no_answer", host=account.host)
                link.abort()
            elif link.leaving:
                link.abort()
            elif now - link.heard_at > account.quiet and (asked is None or asked.done()):
                asked = link.ask(Command.ENQUIRE_LINK)
                asked.add_done_callback(_forget)

    async def _leave(self) -> None:
        """Let what is under way be answered, say so, and give the network a moment to agree."""
        link, self._link = self._link, None
        if link is not None and link.usable:
            until = asyncio.get_running_loop().time() + LAST_WORDS
            while link.is_waiting and link.usable and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
                await asyncio.sleep(LAST_WORDS / 100)
            with contextlib.suppress(Broken, TimeoutError):
                await asyncio.wait_for(link.ask(Command.UNBIND), 1)
            link.abort()

    async def _take_in(self) -> None:
        """Hand on what comes, many at a time, and answer once it is kept."""
        while True:
            arrivals = await self._next_arrivals()
            now = self._clock.now()
            heard = [(arrival, self._said(arrival.text, now)) for arrival in arrivals]
            late = [Incoming(source, to, text) for source, to, text in self._pieces.late(now=now)]
            if await self._is_kept([*late, *(one for _, one in heard if one is not None)]):
                for arrival, one in heard:
                    self._answer(arrival, one, kept=True)
            else:  # one of them may be the reason
                for arrival, one in heard:
                    self._answer(arrival, one, kept=one is None or await self._is_kept([one]))

    def _said(self, text: Text, now: datetime) -> Heard | None:
        """What came, if it says anything yet."""
        if is_receipt(text):
            return receipt_of(text)
        whole = self._pieces.add(text, now=now)
        return None if whole is None else Incoming(text.source, text.to.number, whole)

    async def _is_kept(self, heard: Sequence[Heard]) -> bool:
        try:
            if heard:
                await self._hear(heard)
        except Exception:  # a bug or a full disk: nothing is lost, the network hands it over again
            events.exception("smpp_not_kept")
            return False
        return True

    def _answer(self, arrival: Arrival, one: Heard | None, *, kept: bool) -> None:
        if kept and isinstance(one, Incoming):
            self._pieces.done(arrival.text)
        arrival.link.answer(arrival.command, arrival.number, b"\0", status=Status.OK if kept else Status.TRY_LATER)

    async def _next_arrivals(self) -> list[Arrival]:
        """All there are, at least one unless parts of a text may have waited for too long."""
        found = list[Arrival]()
        with contextlib.suppress(TimeoutError):
            found.append(await asyncio.wait_for(self._arrivals.get(), 30))
        while len(found) < min(AT_A_TIME, MOST_QUEUED) and not self._arrivals.empty():
            found.append(self._arrivals.get_nowait())
        return found


def _forget(answer: "asyncio.Future[Answer]") -> None:
    """Nobody waits for this answer: that there was one is all we wanted to know."""
    if not answer.cancelled():
        answer.exception()
