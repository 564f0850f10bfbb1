"""Countries of addresses, by a table that lies beside the server."""

import os

import pytest

from pinson.lib import countries
from pinson.lib.countries import BadTable, Countries, Table
from tests.mmdb import MADE, geolite, ipinfo, table

NETWORKS = {
    "192.0.2.0/24": geolite("FR"),
    "198.51.100.0/23": ipinfo("DE"),
    "198.51.100.64/26": {"country": "AT"},
    "203.0.113.0/24": {"country": {"iso_code": "ZZ"}},
    "2001:db8::/32": geolite("CH"),
    "2001:db8:0:8000::/49": geolite("IT"),
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "countries.mmdb"
    path.write_bytes(table(NETWORKS))
    return path


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("192.0.2.7", "FR"),
        ("::ffff:192.0.2.7", "FR"),
        ("198.51.100.1", "DE"),
        ("198.51.100.65", "AT"),
        ("198.51.101.255", "DE"),
        ("2001:db8::1", "CH"),
        ("2001:db8:0:8000::1", "IT"),
        ("203.0.113.1", ""),  # of no country
        ("10.0.0.1", ""),
        ("fe80::1%eth0", ""),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_an_address_is_of_the_country_that_the_table_says_once_and_again(file, address, country):
    read = Table.open(file)

    assert [read.of(address), read.of("198.51.100.200"), read.of(address)] == [country, "DE", country]
    assert read.made_at == MADE


def test_a_table_of_the_old_addresses_alone_knows_no_new_one(tmp_path):
    path = tmp_path / "old.mmdb"
    path.write_bytes(table({"192.0.2.0/24": geolite("FR")}, ip_version=4))
    read = Table.open(path)

    assert [read.of("192.0.2.7"), read.of("2001:db8::1")] == ["FR", ""]


def test_no_address_is_remembered(file):
    read = Table.open(file)

    read.of("192.0.2.7")
    read.of("2001:db8:1:2:3:4:5:6")

    assert set(read._known) == {"192.0.2", bytes.fromhex("20010db80001")}


def test_what_is_remembered_has_a_bound(file, monkeypatch):
    monkeypatch.setattr(countries, "KNOWN", 3)
    read = Table.open(file)

    assert [read.of(f"10.0.{number}.1") for number in range(20)] == [""] * 20
    assert len(read._known) <= 3


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"", "no table in the MMDB format"),
        (b"<html>Please sign in</html>" * 100, "no table in the MMDB format"),
        (table(NETWORKS)[:900], "no table in the MMDB format"),
        (table({"192.0.2.0/24": {"asn": "AS64496"}}), "holds no countries"),
    ],
)
def test_a_file_that_is_no_table_of_countries_says_so(tmp_path, content, why):
    path = tmp_path / "x.mmdb"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(BadTable, match=why):
        Table.open(path)


def test_a_newer_file_is_taken_and_a_broken_one_leaves_the_last(file, tmp_path):
    told = Countries(file, folder=tmp_path)
    told.refresh()
    before = told.of("192.0.2.7")

    file.write_bytes(b"")  # in place, under the eyes of whoever reads it
    told.refresh()
    broken = told.of("192.0.2.8")
    file.write_bytes(table({"192.0.2.0/24": geolite("BE")}))
    told.refresh()

    assert (before, broken, told.of("192.0.2.7")) == ("FR", "FR", "BE")
    assert os.listdir(tmp_path) == ["countries.mmdb"]


def test_a_file_is_read_once_while_it_stays(file, tmp_path):
    told = Countries(file, folder=tmp_path)
    told.refresh()
    first = told._table

    told.refresh()

    assert told._table is first


def test_without_a_file_nothing_is_told(tmp_path):
    told = Countries(None, folder=tmp_path)
    told.refresh()

    assert (told.is_there, told.of("192.0.2.7")) == (False, None)


def test_countries_have_names_in_both_languages():
    assert [countries.name("DE", lang=lang) for lang in ("fr", "en")] == ["Allemagne", "Germany"]
