"""Who agreed to what is proven to publishers and operators without an address; promises, posters, what was missed."""

from datetime import timedelta

import pytest

from pinson.domain import alerts
from pinson.domain.access import UserRole
from pinson.domain.alerts import NoteKind, Publisher
from tests.interfaces.web.test_doors import Arranging, ask_by_letter, the_note
from tests.interfaces.web.visitor import Visitor


@pytest.fixture
async def lab(world):
    return await world.person("lab", display_name="Le Labo")


async def signed_in(world, name, lang="en"):
    visitor = Visitor(world, lang=lang)
    await visitor.sign_in(name)
    return visitor


async def test_a_publisher_sees_who_agreed_to_its_messages_and_no_address(world, lab):
    await world.person("other")
    await Arranging(world).begin()
    await ask_by_letter(Visitor(world), "bob@mail.example", path="/s/other")
    publisher = await signed_in(world, "lab")

    page = await publisher.open("/settings/consents")
    assert "a…@mail.example" in page.text
    assert "I agree to get the messages of Le Labo by e-mail" in page.text
    assert "confirmed by the link" in page.text
    table = (await publisher.client.get("/settings/consents.csv")).text
    for text in (page.html, table):
        assert "ana@mail.example" not in text
        assert "b…@mail.example" not in text
    assert "I agree to get the messages of Le Labo by e-mail" in table
    assert table.count("@mail.example") == 1


async def test_who_runs_the_server_finds_the_proofs_of_an_address(world, lab):
    await world.person("root", role=UserRole.ADMIN)
    await Arranging(world).begin()
    root = await signed_in(world, "root")

    assert "a…@mail.example" in (await root.open("/operator/consents")).text
    found = await root.open("/operator/consents?q=Ana@mail.example")
    assert "Le Labo" in found.text
    assert "ever agreed" in (await root.open("/operator/consents?q=bob@mail.example")).text
    assert "no address and no number" in (await root.open("/operator/consents?q=nothing")).text
    table = (await root.client.get("/operator/consents.csv?q=ana@mail.example")).text
    assert "Le Labo" in table
    assert (await (await signed_in(world, "lab")).open("/operator/consents")).status == 404


async def test_what_an_account_is_as_a_sender_is_chosen_but_not_its_credits(world, lab):
    await world.tools.db.write(alerts.publishers.change, publisher=Publisher(lab.account_id, credits=7))
    publisher = await signed_in(world, "lab")
    page = await publisher.open("/settings/sending")
    saved = await publisher.send(page, form=-1, commercial="1", sender="LeLabo", promise="3")
    assert "It is saved" in saved.text
    kept = (await world.ask(alerts.publishers.publishers, [lab.account_id]))[lab.account_id]
    assert kept == Publisher(lab.account_id, commercial=True, sender="LeLabo", promise=3, credits=7)

    for wrong in ({"sender": "Laboratoire de physique"}, {"promise": "many"}, {"promise": "501"}):
        refused = await publisher.send(page, form=-1, **wrong)
        assert refused.status == 422, wrong


async def test_the_page_of_an_account_says_its_promise_and_whether_it_was_kept(world, lab):
    await world.tools.db.write(alerts.publishers.change, publisher=Publisher(lab.account_id, promise=1))
    stranger = Visitor(world)
    page = await stranger.open("/@lab")
    assert "At most 1 message a week" in page.text
    assert "kept" not in page.text
    assert "/s/lab" in page.links

    for week in (1, 2, 0):
        for _ in range(week):
            await world.publish(lab, "News")
        world.clock.move(timedelta(days=7))
    assert "kept 2 weeks of 3" in (await Visitor(world, lang="en").open("/@lab")).text


async def test_the_poster_is_one_sheet_and_its_code_leads_to_the_doors(world, lab):
    answer = await world.client().get("/s/lab/affiche", headers={"accept-language": "fr"})
    if answer.status_code == 503:
        pytest.skip("the libraries that print are not installed")
    assert answer.content.startswith(b"%PDF")
    assert answer.content.count(b"/Type /Page\n") <= 1
    code = await world.client().get("/s/lab/code.svg")
    assert code.headers["content-type"].startswith("image/svg")
    assert (await world.client().get("/s/nobody/code.svg")).status_code == 404


async def test_what_was_missed_stands_on_a_page_each_with_its_reason(world, lab):
    ana = await Arranging(world).begin(rhythm="digest")
    world.clock.move(timedelta(minutes=1))
    await world.publish(lab, "The first beam")
    await world.settle()
    address_id = (await the_note(world, NoteKind.CODE)).address_id
    key = await world.ask(alerts.key_of, address_id)
    assert "You missed nothing of late" in (await ana.visitor.open(f"/s/resume/{key}")).text

    world.clock.move(timedelta(hours=6))
    await world.write(alerts.make_digests)
    page = await ana.visitor.open(f"/s/resume/{key}")
    assert "The first beam" in page.text
    assert "Why it waited: you chose one digest a day of Le Labo" in page.text
    assert (await ana.visitor.open("/s/resume/1-nothing")).status == 404
