"""Alerts in browsers that allowed it on a page of ours: a message, a summary of what was missed, a word of the service.

`Rings` is the driver of the channel. What is pushed is a declarative push, which browsers that know it show without
asking our worker; the others hand the same to it (`static/worker.js`). Each notification is named after its message, so
that a correction takes the place of what it corrects, on the screen and, until it was fetched, at the push service.
What was deleted or hidden meanwhile, or is not wanted any more, rings nowhere.

Not here: how a push is handed over (`waking.py`), who is alerted of what (the domain's `alerts`).

Source: RFC 8030, section 5.4 (Topic); https://www.w3.org/TR/push-api/, declarative push messages.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import structlog

from pinson.domain import alerts, media
from pinson.domain.accounts import Profile
from pinson.domain.alerts import Holder, Note, NoteKind
from pinson.domain.deliveries import About, Again, Channel, Delivery, Ended, Outcome
from pinson.domain.posts import Post, PostId
from pinson.gathering import Gathered, gather
from pinson.lib import dates, webpush
from pinson.lib.clock import to_ms
from pinson.lib.db import ReadTx
from pinson.lib.i18n import Lang, negotiate
from pinson.tools import Tools
from pinson.waking import WORTH, Services, excerpt

DECLARATIVE = 8030
EXCERPT = 400  # characters: screens show fewer, and a push holds 3,993 bytes
LINE = 80
SHORTLY = timedelta(minutes=10)  # after which nobody is reminded any more
MOST_LINES = 5

journal = structlog.get_logger("pinson.ringing")


class Action(msgspec.Struct, frozen=True):
    """A button of a notification. navigate: where it leads, if our worker knows nothing better."""

    action: str
    title: str
    navigate: str


class Stop(msgspec.Struct, frozen=True):
    """How our worker ends what a notification is about, at once: `post` goes there, and then this is said."""

    post: str
    said: str
    manage: str


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a browser shows. timestamp: of the message, in milliseconds. renotify: ring though it replaces another."""

    title: str
    body: str
    navigate: str
    lang: str
    tag: str
    icon: str
    timestamp: int
    dir: str = "auto"
    renotify: bool = False
    actions: Sequence[Action] = ()
    data: Stop | None = None


class Payload(msgspec.Struct, frozen=True):
    """A declarative push message."""

    notification: Shown
    web_push: int = DECLARATIVE


class Ring(msgspec.Struct, frozen=True):
    """A push to one browser. lasts: how long it is worth showing."""

    holder: Holder
    payload: Payload
    lasts: timedelta


class Rings:
    """The channel of browsers: see `delivering.Driver`."""

    channel = Channel.BROWSER
    most_open = 200

    def __init__(self, tools: Tools, services: Services) -> None:
        self._tools = tools
        self._services = services

    async def prepare(self, tx: ReadTx, claimed: Sequence[Delivery]) -> Mapping[int, Ring]:
        """Whom each delivery reaches and what it says, if there still is something to say."""
        facts = await gather(tx, self._tools, claimed)
        keys = await alerts.keys_of(tx, [one.id for one in facts.holders.values()])
        rings = {}
        for one in claimed:
            holder = facts.holders.get(one.holder_id)
            shown = _shown(self._tools, facts, one, holder, keys[holder.id]) if holder is not None else None
            if holder is not None and shown is not None:
                note = facts.notes.get(one.about_id) if one.about is About.NOTE else None
                is_short = note is not None and note.kind is NoteKind.REMINDER
                rings[one.id] = Ring(holder, Payload(shown), SHORTLY if is_short else WORTH)
        return rings

    async def attempt(self, delivery: Delivery, said: Ring | None) -> Ended | Again:
        """Encrypt a push and post it to its push service."""
        if said is None or self._tools.clock.now() - delivery.asked_at > said.lasts:
            return Ended(delivery.id, Outcome.NEEDLESS)
        holder = said.holder
        p256dh, auth = _bytes(holder.keys["p256dh"]), _bytes(holder.keys["auth"])
        sealed = webpush.encrypt(msgspec.json.encode(said.payload), p256dh=p256dh, auth=auth)
        urgency = "normal" if delivery.about is About.DIGEST else "high"

        async def end(why: str) -> None:
            now = self._tools.clock.now()
            journal.info("address_lost", address=holder.id, why=why)
            await self._tools.db.write(alerts.lose, address_id=holder.id, why=why, value=holder.value, now=now)

        headers = {"Urgency": urgency, "Topic": said.payload.notification.tag}
        return await self._services.hand_over(
            delivery, holder.value, sealed, headers=headers, lasts=said.lasts, end=end
        )


def _shown(tools: Tools, facts: Gathered, delivery: Delivery, holder: Holder, key: str) -> Shown | None:
    """What a browser shows, in its reader's language; None if there is nothing to say any more."""
    lang = negotiate(holder.lang, None, None)
    match delivery.about:
        case About.POST:
            return _message(tools, facts, PostId(delivery.about_id), holder, key, lang)
        case About.DIGEST:
            return _digest(tools, facts, delivery, key, lang)
        case About.NOTE:
            note = facts.notes.get(delivery.about_id)
            return _note(tools, note, key, lang) if note is not None else None
        case _:
            return None


def _message(tools: Tools, facts: Gathered, id: PostId, holder: Holder, key: str, lang: Lang) -> Shown | None:
    post = facts.shown(id)
    topic_id = facts.reason(id, holder)
    if post is None or topic_id is None or (author := facts.people.get(post.author_id)) is None:
        return None
    _ = tools.catalogs.translations(lang).gettext
    name, url = author.display_name or author.username, tools.settings.url
    manage = f"{url}/s/gerer/{key}"
    title = name if post.corrects_id is None else _("Correction by %(name)s") % {"name": name}
    path = f"{url}/@{author.acct}/{post.id}"
    return Shown(
        title=title,
        body=excerpt(post.spoiler or post.text, EXCERPT) or _("A picture"),
        navigate=path,
        lang=post.language or lang,
        tag=_tag("p", _first(facts, post).id),
        icon=_picture(tools, author),
        timestamp=to_ms(post.created_at),
        renotify=post.corrects_id is not None,
        actions=(Action("read", _("Read"), path), Action("stop", _("Stop"), manage)),
        data=Stop(f"{url}/s/leave/{key}/{topic_id}", _("It has stopped: nothing more is sent to you."), manage),
    )


def _digest(tools: Tools, facts: Gathered, delivery: Delivery, key: str, lang: Lang) -> Shown | None:
    written = [facts.posts[line.post_id] for line in facts.lines(delivery.about_id)]
    if not written:
        return None
    words = tools.catalogs.translations(lang)
    title = words.ngettext("What you missed: {count} message", "What you missed: {count} messages", len(written))
    said = []
    for post in written[:MOST_LINES]:
        author = facts.people[post.author_id]
        said.append(f"{author.display_name or author.username} – {excerpt(post.spoiler or post.text, LINE)}")
    if len(written) > MOST_LINES:
        said.append("…")
    page = f"{tools.settings.url}/s/resume/{key}"
    return _ours(tools, title.format(count=len(written)), "\n".join(said), page, _tag("d", 0), delivery.asked_at, lang)


def _note(tools: Tools, note: Note, key: str, lang: Lang) -> Shown | None:
    _ = tools.catalogs.translations(lang).gettext
    page = f"{tools.settings.url}/s/gerer/{key}"
    match note.kind:
        case NoteKind.REMINDER:
            title, page = note.data["what"], note.data["page"]
            at = datetime.fromisoformat(note.data["at"])
            hour = dates.hour(at, lang=lang, zone=at.tzinfo or UTC)
            body = " · ".join(part for part in (_("At %(hour)s") % {"hour": hour}, note.data["event"]) if part)
        case NoteKind.TEST:
            title, body = _("It works"), _("This is a test: your alerts arrive in this browser.")
        case NoteKind.GOODBYE:
            title, body = _("It has stopped"), _("Nothing more comes to this browser.")
        case NoteKind.ANSWER:
            title, body = tools.settings.instance.title, note.data.get("text", "")
        case _:
            return None  # a browser proves by its permission that it is reached
    return _ours(tools, title, body, page, _tag("n", note.id), note.created_at, lang)


def _ours(tools: Tools, title: str, body: str, page: str, tag: str, at: datetime, lang: Lang) -> Shown:
    icon = f"{tools.settings.url}/icons/192.png"
    return Shown(title=title, body=body, navigate=page, lang=lang, tag=tag, icon=icon, timestamp=to_ms(at))


def _first(facts: Gathered, post: Post) -> Post:
    """What a correction corrects, in the end: as far as this batch knows."""
    seen = {post.id}
    while (before := post.corrects_id and facts.posts.get(post.corrects_id)) and before.id not in seen:
        post = before
        seen.add(post.id)
    return post


def _tag(kind: str, id: int) -> str:
    """A name of a notification that is a Topic too: 32 letters of base64url at most."""
    return f"{kind}{id:x}"


def _picture(tools: Tools, author: Profile) -> str:
    if author.avatar is None:
        return f"{tools.settings.url}/static/avatar.png"
    return media.address(author.avatar, tools.settings.url)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
