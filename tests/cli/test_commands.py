"""What an operator can do from the command line, one command at a time, on a folder that nobody serves."""

import asyncio
import json
import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
from datetime import timedelta

import apsw
import click
import pytest

import pinson as package
from pinson.app import FACTS, machine
from pinson.cli import main
from pinson.domain import access
from pinson.domain.accounts import AccountCreated
from pinson.lib import config, reactor
from pinson.lib.clock import ManualClock, SystemClock
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.log import Kinds
from pinson.lib.reactor import Reactor
from tests.cli.conftest import PROGRAM, ROOT


def commands(group: click.Group = main, *above: str):
    """Every command, with the words that call it."""
    for name, command in group.commands.items():
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)


def on(data, work):
    """The result of `work(db)` on the database in a folder."""

    async def opened():
        db = Sqlite(data)
        try:
            return await work(db)
        finally:
            await db.close()

    return asyncio.run(opened())


def can_sign_in(data, login: str, password: str) -> bool:
    """Whether the password is good, as signing in finds out."""

    async def prove(db):
        try:
            return await access.prove(db, access.Passwords(), login=login, password=password)
        except access.WrongPassword:
            return None

    return on(data, prove) is not None


@pytest.fixture
def dead_letter(data, create):
    """The number of a fact whose reaction failed at every try."""

    async def fail(_fact):
        raise ConnectionError("no route to the mail server")

    async def run_out_of_tries(db):
        clock = ManualClock(SystemClock().now())
        tried = Reactor(db, Kinds(FACTS), {AccountCreated: [("greetings", fail)]}, clock=clock, holder="test")
        await tried.start()
        await db.write(_greeted, now=clock.now())
        for _ in range(reactor.ATTEMPTS):
            await tried.settle()
            clock.move(timedelta(hours=8))
        async with db.read() as tx:
            [letter] = await reactor.dead_letters(tx)
        return letter.id

    async def _greeted(tx, *, now):
        await reactor.log.record(tx, AccountCreated(at=now, account_id=1))

    return on(data, run_out_of_tries)


# --- The command line itself --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "command"), [pytest.param(*one, id=" ".join(one[0])) for one in commands()])
def test_every_command_says_what_it_does_and_what_its_options_mean(words, command, pinson):
    outcome = pinson(*words, "--help") if words != ("bench",) else None  # whose options are the benchmarks' own
    options = [option for option in command.params if isinstance(option, click.Option)]

    assert command.help
    assert [option.name for option in options if not option.help] == []
    assert outcome is None or outcome.exit_code == 0


@pytest.mark.parametrize(
    "command",
    [
        "account list",
        "account suspend lea",
        "account reset-password lea",
        "invitation create",
        "reactions",
        "reactions dead",
        "backup x.tar.gz",
    ],
)
def test_a_folder_without_data_is_refused_and_stays_as_it_was(pinson, tmp_path, command):
    outcome = pinson(*command.split(), "--data", tmp_path / "wrong")

    assert outcome.exit_code == 1
    assert outcome.stderr.startswith("Error: There is no server's data in")
    assert not (tmp_path / "wrong").exists()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO migrations (number, name, at) VALUES (9999, 'future', 0)", "Start the newer program"),
        ("DELETE FROM migrations WHERE number > 0", "older version"),
    ],
)
def test_data_of_another_version_is_refused(pinson, data, statement, said):
    database = apsw.Connection(str(data / "pinson.db"))
    database.execute(statement)
    database.close()

    outcome = pinson("account", "list", "--data", data)

    assert outcome.exit_code == 1
    assert said in outcome.stderr


def test_a_file_that_is_no_database_is_refused(pinson, data):
    (data / "pinson.db").write_bytes(b"not a database, but long enough to look at" * 100)

    outcome = pinson("account", "list", "--data", data)

    assert outcome.exit_code == 1
    assert "is not a database that Pinson can read" in outcome.stderr


def test_what_the_machine_refuses_is_said_in_a_sentence_too(pinson, data, tmp_path):
    outcome = pinson("backup", tmp_path / "nowhere" / "x.tar.gz", "--data", data)

    assert outcome.exit_code == 1
    assert outcome.stderr == f"Error: {tmp_path / 'nowhere'}: No such file or directory.\n"


def test_settings_are_printed_as_they_are_documented(pinson):
    assert pinson("settings").stdout == (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")


# --- Accounts -----------------------------------------------------------------------------------------------------


def test_a_created_person_can_sign_in_and_their_token_works(create, data):
    lea = create("lea", "--role", "moderator", "--display-name", "Léa")

    async def owner_of_token(db):
        principal = await access.Tokens(db).principal(lea["access_token"])
        async with db.read() as tx:
            return principal, await access.user(tx, principal.user_id)

    principal, user = on(data, owner_of_token)

    assert str(principal.account_id) == lea["id"]
    assert (user.role, user.state) == (access.UserRole.MODERATOR, access.State.OK)
    assert (lea["username"], lea["email"], lea["role"]) == ("lea", "lea@example.org", "moderator")
    assert "password" not in lea
    assert can_sign_in(data, "lea@example.org", "long-enough")


def test_without_a_terminal_and_a_password_one_is_made_up(pinson, data):
    outcome = pinson("account", "create", "lea", "--email", "lea@example.org", "--json", "--data", data)
    said = json.loads(outcome.stdout)
    plain = pinson("account", "create", "tom", "--email", "tom@example.org", "--data", data).stdout

    assert can_sign_in(data, "lea", said["password"])
    assert can_sign_in(data, "tom", plain.splitlines()[-1].removeprefix("Password: "))


def test_a_password_is_taken_from_standard_input_with_its_spaces(pinson, data):
    arguments = ("account", "create", "lea", "--email", "lea@example.org", "--password-stdin", "--data", data)

    outcome = pinson(*arguments, input=" mot de passe \nnot this line\n")

    assert outcome.stdout == "lea can sign in at http://127.0.0.1:8080 as lea@example.org.\n"
    assert can_sign_in(data, "lea", " mot de passe ")


def test_a_password_comes_from_one_place(pinson, data):
    outcome = pinson(
        *("account", "create", "lea", "--email", "lea@example.org", "--data", data),
        *("--password-stdin", "--password", "long-enough"),
    )

    assert outcome.exit_code == 2
    assert "not both" in outcome.stderr


def test_everything_that_is_wrong_with_a_new_account_is_told_at_once(pinson, data):
    outcome = pinson(
        *("account", "create", "été", "--email", "nowhere", "--password", "short", "--data", data),
    )

    assert outcome.exit_code == 1
    assert "username" in outcome.stderr
    assert "e-mail" in outcome.stderr
    assert "password" in outcome.stderr.lower()


def test_a_name_can_be_had_once(pinson, create, data):
    create("lea")

    outcome = pinson("account", "create", "LEA", "--email", "other@example.org", "--data", data)

    assert outcome.exit_code == 1
    assert "already taken" in outcome.stderr


def test_the_first_account_may_be_made_before_the_server_ever_ran(tmp_path):
    command = [*PROGRAM, "account", "create", "lea", "--email", "lea@example.org", "--json", "--data", tmp_path / "new"]

    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert json.loads(outcome.stdout)["username"] == "lea"
    assert "it is a new one now" in outcome.stderr
    assert (tmp_path / "new" / "pinson.db").exists()


@pytest.mark.parametrize("typed", [["long-enough"] * 2, ["long-enough", "mistyped", "once-more", "once-more"]])
def test_on_a_terminal_the_password_is_asked_for_twice_and_not_shown(data, typed):
    ours, theirs = pty.openpty()
    command = [*PROGRAM, "account", "create", "lea", "--email", "lea@example.org", "--json", "--data", str(data)]
    # The shell leads a session, so the terminal that it opens becomes the one that passwords are typed on.
    line = f"{shlex.join(command)} 0<>{os.ttyname(theirs)} 2>&0"
    process = subprocess.Popen(["sh", "-c", line], cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE, text=True)
    shown = b""
    for asked, answer in enumerate(typed, start=1):
        while len(re.findall(rb"(?:Password|confirmation): ", shown)) < asked:
            assert select.select([ours], [], [], 30)[0], shown
            shown += os.read(ours, 1000)
        os.write(ours, answer.encode() + b"\n")
    said = json.loads(process.communicate(timeout=60)[0])
    os.close(ours)
    os.close(theirs)

    assert process.returncode == 0
    assert "password" not in said
    assert typed[-1].encode() not in shown
    assert can_sign_in(data, "lea", typed[-1])


def test_accounts_are_listed_with_what_keeps_them_from_acting(pinson, create, data):
    create("lea", "--role", "admin")
    create("tom")
    pinson("account", "suspend", "tom", "--data", data)

    plain = pinson("account", "list", "--data", data).stdout.splitlines()
    listed = json.loads(pinson("account", "list", "--json", "--data", data).stdout)

    assert plain[0].split() == ["name", "state", "e-mail", "role", "member"]
    assert plain[1].split() == ["lea", "active", "lea@example.org", "admin", "owner"]
    assert [(one["username"], one["state"]) for one in listed] == [("lea", "active"), ("tom", "suspended")]


@pytest.mark.parametrize("command", ["suspend", "restore", "delete", "reset-password", "approve"])
def test_an_account_that_is_not_there_is_said_to_be_missing(pinson, data, command):
    outcome = pinson("account", command, "nobody", "--data", data)

    assert outcome.exit_code == 1
    assert outcome.stderr == "Error: There is no account nobody here: `pinson account list` shows all.\n"


def test_a_suspension_can_be_undone_and_doing_it_twice_is_doing_it_once(pinson, create, data):
    create("lea")

    codes = [pinson("account", command, "@lea", "--data", data).exit_code for command in ("suspend", "suspend")]
    suspended = json.loads(pinson("account", "list", "--json", "--data", data).stdout)[0]["state"]
    codes += [pinson("account", command, "Lea", "--data", data).exit_code for command in ("restore", "restore")]
    restored = json.loads(pinson("account", "list", "--json", "--data", data).stdout)[0]["state"]

    assert codes == [0, 0, 0, 0]
    assert (suspended, restored) == ("suspended", "active")


def test_deleting_says_what_would_go_and_does_it_only_when_told(pinson, create, data):
    create("lea")

    asked = pinson("account", "delete", "lea", "--data", data).stdout
    there = pinson("account", "list", "--json", "--data", data).stdout
    done = pinson("account", "delete", "lea", "--yes", "--data", data)
    gone = pinson("account", "suspend", "lea", "--data", data)

    assert "0 posts, 0 followers" in asked
    assert "Add --yes" in asked
    assert '"lea"' in there
    assert done.exit_code == 0
    assert gone.exit_code == 1


def test_a_new_password_ends_what_was_opened_with_the_old_one(pinson, create, data):
    lea = create("lea")

    pinson("account", "reset-password", "lea", "--password-stdin", "--data", data, input="another-one\n")

    assert not can_sign_in(data, "lea", "long-enough")
    assert can_sign_in(data, "lea", "another-one")
    assert on(data, lambda db: access.Tokens(db).principal(lea["access_token"])) is None


def test_a_bad_new_password_changes_nothing(pinson, create, data):
    create("lea")

    outcome = pinson("account", "reset-password", "lea", "--password", "short", "--data", data)

    assert outcome.exit_code == 1
    assert can_sign_in(data, "lea", "long-enough")


def test_someone_who_waits_is_let_in(pinson, data):
    async def sign_up(db):
        form = access.SignUp("lea", "lea@example.org", agreement=True, reason="To hear of the market")
        applicant = await access.prepare(form, password="long-enough", passwords=access.Passwords())
        mode = access.SignUpMode.APPROVAL
        now = SystemClock().now()
        await db.write(access.sign_up, applicant=applicant, mode=mode, confirm_email=False, now=now)

    on(data, sign_up)
    before = json.loads(pinson("account", "list", "--json", "--data", data).stdout)[0]["state"]
    first, second = (pinson("account", "approve", "lea", "--data", data).stdout for _ in range(2))
    after = json.loads(pinson("account", "list", "--json", "--data", data).stdout)[0]["state"]

    assert (before, after) == ("waiting", "active")
    assert "is let in" in first
    assert "was let in before" in second


def test_an_invitation_is_an_administrators(pinson, create, data):
    create("tom")
    refused = pinson("invitation", "create", "--data", data)
    create("lea", "--role", "admin")

    link = pinson("invitation", "create", "--uses", "3", "--days", "7", "--data", data).stdout.strip()

    async def made(db):
        async with db.read() as tx:
            [lea] = [one for one in await access.people(tx) if one.username == "lea"]
            return await access.invitations(tx, lea.user_id)

    [invitation] = on(data, made)
    assert refused.exit_code == 1
    assert "--role admin" in refused.stderr
    assert link == f"http://127.0.0.1:8080/auth/sign_up?invite_code={invitation.code}"
    assert invitation.max_uses == 3
    assert invitation.expires_at - invitation.created_at == timedelta(days=7)


# --- Looking after ------------------------------------------------------------------------------------------------


def test_reactions_are_shown_with_their_place_and_who_runs_them(pinson, data):
    async def start(_):
        async with machine(config.load(data, environ={}, overrides={}), data):
            pass

    on(data, start)
    lines = pinson("reactions", "--data", data).stdout.splitlines()

    assert lines[0].split() == ["reaction", "place", "behind", "run", "by"]
    assert {"closing", "letters"} <= {line.split()[0] for line in lines[1:-1]}
    assert lines[-1] == "0 waiting for another try, 0 dead (`pinson reactions dead`)."


def test_dead_letters_are_listed_run_again_and_dropped(pinson, data, dead_letter):
    listed = pinson("reactions", "--data", data, "dead").stdout.splitlines()[1]
    retried = pinson("reactions", "retry", dead_letter, "--data", data)
    waiting = pinson("reactions", "--data", data).stdout
    again = pinson("reactions", "--data", data, "retry", dead_letter)

    assert listed.split()[:3] == [str(dead_letter), "greetings", "AccountCreated"]
    assert "no route to the mail server" in listed
    assert retried.exit_code == 0
    assert "1 waiting for another try, 0 dead" in waiting
    assert again.exit_code == 1
    assert again.stderr == f"Error: There is no dead letter {dead_letter}.\n"


def test_a_dropped_letter_is_gone(pinson, data, dead_letter):
    pinson("reactions", "--data", data, "drop", dead_letter)

    assert len(pinson("reactions", "--data", data, "dead").stdout.splitlines()) == 1


def test_all_dead_letters_can_be_run_again(pinson, data, dead_letter):
    asked = pinson("reactions", "--data", data, "retry")
    both = pinson("reactions", "--data", data, "retry", dead_letter, "--all")
    done = pinson("reactions", "--data", data, "retry", "--all")

    assert (asked.exit_code, both.exit_code) == (2, 2)
    assert done.stdout.startswith("1 will be tried again")


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A copy of the program alone, as it is installed: the folder that it is in. It is the one that Python finds."""
    shutil.copytree(ROOT / "pinson", tmp_path / "pinson", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_benchmarks_are_missed_in_a_sentence(installed):
    command = [sys.executable, "-m", "pinson.cli", "bench"]

    outcome = subprocess.run(command, cwd=installed, capture_output=True, text=True, timeout=60)

    assert outcome.returncode == 1
    assert outcome.stderr.startswith("Error: The benchmarks are not here")


def test_benchmarks_get_their_options_and_decide_the_exit_code(installed):
    (installed / "benchmarks").mkdir()
    (installed / "benchmarks" / "__main__.py").write_text("import sys; print(sys.argv[1:]); sys.exit(3)")
    command = [sys.executable, "-m", "pinson.cli", "bench", "home", "--seconds", "2", "--help"]

    outcome = subprocess.run(command, cwd=installed, capture_output=True, text=True, timeout=60)

    assert outcome.stdout == "['home', '--seconds', '2', '--help']\n"
    assert outcome.returncode == 3


def test_the_version_is_told(pinson):
    assert package.__version__ in pinson("--version").stdout


def test_the_record_for_dns_is_the_public_part_of_the_key_that_is_kept(pinson, data):
    first, again = pinson("mail-key", "--data", data), pinson("mail-key", "--data", data)
    other = pinson("mail-key", "--new", "--data", data)

    assert first.stdout.startswith("pinson._domainkey.")
    assert "v=DKIM1; k=rsa; p=" in first.stdout
    assert again.stdout == first.stdout
    assert other.stdout.splitlines()[0] != first.stdout.splitlines()[0]
    assert re.match(r"pinson\d{12}\._domainkey\.", other.stdout)
