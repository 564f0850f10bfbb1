"""The live part of pages: one stream of Server-Sent Events a page, of the posts that its timeline shows.

Each event is a card as this reader sees it, in JSON so that it is one line, under the id of its
entry: a browser that lost the connection says which it saw last, and gets what it missed.

Not here: which posts a stream shows (timelines, streams), how apps listen (mastodon).

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, events, posts
from pinson.domain.access import AppId, Principal, State, TokenId
from pinson.domain.accounts import AccountNotFound
from pinson.domain.filters import Context
from pinson.domain.posts import PostId, Shape
from pinson.domain.relations import lists
from pinson.domain.streams import Heard, HeardKind, Listener
from pinson.domain.timelines import Timeline
from pinson.interfaces.request import Routes
from pinson.interfaces.tellers import SIGN_OF_LIFE, EventsResponse, EventTeller
from pinson.interfaces.web.site import Call, NotSignedIn
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.paging import Page
from pinson.lib.serving import EventStream

routes = Routes()

AGAIN = 15  # seconds after which it is looked again whether whoever opened a stream is still signed in
MOST_MISSED = 40  # posts that are caught up on; whoever missed more reads the page
KINDS = {
    HeardKind.PUBLISHED: "published",
    HeardKind.EDITED: "edited",
    HeardKind.DELETED: "deleted",
    HeardKind.ENDED: "edited",
}
WHERE = {"home": Context.HOME, "list": Context.HOME, "profile": Context.ACCOUNT}  # others are public
NEWS = frozenset({HeardKind.NOTIFIED, HeardKind.MERGED})  # that a member hears besides posts
OF_EVENTS = frozenset({HeardKind.EVENT})  # that those hear who listen to one
OF_POLLS = frozenset({HeardKind.VOTED, HeardKind.ENDED})  # that everybody does


class NothingToHear(Refusal):
    """There is no such stream."""

    kind, code = Kind.MISSING, "nothing_to_hear"
    text = "There is no such live page."


class Asked(msgspec.Struct):
    """Which stream: `home`, `explore`, `tag:name`, `profile:name`, `event:slug`, `list:id`, or `notifications` alone.

    after: the newest entry that the page shows.
    """

    on: str
    after: int = 0
    back: str = "/"

    @property
    def where(self) -> Context:
        """Which of the reader's filters count there."""
        return WHERE.get(self.on.partition(":")[0], Context.PUBLIC)


@routes.get("/live")
async def listen(call: Call, form: Asked) -> Response:
    """Posts as they are published, edited and deleted; for members, how much is unread too.

    Raises:
        NothingToHear, NotSignedIn, ListNotFound.
    """
    seen = call.request.headers.get("last-event-id", "")
    after = PostId(int(seen)) if seen.isdecimal() and len(seen) < 20 else PostId(form.after)
    async with call.tools.db.read() as tx:
        timeline = await _timeline(tx, call, form.on)
        reader = await call.reader(tx)
    listener = call.tools.hub.listen(
        timeline,
        reader,
        principal=_principal(call),
        is_home=form.on == "home",
        list_id=int(form.on.partition(":")[2]) if form.on.startswith("list:") else None,
        news=(OF_POLLS if reader.id is None else NEWS | OF_POLLS)
        | (OF_EVENTS if form.on.startswith("event:") else frozenset()),
    )
    return EventsResponse(
        _Teller(call, listener, after, form), {"cache-control": "no-store", "x-accel-buffering": "no"}
    )


class _Teller(EventTeller):
    __slots__ = ("_after", "_asked", "_call", "_looked")

    def __init__(self, call: Call, listener: Listener, after: PostId, asked: Asked) -> None:
        super().__init__(call.tools.hub, listener)
        self._call = call
        self._after = after
        self._asked = asked
        self._looked = asyncio.get_running_loop().time()  # whether whoever listens is still signed in

    def starts(self, outlet: EventStream) -> None:
        """See `Streaming`."""
        outlet.send(b"retry: 3000\n\n")
        self.begin(outlet, self._catch_up() if self._after or self.listener.timeline is None else None)

    def on_quiet(self) -> None:
        if self._call.acting is None:
            self.outlet.send(SIGN_OF_LIFE)
        elif not self.is_busy:
            self.busy(self._look_again())

    def at_hand(self, heard: Heard) -> bytes | None:
        return self._call.told_strangers(heard)

    async def tell(self, heard: Heard) -> bytes | None:
        call = self._call
        if call.acting is not None and asyncio.get_running_loop().time() - self._looked > AGAIN:
            await self._look_again()
        match heard.kind:
            case HeardKind.NOTIFIED | HeardKind.MERGED:
                await call.count_unread()
                return _unread(call)
            case HeardKind.VOTED:
                return _voted(call, heard)
            case HeardKind.EVENT:
                return _event("event", {"id": str(heard.id)})
            case HeardKind.DELETED:
                return _event("deleted", {"id": str(heard.id)})
        return await _told(call, heard, self._asked)

    async def _catch_up(self) -> None:
        """How much is unread, if that is all that is heard; or what was missed."""
        call, listener = self._call, self.listener
        if listener.timeline is None:
            await call.count_unread()
            self.outlet.send(_unread(call))
        elif self._after:
            for shape in await _missed(call, listener, self._after):
                async for line in _published(call, shape, self._asked):
                    self.outlet.send(line)

    async def _look_again(self) -> None:
        """End if whoever opened the stream has signed out; else it is a sign of life."""
        self._looked = asyncio.get_running_loop().time()
        if await _is_still_good(self._call):
            self.outlet.send(SIGN_OF_LIFE)
        else:
            self.listener.close()


async def _missed(call: Call, listener: Listener, after: PostId) -> Sequence[Shape]:
    """What the timeline shows above an entry, oldest first."""
    assert listener.timeline is not None
    page = Page(max_id=None, since_id=None, min_id=after, limit=MOST_MISSED)
    found = await call.tools.timelines.page(call.tools.db, listener.timeline, reader=listener.reader, page=page)
    return found[::-1]


async def _told(call: Call, heard: Heard, asked: Asked) -> bytes:
    """What happened to a post. Made once for all strangers who read the same language: they see the same."""
    told = call.told_strangers(heard)
    if told is None:
        async with call.tools.db.read() as tx:
            shapes = await call.tools.shapes.of(tx, [heard.id])
        lines = [line for one in shapes async for line in _published(call, one, asked, kind=KINDS[heard.kind])]
        told = b"".join(lines)
        call.keep_for_strangers(heard, told)
    return told


async def _published(call: Call, shape: Shape, asked: Asked, *, kind: str = "published") -> AsyncIterator[bytes]:
    call.now = call.tools.clock.now()  # streams last: filters expire meanwhile, and polls end
    async with call.tools.db.read() as tx:
        cards = await call.cards(tx, [shape], asked.where)
    if not cards and kind == "edited":  # what it says now, a filter of the reader's hides
        yield _event("deleted", {"id": str(shape.id)})
    for card in cards:
        html = call.piece("posts/_card", card=card, back=asked.back)
        yield _event(kind, {"id": str(shape.id), "html": str(html)}, id=shape.id if kind == "published" else None)


def _event(kind: str, told: dict[str, str], *, id: int | None = None) -> bytes:
    head = f"id: {id}\n" if id is not None else ""
    return f"{head}event: {kind}\ndata: {msgspec.json.encode(told).decode()}\n\n".encode()


def _voted(call: Call, heard: Heard) -> bytes:
    """How a poll stands now, to be put where its figures are: whoever is about to choose keeps what they ticked."""
    percents = [str(round(100 * votes / max(heard.count, 1))) for votes in heard.votes]
    said = str(call.piece("posts/_voters", voters=heard.count)).strip()
    return _event("voted", {"id": str(heard.id), "voters": said, "percents": " ".join(percents)})


def _unread(call: Call) -> bytes:
    return _event("notified", {"unread": str(call.unread)})


async def _timeline(tx: ReadTx, call: Call, on: str) -> Timeline | None:
    """Whose posts are heard; None: nobody's."""
    kind, _, of = on.partition(":")
    timelines = call.tools.timelines
    match kind:
        case "home":
            if call.acting is None:
                raise NotSignedIn
            return timelines.home(await call.tools.circles.of(tx, call.acting.account_id, now=call.now))
        case "list" if of.isdecimal() and len(of) < 20:
            return timelines.of_list(await lists.shape(tx, call.require("read:lists"), int(of)))
        case "notifications":
            call.require("read:notifications")
            return None
        case "explore":
            return timelines.public(local=True)
        case "event":
            event = await events.by_slug(tx, of)
            if event.is_model:
                raise NothingToHear
            return timelines.event(event.id)
        case "tag":
            if tag := await posts.tag(tx, posts.tag_name(of)):
                return timelines.tag(tag.id)
        case "profile":
            account = await accounts.by_acct(tx, of, local_domain=call.local_domain)
            if account is None:
                raise AccountNotFound
            return timelines.profile(account.id, replies=False, direct=False)
    raise NothingToHear


def _principal(call: Call) -> Principal | None:
    """Whoever is signed in, so that the stream closes when they may no longer hear it."""
    if call.user is None or call.acting is None:
        return None
    return Principal(
        TokenId(0),
        AppId(0),
        call.user.id,
        call.acting.account_id,
        call.acting.role,
        call.user.role,
        frozenset(),
        State.OK,
    )


async def _is_still_good(call: Call) -> bool:
    """Whether whoever opened the stream is still signed in: signing out closes it, a heartbeat later at most."""
    if call.acting is None:
        return True
    before, call.now = call.acting.account_id, call.tools.clock.now()
    await call.recognise()
    return call.acting is not None and call.acting.account_id == before
