"""How other programs find out what this server is, and who lives here.

Called by apps (NodeInfo tells them the software's name) and by other servers. No `self` link
leads from WebFinger to an actor, and NodeInfo names no protocol, until this server federates.

Source: RFC 7033 (WebFinger), RFC 6415 (host-meta), RFC 8615 and https://w3c.github.io/webappsec-change-password-url,
http://nodeinfo.diaspora.software/protocol.html.
"""

from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

import msgspec
from starlette.responses import RedirectResponse, Response

import pinson
from pinson.domain import accounts
from pinson.domain.accounts import AccountNotFound
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import actor_uri
from pinson.interfaces.request import Routes
from pinson.lib.errors import Kind, Refusal

routes = Routes()

JRD = "application/jrd+json"
SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
VERSIONS = ("2.0", "2.1")
CHANGE_PASSWORD = "/auth/password"  # noqa: S105


class JrdLink(msgspec.Struct, omit_defaults=True):
    """RFC 7033 section 4.4.4. template: as RFC 6415 section 3.1.1.1 has it."""

    rel: str
    type: str | msgspec.UnsetType = msgspec.UNSET
    href: str | msgspec.UnsetType = msgspec.UNSET
    template: str | msgspec.UnsetType = msgspec.UNSET


class Jrd(msgspec.Struct, omit_defaults=True):
    """RFC 7033 section 4.4."""

    links: list[JrdLink]
    subject: str | msgspec.UnsetType = msgspec.UNSET
    aliases: list[str] | msgspec.UnsetType = msgspec.UNSET


class NodeInfoSoftware(msgspec.Struct):
    """See `NodeInfo`."""

    name: str
    version: str


class NodeInfoServices(msgspec.Struct):
    """See `NodeInfo`."""

    inbound: list[str]
    outbound: list[str]


class NodeInfoUsers(msgspec.Struct, rename="camel"):
    """See `NodeInfo`."""

    total: int
    active_month: int
    active_halfyear: int


class NodeInfoUsage(msgspec.Struct, rename="camel"):
    """See `NodeInfo`."""

    users: NodeInfoUsers
    local_posts: int


class NodeInfo(msgspec.Struct, rename="camel"):
    """http://nodeinfo.diaspora.software/schema.html"""

    version: str
    software: NodeInfoSoftware
    protocols: list[str]
    services: NodeInfoServices
    open_registrations: bool
    usage: NodeInfoUsage
    metadata: dict[str, str]


class Looked(msgspec.Struct):
    """Parameters of WebFinger."""

    resource: str


class Version(msgspec.Struct):
    """A version of NodeInfo, in the path."""

    version: str


class UnknownVersion(Refusal):
    """There is no such version of NodeInfo."""

    kind, code = Kind.MISSING, "unknown_version"
    text = "There is no such version of NodeInfo."


@routes.get("/.well-known/webfinger", who=Who.NOBODY, answers=Jrd, media_type=JRD)
async def webfinger(call: Call, form: Looked) -> Response:
    """Where an account of this server is, by its address or by that of its page."""
    async with call.tools.db.read() as tx:
        account = await accounts.by_acct(tx, _acct(form.resource, call.base_url), local_domain=call.local_domain)
    if account is None or account.domain or account.suspended_at is not None:
        raise AccountNotFound
    page = account.url(call.base_url)
    return _as(
        JRD,
        Jrd(
            subject=f"acct:{account.username}@{call.local_domain}",
            aliases=[page, actor_uri(call.base_url, account.username)],
            links=[JrdLink("http://webfinger.net/rel/profile-page", "text/html", page)],
        ),
    )


@routes.get("/.well-known/host-meta", who=Who.NOBODY, answers=str, media_type="application/xrd+xml")
async def host_meta(call: Call) -> Response:
    """Where WebFinger is, for those who ask in XML."""
    return Response(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        f'<Link rel="lrdd" template={quoteattr(_template(call))}/></XRD>\n',
        media_type="application/xrd+xml",
    )


@routes.get("/.well-known/host-meta.json", who=Who.NOBODY, answers=Jrd, media_type=JRD)
async def host_meta_json(call: Call) -> Response:
    """Where WebFinger is."""
    return _as(JRD, Jrd([JrdLink("lrdd", template=_template(call))]))


@routes.get("/.well-known/nodeinfo", who=Who.NOBODY, answers=Jrd)
async def nodeinfo_versions(call: Call) -> Response:
    """The versions of NodeInfo that are spoken."""
    return json(Jrd([JrdLink(f"{SCHEMA}{one}", href=f"{call.base_url}/nodeinfo/{one}") for one in VERSIONS]))


@routes.get("/nodeinfo/{version}", who=Who.NOBODY, answers=NodeInfo)
async def nodeinfo(call: Call, form: Version) -> Response:
    """What this server is, in figures."""
    if form.version not in VERSIONS:
        raise UnknownVersion
    settings, usage = call.tools.settings, await call.figures.usage(call.now)
    return _as(
        f'application/json; profile="{SCHEMA}{form.version}#"',
        NodeInfo(
            version=form.version,
            software=NodeInfoSoftware("pinson", pinson.__version__),
            protocols=[],
            services=NodeInfoServices([], []),
            open_registrations=settings.registration.mode in ("open", "approval"),
            usage=NodeInfoUsage(NodeInfoUsers(usage.accounts, usage.active_month, usage.active_half_year), usage.posts),
            metadata={"nodeName": settings.instance.title, "nodeDescription": settings.instance.description},
        ),
    )


@routes.get("/.well-known/change-password", who=Who.NOBODY, answers={302: None})
async def change_password(_call: Call) -> Response:
    """Where passwords are changed, for password managers."""
    return RedirectResponse(CHANGE_PASSWORD, 302)


def _acct(resource: str, base_url: str) -> str:
    """The address that a resource of WebFinger means: `acct:name@host`, or a page of ours."""
    if resource.startswith(f"{base_url}/"):
        path = resource.removeprefix(base_url)
        for prefix in ("/@", "/users/"):
            if path.startswith(prefix):
                return unquote(path.removeprefix(prefix))
    return resource.removeprefix("acct:")


def _template(call: Call) -> str:
    return f"{call.base_url}/.well-known/webfinger?resource={{uri}}"


def _as(media_type: str, value: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(value), media_type=media_type)
