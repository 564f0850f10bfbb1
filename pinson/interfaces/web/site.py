"""How this interface treats every request: cookies, language, forms that other sites cannot send, headers.

Called by the `Dispatcher` for all pages. Handlers receive a `Call` and, if they take
parameters, their form; they make one call into the domain and answer with a page or a
redirect. What is refused comes back in the form that was sent (`again`, an option of the
route), or as a page of its own.

**Forms.** Every form holds a token: the HMAC, under a secret cookie, of a fixed word. The cookie is
the session's, or a random one if nobody is signed in. Another site can make a browser send
our cookies, but cannot read them, so it cannot know the token; and a token ends with the
session it belongs to. Nothing is stored for this and no key of the server's is needed.
SameSite=Lax alone would not do: a sibling subdomain is the same site. Over https the names of
cookies begin with `__Host-`, so that such a sibling cannot plant one whose token it knows.

Not here: the pages (one module a subject), templates (`pages.py`).
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property
from math import ceil
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from pinson.domain import access, moderation, notifications
from pinson.domain.access import SESSION_LASTS, Membership, State, Theme, User, UserRole
from pinson.domain.accounts import AccountId, Profile
from pinson.domain.filters import Context
from pinson.domain.instance import OWN_ACCENT
from pinson.domain.moderation import Waiting
from pinson.domain.notifications import Selection
from pinson.domain.posts import PostId, Reader, Shape
from pinson.interfaces.request import SESSION, UNCOUNTED, Handler, Route, cookie_name, header, origin, parameters
from pinson.interfaces.web.cards import Card, Cards, picture_of
from pinson.interfaces.web.pages import STATIC, TEMPLATES, Files, Pages, Problem, etag_of
from pinson.interfaces.web.shelf import Kept
from pinson.interfaces.web.veils import Veil
from pinson.interfaces.web.walls import Walls
from pinson.lib import posters
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.feeds import Feed, Format
from pinson.lib.forms import binder
from pinson.lib.i18n import Lang, negotiate
from pinson.lib.limits import Limit
from pinson.lib.papers import Press
from pinson.playing import Plays
from pinson.tools import Tools

STATUS = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 400,  # 401 would have to name an HTTP scheme to sign in by; we sign in by a form
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.GONE: 410,
    Kind.CONFLICT: 409,
    Kind.INVALID: 422,
    Kind.TOO_LARGE: 413,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'"
    "; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'"
    "; frame-ancestors *"
)
MOVING = "; script-src 'self'; connect-src 'self'"
FORMS_STAY = "; form-action 'self'"
HEADERS = {
    "content-security-policy": POLICY + FORMS_STAY,
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
FORM, LANGUAGE, ACTING, STEP = "form", "lang", "account", "step"  # cookies, besides SESSION
HTML = [(b"content-type", b"text/html; charset=utf-8")]
READER, ASKED = "reader", "asked"  # of those who get alerts: who they are, and what was asked of them last
YEAR = 365 * 24 * 3600
MOST_UNREAD = 100  # counted
PRINTED = Limit(30, 300)  # PDF files that one may ask for

# A path here, and nothing that a browser could take for another host: no "//" or "\" at the
# start, none of the characters that it skips.
LOCAL = re.compile(r"/(?!/)[!-\[\]-~]*")


def _showing(sites: Sequence[str]) -> str:
    """The policy of a page that may show something of these other sites."""
    named = " ".join(sites)
    return POLICY.replace("media-src 'self'", f"media-src 'self' {named}") + FORMS_STAY + f"; frame-src {named}"


class FormExpired(Refusal):
    """The form's token is not that of the cookie: somebody signed in or out meanwhile, or another site sent it."""

    kind, code = Kind.FORBIDDEN, "form_expired"
    text = "This form had expired, or your browser does not keep our cookies. Nothing was done: please send it again."


class TooManyAttempts(Refusal):
    """A rate limit is reached."""

    kind, code = Kind.TOO_MANY, "too_many_attempts"
    text = "There were too many attempts. Please try again in {minutes} min."


class NotSignedIn(Refusal):
    """This is for members."""

    kind, code = Kind.UNAUTHENTICATED, "not_signed_in"
    text = "Please sign in first."


class RoleForbids(Refusal):
    """The member's role in the account does not go so far."""

    kind, code = Kind.FORBIDDEN, "role_forbids"
    text = "Your role in this account does not allow this. Ask one of its owners."


class Call:
    """One request: who makes it, in which language, when, and with which tools it is answered.

    user: who is signed in in this browser, if anybody.
    accounts: those that they are members of, oldest membership first.
    acting: the one that they act as: the one they chose, or the first.
    unread: how much that account was told since it read its notifications, up to `MOST_UNREAD`.
    waiting: what waits for moderators, if the reader is one.
    problems: why the form that was sent comes back; none at first.
    status: of a page, unless it says otherwise.
    """

    def __init__(
        self,
        tools: Tools,
        pages: Pages,
        files: Files,
        cards: Cards,
        walls: Walls,
        plays: Plays,
        press: Press,
        request: Request,
    ) -> None:
        self.tools = tools
        self.files = files
        self.request = request
        self.now: datetime = tools.clock.now()
        self.user: User | None = None
        self.accounts: Sequence[Membership] = ()
        self.acting: Membership | None = None
        self.unread = 0
        self.waiting: Waiting | None = None
        self.problems: Sequence[Problem] = ()
        self.status = 200
        self._pages = pages
        self._cards = cards
        self.walls = walls
        self.plays = plays
        self._press = press
        self._secure = tools.settings.url.startswith("https:")
        self._new_form_secret: str | None = None
        self._is_framed = False
        self._gave_token = False
        self._wait: int | None = None  # seconds until a limit allows more
        self._seen = cards.shelf.seen  # before anything is read: what is written meanwhile may be in a page, or not
        self._shown: set[int] = set()  # ids of all that cards show
        self._awaits_end = False  # of a poll, which is told by the clock
        chosen, remembered = request.query_params.get("lang"), request.cookies.get(LANGUAGE)
        self.lang = negotiate(chosen, remembered, request.headers.get("accept-language"))
        self._remember_lang = (chosen or "").partition("-")[0].lower() == self.lang != remembered

    async def recognise(self) -> None:
        """Find out who is signed in in this browser. Four looks into indexes; none without a cookie."""
        self.user, self.accounts, self.acting = None, (), None
        if self.session is None:
            return
        async with self.tools.db.read() as tx:
            self.user = await access.session_user(tx, self.session, now=self.now)
            if self.user is not None and self.user.state is State.OK:
                self.accounts = await access.memberships(tx, self.user.id)
        chosen = self._cookie(ACTING)
        first = self.accounts[0] if self.accounts else None
        self.acting = next((one for one in self.accounts if str(one.account_id) == chosen), first)

    async def count_unread(self) -> None:
        """Find out how much is unread, which the head of every page says; for moderators, what waits for them too.

        Two statements, or three; none for strangers.
        """
        if self.acting is not None:
            async with self.tools.db.read() as tx:
                if self.user is not None and self.user.role.covers(UserRole.MODERATOR):
                    self.waiting = await moderation.waiting(tx)
                self.unread = await notifications.unread_groups(
                    tx, self.acting.account_id, Selection(), most=MOST_UNREAD
                )

    @property
    def zone(self) -> ZoneInfo:
        """Where days begin and end, for whoever reads."""
        chosen = self.user.time_zone if self.user is not None else ""
        return ZoneInfo(chosen) if chosen else self._pages.zone

    @property
    def theme(self) -> str:
        """In what light the reader wants pages; "" if they never said, or leave it to their device."""
        return "" if self.user is None or self.user.theme is Theme.SYSTEM else self.user.theme

    def speak(self, lang: Lang) -> None:
        """Answer in this language from now on, also when nobody is signed in in this browser."""
        self.lang = lang
        self._remember_lang = True

    def speak_to(self, user: User) -> None:
        """Answer in the user's language from now on, if they ever said which, and said nothing else in this browser."""
        if user.locale and LANGUAGE not in self.request.cookies and not self._remember_lang:
            self.speak(negotiate(user.locale, None, None))

    @property
    def base_url(self) -> str:
        """The public address of this server, without a slash at its end."""
        return self.tools.settings.url

    @property
    def local_domain(self) -> str:
        """Our own domain, with the port if it has one, as it stands behind the @ of an address."""
        return self.base_url.partition("://")[2]

    async def reader(self, tx: ReadTx) -> Reader:
        """The acting account as one who reads; a stranger if nobody signed in."""
        if self.acting is None:
            return Reader(None, self.tools.standing)
        return Reader(await self.tools.circles.of(tx, self.acting.account_id, now=self.now), self.tools.standing)

    async def cards(self, tx: ReadTx, shapes: Sequence[Shape], where: Context | None = None) -> list[Card]:
        """Posts as this reader sees them, in order, without those that a filter of theirs hides here.

        Args:
            where: which of their filters count; None: none of them.
        """
        for shape in shapes:
            self._shown.update(id for id in named_by(shape) if id is not None)
        cards = await self._cards.of(
            tx,
            shapes,
            reader=await self.reader(tx),
            known=self.tools.shapes,
            pages=self._pages,
            lang=self.lang,
            zone=self.zone,
            now=self.now,
            where=where,
        )
        self._awaits_end |= any(card.asked is not None and not card.asked.has_ended for card in cards)
        return cards

    async def veils(self, tx: ReadTx, shapes: Sequence[Shape], where: Context) -> Mapping[PostId, Veil]:
        """Which of these posts a filter of the reader's covers here, for pages that show them in other ways."""
        return await self._cards.veils(tx, shapes, await self.reader(tx), where, now=self.now)

    def told_strangers(self, heard: object) -> bytes | None:
        """What strangers in this language were told of this very news; None if nobody was, or this is no stranger."""
        known = self._cards.told.get(self.lang) if self.acting is None else None
        return known[1] if known is not None and known[0] is heard else None

    def keep_for_strangers(self, heard: object, told: bytes) -> None:
        """Tell the next stranger the same of this news; what members are told is theirs alone."""
        if self.acting is None:
            self._cards.told[self.lang] = heard, told

    def may(self, scope: str) -> bool:
        """Whether the role of whoever is signed in allows this with the acting account; scopes say it, as for apps."""
        return self.acting is not None and access.allows(self.acting.role, scope)

    def require(self, scope: str) -> AccountId:
        """The acting account, if whoever is signed in may do this with it.

        Raises:
            NotSignedIn, RoleForbids.
        """
        if self.acting is None:
            raise NotSignedIn
        if not self.may(scope):
            raise RoleForbids
        return self.acting.account_id

    @property
    def is_fragment(self) -> bool:
        """Whether a script of ours asks for a part of a page, to put it in place."""
        return "x-fragment" in self.request.headers

    def fragment(self, template: str, **facts: Any) -> Response:
        """Answer with a part of a page."""
        return HTMLResponse(self.piece(template, **facts))

    def piece(self, template: str, **facts: Any) -> Markup:
        """A part of a page."""
        return self._pages.piece(template, lang=self.lang, call=self, **facts)

    def picture_of(self, profile: Profile) -> str:
        """Where the picture of an account is."""
        return picture_of(profile, self._pages)

    @property
    def session(self) -> str | None:
        """The secret of this browser's session; whether it is still good is another matter: see `user`."""
        return self._cookie(SESSION)

    @property
    def csrf(self) -> str:
        """What a form of this page has to send along; see the module."""
        secret = self.session or self._cookie(FORM) or self._new_form_secret
        self._gave_token = True
        if secret is None:
            secret = self._new_form_secret = access.new_secret()
        return _form_token(secret)

    def require_token(self, token: object) -> None:
        """Let only forms of our own pages pass.

        Raises:
            FormExpired.
        """
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), self.csrf.encode()):
            raise FormExpired

    @cached_property
    def address(self) -> str:
        """This page's path and query, as they may stand in a link."""
        path = "/" + quote(self.request.scope["path"].lstrip("/"), safe="/:@")  # "//x" would be another host
        query = quote(self.request.scope["query_string"], safe="!$%&'()*+,/:;=?@[]~")
        return f"{path}?{query}" if query else path

    def is_at(self, path: str) -> bool:
        """Whether this is the page at `path`."""
        return bool(self.request.scope["path"] == path)

    def in_language(self, lang: str) -> str:
        """The address of this page in another language."""
        path, _, query = self.address.partition("?")
        if not query:
            return f"{path}?lang={lang}"
        kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "lang"]
        return f"{path}?{urlencode([*kept, ('lang', lang)])}"

    def page(
        self,
        template: str,
        *,
        status: int | None = None,
        leads_away: bool = False,
        kept: int = 0,
        of: Iterable[int] | None = None,
        good_until: datetime | None = None,
        shows: Sequence[str] = (),
        **facts: Any,
    ) -> Response:
        """Answer with a page.

        Args:
            kept: for how many seconds a proxy may hand it to other strangers without asking; they never hold what
                somebody who signed in sees.
            of: the ids of all that it shows besides cards, topics included: until a fact names one of them, other
                strangers get it without even asking the handler. None: nothing says so completely.
            good_until: when the clock makes it another, if that is known.
            leads_away: its form may end at an app: browsers apply `form-action` to what follows
                the answer too, and the app may send them on, to a scheme of its own.
            shows: other sites of which it may show a frame, or play a film, once its reader asks for it.
        """
        status = status or self.status
        if kept and self.user is None and not self.problems:
            page = self._public_page(template, {"status": status, **facts})
            if of is not None and not shows and not self._awaits_end:
                self._let_stand(page, {*of, *self._shown}, kept, good_until)
            answer: Response = HTMLResponse(page.body, status)
            if self._is_anybody:
                answer = self._for_everybody(answer, kept, etag=page.etag)
        else:
            render = self._pages.render
            html = render(template, lang=self.lang, call=self, problems=self.problems, status=status, **facts)
            answer = HTMLResponse(html, status, {"content-security-policy": POLICY} if leads_away else None)
        if shows:
            answer.headers["content-security-policy"] = _showing(shows)
        return answer

    def _public_page(self, template: str, facts: Mapping[str, Any]) -> Kept:
        """A page as every stranger sees it: rendered only if what it is made of is not what it was last time."""
        render = self._pages.render
        return self._kept(
            template, facts, lambda: render(template, lang=self.lang, call=self, problems=(), **facts).encode()
        )

    def _kept(self, name: str, facts: Mapping[str, Any], make: Callable[[], bytes]) -> Kept:
        """What is made of these facts at this address, as strangers see it: made only if it is not here."""
        facts = {"name": name, **facts}
        place = place_of(self.request.scope, self.lang, self.tools.look.accent)
        there = self._cards.shelf.get(place)
        if there is not None and there.facts == facts:
            return there
        body = make()
        made = Kept(facts, body, etag_of(body))
        return made if self._gave_token else self._cards.shelf.keep(place, made)

    def _let_stand(self, page: Kept, of: set[int], kept: int, until: datetime | None) -> None:
        """Let other strangers have a page for as long as a proxy may, unless one of these is named, or it is time."""
        latest = self.now + timedelta(seconds=kept)
        page.of, page.seen = frozenset(of), self._seen
        page.until = min(until, latest) if until is not None else latest
        page.headers = page.headers or [
            (name.encode(), value.encode()) for name, value in {**HEADERS, **_for_proxies(kept, page.etag)}.items()
        ]

    @property
    def _is_anybody(self) -> bool:
        """Whether the answer is the same for all strangers, and sets no cookie."""
        return self.user is None and self._new_form_secret is None and not self._remember_lang

    def shared(self, template: str, *, kept: int, films_from: str = "", beside: bool = False, **facts: Any) -> Response:
        """Answer with a page that is the same for all who read this language, whoever they are; it sets no cookie.

        Args:
            films_from: another site whose films it may show, as an origin.
            beside: whether a page of ours may show it in a frame: nothing can be pressed in it.
        """
        self._remember_lang = False
        answer = self._for_everybody(HTMLResponse(self.piece(template, **facts)), kept)
        answer.headers["vary"] = "accept-language"
        policy = POLICY.replace("media-src 'self'", f"media-src 'self' {films_from}") if films_from else POLICY
        if beside:
            policy = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
            answer.headers["x-frame-options"] = "SAMEORIGIN"
        answer.headers["content-security-policy"] = policy + FORMS_STAY
        return answer

    def framed(self, template: str, *, kept: int, moves: bool = False, **facts: Any) -> Response:
        """Answer with a page that any site may show in a frame: it acts for nobody, and sets no cookie.

        Args:
            kept: for how many seconds a proxy may hand it out without asking.
            moves: whether it runs scripts of ours.
        """
        self._remember_lang, self._is_framed = False, True
        policy = FRAMED + MOVING if moves else FRAMED
        page = HTMLResponse(self.piece(template, **facts), headers={"content-security-policy": policy})
        return self._for_everybody(page, kept)

    async def poster(self, *, name: str, handle: str, said: str) -> bytes:
        """A picture of what somebody said."""
        accent = self.tools.look.accent or OWN_ACCENT
        key = int.from_bytes(hashlib.blake2b("\0".join((name, handle, said, accent)).encode(), digest_size=8).digest())
        found, missing = self._cards.posters.look_up([key])
        if not missing:
            return found[key]
        place = self.local_domain
        drawn = await asyncio.to_thread(posters.draw, name=name, handle=handle, said=said, place=place, accent=accent)
        return self._cards.posters.keep(key, drawn)

    def public(self, body: bytes, media_type: str, *, kept: int, in_words: bool = False) -> Response:
        """Answer with what is the same for whoever asks, in whatever language.

        Args:
            kept: for how many seconds a proxy may hand it out without asking.
            in_words: it is the same for those only who read this language.
        """
        answer = self._public(Response(body, media_type=media_type), kept)
        if in_words:
            answer.headers["vary"] = "accept-language, cookie"
        return answer

    async def paper(
        self, template: str, *, name: str, kept: int, style: str, pictures: Sequence[str], **facts: Any
    ) -> Response:
        """Answer with a PDF, which is the same for all who read this language unless nobody may hold it.

        Args:
            name: of the file, without its suffix.
            kept: for how many seconds a proxy may hand it out without asking; 0: it is for this reader alone.
            style: the style sheet of ours that it is printed with.
            pictures: keys of the files that it shows, each as `pinson:KEY`.

        Raises:
            CannotPrint, PressIsBusy, TooManyAttempts.
        """
        html = self.piece(template, style=style, **facts)
        etag = etag_of(html.encode())
        headers = {"content-disposition": f'inline; filename="{name}.pdf"'}
        if kept:
            self._remember_lang = False
            if self._is_known(etag, None):
                return self._for_everybody(Response(), kept, etag=etag)
        self.limit("papers", self.origin, PRINTED)
        shown = {key: self.tools.blobs.path(key) for key in pictures} | {style: STATIC / style}
        made = await self._press.print(html, shown, base_url=self.base_url)
        answer = Response(made, media_type="application/pdf", headers=headers)
        return self._for_everybody(answer, kept, etag=etag) if kept else answer

    def feed(self, feed: Feed, format: Format, *, kept: int) -> Response:
        """Answer with a feed, which is the same for whoever asks.

        Args:
            kept: for how many seconds a proxy may hand it out without asking.
        """
        written = self._kept(format.name, {"feed": feed}, lambda: format.write(feed))
        answer = Response(written.body, media_type=format.media_type)
        return self._public(answer, kept, etag=written.etag, modified=feed.updated)

    def own_feed(self, feed: Feed, format: Format) -> Response:
        """Answer with a feed for whoever has its address: no proxy holds it, and no search engine shows it."""
        body = format.write(feed)
        headers = {
            "etag": etag_of(body),
            "cache-control": "private, no-cache",
            "x-robots-tag": "noindex",
            "referrer-policy": "no-referrer",  # where its links lead, nobody learns the address
        }
        self._remember_lang = False
        if self._is_known(headers["etag"], feed.updated):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=format.media_type, headers=headers)

    def _public(self, answer: Response, kept: int, *, etag: str = "", modified: datetime | None = None) -> Response:
        self._remember_lang = False  # it says nothing in any language, and what proxies hold sets no cookie
        answer = self._for_everybody(answer, kept, etag=etag, modified=modified)
        answer.headers["vary"] = "accept-encoding"
        return answer

    def _for_everybody(
        self, answer: Response, kept: int, *, etag: str = "", modified: datetime | None = None
    ) -> Response:
        """The answer as proxies may hold it, or 304 if whoever asks has it already (RFC 9110, section 13.1)."""
        etag = etag or etag_of(bytes(answer.body))
        headers = _for_proxies(kept, etag)
        if modified is not None:
            headers["last-modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
        if self._is_known(etag, modified):
            return Response(status_code=304, headers=headers)
        answer.headers.update(headers)
        return answer

    def _is_known(self, etag: str, modified: datetime | None) -> bool:
        """Whether whoever asks has this version; its name is worth more than its date (RFC 9110, section 13.2.2)."""
        if (names := self.request.headers.get("if-none-match")) is not None:
            return etag in names
        since = self.request.headers.get("if-modified-since")
        if modified is None or since is None:
            return False
        try:
            return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (ValueError, TypeError):  # no date, or one without a zone
            return False

    def redirect(self, to: str, *, status: int = 303) -> Response:
        """Send the browser elsewhere."""
        return Response(status_code=status, headers={"location": to})

    def to_sign_in(self, back_to: str) -> Response:
        """Send the browser to the sign-in page, and from there to a path of ours."""
        return self.redirect(f"/auth/sign_in?{urlencode({'next': back_to})}")

    def refuse(self, refusal: Refusal) -> None:
        """Let the page that follows say why something was refused."""
        self.problems = self._pages.explain(refusal, self.lang)
        self.status = STATUS[refusal.kind]

    def limit(self, name: str, who: str, limit: Limit) -> None:
        """Count one use of something that is limited, unless limits are off.

        Raises:
            TooManyAttempts: that was one too many.
        """
        if not self.tools.settings.limits.enabled:
            return
        verdict = self.tools.limits.hit(f"{name} {who}", limit, now=self.now)
        if not verdict.allowed:
            self._wait = ceil((verdict.reset_at - self.now).total_seconds())
            raise TooManyAttempts(minutes=ceil(self._wait / 60))

    @property
    def origin(self) -> str:
        """Where the request comes from, as limits count it."""
        return origin(self.request)

    def open_session(self, response: Response, secret: str) -> None:
        """From now on this browser is signed in."""
        self._set_cookie(response, SESSION, secret, max_age=int(SESSION_LASTS.total_seconds()))

    @property
    def step(self) -> str | None:
        """The secret that this browser got for the right password, until it has given the code too."""
        return self._cookie(STEP)

    def open_step(self, response: Response, secret: str) -> None:
        """This browser gave the password, and is to give a code."""
        self._set_cookie(response, STEP, secret, max_age=None)

    def end_session(self, response: Response) -> None:
        """From now on this browser is not signed in."""
        self._set_cookie(response, SESSION, "", max_age=0)

    @property
    def reader_key(self) -> str | None:
        """By which this browser is known as one of somebody who gets alerts, if it is."""
        return self._cookie(READER)

    def keep_reader_key(self, response: Response, key: str) -> None:
        """From now on this browser is known as a reader's."""
        self._set_cookie(response, READER, key, max_age=YEAR)

    @property
    def asked(self) -> str:
        """What this browser asked for and was to prove; "" if nothing."""
        return self._cookie(ASKED) or ""

    def keep_asked(self, response: Response, asked: str) -> None:
        """Remember until it is closed what this browser is to prove; "" forgets it."""
        self._set_cookie(response, ASKED, asked, max_age=None if asked else 0)

    @property
    def is_uncounted(self) -> bool:
        """Whether this browser asked that nothing be counted when it follows a link."""
        return self._cookie(UNCOUNTED) is not None

    def leave_uncounted(self, response: Response, uncounted: bool) -> None:
        """From now on nothing is counted when this browser follows a link, or it is again."""
        self._set_cookie(response, UNCOUNTED, "1" if uncounted else "", max_age=YEAR if uncounted else 0)

    def act_as(self, response: Response, account_id: AccountId) -> None:
        """From now on whoever is signed in in this browser acts as this account, if they are a member of it."""
        self._set_cookie(response, ACTING, str(account_id), max_age=YEAR)

    def dress(self, response: Response) -> None:
        """Give an answer the headers and cookies that all of them carry."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if self._is_framed:
            del response.headers["x-frame-options"]
        if self._wait is not None:
            response.headers["retry-after"] = str(self._wait)
        if self._new_form_secret is not None:
            self._set_cookie(response, FORM, self._new_form_secret, max_age=None)
        if self._remember_lang:  # not a secret, and the same over http and https
            response.set_cookie(LANGUAGE, self.lang, max_age=YEAR, httponly=True, samesite="lax", secure=self._secure)

    def _cookie(self, name: str) -> str | None:
        return self.request.cookies.get(self._name(name)) or None

    def _name(self, name: str) -> str:
        return cookie_name(name, secure=self._secure)

    def _set_cookie(self, response: Response, name: str, value: str, *, max_age: int | None) -> None:
        response.set_cookie(
            self._name(name), value, max_age=max_age, path="/", secure=self._secure, httponly=True, samesite="lax"
        )


class Web:
    """The interface: see `pinson.interfaces.request.Interface`.

    Options of its routes:
        again: the handler whose page a refused form comes back in. Without it, a refusal is a
            page of its own.
    """

    def __init__(self, tools: Tools, cards: Cards, plays: Plays, routes: Sequence[Route]) -> None:
        self._tools = tools
        self._cards = cards
        self._files = Files.load(STATIC)
        self._pages = Pages.load(
            TEMPLATES,
            catalogs=tools.catalogs,
            files=self._files,
            instance=tools.settings.instance,
            host=tools.settings.url.partition("://")[2],
            emojis=tools.emojis,
        )
        self._walls = Walls(tools, self._pages)
        self._plays = plays
        self._press = Press(tools.blobs)
        self._session = cookie_name(SESSION, secure=tools.settings.url.startswith("https:"))
        self.routes = list(routes)

    def owns(self, _path: str) -> bool:
        """Every path that is nobody else's: a person may have mistyped it."""
        return True

    async def answer(self, route: Route, request: Request) -> Response:
        """Answer one request."""
        if (page := self._standing(request)) is not None:
            return page
        call = Call(self._tools, self._pages, self._files, self._cards, self._walls, self._plays, self._press, request)
        await call.recognise()
        try:
            if request.method == "GET" and not call.is_fragment:
                await call.count_unread()
            response = await self._handle(route, call)
        except NotSignedIn:
            back_to = call.address if request.method in ("GET", "HEAD") else "/"
            response = call.to_sign_in(back_to)
        except Refusal as refusal:
            call.refuse(refusal)
            response = call.page("error")
        call.dress(response)
        return response

    async def stream(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """There are no streams here."""
        raise NotImplementedError(route.path)

    def refuse(self, request: Request, status: int) -> Response:
        """The page where no route is, the method is wrong, or we failed."""
        call = Call(self._tools, self._pages, self._files, self._cards, self._walls, self._plays, self._press, request)
        response = call.page("error", status=status)
        call.dress(response)
        return response

    def _standing(self, request: Request) -> Response | None:
        """A page that stands as it is, if a stranger asks for one; see `Call.page`."""
        scope = request.scope
        if scope["method"] == "POST" or b"lang=" in scope["query_string"]:
            return None
        cookies = request.cookies if header(scope, b"cookie") else {}
        if cookies.get(self._session):
            return None
        lang = negotiate(None, cookies.get(LANGUAGE), header(scope, b"accept-language") or None)
        place = place_of(scope, lang, self._tools.look.accent)
        page = self._cards.shelf.fresh(place, now=self._tools.clock.now())
        if page is None or header(scope, b"x-fragment"):
            return None
        return Standing(page, is_known=page.etag in header(scope, b"if-none-match"))

    async def _handle(self, route: Route, call: Call) -> Response:
        given = await parameters(call.request, route)
        form: tuple[Any, ...] = () if route.form is None else (binder(route.form)(given),)
        again: Handler | None = route.options.get("again")
        try:
            # keyed: the address itself holds a secret that only whoever may do it has, such as a mail program
            if call.request.method not in ("GET", "HEAD") and not route.options.get("keyed"):
                call.require_token(given.get("csrf"))
            answer: Response = await route.handler(call, *form)
        except Refusal as refusal:
            if again is None:
                raise
            call.refuse(refusal)
            try:
                answer = await again(call, *form)
            except Refusal:  # the form is not for them, or what it is about is gone: say what was refused first
                raise refusal from None
        return answer


class Standing(Response):
    """The answer with a page that stands. Its headers are bytes from the start, as in `Json` for programs."""

    def __init__(self, page: Kept, *, is_known: bool) -> None:
        """
        Args:
            is_known: whoever asks has this version already.
        """
        self.status_code = 304 if is_known else int(page.facts["status"])
        self.body = b"" if is_known else page.body
        self.background = None
        self.raw_headers = page.headers
        if not is_known:
            self.raw_headers = [*HTML, (b"content-length", b"%d" % len(page.body)), *page.headers]


def place_of(scope: Scope, lang: Lang, accent: str | None) -> tuple[str, bytes, Lang, str | None]:
    """All that templates ask the call of a stranger: where the page is, and in which language and colour."""
    return scope["path"], scope["query_string"], lang, accent


def named_by(shape: Shape) -> tuple[int | None, ...]:
    """What a fact names if a card of this post looks different because of it."""
    return (
        shape.id,
        shape.author_id,
        shape.boost_of_id,
        shape.boost_of_author_id,
        shape.quote_of_id,
        shape.quote_of_author_id,
        shape.link_id,
    )


def _for_proxies(kept: int, etag: str) -> dict[str, str]:
    """What proxies are told of a page that is the same for all strangers."""
    return {
        "etag": etag,
        "cache-control": f"public, max-age=0, s-maxage={kept}, must-revalidate",
        "vary": "accept-language, cookie",
    }


def local(path: str) -> str:
    """`path` if it leads to a page of ours, else the way to our first one. So no link of ours leads astray."""
    return path if LOCAL.fullmatch(path) else "/"


def _form_token(secret: str) -> str:
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()
