"""Quotes as apps know them: what a status quotes, and who may quote it. Pure.

Source: https://docs.joinmastodon.org/entities/Quote, ShallowQuote and QuoteApproval.
"""

from collections.abc import Mapping

import msgspec

from pinson.domain.accounts import QuotePolicy
from pinson.domain.posts import PostId, QuoteState, Reader, Shape, may_quote
from pinson.interfaces.mastodon.entities.wire import encode

SHOWN = (QuoteState.ACCEPTED, QuoteState.BLOCKED, QuoteState.MUTED)  # apps hide the latter two behind a tap


class Quote(msgspec.Struct, frozen=True):
    """The quote in a post, as a reader is told of it. shown: the post in it, if it is shown."""

    state: QuoteState
    shown: Shape | None

    def whole(self, statuses: Mapping[PostId, bytes]) -> bytes:
        """The entity. statuses: those that are quoted, rendered; one that is gone meanwhile is left out."""
        status = statuses.get(self.shown.id) if self.shown else None
        return encode({"state": self.state, "quoted_status": msgspec.Raw(status) if status else None})

    def shallow(self) -> bytes:
        """The entity within a status that is quoted itself."""
        return encode({"state": self.state, "quoted_status_id": str(self.shown.id) if self.shown else None})


def approval(shape: Shape, reader: Reader) -> bytes:
    """Who may quote a post, and whether the reader may. Nobody here is asked each time: `manual` is empty."""
    return encode(
        {
            "automatic": [] if shape.quote_policy is QuotePolicy.NOBODY else [shape.quote_policy],
            "manual": [],
            "current_user": "automatic" if may_quote(shape, reader) else "denied",
        }
    )
