"""What comes back to addresses of ours: letters that could not be delivered, complaints, wishes to hear no more.

`Returns` is what the mail server of this machine hands them to (lib/lmtp). Each address is good for one reader and one
thing, and nobody else can make one (lib/postmarks).

Not here: how reports are read (lib/reports), what is sent (mailing.py).
"""

import structlog

from pinson.domain import alerts
from pinson.domain.alerts import AddressId, Withdrawn
from pinson.lib import reports
from pinson.lib.postmarks import LEAVE, Mark, Postmark
from pinson.lib.reports import Bounce, Complaint
from pinson.tools import Tools

COMPLAINTS = ("complaints", "abuse", "postmaster")  # addresses as they stand: mailboxes report there
KEPT_WORDS = 200  # characters of what was said of an address

events = structlog.get_logger("pinson.returning")


class Returns:
    """What takes mail in: see `lmtp.Inbox`."""

    def __init__(self, tools: Tools, postmark: Postmark) -> None:
        self._tools, self._postmark = tools, postmark

    async def knows(self, address: str) -> bool:
        """Whether we made this address, or it is where complaints come."""
        return self._is_plain(address) or await self._mark(address) is not None

    async def take(self, address: str, content: bytes) -> None:
        """Lose an address where nobody is, end what is not wanted, and count it."""
        mark = await self._mark(address)
        if mark is not None and mark.kind == LEAVE:
            await self._leave(mark, Withdrawn.ONE_CLICK)
            return
        match reports.read(content):
            case Bounce() as bounce if mark is not None:
                events.info("letter_came_back", delivery=mark.number, status=bounce.status, gone=bounce.gone)
                await self._tools.db.write(
                    alerts.come_back,
                    delivery_id=mark.number,
                    address_id=AddressId(mark.owner),
                    gone=bounce.gone,
                    for_now=bounce.for_now,
                    why=f"{bounce.status} {bounce.why}"[:KEPT_WORDS],
                    now=self._tools.clock.now(),
                )
            case Complaint() as complaint:
                traces = [found for trace in complaint.traces if (found := await self._mark(trace)) is not None]
                about = mark or next(iter(traces), None)
                events.info("complaint", kind=complaint.kind, known=about is not None)
                if about is not None:
                    await self._leave(Mark(LEAVE, about.owner, 0), Withdrawn.COMPLAINT)
            case _:
                events.info("message_not_understood", plain=mark is None)

    async def _leave(self, mark: Mark, how: Withdrawn) -> None:
        db, now = self._tools.db, self._tools.clock.now()
        if mark.number:
            await db.write(alerts.leave_topic, address_id=AddressId(mark.owner), topic_id=mark.number, how=how, now=now)
        else:
            await db.write(alerts.leave_all, address_ids=[AddressId(mark.owner)], how=how, now=now)

    def _is_plain(self, address: str) -> bool:
        local, _, domain = address.lower().rpartition("@")
        return domain == self._postmark.domain and local in COMPLAINTS

    async def _mark(self, address: str) -> Mark | None:
        """What an address is for, if we made it."""
        parsed = self._postmark.parse(address)
        if parsed is None:
            return None
        mark, proof = parsed
        async with self._tools.db.read() as tx:
            key = await alerts.key_of(tx, AddressId(mark.owner))
        return mark if self._postmark.is_proven(mark, proof, key) else None
