"""Whoever wants messages by e-mail gets them from a real mail server, signed and with a way out; returns count."""

import asyncio
import re
import smtplib
from datetime import timedelta

import dkim
import pytest

from pinson import mailing, schedule
from pinson.domain import alerts, deliveries, instance, posts
from pinson.domain.alerts import NoteKind, Reach, Rhythm, Source, Topic, Wish, Withdrawn, Wording, register
from pinson.domain.deliveries import Channel, What
from pinson.domain.relations.model import TopicKind
from pinson.lib.dkim import Signer
from pinson.lib.lmtp import Door
from pinson.lib.postmarks import Postmark
from pinson.returning import Returns
from tests.interfaces.mastodon.test_query_counts import counted
from tests.interfaces.own.test_events_api import made, told
from tests.interfaces.web.test_doors import ask_by_letter
from tests.interfaces.web.visitor import Visitor
from tests.lib.pictures import photo
from tests.mail_sink import Post, serving_mail
from tests.ports import a_free_port
from tests.reports import a_bounce, a_complaint
from tests.world import URL, open_world

WORDING = Wording("fr", "J’accepte de recevoir les messages de Lab par e-mail.")
CODE = "482113"


@pytest.fixture
async def post():
    """The mail server that we hand letters to."""
    return Post(pipelining=True)


@pytest.fixture
async def world(tmp_path, post):
    """A world that sends real e-mail, and takes what comes back."""
    async with serving_mail(post) as port:
        mail = {
            "mail.backend": "smtp",
            "mail.smtp_host": "127.0.0.1",
            "mail.smtp_port": port,
            "mail.smtp_tls": "none",
            "mail.sender": "Portelune <alertes@pinson.example>",
            "mail.lmtp_port": a_free_port(),
            "mail.bounce_domain": "retours.pinson.example",
        }
        async with open_world(tmp_path, mail) as opened:
            yield opened


class Reading:
    """Somebody who reads e-mail, and asks for it."""

    def __init__(self, world, value="lea@mail.example", lang="fr"):
        self.world, self.value, self.lang, self.link = world, value, lang, f"link-of-{value}"

    async def ask(self, topic, *, wish=None, confirmed=True, name="Lab"):
        """Ask for a topic on a page, and perhaps prove that the address is theirs."""
        asked = await self.world.write(
            alerts.ask,
            reach=Reach(Channel.EMAIL, self.value),
            topic=topic,
            wish=wish or Wish(),
            wording=Wording(self.lang, WORDING.text),
            source=Source.PAGE,
            topic_name=name,
            zone="Europe/Paris",
            reader_id=None,
            secrets=alerts.Secrets(CODE, self.link),
        )
        self.address_id = asked.address_id
        if confirmed:
            await self.world.write(alerts.confirm, address_id=asked.address_id, code=CODE)
        return self

    async def alerts(self):
        """What they still get."""
        return await self.world.ask(alerts.alerts_of, [self.address_id])


def of(person):
    return Topic(TopicKind.ACCOUNT, person.account_id, person.account_id)


def letters(post, about="post"):
    return [one for one in post.messages if one["Message-ID"].startswith(f"<{about}.")]


def text_of(letter):
    return letter.get_body(("plain",)).get_content()


def links_of(letter):
    """Every address of ours that a letter leads to, in its order."""
    hrefs = re.findall(r'href="([^"]+)"', letter.get_body(("html",)).get_content())
    return list(dict.fromkeys(one.removeprefix(URL) for one in hrefs if one.startswith(f"{URL}/")))


async def ledger(world, message):
    counted = {}
    for line in await world.ask(deliveries.lines, [message.id]):
        counted[line.what] = counted.get(line.what, 0) + line.deliveries
    return counted


async def test_a_message_reaches_who_asked_in_their_language_signed_and_with_a_way_out(world, post):
    lab = await world.person("lab", display_name="Laboratoire de Portelune")
    lea = await Reading(world).ask(of(lab))
    await Reading(world, "sam@mail.example", "en").ask(of(lab))
    await Reading(world, "tom@mail.example").ask(of(lab), confirmed=False)

    message = await world.publish(lab, "Le faisceau est stable : https://lab.example/faisceau", language="fr")
    await world.settle()
    await world.settle()

    french, english = sorted(letters(post), key=lambda one: one["To"])
    assert [french["To"], english["To"]] == ["lea@mail.example", "sam@mail.example"]
    assert french["Subject"].startswith("Le faisceau est stable")
    assert "Laboratoire de Portelune" in french["From"]
    assert "alertes@pinson.example" in french["From"]
    assert "30 mars 2026, 15:06" in text_of(french)
    assert "30 March 2026, 15:06" in text_of(english)
    assert f"{URL}/@lab/{message.id}" in text_of(french)
    assert (french["Auto-Submitted"], french["Precedence"]) == ("auto-generated", "list")
    assert french["List-Id"] == f"<{lab.account_id}.alerts.pinson.example>"
    key = await world.ask(alerts.key_of, lea.address_id)
    assert f"<{URL}/s/leave/{key}/{lab.account_id}>" in french["List-Unsubscribe"]
    assert "<mailto:leave+" in french["List-Unsubscribe"]
    assert french["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert key in text_of(french)
    assert key not in english.as_string()
    sender = next(sender for sender, to, _ in post.taken if to == ["lea@mail.example"] and sender.startswith("bounce+"))
    assert sender.endswith("@retours.pinson.example")
    assert key.partition("-")[2] not in sender
    seal = await world.ask(instance.seal)
    signer = Signer(seal.secret, domain="pinson.example", selector=seal.selector)
    assert all(dkim.verify(content, dnsfunc=lambda *_, **__: signer.record.encode()) for _, _, content in post.taken)
    assert await ledger(world, message) == {What.ASKED: 2, What.SENT: 2}


async def test_both_forms_show_the_pictures_of_a_message_a_digest_one_of_each_and_nothing_else_is_fetched(world, post):
    lab = await world.person("lab")
    await Reading(world).ask(of(lab))
    await Reading(world, "sam@mail.example").ask(of(lab), wish=Wish(Rhythm.DIGEST))
    uploads = [
        await world.client(lab).post(
            "/api/v2/media", files={"file": photo(1200, 800)}, data={"description": f"Le pont, vu de {side}"}
        )
        for side in ("loin", "près")
    ]
    shown = [upload.json()["id"] for upload in uploads]

    await world.publish(lab, "<b>The bridge</b>", media_ids=shown, language="en")
    await world.settle()
    world.clock.move(timedelta(hours=5))
    await world.write(alerts.make_digests)
    await world.settle()

    [letter], [digest] = letters(post), letters(post, "digest")
    html, all_html = (one.get_body(("html",)).get_content() for one in (letter, digest))
    assert "&lt;b&gt;The bridge&lt;/b&gt;" in html
    assert re.findall(r'alt="([^"]+)" width="(\d+)"', html) == [
        ("Le pont, vu de loin", "520"),
        ("Le pont, vu de près", "520"),
    ]
    assert re.findall(r"\[(.*)\] https", text_of(letter)) == ["Le pont, vu de loin", "Le pont, vu de près"]
    assert all_html.count("<img") == 1
    assert "1\u00a0image de plus" in all_html
    assert "1\u00a0image de plus" in text_of(digest)
    assert len(re.findall(r'<p class="text" lang="en"', html)) == 1


async def test_what_is_behind_a_warning_stays_there(world, post):
    lab = await world.person("lab")
    await Reading(world).ask(of(lab))

    await world.publish(lab, "Le résultat du match", spoiler_text="Résultat", sensitive=True)
    await world.settle()

    [letter] = letters(post)
    assert "match" not in letter.as_string()
    assert letter["Subject"] == "Résultat"


@pytest.mark.parametrize("change", ["deleted", "left"])
async def test_what_was_taken_back_before_it_left_reaches_nobody(world, post, change):
    lab = await world.person("lab")
    lea = await Reading(world).ask(of(lab))
    message = await world.publish(lab, "Erreur")
    await world.machine.reactor.settle()
    if change == "deleted":
        await world.client(lab).delete(f"/api/v1/statuses/{message.id}")
    else:
        await world.write(alerts.leave_all, address_ids=[lea.address_id], how=Withdrawn.PAGE)

    await world.settle()

    assert not letters(post)


async def test_a_correction_stands_beside_what_it_corrects_and_says_so(world, post):
    lab = await world.person("lab")
    await Reading(world).ask(of(lab))
    first = await world.publish(lab, "Panne du capteur")
    await world.settle()
    await Reading(world, "sam@mail.example").ask(of(lab))
    world.clock.move(timedelta(minutes=9))

    prepared = posts.prepare(
        posts.Draft("Panne du secteur, non du capteur", corrects_id=first.id),
        max_characters=500,
        local_domain="pinson.example",
    )
    async with world.tools.db.read() as tx:
        circle = await world.tools.circles.of(tx, lab.account_id, now=world.clock.now())
    author = posts.Reader(circle, world.tools.standing)
    await world.write(posts.publish, author=author, author_id=lab.account_id, prepared=prepared, base_url=URL)
    await world.settle()

    error, correction = letters(post)
    assert correction["To"] == error["To"] == "lea@mail.example"
    assert correction["References"] == correction["In-Reply-To"] == error["Message-ID"]
    assert correction["Subject"].startswith("Rectification")
    assert "Panne du capteur" in text_of(correction)


async def test_a_digest_says_of_each_message_why_it_comes_so_late(world, post):
    lab, town = await world.person("lab", display_name="Labo"), await world.person("town", display_name="Ville")
    lea = await Reading(world).ask(of(lab), wish=Wish(Rhythm.DIGEST))
    await lea.ask(of(town), wish=Wish(Rhythm.ALL, per_week=1))
    for text in ("Un", "Deux"):
        await world.publish(lab, text)
        await world.publish(town, f"{text} à la ville")
        world.clock.move(timedelta(minutes=1))
    await world.settle()
    world.clock.move(timedelta(hours=5))

    await world.write(alerts.make_digests)
    await world.settle()

    [digest] = letters(post, "digest")
    said = text_of(digest)
    assert digest["Subject"] == "Ce que vous avez manqué : 3 messages"
    assert "1. Labo" in said
    assert "3. Ville" in said
    assert said.count("vous avez choisi un résumé par jour de Labo") == 2
    assert said.count("votre limite de la semaine pour Ville était atteinte") == 1
    assert "Les heures sont celles de Paris." in said
    key = await world.ask(alerts.key_of, lea.address_id)
    assert f"/s/leave/{key}/0>" in digest["List-Unsubscribe"]
    assert digest["List-Id"] == "<digest.alerts.pinson.example>"


async def test_the_morning_after_an_event_who_follows_it_by_letter_is_told_how_it_went_once(world, post):
    lab = await world.person("lab", display_name="Labo")
    event = await made(world, lab)
    followed = Topic(TopicKind.EVENT, int(event["id"]), lab.account_id)
    lea = await Reading(world).ask(followed, wish=Wish(Rhythm.DIGEST))
    paused = await Reading(world, "sam@mail.example").ask(followed)
    await Reading(world, "tom@mail.example").ask(of(lab))
    async with world.tools.db.read() as tx:
        reader = (await alerts.addresses(tx, [paused.address_id]))[paused.address_id].reader_id
    await world.write(alerts.pause, reader_id=reader, until=world.clock.now() + timedelta(days=9))
    await told(world, lab, event, "Faisceau stable", language="fr")
    await told(world, lab, event, "COLLISIONS !", is_key=True, language="fr")

    seen = []
    for _ in range(4):  # at 17:08, 23:08, 05:08 and 11:08 in Zurich
        await schedule.sweep(world.tools)
        await world.settle()
        seen.append(len(letters(post, "morning")))
        world.clock.move(timedelta(hours=6))
    world.clock.move(timedelta(hours=-1))
    await schedule.sweep(world.tools)
    await world.settle()

    assert seen == [0, 0, 0, 1]
    [letter] = letters(post, "morning")
    said = text_of(letter)
    assert letter["To"] == "lea@mail.example"
    assert letter["Subject"] == "Comment cela s’est passé : Premières collisions"
    for figure in ("2 messages publiés", "1 moment clé", "0 photo", "0 correction", "1 heure, du premier message"):
        assert figure in said
    assert "COLLISIONS !" in said.replace("\u202f", " ")
    assert "Faisceau" not in said
    assert f"/e/{event['slug']}/lendemain" in links_of(letter)
    assert (await world.client().get(f"/e/{event['slug']}/revivre")).status_code == 200
    key = await world.ask(alerts.key_of, lea.address_id)
    assert f"/s/leave/{key}/{event['id']}>" in letter["List-Unsubscribe"]


async def test_an_event_of_which_nothing_was_told_sends_no_letter_the_morning_after(world, post):
    lab = await world.person("lab")
    event = await made(world, lab)
    await Reading(world).ask(Topic(TopicKind.EVENT, int(event["id"]), lab.account_id))
    world.clock.move(timedelta(hours=24))

    await schedule.sweep(world.tools)
    await world.settle()

    assert letters(post, "morning") == []


async def test_a_digest_that_is_long_says_where_the_rest_is(world, post, monkeypatch):
    monkeypatch.setattr(mailing, "MOST_LINES", 3)
    lab = await world.person("lab", display_name="Labo")
    await Reading(world, lang="en").ask(of(lab), wish=Wish(Rhythm.DIGEST))
    for number in range(5):
        await world.publish(lab, f"Message {number}")
    await world.settle()
    world.clock.move(timedelta(hours=5))

    await world.write(alerts.make_digests)
    await world.settle()

    [digest] = letters(post, "digest")
    assert digest["Subject"] == "What you missed: 5 messages"
    assert "3. Labo" in text_of(digest)
    assert "4. Labo" not in text_of(digest)
    assert f"And 2 more messages, to read here:\n\nLabo\n{URL}/@lab\n" in text_of(digest)


async def test_to_know_what_letters_say_costs_the_same_for_few_and_for_many(world):
    lab = await world.person("lab")
    costs = []
    for readers in (2, 20):
        for number in range(readers):
            await Reading(world, f"{number}-{readers}@mail.example").ask(of(lab))
        await world.settle()
        await world.publish(lab, f"To {readers}")
        await world.machine.reactor.settle()
        now = world.clock.now()
        claimed = await world.write(deliveries.claim, channel=Channel.EMAIL, until=now + timedelta(hours=1), limit=99)
        assert len(claimed) >= readers
        with counted(world) as statements:
            async with world.tools.db.read() as tx:
                said = await mailing.Letters(world.tools).prepare(tx, claimed)
        assert len(said) == len(claimed)
        costs.append(sum(statements.values()))

    assert costs[0] == costs[1] <= 12


async def test_who_asks_is_asked_for_proof_and_nothing_else_comes_before(world, post):
    lab = await world.person("lab")
    lea = await Reading(world).ask(of(lab), confirmed=False, name="Laboratoire")
    await world.publish(lab, "Un")
    await world.settle()

    [letter] = post.messages
    assert letter["Subject"] == "Confirmez : les messages de Laboratoire par e-mail"
    assert CODE in text_of(letter)
    assert lea.link in text_of(letter)
    assert "List-Unsubscribe" not in letter


@pytest.mark.parametrize("kind", [NoteKind.GOODBYE, NoteKind.TEST, NoteKind.ANSWER])
async def test_what_the_service_says_arrives(world, post, kind):
    lab = await world.person("lab")
    lea = await Reading(world).ask(of(lab))
    await world.write(alerts.tell, address_id=lea.address_id, kind=kind, data={"text": "Voilà."})
    await world.settle()

    key = await world.ask(alerts.key_of, lea.address_id)
    assert f"{URL}/s/gerer/{key}" in text_of(post.messages[-1])


async def test_one_press_in_the_mail_program_ends_it_and_looking_at_the_link_does_not(world, post):
    lab, town = await world.people("lab", "town")
    lea = await Reading(world).ask(of(lab))
    await lea.ask(of(town))
    message = await world.publish(lab, "Un")
    await world.settle()
    [letter] = letters(post)
    link = re.search(r"<(https://[^>]+)>", letter["List-Unsubscribe"])[1]
    client = world.client()  # a mail program: no cookie, no sign-in

    looked = await client.get(link)
    assert len(await lea.alerts()) == 2
    pressed = await client.post(link, data={"List-Unsubscribe": "One-Click"})

    assert (looked.status_code, pressed.status_code) == (200, 200)
    assert [one.topic_id for one in await lea.alerts()] == [town.account_id]
    [ended] = [one for one in await world.ask(register.page) if one.topic_id == lab.account_id]
    assert ended.withdrawn_how == Withdrawn.ONE_CLICK
    assert (await ledger(world, message))[What.LEFT] == 1


async def test_a_page_asks_people_for_one_press_in_their_language(world, post):
    lab = await world.person("lab", display_name="Laboratoire")
    lea = await Reading(world).ask(of(lab))
    key = await world.ask(alerts.key_of, lea.address_id)
    visitor = Visitor(world)

    page = await visitor.open(f"/s/leave/{key}/{lab.account_id}?lang=fr")
    assert "Ne plus recevoir d’e-mails sur Laboratoire" in page.text
    done = await visitor.send(page)
    again = await visitor.open(f"/s/leave/{key}/{lab.account_id}")

    assert done.status == again.status == 200
    assert "C’est fait" in done.text
    assert not await lea.alerts()
    assert (await visitor.open(f"/s/leave/{key[:-1]}x/{lab.account_id}")).status == 404


async def handed_back(world, to, content):
    """What the mail server of the machine hands to us, by the protocol that it speaks."""
    port = world.tools.settings.mail.lmtp_port
    inbox = Returns(world.tools, Postmark.of(world.tools.settings))
    task = asyncio.create_task(Door(inbox, host="127.0.0.1", port=port, name="mx").run())
    await asyncio.sleep(0.01)

    def send():
        with smtplib.LMTP("127.0.0.1", port, timeout=60) as client:
            return client.sendmail("", [to], content)

    try:
        await asyncio.to_thread(send)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_letter_that_comes_back_loses_the_address_and_is_counted(world, post):
    lab = await world.person("lab")
    lea = await Reading(world).ask(of(lab))
    message = await world.publish(lab, "Un")
    await world.settle()
    [(sender, _, _)] = [one for one in post.taken if one[0].startswith("bounce+") and b"<post." in one[2]]

    await handed_back(world, sender.upper(), a_bounce())
    await world.publish(lab, "Deux")
    await world.settle()

    assert len(letters(post)) == 1
    assert (await ledger(world, message))[What.LOST] == 1
    assert (await world.ask(alerts.addresses, [lea.address_id]))[lea.address_id].lost_at is not None


async def test_a_full_mailbox_is_counted_and_tried_with_the_next_message(world, post):
    lab = await world.person("lab")
    await Reading(world).ask(of(lab))
    message = await world.publish(lab, "Un")
    await world.settle()
    sender = next(sender for sender, _, content in post.taken if b"<post." in content)

    await handed_back(world, sender, a_bounce(status="5.2.2", diagnosis="smtp; 552 5.2.2 full"))
    await world.publish(lab, "Deux")
    await world.settle()

    assert len(letters(post)) == 2
    assert (await ledger(world, message))[What.LOST] == 1


@pytest.mark.parametrize(
    ("days", "sleeps"),
    [
        ([0, 7, 14, 21, 28], True),  # one letter a week
        ([*range(15)], True),
        ([0, 1, 2, 3, 4], False),  # many letters, but a week has not passed
        ([0, 5, 14], False),
        ([0, 4, 8, 12, 30, 34], False),  # what failed before the pause is past
    ],
)
async def test_a_mailbox_that_takes_nothing_for_weeks_gets_nothing_more(world, days, sleeps):
    lab = await world.person("lab")
    lea = await Reading(world).ask(of(lab))
    began = world.clock.now()
    for letter, day in enumerate(days, 1):
        for _ in range(3):  # told of three times, a letter has failed once
            named = {"address_id": lea.address_id, "delivery_id": letter, "why": "4.2.2"}
            await world.tools.db.write(alerts.fail, **named, now=began + timedelta(days=day))

    [address] = (await world.ask(alerts.addresses, [lea.address_id])).values()
    assert address.is_asleep is sleeps
    assert await world.ask(alerts.asleep, lab.account_id) == int(sleeps)


@pytest.mark.parametrize("by_letter", [True, False])
async def test_a_full_mailbox_rests_until_its_reader_says_that_there_is_room(world, post, by_letter):
    lab = await world.person("lab")
    lea = await Reading(world).ask(of(lab))
    page = f"/s/gerer/{await world.ask(alerts.key_of, lea.address_id)}"
    if not by_letter:
        post.to_recipient = "552 5.2.2 mailbox full"
    for number in range(5):
        await world.publish(lab, f"Message {number}")
        await world.settle()
        if by_letter:
            bounce = a_bounce(status="4.2.2", diagnosis="smtp; 452 4.2.2 full")
            await handed_back(world, post.taken[-1][0], bounce)
        world.clock.move(timedelta(days=4))
    post.to_recipient = "250 OK"
    post.taken.clear()
    await world.publish(lab, "In vain")
    await world.settle()
    reader = Visitor(world)

    shown = await reader.open(page)
    assert (letters(post), "rests: for weeks" in shown.text) == ([], True)
    wake = next(number for number, form in enumerate(shown.forms) if ("do", "wake") in form.buttons)
    await reader.send(shown, form=wake, button=("do", "wake"))
    await world.publish(lab, "Again")
    await world.settle()

    assert [one["Subject"] for one in letters(post)] == ["Again"]
    assert "rests: for weeks" not in (await reader.open(page)).text


async def test_a_complaint_ends_everything_at_once(world, post):
    lab, town = await world.people("lab", "town")
    lea = await Reading(world).ask(of(lab))
    await lea.ask(of(town))
    await world.publish(lab, "Un")
    await world.settle()
    sender = next(sender for sender, _, content in post.taken if b"<post." in content)

    await handed_back(
        world,
        "complaints@retours.pinson.example",
        a_complaint().replace(b"bounce+x1@ville.example", sender.encode()),
    )

    assert not await lea.alerts()
    assert {one.withdrawn_how for one in await world.ask(register.page)} == {Withdrawn.COMPLAINT}


async def test_a_letter_to_the_way_out_ends_what_it_was_about(world, post):
    lab, town = await world.people("lab", "town")
    lea = await Reading(world).ask(of(lab))
    await lea.ask(of(town))
    await world.publish(lab, "Un")
    await world.settle()
    [letter] = letters(post)
    address = re.search(r"mailto:([^?>]+)", letter["List-Unsubscribe"])[1]

    await handed_back(world, address, b"Subject: unsubscribe\r\n\r\n")

    assert [one.topic_id for one in await lea.alerts()] == [town.account_id]


@pytest.mark.parametrize(
    "address",
    ["lea@mail.example", "bounce+1-2-3@retours.pinson.example", "bounce+x@retours.pinson.example", "x@pinson.example"],
)
async def test_addresses_that_we_never_made_are_refused(world, address):
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await handed_back(world, address, a_bounce())


@pytest.mark.parametrize(("answer", "is_lost"), [("550 5.1.1 nobody here", True), ("550 5.7.1 not wanted", False)])
async def test_an_address_that_the_server_refuses_at_once_is_lost_only_if_nobody_has_it(world, post, answer, is_lost):
    lab = await world.person("lab")
    lea = await Reading(world).ask(of(lab))
    post.to_recipient = answer
    message = await world.publish(lab, "Un")
    await world.settle()

    assert (await ledger(world, message))[What.FAILED] == 1
    found = (await world.ask(alerts.addresses, [lea.address_id]))[lea.address_id]
    assert (found.lost_at is not None) is is_lost


async def test_a_server_that_is_busy_gets_the_letter_later_under_the_same_name(world, post):
    lab = await world.person("lab")
    await Reading(world).ask(of(lab))
    await world.settle()
    post.taken.clear()
    post.hang_up_after = 1  # it takes the letter, and dies before it says so
    message = await world.publish(lab, "Un")
    await world.settle()
    world.clock.move(timedelta(minutes=1))
    await world.settle()

    first, second = letters(post)
    assert first["Message-ID"] == second["Message-ID"]
    assert await ledger(world, message) == {What.ASKED: 1, What.SENT: 1}


async def test_from_the_page_to_the_letter_and_back_whatever_scanners_open(world, post):
    lab = await world.person("lab", display_name="Laboratoire")
    ana, scanner = Visitor(world, lang="fr"), Visitor(world)

    await ask_by_letter(ana)
    await world.settle()
    [asked] = letters(post, "note")
    for link in links_of(asked):
        await scanner.open(link)
    await world.publish(lab, "Trop tôt")
    await world.settle()
    assert not letters(post)

    [link] = [one for one in links_of(asked) if "/s/confirm/" in one]
    confirmed = await ana.open(link)
    await world.publish(lab, "Le pont est fermé")
    await world.settle()
    [letter] = letters(post)
    for link in links_of(letter):
        await scanner.open(link)

    assert confirmed.status == 200
    assert asked["Subject"] == "Confirmez : les messages de Laboratoire par e-mail"
    [manage] = [one for one in links_of(letter) if "/s/gerer/" in one]
    arranged = await Visitor(world, lang="fr").open(manage)
    assert "Laboratoire" in arranged.text
    [out] = [one for one in links_of(letter) if f"/{lab.account_id}" in one and "/s/leave/" in one]
    assert (await world.client().post(out, data={"List-Unsubscribe": "One-Click"})).text == "OK"
    await world.publish(lab, "Trop tard")
    await world.settle()
    assert len(letters(post)) == 1
