"""What every operator has in common."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec


class Text(msgspec.Struct, frozen=True):
    """A text for one telephone.

    id: ours; a receipt names it where the operator has no id of its own. to: E.164. sender: a number, short or E.164,
    or a name of eleven characters at most. body: as a person reads it, of any length.
    """

    id: int
    to: str
    sender: str
    body: str


class Taken(msgspec.Struct, frozen=True):
    """The operator has all of it. remote_ids: by which receipts name its parts, as many as the operator tells apart."""

    remote_ids: tuple[str, ...]


class State(StrEnum):
    """What is known of a part that was taken."""

    UNDER_WAY = "under_way"
    DELIVERED = "delivered"
    FAILED = "failed"


class Incoming(msgspec.Struct, frozen=True):
    """A text that somebody wrote to us. source: E.164 where it can be said so, else as it came."""

    source: str
    to: str
    text: str
    at: datetime


class Receipt(msgspec.Struct, frozen=True):
    """What became of a part. error: the operator's own code or word, for operators of servers."""

    remote_id: str
    state: State
    error: str
    at: datetime


Heard = Incoming | Receipt
Hear = Callable[[Sequence[Heard]], Awaitable[None]]
"""Keeps what came, for good: if it raises, the operator hands it over again."""


class NotNow(Exception):
    """Nothing was sent: it may be tried again. The text is for operators of servers, and holds no number."""


class Refused(Exception):
    """The operator will never take this: a number that does not exist, a sender that is not allowed."""


class InDoubt(Exception):
    """It left, in whole or in part, and nobody can say whether it was taken: never to be sent again by itself.

    remote_ids: of the parts that were taken for certain.
    """

    def __init__(self, why: str, remote_ids: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.remote_ids = remote_ids


class Gateway(Protocol):
    """An operator."""

    @property
    def trouble(self) -> str:
        """Why nothing can be sent now; "" if it can."""
        ...

    async def run(self) -> None:
        """Keep the connection, if there is one to keep, until cancelled."""
        ...

    async def send(self, text: Text) -> Taken:
        """Hand over a text.

        Raises:
            NotNow, Refused, InDoubt.
        """
        ...


_STATES = {
    **dict.fromkeys(("DELIVRD", "DELIVERED", "READ", "1"), State.DELIVERED),
    **dict.fromkeys(("UNDELIV", "UNDELIVERED", "UNDELIVERABLE", "FAILED", "2", "16"), State.FAILED),
    **dict.fromkeys(("EXPIRED", "DELETED", "REJECTD", "REJECTED", "ERROR"), State.FAILED),
}


def state_of(word: str) -> State:
    """What an operator's word for it means: SMPP's, those of most HTTP operators, and Kannel's numbers."""
    return _STATES.get(word.strip().upper(), State.UNDER_WAY)
