"""Those who follow a short link: `GET /xxxxxxx` leads on, and is counted by what the request itself says.

Stands in front of all other interfaces (`Dispatcher`), for three reasons: it is asked thousands of times in a second
when a message is passed on, so it is a plain ASGI function that reads the bytes as they came; a host of its own for
short links shows nothing else; and a code can be no page's name (`shortlinks.rules`), so nothing is in its way.

Who asks not to be counted (Global Privacy Control, or the cookie of the page "How we count") is led on and not
counted at all. A page that a browser fetches ahead is refused: shown later, it would not come by here again, and a
person would have been counted as a machine.

Not here: what a link is (domain), where links are made (web).
"""

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from urllib.parse import unquote_plus, urlsplit

from starlette.requests import cookie_parser
from starlette.types import Receive, Scope, Send

from pinson.domain import access, shortlinks
from pinson.domain.accounts import AccountId
from pinson.domain.shortlinks import Visitor, Way
from pinson.interfaces.request import SESSION, UNCOUNTED, cookie_name, header
from pinson.lib.i18n import Lang, negotiate
from pinson.tools import Tools

HeaderList = list[tuple[bytes, bytes]]

STYLE = (
    ":root{color-scheme:light dark}body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:36rem;margin:12vh auto;"
    "padding:0 1rem}section+section{border-top:1px solid;margin-top:2rem;padding-top:1rem}"
    "h1,h2{font-size:1.375rem;line-height:1.25}p{overflow-wrap:anywhere}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
LED_ON: HeaderList = [
    (b"cache-control", b"no-store"),  # each visit comes by here
    (b"referrer-policy", b"no-referrer"),  # what the target is told, the link's owner says: see `Utm`
    (b"x-robots-tag", b"noindex"),
    (b"content-length", b"0"),
]
SHOWN: HeaderList = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
    (b"x-content-type-options", b"nosniff"),
    (
        b"content-security-policy",
        (
            f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'"
            "; frame-ancestors 'none'; base-uri 'none'"
        ).encode(),
    ),
]
NOT_COUNTED = "/uncounted"
CODE_PATH = 8  # characters: the slash and the code
AHEAD: HeaderList = [(b"cache-control", b"no-store"), (b"content-length", b"0")]


class ShortLinks:
    """See the module. In front of the interfaces: what it does not serve is for them."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        settings = tools.settings
        secure = settings.url.startswith("https:")
        self._session = cookie_name(SESSION, secure=secure)
        self._has_session = self._session.encode() + b"="
        self._uncounted = cookie_name(UNCOUNTED, secure=secure).encode() + b"=1"
        apart = urlsplit(settings.short_url).netloc
        self._own_host = apart.encode() if apart != urlsplit(settings.url).netloc else None

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer a request if it follows a short link, or comes to the host that has nothing else; whether it did."""
        if scope["type"] != "http":
            return False
        path: str = scope["path"]
        code = shortlinks.code_in(path) if len(path) == CODE_PATH else None
        if code is None:
            if self._own_host is None or not self._is_own_host(scope):
                return False
            if path == NOT_COUNTED:
                await self._uncount(scope, send)
            else:
                await self._show(scope, send, 404)
            return True
        method: str = scope["method"]
        if method not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD"), (b"content-length", b"0")])
            return True
        redirects = self._tools.redirects
        way = redirects.known(code)
        if way is None:
            async with self._tools.db.read() as tx:
                way = await redirects.find(tx, code)
        if way is None:
            await self._show(scope, send, 404)
        elif way.closed is not None:
            await self._show(scope, send, 403, way)
        elif await self._is_over(way):
            await self._show(scope, send, 410)
        else:
            await self._lead_on(way, scope, send)
        return True

    async def _is_over(self, way: Way) -> bool:
        return (
            way.is_retired
            or (way.expires_at is not None and way.expires_at <= self._tools.clock.now())
            or way.account_id in self._tools.standing.hidden
        )

    async def _lead_on(self, way: Way, scope: Scope, send: Send) -> None:
        headers: HeaderList = scope["headers"]
        visitor = shortlinks.visitor(scope["method"], headers)
        if visitor is Visitor.PEOPLE and await self._is_own(way.account_id, headers):
            visitor = Visitor.OWN
        elif visitor is Visitor.PEOPLE and way.is_limited:
            if not await self._tools.db.write(shortlinks.take, id=way.link_id):
                await self._show(scope, send, 410)
                return
        elif way.is_limited and await self._is_used_up(way):
            await self._show(scope, send, 410)
            return
        if not shortlinks.asks_not_to_be_counted(headers, self._uncounted):
            country = self._country(scope) if visitor is Visitor.PEOPLE else None
            self._tools.clicks.count(way.link_id, way.channel, visitor, country=country)
        if visitor is Visitor.MACHINES and shortlinks.is_ahead(headers):
            await _answer(send, 503, AHEAD)
        else:
            await _answer(send, 302, [(b"location", way.location), *LED_ON])

    async def _is_used_up(self, way: Way) -> bool:
        async with self._tools.db.read() as tx:
            link = await shortlinks.owned(tx, way.link_id, account_id=way.account_id)
        return link.is_over(self._tools.clock.now())

    async def _is_own(self, account_id: AccountId, headers: HeaderList) -> bool:
        """Whether who asks is signed in as a member of the account. Three statements; none without a cookie."""
        cookies = next((value for name, value in headers if name == b"cookie"), b"")
        if self._has_session not in cookies:
            return False
        secret = cookie_parser(cookies.decode("latin-1")).get(self._session)
        if not secret:
            return False
        async with self._tools.db.read() as tx:
            user = await access.session_user(tx, secret, now=self._tools.clock.now())
            return user is not None and any(
                member.account_id == account_id for member in await access.memberships(tx, user.id)
            )

    def _country(self, scope: Scope) -> str | None:
        """From where a person comes. The address goes no further: it is looked up, and that is all."""
        client = scope.get("client")  # behind a proxy that is trusted, whom it names: see lib/serving
        return self._tools.countries.of(client[0] if client else "")

    def _is_own_host(self, scope: Scope) -> bool:
        return header(scope, b"host").lower().encode("latin-1") == self._own_host

    async def _show(self, scope: Scope, send: Send, status: int, way: Way | None = None) -> None:
        """Say in both languages why it goes no further, in the visitor's first."""
        first = negotiate(None, None, header(scope, b"accept-language"))
        order: tuple[Lang, Lang] = ("fr", "en") if first == "fr" else ("en", "fr")
        body = self._page(order, status, way).encode()
        headers = [*SHOWN, (b"content-length", b"%d" % len(body))]
        await _answer(send, status, headers, b"" if scope["method"] == "HEAD" else body)

    async def _uncount(self, scope: Scope, send: Send) -> None:
        """On a host of our own, cookies are its own too: here a browser says that it is not to be counted.

        Whoever could make another browser say so would make it a little more private, so the form holds no token.
        """
        first = negotiate(None, None, header(scope, b"accept-language"))
        order: tuple[Lang, Lang] = ("fr", "en") if first == "fr" else ("en", "fr")
        headers, said = list(SHOWN), scope["method"] == "POST"
        if said:
            secure = "; Secure" if self._tools.settings.url.startswith("https:") else ""
            cookie = f"{self._uncounted.decode()}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"
            headers.append((b"set-cookie", cookie.encode()))
        sections = []
        for lang in order:
            _ = self._tools.catalogs.translations(lang).gettext
            if said:
                form = f"<p>{escape(_('This browser is not counted.'))}</p>"
            else:
                form = f'<form method="post"><button>{escape(_("Do not count this browser"))}</button></form>'
            sections.append(f'<section lang="{lang}"><h1>{escape(_("Not to be counted"))}</h1>{form}</section>')
        body = self._document(order, self._tools.settings.instance.title, sections).encode()
        await _answer(send, 200, [*headers, (b"content-length", b"%d" % len(body))], body)

    def _page(self, order: Iterable[Lang], status: int, way: Way | None) -> str:
        sections, titles = [], []
        for lang in order:
            _ = self._tools.catalogs.translations(lang).gettext
            if way is not None:
                title = _("This link is closed")
                said = [
                    _("The moderators of this server keep it from leading on, to protect you. It led to:"),
                    unquote_plus(way.target),
                    _("Their reason: {reason}").format(reason=way.closed),
                ]
            elif status == 410:
                title = _("This link is over")
                said = [_("Whoever made it let it end. Ask them for a new one.")]
            else:
                title = _("There is no such link")
                said = [_("Check the seven characters after the last “/”: capitals and small letters are the same.")]
            titles.append(title)
            home = f'<p><a href="{escape(self._tools.settings.url)}/">{escape(self._tools.settings.instance.title)}</a>'
            paragraphs = "".join(f"<p>{escape(one)}</p>" for one in said)
            sections.append(f'<section lang="{lang}"><h1>{escape(title)}</h1>{paragraphs}{home}</p></section>')
        return self._document(order, " – ".join(titles), sections)

    def _document(self, order: Iterable[Lang], title: str, sections: Iterable[str]) -> str:
        return (
            f'<!doctype html><html lang="{next(iter(order))}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
            f"<body>{''.join(sections)}</body></html>"
        )


async def _answer(send: Send, status: int, headers: HeaderList, body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
