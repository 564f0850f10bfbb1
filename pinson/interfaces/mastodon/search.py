"""Search, as Mastodon clients know it: https://docs.joinmastodon.org/methods/search.

What is typed may be an address of a page here, which leads to one result; else people, posts, hashtags and
collections are looked for, each by rules of their own (`pinson.domain.search`). Nothing is looked for on other servers.
"""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, Raw, UnsetType
from starlette.responses import Response

from pinson.domain import accounts, posts, search
from pinson.domain.accounts import AccountId
from pinson.domain.posts import PostNotFound, Reader, Shape, Tag
from pinson.domain.relations import collections
from pinson.domain.relations.collections import Collection
from pinson.domain.search import Local
from pinson.interfaces.mastodon.api import Call, NoToken, Who, json
from pinson.interfaces.mastodon.entities import (
    AccountEntity,
    CollectionEntity,
    StatusEntity,
    array,
    collection_entities,
)
from pinson.interfaces.mastodon.tags import HashtagEntity
from pinson.interfaces.mastodon.tags import entities as tag_entities
from pinson.interfaces.request import Routes
from pinson.lib.forms import MissingParameter
from pinson.lib.paging import Page

routes = Routes()

PAGE, MOST = 20, 40
ACCOUNTS, STATUSES, HASHTAGS, COLLECTIONS = "accounts", "statuses", "hashtags", "collections"


class Question(msgspec.Struct):
    """Parameters of GET /api/v2/search. `limit` is for each kind; `offset` counts only with `type`.

    following: of accounts, only those that the viewer follows.
    account_id, max_id, min_id: of statuses: by whom, older and newer than which.
    exclude_unreviewed: no hashtags that nobody has looked at: none but the one that is typed.
    """

    q: str | UnsetType | None = UNSET
    type: str | None = None
    resolve: bool = False
    following: bool = False
    exclude_unreviewed: bool = False
    account_id: AccountId | None = None
    max_id: str | None = None
    min_id: str | None = None
    limit: int = PAGE
    offset: int = 0

    @property
    def most(self) -> int:
        """How many of each kind."""
        return min(abs(self.limit), MOST)

    @property
    def skip(self) -> int:
        """How many to pass over."""
        return abs(self.offset) if self.type else 0

    def wants(self, kind: str) -> bool:
        """Whether this kind is asked for."""
        return self.type in (None, kind)


class SearchEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Search"""

    accounts: list[AccountEntity]
    statuses: list[StatusEntity]
    hashtags: list[HashtagEntity]
    collections: list[CollectionEntity]


class Results(msgspec.Struct):
    """What was found."""

    accounts: Sequence[AccountId] = ()
    statuses: Sequence[Shape] = ()
    hashtags: Sequence[Tag] = ()
    collections: Sequence[Collection] = ()


@routes.get("/api/v2/search", scopes=("read:search",), who=Who.ANYONE, answers=SearchEntity)
async def find(call: Call, form: Question) -> Response:
    """People, statuses, hashtags, collections. Other servers, further pages and statuses need somebody signed in."""
    if form.q is UNSET:
        raise MissingParameter(name="q")
    if call.principal is None and (form.resolve or form.offset):
        raise NoToken
    typed = (form.q or "").strip()
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    if page := search.local_page(typed, base_url=call.base_url):
        found = await _on_page(call, form, page, reader)
    elif not typed or (form.resolve and typed.lower().startswith(("http://", "https://"))):
        found = Results()  # nothing, or an address elsewhere, which is not asked
    else:
        found = await _by_words(call, form, typed, reader)
    hashtags = await tag_entities(call, found.hashtags)
    async with call.tools.db.read() as tx:
        people = await call.renderings.accounts(tx, found.accounts)
        statuses = await call.renderings.page(tx, found.statuses, reader=reader)
        shown = await collection_entities(tx, found.collections, reader=reader, base_url=call.base_url)
    rendered = array(people[id] for id in found.accounts if id in people)
    return json({"accounts": Raw(rendered), "statuses": Raw(statuses), "hashtags": hashtags, "collections": shown})


async def _by_words(call: Call, form: Question, typed: str, reader: Reader) -> Results:
    db, found = call.tools.db, Results()
    if form.wants(ACCOUNTS):
        found.accounts = await db.read_in_thread(
            search.find_people,
            typed=typed,
            reader=reader,
            local_domain=call.local_domain,
            following=form.following,
            limit=form.most,
            offset=form.skip,
        )
    if form.wants(STATUSES) and reader.id is not None:
        found.statuses = await search.find_posts(
            db,
            call.tools.shapes,
            search.parse(typed),
            reader=reader,
            by=form.account_id,
            local_domain=call.local_domain,
            page=Page.of(max_id=form.max_id, min_id=form.min_id, limit=form.limit, default=PAGE, maximum=MOST),
            offset=form.skip,
        )
    if form.wants(HASHTAGS):
        async with db.read() as tx:
            found.hashtags = await search.find_tags(
                tx, typed, that_one=form.exclude_unreviewed, limit=form.most, offset=form.skip
            )
    if form.wants(COLLECTIONS):
        found.collections = await db.read_in_thread(
            collections.search, typed=typed, viewer_id=reader.id, limit=form.most, offset=form.skip
        )
    return found


async def _on_page(call: Call, form: Question, page: Local, reader: Reader) -> Results:
    """What a page here shows, unless another kind is asked for, or what comes after it."""
    kind = HASHTAGS if page.tag is not None else ACCOUNTS if page.post_id is None else STATUSES
    if form.skip or not form.most or not form.wants(kind):
        return Results()
    async with call.tools.db.read() as tx:
        if page.tag is not None:
            return Results(hashtags=await search.find_tags(tx, page.tag, that_one=True, limit=1))
        assert page.acct is not None
        account = await accounts.by_acct(tx, page.acct, local_domain=call.local_domain)
        if account is None or account.suspended_at is not None:
            return Results()
        if page.post_id is None:
            return Results(accounts=[account.id])
        try:
            shape = await posts.visible(tx, page.post_id, reader=reader)
        except PostNotFound:
            return Results()
        return Results(statuses=[shape] if shape.author_id == account.id else [])
