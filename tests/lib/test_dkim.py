"""What is signed, dkimpy believes; what was altered on the way, it does not."""

import base64
import re
from datetime import UTC, datetime
from functools import cache

import dkim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinson.lib.dkim import Signer, new_secret, zone_line
from pinson.lib.mail import Message, compose, leaving

NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
SENDER = "Ville de Sète <no-reply@ville.example>"


@cache
def a_signer():
    return Signer(new_secret(), domain="ville.example", selector="pinson")


def signed(**given):
    fields = {"id": "alert.1.2", "to": "lea@example.org", "subject": "Bonjour à vous", "text": "Le pont est fermé."}
    content = compose(Message(**fields | given), sender=SENDER, date=NOON)
    return a_signer().sealed(content, at=NOON)


def is_believed(content):
    def record(name, timeout=5):
        return a_signer().record.encode() if name == b"pinson._domainkey.ville.example." else None

    return dkim.verify(content, dnsfunc=record)


def test_a_message_is_believed_with_all_that_it_can_hold():
    content = signed(
        html="<p>Le pont est fermé. ☃</p>" * 50,
        from_name="Mairie, à votre écoute",
        answers="alert.0.2",
        headers={"List-Id": "Ville <ville.example>", **leaving(page="https://ville.example/s/leave/" + "a" * 200)},
    )

    assert is_believed(content)


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_a_message_is_believed_whatever_is_in_it(text):
    assert is_believed(signed(subject=text, text=text))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Le pont", b"La porte"),
        (b"To: lea@", b"To: tom@"),
        (b"To: lea@", b"Subject: another\r\nTo: lea@"),
        (b"To: lea@", b"From: tom@example.org\r\nTo: lea@"),
        (b"https://ville.example/leave", b"https://thief.example/leave"),
        (b"One-Click", b"Two-Click"),
    ],
)
def test_what_was_altered_on_the_way_is_not_believed(before, after):
    content = signed(headers=leaving(page="https://ville.example/leave"))

    assert before in content
    assert not is_believed(content.replace(before, after, 1))


def test_the_way_out_is_signed_as_large_mailboxes_demand():
    content = signed(headers=leaving(page="https://ville.example/leave", address="leave@ville.example"))

    names = re.search(rb"h=([^;]*);", content)[1].replace(b"\r\n ", b"").replace(b" ", b"").split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= set(names)
    assert (
        b"List-Unsubscribe: <https://ville.example/leave>, <mailto:leave@ville.example?subject=unsubscribe>" in content
    )


def test_no_line_of_the_signature_is_longer_than_mail_programs_like():
    assert max(map(len, signed(answers="a", headers=leaving(page="https://x.example")).splitlines())) <= 100


def test_the_record_for_dns_comes_in_strings_that_fit():
    signer = a_signer()

    line = zone_line(signer.host, signer.record)

    strings = re.findall(r'"([^"]*)"', line)
    assert line.startswith("pinson._domainkey.ville.example. IN TXT (")
    assert "".join(strings) == signer.record
    assert max(map(len, strings)) <= 255
    base64.b64decode(signer.record.partition("p=")[2], validate=True)
