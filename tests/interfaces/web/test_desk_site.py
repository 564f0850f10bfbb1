"""Whoever runs the server says what it is for, by which rules, and what everybody is told: in both languages."""

from datetime import timedelta

import pytest
from PIL import Image

from pinson import schedule
from pinson.domain import instance
from pinson.domain.access import UserRole
from pinson.domain.instance import Paper
from tests.interfaces.mastodon.test_query_counts import counted
from tests.interfaces.web.test_desk_barriers import press
from tests.interfaces.web.visitor import Visitor
from tests.lib.pictures import encoded

PNG = encoded(Image.new("RGB", (64, 64), (200, 80, 60)), "PNG")
EVIL = '"><script>alert(1)</script>{{7777*7777}}'
PAGES = [f"/operator/{name}" for name in ("site", "rules", "legal", "announcements", "emojis")]


@pytest.fixture
async def desk(world):
    """An administrator's browser, at the desk."""
    await world.person("root", role=UserRole.ADMIN)
    visitor = Visitor(world)
    await visitor.sign_in("root")
    return visitor


async def read(world, path):
    """What a stranger reads at a path, in French and in English."""
    return [(await Visitor(world, lang=lang).open(path)).text for lang in ("fr", "en")]


@pytest.mark.parametrize("path", PAGES)
async def test_only_whoever_runs_the_server_writes_for_it(world, desk, path):
    await world.person("mona", role=UserRole.MODERATOR)
    moderator = Visitor(world)
    await moderator.sign_in("mona")

    assert (await desk.open(path)).status == 200
    assert (await moderator.open(path)).status == 404


async def test_what_the_site_is_for_is_read_in_both_languages(world, desk):
    page = await desk.open("/operator/site")
    page = await desk.send(page, **{"text[fr]": "Pour la ville", "text[en]": "For the town"})

    french, english = await read(world, "/about")
    assert "Pour la ville" in french
    assert "For the town" in english
    app = world.client()
    answer = await app.get("/api/v1/instance/extended_description", headers={"accept-language": "fr"})
    assert "Pour la ville" in answer.json()["content"]

    await desk.send(page, **{"text[fr]": "", "text[en]": "For all"})
    assert ["For all" in text for text in await read(world, "/about")] == [True, True]


async def test_rules_are_made_moved_changed_lifted_and_brought_back_to_their_place(world, desk):
    for number, (french, english) in enumerate((("Pas d’insultes", "No insults"), ("Pas de pub", "No ads"))):
        page = await desk.open("/operator/rules")
        await press(
            desk, page, "/operator/rules", **{"text[fr]": french, "text[en]": english, "hint[en]": f"Hint {number}"}
        )
    assert (await press(desk, page, "/operator/rules")).status == 422

    page = await desk.open("/operator/rules")
    form = await desk.open([link for link in page.links if "/operator/rules/" in link][-1])
    assert form.forms[0].fields["text[fr]"] == "Pas de pub"
    page = await desk.send(form, position="1", **{"text[fr]": "Pas de publicité"})
    french, english = await read(world, "/rules")
    assert french.index("Pas de publicité") < french.index("Pas d’insultes")
    assert english.index("No ads") < english.index("No insults")

    page = await press(desk, page, "/lift")
    assert "Pas de publicité" not in (await read(world, "/rules"))[0]
    await press(desk, page, "/operator/rules")
    again = await world.ask(instance.all_rules)
    assert [rule.said("fr").text for rule in again] == ["Pas de publicité", "Pas d’insultes"]
    assert again[0].said("en").hint == "Hint 1"
    assert "root @root lifted the rule Pas de publicité" in (await desk.open("/moderation/register")).text


@pytest.mark.parametrize(("paper", "path"), [("terms", "/terms-of-service"), ("privacy", "/privacy-policy")])
async def test_a_legal_text_holds_from_its_day_on_and_can_be_taken_back_before(world, desk, paper, path):
    async def publish(text, since):
        page = await desk.open("/operator/legal")
        at = next(
            at for at, form in enumerate(page.forms) if form.fields.get("paper") == paper and "text[fr]" in form.fields
        )
        return await desk.send(
            page, form=at, since=since, **{"text[fr]": text, "text[en]": f"{text} (en)" if text else ""}
        )

    await publish("Un", "2026-03-30")
    page = await publish("Deux", "2026-04-10")
    assert (await publish("Hier", "2026-03-01")).status == 409
    assert (await publish("Encore", "2026-04-10")).status == 409
    assert (await publish("", "2026-05-10")).status == 422
    assert (await publish("Jamais", "bientôt")).status == 422

    french, english = await read(world, path)
    assert ("Un " in french, "Un (en)" in english, "10 avril 2026" in french) == (True, True, True)
    app = world.client()
    api = "terms_of_service" if paper == "terms" else "privacy_policy"
    answer = await app.get(f"/api/v1/instance/{api}", headers={"accept-language": "en"})
    assert "Un (en)" in answer.json()["content"]

    page = await press(desk, page, "/withdraw")
    assert len(await world.ask(instance.all_terms, Paper(paper))) == 1
    undone = next(at for at, form in enumerate(page.forms) if form.fields.get("text[fr]") == "Deux")
    await desk.send(page, form=undone)
    world.clock.move(timedelta(days=12))
    assert "Deux (en)" in (await read(world, path))[1]


async def test_an_announcement_is_told_in_the_language_of_its_reader_and_withdrawn(world, desk):
    ana = await world.person("ana")

    async def told(lang):
        answer = await world.client(ana).get("/api/v1/announcements", headers={"accept-language": lang})
        return [one["content"] for one in answer.json()]

    page = await desk.open("/operator/announcements")
    page = await press(
        desk, page, "/operator/announcements", **{"text[fr]": "Coupure dimanche", "text[en]": "Outage on Sunday"}
    )
    assert "Coupure" in (await told("fr"))[0]
    assert "Outage" in (await told("en"))[0]
    for lang, word in (("fr", "Coupure"), ("en", "Outage")):
        reader = Visitor(world, lang=lang)
        await reader.sign_in("ana")
        assert word in (await reader.open("/")).text

    page = await press(desk, page, "/withdraw")
    assert await told("fr") == []
    await press(desk, page, "/operator/announcements")
    assert "Coupure" in (await told("fr"))[0]


async def test_an_announcement_for_later_is_told_when_its_time_has_come_and_goes_when_it_is_over(world, desk):
    ana = await world.person("ana")

    async def told():
        return [one["id"] for one in (await world.client(ana).get("/api/v1/announcements")).json()]

    page = await desk.open("/operator/announcements")
    early = await press(
        desk, page, "/operator/announcements", at="2026-03-31T10:00", until="2026-03-31T09:00", **{"text[fr]": "Non"}
    )
    nonsense = await press(desk, page, "/operator/announcements", at="demain", **{"text[fr]": "Non"})
    assert (early.status, nonsense.status) == (422, 422)
    page = await press(
        desk,
        page,
        "/operator/announcements",
        at="2026-03-30T16:06",  # in Paris: an hour from now
        until="2026-03-30T18:06",
        **{"text[fr]": "Bientôt"},
    )
    assert "will be told on" in page.text
    await schedule.sweep(world.tools)
    assert await told() == []

    world.clock.move(timedelta(hours=1, minutes=1))
    await schedule.sweep(world.tools)
    assert len(await told()) == 1
    world.clock.move(timedelta(hours=2))
    await schedule.sweep(world.tools)
    assert await told() == []
    assert await world.ask(instance.all_announcements) == []


async def test_an_emoji_is_added_removed_and_brought_back(world, desk):
    async def add(shortcode, body):
        page = await desk.open("/operator/emojis")
        fields = page.forms[-1].fields | {"shortcode": shortcode}
        answer = await desk.client.post(
            "/operator/emojis", data=fields, files={"picture": ("x.png", body, "image/png")}
        )
        return await desk._arrive(answer)

    async def offered():
        return [one["shortcode"] for one in (await world.client().get("/api/v1/custom_emojis")).json()]

    page = await add(":mairie:", PNG)
    assert await offered() == ["mairie"]
    refused = [await add("é", PNG), await add("mairie", PNG), await add("autre", b"no picture"), await add("rien", b"")]
    assert [one.status for one in refused] == [422, 409, 422, 422]
    assert (await add("gros", b"x" * (300 << 10))).status == 422

    page = await press(desk, await desk.open("/operator/emojis"), "/remove", shortcode="mairie")
    assert await offered() == []
    await schedule.sweep(world.tools)
    await press(desk, page, "/again")
    assert await offered() == ["mairie"]
    (emoji,) = world.tools.emojis.all
    assert (await world.client().get(f"/media/{emoji.key}")).status_code == 200


async def test_nothing_that_is_written_leaves_its_place(world, desk):
    words = {"text[fr]": EVIL, "text[en]": EVIL}
    await desk.send(await desk.open("/operator/site"), **words)
    await press(desk, await desk.open("/operator/rules"), "/operator/rules", **words)
    await press(desk, await desk.open("/operator/announcements"), "/operator/announcements", **words)
    page = await desk.open("/operator/legal")
    for at, form in enumerate(page.forms):
        if "since" in form.fields and "text[fr]" in form.fields:
            await desk.send(page, form=at, **words)

    for path in (*PAGES, "/moderation/register", "/about", "/rules", "/terms-of-service", "/privacy-policy"):
        page = await desk.open(path)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "60481729" not in page.html


async def test_no_page_about_the_site_costs_more_statements_for_much_than_for_little(world, desk):
    async def fill(numbers):
        for number in numbers:
            await world.write(instance.add_rule, text=f"Rule {number}")
            await world.write(instance.announce, text=f"Hear {number}")
            day = world.clock.now().replace(hour=0, minute=0) + timedelta(days=number)
            for paper in Paper:
                await world.write(instance.publish_terms, text="Text", effective_at=day, paper=paper)

    async def costs():
        found = {}
        for path in PAGES:
            await desk.open(path)
            with counted(world) as statements:
                assert (await desk.open(path)).status == 200
            found[path] = statements
        return found

    await fill(range(1, 3))
    few = await costs()
    await fill(range(3, 9))

    assert await costs() == few
    assert max(few[path].total() for path in few) <= 9
