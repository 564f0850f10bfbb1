"""What apps ask about this server before anything else: https://docs.joinmastodon.org/methods/instance.

What is not built yet is shown as what it is, with limits of 0, so that apps do not offer it.
"""

from datetime import UTC, date, datetime
from html import escape
from typing import Any, Literal

import msgspec
from babel import Locale
from starlette.responses import Response

import pinson
from pinson.domain import accounts, instance, media, posts
from pinson.domain.instance import Paper, Rule, Terms, TermsNotFound
from pinson.domain.posts import MOST_PINS, URL_LENGTH, polls
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import AccountEntity
from pinson.interfaces.request import Routes
from pinson.lib import images, video
from pinson.lib.db import ReadTx
from pinson.lib.i18n import Lang, negotiate, typography

routes = Routes()

# Apps read the first version number they find as Mastodon's, and the name in brackets as ours.
VERSION = f"4.6.0 (compatible; Pinson {pinson.__version__})"
# The version of Mastodon's API up to which everything works here; 11 came with descriptions of profiles' pictures.
API_VERSION = 11


class SaidEntity(msgspec.Struct):
    """A rule in another language."""

    text: str
    hint: str


class RuleEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Rule"""

    id: str
    text: str
    hint: str
    translations: dict[str, SaidEntity]


class AccountLimits(msgspec.Struct):
    """What a profile may hold."""

    max_display_name_length: int = accounts.MAX_DISPLAY_NAME
    max_note_length: int = accounts.MAX_NOTE
    max_avatar_description_length: int = accounts.MAX_PICTURE_DESCRIPTION
    max_header_description_length: int = accounts.MAX_PICTURE_DESCRIPTION
    max_featured_tags: int = posts.MOST_FEATURED
    max_pinned_statuses: int = MOST_PINS
    max_profile_fields: int = accounts.MOST_FIELDS
    profile_field_name_limit: int = accounts.MAX_FIELD
    profile_field_value_limit: int = accounts.MAX_FIELD


class StatusLimits(msgspec.Struct):
    """What a post may hold."""

    max_characters: int
    max_media_attachments: int = media.MOST_ATTACHED
    characters_reserved_per_url: int = URL_LENGTH


class MediaLimits(msgspec.Struct):
    """What may be uploaded."""

    supported_mime_types: tuple[str, ...]
    description_limit: int = media.MOST_DESCRIPTION
    image_matrix_limit: int = images.MOST_PIXELS
    image_size_limit: int = media.IMAGE_BYTES
    video_frame_rate_limit: int = 120
    video_matrix_limit: int = video.MOST_PIXELS
    video_size_limit: int = media.FILM_BYTES


class PollLimits(msgspec.Struct):
    """Seconds that votes are taken: at least, and at most."""

    max_options: int = polls.MOST_OPTIONS
    max_characters_per_option: int = polls.LONGEST_OPTION
    min_expiration: int = polls.SHORTEST
    max_expiration: int = polls.LONGEST


class Limits(msgspec.Struct):
    """What may be posted."""

    statuses: StatusLimits
    media_attachments: MediaLimits
    accounts: AccountLimits = msgspec.field(default_factory=AccountLimits)
    polls: PollLimits = msgspec.field(default_factory=PollLimits)


class Urls(msgspec.Struct):
    """Where pages and streams are."""

    streaming: str
    about: str
    privacy_policy: str
    terms_of_service: str | None
    status: str | None = None


class Vapid(msgspec.Struct):
    """By which key push messages are signed."""

    public_key: str


class Enabled(msgspec.Struct):
    """Whether there is a feature."""

    enabled: bool = False


class Feeds(msgspec.Struct):
    """Who may read a kind of timeline."""

    local: Literal["public", "authenticated", "disabled"] = "public"
    remote: Literal["public", "authenticated", "disabled"] = "public"


class Access(msgspec.Struct):
    """Who may read timelines that are nobody's."""

    live_feeds: Feeds = msgspec.field(default_factory=Feeds)
    hashtag_feeds: Feeds = msgspec.field(default_factory=Feeds)
    trending_link_feeds: Feeds = msgspec.field(default_factory=Feeds)


class Configuration(Limits, kw_only=True):
    """What this server does, in figures and addresses."""

    urls: Urls
    vapid: Vapid
    translation: Enabled = msgspec.field(default_factory=Enabled)
    timelines_access: Access = msgspec.field(default_factory=Access)
    limited_federation: bool = False


class ActiveUsers(msgspec.Struct):
    """Accounts that published within thirty days."""

    active_month: int


class UsageEntity(msgspec.Struct):
    """How much is going on."""

    users: ActiveUsers


class Thumbnail(msgspec.Struct):
    """A picture of this server."""

    url: str
    description: str = ""


class Icon(msgspec.Struct):
    """A small one. size: like "48x48"."""

    src: str
    size: str


class Registrations(msgspec.Struct):
    """Whether one can join."""

    enabled: bool
    approval_required: bool
    reason_required: bool
    message: str | None = None
    min_age: int | None = None
    url: str | None = None


class ApiVersions(msgspec.Struct):
    """What apps may build on."""

    mastodon: int = API_VERSION


class Contact(msgspec.Struct):
    """How to reach those who run this server."""

    email: str
    account: AccountEntity | None


class InstanceEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Instance"""

    domain: str
    title: str
    version: str
    source_url: str
    description: str
    usage: UsageEntity
    thumbnail: Thumbnail
    icon: list[Icon]
    languages: tuple[str, ...]
    configuration: Configuration
    registrations: Registrations
    api_versions: ApiVersions
    contact: Contact
    rules: list[RuleEntity]
    wrapstodon: int | None = None


class OldUrls(msgspec.Struct):
    """Where streams are."""

    streaming_api: str


class Stats(msgspec.Struct):
    """How much there is."""

    user_count: int
    status_count: int
    domain_count: int = 0


class OldInstanceEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/V1_Instance"""

    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: OldUrls
    stats: Stats
    thumbnail: str
    languages: tuple[str, ...]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: Limits
    contact_account: AccountEntity | None
    rules: list[RuleEntity]


class TextEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/ExtendedDescription. content: HTML."""

    updated_at: str | None
    content: str


class PrivacyPolicyEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/PrivacyPolicy. content: HTML."""

    updated_at: str
    content: str


class TermsEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/TermsOfService. content: HTML."""

    effective_date: str
    effective: bool
    content: str
    succeeded_by: str | None


class WeekEntity(msgspec.Struct):
    """One week, by the second it begins at (UTC). Numbers are texts in this entity."""

    week: str
    statuses: str
    logins: str
    registrations: str


class LanguageEntity(msgspec.Struct):
    """A language that a post can be in."""

    code: str
    name: str


class TermsOf(msgspec.Struct):
    """Terms of service, by the day from which they are in force, in the path."""

    date: str


class SomePeers(msgspec.Struct):
    """Parameters of GET /api/v1/peers/search."""

    q: str


@routes.get("/api/v2/instance", who=Who.NOBODY, answers=InstanceEntity)
async def show(call: Call) -> Response:
    """The server, as apps of today ask."""
    settings = call.tools.settings
    usage = await call.figures.usage(call.now)
    async with call.tools.db.read() as tx:
        rules, contact = await _rules(tx), await _contact(call, tx)
        terms = await instance.terms_at(tx, call.now)
    return json(
        InstanceEntity(
            domain=call.local_domain,
            title=settings.instance.title,
            version=VERSION,
            source_url="",
            description=settings.instance.description,
            usage=UsageEntity(ActiveUsers(usage.active_month)),
            thumbnail=Thumbnail(_thumbnail(call)),
            icon=[],
            languages=settings.instance.languages,
            configuration=Configuration(
                statuses=StatusLimits(settings.posts.max_characters),
                media_attachments=MediaLimits(call.tools.studio.types),
                urls=Urls(
                    streaming=_streaming(call),
                    about=f"{call.base_url}/about",
                    privacy_policy=f"{call.base_url}/privacy-policy",
                    terms_of_service=f"{call.base_url}/terms-of-service" if terms else None,
                ),
                vapid=Vapid(call.tools.push_key),
            ),
            registrations=Registrations(
                enabled=_is_open(call),
                approval_required=settings.registration.mode == "approval",
                reason_required=settings.registration.mode == "approval",
            ),
            api_versions=ApiVersions(),
            contact=Contact(settings.instance.contact_email, contact),
            rules=rules,
        )
    )


@routes.get("/api/v1/instance", who=Who.NOBODY, answers=OldInstanceEntity, deprecated=date(2022, 11, 14))
async def show_v1(call: Call) -> Response:
    """The server, as apps asked before."""
    settings = call.tools.settings
    usage = await call.figures.usage(call.now)
    async with call.tools.db.read() as tx:
        rules, contact = await _rules(tx), await _contact(call, tx)
    return json(
        OldInstanceEntity(
            uri=call.local_domain,
            title=settings.instance.title,
            short_description=settings.instance.description,
            description=settings.instance.description,
            email=settings.instance.contact_email,
            version=VERSION,
            urls=OldUrls(_streaming(call)),
            stats=Stats(usage.accounts, usage.posts),
            thumbnail=_thumbnail(call),
            languages=settings.instance.languages,
            registrations=_is_open(call),
            approval_required=settings.registration.mode == "approval",
            invites_enabled=settings.registration.mode != "closed",
            configuration=Limits(
                statuses=StatusLimits(settings.posts.max_characters),
                media_attachments=MediaLimits(call.tools.studio.types),
            ),
            contact_account=contact,
            rules=rules,
        )
    )


@routes.get("/api/v1/instance/rules", who=Who.NOBODY, answers=list[RuleEntity])
async def rules(call: Call) -> Response:
    """The rules, in order."""
    async with call.tools.db.read() as tx:
        return json(await _rules(tx))


@routes.get("/api/v1/instance/peers", who=Who.NOBODY, answers=list[str])
async def nothing(_call: Call) -> Response:
    """No other server is known."""
    return json([])


@routes.get("/api/v1/peers/search", who=Who.NOBODY, answers=list[str])
async def search_peers(_call: Call, _form: SomePeers) -> Response:
    """Other servers whose name begins so: none is known."""
    return json([])


@routes.get("/api/v1/instance/translation_languages", who=Who.NOBODY, answers=dict[str, list[str]])
async def translations(_call: Call) -> Response:
    """Into which languages posts are translated, by the language they are in: none."""
    return json({})


@routes.get("/api/v1/instance/extended_description", who=Who.NOBODY, answers=TextEntity)
async def description(call: Call) -> Response:
    """What this server is for, as HTML: at length if somebody wrote it, else the sentence of the settings."""
    async with call.tools.db.read() as tx:
        said = await instance.description(tx)
    if said is None:
        return json(TextEntity(None, _html(call, call.tools.settings.instance.description)))
    return json(TextEntity(_second(said.updated_at), _html(call, said.said(_lang(call)))))


@routes.get("/api/v1/instance/privacy_policy", who=Who.NOBODY, answers=PrivacyPolicyEntity)
async def privacy_policy(call: Call) -> Response:
    """What the organisation says of it, and what this program does with what it is told, as HTML, in the language of
    whoever asks."""
    lang = _lang(call)
    async with call.tools.db.read() as tx:
        own = await instance.terms_at(tx, call.now, Paper.PRIVACY)
    facts = instance.privacy_policy(call.tools.catalogs.translations(lang).gettext)
    html = "".join(f"<p>{escape(typography(fact, lang))}</p>" for fact in facts)
    if own is None:
        return json(PrivacyPolicyEntity(_second(instance.PRIVACY_OF), html))
    since = max(instance.PRIVACY_OF, own[0].effective_at)
    return json(PrivacyPolicyEntity(_second(since), _html(call, own[0].said(lang)) + html))


@routes.get("/api/v1/instance/terms_of_service", who=Who.NOBODY, answers=TermsEntity)
async def terms(call: Call) -> Response:
    """The terms that are in force, or will be first."""
    async with call.tools.db.read() as tx:
        found = await instance.terms_at(tx, call.now)
    return _terms(call, found)


@routes.get("/api/v1/instance/terms_of_service/{date}", who=Who.NOBODY, answers=TermsEntity)
async def terms_of(call: Call, form: TermsOf) -> Response:
    """The terms that are in force from a day on."""
    try:
        day = datetime.strptime(form.date, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise TermsNotFound from None
    async with call.tools.db.read() as tx:
        found = await instance.terms_of(tx, day)
    return _terms(call, found)


@routes.get("/api/v1/instance/activity", who=Who.NOBODY, answers=list[WeekEntity])
async def activity(call: Call) -> Response:
    """The last twelve weeks in figures. `logins` are accounts that published."""
    weeks = await call.figures.weeks(call.now)
    return json(
        [
            WeekEntity(str(int(week.begins.timestamp())), str(week.posts), str(week.authors), str(week.opened))
            for week in weeks
        ]
    )


@routes.get("/api/v1/instance/languages", who=Who.NOBODY, answers=list[LanguageEntity])
async def languages(_call: Call) -> Response:
    """The languages that a post can be marked with: all that have a code of two letters (ISO 639-1)."""
    names = Locale("en").languages
    return json([LanguageEntity(code, names[code]) for code in sorted(names) if len(code) == 2])


async def _rules(tx: ReadTx) -> list[RuleEntity]:
    return [rule_entity(rule) for rule in await instance.all_rules(tx)]


def rule_entity(rule: Rule) -> RuleEntity:
    """A rule of this server."""
    said = {language: SaidEntity(one.text, one.hint) for language, one in rule.translations.items()}
    return RuleEntity(str(rule.id), rule.text, rule.hint, said)


async def _contact(call: Call, tx: ReadTx) -> Any:
    """The account of those who run this server, rendered already, if the settings name one that is there."""
    name = call.tools.settings.instance.contact_account
    account = await accounts.by_acct(tx, name, local_domain=call.local_domain) if name else None
    if account is None or account.suspended_at is not None:
        return None
    return msgspec.Raw((await call.renderings.accounts(tx, [account.id]))[account.id])


def _lang(call: Call) -> Lang:
    """The language of whoever asks."""
    request = call.request
    return negotiate(request.query_params.get("lang"), None, request.headers.get("accept-language"))


def _terms(call: Call, found: tuple[Terms, Terms | None] | None) -> Response:
    """
    Raises:
        TermsNotFound.
    """
    if found is None:
        raise TermsNotFound
    one, following = found
    return json(
        TermsEntity(
            effective_date=f"{one.effective_at:%Y-%m-%d}",
            effective=one.effective_at <= call.now,
            content=_html(call, one.said(_lang(call))),
            succeeded_by=f"{following.effective_at:%Y-%m-%d}" if following else None,
        )
    )


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _html(call: Call, text: str) -> str:
    return posts.note_html(text, base_url=call.base_url)


def _is_open(call: Call) -> bool:
    """Whether anybody may ask for an account."""
    return call.tools.settings.registration.mode in ("open", "approval")


def _streaming(call: Call) -> str:
    """Where streams are: the same host."""
    return "ws" + call.base_url.removeprefix("http")  # ws for http, wss for https


def _thumbnail(call: Call) -> str:
    return f"{call.base_url}/static/header.png"
