"""What mail servers and mailboxes report is understood; what only looks like it costs nothing."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinson.lib.reports import Bounce, Complaint, read
from tests.reports import a_bounce, a_complaint


@pytest.mark.parametrize(
    ("said", "status", "gone"),
    [
        ({}, "5.1.1", True),
        ({"status": "5.2.2", "diagnosis": "smtp; 552 5.2.2 Mailbox full"}, "5.2.2", False),
        ({"status": "5.7.1", "diagnosis": "smtp; 550 5.7.1 your server is on a list"}, "5.7.1", False),
        ({"status": "4.4.7", "diagnosis": "smtp; connect to mail.example.org timed out"}, "4.4.7", False),
        ({"status": "5.0.0", "diagnosis": "smtp; 550-5.1.1 The email account does not exist"}, "5.1.1", True),
        ({"status": "5.0.0", "diagnosis": "smtp; 550 unknown user"}, "5.0.0", True),
        ({"status": "5.1.1 (bad destination mailbox address)", "diagnosis": "X-Postfix; unknown"}, "5.1.1", True),
    ],
)
def test_a_bounce_says_whether_anybody_has_the_address(said, status, gone):
    bounce = read(a_bounce(**said))

    assert isinstance(bounce, Bounce)
    assert (bounce.status, bounce.gone) == (status, gone)
    assert "@" not in bounce.why


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_what_says_that_there_is_still_hope_is_no_bounce(action):
    assert read(a_bounce(action=action, status="4.2.2")) is None


@pytest.mark.parametrize("kind", ["abuse", "opt-out", "fraud"])
def test_a_complaint_names_the_addresses_that_it_was_sent_with(kind):
    complaint = read(a_complaint(kind=kind))

    assert complaint == Complaint(kind, ["bounce+x1@ville.example", "leave+x2@ville.example"])


def test_whoever_says_that_it_is_no_spam_does_not_complain():
    assert read(a_complaint(kind="not-spam")) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Subject: I am on holiday\r\n\r\nBack on Monday. 5.1.1\r\n",
        b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nno boundary",
        b'Content-Type: multipart/mixed; boundary="\xff"\r\n\r\n--\xff\r\n\r\n',
        b'Content-Type: multipart/report; boundary=""\r\n\r\n--\r\n\r\n',
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    ],
)
def test_what_is_no_report_is_none(content):
    assert read(content) is None


def test_parts_in_parts_are_not_entered_however_deep():
    depth = 20_000
    opening = b"".join(
        b'--b\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)
    )
    content = b'Content-Type: multipart/report; boundary="b"\r\n\r\n' + opening

    start = time.process_time()
    assert read(content) is None
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "head",
    [
        b"X: " + b"a" * 900_000,
        b"X: a\r\n" * 150_000,
        b"X: a\r\n" + b" folded\r\n" * 100_000,
        b'Content-Type: multipart/report; boundary="' + b"b" * 900_000,
        b"Content-Type: multipart/report" + b"; a=b" * 200_000,
        b"Content-Type: multipart/report" + b"; a*0*=''%41" * 80_000,
    ],
)
def test_headers_without_end_take_no_time(head):
    start = time.process_time()
    assert read(head + b"\r\n\r\n--b\r\n") is None
    assert time.process_time() - start < 1


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_report_however_broken_is_an_error(data):
    content = bytearray(data.draw(st.sampled_from([a_bounce(), a_complaint()])))
    for _ in range(data.draw(st.integers(0, 8))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))

    read(bytes(content))
