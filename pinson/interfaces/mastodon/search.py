"""Search, as Mastodon clients know it: https://docs.joinmastodon.org/methods/search.

Finds people by their address and the beginning of their name, and hashtags by the beginning of
theirs. What posts say is not searched yet, so that list is always empty.
"""

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, posts
from pinson.interfaces.mastodon.api import Call, NoToken, Who, json
from pinson.interfaces.mastodon.entities import array
from pinson.interfaces.mastodon.tags import entities as tag_entities
from pinson.interfaces.request import Routes

routes = Routes()

PAGE, MOST = 20, 40
ACCOUNTS, HASHTAGS = "accounts", "hashtags"


class Question(msgspec.Struct):
    """Parameters of GET /api/v2/search. `limit` is for each kind; `offset` counts only with `type`."""

    q: str
    type: str | None = None
    resolve: bool = False
    following: bool = False
    limit: int = PAGE
    offset: int = 0

    def wants(self, kind: str) -> bool:
        """Whether this kind is asked for."""
        return self.type in (None, kind)


@routes.get("/api/v2/search", scopes=("read:search",), who=Who.ANYONE)
async def search(call: Call, form: Question) -> Response:
    """People and hashtags. Looking at other servers, and further pages, are for those who signed in."""
    if call.principal is None and (form.resolve or form.offset):
        raise NoToken
    limit, offset = min(abs(form.limit), MOST), abs(form.offset) if form.type else 0
    words = form.q.strip()
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        among = list(reader.circle.topics) if form.following and reader.circle else None
        people = (
            await accounts.search(tx, words, local_domain=call.local_domain, among=among, limit=limit, offset=offset)
            if form.wants(ACCOUNTS)
            else []
        )
        shown = await call.renderings.accounts(tx, people)
        tags = await posts.tags_starting(tx, words, limit=limit, offset=offset) if form.wants(HASHTAGS) else []
    found = await tag_entities(call, tags, following=None)
    return json(
        {
            "accounts": msgspec.Raw(array(shown[id] for id in people if id in shown)),
            "statuses": [],
            "hashtags": found,
        }
    )
