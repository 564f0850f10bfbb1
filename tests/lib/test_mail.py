"""E-mail reaches a real mail server and a folder, whole, and cannot be bent on its way."""

import asyncio
import email
import email.policy
import os
import stat
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from aiosmtpd.smtp import AuthResult
from hypothesis import given, settings
from hypothesis import strategies as st

from pinson.lib.clock import ManualClock
from pinson.lib.mail import FolderMailer, MailFailed, Message, compose, leaving
from pinson.lib.smtp import SmtpMailer
from tests.mail_sink import Post, serving, serving_mail

NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"  # ASCII's, and those that Unicode adds
CONTROLS = {*range(0x20), *range(0x7F, 0xA0)}
SENDER = "Ville de Sète <no-reply@ville.example>"


def a_message(**given):
    return Message(
        **{"id": "confirm-1", "to": "lea@example.org", "subject": "Bienvenue", "text": "Bonjour à vous.", **given}
    )


def parsed(content):
    """A message as a mail program reads it; line ends as Python has them."""
    return email.message_from_bytes(content.replace(b"\r\n", b"\n"), policy=email.policy.default)


def composed(**given):
    return parsed(compose(a_message(**given), sender=SENDER, date=NOON))


def a_mailer(port, **given):
    options = {"tls": "none", "username": "", "password": "", "step_seconds": 60, **given}
    return SmtpMailer(host="127.0.0.1", port=port, sender=SENDER, clock=ManualClock(NOON), **options)


async def failure(mailer, message):
    with pytest.raises(MailFailed) as caught:
        await mailer.send(message)
    return caught.value


async def test_a_mail_server_gets_the_message_with_all_that_mailboxes_ask_for():
    post = Post()

    async with serving_mail(post) as port:
        await a_mailer(port).send(a_message(html="<p>Bonjour à vous.</p>", headers={"List-Id": "<news.ville.example>"}))

    [(envelope_sender, recipients, content)] = post.taken
    received = parsed(content)
    assert (envelope_sender, recipients) == ("no-reply@ville.example", ["lea@example.org"])
    assert received["From"] == SENDER
    assert received["Date"].datetime == NOON
    assert received["Message-ID"] == "<confirm-1@ville.example>"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["List-Id"] == "<news.ville.example>"
    assert received.get_body(["plain"]).get_content() == "Bonjour à vous.\n"
    assert received.get_body(["html"]).get_content() == "<p>Bonjour à vous.</p>\n"


async def test_a_line_that_is_a_single_dot_does_not_end_the_message():
    post = Post()

    async with serving_mail(post) as port:
        await a_mailer(port).send(a_message(text="one\n.\n..two"))

    assert parsed(post.taken[0][2]).get_content() == "one\n.\n..two\n"


async def test_a_second_attempt_carries_the_same_message_id():
    post = Post()

    async with serving_mail(post) as port:
        await a_mailer(port).send(a_message())
        await a_mailer(port).send(a_message())

    assert [parsed(content)["Message-ID"] for _, _, content in post.taken] == ["<confirm-1@ville.example>"] * 2


async def test_a_name_and_a_domain_with_accents_arrive():
    post = Post()

    async with serving_mail(post) as port:
        await a_mailer(port).send(a_message(to="léa@sète.example"))

    [(_, recipients, content)] = post.taken
    assert recipients == ["léa@xn--ste-6la.example"]
    assert email.message_from_bytes(content, policy=email.policy.SMTPUTF8)["To"] == "léa@xn--ste-6la.example"


@pytest.mark.parametrize(
    ("post", "permanent"),
    [
        (Post(to_recipient="550 5.1.1 <lea@example.org>: no such mailbox"), True),
        (Post(to_recipient="451 4.7.1 greylisted, come back later"), False),
        (Post(to_content="554 5.7.1 not wanted here"), True),
        (Post(to_content="452 4.3.1 disk full"), False),
    ],
)
async def test_a_refusal_of_the_message_is_final_or_for_now_as_the_server_says(post, permanent):
    async with serving_mail(post) as port:
        failed = await failure(a_mailer(port), a_message())

    assert failed.permanent is permanent
    assert not post.taken


async def test_a_failure_says_what_the_server_said_but_no_address():
    async with serving_mail(Post(to_recipient="550 5.1.1 <lea@example.org>: no such mailbox")) as port:
        failed = await failure(a_mailer(port), a_message())

    assert "550 5.1.1" in str(failed)
    assert "no such mailbox" in str(failed)
    assert "lea@" not in str(failed)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_signing_in_to_the_mail_server_works():
    def authenticator(server, session, envelope, mechanism, given):
        return AuthResult(success=given.password == b"good", handled=False)

    post = Post()

    async with serving_mail(post, authenticator=authenticator, auth_require_tls=False, auth_required=True) as port:
        await a_mailer(port, username="pinson", password="good").send(a_message())
        failed = await failure(a_mailer(port, username="pinson", password="bad"), a_message())

    assert len(post.taken) == 1
    assert "535" in str(failed)
    assert not failed.permanent  # the password is wrong, not the message: it may go when that is mended


async def test_a_server_without_the_encryption_that_was_asked_for_gets_nothing():
    post = Post()

    async with serving_mail(post) as port:
        failed = await failure(a_mailer(port, tls="starttls"), a_message())

    assert not failed.permanent
    assert not post.taken


async def test_a_server_that_is_away_may_be_tried_again():
    async with serving_mail(Post()) as port:
        pass  # its port is free again now

    assert not (await failure(a_mailer(port), a_message())).permanent


async def test_a_server_that_never_speaks_is_given_up():
    async with serving(asyncio.Protocol) as port:
        failed = await failure(a_mailer(port, step_seconds=0.05), a_message())

    assert not failed.permanent


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lea",
        "lea@",
        "a@b@example.org",
        "lea@example.org, tom@example.org",
        "Léa <lea@example.org>",
        "lea@example.org\r\nRCPT TO:<tom@example.org>",
        "lea\x00@example.org",
        "lea@" + "a" * 64 + ".example",
    ],
)
async def test_what_is_no_single_address_fails_for_good_before_any_connection(address):
    assert (await failure(a_mailer(port=9), a_message(to=address))).permanent


@pytest.mark.parametrize("line_end", ["\r\n", *LINE_ENDS])
def test_no_line_end_in_a_subject_or_header_adds_a_header(line_end):
    bent = f"Hello{line_end}Bcc: tom@example.org{line_end}{line_end}<p>body</p>"

    message = composed(subject=bent, headers={"List-Id": bent})

    assert message.keys() == composed(headers={"List-Id": "x"}).keys()
    assert message["Subject"] == message["List-Id"] == "Hello Bcc: tom@example.org <p>body</p>"


@pytest.mark.parametrize("headers", [{"Bcc:x": "y"}, {"A\nB": "y"}, {"": "y"}, {"Subject": "a second one"}])
def test_a_header_that_is_no_header_or_is_ours_is_a_bug(headers):
    with pytest.raises(ValueError, match=r"header|Subject"):
        composed(headers=headers)


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("no-reply@ville.example", ""),
        ('"Ville, service de l’eau" <no-reply@ville.example>', "Ville, service de l’eau"),
        ('"Town, water" <no-reply@ville.example>', "Town, water"),
        (f"{'Très ' * 30}long <no-reply@ville.example>", f"{'Très ' * 30}long"),
    ],
)
def test_the_name_of_the_sender_arrives_whatever_is_in_it(sender, name):
    message = email.message_from_bytes(compose(a_message(), sender=sender, date=NOON))

    shown, address = parseaddr(message["From"])
    assert (str(make_header(decode_header(shown))), address) == (name, "no-reply@ville.example")


@pytest.mark.parametrize("id", ["", "../x", "a b", ".hidden", "é", "x" * 65])
def test_an_id_that_could_bend_a_file_name_or_a_header_is_a_bug(id):
    with pytest.raises(ValueError, match="not the id"):
        composed(id=id)


def test_a_long_address_in_a_header_stays_readable_for_mail_programs():
    link = f"<https://ville.example/{'a' * 200}>"

    content = compose(a_message(headers={"List-Unsubscribe": link}), sender=SENDER, date=NOON)

    assert f"List-Unsubscribe: {link}\r\n".encode() in content


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_subject_adds_no_line_and_any_text_arrives_as_it_was(text):
    content = compose(a_message(subject=text, text=text), sender=SENDER, date=NOON)

    message = parsed(content)
    on_one_line = "".join(" " if c in LINE_ENDS or ord(c) in CONTROLS else c for c in text)
    assert message.keys() == composed().keys()
    assert message["Subject"] == " ".join(on_one_line.split())
    assert message.get_content().encode().splitlines() == (text.encode().splitlines() or [b""])
    assert content.isascii()
    assert max(map(len, content.splitlines())) <= 998


async def test_a_folder_gets_one_file_per_message_whose_names_sort_by_time(tmp_path):
    clock = ManualClock(NOON)
    mailer = FolderMailer(tmp_path / "mail", sender=SENDER, clock=clock)

    await mailer.send(a_message(id="z-first"))
    clock.move(timedelta(milliseconds=1))
    await mailer.send(a_message(id="a-second", to="tom@example.org"))

    files = sorted((tmp_path / "mail").iterdir())
    assert [file.name for file in files] == [
        "20260330T120000.000000Z-z-first.eml",
        "20260330T120000.001000Z-a-second.eml",
    ]
    assert [parsed(file.read_bytes())["To"] for file in files] == ["lea@example.org", "tom@example.org"]
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)


async def test_a_file_is_on_disk_before_it_appears_and_its_name_before_send_returns(tmp_path, monkeypatch):
    synced = []

    def fsync(descriptor):
        synced.append((os.readlink(f"/proc/self/fd/{descriptor}"), list(tmp_path.glob("*.eml"))))

    monkeypatch.setattr(os, "fsync", fsync)
    await FolderMailer(tmp_path, sender=SENDER, clock=ManualClock(NOON)).send(a_message())

    name = "20260330T120000.000000Z-confirm-1.eml"
    assert synced == [(str(tmp_path / f"{name}.unfinished"), []), (str(tmp_path), [tmp_path / name])]


async def test_a_folder_that_cannot_be_written_fails_for_now(tmp_path):
    (tmp_path / "mail").write_text("a file stands where the folder should")

    failed = await failure(FolderMailer(tmp_path / "mail", sender=SENDER, clock=ManualClock(NOON)), a_message())

    assert not failed.permanent


def test_what_belongs_to_an_earlier_message_is_shown_with_it():
    message = composed(id="alert.2.7", answers="alert.1.7")

    assert message["References"] == message["In-Reply-To"] == "<alert.1.7@ville.example>"


def test_a_message_may_come_in_the_name_of_somebody_else_but_from_our_address():
    assert parseaddr(composed(from_name="Régie de l’eau")["From"]) == ("Régie de l’eau", "no-reply@ville.example")


def test_a_mail_program_is_told_how_to_leave_with_one_press():
    message = composed(headers=leaving(page="https://ville.example/leave/x", address="leave+x@ville.example"))

    ways = "<https://ville.example/leave/x>, <mailto:leave+x@ville.example?subject=unsubscribe>"
    assert message["List-Unsubscribe"] == ways
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_second_attempt_is_the_same_to_the_byte():
    message = a_message(html="<p>Bonjour à vous.</p>")

    assert compose(message, sender=SENDER, date=NOON) == compose(message, sender=SENDER, date=NOON)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_html_arrives_beside_the_text(text):
    message = parsed(compose(a_message(html=text), sender=SENDER, date=NOON))

    plain, html = message.iter_parts()
    assert plain.get_content() == "Bonjour à vous.\n"
    assert html.get_content().encode().splitlines() == (text.encode().splitlines() or [b""])
