"""Builds the whole machine from settings: tools, views, interfaces, background work. Read this first.

    SQL (one truth)  ->  log (one order)  ->  views (memory, here)      timelines, streams, renderings
                                          ->  reactions (behind cursors) letters, closing ...

Called by the command line (`serve`, `demo`) and by tests, which drive the same machine with a
clock of their own. Only this module knows which facts, views and interfaces there are, and
that several processes may share one folder of data.
"""

import asyncio
import gc
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import structlog

from pinson import (
    __version__,
    mailing,
    playing,
    pushing,
    reactions,
    returning,
    ringing,
    schedule,
    sourcing,
    syndicating,
    texting,
    waking,
)
from pinson.delivering import Driver, Worker
from pinson.domain import (
    access,
    accounts,
    archives,
    conversations,
    events,
    filters,
    instance,
    intakes,
    links,
    media,
    moderation,
    notifications,
    posts,
    relations,
    shortlinks,
)
from pinson.domain.access import Passwords, Tokens
from pinson.domain.access.blocks import IpBlocks
from pinson.domain.filters import FilteredPosts
from pinson.domain.hub import Verifications
from pinson.domain.instance import Emojis, Look
from pinson.domain.posts import Shapes, Standing
from pinson.domain.relations import Circles
from pinson.domain.shortlinks import Clickometer, Redirects
from pinson.domain.streams import Hub
from pinson.domain.timelines import Timelines
from pinson.interfaces import callbacks, mastodon, ops, own, texts, web, websub
from pinson.interfaces import media as media_files
from pinson.interfaces.mastodon import Renderings
from pinson.interfaces.request import Dispatcher, Interface
from pinson.interfaces.shortlinks import ShortLinks
from pinson.lib import dkim, lmtp
from pinson.lib.blobs import Blobs
from pinson.lib.clock import Clock, SystemClock
from pinson.lib.config import Settings
from pinson.lib.countries import Countries
from pinson.lib.db.check import DATABASE
from pinson.lib.db.migrate import migrate, steps
from pinson.lib.db.sqlite import Sqlite, write_lock
from pinson.lib.errors import Kind, Refusal
from pinson.lib.http import Outgoing
from pinson.lib.i18n import Catalogs
from pinson.lib.languages import Languages
from pinson.lib.limits import Limits
from pinson.lib.log import Fact, Follower, Kinds
from pinson.lib.mail import FolderMailer, Mailer, address_of, domain_of
from pinson.lib.news import Reader
from pinson.lib.postmarks import Postmark
from pinson.lib.reactor import Reactor
from pinson.lib.serving.server import Server
from pinson.lib.smtp import SmtpMailer
from pinson.lib.video import Ffmpeg
from pinson.tools import Tools

HERE = Path(__file__).parent
MIGRATIONS = HERE / "migrations"
LOCALE = HERE / "locale"
FILES, COUNTING = "files", "counting"  # in the folder of data
RESTORING = ".restoring"  # there too, while a backup is being restored
COLLECT = (10_000, 20, 50)  # new objects, and young and middle collections, before the next one for rubbish
WATCH = 0.01  # seconds between looks at what other processes have committed: streams here are that late at most

FACTS: tuple[type[Fact], ...] = (
    access.ConfirmationAsked,
    access.FactorChanged,
    access.PasswordChanged,
    access.PasswordResetAsked,
    access.SignUpRepeated,
    access.TokensRevoked,
    access.UserApproved,
    access.UserChanged,
    access.UserConfirmed,
    access.UserSignedUp,
    access.blocks.NetworkBlocked,
    access.blocks.NetworkUnblocked,
    accounts.AccountChanged,
    accounts.AccountCreated,
    accounts.AccountDeleted,
    accounts.AccountDesensitized,
    accounts.AccountLimited,
    accounts.AccountRestored,
    accounts.AccountSensitized,
    accounts.AccountSuspended,
    accounts.AccountUnlimited,
    accounts.AccountUnlocked,
    archives.ArchiveAsked,
    archives.ArchiveMade,
    conversations.ConversationChanged,
    instance.AnnouncementPublished,
    instance.AnnouncementReacted,
    instance.AnnouncementWithdrawn,
    instance.EmojiAdded,
    instance.EmojiRemoved,
    instance.AccentChosen,
    events.EventChanged,
    events.EventCreated,
    events.EventDeleted,
    events.EventPostChanged,
    filters.FiltersChanged,
    intakes.IntakeGoesOn,
    links.LinkFound,
    links.LinkPreviewed,
    links.proofs.ProofAsked,
    links.proofs.ProofDue,
    media.MediaUploaded,
    moderation.Reported,
    moderation.Struck,
    moderation.AppealAnswered,
    moderation.Appealed,
    moderation.Noticed,
    moderation.NoticeAnswered,
    notifications.NotificationsMerged,
    notifications.Notified,
    notifications.SenderAccepted,
    notifications.SenderDismissed,
    posts.ConversationMuted,
    posts.ConversationUnmuted,
    posts.CorrectedGone,
    posts.PostCorrected,
    posts.PostDeleted,
    posts.PostEdited,
    posts.PostHidden,
    posts.PostImported,
    posts.PostMarked,
    posts.PostMoved,
    posts.PostPublished,
    posts.PostUnhidden,
    posts.PostUnmarked,
    posts.QuotePolicyChanged,
    posts.QuoteRevoked,
    posts.RepliesOrphaned,
    posts.polls.PollEnded,
    posts.polls.PollVoted,
    relations.Blocked,
    relations.collections.CollectionChanged,
    relations.collections.CollectionDeleted,
    relations.collections.Featured,
    relations.collections.Unfeatured,
    relations.FollowChanged,
    relations.FollowRequestEnded,
    relations.FollowRequested,
    relations.Followed,
    relations.ListChanged,
    relations.Muted,
    relations.Unblocked,
    relations.Unfollowed,
    relations.Unmuted,
    shortlinks.ShortLinkChanged,
    shortlinks.SiteClosed,
    shortlinks.SiteReopened,
)

journal = structlog.get_logger("pinson.app")


class Machine(msgspec.Struct, frozen=True):
    """A process of the service, complete but for the network."""

    tools: Tools
    application: Dispatcher
    reactor: Reactor
    workers: Sequence[Worker]
    telephony: texting.Telephony | None
    looks: sourcing.Looks
    plays: playing.Plays
    background: Sequence[Callable[[], Coroutine[Any, Any, None]]]
    """What runs beside the requests, each until cancelled."""

    async def settle(self) -> None:
        """Do all reactions that are due, and those they cause, and reach all who are to be reached. For tests."""
        while await self.looks.step():
            pass
        await self.tools.verifications.settle()
        await self.reactor.settle()
        for worker in self.workers:
            while await worker.step():
                pass


class HalfRestored(Refusal):
    """A server that began anew there would look as if everything was lost."""

    kind, code = Kind.CONFLICT, "half_restored"
    text = "A backup was being restored into {folder}, and that was interrupted: run the same `pinson restore` again."


def prepare_data(data: Path, *, clock: Clock) -> None:
    """Make the folder of data if it is new, and bring what is in it to this program's schema.

    Raises:
        NewerSchema: a newer program wrote it.
        HalfRestored: whoever was restoring a backup into it was stopped.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with write_lock(data):
        if (data / RESTORING).is_dir() and not (data / DATABASE).exists():
            raise HalfRestored(folder=data)
    for name in migrate(data, steps=steps(MIGRATIONS), now=clock.now()):
        journal.info("migrated", step=name)


@asynccontextmanager
async def machine(
    settings: Settings,
    data: Path,
    *,
    clock: Clock | None = None,
    passwords: Passwords | None = None,
    catalogs: Catalogs | None = None,
) -> AsyncIterator[Machine]:
    """The machine on a folder that `prepare_data` made ready, until the block ends.

    Args:
        clock, passwords, catalogs: the machine's own unless tests bring theirs.
    """
    clock = clock or SystemClock()
    db = Sqlite(data)
    shapes = Shapes()
    timelines = Timelines(shapes)
    hub = Hub(timelines, shapes, db)
    standing, tokens, circles = Standing(), Tokens(db), Circles()
    defaults = accounts.RememberedDefaults()
    ip_blocks, filtered, emojis = IpBlocks(), FilteredPosts(), Emojis()
    cards = web.Cards(filtered, short_bases=settings.short_bases)
    look, redirects, clicks = Look(), Redirects(), Clickometer(db, clock, data / COUNTING)
    table = settings.countries.file
    countries = Countries(data / table if table else None, folder=data)
    await asyncio.to_thread(countries.refresh)
    renderings = Renderings(settings.url, shapes, emojis, filtered, short_bases=settings.short_bases, clock=clock)
    wake = Wake()
    kinds = Kinds(FACTS)
    views = (
        standing,
        defaults,
        ip_blocks,
        tokens,
        circles,
        shapes,
        timelines,
        filtered,
        emojis,
        renderings,
        cards,
        hub,
        wake,
        look,
        redirects,
    )
    follower = Follower(db, kinds, views)
    await follower.start()
    await clicks.start()
    blobs = Blobs(data / FILES, db)
    outgoing = Outgoing(
        allow_loopback=settings.outgoing.allow_loopback, user_agent=f"Pinson/{__version__} (+{settings.url})"
    )
    verifications = Verifications(db, outgoing, clock)
    tools = Tools(
        settings=settings,
        data=data,
        started_at=clock.now(),
        clock=clock,
        db=db,
        follower=follower,
        blobs=blobs,
        studio=media.Studio(db, blobs, Ffmpeg.find()),
        mailer=mailer(settings, data, clock=clock, sealer=await sealer(settings, db, clock=clock)),
        outgoing=outgoing,
        news=Reader(blobs),
        limits=Limits(data / "limits", secret=secrets.token_bytes(16)),
        passwords=passwords or Passwords(),
        catalogs=catalogs or Catalogs.load(LOCALE),
        languages=Languages(),
        push_key=await db.write(notifications.push.public_key),
        clicks=clicks,
        countries=countries,
        verifications=verifications,
        standing=standing,
        defaults=defaults,
        ip_blocks=ip_blocks,
        tokens=tokens,
        circles=circles,
        emojis=emojis,
        look=look,
        redirects=redirects,
        shapes=shapes,
        timelines=timelines,
        hub=hub,
    )
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    reactor = Reactor(
        db,
        kinds,
        reactions.bound(tools),
        together=reactions.bound_together(tools),
        sifts=reactions.bound_sifts(tools),
        clock=clock,
        holder=holder,
    )
    await reactor.start()
    wake.reactor = reactor
    operators = Outgoing(allow_loopback=True, anywhere=True, user_agent=f"Pinson/{__version__}")
    telephony = texting.telephony(tools, operators, chance=secrets.SystemRandom().random)
    services = await waking.Services.of(tools)
    drivers: list[Driver] = [
        pushing.Pushes(tools, services),
        ringing.Rings(tools, services),
        mailing.Letters(tools),
        syndicating.Feeds(tools),
    ]
    if telephony is not None:
        drivers.append(telephony.texts)
    workers = [Worker(tools, driver) for driver in drivers]
    looks = sourcing.Looks(tools)
    plays = playing.Plays(tools)
    interfaces: list[Interface] = [
        own.interface(tools),
        mastodon.interface(tools, renderings),
        media_files.interface(tools),
        ops.interface(tools),
        websub.interface(tools),
        texts.interface(tools, telephony),
        callbacks.interface(tools),
        web.interface(tools, cards, plays),
    ]

    async def watch() -> None:
        while True:
            await asyncio.sleep(WATCH)
            if follower.behind:
                await follower.catch_up()

    try:
        async with outgoing, operators:
            yield Machine(
                tools=tools,
                application=Dispatcher(tools, interfaces, front=ShortLinks(tools)),
                reactor=reactor,
                workers=workers,
                telephony=telephony,
                looks=looks,
                plays=plays,
                background=(
                    hub.run,
                    watch,
                    reactor.run,
                    clicks.run,
                    countries.run,
                    *returns(tools),
                    lambda: schedule.run(tools),
                    looks.run,
                    *(worker.run for worker in workers),
                    *([telephony.texts.run] if telephony else []),
                ),
            )
    finally:
        await plays.close()
        verifications.stop()
        if telephony is not None:
            telephony.texts.close()
        await clicks.stop()
        await tools.mailer.close()
        tools.limits.close()
        await db.close()


class Wake:
    """A view that holds nothing: it tells the reactor that there is something to read."""

    reactor: Reactor | None = None

    async def load(self, _tx: object) -> None:
        """Nothing to load."""

    def apply(self, fact: Fact) -> None:
        """Something happened."""
        if self.reactor is not None:
            self.reactor.wake(type(fact))


def returns(tools: Tools) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    """What takes in the mail that comes back, if the settings want it."""
    mail, postmark = tools.settings.mail, Postmark.of(tools.settings)
    if postmark is None:
        return []
    inbox = returning.Returns(tools, postmark)
    return [lmtp.Door(inbox, host=mail.lmtp_host, port=mail.lmtp_port, name=postmark.domain).run]


async def sealer(settings: Settings, db: Sqlite, *, clock: Clock) -> dkim.Signer | None:
    """What signs e-mail, if there is anything to sign. Its key is made when it is first needed."""
    if settings.mail.backend == "folder" or not settings.mail.dkim:
        return None
    async with db.read() as tx:
        seal = await instance.seal(tx)
    if seal is None:
        secret = await asyncio.to_thread(dkim.new_secret)
        seal = await db.write(instance.keep_seal, secret=secret, now=clock.now())
    return dkim.Signer(seal.secret, domain=domain_of(address_of(settings.mail.sender)), selector=seal.selector)


def mailer(settings: Settings, data: Path, *, clock: Clock, sealer: dkim.Signer | None) -> Mailer:
    """How e-mail leaves, by the settings."""
    mail = settings.mail
    if mail.backend == "folder":
        return FolderMailer(data / mail.folder, sender=mail.sender, clock=clock)
    return SmtpMailer(
        sender=mail.sender,
        host=mail.smtp_host,
        port=mail.smtp_port,
        username=mail.smtp_username,
        password=mail.smtp_password,
        tls=mail.smtp_tls,
        connections=mail.smtp_connections,
        sealer=sealer,
        clock=clock,
    )


async def serve(settings: Settings, data: Path, listening: socket.socket) -> None:
    """Serve on a socket until told to stop by a signal; then finish what is open and close."""
    async with machine(settings, data) as whole:
        _collect_less()
        server = Server(whole.application, trusted_proxies=settings.trusted_proxies, before_stop=whole.tools.hub.close)
        work = [asyncio.create_task(job()) for job in whole.background]
        for task in work:
            task.add_done_callback(_report)
        await server.serve(sockets=[listening])
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


def _collect_less() -> None:
    """Let the garbage collector leave alone what is here for good, and look less often at the rest.

    As it comes, it went through all that a busy server keeps several times a minute, with every request waiting for
    300 ms, and it was a tenth of what publishing took. We make next to no rings of objects, which are all that it is
    there for; those that libraries make are still found.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


def _report(task: "asyncio.Task[None]") -> None:
    """Background work ends only when it is cancelled: anything else is a bug, and everyone should know."""
    if not task.cancelled() and (error := task.exception()):
        journal.critical("background_work_ended", error=repr(error), exc_info=error)
