"""What is wrong with a server, in plain words, and what to do about it: `pinson doctor`.

Looks at a server from beside it, running or not, and changes nothing. Each question gives its
troubles, or one line that all is well; a question that cannot be asked (no folder, a broken
database) leaves out those that rest on it.

Not here: mending. Whoever reads this decides.
"""

import asyncio
import os
import resource
import shutil
import stat
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import aiosmtplib
import msgspec

import pinson
from pinson import texting
from pinson.app import MIGRATIONS
from pinson.domain import accounts, deliveries, instance
from pinson.domain.alerts import publishers
from pinson.domain.deliveries import Channel, Waiting
from pinson.lib import config, dkim, dns, ids, log, papers, reactor
from pinson.lib.clock import EPOCH
from pinson.lib.config import BadSettings, Settings
from pinson.lib.countries import BadTable, Table
from pinson.lib.db import ReadTx, check
from pinson.lib.db.check import DATABASE, Condition, NotOurDatabase
from pinson.lib.db.migrate import steps
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.dns import NoAnswer
from pinson.lib.http import Answer, ForbiddenAddress, Outgoing, OutgoingFailed
from pinson.lib.mail import address_of, domain_of
from pinson.lib.postmarks import Postmark
from pinson.lib.reactor import Cursor
from pinson.lib.vitals import FAR_BEHIND, MB, Level, room

LARGE_WAL = 256 * MB  # it is moved into the database every 16 MB, unless somebody reads all the while
SYNCS = 9
SLOW_SYNC = 0.050  # seconds: nobody's post is answered sooner
CLOCK_MAY_DIFFER = timedelta(seconds=5)
OLD_TABLE = timedelta(days=365)
LATE = timedelta(minutes=15)
NEARLY = 0.8  # of the day's ceiling of texts: from there on somebody should know
MANY_FILES = 12_000  # 10,000 idle connections, and some room
PATIENCE = 10.0  # seconds for anything over the network
NEWEST_BACKUP = "Stop the server, and restore the newest backup into a new folder."


T = TypeVar("T")


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at.

    about: settings, folder, disk, database, clock, reactions, deliveries, countries, paper, mail, texts or address.
    advice: what to do; "" if nothing.
    """

    level: Level
    about: str
    text: str
    advice: str = ""


class Work(msgspec.Struct, frozen=True):
    """How far the reactions are. last: the newest fact; dead, waiting: facts whose reaction failed."""

    cursors: Sequence[Cursor]
    last: int
    dead: int
    waiting: int


def examine(data: Path, *, environ: Mapping[str, str], now: datetime) -> list[Finding]:
    """All that can be found out, in the order in which one would mend it. Takes seconds."""
    try:
        settings = config.load(data, environ=environ, overrides={})
    except BadSettings as refusal:
        broken = Finding(Level.BROKEN, "settings", str(refusal), "Correct them: the server does not start.")
        return [broken, *_folder(data, now, running=False)]
    running = asyncio.run(_listens(settings))
    return [
        *_or_well("settings", _settings(settings), "The settings can be used."),
        *_folder(data, now, running=running, settings=settings),
        *_countries(settings, data, now),
        *_places(),
        *asyncio.run(_paper()),
        *asyncio.run(texts(settings, data, running=running)),
        *asyncio.run(_mail(settings, data, running=running)),
        *asyncio.run(_address(settings, running=running)),
    ]


def _or_well(about: str, troubles: Iterable[Finding], well: str) -> list[Finding]:
    return list(troubles) or [Finding(Level.OK, about, well)]


def _settings(settings: Settings) -> Iterator[Finding]:
    """Settings that are right for trying things out, on a server that others can reach."""
    if _is_local(settings):
        return

    def doubt(text: str, advice: str) -> Finding:
        return Finding(Level.WARNING, "settings", text, advice)

    if settings.oauth.password_grant:
        yield doubt("Apps may ask people for their passwords.", "Set oauth.password_grant to false.")
    if settings.outgoing.allow_loopback:
        yield doubt("Strangers can make this server knock at itself.", "Set outgoing.allow_loopback to false.")
    if not settings.limits.enabled:
        yield doubt("Nothing limits how often a password may be guessed.", "Set limits.enabled to true.")
    if settings.registration.mode == "open" and not settings.registration.confirm_email:
        yield doubt("Anyone can sign up with an address that is not theirs.", "Set registration.confirm_email to true.")
    if not settings.instance.contact_email:
        yield doubt("Nobody can know whom to write to.", "Set instance.contact_email.")


def _folder(data: Path, now: datetime, *, running: bool, settings: Settings | None = None) -> Iterator[Finding]:
    """The folder, and all that can be known once it is there. settings: None if they cannot be used."""
    if not data.is_dir():
        yield Finding(Level.BROKEN, "folder", f"There is no folder {data}.", "Name the right one with --data.")
        return
    try:
        took = _sync_time(data)
    except OSError as error:
        text = f"Nothing can be written into {data}: {error.strerror}."
        yield Finding(Level.BROKEN, "folder", text, "Mend the disk, or its permissions.")
        return
    yield from _or_well("folder", _permissions(data), f"{data} is ours alone, and can be written to.")
    free, wal = shutil.disk_usage(data).free, data / f"{DATABASE}-wal"
    wal_size = wal.stat().st_size if wal.exists() else 0
    well = f"{free // MB:,} MB are free, and a change is safe in {took * 1000:.1f} ms."
    yield from _or_well("disk", _disk(free, took, wal_size), well)
    if not (data / DATABASE).is_file():
        advice = "Start the server once, restore a backup, or name another folder with --data."
        yield Finding(Level.BROKEN, "database", f"There is no database in {data}.", advice)
        return
    try:
        condition = check.examine(data / DATABASE)
    except NotOurDatabase as refusal:
        yield Finding(Level.BROKEN, "database", str(refusal), NEWEST_BACKUP)
        return
    known = len(steps(MIGRATIONS))
    yield from _or_well("database", _database(condition, known), f"It is sound, at schema {condition.schema}.")
    yield from _or_well("clock", _clock(condition, now), f"It is {_moment(now)}, and nothing is from the future.")
    if not condition.damage and condition.schema == known:
        work = asyncio.run(_asked(data, _work))
        well = f"No dead letters; {work.waiting} facts wait for another try."
        yield from _or_well("reactions", _reactions(work, now, running=running), well)
        waiting = asyncio.run(_asked(data, deliveries.waiting))
        yield from _or_well("deliveries", late(waiting, now), "Nothing that is due waits long, by any way.")
        if settings is not None and settings.sms.backend != "none":
            yield from asyncio.run(_asked(data, partial(spending, settings, now)))


def _countries(settings: Settings, data: Path, now: datetime) -> Iterator[Finding]:
    """The table that tells from which countries short links are followed; nothing where none is asked for."""
    if not settings.countries.file:
        return
    try:
        table = Table.open(data / settings.countries.file)
    except BadTable as error:
        advice = "Put a table of countries in the MMDB format there, or leave countries.file empty."
        yield Finding(Level.WARNING, "countries", f"No country is told. {error}", advice)
        return
    if now - table.made_at > OLD_TABLE:
        text = f"The table of countries is of {table.made_at:%Y-%m-%d}: addresses have moved since."
        yield Finding(Level.WARNING, "countries", text, "Put a newer one there: no restart is needed.")
    else:
        yield Finding(Level.OK, "countries", f"Countries are told by a table of {table.made_at:%Y-%m-%d}.")


def _places() -> Iterator[Finding]:
    """Whether the system lets a process of this user hold as many connections as a busy day brings."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if files != resource.RLIM_INFINITY and files < MANY_FILES:
        text = f"A process here may open {files} files only, and every reader who is connected is one."
        yield Finding(Level.WARNING, "connections", text, "Raise the hard limit (LimitNOFILE of systemd, ulimit -Hn).")


def _permissions(data: Path) -> Iterator[Finding]:
    status = data.stat()
    if stat.S_IMODE(status.st_mode) & 0o077:
        text = f"Others on this machine can look into {data}."
        yield Finding(Level.WARNING, "folder", text, f"chmod 700 {data}")
    if status.st_uid != os.geteuid():
        text = f"{data} belongs to another user (number {status.st_uid}) than the one who asks."
        yield Finding(Level.WARNING, "folder", text, "Run every command as the user who runs the server.")


def _sync_time(data: Path) -> float:
    """Seconds that the disk takes until 4 KB are safe; the median of some. Raises OSError if it cannot."""
    took = []
    with tempfile.NamedTemporaryFile(dir=data, prefix=".doctor-") as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            start = time.perf_counter()
            file.flush()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - start)
    return statistics.median(took)


def _disk(free: int, took: float, wal_size: int) -> Iterator[Finding]:
    if (level := room(free)) is not Level.OK:
        yield Finding(level, "disk", f"Only {free // MB} MB are free.", "Make room: on a full disk nothing is saved.")
    if took > SLOW_SYNC:
        text = f"The disk takes {took * 1000:.0f} ms to make a change safe, and every post waits for it."
        yield Finding(Level.WARNING, "disk", text, "Use a local disk; network disks and memory cards are slow at this.")
    if wal_size > LARGE_WAL:
        text = f"{DATABASE}-wal has grown to {wal_size // MB} MB: something has been reading for a long time."
        yield Finding(Level.WARNING, "disk", text, "Look for a stuck backup, or another program on the database.")


def _database(condition: Condition, known: int) -> Iterator[Finding]:
    if condition.damage:
        yield Finding(Level.BROKEN, "database", f"It is damaged: {condition.damage[0]}", NEWEST_BACKUP)
    if condition.orphans:
        text = f"{condition.orphans} rows refer to something that is not there."
        yield Finding(Level.BROKEN, "database", text, NEWEST_BACKUP)
    if condition.schema > known:
        text = f"It is at schema {condition.schema}, and this program knows {known}."
        yield Finding(Level.BROKEN, "database", text, "Install the newer program that wrote it.")
    if condition.schema < known:
        text = f"It is at schema {condition.schema}, and this program brings {known}."
        yield Finding(Level.WARNING, "database", text, "Restart the server: it brings the database up to date.")


def _clock(condition: Condition, now: datetime) -> Iterator[Finding]:
    newest = max(filter(None, (ids.moment_of(condition.last_id), condition.last_at)))
    if newest > now + CLOCK_MAY_DIFFER:
        text = f"It is {_moment(now)} by the clock, but something was written at {_moment(newest)}."
        advice = (
            "Set the clock, and keep it set (NTP). Order is kept meanwhile; the times that people see are not right."
        )
        yield Finding(Level.WARNING, "clock", text, advice)


async def _work(tx: ReadTx) -> Work:
    dead = len(await reactor.dead_letters(tx))
    return Work(await reactor.cursors(tx), await log.last(tx), dead, await reactor.waiting(tx))


async def _asked(data: Path, question: Callable[[ReadTx], Awaitable[T]]) -> T:
    """The answer of the database to a question."""
    db = Sqlite(data)
    try:
        async with db.read() as tx:
            return await question(tx)
    finally:
        await db.close()


def late(waiting: Sequence[Waiting], now: datetime) -> Iterator[Finding]:
    """Ways by which what is due does not leave."""
    for one in waiting:
        if now - one.due_at > LATE:
            text = f"{one.deliveries} wait to be sent by {one.channel}, the first since it was due at "
            text += f"{_moment(one.due_at)}{f': {one.error}' if one.error else '.'}"
            advice = "If the server runs, mend what it says, or look into its log."
            yield Finding(Level.WARNING, "deliveries", text, advice)


async def texts(settings: Settings, data: Path, *, running: bool) -> list[Finding]:
    """Whether the operator can be spoken with, and is."""
    sms = settings.sms
    if sms.backend == "none":
        return []
    if sms.backend == "simulator":
        text = "Texts go to telephones that are drawn on a page, and to nobody."
        gateway = Finding(Level.OK if _is_local(settings) else Level.WARNING, "texts", text)
        if gateway.level is not Level.OK:
            gateway = msgspec.structs.replace(gateway, advice="Set sms.backend to smpp or http.")
        return [gateway]
    return [await _operator(settings, data, running=running)]


async def _operator(settings: Settings, data: Path, *, running: bool) -> Finding:
    sms = settings.sms
    url = urlsplit(sms.http_url)
    host, port = (
        (sms.host, sms.port)
        if sms.backend == "smpp"
        else (url.hostname or "", url.port or (443 if url.scheme == "https" else 80))
    )
    place = f"The operator at {host}, port {port},"
    if not await _accepts(host, port):
        advice = "Check the settings of [sms], the firewall, and whether the operator knows our address."
        return Finding(Level.BROKEN, "texts", f"{place} does not answer.", advice)
    there = texting.standing(data) if running else None
    if there is None and running:
        text = f"{place} answers, but no process of the server speaks with it."
        return Finding(Level.BROKEN, "texts", text, "Restart the server, and look into its log.")
    if there is not None and there.trouble:
        text = f"{place} answers, but since {_moment(there.since)} no text can be sent: {there.trouble}."
        return Finding(Level.BROKEN, "texts", text, "Correct what it says in [sms], or ask the operator.")
    if there is not None:
        return Finding(Level.OK, "texts", f"{place} takes texts since {_moment(there.since)}.")
    return Finding(Level.OK, "texts", f"{place} answers.")


async def spending(settings: Settings, now: datetime, tx: ReadTx) -> list[Finding]:
    """What is spent of the day's ceiling, whose credits run low, and what was heard last."""
    ceiling, spent = settings.sms.parts_per_day, await publishers.spent_today(tx, now=now)
    text = f"{spent:,} of the {ceiling:,} SMS of the day (UTC) are spent."
    findings = [Finding(Level.OK, "texts", text)]
    if spent >= ceiling * NEARLY:
        advice = "At the ceiling messages wait until midnight UTC. Raise sms.parts_per_day if that is too few."
        findings = [Finding(Level.WARNING, "texts", text, advice)]
    low = await publishers.low(tx, now=now)
    if low:
        people = await accounts.by_ids(tx, [one.account_id for one in low])
        named = ", ".join(f"@{people[one.account_id].acct} {one.credits}" for one in low if one.account_id in people)
        text = f"The credits of some accounts would not last a week: {named}."
        findings.append(
            Finding(Level.WARNING, "texts", text, "Give them some, or tell them: without, their texts wait.")
        )
    heard = await deliveries.lately(tx, Channel.SMS)
    if heard.receipt_at is not None:
        text = f"The latest text that the network reported on is of {_moment(heard.receipt_at)}."
        findings.append(Finding(Level.OK, "texts", text))
    if heard.failed_at is not None:
        text = f"The latest that failed is of {_moment(heard.failed_at)}: {heard.why or 'no reason was given'}."
        findings.append(Finding(Level.OK, "texts", text))
    return findings


def _reactions(work: Work, now: datetime, *, running: bool) -> Iterator[Finding]:
    if work.dead:
        text = f"{work.dead} facts could not be followed up, and are not tried any more."
        advice = "See `pinson reactions dead`, mend the cause, then retry or drop them."
        yield Finding(Level.WARNING, "reactions", text, advice)
    for cursor in work.cursors:
        if now - reactor.GONE > cursor.held_until > EPOCH:
            continue  # of an older program
        if running and cursor.held_until <= now:
            text = f"Nobody runs “{cursor.reaction}”, though a server is there."
            yield Finding(Level.WARNING, "reactions", text, "If it stays so for a minute, look into the server's log.")
        elif running and work.last - cursor.seq > FAR_BEHIND:
            text = f"“{cursor.reaction}” is {work.last - cursor.seq} facts behind."
            yield Finding(Level.WARNING, "reactions", text, "See whether it catches up: `pinson reactions`.")


async def _paper() -> list[Finding]:
    """Whether what WeasyPrint needs is here."""
    if why := await papers.missing():
        advice = "On Debian and Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        return [Finding(Level.WARNING, "paper", f"No PDF files can be made: {why}", advice)]
    return [Finding(Level.OK, "paper", "PDF files can be made.")]


async def _mail(settings: Settings, data: Path, *, running: bool) -> list[Finding]:
    mail = settings.mail
    if mail.backend == "folder":
        text = f"E-mail goes into the folder {data / mail.folder}, and to nobody."
        if _is_local(settings):
            return [Finding(Level.OK, "mail", text)]
        return [Finding(Level.WARNING, "mail", text, "Set mail.backend to smtp, and mail.smtp_host.")]
    place = f"The mail server {mail.smtp_host}, port {mail.smtp_port},"
    client = aiosmtplib.SMTP(
        hostname=mail.smtp_host,
        port=mail.smtp_port,
        use_tls=mail.smtp_tls == "tls",
        start_tls=mail.smtp_tls == "starttls",
        username=mail.smtp_username or None,
        password=mail.smtp_password or None,
        local_hostname=urlsplit(settings.url).hostname,
        timeout=PATIENCE,
    )
    try:
        async with client:
            return [
                Finding(Level.OK, "mail", f"{place} is ready to take e-mail."),
                *await _seal(settings, data),
                *await _returns(settings, running=running),
            ]
    except aiosmtplib.SMTPAuthenticationError as error:
        text = f"{place} does not take our user name and password: {error.code} {error.message}"
        return [Finding(Level.BROKEN, "mail", text, "Correct mail.smtp_username and mail.smtp_password.")]
    except (aiosmtplib.SMTPException, OSError) as error:
        advice = "Check mail.smtp_host, mail.smtp_port and mail.smtp_tls, and that it takes mail from here."
        return [Finding(Level.BROKEN, "mail", f"{place} cannot be talked to: {error}", advice)]


async def _returns(settings: Settings, *, running: bool) -> list[Finding]:
    """Whether what comes back can reach us."""
    postmark = Postmark.of(settings)
    if postmark is None:
        if _is_local(settings):
            return []
        text = f"Letters that come back go to {settings.mail.sender}, and are not counted."
        return [Finding(Level.WARNING, "mail", text, "See docs/howto/send-e-mail.md, and set mail.lmtp_port.")]
    place = f"{settings.mail.lmtp_host}, port {settings.mail.lmtp_port}"
    if not running:
        return [Finding(Level.OK, "mail", f"What comes back to {postmark.domain} will be taken at {place}.")]
    if not await _accepts(settings.mail.lmtp_host, settings.mail.lmtp_port):
        text = f"Nobody takes what comes back to {postmark.domain} at {place}, though a server is there."
        return [
            Finding(Level.BROKEN, "mail", text, "See whether another program has that port, and restart the server.")
        ]
    return [Finding(Level.OK, "mail", f"What comes back to {postmark.domain} is taken at {place}.")]


async def _seal(settings: Settings, data: Path) -> list[Finding]:
    """What mailboxes must find in DNS to believe that e-mail is from here."""
    if not settings.mail.dkim or not (data / DATABASE).is_file():
        return []
    db = Sqlite(data)
    try:
        async with db.read() as tx:
            seal = await instance.seal(tx)
    finally:
        await db.close()
    if seal is None:
        return [
            Finding(Level.WARNING, "mail", "E-mail is not signed yet.", "Run `pinson mail-key`, or start the server.")
        ]
    domain = domain_of(address_of(settings.mail.sender))
    signer = dkim.Signer(seal.secret, domain=domain, selector=seal.selector)
    if _is_local(settings):
        return [Finding(Level.OK, "mail", f"E-mail is signed for {domain}.")]
    server = dns.resolver()
    try:
        return await in_dns(signer, partial(dns.texts, server=server)) if server is not None else []
    except NoAnswer as error:
        text = f"E-mail is signed for {domain}; whether mailboxes find the key cannot be seen from here: {error}"
        return [Finding(Level.WARNING, "mail", text, "See what `pinson mail-key` shows, and look it up elsewhere.")]


async def in_dns(signer: dkim.Signer, texts: Callable[[str], Awaitable[list[str]]]) -> list[Finding]:
    """What of all that mailboxes look for is not there.

    Args:
        texts: gives the TXT records of a name.
    """
    domain = signer.domain
    above = domain.split(".", 1)[-1]  # a policy of the domain above counts too: RFC 7489, section 6.6.3
    looked = [
        ("key", signer.host, await texts(signer.host), signer.record.partition("p=")[2]),
        ("list of who may send", domain, await texts(domain), "v=spf1"),
        (
            "policy",
            f"_dmarc.{domain}",
            [*await texts(f"_dmarc.{domain}"), *await texts(f"_dmarc.{above}")],
            "v=DMARC1",
        ),
    ]
    missing = [
        Finding(Level.WARNING, "mail", f"Mailboxes find no {what} of ours at {host} in DNS.", "See `pinson mail-key`.")
        for what, host, found, wanted in looked
        if not any(wanted in text.replace(" ", "") for text in found)
    ]
    well = f"E-mail is signed for {domain}, and mailboxes find key, senders and policy in DNS."
    return missing or [Finding(Level.OK, "mail", well)]


async def _address(settings: Settings, *, running: bool) -> list[Finding]:
    """Whether the public address leads here, and is safe to use."""
    findings = []
    if settings.url.startswith("http:") and not _is_local(settings):
        text = f"{settings.url} is not encrypted: passwords can be read on the way."
        advice = "Put a proxy with TLS in front, and set url to https://…"
        findings.append(Finding(Level.BROKEN, "address", text, advice))
    if not running:
        text = f"No server listens on {settings.host}, port {settings.port}."
        advice = "Start it with `pinson serve`, then ask again."
        return [*findings, Finding(Level.WARNING, "address", text, advice)]
    agent = f"Pinson/{pinson.__version__} (doctor; +{settings.url})"
    try:
        # It is our own address, given by whoever runs the server, so it may be this machine.
        async with Outgoing(allow_loopback=True, user_agent=agent) as outgoing:
            answer = await outgoing.get(f"{settings.url}/health", max_bytes=64 << 10, seconds=PATIENCE)
    except ForbiddenAddress as error:
        text = f"{settings.url} cannot be checked from here: {error}."
        advice = "Open it on another machine, to see whether it answers."
        return [*findings, Finding(Level.WARNING, "address", text, advice)]
    except OutgoingFailed as error:
        text = f"{settings.url} does not answer: {error}."
        return [*findings, Finding(Level.BROKEN, "address", text, "Check DNS, the firewall and the proxy in front.")]
    if not _is_ours(answer):
        text = f"{settings.url} answers, but not as this server would: status {answer.status}."
        return [*findings, Finding(Level.BROKEN, "address", text, "Make the proxy lead here, /health included.")]
    return [*findings, Finding(Level.OK, "address", f"{settings.url} answers.")]


def _is_ours(answer: Answer) -> bool:
    try:
        said = msgspec.json.decode(answer.body, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return answer.status == 200 and said.get("status") == "UP"


async def _listens(settings: Settings) -> bool:
    """Whether anything accepts connections where the server should."""
    return await _accepts(settings.host, settings.port)


async def _accepts(host: str, port: int) -> bool:
    """Whether anything accepts connections at a place to listen on."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    try:
        async with asyncio.timeout(PATIENCE):
            _reader, writer = await asyncio.open_connection(host, port)
    except OSError:  # TimeoutError is one
        return False
    writer.close()
    return True


def _is_local(settings: Settings) -> bool:
    """Whether the public address is this very machine: a server for trying things out."""
    host = urlsplit(settings.url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
