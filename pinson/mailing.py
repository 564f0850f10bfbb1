"""Alerts by e-mail: a message, a digest of what was missed, and what the service itself has to say.

`Letters` is the driver of the channel. What a batch says is read in a few statements and put into words once for all
who read the same language, in the same zone, for the same reason; only their own links differ. Each letter says why it
comes and ends that very thing with one press (RFC 8058). A correction stands beside what it corrects in the mailbox.
What was deleted or hidden meanwhile, or is not wanted any more, reaches nobody.

A letter is named after what it is about and whom it is for, so one that was in doubt goes again under the same name.

Not here: how letters look (lib/letterhead), how they travel (lib/smtp), letters to people about their own account
(letters.py), what comes back (returning.py), when they are made (delivering.py).
"""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
import structlog
from babel.dates import get_timezone_location

from pinson import withholding
from pinson.domain import alerts, deliveries, events, media, posts
from pinson.domain.accounts import AccountId, Profile
from pinson.domain.alerts import Held, Holder, Note, NoteKind, Source
from pinson.domain.deliveries import About, Again, Channel, Delivery, Ended, Outcome
from pinson.domain.events import Event
from pinson.domain.media import Media, MediaKind
from pinson.domain.posts import EventId, Post, PostId, Tag
from pinson.domain.relations.model import TopicKind
from pinson.gathering import Gathered, gather
from pinson.lib import dates, letterhead
from pinson.lib.db import ReadTx
from pinson.lib.i18n import Lang, negotiate, typography
from pinson.lib.letterhead import Block, Button, Code, Heading, Links, Paragraph, Picture, Piece
from pinson.lib.mail import MailFailed, Message, leaving
from pinson.lib.postmarks import BOUNCE, LEAVE, Postmark
from pinson.tools import Tools

ATTEMPTS = 8  # over some sixteen hours
WORTH = timedelta(hours=48)  # what is older is no news
LONGEST = 50.0  # seconds for one attempt: less than a delivery may stay open
SUBJECT = 90  # characters
MOST_MOMENTS, MOST_TOLD = 3, 500  # of an event, the morning after: shown, and counted
MOST_LINES = 40  # of a digest: mailboxes cut off what is larger than a hundred kilobytes
ALL = 0  # in the place of a topic: everything
KEY = (
    "0-k3yk3yk3yk3yk3yk3y"  # where the key of each reader will stand; no text can hold it by chance and be harmed by it
)

journal = structlog.get_logger("pinson.mailing")


class Worded(msgspec.Struct, frozen=True):
    """A letter as all get it who read it in one language for one reason, but for their own key."""

    subject: str
    text: str
    html: str
    from_name: str
    topic_id: int
    answers_id: PostId | None


class Letter(msgspec.Struct, frozen=True):
    """A letter to one reader. answers: whether they have the letter that it corrects."""

    holder: Holder
    key: str
    worded: Worded
    answers: bool


class Letters:
    """The channel of e-mail: see `delivering.Driver`."""

    channel = Channel.EMAIL
    most_open = 64

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._postmark = Postmark.of(tools.settings)

    async def prepare(self, tx: ReadTx, claimed: Sequence[Delivery]) -> Mapping[int, Letter]:
        """Whom each delivery reaches and what it says, if there still is something to say."""
        facts = await _facts(tx, self._tools, claimed)
        keys = await alerts.keys_of(tx, [one.id for one in facts.holders.values()])
        corrected = await _had(tx, claimed, facts)
        worded: dict[tuple[About, int, str, str, int], Worded] = {}
        letters = {}
        for one in claimed:
            holder = facts.holders.get(one.holder_id)
            topic_id = facts.topic(one, holder) if holder is not None else None
            if holder is None or topic_id is None:
                continue
            lang = negotiate(holder.lang, None, None)
            place = one.about, one.about_id, lang, holder.zone, topic_id
            if place not in worded:
                worded[place] = _Writer(self._tools, facts, lang, holder.zone).letter(one, topic_id)
            letters[one.id] = Letter(holder, keys[holder.id], worded[place], (one.id in corrected))
        return letters

    async def attempt(self, delivery: Delivery, said: Letter | None) -> Ended | Again:
        """Hand a letter to the mail server."""
        now = self._tools.clock.now()
        if said is None or now - delivery.asked_at > WORTH:
            return Ended(delivery.id, Outcome.NEEDLESS)
        try:
            async with asyncio.timeout(LONGEST):
                await self._tools.mailer.send(self._message(delivery, said))
        except MailFailed as failure:
            if failure.gone:
                await self._lose(said.holder, str(failure))
            if failure.permanent or delivery.attempts >= ATTEMPTS:
                if failure.of_mailbox and not failure.gone:
                    await self._fail(delivery, said.holder, str(failure))
                return Ended(delivery.id, Outcome.FAILED, str(failure))
            return Again(delivery.id, now + deliveries.pause(delivery.attempts), str(failure))
        except TimeoutError:
            return Again(delivery.id, now + deliveries.pause(delivery.attempts), "the mail server is too slow")
        return Ended(delivery.id, Outcome.SENT)

    async def _fail(self, delivery: Delivery, holder: Holder, why: str) -> None:
        named = {"address_id": holder.id, "delivery_id": delivery.id, "why": why, "now": self._tools.clock.now()}
        if await self._tools.db.write(alerts.fail, **named):
            journal.info("address_asleep", address=holder.id, why=why)

    async def _lose(self, holder: Holder, why: str) -> None:
        journal.info("address_lost", address=holder.id, why=why)
        await self._tools.db.write(alerts.lose, address_id=holder.id, why=why, now=self._tools.clock.now())

    def _message(self, delivery: Delivery, said: Letter) -> Message:
        worded, mark = said.worded, self._postmark
        headers: dict[str, str] = {}
        if delivery.about is not About.NOTE:
            page = leave_page(self._tools.settings.url, said.key, worded.topic_id)
            address = mark.address(LEAVE, said.key, worded.topic_id) if mark is not None else ""
            headers = {
                "List-Id": f"<{worded.topic_id or 'digest'}.alerts.{_host(self._tools)}>",
                "Precedence": "list",
                **leaving(page=page, address=address),
            }
        return Message(
            id=_id(delivery.about, delivery.about_id, said.holder.id),
            to=said.holder.value,
            subject=worded.subject,
            text=worded.text.replace(KEY, said.key),
            html=worded.html.replace(KEY, said.key),
            from_name=worded.from_name,
            answers=_id(About.POST, worded.answers_id, said.holder.id) if said.answers and worded.answers_id else "",
            bounces_to=mark.address(BOUNCE, said.key, delivery.id) if mark is not None else "",
            headers=headers,
        )


def manage_page(url: str, key: str) -> str:
    """Where a reader changes or ends all that they get."""
    return f"{url}/s/gerer/{key}"


def confirm_page(url: str, link: str) -> str:
    """Where whoever asked proves that an address is theirs."""
    return f"{url}/s/confirm/{link}"


def leave_page(url: str, key: str, topic_id: int) -> str:
    """Where a reader ends what they get of a topic, or of all (`ALL`): one press, and at once if it is posted to."""
    return f"{url}/s/leave/{key}/{topic_id}"


def asked(_: Callable[[str], str], name: str) -> tuple[str, str]:
    """What the letter asks of whoever is said to want the messages of somebody, and what they agree to."""
    question = _(
        "somebody, you we hope, asked for the messages of {name} at this address. Nothing will come before you agree."
    ).format(name=name)
    return question, _("Yes, I want these e-mails")


def asked_to_remind(_: Callable[[str], str], name: str) -> tuple[str, str]:
    """The same, of whoever is said to want to be reminded once."""
    question = _(
        "somebody, you we hope, asked to be reminded of {name} at this address, once and 5 minutes before. Nothing will"
        " come before you agree."
    ).format(name=name)
    return question, _("Yes, remind me")


class _Morning(msgspec.Struct, frozen=True):
    """What was told of an event, in the order of the day, and which of it are key moments."""

    told: Sequence[PostId]
    keys: Set[PostId]


class _Facts(Gathered, frozen=True):
    """All that a batch of letters is about, by id."""

    pictures: Mapping[int, Sequence[Media]]
    events: Mapping[EventId, Event]
    tags: Mapping[int, Tag]
    mornings: Mapping[EventId, _Morning]

    def topic(self, delivery: Delivery, holder: Holder) -> int | None:
        """Why it comes: of what is wanted there, that which says most; None if there is nothing to say any more."""
        match delivery.about:
            case About.POST:
                post = self.shown(PostId(delivery.about_id))
                return self.reason(post.id, holder) if post is not None else None
            case About.DIGEST:
                return ALL if self.lines(delivery.about_id) else None
            case About.MORNING:
                event = self.events.get(EventId(delivery.about_id))
                has_ended = (
                    event is not None
                    and any(map(self.shown, self.mornings[event.id].told))
                    and event.id in holder.topics
                )
                return event.id if event is not None and has_ended else None
            case About.NOTE:
                return ALL if delivery.about_id in self.notes else None
            case _:
                return None

    def name(self, topic_id: int) -> str:
        """What a topic is called."""
        if (profile := self.people.get(AccountId(topic_id))) is not None:
            return profile.display_name or profile.username
        if (event := self.events.get(EventId(topic_id))) is not None:
            return event.title
        if (tag := self.tags.get(topic_id)) is not None:
            return f"#{tag.display_name}"
        return ""


async def _facts(tx: ReadTx, tools: Tools, claimed: Sequence[Delivery]) -> _Facts:
    """What a batch is about, and what letters alone show of it."""
    ended = {EventId(one.about_id) for one in claimed if one.about is About.MORNING}
    mornings = {id: await _morning(tx, id) for id in ended}
    found = await gather(tx, tools, claimed, also={id for one in mornings.values() for id in one.told})
    topics = {topic for some in found.wanted.values() for topic in some}
    topics |= {line.topic_id for some in found.held.values() for line in some}
    event_ids = {one.event_id for one in found.posts.values() if one.event_id is not None} | ended
    return _Facts(
        **msgspec.structs.asdict(found),
        pictures=await media.of_posts(tx, list(found.posts)),
        events=await events.by_ids(tx, list(event_ids)),
        tags=await posts.tags_by_ids(tx, list(topics - found.people.keys() - event_ids)),
        mornings=mornings,
    )


async def _morning(tx: ReadTx, id: EventId) -> _Morning:
    told = await events.page(tx, id, limit=MOST_TOLD, ascending=True)
    return _Morning([one.post_id for one in told], {one.post_id for one in told if one.is_key})


async def _had(tx: ReadTx, claimed: Sequence[Delivery], facts: _Facts) -> set[int]:
    """Those deliveries of corrections whose reader had the first message as a letter of its own."""
    corrections: dict[PostId, list[Delivery]] = {}
    for one in claimed:
        post = facts.posts.get(PostId(one.about_id)) if one.about is About.POST else None
        if post is not None and post.corrects_id is not None:
            corrections.setdefault(post.corrects_id, []).append(one)
    had: set[int] = set()
    for first_id, some in corrections.items():
        ids = await deliveries.asked(tx, Channel.EMAIL, About.POST, first_id, [one.holder_id for one in some])
        had |= {one.id for one in some if one.holder_id in ids}
    return had


class _Writer:
    """Puts letters into words, in one language and with the clock of one zone."""

    def __init__(self, tools: Tools, facts: _Facts, lang: Lang, zone: str) -> None:
        self._tools, self._facts, self._lang, self._zone = tools, facts, lang, ZoneInfo(zone)
        self._url = tools.settings.url
        self._ = tools.catalogs.translations(lang).gettext
        self._ngettext = tools.catalogs.translations(lang).ngettext

    def letter(self, delivery: Delivery, topic_id: int) -> Worded:
        """What a delivery says, which has something to say."""
        match delivery.about:
            case About.POST:
                return self._alert(self._facts.posts[PostId(delivery.about_id)], topic_id)
            case About.DIGEST:
                return self._digest(delivery.about_id)
            case About.MORNING:
                return self._morning(self._facts.events[EventId(delivery.about_id)])
            case _:
                return self._note(self._facts.notes[delivery.about_id])

    def _alert(self, post: Post, topic_id: int) -> Worded:
        _ = self._
        author = self._facts.people[post.author_id]
        subject = _excerpt(post.spoiler or post.text, SUBJECT) or _("A picture")
        if post.corrects_id is not None:
            subject = _("Correction: {message}").format(message=subject)
        piece = self._piece(post, reason="")
        foot: list[Block] = [
            Paragraph(
                _("You get this e-mail because you asked for the messages of {name}.").format(
                    name=self._facts.name(topic_id) or author.username
                )
            ),
            self._ways_out(topic_id),
        ]
        return self._worded(
            subject, [piece], foot, from_name=_name(author), topic_id=topic_id, answers_id=post.corrects_id
        )

    def _digest(self, digest_id: int) -> Worded:
        _, ngettext = self._, self._ngettext
        lines = self._facts.lines(digest_id)
        title = ngettext("What you missed: {count} message", "What you missed: {count} messages", len(lines)).format(
            count=len(lines)
        )
        blocks: list[Block] = [Heading(title)]
        for number, line in enumerate(lines[:MOST_LINES], 1):
            post = self._facts.posts[line.post_id]
            blocks.append(self._piece(post, reason=self._reason(line), number=number))
        blocks += self._beyond(lines[MOST_LINES:])
        city = _city(self._zone.key, self._lang)
        blocks.append(Paragraph(_("Times are those of {city}.").format(city=city), small=True))
        return self._worded(
            self._typed(title),
            blocks,
            [self._ways_out(ALL)],
            from_name=self._tools.settings.instance.title,
            topic_id=ALL,
            answers_id=None,
        )

    def _morning(self, event: Event) -> Worded:
        """How an event went, for who was not there: figures, key moments, and the page that one can print."""
        _ = self._
        morning = self._facts.mornings[event.id]
        told = [post for id in morning.told if (post := self._facts.shown(id)) is not None]
        keys = [post for post in told if post.id in morning.keys]
        best = sorted(keys, key=lambda post: (bool(self._facts.pictures.get(post.id)), post.id), reverse=True)
        title = self._typed(_("How it went: {event}").format(event=event.title))
        blocks: list[Block] = [Heading(title), Paragraph(self._figures(told, moments=len(keys)))]
        blocks += [self._piece(post, reason="") for post in sorted(best[:MOST_MOMENTS], key=lambda post: post.id)]
        sheet = "lendemain" if self._lang == "fr" else "morning-after"
        page = f"{self._url}/e/{event.slug}"
        blocks += [
            Button(_("All of it on one page, to print (PDF)"), f"{page}/{sheet}"),
            Links([(_("Live through it again, message by message"), f"{page}/revivre")]),
        ]
        why = _("You get this e-mail because you asked for the messages of {name}.").format(name=event.title)
        foot: list[Block] = [Paragraph(why), self._ways_out(event.id)]
        return self._worded(
            title,
            blocks,
            foot,
            from_name=self._tools.settings.instance.title,
            topic_id=event.id,
            answers_id=None,
        )

    def _figures(self, told: Sequence[Post], *, moments: int) -> str:
        """What can be counted of an event, a line each, as on the page that one can print."""
        ngettext = self._ngettext
        photos = sum(one.kind is MediaKind.IMAGE for post in told for one in self._facts.pictures.get(post.id, ()))
        corrections = sum(post.corrects_id is not None for post in told)
        hours = math.ceil((told[-1].created_at - told[0].created_at) / timedelta(hours=1))
        counted = (
            (len(told), ngettext("message published", "messages published", len(told))),
            (moments, ngettext("key moment", "key moments", moments)),
            (photos, ngettext("photo", "photos", photos)),
            (corrections, ngettext("correction", "corrections", corrections)),
            (
                hours,
                ngettext(
                    "hour, from the first message to the last", "hours, from the first message to the last", hours
                ),
            ),
        )
        return "\n".join(f"{count} {what}" for count, what in counted)

    def _beyond(self, lines: Sequence[Held]) -> list[Block]:
        """Where to read what a digest has no room for."""
        if not lines:
            return []
        ngettext = self._ngettext
        text = ngettext(
            "And {count} more message, to read here:", "And {count} more messages, to read here:", len(lines)
        )
        authors = dict.fromkeys(self._facts.posts[line.post_id].author_id for line in lines)
        people = [self._facts.people[id] for id in authors]
        links = [(_name(one), f"{self._url}/@{one.username}") for one in people]
        return [Paragraph(text.format(count=len(lines))), Links(links)]

    def _note(self, note: Note) -> Worded:
        _ = self._
        server = self._tools.settings.instance.title
        manage = manage_page(self._url, KEY)
        blocks: list[Block]
        match note.kind:
            case NoteKind.CODE | NoteKind.ASK:
                topic = note.data.get("topic", "")
                if note.data.get("topic_kind") == TopicKind.MOMENT:
                    question, yes = asked_to_remind(_, topic)
                    subject = _("Confirm: a reminder of {name}").format(name=topic)
                else:
                    question, yes = asked(_, topic)
                    subject = _("Confirm: messages of {name} by e-mail").format(name=topic)
                blocks = [
                    Paragraph(_("Hello,")),
                    Paragraph(question),
                ]
                if link := note.data.get("link"):
                    blocks.append(Button(yes, confirm_page(self._url, link)))
                if code := note.data.get("code"):
                    blocks += [Paragraph(_("Or type this code on the page where you asked:")), Code(code)]
                blocks.append(
                    Paragraph(
                        _("The link works for two days. If it was not you, ignore this message: nothing will be sent."),
                        small=True,
                    )
                )
            case NoteKind.GOODBYE:
                subject = _("You will get no more e-mails from {server}").format(server=server)
                blocks = [
                    Paragraph(_("It is done: you asked for nothing to be sent to this address any more.")),
                    Paragraph(_("Was it a mistake? You can choose anew what you want to hear:")),
                    Button(_("Choose what I get"), manage),
                ]
            case NoteKind.TEST:
                subject = _("A test from {server}").format(server=server)
                blocks = [
                    Paragraph(_("This is the test that you asked for. Messages will reach you here.")),
                    Button(_("Choose what I get"), manage),
                ]
            case NoteKind.INVITATION:
                topic = note.data.get("topic", "")
                subject = _("{name}: how do you want to hear its news?").format(name=topic)
                page = f"{self._url}/s/{note.data.get('username', '')}?via={Source.INVITATION}"
                blocks = [
                    Paragraph(_("Hello,")),
                    Paragraph(
                        _(
                            "{name} has you on a list of people whom its news may interest, and asks how you want to "
                            "hear it: by SMS, notification, e-mail, a summary a day, or not at all."
                        ).format(name=topic)
                    ),
                    Paragraph(_("If you do nothing, nothing more will come, and this address is forgotten.")),
                    Button(_("Choose"), page),
                    Links([(_("No, and no more invitations from here"), f"{self._url}/s/non/{KEY}")]),
                ]
            case NoteKind.REMINDER:
                what, event, at = note.data["what"], note.data["event"], datetime.fromisoformat(note.data["at"])
                hour = dates.hour(at, lang=self._lang, zone=at.tzinfo or UTC)
                subject = _("At {hour}: {what}").format(hour=hour, what=what)
                blocks = [
                    Paragraph(_("You asked to be reminded: {what}, at {hour}.").format(what=what, hour=hour)),
                    *([Paragraph(event)] if event else []),
                    Button(_("See the event"), note.data["page"]),
                ]
            case NoteKind.ANSWER:
                subject = _("An answer from {server}").format(server=server)
                blocks = [Paragraph(note.data.get("text", "")), Links([(_("Choose what I get"), manage)])]
        return self._worded(subject, blocks, [], from_name=server, topic_id=ALL, answers_id=None)

    def _piece(self, post: Post, *, reason: str, number: int | None = None) -> Piece:
        """A message as a part of a letter. What its author put behind a warning stays behind it."""
        _, ngettext = self._, self._ngettext
        author = self._facts.people[post.author_id]
        event = self._facts.events.get(post.event_id) if post.event_id is not None else None
        who = " · ".join(filter(None, (_name(author), event.title if event is not None else "")))
        label = []
        if post.corrects_id is not None:
            label.append(self._corrects(post.corrects_id))
        if post.corrected_by_id is not None:
            label.append(_("This was corrected since: open it to see how."))
        text = post.text
        pictures: list[Picture] = []
        if post.spoiler:
            text = post.spoiler
        elif not post.sensitive:
            pictures = [picture for one in self._facts.pictures.get(post.id, ()) if (picture := self._picture(one))]
        shown = pictures if number is None else pictures[:1]  # of a digest, one of each: it has many messages
        more = len(pictures) - len(shown)
        return Piece(
            text=self._typed(text, post.language) or _("A picture"),
            href=f"{self._url}/@{author.username}/{post.id}",
            read=_("Read it behind its warning") if post.spoiler else _("Read on the page"),
            who=f"{number}. {who}" if number is not None else who,
            when=self._moment(post.created_at),
            label=self._typed(" ".join(label)),
            reason=reason,
            more=ngettext("{count} more picture", "{count} more pictures", more).format(count=more) if more else "",
            language=post.language if post.language and post.language != self._lang else "",
            pictures=shown,
        )

    def _corrects(self, first_id: PostId) -> str:
        first = self._facts.shown(first_id)
        if first is None:
            return self._("This corrects an earlier message.")
        return self._("This corrects the message of {when}: “{words}”").format(
            when=self._moment(first.created_at), words=_excerpt(first.spoiler or first.text, SUBJECT)
        )

    def _picture(self, one: Media) -> Picture | None:
        key = one.preview_key or one.key
        if one.kind is not MediaKind.IMAGE or key is None:
            return None
        width, height = one.details.width, one.details.height  # Outlook knows no other width than this
        return Picture(media.address(key, self._url), one.description or self._("A picture"), width, height)

    def _reason(self, line: Held) -> str:
        """Why a message comes so late, in a few words; each line of a digest has it."""
        return self._typed(withholding.why(self._, line.reason, self._facts.name(line.topic_id)))

    def _ways_out(self, topic_id: int) -> Links:
        _ = self._
        stop = _("Stop all e-mails") if topic_id == ALL else _("Stop these e-mails")
        return Links(
            [
                (_("Change or pause what I get"), manage_page(self._url, KEY)),
                (stop, leave_page(self._url, KEY, topic_id)),
            ]
        )

    def _worded(
        self,
        subject: str,
        blocks: Sequence[Block],
        foot: Sequence[Block],
        *,
        from_name: str,
        topic_id: int,
        answers_id: PostId | None,
    ) -> Worded:
        html = letterhead.html(subject, blocks, foot, lang=self._lang, style=self._tools.style)
        text = letterhead.plain(blocks, foot)
        return Worded(self._typed(subject), text, html, from_name, topic_id, answers_id)

    def _typed(self, text: str, language: str | None = None) -> str:
        """With the spaces that French wants."""
        return typography(text, "fr") if (language or self._lang) == "fr" else text

    def _moment(self, at: datetime) -> str:
        return dates.moment(at, lang=self._lang, zone=self._zone)


@lru_cache(256)
def _city(zone: str, lang: Lang) -> str:
    """« Paris »."""
    said: str = get_timezone_location(zone, locale=dates.LOCALES[lang], return_city=True)
    return said


def _id(about: About, about_id: int, address_id: int) -> str:
    """The name of a letter, for ever."""
    return f"{about}.{about_id}.{address_id}"


def _name(profile: Profile) -> str:
    return profile.display_name or profile.username


def _host(tools: Tools) -> str:
    return tools.settings.url.partition("://")[2].partition(":")[0]


def _excerpt(text: str, most: int) -> str:
    """The beginning of a text on one line, whole words."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[:most].rpartition(" ")[0]
    return f"{cut if len(cut) > most // 2 else line[: most - 1]}…"
