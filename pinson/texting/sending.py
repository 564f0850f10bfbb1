"""The channel by which telephones are reached: a delivery becomes a text, in parts, and costs.

`Texts` is a driver of `delivering.Worker`. What cannot leave yet (no session, the law's hours, the ceiling of the day,
no credits) waits; what is in doubt ends so, and is never sent again by itself. One process of a machine speaks with the
operator, since operators count sessions and parts a second; the system hands its place on when it dies.

Not here: who is alerted and when (alerts), what operators speak (lib/gateways), what is answered (`answering`).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from pinson.domain import accounts, alerts, deliveries, shortlinks
from pinson.domain.accounts import AccountId, AccountNotFound
from pinson.domain.alerts import Holder, NoteKind, publishers
from pinson.domain.deliveries import About, Again, Channel, Delivery, Ended, Outcome
from pinson.domain.posts import Post, PostId
from pinson.gathering import gather
from pinson.lib import sms
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.gateways import Gateway, InDoubt, NotNow, Refused, Text
from pinson.texting import hours, wording
from pinson.texting.place import Place
from pinson.texting.speeches import Speeches
from pinson.texting.wording import Message
from pinson.tools import Tools

ATTEMPTS = 10
WORTH = timedelta(hours=24)  # what is older is no news
NOTES_WORTH = {
    NoteKind.CODE: timedelta(minutes=30),
    NoteKind.ASK: timedelta(hours=2),
    NoteKind.REMINDER: timedelta(minutes=10),
}
NOBODY = AccountId(0)  # who pays for what the service itself says
RESERVE = 1.2  # of the ceiling: so much may be spent on codes and answers when messages have reached it
NO_CREDITS = timedelta(minutes=15)  # until it is looked again whether there are some
LOOKS = 1.0  # seconds between looks at whether another process has died that spoke with the operator
MOST_KEPT = 500  # bodies of messages: all who receive one receive the same

events = structlog.get_logger("pinson.texting")


class Said(msgspec.Struct, frozen=True):
    """What one delivery says. post: a message, or what a digest leads to; body: anything else, ready.

    payer: whose credits it takes, NOBODY's if it is the service that speaks.
    """

    holder: Holder
    until: datetime
    post: Post | None = None
    author: accounts.Profile | None = None
    publisher: alerts.Publisher | None = None
    corrects_at: datetime | None = None
    body: str = ""
    payer: AccountId = NOBODY


_Key = tuple[PostId, datetime | None, str, alerts.Publisher | None]


class Texts:
    """See the module."""

    channel = Channel.SMS

    def __init__(self, tools: Tools, gateway: Gateway, speeches: Speeches) -> None:
        settings = tools.settings.sms
        self._tools = tools
        self._gateway = gateway
        self._speeches = speeches
        self._sender = settings.sender or settings.number or "Pinson"
        self._ceiling = settings.parts_per_day
        self._most_open = min(2 * settings.window, max(2, 5 * settings.parts_per_second))
        self._place = Place(tools.data)
        self._bodies: OrderedDict[_Key, asyncio.Task[str]] = OrderedDict()

    @property
    def most_open(self) -> int:
        """Texts under way at a time; none while nothing can be sent."""
        return self._most_open if self._place.is_ours and not self._gateway.trouble else 0

    async def run(self) -> None:
        """Speak with the operator as soon as it is this process's turn, until cancelled."""
        while not self._place.take():  # noqa: ASYNC110  (another process: nothing here can tell us)
            await asyncio.sleep(LOOKS)
        telling = asyncio.create_task(self._tell())
        try:
            await self._gateway.run()
        finally:
            telling.cancel()

    async def _tell(self) -> None:
        """Say beside the place how the session stands, for whoever looks from outside."""
        while True:
            self._place.tell(self._gateway.trouble, now=self._tools.clock.now())
            await asyncio.sleep(LOOKS)

    def close(self) -> None:
        """Let another process take this one's place."""
        self._place.leave()

    async def prepare(self, tx: ReadTx, claimed: Sequence[Delivery]) -> Mapping[int, Said]:
        """What each delivery says and to whom, if there still is something to say."""
        facts = await gather(tx, self._tools, claimed)
        people = facts.people
        authors = list({one.author_id for one in facts.posts.values()})
        senders = await publishers.publishers(tx, authors) if authors else {}
        said = {}
        for one in claimed:
            holder = facts.holders.get(one.holder_id)
            if holder is None:
                continue
            until = one.asked_at + WORTH
            speech = self._speeches.of(holder.lang)
            match one.about:
                case About.POST if (post := facts.shown(PostId(one.about_id))) is not None:
                    if facts.reason(post.id, holder) is None:  # they left meanwhile
                        continue
                    first = facts.posts.get(post.corrects_id) if post.corrects_id is not None else None
                    said[one.id] = Said(
                        holder,
                        until,
                        post=post,
                        author=people[post.author_id],
                        publisher=senders[post.author_id],
                        corrects_at=first.created_at if first is not None else None,
                        payer=post.author_id,
                    )
                case About.NOTE if (note := facts.notes.get(one.about_id)) is not None:
                    until = note.created_at + NOTES_WORTH.get(note.kind, WORTH)
                    payer = AccountId(int(note.data.get("account", NOBODY)))
                    said[one.id] = Said(holder, until, body=speech.note(note.kind, note.data), payer=payer)
                case About.DIGEST:
                    missed = [facts.posts[line.post_id] for line in facts.lines(one.about_id)]
                    if missed:
                        names = [_name(people[post.author_id], senders[post.author_id]) for post in missed]
                        latest = Message(names[-1], missed[-1].text)
                        link = f"{self._tools.settings.url}/@{people[missed[-1].author_id].username}"
                        counts = {name: names.count(name) for name in names}
                        said[one.id] = Said(holder, until, body=speech.digest(counts, latest, link=link))
        return said

    async def attempt(self, delivery: Delivery, said: Said | None) -> Ended | Again:
        """Hand one text to the operator, if it may leave."""
        now = self._tools.clock.now()
        if said is None:
            return Ended(delivery.id, Outcome.NEEDLESS)
        if now > said.until:
            return Ended(delivery.id, Outcome.FAILED if said.post is not None else Outcome.NEEDLESS, "too late")
        if said.publisher is not None and said.publisher.commercial and (then := hours.may_sell(now)) > now:
            return Again(delivery.id, then, "not at this hour")
        body = await self._body(said) if said.post is not None else said.body
        parts = sms.measure(body).parts
        payer = said.payer
        ceiling = self._ceiling if payer != NOBODY else int(self._ceiling * RESERVE)
        spent = await self._tools.db.write(publishers.spend, account_id=payer, parts=parts, ceiling=ceiling, now=now)
        if not spent.may:
            return Again(delivery.id, _tomorrow(now) if spent.why == "ceiling" else now + NO_CREDITS, spent.why)
        try:
            taken = await self._gateway.send(Text(delivery.id, said.holder.value, self._sender, body))
        except NotNow as problem:
            await self._give_back(payer, parts, now)
            if delivery.attempts >= ATTEMPTS:
                return Ended(delivery.id, Outcome.FAILED, str(problem))
            return Again(delivery.id, now + deliveries.pause(delivery.attempts), str(problem))
        except Refused as problem:
            await self._give_back(payer, parts, now)
            return Ended(delivery.id, Outcome.FAILED, str(problem))
        except InDoubt as problem:
            return Ended(delivery.id, Outcome.IN_DOUBT, str(problem), problem.remote_ids)
        return Ended(delivery.id, Outcome.SENT, remote_ids=taken.remote_ids)

    async def _body(self, said: Said) -> str:
        """A message as all read it who speak a language: made once."""
        assert said.post is not None
        key = said.post.id, said.post.edited_at, said.holder.lang, said.publisher
        if key not in self._bodies:
            self._bodies[key] = asyncio.create_task(self._made(said, said.post))
            if len(self._bodies) > MOST_KEPT:
                self._bodies.popitem(last=False)
        try:
            return await asyncio.shield(self._bodies[key])
        except Exception:
            self._bodies.pop(key, None)
            raise

    async def _made(self, said: Said, post: Post) -> str:
        assert said.author is not None
        assert said.publisher is not None
        tools = self._tools
        page = f"{tools.settings.url}/@{said.author.username}/{post.id}" if post.media or post.spoiler else ""
        codes, link = await tools.db.write(_links, post=post, page=page, now=tools.clock.now())
        text = post.text
        for message_code, text_code in codes.items():
            text = text.replace(f"/{message_code}", f"/{text_code}")
        return self._speeches.of(said.holder.lang).message(
            Message(
                _name(said.author, said.publisher),
                text,
                said.corrects_at,
                post.media,
                f"{tools.settings.short_url}/{link}" if link else page,
                post.spoiler,
                said.publisher.commercial,
            )
        )

    async def _give_back(self, payer: AccountId, parts: int, now: datetime) -> None:
        await self._tools.db.write(publishers.give_back, account_id=payer, parts=parts, now=now)


async def _links(tx: WriteTx, *, post: Post, page: str, now: datetime) -> tuple[dict[str, str], str]:
    """The codes that stand in a message -> those for texts; and the code that leads to its page, if one is wanted."""
    links = await shortlinks.of_post(tx, post.id)
    codes = await shortlinks.codes_of(tx, [link.id for link in links]) if links else {}
    placed = {}
    for link in links:
        if (code := codes[link.id].get(shortlinks.Channel.MESSAGE)) is not None and link.target != page:
            placed[code] = await shortlinks.code_for(
                tx, id=link.id, account_id=link.account_id, channel=shortlinks.Channel.SMS
            )
    if not page:
        return placed, ""
    try:
        there = next((link for link in links if link.target == page), None)
        if there is None:
            wish = shortlinks.Checked(target=page)
            [made] = await shortlinks.make(tx, account_id=post.author_id, wishes=[wish], post_id=post.id, now=now)
            there = made.link
        code = await shortlinks.code_for(tx, id=there.id, account_id=post.author_id, channel=shortlinks.Channel.SMS)
    except AccountNotFound:
        return placed, ""
    return placed, code


def _name(author: accounts.Profile, publisher: alerts.Publisher) -> str:
    return wording.name_of(publisher.sender, author.display_name, author.username)


def _tomorrow(now: datetime) -> datetime:
    """When the next day of spendings begins: they are counted by days of UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
