"""Hours are written in one way each: as on a clock where they stand by themselves, as they are said in sentences."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pinson.interfaces.web import dates
from tests.interfaces.own.test_events_api import ROOT, made, told
from tests.interfaces.web.visitor import Visitor

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2010, 3, 30, 7, 5, tzinfo=UTC)
EVENT = "/e/premieres-collisions"
SENTENCES = re.compile(
    r"(?:message de|message of|[Rr]ectifié à|[Cc]orrected at|expected at|attendues à|More by|Suite avant) ([\dh:\xa0]+)"
)


@pytest.mark.parametrize(("lang", "said"), [("fr", "9\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}05"), ("en", "09:05")])
def test_an_hour_is_said_as_people_say_it_and_stands_as_on_a_clock(lang, said):
    assert dates.hour(AT, lang=lang, zone=PARIS) == said
    assert dates.clock(AT, zone=PARIS) == "09:05"
    assert dates.moment(AT, lang=lang, zone=PARIS).endswith("2010, 09:05")
    assert dates.span(AT, AT + timedelta(hours=2), lang=lang, zone=PARIS).endswith("2010, 09:05 – 11:05")


@pytest.mark.parametrize("path", [EVENT, f"{EVENT}/mur", f"{EVENT}/embed", f"{EVENT}/revivre", f"{EVENT}/regie"])
@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_every_page_of_an_event_says_hours_in_the_same_way(world, path, lang):
    ana = await world.person("ana")
    event = await made(world, ana, language=lang, slug="premieres-collisions")
    line = {"starts_at": (world.clock.now() + timedelta(hours=2)).isoformat(), "what": "Reprise"}
    await world.client(ana).post(f"{ROOT}/events/{event['id']}/programme", json=line)
    wrong = await told(world, ana, event, "Un", is_key=True)
    until = (world.clock.now() + timedelta(minutes=30)).isoformat()
    await told(world, ana, event, "Deux", corrects_id=wrong["id"], expects_from=until, expects_until=until)
    visitor = Visitor(world, lang=lang)
    await visitor.sign_in("ana")

    html = (await visitor.client.get(path)).text
    alone = re.findall(r"<(?:time|b|strong)[^>]*>\s*([^<]*\d[^<]*?)\s*</(?:time|b|strong)>", html)
    said = SENTENCES.findall(html)

    assert alone
    assert not [one for one in alone if re.search(r"\d\s*h\s*\d", one)]
    assert said
    form = r"\d+\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}\d\d" if lang == "fr" else r"\d\d:\d\d"
    assert [one for one in said if not re.fullmatch(form, one)] == []
