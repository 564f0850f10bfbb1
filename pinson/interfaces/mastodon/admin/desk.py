"""What the handlers of this package share: who decides, and pages of what there is to decide about. No routes."""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain.moderation import Moderator
from pinson.interfaces.mastodon.api import Call, json
from pinson.lib.paging import Page


class One(msgspec.Struct):
    """Something, by the id in the path."""

    id: int


class Listed(msgspec.Struct):
    """Parameters of every list: https://docs.joinmastodon.org/api/guidelines/#pagination."""

    max_id: str | None = None
    since_id: str | None = None
    min_id: str | None = None
    limit: int | None = None

    def page(self, *, maximum: int = 200) -> Page:
        """The page that is asked for."""
        return Page.of(
            max_id=self.max_id,
            since_id=self.since_id,
            min_id=self.min_id,
            limit=self.limit,
            default=100,
            maximum=maximum,
        )


def moderator(call: Call) -> Moderator:
    """Who decides. Only on routes that ask for a role."""
    assert call.principal is not None
    assert call.principal.user_role is not None
    return Moderator(call.account_id, call.principal.user_role)


def listed(call: Call, page: Page, ids: Sequence[int], entities: Sequence[Any]) -> Response:
    """A page of a list, with the header that leads on.

    Args:
        ids: of its rows, newest first.
    """
    headers = call.link(first=ids[0], last=ids[-1] if len(ids) == page.limit else None) if ids else None
    return json(list(entities), headers=headers)
