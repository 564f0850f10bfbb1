"""Tells the country of an internet address, by a table that whoever runs the server put there. None comes with it.

Called where a short link is followed, on the way: an address is looked up and forgotten. The table is a file in the
MMDB format (https://maxmind.github.io/MaxMind-DB/), in which all tables that are free to use are given out; the names
of their fields differ, and the three ways in use are read. What is remembered is of networks, not of addresses.

Not here: what is counted by country, and how little of it is told (domain/shortlinks).
"""

import asyncio
import functools
import re
import shutil
import socket
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import maxminddb
import structlog
from babel import Locale
from maxminddb import InvalidDatabaseError

AGAIN = 600  # seconds between two looks whether the file is another one
SAMPLE = 1000  # records among which one must name a country
KNOWN = 65_536  # networks that are remembered: some 8 MB
UNKNOWN = ""
_MAPPED = bytes(10) + b"\xff\xff"  # an IPv4 address written as one of IPv6 (RFC 4291, section 2.5.5.2)

events = structlog.get_logger("pinson.countries")


class BadTable(Exception):
    """The file cannot be used; says why."""


class Table:
    """A table that was read. made_at: when its makers made it."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self._known: dict[str | bytes, str] = {}
        self.made_at = datetime.fromtimestamp(reader.metadata().build_epoch, UTC)

    @classmethod
    def open(cls, path: Path, *, folder: Path | None = None) -> "Table":
        """Read a file, by way of a copy: written over while it is mapped, it would end the process (SIGBUS).

        Args:
            folder: where the copy is, which nobody else sees; the system's own for such by default.
        Raises:
            BadTable: it is not there, no table, or one of something else than countries.
        """
        try:
            with path.open("rb") as file, tempfile.NamedTemporaryFile(dir=folder, prefix=".countries-") as copy:
                shutil.copyfileobj(file, copy)
                copy.flush()
                reader = maxminddb.open_database(copy.name)
            if not any(_code(record) for _, record in islice(reader, SAMPLE)):
                raise BadTable(f"{path} holds no countries.")
            return cls(reader)
        except OSError as error:
            raise BadTable(f"{path} cannot be read: {error.strerror}.") from error
        except (InvalidDatabaseError, ValueError, OverflowError) as error:
            raise BadTable(f"{path} is no table in the MMDB format, or not whole.") from error

    def of(self, address: str) -> str:
        """The country of an address (ISO 3166-1, two letters), or `UNKNOWN`.

        2 to 4 µs, up to 20 where a record holds names in eight languages: hence the memory (0.2). In it a network of
        256 addresses (IPv6: a site, /48) stands only if the table knows it as one; an address is in it never.
        """
        near: str | bytes
        try:
            if ":" in address:
                packed = socket.inet_pton(socket.AF_INET6, address)
                near, most = packed[:6], 48
                if packed.startswith(_MAPPED):
                    address = socket.inet_ntop(socket.AF_INET, packed[12:])
                    near, most = address.rpartition(".")[0], 24
            else:
                near, most = address.rpartition(".")[0], 24
            code = self._known.get(near)
            if code is None:
                record, length = self._reader.get_with_prefix_len(address)
                code = _code(record)
                if length <= most:
                    if len(self._known) >= KNOWN:
                        self._known.clear()
                    self._known[near] = code
        except (ValueError, OSError, InvalidDatabaseError):  # no address, or one of a kind that the table has not
            return UNKNOWN
        return code


class Countries:
    """The table in use, if there is one. See the module."""

    def __init__(self, path: Path | None, *, folder: Path) -> None:
        """
        Args:
            path: of the file; None: no countries are told.
            folder: see `Table.open`.
        """
        self._path = path
        self._folder = folder
        self._table: Table | None = None
        self._looks: tuple[int, ...] | None = None

    @property
    def is_there(self) -> bool:
        """Whether countries are told."""
        return self._table is not None

    def of(self, address: str) -> str | None:
        """The country of an address, or `UNKNOWN`; None if there is no table."""
        return self._table.of(address) if self._table is not None else None

    def refresh(self) -> None:
        """Read the file if it is another than before. One that cannot be used leaves things as they are. Blocks."""
        if self._path is None:
            return
        looks: tuple[int, ...] = ()
        with suppress(OSError):
            status = self._path.stat()
            looks = (status.st_ino, status.st_size, status.st_mtime_ns)
        if looks == self._looks:
            return
        self._looks = looks
        try:
            self._table = Table.open(self._path, folder=self._folder)
        except BadTable as error:
            events.warning("countries_unusable", why=str(error), goes_on_with_the_last=self.is_there)
        else:
            events.info("countries_read", made_at=str(self._table.made_at))

    async def run(self) -> None:
        """Look every ten minutes whether there is a newer file, until cancelled."""
        while True:
            await asyncio.sleep(AGAIN)
            await asyncio.to_thread(self.refresh)


def name(code: str, *, lang: str) -> str:
    """A country's name in a language (CLDR)."""
    return str(Locale.parse(lang, sep="-").territories.get(code, code))


def _code(record: object) -> str:
    if not isinstance(record, dict):
        return UNKNOWN
    said = record.get("country_code") or record.get("country")  # IPinfo Lite, and tables of registries
    if isinstance(said, dict):
        said = said.get("iso_code")  # GeoLite, DB-IP
    code = said.upper() if isinstance(said, str) else UNKNOWN
    return code if code in _codes() else UNKNOWN


@functools.cache
def _codes() -> frozenset[str]:
    """All countries. Found out when one is first asked for: a server starts without."""
    return frozenset(code for code in map(str, Locale("en").territories) if re.fullmatch("[A-Z]{2}", code)) - {"ZZ"}
