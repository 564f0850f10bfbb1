"""Pages as PDF: what a page may show, what is asked of it, and what happens where it cannot be made."""

import asyncio
import socket
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pypdf import PdfReader

from pinson.lib import papers
from pinson.lib.papers import CannotPrint, Press, PressIsBusy
from tests.lib.pictures import photo

PAGE = '<!doctype html><html lang="fr"><head><title>Été</title></head><body><p>Bonjour</p>{}</body></html>'


pytestmark = pytest.mark.usefixtures("pango")


class Folder:
    """Where a press works."""

    @contextmanager
    def workshop(self):
        with TemporaryDirectory() as name:
            yield Path(name)


@pytest.fixture
def press():
    return Press(Folder())


async def read(press, more="", **files):
    return PdfReader(BytesIO(await press.print(PAGE.format(more), files, base_url="https://pinson.example")))


async def test_a_page_becomes_a_tagged_file_with_its_language_and_title(press):
    made = await read(press)

    assert made.pages[0].extract_text().strip() == "Bonjour"
    assert made.metadata.title == "Été"
    assert made.root_object["/Lang"] == "fr"
    assert made.root_object["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in made.root_object["/Metadata"].get_data()


async def test_nothing_is_asked_for_but_the_files_that_were_given(press, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(photo(8, 8, "PNG"))
    given = tmp_path / "given.png"
    given.write_bytes(secret.read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        outside = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        more = (
            f'<link rel="stylesheet" href="{outside}"><img alt="o" src="{outside}">'
            f'<img alt="f" src="{secret.as_uri()}"><img alt="p" src="pinson:{secret}">'
            f'<img alt="d" src="pinson:../secret.png">'
        )
        made = await read(press, more, **{"given.png": given})
        with pytest.raises(BlockingIOError):
            server.accept()

    assert len(made.pages[0].images) == 0
    assert len((await read(press, '<img alt="g" src="pinson:given.png">', **{"given.png": given})).pages[0].images) == 1


async def test_where_its_libraries_are_missing_a_page_is_refused_and_why_is_known(press, tmp_path, monkeypatch):
    bare = tmp_path / "typesetter.py"
    text = papers.TYPESETTER.read_text()
    assert "from weasyprint import HTML" in text
    bare.write_text(text.replace("from weasyprint import HTML", "raise OSError('no libpango-1.0-0')"))
    monkeypatch.setattr(papers, "TYPESETTER", bare)

    with pytest.raises(CannotPrint):
        await read(press)
    assert await papers.missing() == "no libpango-1.0-0"


async def test_one_is_made_at_a_time_and_once_and_whoever_comes_last_of_too_many_is_asked_to_come_back(
    press, monkeypatch
):
    running, most, calls = 0, 0, 0
    once = papers._typeset

    async def watched(*job):
        nonlocal running, most, calls
        running, calls = running + 1, calls + 1
        most = max(most, running)
        try:
            return await once(*job)
        finally:
            running -= 1

    monkeypatch.setattr(papers, "_typeset", watched)
    monkeypatch.setattr(papers, "MOST_WAITING", 3)
    outcomes = await asyncio.gather(*(read(press, text) for text in ("a", "a", "b", "c")), return_exceptions=True)

    assert [type(one) for one in outcomes] == [PdfReader, PdfReader, PdfReader, PressIsBusy]
    assert (most, calls) == (1, 2)


async def test_what_takes_too_long_is_given_up(press, monkeypatch):
    monkeypatch.setattr(papers, "SECONDS", 0.01)

    with pytest.raises(PressIsBusy):
        await read(press)
