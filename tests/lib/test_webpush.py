"""Web Push: what we encrypt, a browser's side reads; a push service believes the proof."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from pinson.lib import webpush
from tests.push_sink import Browser, public_point

NOW = datetime(2026, 3, 30, 13, 6, tzinfo=UTC)


def unpacked(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def private(text):
    return ec.derive_private_key(int.from_bytes(unpacked(text), "big"), ec.SECP256R1())


def test_the_example_of_the_standard_comes_out_byte_by_byte():
    sealed = webpush.encrypt(
        b"When I grow up, I want to be a watermelon",
        p256dh=unpacked("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        auth=unpacked("BTBZMqHH6r4Tts7J_aSIgg"),
        salt=unpacked("DGv6ra1nlYgDCS1FRnbzlw"),
        key=private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
    )

    assert base64.urlsafe_b64encode(sealed.body).rstrip(b"=").decode() == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3"
        "jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert sealed.headers == {"Content-Encoding": "aes128gcm"}


@pytest.mark.parametrize("encrypt", [webpush.encrypt, webpush.encrypt_as_before])
@given(message=st.binary(max_size=webpush.MOST_BYTES))
@settings(max_examples=20, deadline=None)
def test_the_browser_reads_what_was_sent(encrypt, message):
    browser = Browser()

    sealed = encrypt(message, p256dh=browser.p256dh, auth=browser.auth)

    assert browser.read(sealed.headers, sealed.body) == message
    assert len(sealed.body) <= 4096


@pytest.mark.parametrize("encrypt", [webpush.encrypt, webpush.encrypt_as_before])
def test_no_two_messages_are_encrypted_alike(encrypt):
    browser = Browser()

    first, second = (encrypt(b"the same", p256dh=browser.p256dh, auth=browser.auth) for _ in range(2))

    assert (first.body, first.headers) != (second.body, second.headers)


def test_what_does_not_fit_is_refused():
    browser = Browser()

    with pytest.raises(webpush.TooLong):
        webpush.encrypt(b"x" * (webpush.MOST_BYTES + 1), p256dh=browser.p256dh, auth=browser.auth)


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://push.example/some/where?and=more", "https://push.example"),
        ("https://push.example:8443/x", "https://push.example:8443"),
    ],
)
def test_the_proof_is_for_the_endpoints_origin_and_ours(endpoint, origin):
    key, browser = ec.generate_private_key(ec.SECP256R1()), Browser()
    signer = webpush.Signer(key, contact="mailto:admin@pinson.example")

    headers = signer.headers(endpoint, webpush.encrypt(b"", p256dh=browser.p256dh, auth=browser.auth), now=NOW)

    scheme, token, public = headers["Authorization"].replace(" t=", " ").replace(",k=", " ").split()
    head, claims, signature = token.split(".")
    raw = unpacked(signature)
    assert scheme == "vapid"
    assert unpacked(public) == public_point(key)
    assert json.loads(unpacked(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(unpacked(claims)) == {
        "aud": origin,
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": "mailto:admin@pinson.example",
    }
    assert len(raw) == 64
    key.public_key().verify(
        encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
        f"{head}.{claims}".encode(),
        ec.ECDSA(SHA256()),
    )  # raises if it is not ours


def test_older_apps_get_the_proof_the_way_before():
    signer, browser = webpush.Signer(ec.generate_private_key(ec.SECP256R1()), contact="mailto:a@b.example"), Browser()

    sealed = webpush.encrypt_as_before(b"x", p256dh=browser.p256dh, auth=browser.auth)
    headers = signer.headers("https://push.example/x", sealed, now=NOW)

    assert headers["Authorization"].startswith("WebPush ")
    assert headers["Crypto-Key"].endswith(f";p256ecdsa={signer.public}")


def test_a_proof_serves_until_half_its_time_is_over():
    signer, browser = webpush.Signer(ec.generate_private_key(ec.SECP256R1()), contact="mailto:a@b.example"), Browser()
    sealed = webpush.encrypt(b"", p256dh=browser.p256dh, auth=browser.auth)

    first, soon, later = (
        signer.headers("https://push.example/x", sealed, now=NOW + timedelta(hours=hours))["Authorization"]
        for hours in (0, 5, 7)
    )

    assert first == soon != later
