"""The page where one writes, `/write`: for people who never used a social network.

Everything on it works without script. What is sent is looked at and comes back as often as somebody likes: with advice
and what it costs, kept as a draft, or published. Before that, the page asks once more if there is nothing to learn
and nothing to do in a message, or a picture of it has no description; whoever sends it again means it. Pictures are
taken whatever becomes of the rest, and come back with it.

The page has a key, by which its draft is known and which makes a form that was sent twice publish once. The members
of an account share its drafts: who may not publish writes them for those who may.

Not here: advice and counting (`look.py`), the list of drafts (`drafts.py`), correcting what was published
(`correcting.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale
from starlette.datastructures import UploadFile
from starlette.responses import Response

from pinson.domain import access, accounts, advice, alerts, deliveries, events, media, posts
from pinson.domain.accounts import AccountId, AccountNotFound
from pinson.domain.deliveries import About, Channel
from pinson.domain.events import Event
from pinson.domain.media import IMAGE_BYTES, MOST_ATTACHED, Media, MediaId, Said, Upload
from pinson.domain.posts import Draft, EventId, Post, PostId, PostNotFound, Visibility, drafts, polls
from pinson.domain.posts.drafts import KeptDraft
from pinson.domain.posts.polls import Ballot
from pinson.interfaces.request import MAX_BODY, Routes
from pinson.interfaces.web.cards import Card
from pinson.interfaces.web.look import Look, look_at
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.languages import known_language
from pinson.lib.limits import Limit
from pinson.texting import Estimate, Speeches, Voice, estimate, name_of

routes = Routes()

MOST_SENT = MOST_ATTACHED * IMAGE_BYTES + MAX_BODY
HALF_AN_HOUR = int(timedelta(minutes=30).total_seconds())
THREE_HOURS = int(timedelta(hours=3).total_seconds())
LANGUAGES = ("fr", "en", "ar", "br", "de", "es", "it", "nl", "oc", "pl", "pt", "ro", "ru", "tr", "uk", "zh")
DURATIONS = [int(timedelta(**{unit: count}).total_seconds()) for unit, count in (
    ("minutes", 30), ("hours", 1), ("hours", 6), ("days", 1), ("days", 3), ("days", 7)
)]  # fmt: skip
LOOKS = ("look", "rewrite")
DRAFTS = "write:media"  # whoever may prepare pictures may prepare words: authors too, who do not publish


class BadMoment(Refusal):
    """What was filled in is no date with a time."""

    kind, code = Kind.INVALID, "bad_moment"
    text = "This is no date with a time of day: choose one like 30/03/2026, 13:06."


class Picture(msgspec.Struct):
    """A picture that the message has, and what is said about it. drop: whether it is taken out."""

    id: MediaId
    alt: str = ""
    drop: bool = False


class NewPicture(msgspec.Struct):
    """A picture that comes with the form; browsers send a file of no size where none was chosen."""

    file: UploadFile | None = None
    alt: str = ""


class Written(msgspec.Struct):
    """The form.

    key: of the page.
    do: what the button says: `look` at it again, `rewrite` it for less, or else publish it.
    several: whether one may choose several answers.
    at: when it is to be published, in the time zone of the server, as browsers write it; "" is now.
    corrects_id: the message that it corrects. event_id: the live event that it is part of; is_key: as a key moment.
    seen: what the page has asked about already. reached: how many telephones, as the page says.
    """

    do: str = ""
    key: str = ""
    text: str = ""
    in_reply_to_id: PostId | None = None
    quote_of_id: PostId | None = None
    visibility: Visibility = Visibility.PUBLIC
    spoiler: str = ""
    sensitive: bool = False
    language: str = ""
    pictures: list[Picture] = []
    new: list[NewPicture] = []
    options: list[str] = []
    poll_seconds: int = 86_400
    several: bool = False
    at: str = ""
    seen: list[str] = []
    corrects_id: PostId | None = None
    event_id: EventId | None = None
    is_key: bool = False
    place: str = ""
    reached: int = 0

    @property
    def typed(self) -> str:
        """The text with line ends as we keep them: browsers send CR LF (HTML, "constructing the entry list")."""
        return self.text.replace("\r\n", "\n")

    @property
    def language_code(self) -> str | None:
        """Its language; None if that is to be found out."""
        return known_language(self.language)

    @property
    def kept(self) -> list[Picture]:
        """The pictures that stay."""
        return [one for one in self.pictures if not one.drop]

    @property
    def said(self) -> Mapping[MediaId, Said]:
        """What is said about them, as the domain calls it.

        Raises:
            DescriptionTooLong.
        """
        return {one.id: Said(media.check_description(one.alt)) for one in self.kept}

    def due_at(self, zone: ZoneInfo) -> datetime | None:
        """When it is to be published; None is now.

        Raises:
            BadMoment.
        """
        if not self.at:
            return None
        try:
            return datetime.fromisoformat(self.at).replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise BadMoment from None

    def to_draft(self, defaults: accounts.Defaults) -> Draft:
        """What the domain calls it."""
        options = tuple(option for option in self.options if option.strip())
        return Draft(
            text=self.typed,
            visibility=self.visibility,
            in_reply_to_id=self.in_reply_to_id,
            spoiler=self.spoiler,
            sensitive=self.sensitive,
            language=self.language_code,
            idempotency_key=self.key,
            media_ids=tuple(one.id for one in self.kept),
            poll=Ballot(options, self.poll_seconds, self.several) if options else None,
            quote_of_id=self.quote_of_id,
            quote_policy=defaults.quote_policy,
            corrects_id=self.corrects_id,
            place=self.place,
            event_id=self.event_id,
            is_key=self.is_key,
        )

    @classmethod
    def of(cls, draft: Draft, *, key: str, due_at: datetime | None, zone: ZoneInfo) -> "Written":
        """A draft as the form shows it; what is said about its pictures is read from them."""
        return cls(
            key=key,
            text=draft.text,
            in_reply_to_id=draft.in_reply_to_id,
            quote_of_id=draft.quote_of_id,
            corrects_id=draft.corrects_id,
            visibility=draft.visibility,
            spoiler=draft.spoiler,
            sensitive=draft.sensitive,
            language=draft.language or "",
            pictures=[Picture(id) for id in draft.media_ids],
            options=list(draft.poll.options) if draft.poll else [],
            poll_seconds=draft.poll.seconds if draft.poll else 86_400,
            several=draft.poll.multiple if draft.poll else False,
            at=f"{due_at.astimezone(zone):%Y-%m-%dT%H:%M}" if due_at else "",
            place=draft.place or "",
            event_id=draft.event_id,
            is_key=draft.is_key,
        )


class Asked(msgspec.Struct):
    """What a link to the page may fill in. url: what another app shares. draft: one that is kept.

    corrects_id: a message that is to be corrected. event: the address of a live event to write in.
    """

    text: str = ""
    url: str = ""
    in_reply_to_id: PostId | None = None
    draft: PostId | None = None
    corrects_id: PostId | None = None
    event: str = ""


@routes.get("/write")
async def show(call: Call, form: Asked) -> Response:
    """The page: empty, with an answer begun, or with a draft.

    Raises:
        NotSignedIn, RoleForbids, DraftNotFound, EventNotFound, PostNotFound: of what is to be answered or corrected.
    """
    account_id = call.require(DRAFTS)
    async with call.tools.db.read() as tx:
        if form.draft is not None:
            kept = await drafts.owned(tx, form.draft, account_id=account_id)
            again = of_kept(kept, call.zone)
            if again.event_id is not None:
                there = (await events.by_ids(tx, [again.event_id])).get(again.event_id)
                if there is None or await events.role(tx, there, account_id) is None:
                    again.event_id, again.is_key = None, False  # what is written is not lost with its event
            return await page(call, again, described=False)
        defaults = await accounts.defaults(tx, account_id)
        visibility, named = Visibility(defaults.visibility), ""
        if form.in_reply_to_id is not None:
            answered = await posts.original(tx, form.in_reply_to_id, reader=await call.reader(tx))
            visibility = _narrower(visibility, answered.visibility)
            ids = dict.fromkeys([answered.author_id, *answered.mentions])
            people = await accounts.by_ids(tx, [id for id in ids if id != account_id])
            named = "".join(f"@{people[id].acct} " for id in ids if id in people)
        event_id = None
        if form.corrects_id is not None:
            corrected = await posts.visible(tx, form.corrects_id, reader=await call.reader(tx))
            visibility, event_id = corrected.visibility, corrected.event_id
        event = await events.by_slug(tx, form.event) if form.event else None
        if event is None and event_id is not None:
            event = (await events.by_ids(tx, [event_id])).get(event_id)
        if event is not None and await events.role(tx, event, account_id) is None:
            event = None  # it may still be written, elsewhere
    if event is not None:
        visibility = Visibility.PUBLIC
    written = Written(
        corrects_id=form.corrects_id,
        event_id=event.id if event else None,
        key=access.new_secret(),
        text=named + " ".join(part for part in (form.text, form.url) if part),
        in_reply_to_id=form.in_reply_to_id,
        visibility=visibility,
        sensitive=defaults.sensitive,
        language=defaults.language or "",
    )
    return await page(call, written)


async def show_again(call: Call, form: Written) -> Response:
    """The page with what was sent."""
    return await page(call, form)


@routes.post("/write", again=show_again, max_body=MOST_SENT)
async def publish(call: Call, form: Written) -> Response:
    """Publish it now, or have it published later; or look at it once more.

    Raises:
        NotSignedIn, RoleForbids, BadMoment, and all that `posts.publish` and `scheduled.schedule` raise.
    """
    if form.do in LOOKS:
        async with call.tools.db.read() as tx:
            event = await event_of(tx, form)
        return await page(call, await looked_at(call, form, event))
    account_id = call.require("write:statuses")
    settings = call.tools.settings
    await receive(call, form, account_id)
    defaults = await defaults_of(call, account_id)
    draft = _draft(form, defaults)
    event = None
    if form.event_id is not None:
        async with call.tools.db.read() as tx:
            event = await events.by_id(tx, form.event_id)
        draft = msgspec.structs.replace(draft, text=events.with_hashtag(event, draft.text))
    prepared = posts.prepare(
        draft,
        max_characters=settings.posts.max_characters,
        local_domain=call.local_domain,
        detect=call.tools.languages.of,
        shortener=call.tools.shortener(wanted=defaults.shorten_links),
    )
    if notices := [one for one in doubts(call, form) if one not in form.seen]:
        return await page(call, form, notices=notices)
    due_at = form.due_at(call.zone)
    call.limit("posts", f"account {account_id}", Limit(settings.limits.posts_per_3_hours, THREE_HOURS))
    async with call.tools.db.read() as tx:
        author = await call.reader(tx)
    if event is not None and due_at is None:  # what is for later joins by its hashtag
        await call.tools.db.write(
            events.write,
            id=event.id,
            author=author,
            prepared=prepared,
            marks=events.Marks(is_key=form.is_key),
            said=form.said,
            base_url=call.base_url,
            now=call.now,
        )
        return call.redirect(f"/e/{event.slug}")
    made = await call.tools.db.write(
        drafts.publish,
        author=author,
        prepared=prepared,
        due_at=due_at,
        said=form.said,
        base_url=call.base_url,
        now=call.now,
    )
    assert call.acting is not None
    return call.redirect(f"/@{call.acting.username}/{made.id}" if isinstance(made, Post) else f"/drafts#d{made.id}")


@routes.post("/write/look")
async def look(call: Call, form: Written) -> Response:
    """For a script: what it costs, what a reader gets from it, and how it will look."""
    account_id = call.require(DRAFTS)
    async with call.tools.db.read() as tx:
        writer = await accounts.profile(tx, account_id)
        event = await event_of(tx, form)
    look = await look_of(call, form, event)
    return call.fragment("write/_look", look=look, form=form, writer=writer, part_price=part_price(call))


@routes.post("/write/draft", again=show_again, max_body=MOST_SENT)
async def keep(call: Call, form: Written) -> Response:
    """Keep it as a draft; the list of them, or for a script only when it was kept.

    Raises:
        NotSignedIn, RoleForbids, BadMoment, and all that `drafts.keep` raises.
    """
    account_id = call.require(DRAFTS)
    await receive(call, form, account_id)
    draft = _draft(form, await defaults_of(call, account_id))
    kept = await call.tools.db.write(
        drafts.keep, account_id=account_id, draft=draft, due_at=form.due_at(call.zone), said=form.said, now=call.now
    )
    if call.is_fragment:
        return call.fragment("write/_kept", at=kept.changed_at.astimezone(call.zone))
    return call.redirect(f"/drafts#d{kept.id}")


async def say_refused(call: Call, _form: Written) -> Response:
    """For a script: why a picture was not taken."""
    answer = call.fragment("write/_refused")
    answer.status_code = call.status
    return answer


@routes.post("/write/picture", again=say_refused, max_body=IMAGE_BYTES + MAX_BODY)
async def take_picture(call: Call, form: Written) -> Response:
    """For a script: take a picture at once, and answer with its place in the form."""
    account_id = call.require(DRAFTS)
    form.pictures = []
    await receive(call, form, account_id)
    return call.fragment("write/_pictures", pictures=await attached(call, form, account_id))


def of_kept(kept: KeptDraft, zone: ZoneInfo) -> Written:
    """A draft that is kept, as the form shows it."""
    return Written.of(kept.draft, key=kept.key, due_at=kept.due_at, zone=zone)


async def receive(call: Call, form: Written, account_id: AccountId) -> None:
    """Take the pictures that came with the form: from now on it has them, whatever becomes of it.

    Raises:
        What `Studio.receive` raises.
    """
    sent, form.new = [one for one in form.new if one.file is not None and one.file.size], []
    for one in sent:
        most = call.tools.settings.limits.uploads_per_30_minutes
        call.limit("uploads", f"account {account_id}", Limit(most, HALF_AN_HOUR))
        assert one.file is not None
        taken = await call.tools.studio.receive(
            Upload(one.file.file, one.file.size or 0),
            thumbnail=None,
            said=Said(media.check_description(one.alt)),
            account_id=account_id,
            wait=False,
            now=call.now,
        )
        form.pictures.append(Picture(taken.id, one.alt))


async def looked_at(call: Call, form: Written, event: Event | None = None) -> Written:
    """The form with the pictures that came with it, and its text rewritten for less if that is asked for."""
    await receive(call, form, call.require(DRAFTS))
    if form.do == "rewrite" and (cheaper := (await look_of(call, form, event)).rewriting):
        form.text = cheaper.text
    return form


def doubts(call: Call, form: Written) -> list[str]:
    """What the page asks about before it publishes: `empty`, `no_alt`."""
    found = []
    read = advice.look(form.typed, lang=form.language_code or call.lang, has_media=bool(form.kept))
    if read.is_empty and not form.spoiler and not any(form.options):
        found.append("empty")
    if any(not one.alt.strip() for one in form.kept):
        found.append("no_alt")
    return found


async def look_of(call: Call, form: Written, event: Event | None) -> Look:
    """What the page says about a text. Five statements at most.

    Args:
        event: that it will be part of.
    """
    account_id = call.require(DRAFTS)
    async with call.tools.db.read() as tx:
        writer = await accounts.profile(tx, account_id)
        publisher = (await alerts.publishers.publishers(tx, [account_id]))[account_id]
        defaults = await accounts.defaults(tx, account_id)
        corrected = await _corrected(tx, call, form.corrects_id)
    if writer is None:
        raise AccountNotFound
    name = name_of(publisher.sender, writer.display_name, writer.username)
    at = corrected.created_at if corrected is not None else None
    voice = Voice(name, publisher.commercial, at, call.tools.settings.short_url)
    speeches, shortener = Speeches(call.tools), call.tools.shortener(wanted=defaults.shorten_links)

    def sent(text: str) -> Estimate:
        whole = events.with_hashtag(event, text) if event is not None else text
        stands = posts.foreseen(whole, local_domain=call.local_domain, shortener=shortener)
        return estimate(speeches, voice, text=stands, pictures=len(form.kept), warning=form.spoiler)

    return look_at(
        form.typed,
        spoiler=form.spoiler,
        language=form.language_code or call.lang,
        has_media=bool(form.kept),
        most=call.tools.settings.posts.max_characters,
        base_url=call.base_url,
        sent=sent,
        lang=call.lang,
    )


async def event_of(tx: ReadTx, form: Written) -> Event | None:
    """The live event that a message is written for."""
    return (await events.by_ids(tx, [form.event_id])).get(form.event_id) if form.event_id is not None else None


async def _corrected(tx: ReadTx, call: Call, id: PostId | None) -> Post | None:
    """What a message corrects, as far as it may be seen."""
    if id is None:
        return None
    try:
        shape = await posts.visible(tx, id, reader=await call.reader(tx))
    except PostNotFound:
        return None
    return await posts.post(tx, shape.id)


async def attached(
    call: Call, form: Written, account_id: AccountId, *, described: bool = True
) -> list[tuple[Picture, Media]]:
    """The pictures of a form. described: whether it says what is said about them; else they know it."""
    async with call.tools.db.read() as tx:
        found = {one.id: one for one in await media.mine(tx, [one.id for one in form.pictures], account_id=account_id)}
    if not described:
        for one in form.pictures:
            one.alt = found[one.id].description if one.id in found else ""
    return [(one, found[one.id]) for one in form.pictures if one.id in found]


async def page(
    call: Call,
    form: Written,
    *,
    notices: Sequence[str] = (),
    described: bool = True,
    correcting: Post | None = None,
) -> Response:
    """The page with a form filled in.

    Args:
        correcting: the post that says something else then; None if it is a new one.
        notices: what it asks about, see `doubts`.
        described: see `attached`.
    """
    account_id = call.require(DRAFTS)
    form.key = form.key or access.new_secret()
    async with call.tools.db.read() as tx:
        answered = await _answered(tx, call, form.in_reply_to_id or form.corrects_id)
        event = await event_of(tx, form)
        writer = await accounts.profile(tx, account_id)
        kept = len([one for one in await drafts.of_account(tx, account_id) if one.until is None])
    audience = await audience_of(call, form, account_id, event) if correcting is None else []
    form.reached = sum(one.now for one in audience if one.channel is Channel.SMS)
    return call.page(
        "write/page",
        form=form,
        audience=audience,
        part_price=part_price(call),
        correcting=correcting,
        pictures=await attached(call, form, account_id, described=described),
        look=await look_of(call, form, event),
        answered=answered,
        event=event,
        notices=notices,
        writer=writer,
        may_publish=call.may("write:statuses"),
        drafts=kept,
        languages_of_posts=languages(call.lang, form.language),
        durations=sorted({*DURATIONS, form.poll_seconds}),
        zone=call.tools.settings.instance.time_zone,
        most_options=polls.MOST_OPTIONS,
        longest_option=polls.LONGEST_OPTION,
        most_pictures=MOST_ATTACHED,
    )


class Recipients(msgspec.Struct, frozen=True):
    """How many a message reaches by a channel: at once, and later in a digest."""

    channel: Channel
    now: int
    later: int = 0


async def audience_of(call: Call, form: Written, account_id: AccountId, event: Event | None) -> list[Recipients]:
    """Whom a message would reach, by channel, if it were published now; of a correction, who had what it corrects."""
    topics = [account_id, *((event.id, event.account_id) if event is not None else ())]

    async def read(tx: ReadTx) -> list[Recipients]:
        if form.corrects_id is not None:
            had = await deliveries.had(tx, About.POST, form.corrects_id)
            return [Recipients(one.channel, one.deliveries) for one in had]
        found = await alerts.reachable(tx, topics, is_live=event is not None, is_key=form.is_key)
        return [Recipients(one.channel, one.now, one.later) for one in found]

    return await call.tools.db.read_in_thread(read)


def part_price(call: Call) -> Decimal | None:
    """What a part of an SMS costs; None if none are sent, or they cost nothing."""
    chosen = call.tools.settings.sms
    price = Decimal(chosen.price_per_part)
    return price if chosen.backend != "none" and price else None


def languages(lang: str, chosen: str) -> list[tuple[str, str]]:
    """Codes of languages in which one may write, with their names in the language of the page, by name."""
    names = Locale(lang).languages
    codes = {*LANGUAGES, *filter(None, [known_language(chosen)])}
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: pair[1].casefold())


async def _answered(tx: ReadTx, call: Call, id: PostId | None) -> Card | None:
    """The post that is answered, as far as it may be seen."""
    if id is None:
        return None
    try:
        shape = await posts.visible(tx, id, reader=await call.reader(tx))
    except PostNotFound:
        return None  # publishing says so; what was written is not lost for it
    return next(iter(await call.cards(tx, [shape])), None)


async def defaults_of(call: Call, account_id: AccountId) -> accounts.Defaults:
    """How an account posts unless it says otherwise."""
    async with call.tools.db.read() as tx:
        return await accounts.defaults(tx, account_id)


def _draft(form: Written, defaults: accounts.Defaults) -> Draft:
    form.key = form.key or access.new_secret()
    return form.to_draft(defaults)


def _narrower(one: Visibility, other: Visibility) -> Visibility:
    """The one of the two that fewer people see."""
    order = list(Visibility)
    return max(one, other, key=order.index)
