"""Collections: people whom an account recommends, on a page that anyone may open, and the list of an account's.

Whoever is in one may leave it here. They are put together in apps, so far. Not here: lists, which are for their owner
alone (`lists.py`).
"""

import msgspec
from starlette.responses import Response

from pinson.domain import posts
from pinson.domain.accounts import Profile
from pinson.domain.relations import collections
from pinson.interfaces.request import Routes
from pinson.interfaces.web.profiles import profile_of
from pinson.interfaces.web.reading import KEPT
from pinson.interfaces.web.relations import shown
from pinson.interfaces.web.site import Call

routes = Routes()


class One(msgspec.Struct):
    """A collection, by the id in the path. left: that the page follows upon leaving it."""

    id: int
    left: bool = False


class Place(One):
    """A place in one."""

    item_id: int = 0


class Of(msgspec.Struct):
    """An account, by its address."""

    acct: str


class Member(msgspec.Struct, frozen=True):
    """Somebody in a collection. said: the beginning of what they say of themselves. followed: by whoever reads."""

    profile: Profile
    picture: str
    said: str
    followed: bool


@routes.get("/collections/{id}")
async def show(call: Call, form: One) -> Response:
    """Who is in a collection, and why.

    Raises:
        CollectionNotFound: there is none, or not for whoever looks.
    """
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        one = await collections.visible(tx, form.id, reader.id)
        held = (await collections.items(tx, [one], reader.circle, hidden=reader.suspended))[one.id]
        there = [item for item in held if item.state is collections.State.ACCEPTED]
        owner, *people = await shown(tx, call, [one.account_id, *(item.account_id for item in there)])
    topics = reader.circle.topics if reader.circle else frozenset()
    return call.page(
        "collections/one",
        kept=KEPT,
        one=one,
        owner=owner,
        tag=one.tag and posts.fold_tag(one.tag),
        members=[
            Member(person.profile, person.picture, _beginning(person.profile.note), person.profile.id in topics)
            for person in people
        ],
        mine=next((item.id for item in there if item.account_id == reader.id), None),
        left=form.left,
    )


@routes.post("/collections/{id}/leave")
async def leave(call: Call, form: Place) -> Response:
    """Leave a collection for good.

    Raises:
        NotSignedIn, RoleForbids, CollectionNotFound, ItemNotFound, NotYours.
    """
    own = call.require("write:collections")
    await call.tools.db.write(collections.revoke, account_id=own, id=form.id, item_id=form.item_id, now=call.now)
    return call.redirect(f"/collections/{form.id}?left=1")


@routes.get("/@{acct}/collections")
async def show_of(call: Call, form: Of) -> Response:
    """The collections of an account that are to be found; for itself, all.

    Raises:
        AccountNotFound.
    """
    async with call.tools.db.read() as tx:
        reader, profile = await call.reader(tx), await profile_of(tx, call, form.acct)
        found = await collections.of_account(tx, profile.id, reader.id, limit=collections.MOST_COLLECTIONS, offset=0)
        held = await collections.items(tx, found, reader.circle, hidden=reader.suspended)
    return call.page(
        "collections/of",
        kept=KEPT,
        profile=profile,
        found=[(one, _count(held[one.id])) for one in found],
        is_own=profile.id == reader.id,
    )


def _count(items: list[collections.Item]) -> int:
    return sum(item.state is collections.State.ACCEPTED for item in items)


def _beginning(note: str, most: int = 160) -> str:
    line = " ".join(note.split())
    return line if len(line) <= most else f"{line[: most - 1].rpartition(' ')[0] or line[: most - 1]}…"
