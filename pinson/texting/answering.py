"""What people write to our number is done, and answered in one part; receipts are kept.

Called by gateways as they hear, and by the page of drawn telephones. A text that is a command is obeyed in the
transaction in which its answer is asked for. Who answers too much (another machine, most likely) is left alone; who
wants silence never is.

Not here: what a text asks for (`commands`), how an answer leaves (`sending`).
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from pinson.domain import accounts, alerts, deliveries, moderation, phones, posts
from pinson.domain.accounts import AccountId, Profile
from pinson.domain.alerts import Address, NoteKind, Reach, Source, Withdrawn, Wording, publishers
from pinson.domain.deliveries import Channel
from pinson.domain.moderation import Subject
from pinson.domain.posts import Post
from pinson.domain.relations.model import TopicKind
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.gateways import Heard, Incoming, Receipt, State
from pinson.lib.limits import Limit
from pinson.texting import commands, deeds, names
from pinson.texting.commands import (
    Approve,
    Block,
    Code,
    Command,
    Deed,
    Direct,
    Follow,
    Help,
    Like,
    Pause,
    Read,
    Repeat,
    Report,
    Resume,
    Start,
    Stats,
    Stop,
    Unfollow,
    Who,
    Words,
    Yes,
)
from pinson.texting.deeds import Action
from pinson.texting.speeches import Speeches
from pinson.texting.wording import Message, Speech
from pinson.tools import Tools

ONCE_AN_HOUR = Limit(1, 3600)
ANSWERS = Limit(30, 3600)  # to one number: nobody types faster for long
NOTICES = Limit(5, 24 * 3600)  # of what is against the law, from a number without an account
GUESSES = Limit(5, 3600)  # at a code that publishes
UNTIL_THEN = timedelta(days=30)  # of a pause that has no end
ENGLISH = frozenset(
    {"follow", "subscribe", "yes", "help", "start", "get", "whois", "who", "hello", "unfollow", "leave"}
    | {"track", "block", "report"}
)
LONGEST = 1600  # characters that are read of a text

events_log = structlog.get_logger("pinson.texting")


class Answering:
    """See the module."""

    def __init__(self, tools: Tools, speeches: Speeches) -> None:
        self._tools = tools
        self._speeches = speeches

    async def hear(self, heard: Sequence[Heard]) -> None:
        """Keep receipts, all together, and do what each text asks for, in order."""
        receipts = [one for one in heard if isinstance(one, Receipt) and one.state is not State.UNDER_WAY]
        if receipts:
            await self._tools.db.write(_receive, receipts=receipts, now=self._tools.clock.now())
        for one in heard:
            if isinstance(one, Incoming):
                await self._answer(one)

    async def _answer(self, text: Incoming) -> None:
        if not text.source.startswith("+"):  # a short number or a name: nobody to answer
            events_log.info("text_from_no_number")
            return
        now, tools = self._tools.clock.now(), self._tools
        reach = Reach(Channel.SMS, text.source)
        command = commands.parse(text.text[:LONGEST])
        async with tools.db.read() as tx:
            phone = await _phone(tx, reach)
        linked = phone.pocket is not None and phone.pocket.allowed
        if isinstance(command, Stop) and linked and not command.sure:
            command = Words(text.text.strip())
        action = command if linked and isinstance(command, Words | Deed) else None
        speech = self._speeches.of(phone.lang or self._lang_of(text.text))
        if not isinstance(command, Stop) and self._is_too_much(text.source):
            await self._fall_silent(phone, reach, speech)
            return
        try:
            if action is not None:
                await self._act(phone, action, speech, reach)
                return
            if isinstance(command, Report) and command.why and not self._may(f"notices {text.source}", NOTICES):
                await self._say(reach, speech, speech.too_many_notices())
                return
            if isinstance(command, Words) and not self._may(f"help {text.source}", ONCE_AN_HOUR):
                return
            goodbye = isinstance(command, Stop) and self._may(f"goodbye {text.source}", ONCE_AN_HOUR)
            await tools.db.write(_obey, obeying=_Obeying(tools, speech, goodbye), reach=reach, command=command, now=now)
        except posts.UnexpectedMentions:
            await self._say(reach, speech, speech.one_at_a_time())
        except Refusal as refusal:
            if refusal.kind is Kind.UNAVAILABLE:  # the disk is full: the network hands it over again
                raise
            await self._say(reach, speech, speech.refusal(refusal))

    async def _act(self, phone: "_Phone", action: Action, speech: Speech, reach: Reach) -> None:
        """Do what a member asks for in the name of their account, after its digits if it wants some."""
        tools, now = self._tools, self._tools.clock.now()
        assert phone.account_id is not None
        assert phone.pocket is not None
        if phone.pocket.code:
            guesses = f"code {reach.value}"
            if action.code and not tools.limits.look(guesses, GUESSES, now).allowed:
                await self._say(reach, speech, speech.too_many_guesses())
                return
            if not hmac.compare_digest(action.code, phone.pocket.code):
                if action.code:
                    tools.limits.hit(guesses, GUESSES, now)
                await self._say(reach, speech, speech.code_missing())
                return
        elif action.code and isinstance(action, Words):
            action = Words(f"{action.code} {action.text}")
        key = hashlib.sha256(f"{reach.value} {action}".encode()).hexdigest()[:32]
        async with tools.db.read() as tx:
            deed = await deeds.weigh(
                tx, tools, action, account_id=phone.account_id, username=phone.username, key=f"text-{key}", now=now
            )
        await tools.db.write(_do, obeying=_Obeying(tools, speech), deed=deed, reach=reach, now=now)

    async def _say(self, reach: Reach, speech: Speech, text: str) -> None:
        zone = self._tools.settings.instance.time_zone
        await self._tools.db.write(
            _tell,
            reach=reach,
            lang=speech.lang,
            zone=zone,
            sleeps=_sleeps(self._tools),
            text=text,
            now=self._tools.clock.now(),
        )

    def _is_too_much(self, source: str) -> bool:
        return not self._may(f"texts {source}", ANSWERS)

    async def _fall_silent(self, phone: "_Phone", reach: Reach, speech: Speech) -> None:
        """Do nothing any more for a while; a member, who is no machine that answers us, is told so once."""
        events_log.warning("too_many_texts", is_member=phone.account_id is not None)
        until = self._tools.limits.look(f"texts {reach.value}", ANSWERS, self._tools.clock.now()).reset_at
        if phone.account_id is not None and self._may(f"silent {reach.value} {until}", ONCE_AN_HOUR):
            await self._say(reach, speech, speech.too_many_texts(ANSWERS.count, until))

    def _may(self, key: str, limit: Limit) -> bool:
        return self._tools.limits.hit(key, limit, self._tools.clock.now()).allowed

    def _lang_of(self, text: str) -> str:
        first = commands.fold(text.split(" ", 1)[0]) if text.strip() else ""
        return "en" if first in ENGLISH else ""


class _Phone(msgspec.Struct, frozen=True):
    """Who writes, as far as that is known. pocket: what the account allows that the telephone is linked to."""

    lang: str = ""
    account_id: AccountId | None = None
    username: str = ""
    pocket: phones.Pocket | None = None


class _Obeying(msgspec.Struct, frozen=True):
    """What it takes to do what a text asks for."""

    tools: Tools
    speech: Speech
    goodbye: bool = False


async def _phone(tx: ReadTx, reach: Reach) -> _Phone:
    address = await alerts.address(tx, reach)
    reader = await alerts.reader(tx, address.reader_id) if address is not None else None
    if address is None or reader is None:
        return _Phone()
    if reader.account_id is None or address.confirmed_at is None:
        return _Phone(reader.lang)
    account = await accounts.by_id(tx, reader.account_id)
    if account is None:
        return _Phone(reader.lang)
    return _Phone(reader.lang, account.id, account.username, await phones.pocket(tx, account.id))


async def _receive(tx: WriteTx, *, receipts: Sequence[Receipt], now: datetime) -> None:
    for one in receipts:
        await deliveries.receive(
            tx,
            channel=Channel.SMS,
            remote_id=one.remote_id,
            arrived=one.state is State.DELIVERED,
            error=one.error,
            now=now,
        )


def _sleeps(tools: Tools) -> bool:
    """Whether a telephone is quiet at night, unless its owner wants otherwise; not one that is drawn, for a demo."""
    return tools.settings.sms.backend != "simulator"


async def _tell(tx: WriteTx, *, reach: Reach, lang: str, zone: str, sleeps: bool, text: str, now: datetime) -> None:
    address = await alerts.address_for(tx, reach=reach, lang=lang, zone=zone, sleeps=sleeps, now=now)
    await alerts.tell(tx, address_id=address.id, kind=NoteKind.ANSWER, data={"text": text}, now=now)


async def _obey(tx: WriteTx, *, obeying: _Obeying, reach: Reach, command: Command, now: datetime) -> None:
    """Do what a text asks for, and ask that its answer be sent."""
    zone = obeying.tools.settings.instance.time_zone
    sleeps = _sleeps(obeying.tools)
    address = await alerts.address_for(tx, reach=reach, lang=obeying.speech.lang, zone=zone, sleeps=sleeps, now=now)
    text = await _done(tx, obeying, address, command, reach=reach, now=now)
    if text:
        await alerts.tell(tx, address_id=address.id, kind=NoteKind.ANSWER, data={"text": text}, now=now)


async def _do(tx: WriteTx, *, obeying: _Obeying, deed: deeds.Weighed, reach: Reach, now: datetime) -> None:
    """Do something in the name of an account, and ask that its answer be sent."""
    zone = obeying.tools.settings.instance.time_zone
    sleeps = _sleeps(obeying.tools)
    address = await alerts.address_for(tx, reach=reach, lang=obeying.speech.lang, zone=zone, sleeps=sleeps, now=now)
    text = await deeds.do(tx, obeying.tools, deed, obeying.speech, now=now)
    await alerts.tell(tx, address_id=address.id, kind=NoteKind.ANSWER, data={"text": text}, now=now)


async def _done(
    tx: WriteTx, obeying: _Obeying, address: Address, command: Command, *, reach: Reach, now: datetime
) -> str:
    """What is answered; "" if nothing is, or something else says it."""
    speech = obeying.speech
    match command:
        case Stop():
            return await _stop(tx, obeying, address, now=now)
        case Follow():
            return await _follow(tx, obeying, address, command, reach=reach, now=now)
        case Unfollow(name):
            found = await names.topic(tx, name)
            if found is None:  # whoever begins with STOP wants silence, whatever comes after it
                return await _stop(tx, obeying, address, now=now)
            topic, shown = found
            left = await alerts.leave_topic(tx, address_id=address.id, topic_id=topic.id, how=Withdrawn.SMS, now=now)
            return speech.left(shown) if left else speech.did_not_follow(shown)
        case Yes():
            confirmed = await alerts.confirm_by_reply(tx, address_id=address.id, now=now)
            if not confirmed:
                return await _hello(tx, speech, address)
            latest = confirmed[-1]
            wish = alerts.Wish(latest.rhythm, latest.per_week, latest.narrow_id)
            return speech.follows(await names.shown(tx, latest.kind, latest.topic_id), wish)
        case Code(digits):
            if await alerts.confirm(tx, address_id=address.id, code=digits, now=now) is None:
                raise alerts.WrongCode
            return await _hello(tx, speech, address)
        case Pause(span, name):
            return await _hold(tx, speech, address, name, until=now + (span or UNTIL_THEN), now=now)
        case Resume(name):
            return await _go_on(tx, speech, address, name, now=now)
        case Read(name) | Who(name):
            profile = await names.profile(tx, name)
            if profile is None or profile.id in obeying.tools.standing.hidden:
                return speech.unknown(name)
            if isinstance(command, Who):
                return speech.who(
                    names.called(profile), profile.note, f"{obeying.tools.settings.url}/@{profile.username}"
                )
            return await _latest(tx, obeying, profile)
        case Stats(name):
            return await _figures(tx, speech, address, name)
        case Start():
            return await _hello(tx, speech, address)
        case Help() | Words():
            return speech.help()
        case Block(name):
            return await _bar(tx, obeying, address, name, now=now)
        case Report(name, why):
            return await _notice(tx, obeying, name, why, phone=reach.value, now=now)
        case Direct() | Repeat() | Like():
            return speech.not_linked()
        case Approve():
            return speech.nothing_waits()


async def _stop(tx: WriteTx, obeying: _Obeying, address: Address, *, now: datetime) -> str:
    """End all, and say so once; nobody invites them any more."""
    await alerts.invitations.refuse(tx, address_id=address.id, how=Withdrawn.SMS, now=now)
    await alerts.leave_all(tx, address_ids=[address.id], how=Withdrawn.SMS, goodbye=obeying.goodbye, now=now)
    return ""


async def _hold(tx: WriteTx, speech: Speech, address: Address, name: str, *, until: datetime, now: datetime) -> str:
    """Let nothing come for a while: of one topic, or of all."""
    if not name:
        await alerts.pause(tx, reader_id=address.reader_id, until=until, now=now)
        return speech.paused(until)
    found = await names.topic(tx, name)
    if found is None:
        return speech.unknown(name)
    topic, shown = found
    about = await alerts.pause_topic(tx, address_ids=[address.id], topic_id=topic.id, until=until, now=now)
    return speech.topic_paused(shown, name, until) if about else speech.did_not_follow(shown)


async def _go_on(tx: WriteTx, speech: Speech, address: Address, name: str, *, now: datetime) -> str:
    """Let it come again: of one topic, or all that this telephone has paused."""
    found = await names.topic(tx, name) if name else None
    if name and found is None:
        return speech.unknown(name)
    topic_id = found[0].id if found is not None else None
    about = await alerts.pause_topic(tx, address_ids=[address.id], topic_id=topic_id, until=None, now=now)
    if found is None:
        await alerts.pause(tx, reader_id=address.reader_id, until=None, now=now)
        return speech.resumed()
    if not about:
        return speech.did_not_follow(found[1])
    reader = await alerts.reader(tx, address.reader_id)
    if reader is not None and reader.paused_until is not None and reader.paused_until > now:
        return speech.paused(reader.paused_until)
    return speech.topic_resumed(found[1])


async def _bar(tx: WriteTx, obeying: _Obeying, address: Address, name: str, *, now: datetime) -> str:
    """Let a telephone hear no more of an account, which cannot invite it any more either."""
    profile = await names.profile(tx, name)
    if profile is None:
        return obeying.speech.nobody(name)
    await alerts.leave_topic(tx, address_id=address.id, topic_id=profile.id, how=Withdrawn.SMS, now=now)
    await alerts.invitations.refuse_from(tx, account_id=profile.id, address_id=address.id, now=now)
    return obeying.speech.barred(names.called(profile), profile.username)


async def _notice(tx: WriteTx, obeying: _Obeying, name: str, why: str, *, phone: str, now: datetime) -> str:
    """Tell moderators of the latest message of an account, for somebody without one; answers go to the telephone."""
    tools, profile = obeying.tools, await names.profile(tx, name)
    if profile is None or profile.id in tools.standing.hidden:
        return obeying.speech.nobody(name)
    if not why.strip():
        return obeying.speech.say_why(name)
    last = await names.latest(tx, profile.id, reader=posts.Reader(None, tools.standing))
    page = f"{tools.settings.url}/@{profile.username}"
    notice = await moderation.give_notice(
        tx,
        key=moderation.new_key(),
        target_id=profile.id,
        post_ids=[last] if last is not None else [],
        address=f"{page}/{last}" if last is not None else page,
        subject=Subject.OTHER,
        text=why.strip(),
        name="",
        email="",
        phone=phone,
        lang=obeying.speech.lang,
        now=now,
    )
    return obeying.speech.noticed(names.called(profile), f"{tools.settings.url}/notices/{notice.key}")


async def _follow(
    tx: WriteTx,
    obeying: _Obeying,
    address: Address,
    command: Follow,
    *,
    reach: Reach,
    now: datetime,
) -> str:
    """Ask for an alert; whoever hears of something by this number has it at once, others are asked to say yes.

    Those who stopped all are among the others: senders of texts can be forged, and they asked for silence.
    """
    name, wish = command.name, command.wish
    if name.startswith("#"):
        await posts.tag_named(tx, name=name.removeprefix("#"), now=now)  # nobody has to have used it
    found = await names.topic(tx, name)
    if found is None:
        return obeying.speech.unknown(name)
    topic, shown = found
    if not command.says_how:
        wish = msgspec.structs.replace(wish, rhythm=alerts.first_rhythm(topic.kind))
    if topic.kind is TopicKind.ACCOUNT and topic.id in obeying.tools.standing.hidden:
        return obeying.speech.unknown(name)
    if address.confirmed_at is not None:  # whoever asks anew has paused it no longer
        await alerts.pause_topic(tx, address_ids=[address.id], topic_id=topic.id, until=None, now=now)
    hears = any(one.confirmed_at is not None for one in await alerts.alerts_of(tx, [address.id]))
    asked = await alerts.ask(
        tx,
        reach=reach,
        topic=topic,
        wish=wish,
        wording=Wording(obeying.speech.lang, obeying.speech.consent(shown)),
        source=Source.SMS,
        topic_name=shown,
        zone=obeying.tools.settings.instance.time_zone,
        reader_id=address.reader_id if hears else None,
        secrets=alerts.new_secrets(),
        now=now,
    )
    return obeying.speech.follows(shown, wish) if asked.confirmed else ""


async def _hello(tx: ReadTx, speech: Speech, address: Address) -> str:
    there = [one for one in await alerts.alerts_of(tx, [address.id]) if one.confirmed_at is not None]
    return speech.hello(follows=[await names.shown(tx, one.kind, one.topic_id) for one in there[:5]])


async def _latest(tx: ReadTx, obeying: _Obeying, profile: Profile) -> str:
    """The latest public message of an account, as a telephone shows it."""
    publisher = (await publishers.publishers(tx, [profile.id]))[profile.id]
    name = names.called(profile, publisher.sender)
    id = await names.latest(tx, profile.id, reader=posts.Reader(None, obeying.tools.standing))
    if id is None:
        return obeying.speech.nothing_yet(name)
    post = await posts.post(tx, id)
    return obeying.speech.message(_message(name, post, obeying.tools.settings.url, profile.username))


def _message(name: str, post: Post, url: str, username: str) -> Message:
    link = f"{url}/@{username}/{post.id}" if post.media or post.spoiler else ""
    return Message(name, post.text, None, post.media, link, post.spoiler)


async def _figures(tx: ReadTx, speech: Speech, address: Address, name: str) -> str:
    """How many are alerted of a hashtag, or of the account that a telephone is linked to; others hear what they get."""
    reader = await alerts.reader(tx, address.reader_id)
    if reader is None or reader.account_id is None or address.confirmed_at is None:
        return await _hello(tx, speech, address)
    topic_id, shown = int(reader.account_id), await names.shown(tx, TopicKind.ACCOUNT, reader.account_id)
    if name:
        found = await names.topic(tx, name)
        if found is None or (found[0].kind is not TopicKind.TAG and found[0].account_id != reader.account_id):
            return speech.unknown(name)
        topic_id, shown = found[0].id, found[1]
    audience = await alerts.audience(tx, topic_id)
    by_text = sum(one.alerts for one in audience if one.channel is Channel.SMS)
    return speech.figures(shown, holders=sum(one.alerts for one in audience), by_text=by_text)
