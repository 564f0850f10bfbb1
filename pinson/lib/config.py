"""What the person who runs the server can choose, and where each choice may be written.

Called by the command line, which hands `Settings` to app.py; everything else receives the one
value it needs as an argument. A setting is declared once, below: its type, bounds, default and
meaning also make the error messages and docs/reference/settings.md, so these cannot disagree.

Where a setting may be given, the later winning:

1. the default below;
2. `pinson.toml` in the data folder, or the file that PINSON_CONFIG names;
3. the environment: `mail.smtp_host` is PINSON_MAIL_SMTP_HOST. One underscore, as people write
   it; the names are looked up whole, never split, so it is no matter that fields hold some too;
4. the command line.

A key that does not exist is refused wherever it stands: a misspelt limit must not be no limit.

Not here: where the data lies (an argument of every command) and what an administrator changes
while the server runs (that is data, in the database).
"""

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta

from pinson.lib.errors import Kind, Refusal

FILE_NAME = "pinson.toml"
FILE_VARIABLE = "PINSON_CONFIG"
PREFIX = "PINSON_"


class BadSettings(Refusal):
    """Says every problem at once, each on its line with the place, the key and what is allowed."""

    kind, code = Kind.INVALID, "bad_settings"
    text = "These settings cannot be used:\n{problems}"


def _check_url(value: str) -> None:
    parts = urlsplit(value)
    more = (parts.username, parts.password, parts.path.strip("/"), parts.query, parts.fragment)
    if value and (not re.match(r"https?://\S+$", value, re.I) or not parts.hostname or any(more) or parts.port == 0):
        raise ValueError("not the address of a server")


def _check_page(value: str) -> None:
    if value and not (re.match(r"https?://\S+$", value, re.I) and urlsplit(value).hostname):
        raise ValueError("not the address of a page")


def _check_networks(values: tuple[str, ...]) -> None:
    for value in values:
        ipaddress.ip_network(value)


def _check_mailbox(value: str) -> None:
    if value and not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", parseaddr(value)[1]):  # ASCII: a domain as DNS has it
        raise ValueError("not an e-mail address")


def _check_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValueError("no time zone of this name")


def _check_letters(count: int) -> Callable[[str], None]:
    def check(value: str) -> None:
        if not re.fullmatch(f"[A-Z]{{{count}}}", value):
            raise ValueError("not so many capital letters")

    return check


def _check_decimal(value: str) -> None:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,5})?", value):
        raise ValueError("not a price")


def _is(allowed: str, check: Callable[..., None]) -> dict[str, object]:
    """For `Meta.extra`: a rule that the type cannot say, in words and as a function raising ValueError."""
    return {"allowed": allowed, "check": check}


Port = Annotated[int, Meta(ge=1, le=65535)]
Count = Annotated[int, Meta(ge=1)]


class Section(msgspec.Struct, frozen=True):
    """Settings that belong together. Printing one never shows a secret, in a log or a traceback."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        shown = ((field, getattr(self, field.name)) for field in msgspec.structs.fields(self))
        return [(field.name, "***" if value and _is_secret(field.type) else value) for field, value in shown]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"


class Instance(Section, frozen=True):
    """How this server presents itself."""

    title: Annotated[str, Meta(description="Name of this server, shown to people and to apps.")] = "Pinson"
    description: Annotated[str, Meta(description="One sentence on what this server is for.")] = ""
    contact_email: Annotated[
        str,
        Meta(
            description="Where people reach whoever runs the server. Public.",
            extra=_is("an e-mail address", _check_mailbox),
        ),
    ] = ""
    contact_account: Annotated[
        str, Meta(description="Username of the account here that people can write to. Public; empty: none.")
    ] = ""
    languages: Annotated[
        tuple[str, ...], Meta(description="Languages (BCP 47) this server is written in, the main one first.")
    ] = ("fr", "en")
    time_zone: Annotated[
        str,
        Meta(description="Where its days begin and end, by the IANA's name.", extra=_is("a time zone", _check_zone)),
    ] = "Europe/Paris"


class Registration(Section, frozen=True):
    """Who may open an account."""

    mode: Annotated[
        Literal["open", "approval", "invitation", "closed"],
        Meta(description="Anyone; anyone, once a moderator agrees; those who were invited; nobody."),
    ] = "approval"
    confirm_email: Annotated[
        bool, Meta(description="A new user follows a link sent by e-mail before the first sign-in.")
    ] = True


class Posts(Section, frozen=True):
    """What a post may be."""

    max_characters: Annotated[Count, Meta(description="Longest post, in characters as apps count them.")] = 500


class Mail(Section, frozen=True):
    """How e-mail leaves."""

    backend: Annotated[
        Literal["smtp", "folder"],
        Meta(description="To a mail server, or into files of a folder that nobody is sent: for trying things out."),
    ] = "folder"
    folder: Annotated[str, Meta(description="Folder of the folder backend, seen from the data folder.")] = "mail"
    sender: Annotated[
        str,
        Meta(
            description="Who e-mail comes from; empty: `no-reply@` and the host of `url`.",
            extra=_is("an e-mail address, or `Name <address>`", _check_mailbox),
        ),
    ] = ""
    smtp_host: Annotated[str, Meta(description="Mail server that takes our e-mail.")] = "localhost"
    smtp_port: Annotated[Port, Meta(description="587 with starttls, 465 with tls, 25 with none.")] = 587
    smtp_tls: Annotated[
        Literal["none", "starttls", "tls"],
        Meta(description="Whether the connection is encrypted: never, after a greeting in clear, or from its start."),
    ] = "starttls"
    smtp_username: Annotated[str, Meta(description="Empty: do not sign in.")] = ""
    smtp_password: Annotated[
        str, Meta(description="Best given by the environment: it is in no file then.", extra={"secret": True})
    ] = ""
    smtp_connections: Annotated[
        int, Meta(description="Connections to it at most, by process. They are kept for a while.", ge=1, le=100)
    ] = 8
    dkim: Annotated[
        bool, Meta(description="Sign what goes to a mail server. `pinson mail-key` shows what that needs in DNS.")
    ] = True
    lmtp_host: Annotated[str, Meta(description="Address to take what comes back on, from your mail server.")] = (
        "127.0.0.1"
    )
    lmtp_port: Annotated[
        int, Meta(description="Port for that; 0: nothing is taken, and bounces go to `mail.sender`.", ge=0, le=65535)
    ] = 0
    bounce_domain: Annotated[
        str, Meta(description="Domain whose mail your mail server hands to that port; empty: that of `mail.sender`.")
    ] = ""


class Sms(Section, frozen=True):
    """How texts go to telephones and come from them."""

    backend: Annotated[
        Literal["none", "simulator", "smpp", "http"],
        Meta(
            description="Not at all; to drawn telephones on a page of this server, for trying things out; to an "
            "operator that speaks SMPP; to one that takes HTTP requests."
        ),
    ] = "none"
    number: Annotated[str, Meta(description="The number that people write to, as it is shown: 38000.")] = ""
    sender: Annotated[
        str, Meta(description="Who texts come from, as the operator allows: a number or a name. Empty: `number`.")
    ] = ""
    region: Annotated[
        str,
        Meta(
            description="Whose numbers people may write without a country (ISO 3166).",
            extra=_is("two capital letters, like FR", _check_letters(2)),
        ),
    ] = "FR"
    parts_per_second: Annotated[Count, Meta(description="How fast the operator takes parts of texts.")] = 10
    parts_per_day: Annotated[
        Count, Meta(description="Most parts that leave in a day, for all together: what more there is waits.")
    ] = 1000
    price_per_part: Annotated[
        str,
        Meta(
            description="What a part costs, for those who write: 0.045.",
            extra=_is("a number like 0.045, between quotes", _check_decimal),
        ),
    ] = "0"
    currency: Annotated[
        str,
        Meta(description="Of that price (ISO 4217).", extra=_is("three capital letters, like EUR", _check_letters(3))),
    ] = "EUR"
    host: Annotated[str, Meta(description="smpp: the operator's server.")] = "localhost"
    port: Annotated[Port, Meta(description="smpp: its port.")] = 2775
    tls: Annotated[bool, Meta(description="smpp: whether the connection is encrypted.")] = False
    system_id: Annotated[str, Meta(description="smpp: who we are to the operator.")] = ""
    system_type: Annotated[str, Meta(description="smpp: as the operator says; mostly empty.")] = ""
    password: Annotated[
        str,
        Meta(description="smpp: best given by the environment: it is in no file then.", extra={"secret": True}),
    ] = ""
    window: Annotated[int, Meta(description="smpp: parts that may be without an answer at a time.", ge=1, le=1000)] = 50
    receipt_ids: Annotated[
        Literal["same", "decimal"],
        Meta(
            description="smpp: whether receipts name a text as its answer did, or in decimal what that said in "
            "hexadecimal."
        ),
    ] = "same"
    http_url: Annotated[
        str,
        Meta(
            description="http: where a text is handed over. `{to}`, `{from}`, `{text}`, `{coding}` (0; 2 for UCS-2), "
            "`{id}` (ours) and `{receipts}` (where to tell us what became of it) are filled in.",
            extra={"secret": True},
        ),
    ] = ""
    http_body: Annotated[
        str,
        Meta(
            description="http: what is posted there, a form or JSON, filled in likewise. Empty: it is a GET.",
            extra={"secret": True},
        ),
    ] = ""
    http_authorization: Annotated[
        str, Meta(description="http: the Authorization header of such a post.", extra={"secret": True})
    ] = ""
    http_answer_id: Annotated[
        str,
        Meta(
            description="http: where the operator's id of a text stands in its JSON answer, like `messages.0.id`. "
            "Empty: receipts name ours, as `{receipts}` has it."
        ),
    ] = ""
    hook_secret: Annotated[
        str,
        Meta(
            description="http: what the operator says when it calls `/texts/incoming` and `/texts/receipt`, as `key`. "
            "Empty: nobody may.",
            extra={"secret": True},
        ),
    ] = ""
    hook_names: Annotated[
        tuple[str, ...],
        Meta(description="http: what it calls things there that is not known already, like `text=message`."),
    ] = ()


class Limits(Section, frozen=True):
    """How much one person or one address may do. The windows are those that apps know from Mastodon."""

    enabled: Annotated[bool, Meta(description="Whether limits apply at all; a test server may switch them off.")] = True
    sign_in_per_5_minutes: Annotated[Count, Meta(description="Attempts to sign in, by address.")] = 25
    sign_up_per_30_minutes: Annotated[Count, Meta(description="Accounts opened, by address.")] = 5
    apps_per_10_minutes: Annotated[Count, Meta(description="Apps registered, by address.")] = 5
    posts_per_3_hours: Annotated[Count, Meta(description="Posts published or edited, by account.")] = 300
    uploads_per_30_minutes: Annotated[Count, Meta(description="Files uploaded, by account.")] = 30
    user_requests_per_5_minutes: Annotated[Count, Meta(description="Requests of any kind, by user.")] = 1500
    token_requests_per_5_minutes: Annotated[Count, Meta(description="Requests of any kind, by token.")] = 300
    address_requests_per_5_minutes: Annotated[
        Count, Meta(description="Requests of any kind without a user, by address.")
    ] = 300
    pages_per_15_minutes: Annotated[
        Count, Meta(description="Requests for a further page of a list, by user or address.")
    ] = 300
    deletions_per_30_minutes: Annotated[Count, Meta(description="Posts deleted and boosts taken back, by account.")] = (
        30
    )
    follows_per_24_hours: Annotated[Count, Meta(description="Accounts followed, by account.")] = 400
    reports_per_24_hours: Annotated[Count, Meta(description="Reports to moderators, by account.")] = 400


class Countries(Section, frozen=True):
    """From which countries short links are followed. Told only with a table of your own, in the MMDB format."""

    file: Annotated[
        str,
        Meta(description="The table, as DB-IP, IPinfo or MaxMind give it out. In the data folder if it has no path."),
    ] = ""
    source: Annotated[
        str, Meta(description="Whose table it is. Shown beside the figures, as the licences of most ask.")
    ] = ""
    source_url: Annotated[
        str,
        Meta(
            description="The page of those.",
            extra=_is("http:// or https:// and an address, or nothing", _check_page),
        ),
    ] = ""


class OAuth(Section, frozen=True):
    """How apps sign people in."""

    password_grant: Annotated[
        bool, Meta(description="Let an app send a password itself. For test servers: apps should never see passwords.")
    ] = False


class Outgoing(Section, frozen=True):
    """Requests that this server makes to others."""

    allow_loopback: Annotated[
        bool, Meta(description="Let them reach this very machine. For test servers: it opens what only it can see.")
    ] = False


class Log(Section, frozen=True):
    """What the server tells about its work, on standard error."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="The least serious lines to write.")
    ] = "info"
    json: Annotated[bool, Meta(description="One JSON object a line, for machines; otherwise text for people.")] = False


class Settings(Section, frozen=True):
    """The server itself; these stand outside any section."""

    url: Annotated[
        str,
        Meta(
            description="Public address, the same for ever: it is in every link. Empty: `http://host:port`.",
            extra=_is("http:// or https://, a host and perhaps a port, nothing more", _check_url),
        ),
    ] = ""
    short_url: Annotated[
        str,
        Meta(
            description="Public address of short links, if it is not `url`: of a host that shows nothing else.",
            extra=_is("http:// or https://, a host and perhaps a port, nothing more", _check_url),
        ),
    ] = ""
    host: Annotated[str, Meta(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port to listen on.")] = 8080
    workers: Annotated[int, Meta(description="Server processes that share the port and the data.", ge=1, le=64)] = 1
    demo: Annotated[
        bool,
        Meta(
            description="Whether this is a demo, as `pinson demo` starts it: anybody may have a live event told again."
        ),
    ] = False
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Proxies in front of us whose word on a visitor's address we take.",
            extra=_is("a list of addresses or networks, like 10.0.0.0/8", _check_networks),
        ),
    ] = ()
    instance: Instance = Instance()
    registration: Registration = Registration()
    posts: Posts = Posts()
    mail: Mail = Mail()
    sms: Sms = Sms()
    limits: Limits = Limits()
    countries: Countries = Countries()
    oauth: OAuth = OAuth()
    outgoing: Outgoing = Outgoing()
    log: Log = Log()

    @property
    def short_bases(self) -> frozenset[str]:
        """Where short links of ours are found: those made before there was a host for them go on working."""
        return frozenset({self.url, self.short_url})


def load(data: Path, *, environ: Mapping[str, str], overrides: Mapping[str, object]) -> Settings:
    """Read the settings of the server whose data is in the folder `data`.

    Args:
        environ: of the process. Variables that do not begin with PINSON_ are left alone.
        overrides: what the command line said, by key ("port", "registration.mode"). None means
            that it said nothing, as an option of click that was not given.
    Returns:
        Settings with every empty default filled in: `url` has no slash at its end.
    Raises:
        BadSettings: a file cannot be read, a key is unknown, or a value is not allowed.
    """
    keys = {key.name: key for key in _keys()}
    chosen: dict[str, object] = {}
    problems: list[str] = []
    for given in (*_from_file(data, environ), *_from_environment(environ, keys), *_from_overrides(overrides)):
        if (key := keys.get(given.name)) is None:
            problems.append(_unknown(given, keys))
            continue
        try:
            chosen[key.name] = key.read(given.value, typed=given.typed)
        except ValueError:
            shown = "" if key.secret else f" = {given.value!r}"
            problems.append(f"{given.place}: {given.label}{shown}: must be {key.allowed}")
    if problems:
        raise BadSettings(problems="\n".join(problems))
    return _complete(msgspec.convert(_nested(chosen), Settings))


def document() -> str:
    """docs/reference/settings.md: every setting with its type, default and meaning, in Markdown."""
    lines = [
        "# Settings",
        "",
        "<!-- Written by `python -m pinson.lib.config`: change pinson/lib/config.py, then run it. -->",
        "",
        f"A setting stands in `{FILE_NAME}` in the data folder (or in the file that `{FILE_VARIABLE}` names), in the",
        "environment, or on the command line; the last of these wins. The variable of `mail.smtp_host` is",
        f"`{PREFIX}MAIL_SMTP_HOST`; a list is written there with commas: `{PREFIX}TRUSTED_PROXIES=10.0.0.1,10.0.0.2`.",
        "A name that is not on this page is refused, so a misspelt one is never passed over.",
        "",
        "```toml",
        'url = "https://example.org"',
        "",
        "[registration]",
        'mode = "open"',
        "```",
    ]
    section = None
    for key in _keys():
        if key.section is not section:
            section = key.section
            lines += ["", f"## {section.__name__}", "", str(section.__doc__), ""]
            lines += ["| Setting | Allowed | Default | Meaning |", "|---|---|---|---|"]
        cells = (f"`{key.name}`", key.allowed, f"`{_toml(key.default)}`", key.meaning)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


class _Given(NamedTuple):
    """A value as someone wrote it, and where, so that an error can point at it."""

    place: str  # file, "environment" or "command line"
    label: str  # what was written there: a key, or the name of a variable
    name: str  # dotted key it means
    value: object
    typed: bool  # TOML has numbers, booleans and lists; elsewhere they are written as text


class _Key(NamedTuple):
    """One setting, seen by readers of settings and of documentation."""

    name: str
    section: type[Section]
    type: Any  # annotated with msgspec.Meta
    default: object

    @property
    def variable(self) -> str:
        return PREFIX + self.name.replace(".", "_").upper()

    @property
    def secret(self) -> bool:
        return _is_secret(self.type)

    @property
    def meaning(self) -> str:
        return str((_metadata(self.type).extra_json_schema or {})["description"])

    @property
    def allowed(self) -> str:
        """What a value may be, in words: fits after "must be"."""
        described = _metadata(self.type)
        if described.extra and "allowed" in described.extra:
            return str(described.extra["allowed"])
        match described.type:
            case msgspec.inspect.BoolType():
                return "true or false"
            case msgspec.inspect.IntType(ge=low, le=None):
                return f"a whole number from {low}"
            case msgspec.inspect.IntType(ge=low, le=high):
                return f"a whole number from {low} to {high}"
            case msgspec.inspect.LiteralType():  # whose own `values` are sorted: we keep the order of the meaning
                return f"one of {', '.join(get_args(get_args(self.type)[0]))}"
            case msgspec.inspect.VarTupleType():
                return "a list of texts"
            case _:
                return "text"

    def read(self, value: object, *, typed: bool) -> object:
        """Raises ValueError (msgspec's is one) when `value` is not allowed."""
        described = _metadata(self.type)
        if not typed and isinstance(value, str) and isinstance(described.type, msgspec.inspect.VarTupleType):
            value = [part.strip() for part in value.split(",") if part.strip()]
        converted = msgspec.convert(value, self.type, strict=typed)
        if described.extra and "check" in described.extra:
            described.extra["check"](converted)
        return converted


def _metadata(annotated: Any) -> msgspec.inspect.Metadata:
    described = msgspec.inspect.type_info(annotated)
    assert isinstance(described, msgspec.inspect.Metadata), "every setting has a description"
    return described


def _is_secret(annotated: Any) -> bool:
    described = msgspec.inspect.type_info(annotated)
    return isinstance(described, msgspec.inspect.Metadata) and bool((described.extra or {}).get("secret"))


def _keys() -> Iterator[_Key]:
    """Every setting, in the order of this module."""
    sections: list[tuple[str, type[Section]]] = [("", Settings)]
    while sections:
        prefix, section = sections.pop(0)
        for field in msgspec.structs.fields(section):
            if isinstance(field.type, type) and issubclass(field.type, Section):
                sections.append((f"{field.name}.", field.type))
            else:
                yield _Key(f"{prefix}{field.name}", section, field.type, field.default)


def _from_file(data: Path, environ: Mapping[str, str]) -> Iterator[_Given]:
    named = environ.get(FILE_VARIABLE)
    path = Path(named) if named else data / FILE_NAME
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named:
            raise BadSettings(problems=f"{path}: there is no such file; {FILE_VARIABLE} names it") from None
        return
    except OSError as error:
        raise BadSettings(problems=f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise BadSettings(problems=f"{path}: {error}") from error
    for name, value in content.items():
        if isinstance(value, dict):
            for inner, inner_value in value.items():
                yield _Given(str(path), f"{name}.{inner}", f"{name}.{inner}", inner_value, typed=True)
        else:
            yield _Given(str(path), name, name, value, typed=True)


def _from_environment(environ: Mapping[str, str], keys: Mapping[str, _Key]) -> Iterator[_Given]:
    names = {key.variable: key.name for key in keys.values()}
    for variable, value in environ.items():
        if variable.startswith(PREFIX) and variable != FILE_VARIABLE:
            yield _Given("environment", variable, names.get(variable, variable), value, typed=False)


def _from_overrides(overrides: Mapping[str, object]) -> Iterator[_Given]:
    for name, value in overrides.items():
        if value is not None:
            yield _Given("command line", name, name, value, typed=False)


def _unknown(given: _Given, keys: Mapping[str, _Key]) -> str:
    known = [key.variable for key in keys.values()] if given.label.startswith(PREFIX) else list(keys)
    near = difflib.get_close_matches(given.label, known, n=1)
    return f"{given.place}: {given.label}: there is no such setting" + (f"; did you mean {near[0]}?" if near else "")


def _nested(chosen: Mapping[str, object]) -> dict[str, object]:
    """{"port": 1, "mail.folder": "x"} as {"port": 1, "mail": {"folder": "x"}}."""
    tree: dict[str, Any] = {}
    for name, value in chosen.items():
        section, _, field = name.rpartition(".")
        (tree.setdefault(section, {}) if section else tree)[field] = value
    return tree


def _complete(settings: Settings) -> Settings:
    """Fill in the defaults that follow from other settings."""
    given = urlsplit(settings.url.lower())
    url = f"{given.scheme}://{given.netloc}" if settings.url else f"http://{_reachable(settings.host)}:{settings.port}"
    sender = settings.mail.sender or f"no-reply@{_mail_domain(given.hostname or settings.host)}"
    apart = urlsplit(settings.short_url.lower())
    short = f"{apart.scheme}://{apart.netloc}" if settings.short_url else url
    return msgspec.structs.replace(
        settings, url=url, short_url=short, mail=msgspec.structs.replace(settings.mail, sender=sender)
    )


def _reachable(host: str) -> str:
    """`host` as it stands in a URL; "every address" is no address to go to, so this machine's stands for it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1"
    return f"[{address}]" if address.version == 6 else str(address)


def _mail_domain(host: str) -> str:
    """The domain of our own mailbox: an IP address is no domain."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return "localhost"


def _toml(value: object) -> str:
    """A default as it would stand in the file; every default is a text, number, boolean or list of texts."""
    return str(msgspec.json.encode(value), "utf-8")


if __name__ == "__main__":
    Path("docs/reference/settings.md").write_text(document(), encoding="utf-8")
