"""Messages of an event as PDF, and the sheet of the morning after."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from pinson.interfaces.web import extracts
from pinson.interfaces.web.mornings import Advice, advice_on
from pinson.interfaces.web.walls import Message
from pinson.lib import papers
from tests.interfaces.own.test_events_api import ROOT, made, told
from tests.interfaces.web.visitor import Visitor
from tests.lib.pictures import photo

EXTRACT = "/e/premieres-collisions/extrait"
SHEET = "/e/premieres-collisions/lendemain"


pytestmark = pytest.mark.usefixtures("pango")


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Laboratoire")


@pytest.fixture
async def event(world, ana):
    return await made(world, ana, language="fr", hashtag="", place="Genève")


async def picture(world, person, description="Le tunnel, vide"):
    sent = {"files": {"file": ("x.jpg", photo())}, "data": {"description": description}}
    return (await world.client(person).post("/api/v2/media", **sent)).json()["id"]


async def printed(world, path, *, lang="fr", visitor=None, **query):
    """A PDF as it is served, and what it says."""
    answer = await (visitor or Visitor(world, lang=lang)).client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    document = PdfReader(BytesIO(answer.content))
    text = " ".join(" ".join(page.extract_text() for page in document.pages).split())
    return answer, document, text.replace("\u00a0", " ").replace("\u202f", " ")


def alternatives(document):
    """What stands for the pictures of a PDF, for those who do not see them."""
    known = (document.get_object(number) for number in range(1, document.trailer["/Size"]))
    return [one["/Alt"] for one in known if isinstance(one, dict) and "/Alt" in one]


async def test_an_extract_on_paper_has_the_choice_the_order_and_the_numbers_of_the_others(world, ana, event):
    await told(world, ana, event, "Feu vert")
    wrong = await told(world, ana, event, "Énergie 2,36 TeV")
    shown = [await picture(world, ana)]
    await told(world, ana, event, "Non : 3,5 TeV", corrects_id=wrong["id"], is_key=True, media_ids=shown)
    await told(world, ana, event, "Fin")

    _answer, document, text = await printed(world, EXTRACT, format="pdf", order="oldest", **{"number[]": ["2", "3"]})

    assert re.findall(r"(\d)\. \d+:\d\d", text) == ["2", "3"]
    words = ["Premières collisions", "lundi 30 mars 2026", "Genève", "Énergie 2,36 TeV", "Rectifié à", "Moment clé"]
    words += ["Rectifie le message de", "Non : 3,5 TeV", "Laboratoire", "https://pinson.example/e/premieres-collisions"]
    assert [text.find(word) for word in words] == sorted(max(text.find(word), 0) for word in words)
    assert "Feu vert" not in text
    assert len(document.pages[0].images) == 1
    assert "Le tunnel, vide" in alternatives(document)
    assert text.rstrip().endswith("1 / 1")
    assert (document.metadata.title, document.root_object["/Lang"]) == ("Premières collisions", "fr")
    _answer, document, text = await printed(world, EXTRACT, lang="en", format="pdf")
    assert re.findall(r"(\d)\. \d+:\d\d", text) == ["4", "3", "2", "1"]
    assert "Key moment" in text
    assert document.root_object["/Lang"] == "en"


async def test_proxies_may_hold_it_and_whoever_has_it_already_is_told_so(world, ana, event):
    await told(world, ana, event, "Feu vert")
    answer, *_ = await printed(world, EXTRACT, format="pdf")

    assert answer.headers["cache-control"].startswith("public")
    assert "set-cookie" not in answer.headers
    asked = {"params": {"format": "pdf"}, "headers": {"if-none-match": answer.headers["etag"]}}
    assert (await Visitor(world, lang="fr").client.get(EXTRACT, **asked)).status_code == 304


async def test_so_many_pictures_are_shown_and_the_others_counted(world, ana, event, monkeypatch):
    monkeypatch.setattr(extracts, "MOST_PICTURES", 1)
    for text in ("Un", "Deux", "Trois"):
        await told(world, ana, event, text, media_ids=[await picture(world, ana)])

    _answer, document, text = await printed(world, EXTRACT, format="pdf")

    assert len(document.pages[0].images) == 1
    assert "2 autres images" in text


@pytest.mark.parametrize(("lang", "say"), [("fr", "imprimez-la"), ("en", "print it")])
async def test_where_none_can_be_made_a_page_says_what_to_do_instead(
    world, ana, event, monkeypatch, tmp_path, lang, say
):
    bare = tmp_path / "typesetter.py"
    bare.write_text(papers.TYPESETTER.read_text().replace("from weasyprint import HTML", "raise OSError('no pango')"))
    monkeypatch.setattr(papers, "TYPESETTER", bare)

    answer = await Visitor(world, lang=lang).client.get(EXTRACT, params={"format": "pdf"})

    assert answer.status_code == 503
    assert say in answer.text


async def test_the_sheet_of_the_morning_after_is_one_page_whatever_happened(world, ana):
    event = await made(world, ana, title="Premières collisions", place="Genève " * 25, hashtag="")
    changed = await world.client(ana).patch(f"{ROOT}/events/{event['id']}", json={"title": "Grand " * 20})
    assert changed.status_code == 200, changed.text
    for number in range(6):
        shown = [await picture(world, ana)] if number < 4 else []
        await told(world, ana, event, f"{number} " + "W" * 400, is_key=True, media_ids=shown)
        await told(world, ana, event, f"Réponse {number} " + "WWW " * 100, promises=True)
        await told(world, ana, event, f"Autre {number} " + "promise " * 30, promises=True)
    client = Visitor(world, lang="fr").client
    early = await client.get(SHEET)
    world.clock.move(timedelta(days=1))

    for lang, words in {
        "fr": [
            "18 messages publiés",
            "6 moments clés",
            "4 photos",
            "0 correction",
            "1 heure",
            "12 promesses",
            "Moments clés",
            "reste ouvert",
        ],
        "en": [
            "18 messages published",
            "6 key moments",
            "4 photos",
            "0 corrections",
            "1 hour",
            "12 promises",
            "Key moments",
            "stayed open",
        ],
    }.items():
        answer, document, text = await printed(world, SHEET, lang=lang)
        assert len(document.pages) == 1
        assert [word for word in words if word.replace(" ", "") not in text.replace(" ", "")] == []
        assert "https://pinson.example/e/premieres-collisions" in text
        assert len(document.pages[0].images) == 3
        assert answer.headers["cache-control"].startswith("public")
    assert early.status_code == 404
    assert "n’est pas terminé" in early.text


def a_message(minute, *, is_key=True, photo=True, corrects=None):
    """One on a wall, as far as advice looks at it."""
    at = datetime(2026, 3, 30, 8, tzinfo=UTC) + timedelta(minutes=minute)
    fields = {"html": "", "text": "", "language": "fr", "size": 0, "by": "", "value": None, "gauge": ""}
    return Message(
        **fields,
        id=minute,
        time=f"{at:%H:%M}",
        at=at,
        is_key=is_key,
        pictures=["one"] if photo else [],
        corrects=corrects,
        corrected=None,
    )


@pytest.mark.parametrize(
    ("messages", "found", "advice"),
    [
        ([], {}, Advice("write")),
        ([a_message(0), a_message(300)], {"broken": 2, "undescribed": 1}, Advice("promises", 2)),
        ([a_message(120), a_message(10), a_message(0)], {}, Advice("silence", since="08:10", until="10:00")),
        ([a_message(0, is_key=False)], {"undescribed": 1}, Advice("moments")),
        ([a_message(0), a_message(89)], {"undescribed": 1}, Advice("describe", 1)),
        ([a_message(0, photo=False)], {}, Advice("photos")),
        ([a_message(0), a_message(1, corrects="it")], {}, Advice("read", 1)),
        ([a_message(0)], {}, Advice("same")),
    ],
)
def test_one_thing_to_do_next_time_is_what_weighed_most_on_who_followed(messages, found, advice):
    assert advice_on(messages, **{"broken": 0, "undescribed": 0, **found}) == advice


async def test_how_often_links_were_followed_stands_on_the_sheet_of_those_whose_event_it_is_alone(world, ana, event):
    await told(world, ana, event, "Feu vert")
    world.clock.move(timedelta(days=1))
    member = Visitor(world, lang="fr")
    await member.sign_in("ana")

    answer, _document, text = await printed(world, SHEET, visitor=member)
    _, _, others = await printed(world, SHEET)

    assert "par nos liens" in text
    assert "envoi à un téléphone" in text
    assert "par nos liens" not in others
    assert "Rien : tout ce qui a été promis" in others
    assert answer.headers["cache-control"] == "no-store"


async def test_the_page_of_an_event_that_is_over_leads_to_its_sheet(world, ana):
    begin = datetime(2010, 3, 30, 6, 30, tzinfo=UTC)
    event = await made(world, ana, starts_at=begin.isoformat(), ends_at=begin.replace(hour=12).isoformat())
    await told(world, ana, event, "Feu vert", created_at=begin.replace(hour=8).isoformat())

    for path in ("/e/premieres-collisions", EXTRACT):
        assert SHEET in (await Visitor(world).open(path)).links
