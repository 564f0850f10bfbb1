"""The command line: what whoever runs a server can do to it, beside it while it runs.

Each command opens the folder of data in a process of its own; a running server sees what it
wrote at once, since both follow one log. The commands translate, as an interface does: words in,
one or a few calls into the domain, words out. A refusal is one sentence and exit code 1.

Not here: what the commands do (domain, backup, demo, doctor), the server's processes (workers).
"""

import asyncio
import errno
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, TextIO, TypeVar

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

import pinson
from pinson import backup, demo, doctor, workers
from pinson.app import FILES, MIGRATIONS, prepare_data
from pinson.backup import NoData
from pinson.domain import access, accounts, instance
from pinson.domain.access import Passwords, SignUp, User, UserRole
from pinson.domain.accounts import Account
from pinson.domain.instance import Emoji, EmojiTooLarge, Rule, Said, Terms, Told
from pinson.domain.media import EMOJI, Studio, Upload
from pinson.lib import config, dkim, log, reactor
from pinson.lib.blobs import Blobs
from pinson.lib.clock import SystemClock
from pinson.lib.db import ReadTx, check
from pinson.lib.db.check import DATABASE
from pinson.lib.db.migrate import NewerSchema, steps
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.errors import Kind, Refusal
from pinson.lib.logs import set_up
from pinson.lib.mail import address_of, domain_of
from pinson.lib.vitals import Level

T = TypeVar("T")

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
REPOSITORY = Path(__file__).parents[1]
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})  # what a disk says while it is written to


class OlderSchema(Refusal):
    """The program was updated, the data not yet."""

    kind, code = Kind.UNAVAILABLE, "older_schema"
    text = (
        "The data in {folder} is of an older version: start the server once with this one, which brings it up to date."
    )


class NoSuchAccount(Refusal):
    """Nobody here is called so."""

    kind, code = Kind.MISSING, "no_such_account"
    text = "There is no account {name} here: `pinson account list` shows all."


class NobodysAccount(Refusal):
    """There is no user whose password or sign-up it could be about."""

    kind, code = Kind.MISSING, "nobodys_account"
    text = "The account {name} belongs to nobody who signs in here."


class NoAdministrator(Refusal):
    """Invitations are made in somebody's name."""

    kind, code = Kind.MISSING, "no_administrator"
    text = "An invitation is an administrator's: first `pinson account create NAME --email … --role admin`."


class NoBenchmarks(Refusal):
    """They are not part of what is installed."""

    kind, code = Kind.MISSING, "no_benchmarks"
    text = (
        "The benchmarks are not here: they are in the folder `benchmarks` of the repository, not in what is installed."
    )


class _Commands(click.Group):
    """Says refusals, and what the machine refuses, in a sentence. Anything else is a bug and shows itself."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except OSError as error:
            if error.filename is None and error.errno not in FULL:
                raise
            place = "" if error.filename is None else f"{error.filename}: "
            raise click.ClickException(f"{place}{error.strerror}.") from error


_data = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    # A command of a group takes the folder that was named for the group.
    default=lambda: click.get_current_context().find_object(Path) or Path("data"),
    show_default="data",
    help="Folder of the server's data.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
_password = click.option("--password", metavar="TEXT", help="For scripts only: other users of the machine can see it.")
_password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pinson.__version__, prog_name="pinson")
def main() -> None:
    """Pinson sends a message the size of an SMS, at once, to everyone who asked to follow you.

    `pinson demo` shows it with people and posts; `pinson serve` runs a server.
    """
    set_up(config.Log(level="warning"))  # on standard error: what commands say is for people, or for programs


# --- Serving ------------------------------------------------------------------------------------------------------


@main.command()
@_data
@click.option("--host", metavar="ADDRESS", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", metavar="NUMBER", help="Port to listen on. [default: 8080]")
@click.option("--url", metavar="URL", help="Public address, the same for ever. [default: http://HOST:PORT]")
@click.option("--workers", metavar="NUMBER", help="Server processes. [default: 1]")
def serve(data: Path, **given: str | None) -> None:
    """Run the server until Ctrl+C or SIGTERM.

    Makes the folder of data if it is new, and brings it up to date (with a copy of the database
    first) if it is old. Settings come from pinson.toml in that folder, from PINSON_… variables and
    from these options: see `pinson settings`.
    """
    settings = config.load(data, environ=os.environ, overrides=given)
    set_up(settings.log)
    prepare_data(data, clock=SystemClock())
    listening = workers.listen(settings)
    click.echo(f"Pinson {pinson.__version__} is at {settings.url} (data in {data}). Ctrl+C stops it.")
    workers.serve(settings, data, listening)


@main.command("demo")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default="demo-data",
    show_default=True,
    help="Folder of the demo's data, used again if it is there.",
)
@click.option("--host", metavar="ADDRESS", help="Address to listen on. [default: 127.0.0.1]")
@click.option(
    "--port", type=click.IntRange(1, 65535), metavar="NUMBER", help="Port. [default: 8080, or the next that is free]"
)
@click.option("--fresh", is_flag=True, help="Throw the demo's data away first, and begin anew.")
def run_demo(data: Path, host: str | None, port: int | None, fresh: bool) -> None:
    """Run a server with people, follows and posts in it, to look at.

    Anyone can sign up, nothing is limited, e-mail goes into a folder, and the password is the same
    for everybody: not for the open internet.
    """
    demo.require_demo(data)
    if fresh:
        demo.clear(data)
    settings, listening = demo.listen(data, host=host, port=port)
    set_up(settings.log)
    with _progress() as tell:
        demo.fill(data, settings, clock=SystemClock(), tell=lambda done, of: tell("Portelune comes to life", done, of))
    Console(highlight=False).print(demo.card(data, settings))
    # Outside the frame, so that they can be copied whole.
    click.echo(f"In another terminal, with toot (pip install toot):\n\n{demo.commands(settings)}\n\nCtrl+C stops it.")
    workers.serve(settings, data, listening)


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: Sequence[str]) -> None:
    """Measure this machine: reads, durable writes, live streams. Takes the options of the benchmarks."""
    if not (REPOSITORY / "benchmarks" / "__main__.py").is_file():
        raise NoBenchmarks
    done = subprocess.run([sys.executable, "-m", "benchmarks", *arguments], cwd=REPOSITORY, check=False)  # noqa: S603
    sys.exit(done.returncode)


# --- Accounts -----------------------------------------------------------------------------------------------------


@main.group()
def account() -> None:
    """Accounts, and the people who sign in to them. Works while the server runs."""


class _Created(msgspec.Struct, omit_defaults=True):
    """What `account create --json` prints. Ids are texts, as in the API: they do not fit every program's numbers."""

    id: str
    username: str
    email: str
    role: str
    access_token: str
    password: str | None = None


@account.command("create")
@click.argument("name")
@click.option("--email", required=True, metavar="ADDRESS", help="Where letters go, and what to sign in with.")
@click.option("--display-name", default="", metavar="TEXT", help="The name people see; the account's own if empty.")
@click.option(
    "--role", type=click.Choice([role.value for role in UserRole]), default="user", show_default=True, help="Here."
)
@_password_stdin
@_password
@_json
@_data
def create_account(
    name: str,
    email: str,
    display_name: str,
    role: str,
    password_stdin: bool,
    password: str | None,
    as_json: bool,
    data: Path,
) -> None:
    """Make an account NAME for somebody new, who can sign in at once.

    The password is asked for twice; without a terminal, one is made up and printed, unless one is
    given. With --json, what is printed holds an access token that works at once.
    """
    settings = config.load(data, environ=os.environ, overrides={})
    if not (data / DATABASE).exists():
        prepare_data(data, clock=SystemClock())
        click.echo(f"There was no server's data in {data}: it is a new one now.", err=True)
    chosen, made_up = _choose_password(password, password_stdin)
    secret = access.new_secret()

    async def create(db: Sqlite) -> access.SignedUp:
        form = SignUp(name, email, agreement=True, locale=next(iter(settings.instance.languages), "en"))
        applicant = await access.prepare(form, password=chosen, passwords=Passwords())
        now = SystemClock().now()
        made = await db.write(
            access.create_person, applicant=applicant, now=now, role=UserRole(role), display_name=display_name
        )
        if as_json:
            await db.write(
                access.operator_token, user_id=made.user.id, account_id=made.account.id, secret=secret, now=now
            )
        return made

    made = _with_data(data, create)
    if as_json:
        created = _Created(str(made.account.id), made.account.username, made.user.email, role, secret)
        created.password = chosen if made_up else None
        click.echo(msgspec.json.encode(created))
        return
    click.echo(f"{made.account.username} can sign in at {settings.url} as {made.user.email}.")
    _say_password(chosen, made_up)


class _Listed(msgspec.Struct):
    """A line of `account list --json`: an account and one of its members."""

    id: str
    username: str
    state: str
    email: str | None
    role: str | None
    member_role: str | None


@account.command("list")
@_json
@_data
def list_accounts(as_json: bool, data: Path) -> None:
    """Show all accounts of this server, oldest first, with those who sign in to them."""

    async def people(db: Sqlite) -> list[access.Person]:
        return await db.read_in_thread(access.people)

    listed = [
        _Listed(str(one.account_id), one.username, _state(one), one.email, one.user_role, one.member_role)
        for one in _with_data(data, people)
    ]
    if as_json:
        click.echo(msgspec.json.encode(listed))
        return
    rows = [(one.username, one.state, one.email or "", one.role or "", one.member_role or "") for one in listed]
    _table(("name", "state", "e-mail", "role", "member"), rows)


@account.command()
@click.argument("name")
@_data
def suspend(name: str, data: Path) -> None:
    """Hide the account NAME and all it posted, and let it do nothing. `restore` undoes it."""

    async def body(db: Sqlite) -> Account:
        found = await _account(db, name)
        await db.write(accounts.suspend, account_id=found.id, now=SystemClock().now())
        return found

    click.echo(f"{_with_data(data, body).username} is suspended; `pinson account restore` undoes it.")


@account.command("restore")
@click.argument("name")
@_data
def restore_account(name: str, data: Path) -> None:
    """End the suspension of the account NAME: everything is as it was."""

    async def body(db: Sqlite) -> Account:
        found = await _account(db, name)
        await db.write(accounts.restore, account_id=found.id, now=SystemClock().now())
        return found

    click.echo(f"{_with_data(data, body).username} is no longer suspended.")


@account.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do it. Without this, only say what would be done.")
@_data
def delete(name: str, yes: bool, data: Path) -> None:
    """Erase the account NAME for good, with all it posted. Nobody can have its name again.

    Those who sign in to this account only are erased too.
    """

    async def body(db: Sqlite) -> accounts.Profile:
        found = await _account(db, name)
        async with db.read() as tx:
            profile = await accounts.profile(tx, found.id)
        if profile is None:
            raise NoSuchAccount(name=name)
        if yes:
            await db.write(accounts.delete, account_id=found.id, now=SystemClock().now())
        return profile

    found = _with_data(data, body)
    what = f"{found.posts} posts, {found.followers} followers, follows {found.following}"
    if yes:
        click.echo(f"{found.username} is gone ({what}). The server erases what is left, at once if it runs.")
    else:
        click.echo(f"{found.username}: {what}. All of it would be erased for good.")
        click.echo("Nothing changed. Add --yes to do it.")


@account.command("reset-password")
@click.argument("name")
@_password_stdin
@_password
@_data
def reset_password(name: str, password_stdin: bool, password: str | None, data: Path) -> None:
    """Give the owner of the account NAME another password. Signs out all their browsers and apps."""

    async def body(db: Sqlite) -> User:
        owner = await _owner(db, name)
        password_hash = await Passwords().hash(chosen)
        now = SystemClock().now()
        await db.write(access.set_password, user_id=owner.id, password_hash=password_hash, now=now)
        return owner

    _with_data(data, lambda db: _owner(db, name))  # before somebody thinks of a password for nothing
    chosen, made_up = _choose_password(password, password_stdin)
    owner = _with_data(data, body)
    click.echo(f"{owner.email} has another password, and is signed out everywhere.")
    _say_password(chosen, made_up)


@account.command()
@click.argument("name")
@_data
def approve(name: str, data: Path) -> None:
    """Let the owner of the account NAME in, who signed up and waits for it."""

    async def body(db: Sqlite) -> User:
        owner = await _owner(db, name)
        await db.write(access.approve, user_id=owner.id, now=SystemClock().now())
        return owner

    owner = _with_data(data, body)
    said = "is let in; an e-mail tells them" if owner.approved_at is None else "was let in before"
    click.echo(f"{owner.email} {said}.")


@main.group()
def invitation() -> None:
    """Invitations to sign up. Works while the server runs."""


@invitation.command("create")
@click.option("--uses", type=click.IntRange(min=1), metavar="NUMBER", help="How many may use it. [default: any number]")
@click.option("--days", type=click.IntRange(min=1), metavar="NUMBER", help="How long it is good. [default: for ever]")
@_data
def create_invitation(uses: int | None, days: int | None, data: Path) -> None:
    """Make an invitation, in the name of the oldest administrator, and print the link to pass on."""
    settings = config.load(data, environ=os.environ, overrides={})

    async def create(db: Sqlite) -> access.Invitation:
        people = await db.read_in_thread(access.people)
        by = next((one.user_id for one in people if one.user_role is UserRole.ADMIN and one.user_id), None)
        if by is None:
            raise NoAdministrator
        now = SystemClock().now()
        return await db.write(
            access.invite,
            user_id=by,
            code=access.new_invitation_code(),
            expires_at=now + timedelta(days=days) if days else None,
            max_uses=uses,
            now=now,
        )

    click.echo(f"{settings.url}/auth/sign_up?invite_code={_with_data(data, create).code}")


# --- What the server says of itself ---------------------------------------------------------------------------------


@main.group("instance")
def about() -> None:
    """Rules, the long description and terms of service. Works while the server runs."""


@about.command("describe")
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
@_data
def describe(file: TextIO, data: Path) -> None:
    """Say at length what this server is for: the plain text in FILE, or standard input. Empty takes it back."""
    text = file.read()
    _with_data(data, lambda db: db.write(instance.describe, text=text, now=SystemClock().now()))
    click.echo("This is what the server says of itself now." if text.strip() else "There is no description any more.")


@about.group()
def rules() -> None:
    """The rules that people here agree to, in order."""


@rules.command("add")
@click.argument("text")
@click.option("--hint", default="", metavar="TEXT", help="What it means, if more has to be said.")
@click.option(
    "--translation",
    "translations",
    type=(str, str, str),
    multiple=True,
    metavar="LANGUAGE TEXT HINT",
    help="The same in another language, like: fr 'Pas de haine' ''. As often as you like.",
)
@click.option("--place", type=click.IntRange(min=1), metavar="NUMBER", help="Where it stands. [default: last]")
@_data
def add_rule(text: str, hint: str, translations: Sequence[tuple[str, str, str]], place: int | None, data: Path) -> None:
    """Make TEXT a rule."""
    others = {language: Said(words, more) for language, words, more in translations}
    made = _with_data(
        data,
        lambda db: db.write(
            instance.add_rule, text=text, hint=hint, translations=others, position=place, now=SystemClock().now()
        ),
    )
    click.echo(f"Rule {made.position} stands.")


@rules.command("list")
@_json
@_data
def list_rules(as_json: bool, data: Path) -> None:
    """Show the rules in order, with the languages they are translated into."""
    found = _with_data(data, _rules)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    rows = [(str(one.position), one.text, one.hint, " ".join(one.translations)) for one in found]
    _table(("", "rule", "hint", "also in"), rows)


@rules.command("remove")
@click.argument("number", type=int)
@_data
def remove_rule(number: int, data: Path) -> None:
    """Lift the rule NUMBER, as `list` counts them."""

    async def body(db: Sqlite) -> Rule:
        id = next((one.id for one in await _rules(db) if one.position == number), 0)
        return await db.write(instance.remove_rule, id=id, now=SystemClock().now())

    click.echo(f"Lifted: {_with_data(data, body).text}")


@about.group()
def terms() -> None:
    """Terms of service, by the day from which they are in force."""


@terms.command("publish")
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
@click.option("--from", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="[default: today, UTC]")
@_data
def publish_terms(file: TextIO, day: datetime | None, data: Path) -> None:
    """Publish the plain text in FILE, or standard input, as the terms of service from a day on."""
    text, now = file.read(), SystemClock().now()
    since = (day or now).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    _with_data(data, lambda db: db.write(instance.publish_terms, text=text, effective_at=since, now=now))
    click.echo(f"In force from {since:%Y-%m-%d} on.")


@terms.command("list")
@_data
def list_terms(data: Path) -> None:
    """Show when which terms came, or will come, into force."""

    async def body(db: Sqlite) -> list[Terms]:
        async with db.read() as tx:
            return await instance.all_terms(tx)

    rows = [
        (f"{one.effective_at:%Y-%m-%d}", _moment(one.published_at), f"{len(one.text)} characters")
        for one in _with_data(data, body)
    ]
    _table(("in force from", "published", "length"), rows)


@terms.command("withdraw")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
@_data
def withdraw_terms(day: datetime, data: Path) -> None:
    """Take back the terms that would be in force from DATE on."""
    since = day.replace(tzinfo=UTC)
    _with_data(data, lambda db: db.write(instance.withdraw_terms, effective_at=since, now=SystemClock().now()))
    click.echo("Taken back.")


@main.group()
def announce() -> None:
    """Announcements to everybody here. Works while the server runs; apps that are open show them at once."""


@announce.command("publish")
@click.argument("text")
@click.option("--starts", type=click.DateTime(MOMENTS), metavar="MOMENT", help="When what it is about begins, UTC.")
@click.option("--ends", type=click.DateTime(MOMENTS), metavar="MOMENT", help="When that is over, and it goes, UTC.")
@click.option("--all-day", is_flag=True, help="They are whole days, the first and the last.")
@_data
def publish_announcement(text: str, starts: datetime | None, ends: datetime | None, all_day: bool, data: Path) -> None:
    """Tell everybody here TEXT, in which mentions, hashtags and links work as in posts."""
    made = _with_data(
        data,
        lambda db: db.write(
            instance.announce,
            text=text,
            starts_at=starts and starts.replace(tzinfo=UTC),
            ends_at=ends and ends.replace(tzinfo=UTC),
            all_day=all_day,
            now=SystemClock().now(),
        ),
    )
    click.echo(f"Announced; `pinson announce withdraw {made.id}` takes it back.")


@announce.command("list")
@_json
@_data
def list_announcements(as_json: bool, data: Path) -> None:
    """Show what is being announced, the newest first."""

    async def body(db: Sqlite) -> list[Told]:
        async with db.read() as tx:
            return await instance.announcements(tx, now=SystemClock().now())

    found = [one.announcement for one in _with_data(data, body)]
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    rows = [(str(one.id), _moment(one.published_at), _moment(one.ends_at), one.text) for one in found]
    _table(("id", "published", "ends", "text"), rows)


@announce.command("withdraw")
@click.argument("id", type=int)
@_data
def withdraw_announcement(id: int, data: Path) -> None:
    """Take back the announcement ID."""
    _with_data(data, lambda db: db.write(instance.withdraw, id=id, now=SystemClock().now()))
    click.echo("Taken back.")


@main.group()
def emoji() -> None:
    """Custom emojis: pictures that people here write as :shortcode:. Works while the server runs."""


@emoji.command("add")
@click.argument("shortcode")
@click.argument("file", type=click.File("rb"))
@click.option("--category", default="", metavar="TEXT", help="Under which apps show it.")
@_data
def add_emoji(shortcode: str, file: BinaryIO, category: str, data: Path) -> None:
    """Offer the picture in FILE (PNG, GIF or WebP, 256 KB at most) as :SHORTCODE:. What moves stands still."""

    async def body(db: Sqlite) -> Emoji:
        size, now = file.seek(0, os.SEEK_END), SystemClock().now()
        if size > instance.EMOJI_BYTES:
            raise EmojiTooLarge(kilobytes=instance.EMOJI_BYTES >> 10)
        studio = Studio(db, Blobs(data / FILES, db), None)
        key = await studio.still(Upload(file, size), EMOJI, most=1 << 20, now=now)
        return await db.write(instance.add_emoji, shortcode=shortcode, key=key, category=category, now=now)

    click.echo(f":{_with_data(data, body).shortcode}: can be used.")


@emoji.command("list")
@_json
@_data
def list_emojis(as_json: bool, data: Path) -> None:
    """Show all custom emojis."""

    async def body(db: Sqlite) -> list[Emoji]:
        async with db.read() as tx:
            return await instance.all_emojis(tx)

    found = _with_data(data, body)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    _table(("shortcode", "category"), [(one.shortcode, one.category) for one in found])


@emoji.command("remove")
@click.argument("shortcode")
@_data
def remove_emoji(shortcode: str, data: Path) -> None:
    """Offer :SHORTCODE: no more: what used it shows its shortcode again."""
    _with_data(data, lambda db: db.write(instance.remove_emoji, shortcode=shortcode, now=SystemClock().now()))
    click.echo(f":{shortcode}: is gone.")


# --- Looking after ------------------------------------------------------------------------------------------------


@main.group(invoke_without_command=True)
@_data
@click.pass_context
def reactions(ctx: click.Context, data: Path) -> None:
    """What follows from what happens (letters, closing accounts …): how far it is, and what failed."""
    ctx.obj = data
    if ctx.invoked_subcommand is not None:
        return

    async def body(db: Sqlite) -> tuple[list[reactor.Cursor], int, int, int]:
        async with db.read() as tx:
            dead = len(await reactor.dead_letters(tx))
            return await reactor.cursors(tx), await log.last(tx), await reactor.waiting(tx), dead

    cursors, last, waiting, dead = _with_data(data, body)
    now = SystemClock().now()
    rows = [
        (one.reaction, str(one.seq), str(last - one.seq), one.holder if one.held_until > now else "nobody")
        for one in cursors
    ]
    _table(("reaction", "place", "behind", "run by"), rows)
    click.echo(f"{waiting} waiting for another try, {dead} dead (`pinson reactions dead`).")


@reactions.command("dead")
@_data
def list_dead(data: Path) -> None:
    """Show the dead letters: facts whose reaction failed at every try."""
    letters = _with_data(data, _dead_letters)
    rows = [(str(one.id), one.reaction, one.kind, _moment(one.dead_at), one.error) for one in letters]
    _table(("id", "reaction", "fact", "gave up", "error"), rows)


@reactions.command()
@click.argument("id", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="All dead letters.")
@_data
def retry(id: int | None, everything: bool, data: Path) -> None:
    """Give the dead letter ID all its tries again, from now on; or all of them."""
    if (id is None) is not everything:
        raise click.UsageError("Name one dead letter, or say --all.")

    async def body(db: Sqlite) -> int:
        wanted = [one.id for one in await _dead_letters(db)] if id is None else [id]
        for one in wanted:
            await db.write(reactor.run_again, id=one, now=SystemClock().now())
        return len(wanted)

    click.echo(f"{_with_data(data, body)} will be tried again by the server, at once if it runs.")


@reactions.command()
@click.argument("id", type=int)
@_data
def drop(id: int, data: Path) -> None:
    """Forget the dead letter ID: what should have followed never will."""
    _with_data(data, lambda db: db.write(reactor.drop, id=id))
    click.echo(f"{id} is forgotten.")


@main.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_data
def make_backup(file: Path, data: Path) -> None:
    """Save the whole server into FILE (like pinson.tar.gz), while it runs or not.

    Holds the database, the files and pinson.toml of the folder: keep it as secret as the server
    itself. It has been read again and compared when this returns.
    """
    with _progress() as tell:
        manifest = backup.back_up(data, file, now=SystemClock().now(), tell=tell)
    click.echo(f"{file}: {len(manifest.files)} files, {_size(file.stat().st_size)}; verified.")


@main.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_data
def restore_backup(file: Path, data: Path) -> None:
    """Make the new folder of data what it was when FILE was made.

    Checks everything before it puts anything in place, and never replaces anything. People stay
    signed in. Then start the server.
    """
    with _progress() as tell:
        manifest = backup.restore(file, data, clock=SystemClock(), tell=tell)
    click.echo(f"{data}: {len(manifest.files)} files, as of {_moment(manifest.made_at)}. Start it with `pinson serve`.")


@main.command("doctor")
@_json
@_data
def run_doctor(as_json: bool, data: Path) -> None:
    """Say what is wrong with the server, and what to do. Exit code 1 if something is broken."""
    findings = doctor.examine(data, environ=os.environ, now=SystemClock().now())
    if as_json:
        click.echo(msgspec.json.encode(findings))
    else:
        for finding in findings:
            colour = {Level.OK: "green", Level.WARNING: "yellow", Level.BROKEN: "red"}[finding.level]
            head = click.style(f"{finding.level:8}", colour, bold=True)
            click.echo(f"{head}{finding.about:10} {finding.text}")
            if finding.advice:
                click.echo(f"{'':19}→ {finding.advice}")
    sys.exit(any(finding.level is Level.BROKEN for finding in findings))


@main.command("mail-key")
@click.option("--new", is_flag=True, help="Make another key. Put it into DNS before you restart the server.")
@_data
def mail_key(new: bool, data: Path) -> None:
    """Show what belongs into DNS for e-mail to be believed: the key that it is signed with (DKIM), and who may send.

    The key is made when it is first asked for. The old record can go a week after a new key is in use.
    """
    settings = config.load(data, environ=os.environ, overrides={})

    async def body(db: Sqlite) -> instance.Seal:
        async with db.read() as tx:
            kept = await instance.seal(tx)
        if kept is not None and not new:
            return kept
        secret = await asyncio.to_thread(dkim.new_secret)
        return await db.write(
            instance.change_seal if new else instance.keep_seal, secret=secret, now=SystemClock().now()
        )

    seal = _with_data(data, body)
    domain = domain_of(address_of(settings.mail.sender))
    signer = dkim.Signer(seal.secret, domain=domain, selector=seal.selector)
    click.echo(dkim.zone_line(signer.host, signer.record))
    click.echo(f'{domain}. IN TXT "v=spf1 a mx ~all"')
    click.echo(f'_dmarc.{domain}. IN TXT "v=DMARC1; p=none"')
    said = "The first line is this server's key. In the second, name the machine that your e-mail leaves from."
    click.echo(f"{said} See docs/howto/send-e-mail.md.", err=True)
    if new:
        click.echo("Restart the server once the new record can be seen.", err=True)


@main.command()
def settings() -> None:
    """Print every setting with its default and meaning, in Markdown."""
    click.echo(config.document(), nl=False)


# --- What the commands share --------------------------------------------------------------------------------------


def _with_data(data: Path, work: Callable[[Sqlite], Awaitable[T]]) -> T:
    """Do `work` on the database in the folder, which a server may be using.

    Raises:
        NoData, NotOurDatabase, NewerSchema, OlderSchema: there is none that this program can use.
    """
    if not (data / DATABASE).is_file():
        raise NoData(folder=data)
    found, known = check.schema(data / DATABASE), len(steps(MIGRATIONS))
    if found > known:
        raise NewerSchema(found=found, known=known)
    if found < known:
        raise OlderSchema(folder=data)

    async def opened() -> T:
        db = Sqlite(data)
        try:
            return await work(db)
        finally:
            await db.close()

    return asyncio.run(opened())


async def _account(db: Sqlite, name: str) -> Account:
    async with db.read() as tx:
        return await _found(tx, name)


async def _owner(db: Sqlite, name: str) -> User:
    async with db.read() as tx:
        owner = await access.owner(tx, (await _found(tx, name)).id)
    if owner is None:
        raise NobodysAccount(name=name)
    return owner


async def _found(tx: ReadTx, name: str) -> Account:
    found = await accounts.by_acct(tx, name, local_domain="")
    if found is None:
        raise NoSuchAccount(name=name)
    return found


async def _rules(db: Sqlite) -> list[Rule]:
    async with db.read() as tx:
        return await instance.all_rules(tx)


async def _dead_letters(db: Sqlite) -> list[reactor.Retry]:
    async with db.read() as tx:
        return await reactor.dead_letters(tx)


def _choose_password(given: str | None, from_stdin: bool) -> tuple[str, bool]:
    """The password for somebody, and whether it was made up here."""
    if given is not None and from_stdin:
        raise click.UsageError("Give --password or --password-stdin, not both.")
    if given is not None:
        return given, False
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if sys.stdin.isatty():
        return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True), False
    return access.new_secret()[:20], True  # 120 random bits


def _say_password(password: str, made_up: bool) -> None:
    if made_up:
        click.echo(f"Password: {password}")


def _state(person: access.Person) -> str:
    """The first thing that keeps somebody from acting, as `access.State` orders them."""
    if person.suspended_at is not None:
        return "suspended"
    if person.user_id is None:
        return "nobody's"
    if person.disabled_at is not None:
        return "disabled"
    if person.confirmed_at is None:
        return "unconfirmed"
    return "active" if person.approved_at is not None else "waiting"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as they need to be, whatever the terminal: other programs read this too."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@contextmanager
def _progress() -> Iterator[backup.Tell]:
    """A bar on the terminal, if there is one: called with the step, what is done, and how much there is."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:

        def tell(step: str, done: int, of: int) -> None:
            if all(task.description != step for task in bar.tasks):
                for task in bar.task_ids:
                    bar.remove_task(task)
                bar.add_task(step, total=of or None)
            bar.update(bar.task_ids[0], completed=done)

        yield tell


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


if __name__ == "__main__":
    main()
