import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinson.domain.access import OUT_OF_BAND, State, require_ready
from pinson.domain.access.rules import (
    AccountIsSuspended,
    ApprovalPending,
    EmailUnconfirmed,
    RedirectUriInvalid,
    RedirectUrisBlank,
    RedirectUrisTooLong,
    UserDisabled,
    WebsiteInvalid,
    check_app,
    email_key,
    fits_challenge,
    known_locale,
    redirect_uris,
    refuse_email,
)
from pinson.domain.accounts import Flaw
from tests.domain.access.house import challenge_of

VERIFIERS = st.text("ABCdef019-._~", min_size=43, max_size=128)


@pytest.mark.parametrize(
    "email", ["a@b.example", "alice.b+tag@mail.example", "élodie@exemple.example", "root@localhost", "a@xn--e1.example"]
)
def test_an_address_that_mail_can_go_to_is_taken(email):
    assert refuse_email(email) is None


@pytest.mark.parametrize(
    "email",
    [
        "a",
        "@b.example",
        "a@",
        "a@b..example",
        "a@.example",
        "a@-b.example",
        "a b@c.example",
        "a@b.example,c@d.example",
        "a@b.example\nBcc: c@d.example",
        "a@b.example\n",
        "A <a@b.example>",
        "a\x00@b.example",
        "a@b@c.example",
        f"{'a' * 65}@b.example",
        f"a@{'b' * 250}.example",
    ],
)
def test_what_is_not_one_address_is_refused(email):
    assert refuse_email(email).flaw is Flaw.INVALID


def test_two_spellings_of_an_address_are_one():
    assert email_key(" Élodie@Mail.EXAMPLE ") == email_key("e\u0301lodie@mail.example")


@pytest.mark.parametrize(("given", "known"), [("fr", "fr"), ("fr-CA", "fr-CA"), ("", ""), ("../etc", "")])
def test_a_locale_is_one_or_none(given, known):
    assert known_locale(given) == known


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example/callback",
        "http://localhost:8000/",
        "http://127.0.0.1/cb?x=1",
        "http://[::1]:8080/cb",
        OUT_OF_BAND,
        "oauth2redirect://example.app/",
        "com.example.app:/callback",
        "exampleapp:callback",
    ],
)
def test_web_sites_and_apps_can_be_redirected_to(uri):
    assert redirect_uris([uri]) == (uri,)


@pytest.mark.parametrize(
    "uri",
    [
        "/callback",
        "callback",
        "//app.example/",
        "https://",
        "https:///path",
        "https://app.example/#fragment",
        "https://app.example/#",
        "https://app.example:port/",
        "https://app.example:99999/",
        "https://pinson.example@evil.example/",
        "https://app.example\\@evil.example/",
        "http://[::1/",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,hello",
        "vbscript:x",
        "file:///etc/passwd",
        "https://exämple.example/",
        "https://app.example/\x00",
        ":nothing",
        "1app:/x",
    ],
)
def test_nothing_else_can_be_redirected_to(uri):
    with pytest.raises(RedirectUriInvalid):
        redirect_uris(["https://app.example/fine", uri])


def test_several_redirect_uris_may_come_in_one_string():
    assert redirect_uris(["a.b:/ https://c.example/\nd.e:/", "a.b:/"]) == ("a.b:/", "https://c.example/", "d.e:/")


def test_an_app_without_a_redirect_uri_or_with_far_too_many_is_refused():
    with pytest.raises(RedirectUrisBlank):
        redirect_uris([" ", "\n"])
    with pytest.raises(RedirectUrisTooLong):
        redirect_uris([f"app{number}:/callback" for number in range(200)])


@pytest.mark.parametrize("website", ["javascript:alert(1)", "app.example", f"https://{'x' * 2000}.example"])
def test_the_web_site_of_an_app_is_one(website):
    with pytest.raises(WebsiteInvalid):
        check_app("App", website)


@given(VERIFIERS, VERIFIERS)
def test_only_the_verifier_of_a_challenge_fits_it(verifier, other):
    challenge = challenge_of(verifier)

    assert fits_challenge(challenge, verifier)
    assert fits_challenge(challenge, other) is (other == verifier)


def test_the_example_of_the_standard_fits():
    """RFC 7636, appendix B."""
    challenge, verifier = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert fits_challenge(challenge, verifier)


def test_no_challenge_and_no_verifier_fit_only_each_other():
    verifier = "v" * 43

    assert fits_challenge(None, "")
    assert not fits_challenge(None, verifier)
    assert not fits_challenge(challenge_of(verifier), "")
    assert not fits_challenge(challenge_of("short"), "short")


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (State.UNCONFIRMED, EmailUnconfirmed),
        (State.PENDING, ApprovalPending),
        (State.DISABLED, UserDisabled),
        (State.SUSPENDED, AccountIsSuspended),
    ],
)
def test_who_cannot_act_is_told_why(state, refusal):
    with pytest.raises(refusal):
        require_ready(state)


def test_who_can_act_does():
    require_ready(State.OK)
