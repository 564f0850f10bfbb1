"""Settings come from four places, and each mistake in them is said in words."""

from pathlib import Path

import pytest

from pinson.lib import config
from pinson.lib.config import BadSettings, Mail

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def load(data, *, toml=None, environ=None, overrides=None):
    if toml is not None:
        (data / config.FILE_NAME).write_text(toml, encoding="utf-8")
    return config.load(data, environ=environ or {}, overrides=overrides or {})


def refused(data, **given):
    with pytest.raises(BadSettings) as caught:
        load(data, **given)
    return str(caught.value)


def test_an_empty_folder_and_environment_give_the_defaults(tmp_path):
    settings = load(tmp_path, environ={"HOME": "/root"})

    assert settings.registration.confirm_email
    assert settings.posts.max_characters == 500
    assert settings.url == "http://127.0.0.1:8080"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path):
    toml = 'host = "10.0.0.1"\nport = 1\nworkers = 2\n'

    settings = load(tmp_path, toml=toml, environ={"PINSON_PORT": "2", "PINSON_WORKERS": "3"}, overrides={"workers": 4})

    assert (settings.host, settings.port, settings.workers) == ("10.0.0.1", 2, 4)


def test_an_option_that_was_not_given_overrides_nothing(tmp_path):
    assert load(tmp_path, environ={"PINSON_PORT": "2"}, overrides={"port": None}).port == 2


def test_a_section_reads_alike_from_file_environment_and_command_line(tmp_path):
    from_file = load(tmp_path, toml='[registration]\nmode = "open"\n')
    from_environment = load(tmp_path, toml="", environ={"PINSON_REGISTRATION_MODE": "open"})
    from_command_line = load(tmp_path, toml="", overrides={"registration.mode": "open"})

    assert from_file == from_environment == from_command_line
    assert from_file.registration.mode == "open"


def test_a_variable_may_name_another_file(tmp_path):
    other = tmp_path / "other.toml"
    other.write_text("port = 7", encoding="utf-8")

    assert load(tmp_path, toml="port = 6", environ={"PINSON_CONFIG": str(other)}).port == 7


def test_numbers_booleans_and_lists_of_the_environment_are_written_as_text(tmp_path):
    environ = {
        "PINSON_LIMITS_POSTS_PER_3_HOURS": "12",
        "PINSON_LIMITS_ENABLED": "false",
        "PINSON_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
    }

    settings = load(tmp_path, environ=environ)

    assert (settings.limits.posts_per_3_hours, settings.limits.enabled) == (12, False)
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"toml": "prot = 1"}, ["pinson.toml: prot: there is no such setting; did you mean port?"]),
        ({"toml": "mail = 3"}, ["pinson.toml: mail: there is no such setting"]),
        ({"toml": "[port]\nx = 1"}, ["pinson.toml: port.x: there is no such setting"]),
        ({"toml": 'port = "80"'}, ["pinson.toml: port = '80': must be a whole number from 1 to 65535"]),
        ({"toml": "port = true"}, ["port = True: must be a whole number"]),
        ({"toml": "port = "}, ["pinson.toml: Invalid value (at end of document)"]),
        ({"toml": '[registration]\nmode = "opne"'}, ["'opne': must be one of open, approval, invitation, closed"]),
        ({"environ": {"PINSON_LIMIT_ENABLED": "0"}}, ["environment", "did you mean PINSON_LIMITS_ENABLED?"]),
        ({"environ": {"PINSON_WORKERS": "0"}}, ["environment: PINSON_WORKERS = '0': must be a whole number from 1 to"]),
        ({"environ": {"PINSON_CONFIG": "/nowhere.toml"}}, ["/nowhere.toml: there is no such file"]),
        ({"environ": {"PINSON_TRUSTED_PROXIES": "10.0.0.1/8"}}, ["must be a list of addresses or networks"]),
        ({"environ": {"PINSON_MAIL_SENDER": "Pinson"}}, ["must be an e-mail address"]),
        ({"overrides": {"log.level": "loud"}}, ["command line: log.level = 'loud': must be one of debug, info"]),
        ({"overrides": {"colour": "blue"}}, ["command line: colour: there is no such setting"]),
    ],
)
def test_a_mistake_is_named_with_its_place_its_key_and_what_is_allowed(tmp_path, given, words):
    text = refused(tmp_path, **given)

    assert all(word in text for word in words), text


def test_every_mistake_is_told_at_once(tmp_path):
    text = refused(tmp_path, toml="port = 0", environ={"PINSON_WORKERS": "many"}, overrides={"colour": "blue"})

    assert len(text.splitlines()) == 1 + 3


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / config.FILE_NAME).write_bytes(b"\xff\xfe")

    assert config.FILE_NAME in refused(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "ftp://example.org",
        "https://",
        "https://example.org/social",
        "https://example.org?a=b",
        "https://me@example.org",
        "https://a b",
        "https://example.org:0",
        "https://example.org:99999",
        "https://[::1",
    ],
)
def test_a_public_address_is_a_scheme_and_a_host_and_nothing_more(tmp_path, url):
    assert "must be http:// or https://" in refused(tmp_path, overrides={"url": url})


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"url": "https://Example.org/"}, "https://example.org"),
        ({"url": "https://example.org:8443/?"}, "https://example.org:8443"),
        ({"host": "0.0.0.0", "port": 80}, "http://127.0.0.1:80"),
        ({"host": "::"}, "http://127.0.0.1:8080"),
        ({"host": "::1"}, "http://[::1]:8080"),
        ({"host": "localhost", "port": 3000}, "http://localhost:3000"),
    ],
)
def test_the_public_address_is_tidied_or_follows_from_where_we_listen(tmp_path, given, url):
    assert load(tmp_path, overrides=given).url == url


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ({"url": "https://example.org:8443"}, "no-reply@example.org"),
        ({"host": "192.0.2.7"}, "no-reply@localhost"),
        ({"mail.sender": "Ville <info@ville.example>"}, "Ville <info@ville.example>"),
    ],
)
def test_email_comes_from_the_host_of_the_public_address_unless_told_otherwise(tmp_path, given, sender):
    assert load(tmp_path, overrides=given).mail.sender == sender


def test_a_secret_is_never_printed(tmp_path):
    settings = load(tmp_path, environ={"PINSON_MAIL_SMTP_PASSWORD": "hunter2"})

    assert settings.mail.smtp_password == "hunter2"
    assert "hunter2" not in repr(settings) + str(settings.mail) + repr(settings.__rich_repr__())
    assert "hunter2" not in refused(tmp_path, toml='[mail]\nsmtp_password = ["hunter2"]')


def test_the_empty_secret_is_shown_so_that_one_sees_it_is_missing():
    assert "smtp_password=''" in repr(Mail())


def test_no_two_settings_share_a_variable(tmp_path):
    variables = [line.split("`")[1].replace(".", "_") for line in config.document().splitlines() if line[:3] == "| `"]

    assert len(set(variables)) == len(variables) > 20


def test_the_reference_page_is_what_the_settings_say():
    assert REFERENCE.read_text(encoding="utf-8") == config.document(), "run: python -m pinson.lib.config"
