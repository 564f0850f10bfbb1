"""What a member was told, in sentences, and from whom they want to hear.

Opening the first page says that all of it was read. Not here: the number beside the bell (`site.py`),
what is told to browsers that are closed (push).
"""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, notifications, posts
from pinson.domain.accounts import AccountId, Profile
from pinson.domain.filters import Context
from pinson.domain.notifications import Choice, Group, Kind, PolicyChanges, Selection
from pinson.domain.posts import Post, summary_of
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.cards import Card, path_of
from pinson.interfaces.web.interactions import NoSuchDeed
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx
from pinson.lib.paging import Page

routes = Routes()

PAGE = 20
TABS: Mapping[str, frozenset[Kind]] = {
    "": frozenset(Kind),
    "mentions": frozenset({Kind.MENTION, Kind.QUOTE}),
    "followers": frozenset({Kind.FOLLOW, Kind.FOLLOW_REQUEST}),
    "likes": frozenset({Kind.FAVOURITE, Kind.BOOST}),
    "posts": frozenset({Kind.STATUS, Kind.POLL, Kind.UPDATE, Kind.QUOTED_UPDATE}),
}
ANSWERED = frozenset({Kind.MENTION, Kind.QUOTE, Kind.STATUS})  # shown as cards, since one may want to answer


class Asked(msgspec.Struct):
    """A page. only: the name of a tab."""

    only: str = ""
    max_id: str | None = None


class Wishes(msgspec.Struct):
    """From whom the member wants to hear."""

    not_following: Choice = Choice.ACCEPT
    not_followers: Choice = Choice.ACCEPT
    new_accounts: Choice = Choice.ACCEPT
    private_mentions: Choice = Choice.ACCEPT
    limited_accounts: Choice = Choice.ACCEPT
    bots: Choice = Choice.ACCEPT


class Decision(msgspec.Struct):
    """What the button beside somebody who waits says."""

    id: int
    do: str = ""


class Told(msgspec.Struct, frozen=True):
    """A group of notifications, as a page says it.

    when: the latest, in words. who: whose doing, the latest first; not all of them if `size` is above.
    card: the post, if one may want to answer it. path, summary: of another post; "" if there is none to see.
    folded: the filters that cover what it says, as the reader named them.
    about_id: of the decision, or the report.
    """

    id: int
    kind: str
    when: str
    who: Sequence[Profile]
    size: int
    picture: str
    card: Card | None = None
    path: str = ""
    summary: str = ""
    folded: str = ""
    about_id: int = 0


class Waiting(msgspec.Struct, frozen=True):
    """Somebody whose mentions are kept apart."""

    id: int
    profile: Profile
    picture: str
    count: int


@routes.get("/notifications")
async def show(call: Call, form: Asked) -> Response:
    """What the acting account was told, the newest first."""
    own = call.require("read:notifications")
    only = form.only if form.only in TABS else ""
    page = Page.of(max_id=form.max_id, default=PAGE, maximum=PAGE)
    async with call.tools.db.read() as tx:
        groups = await notifications.group_page(tx, own, page, Selection(TABS[only]))
        told = await _told(tx, call, groups)
        pending = await notifications.pending(tx, own)
    if call.unread and not only and page.max_id is None and groups and call.may("write:notifications"):
        read = {"notifications": max(group.newest.id for group in groups)}
        await call.tools.db.write(notifications.mark, account_id=own, read=read, now=call.now)
        call.unread = 0
    older = min(group.oldest_id for group in groups) if len(groups) == PAGE else None
    return call.page("told/notifications", told=told, only=only, older=older, pending=pending.requests)


@routes.post("/notifications/clear")
async def clear(call: Call) -> Response:
    """Remove all that the acting account was told."""
    own = call.require("write:notifications")
    while await call.tools.db.write(notifications.clear, account_id=own):
        pass
    return call.redirect("/notifications")


async def _told(tx: ReadTx, call: Call, groups: Sequence[Group]) -> list[Told]:
    """Groups in sentences, without what is of nobody any more, or hidden by a filter. A statement a kind of thing."""
    ids = list(dict.fromkeys(id for group in groups if (id := group.newest.post_id) is not None))
    reader = await call.reader(tx)
    shapes = [shape for shape in await call.tools.shapes.of(tx, ids) if posts.can_see(shape, reader)] if ids else []
    veiled = await call.veils(tx, shapes, Context.NOTIFICATIONS)
    hidden = {id for id, veil in veiled.items() if veil.hides}
    shapes = [shape for shape in shapes if shape.id not in hidden]
    answered = {group.newest.post_id for group in groups if group.newest.kind in ANSWERED}
    wanted = [shape for shape in shapes if shape.id in answered]
    cards = {card.shape.id: card for card in await call.cards(tx, wanted, Context.NOTIFICATIONS)}
    others = await posts.posts(tx, [shape.id for shape in shapes if shape.id not in cards])
    people = await _people(tx, call, [id for group in groups for id in group.from_ids], list(others.values()))
    told = []
    for group in groups:
        who = [people[id] for id in group.from_ids if id in people]
        id = group.newest.post_id
        if not who or id in hidden:
            continue
        card = cards.pop(id, None) if id is not None and group.newest.kind in ANSWERED else None  # a card stands once
        post = others.get(id) if id is not None else None
        veil = veiled.get(id) if id is not None else None
        told.append(
            Told(
                group.newest.id,
                group.newest.kind.value,
                dates.moment(group.newest.created_at, lang=call.lang, zone=call.zone),
                who,
                group.size,
                call.picture_of(who[0]),
                card,
                path_of(people[post.author_id].acct, post) if post and post.author_id in people else "",
                summary_of(post) if post else "",
                veil.title if veil and not veil.only_pictures else "",
                group.newest.about_id,
            )
        )
    return told


async def _people(
    tx: ReadTx, call: Call, ids: Sequence[AccountId], written: Sequence[Post]
) -> Mapping[AccountId, Profile]:
    wanted = list(dict.fromkeys([*ids, *(post.author_id for post in written)]))
    found = await accounts.profiles(tx, wanted) if wanted else {}
    return {id: profile for id, profile in found.items() if id not in call.tools.standing.hidden}


# --- from whom ----------------------------------------------------------------------------------------------------


@routes.get("/notifications/policy")
async def show_policy(call: Call) -> Response:
    """From whom the acting account wants to hear."""
    own = call.require("read:notifications")
    async with call.tools.db.read() as tx:
        policy = await notifications.policy(tx, own)
    return call.page("told/policy", policy=policy)


@routes.post("/notifications/policy")
async def change_policy(call: Call, form: Wishes) -> Response:
    """Change that."""
    own = call.require("write:notifications")
    changes = PolicyChanges(**msgspec.structs.asdict(form))
    await call.tools.db.write(notifications.set_policy, account_id=own, changes=changes)
    return call.redirect("/notifications")


@routes.get("/notifications/requests")
async def requests(call: Call, form: Asked) -> Response:
    """Who waits to be heard, the latest first."""
    own = call.require("read:notifications")
    page = Page.of(max_id=form.max_id, default=PAGE, maximum=PAGE)
    async with call.tools.db.read() as tx:
        found = await notifications.requests(tx, own, page)
        people = await _people(tx, call, [one.from_id for one in found], [])
    waiting = [
        Waiting(one.id, people[one.from_id], call.picture_of(people[one.from_id]), one.count)
        for one in found
        if one.from_id in people
    ]
    return call.page("told/requests", waiting=waiting, older=found[-1].id if len(found) == PAGE else None)


@routes.post("/notifications/requests/{id}")
async def decide(call: Call, form: Decision) -> Response:
    """Hear somebody from now on, or remove what they sent.

    Raises:
        NotSignedIn, RoleForbids, NoSuchDeed, RequestNotFound.
    """
    own = call.require("write:notifications")
    match form.do:
        case "accept":
            verb = notifications.accept_senders
        case "dismiss":
            verb = notifications.dismiss_senders
        case _:
            raise NoSuchDeed
    if not await call.tools.db.write(verb, account_id=own, ids=[form.id], now=call.now):
        raise notifications.RequestNotFound
    return call.redirect("/notifications/requests")
