"""Streaming, by WebSocket and by Server-Sent Events: https://docs.joinmastodon.org/methods/streaming.

Called by the `Dispatcher`. A subscription is a listener of `domain/streams` with a `Teller`; what it hears is rendered
once for everybody and framed once for each kind of stream. There is no replay: a client that was away, or was too slow
and is told to refresh, reads its timeline.

Not here: which posts a stream shows (timelines, streams), frames and connections (`pinson.lib.serving`).
"""

import asyncio
from collections.abc import Set as AbstractSet
from typing import Any

import msgspec
import structlog
from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pinson.domain import conversations, notifications, posts
from pinson.domain.access import Principal, State
from pinson.domain.accounts import AccountId
from pinson.domain.posts import Reader
from pinson.domain.relations import ListShape, lists
from pinson.domain.streams import Ending, Heard, HeardKind, Listener
from pinson.domain.timelines import Timeline
from pinson.interfaces.api import CHALLENGE, FIVE_MINUTES, BadToken, NoToken, OutsideScopes, TooManyRequests
from pinson.interfaces.api import refused as refused_as_elsewhere
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.conversations import rendered as rendered_conversations
from pinson.interfaces.mastodon.entities import Renderings, encode
from pinson.interfaces.mastodon.notifications import show
from pinson.interfaces.request import Routes
from pinson.interfaces.tellers import MEDIA_TYPE, EventsResponse, EventTeller, Teller
from pinson.lib.errors import Kind, Refusal
from pinson.lib.limits import Limit
from pinson.lib.paging import NEWEST
from pinson.lib.serving import EventStream, WebSocket
from pinson.lib.serving.frames import Code, Opcode, frame
from pinson.lib.serving.sockets import socket_of
from pinson.tools import Tools

routes = Routes()

SCOPES = ("read", "read:statuses")
NOTIFICATION_SCOPES = ("read", "read:notifications")
OF_NOTIFICATIONS = frozenset({HeardKind.NOTIFIED, HeardKind.MERGED})
OF_ANNOUNCEMENTS = frozenset({HeardKind.ANNOUNCED, HeardKind.REACTED, HeardKind.WITHDRAWN})
NEWS = {
    "user": OF_NOTIFICATIONS | OF_ANNOUNCEMENTS,
    "user:notification": OF_NOTIFICATIONS,
    "direct": frozenset({HeardKind.CONVERSED}),
}
"""What streams tell besides posts, to whom concerns it. The other streams tell nothing else."""
MOST_SUBSCRIPTIONS = 50  # on one socket
DIGITS = 19  # of an id, at most
ENDS = {
    Ending.SLOW: (Code.LATER, "refresh"),  # what was missed is on the timeline
    Ending.SHUT: (Code.POLICY, ""),
    Ending.OVER: (Code.RESTART, ""),
    None: (Code.LATER, "refresh"),
}
"""By which code and word a socket is closed, by why there is nothing more to hear."""

journal = structlog.get_logger("pinson.http")


class UnknownStream(Refusal):
    """There is no such stream."""

    kind, code = Kind.MALFORMED, "unknown_stream"
    text = "Unknown stream type"


class UnknownChannel(Refusal):
    """There is no such path under /api/v1/streaming."""

    kind, code = Kind.MALFORMED, "unknown_channel"
    text = "Unknown channel requested"


class MissingTag(Refusal):
    """A hashtag stream without a hashtag."""

    kind, code = Kind.MALFORMED, "missing_tag"
    text = "Missing tag name parameter"


class MissingList(Refusal):
    """A list stream without a list."""

    kind, code = Kind.MALFORMED, "missing_list"
    text = "Missing list name parameter"


class NotYourList(Refusal):
    """There is no such list, or it is somebody else's."""

    kind, code = Kind.UNAUTHENTICATED, "not_your_list"
    text = "Not authorized to stream this list"


NO_ACCESS: dict[type[Refusal], str] = {
    NoToken: "Missing access token",
    BadToken: "Invalid access token",
    OutsideScopes: "Access token does not have the required scopes",
}


class Subscription(msgspec.Struct, frozen=True):
    """What a client listens to. names: as the client sees it: the stream, and the tag or list if it has one."""

    names: tuple[str, ...]
    listener: Listener


class Wanted(msgspec.Struct, frozen=True):
    """What a client sends over a WebSocket."""

    type: str = ""
    stream: str = ""
    tag: str = ""
    list: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The stream as it is named in answers."""
        of = self.list if self.stream == "list" else self.tag
        return (self.stream, of) if of else (self.stream,)


class Reacted(msgspec.Struct):
    """How many reactions of a kind there are to an announcement now."""

    announcement_id: str
    name: str
    count: int


class PublicChannel(msgspec.Struct):
    """Parameters of an event stream of what is public; the path says the rest."""

    only_media: bool = False


class TagChannel(msgspec.Struct):
    """Parameters of a hashtag's event stream."""

    tag: str = ""


class ListChannel(msgspec.Struct):
    """Parameters of a list's event stream."""

    list: str = ""


# --- Server-Sent Events -------------------------------------------------------------------------------------------


@routes.get("/api/v1/streaming/health", who=Who.ANYONE, answers=str, media_type="text/plain")
async def health(_call: Call) -> Response:
    """Whether streaming works, in plain text."""
    return Response("OK", media_type="text/plain")


def refused(refusal: Refusal) -> Response:
    """A refusal as streams word it: whatever a token lacks, it is no access."""
    if (said := NO_ACCESS.get(type(refusal))) is None:
        return refused_as_elsewhere(refusal)
    return json({"error": said}, status=401, headers={"www-authenticate": CHALLENGE})


@routes.get("/api/v1/streaming/user", scopes=SCOPES, answers=str, media_type=MEDIA_TYPE, refuse=refused)
async def user_events(call: Call) -> Response:
    """What happens at home."""
    return await _events(call, Wanted(stream="user"))


@routes.get(
    "/api/v1/streaming/user/notification",
    scopes=NOTIFICATION_SCOPES,
    answers=str,
    media_type=MEDIA_TYPE,
    refuse=refused,
)
async def notification_events(call: Call) -> Response:
    """What the account is notified of."""
    return await _events(call, Wanted(stream="user:notification"))


@routes.get("/api/v1/streaming/public", scopes=SCOPES, answers=str, media_type=MEDIA_TYPE, refuse=refused)
async def public_events(call: Call, form: PublicChannel) -> Response:
    """Everything public."""
    return await _events(call, Wanted(stream=_public("public", form)))


@routes.get("/api/v1/streaming/public/local", scopes=SCOPES, answers=str, media_type=MEDIA_TYPE, refuse=refused)
async def local_events(call: Call, form: PublicChannel) -> Response:
    """Everything public from here."""
    return await _events(call, Wanted(stream=_public("public:local", form)))


@routes.get("/api/v1/streaming/public/remote", scopes=SCOPES, answers=str, media_type=MEDIA_TYPE, refuse=refused)
async def remote_events(call: Call, form: PublicChannel) -> Response:
    """Everything public from elsewhere."""
    return await _events(call, Wanted(stream=_public("public:remote", form)))


@routes.get("/api/v1/streaming/hashtag", scopes=SCOPES, answers=str, media_type=MEDIA_TYPE, refuse=refused)
async def hashtag_events(call: Call, form: TagChannel) -> Response:
    """What is public under a hashtag."""
    return await _events(call, Wanted(stream="hashtag", tag=form.tag))


@routes.get("/api/v1/streaming/hashtag/local", scopes=SCOPES, answers=str, media_type=MEDIA_TYPE, refuse=refused)
async def local_hashtag_events(call: Call, form: TagChannel) -> Response:
    """What is public under a hashtag, from here."""
    return await _events(call, Wanted(stream="hashtag:local", tag=form.tag))


@routes.get("/api/v1/streaming/list", scopes=SCOPES, answers=str, media_type=MEDIA_TYPE, refuse=refused)
async def list_events(call: Call, form: ListChannel) -> Response:
    """What one of the viewer's lists shows."""
    return await _events(call, Wanted(stream="list", list=form.list))


@routes.get("/api/v1/streaming/direct", scopes=SCOPES, answers=str, media_type=MEDIA_TYPE, refuse=refused)
async def direct_events(call: Call) -> Response:
    """What happens in the viewer's conversations."""
    return await _events(call, Wanted(stream="direct"))


@routes.get("/api/v1/streaming/{channel}", who=Who.ANYONE, answers={})
async def unknown_events(_call: Call) -> Response:
    """Every other path."""
    raise UnknownChannel


def _public(stream: str, form: PublicChannel) -> str:
    return f"{stream}:media" if form.only_media else stream


async def _events(call: Call, wanted: Wanted) -> Response:
    assert call.principal is not None
    await _meet(call.tools, call.renderings, call.principal)
    subscription = await subscribe(call.tools, call.principal, wanted)
    teller = _EventTeller(call.tools, call.renderings, subscription.listener)
    return EventsResponse(teller, {"cache-control": "private, no-store", "x-accel-buffering": "no"})


class _EventTeller(EventTeller):
    __slots__ = ("_renderings", "_tools")

    def __init__(self, tools: Tools, renderings: Renderings, listener: Listener) -> None:
        super().__init__(tools.hub, listener)
        self._tools = tools
        self._renderings = renderings

    def starts(self, outlet: EventStream) -> None:
        """See `Streaming`."""
        outlet.send(b":)\n")
        self.begin(outlet)

    def on_quiet(self) -> None:
        self.outlet.send(b":thump\n\n")

    def at_hand(self, heard: Heard) -> bytes | None:
        told = _at_hand(self._renderings, heard, self.listener.reader)
        return self._renderings.framed((), *told) if told else None

    async def tell(self, heard: Heard) -> bytes | None:
        told = await _tell(self._tools, self._renderings, heard, self.listener.reader)
        return self._renderings.framed((), *told) if told else None


# --- WebSocket ----------------------------------------------------------------------------------------------------


@routes.on("WEBSOCKET", "/api/v1/streaming")
async def websocket(tools: Tools, renderings: Renderings, scope: Scope, receive: Receive, send: Send) -> None:
    """One socket with any number of subscriptions."""
    query = QueryParams(scope["query_string"])
    secret, protocol = _secret(scope, query)
    principal = await tools.tokens.principal(secret) if secret else None
    if principal is None or principal.account_id is None or principal.state is not State.OK:
        why = NO_ACCESS[BadToken if secret else NoToken]
        await Response(status_code=401, headers={"x-error-message": why})(scope, receive, send)
        return
    first = Wanted("subscribe", query.get("stream", ""), query.get("tag", ""), query.get("list", ""))
    _Conversation(tools, renderings, socket_of(scope), principal).open(first if first.stream else None, protocol)


def _secret(scope: Scope, query: QueryParams) -> tuple[str | None, str | None]:
    """The token, and the subprotocol to accept: browsers can only send a token as one."""
    kind, _, secret = Headers(scope=scope).get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return secret.strip(), None
    if secret := query.get("access_token", ""):
        return secret, None
    protocol = next(iter(scope["subprotocols"]), None)
    return protocol, protocol


class _Conversation:
    """What is said over one socket. It owns the socket: see `pinson.lib.serving.sockets.Hearing`."""

    __slots__ = ("_asked", "_principal", "_tellers", "_work", "renderings", "socket", "tools")

    def __init__(self, tools: Tools, renderings: Renderings, socket: WebSocket, principal: Principal) -> None:
        self.tools = tools
        self.renderings = renderings
        self.socket = socket
        self._principal = principal
        self._tellers: list[_SocketTeller] = []
        self._asked: list[Wanted] = []  # by the client, and not done yet
        self._work: asyncio.Task[None] | None = None

    def open(self, first: Wanted | None, protocol: str | None) -> None:
        """Accept the socket, and what was asked for by its address."""
        self.socket.accept(self, protocol)
        if first is not None:
            self._ask(first)

    def on_text(self, text: str) -> None:
        """The client wants something."""
        try:
            self._ask(msgspec.json.decode(text, type=Wanted))
        except msgspec.DecodeError:
            pass  # what is malformed is ignored
        except RecursionError:
            pass  # so is what is nested without end

    def on_room(self) -> None:
        """The client has caught up."""
        for teller in list(self._tellers):
            teller.wakes()

    def on_quiet(self) -> None:
        """Sockets have signs of life of their own."""

    def on_gone(self) -> None:
        """The client has left."""
        if self._work is not None:
            self._work.cancel()
        for teller in self._tellers:
            teller.leave()
        self._tellers.clear()

    def _ask(self, wanted: Wanted) -> None:
        self._asked.append(wanted)
        if self._work is None:
            self.socket.hold()  # one thing after the other
            self._work = asyncio.create_task(self._answer())

    async def _answer(self) -> None:
        try:
            while self._asked:
                await self._take_in(self._asked.pop(0))
        except Exception:
            journal.exception("bug", stream="socket")
            self.socket.close(*ENDS[None])
        finally:
            self._work = None
            self.socket.go_on()

    async def _take_in(self, wanted: Wanted) -> None:
        there = next((teller for teller in self._tellers if teller.names == wanted.names), None)
        if wanted.type == "unsubscribe":
            if there is not None:
                self._tellers.remove(there)
                there.leave()
        elif wanted.type == "subscribe" and there is None:
            if len(self._tellers) >= MOST_SUBSCRIPTIONS:
                return
            if not self._is_within_limits():
                self._say({"error": TooManyRequests.text, "status": 429})
                return
            try:
                if self._principal.scopes.isdisjoint(_scopes(wanted.stream)):
                    self._say({"error": NO_ACCESS[OutsideScopes], "status": 401})
                    return
                await _meet(self.tools, self.renderings, self._principal)
                subscription = await subscribe(self.tools, self._principal, wanted)
            except Refusal as refusal:
                self._say({"error": str(refusal), "status": 401 if isinstance(refusal, NotYourList) else 400})
                return
            teller = _SocketTeller(self, subscription)
            self._tellers.append(teller)
            teller.begin(self.socket)

    def _is_within_limits(self) -> bool:
        """What is asked for over a socket counts among the requests of its token."""
        limits = self.tools.settings.limits
        if not limits.enabled:
            return True
        limit = Limit(limits.token_requests_per_5_minutes, FIVE_MINUTES)
        key = f"requests token {self._principal.token_id}"
        return self.tools.limits.hit(key, limit, now=self.tools.clock.now()).allowed

    def _say(self, message: dict[str, Any]) -> None:
        self.socket.send(frame(Opcode.TEXT, msgspec.json.encode(message)))


class _SocketTeller(Teller):
    __slots__ = ("_conversation", "names")

    def __init__(self, conversation: _Conversation, subscription: Subscription) -> None:
        super().__init__(conversation.tools.hub, subscription.listener)
        self._conversation = conversation
        self.names = subscription.names

    def at_hand(self, heard: Heard) -> bytes | None:
        renderings = self._conversation.renderings
        told = _at_hand(renderings, heard, self.listener.reader)
        return renderings.framed(self.names, *told) if told else None

    async def tell(self, heard: Heard) -> bytes | None:
        renderings = self._conversation.renderings
        told = await _tell(self._conversation.tools, renderings, heard, self.listener.reader)
        return renderings.framed(self.names, *told) if told else None

    def end(self, ending: Ending | None) -> None:
        self._conversation.socket.close(*ENDS[ending])


# --- both ---------------------------------------------------------------------------------------------------------


async def _meet(tools: Tools, renderings: Renderings, principal: Principal) -> None:
    """Find out beforehand what tells how somebody sees posts: else all who listen would ask at the first message."""
    assert principal.account_id is not None
    async with tools.db.read() as tx:
        await renderings.meet(tx, principal.account_id)


async def subscribe(tools: Tools, principal: Principal, wanted: Wanted) -> Subscription:
    """Open a listener.

    Raises:
        UnknownStream, MissingTag, BadTag, MissingList, NotYourList.
    """
    assert principal.account_id is not None
    is_home, list_id = wanted.stream == "user", None
    timeline: Timeline | None = None
    if wanted.stream == "list":
        shape = await _list(tools, principal.account_id, wanted)
        timeline, list_id = tools.timelines.of_list(shape), shape.id
    elif wanted.stream not in NEWS:
        timeline = await _timeline(tools, wanted)
    async with tools.db.read() as tx:  # last, since from here to `listen` no change may be missed
        circle = await tools.circles.of(tx, principal.account_id, now=tools.clock.now())
    if is_home:
        timeline = tools.timelines.home(circle)
    reader = Reader(circle, tools.standing)
    listener = tools.hub.listen(
        timeline,
        reader,
        principal=principal,
        is_home=is_home,
        list_id=list_id,
        news=_news(wanted.stream, principal),
    )
    return Subscription(wanted.names, listener)


def _scopes(stream: str) -> tuple[str, ...]:
    """Of which a token must have one to listen to a stream."""
    return NOTIFICATION_SCOPES if stream == "user:notification" else SCOPES


def _news(stream: str, principal: Principal) -> AbstractSet[HeardKind]:
    """What the stream tells besides posts, as far as the token lets it be known."""
    news = NEWS.get(stream, frozenset[HeardKind]())
    return news - OF_NOTIFICATIONS if principal.scopes.isdisjoint(NOTIFICATION_SCOPES) else news


async def _list(tools: Tools, account_id: AccountId, wanted: Wanted) -> ListShape:
    if not wanted.list:
        raise MissingList
    if not wanted.list.isdecimal() or len(wanted.list) > DIGITS:
        raise NotYourList
    try:
        async with tools.db.read() as tx:
            return await lists.shape(tx, account_id, min(int(wanted.list), NEWEST))
    except lists.ListNotFound:
        raise NotYourList from None


async def _timeline(tools: Tools, wanted: Wanted) -> Timeline:
    match wanted.stream.split(":"):
        case ["public", "remote"] | ["public", "remote", "media"]:
            return tools.timelines.nothing()
        case ["public"] | ["public", "local"] | ["public", "media"] | ["public", "local", "media"] as where:
            return tools.timelines.public(local="local" in where, media="media" in where)
        case ["hashtag"] | ["hashtag", "local"]:
            if not wanted.tag:
                raise MissingTag
            async with tools.db.read() as tx:
                tag = await posts.tag(tx, posts.tag_name(wanted.tag))
            if tag is None:  # it can be listened to before its first post
                tag = await tools.db.write(posts.tag_named, name=wanted.tag, now=tools.clock.now())
            return tools.timelines.tag(tag.id)
    raise UnknownStream


async def _notification(tools: Tools, renderings: Renderings, id: int, reader: Reader) -> tuple[str, bytes] | None:
    assert reader.id is not None
    try:
        async with tools.db.read() as tx:
            found = await notifications.notification(tx, reader.id, id)
            rendered = (await show(tx, tools, renderings, [found], reader=reader)).one(found)
    except notifications.NotificationNotFound:
        return None
    return ("notification", rendered) if rendered else None


def _at_hand(renderings: Renderings, heard: Heard, reader: Reader) -> tuple[str, bytes] | None:
    """What to say of something heard, if it was said to others already, who see it as this reader does."""
    if heard.kind is HeardKind.PUBLISHED and heard.is_new:
        rendered = renderings.told_before(heard.id, reader)
        return None if rendered is None else ("update", rendered)
    if heard.kind is HeardKind.DELETED:
        return "delete", str(heard.id).encode()
    return None


async def _tell(tools: Tools, renderings: Renderings, heard: Heard, reader: Reader) -> tuple[str, bytes] | None:
    """What to say of something heard: the event and its payload; None if what it is about is gone already."""
    match heard.kind:
        case HeardKind.DELETED:
            return "delete", str(heard.id).encode()
        case HeardKind.EVENT:
            return None  # of live events apps know nothing
        case HeardKind.WITHDRAWN:
            return "announcement.delete", str(heard.id).encode()
        case HeardKind.REACTED:
            return "announcement.reaction", encode(Reacted(str(heard.id), heard.name, heard.count))
        case HeardKind.ANNOUNCED:
            async with tools.db.read() as tx:
                announced = await renderings.announced(tx, heard.id, stranger=Reader(None, tools.standing))
            return ("announcement", announced) if announced else None
        case HeardKind.MERGED:
            return "notifications_merged", b"1"
        case HeardKind.NOTIFIED:
            return await _notification(tools, renderings, heard.id, reader)
        case HeardKind.CONVERSED:
            return await _tell_conversation(tools, renderings, heard.id, reader)
        case HeardKind.PUBLISHED | HeardKind.EDITED:
            async with tools.db.read() as tx:
                shapes = await tools.shapes.of(tx, [heard.id])
                rendered = await renderings.statuses(tx, shapes, reader=reader, is_new=heard.is_new)
                if heard.is_new and rendered:
                    renderings.keep_told(shapes[0], rendered[0], reader)
            event = "update" if heard.kind is HeardKind.PUBLISHED else "status.update"
            return (event, rendered[0]) if rendered else None
        case HeardKind.VOTED | HeardKind.ENDED:  # apps ask for a poll again by themselves: no stream of theirs hears it
            return None


async def _tell_conversation(tools: Tools, renderings: Renderings, id: int, reader: Reader) -> tuple[str, bytes] | None:
    assert reader.id is not None
    async with tools.db.read() as tx:
        found = await conversations.one(tx, reader.id, id, now=tools.clock.now())
        if found is None:
            return None
        (payload,) = await rendered_conversations(tx, tools, renderings, [found], reader=reader)
    return "conversation", payload
