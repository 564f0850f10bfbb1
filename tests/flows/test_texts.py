"""A telephone without an app follows, is alerted, and is left alone when it wants to be."""

from datetime import timedelta

import pytest

from pinson import schedule
from pinson.domain import deliveries, phones
from pinson.domain.alerts import Publisher, publishers, register
from pinson.domain.deliveries import What
from pinson.lib import sms
from tests.street import DRAWN, OTHER, PHONE, Street, follows, link


@pytest.fixture
def settings():
    """Drawn telephones, and a number to write to."""
    return DRAWN


@pytest.fixture
async def street(world):
    return Street(world)


async def test_somebody_follows_by_text_receives_and_stops(street, world):
    lab = await world.person("lab", display_name="Le Labo")

    asked = await street.text(PHONE, "SUIVRE lab")
    early, _ = await street.received(PHONE, world.publish(lab, "Too early"))
    welcome = await street.text(PHONE, "Oui !")
    told, post = await street.received(PHONE, world.publish(lab, "C’est parti : premier faisceau"))
    goodbye = await street.text(PHONE, "stop svp")
    again = await street.text(PHONE, "STOP")
    silence, _ = await street.received(PHONE, world.publish(lab, "Nobody hears this"))

    assert len(asked) == len(welcome) == len(goodbye) == 1
    assert "Le Labo" in asked[0]
    assert "OUI" in asked[0]
    assert early == []
    assert "Le Labo" in welcome[0]
    assert told == ["Le Labo : C'est parti : premier faisceau"]
    assert again == silence == []
    lines = await world.ask(register.of_account, lab.account_id)
    assert [(one.source, one.confirmed_how, one.withdrawn_how) for one in lines] == [("sms", "reply", "sms")]
    counted = {one.what: one.deliveries for one in await world.ask(deliveries.lines, [post.id])}
    assert counted == {What.ASKED: 1, What.SENT: 1, What.DELIVERED: 1, What.LEFT: 1}


async def test_who_stopped_all_is_asked_to_say_yes_again(street, world):
    lab = await world.person("lab")
    await follows(street, PHONE, "lab")
    await street.text(PHONE, "STOP")

    [asked] = await street.text(PHONE, "SUIVRE lab")
    silence, _ = await street.received(PHONE, world.publish(lab, "Un"))
    await street.text(PHONE, "OUI")
    told, _ = await street.received(PHONE, world.publish(lab, "Deux"))

    assert "OUI" in asked
    assert silence == []
    assert told == ["lab : Deux"]


async def test_every_answer_takes_one_part_in_both_languages(street, world):
    lab = await world.person("lab", note="Une longue présentation, à l’ancienne. " * 10)
    await world.publish(lab, "Bonjour")
    for phone, texts in (
        (
            PHONE,
            ("SUIVRE lab", "OUI", "AIDE", "STATS", "PAUSE 2H", "REPRISE", "QUI lab", "LIRE lab", "STOP lab", "RT lab"),
        ),
        (OTHER, ("FOLLOW lab", "YES", "HELP", "STATS", "OFF", "ON", "WHOIS lab", "GET lab", "OFF lab", "WHOIS nobody")),
    ):
        for text in texts:
            answers = await street.text(phone, text)
            assert [sms.measure(one).parts for one in answers] == [1], (text, answers)


async def test_who_writes_in_english_is_answered_in_english(street, world):
    await world.person("lab")

    [asked] = await street.text(PHONE, "FOLLOW lab")
    [welcome] = await street.text(PHONE, "yes")

    assert "Answer YES" in asked
    assert welcome.startswith("Done")


async def test_how_many_follow_is_told_to_no_stranger(street, world):
    await world.person("lab")
    await follows(street, OTHER, "lab")

    stranger = await street.text(PHONE, "STATS lab")

    assert stranger == await street.text(PHONE, "STATS")  # what they hear themselves: nothing


async def test_a_hashtag_is_followed_however_it_is_written(street, world):
    lab = await world.person("lab")
    await world.publish(lab, "#LHC")
    await street.text(PHONE, "SUIVRE #lhc", "OUI")

    told, _ = await street.received(PHONE, world.publish(lab, "Encore #Lhc"))

    assert told == ["lab : Encore #Lhc"]


async def test_nobody_of_that_name_is_said_so_and_stop_with_any_name_is_heard(street, world):
    lab = await world.person("lab")
    [unknown] = await street.text(PHONE, "SUIVRE labbo")
    await follows(street, PHONE, "lab")

    await street.text(PHONE, "STOP VOSMESSAGES")
    silence, _ = await street.received(PHONE, world.publish(lab, "Bonjour"))

    assert "labbo" in unknown
    assert silence == []


async def test_one_of_several_is_left_by_its_name(street, world):
    lab, town = await world.people("lab", "town")
    await follows(street, PHONE, "lab")
    await follows(street, PHONE, "town")
    await street.text(PHONE, "STOP town")

    told, _ = await street.received(PHONE, world.publish(lab, "Bonjour"))
    silence, _ = await street.received(PHONE, world.publish(town, "Bonjour"))

    assert (told, silence) == (["lab : Bonjour"], [])


async def test_a_pause_holds_and_then_one_digest_comes(street, world):
    lab = await world.person("lab")
    await follows(street, PHONE, "lab")
    await street.text(PHONE, "PAUSE 2H")
    held, _ = await street.received(PHONE, world.publish(lab, "Un"))
    await street.received(PHONE, world.publish(lab, "Deux"))
    before = len(await street.all(PHONE))

    await street.text(PHONE, "REPRISE")
    await schedule.sweep(world.tools)
    await world.settle()
    digest = (await street.all(PHONE))[before + 1 :]

    assert held == []
    assert len(digest) == 1
    assert "lab 2" in digest[0]
    assert "Deux" in digest[0]
    assert sms.measure(digest[0]).parts == 1


async def test_a_pause_of_one_holds_nothing_else_and_ends_in_one_digest(street, world):
    lab, town = await world.people("lab", "town")
    await follows(street, PHONE, "lab")
    await follows(street, PHONE, "town")
    [paused] = await street.text(PHONE, "PAUSE lab 2H")
    held, _ = await street.received(PHONE, world.publish(lab, "Un"))
    told, _ = await street.received(PHONE, world.publish(town, "Marché"))
    await street.received(PHONE, world.publish(lab, "Deux"))
    before = len(await street.all(PHONE))

    world.clock.move(timedelta(hours=2, seconds=1))
    await schedule.sweep(world.tools)
    await world.settle()
    digest = (await street.all(PHONE))[before:]
    after, _ = await street.received(PHONE, world.publish(lab, "Trois"))

    assert paused == "Plus rien de lab jusqu'au 30/03 à 17 h 06 ; puis tout en un SMS. REPRISE lab : dès maintenant."
    assert (held, told, after) == ([], ["town : Marché"], ["lab : Trois"])
    assert len(digest) == 1
    assert "lab 2" in digest[0]
    assert "Deux" in digest[0]


async def test_a_drawn_telephone_rings_at_night_since_nobody_sleeps_beside_it(street, world):
    lab = await world.person("lab")
    world.clock.move(timedelta(hours=12))  # it is one in the morning
    await follows(street, PHONE, "lab")

    told, _ = await street.received(PHONE, world.publish(lab, "Un"))

    assert told == ["lab : Un"]


@pytest.mark.parametrize("again", ["REPRISE lab", "REPRISE", "SUIVRE lab"])
async def test_what_was_paused_comes_again_when_it_is_asked_for(street, world, again):
    lab = await world.person("lab")
    await follows(street, PHONE, "lab")
    await street.text(PHONE, "PAUSE lab")
    await street.received(PHONE, world.publish(lab, "Un"))

    [answer] = await street.text(PHONE, again)
    await schedule.sweep(world.tools)
    await world.settle()
    digest = (await street.all(PHONE))[-1]
    told, _ = await street.received(PHONE, world.publish(lab, "Deux"))

    assert answer.startswith("C'est fait")
    assert "lab 1" in digest
    assert told == ["lab : Deux"]


async def test_a_pause_of_what_one_does_not_follow_is_none(street, world):
    lab, _ = await world.people("lab", "town")
    await follows(street, PHONE, "lab")

    answers = await street.text(PHONE, "PAUSE town 2H", "REPRISE town", "PAUSE personne", "REPRISE personne")
    told, _ = await street.received(PHONE, world.publish(lab, "Un"))

    assert ["Vous ne suiviez pas" in one or "personne" in one for one in answers] == [True] * 4, answers
    assert told == ["lab : Un"]


async def test_a_stranger_is_helped_once_an_hour(street, world):
    assert len(await street.text(PHONE, "Quel temps fait-il ?")) == 1
    assert await street.text(PHONE, "Et demain ?") == []
    world.clock.move(timedelta(hours=1, seconds=1))
    assert len(await street.text(PHONE, "Toujours là ?")) == 1


async def test_a_machine_that_answers_us_is_left_alone(street, world):
    answered = [len(await street.text(PHONE, "INFO")) for _ in range(35)]

    assert sum(answered) == 30
    assert len(await street.text(PHONE, "STOP")) == 1, "but silence can always be asked for"


async def test_what_sells_says_how_to_end_it_and_waits_for_the_laws_hours(street, world):
    shop = await world.person("shop", display_name="Chez Nous")
    await world.tools.db.write(publishers.change, publisher=Publisher(shop.account_id, commercial=True))
    await follows(street, PHONE, "shop")

    told, _ = await street.received(PHONE, world.publish(shop, "Soldes"))
    world.clock.move(timedelta(hours=5, minutes=30))  # 20:36 in Paris, before quiet hours
    silence, _ = await street.received(PHONE, world.publish(shop, "Nocturne"))
    world.clock.move(timedelta(hours=11, minutes=30))  # 8:06
    await world.settle()

    assert told == ["Chez Nous : Soldes STOP au 38000"]
    assert silence == []
    assert (await street.all(PHONE))[-1] == "Chez Nous : Nocturne STOP au 38000"


async def test_a_correction_says_what_it_corrects(street, world):
    lab = await world.person("lab")
    await follows(street, PHONE, "lab")
    _, first = await street.received(PHONE, world.publish(lab, "Le courant est en cause"))
    world.clock.move(timedelta(minutes=43))

    form = {"status": "Le courant n’y est pour rien"}
    told, _ = await street.received(
        PHONE, world.client(lab).post(f"/api/pinson/v1/messages/{first.id}/corrections", json=form)
    )

    assert told == ["lab : RECTIFICATIF de 15 h 06 : Le courant n'y est pour rien"]


async def test_a_correction_reaches_who_had_the_error_for_its_hashtag_though_it_has_none_itself(street, world):
    lab = await world.person("lab")
    await world.publish(lab, "#LHC")
    await street.text(PHONE, "SUIVRE #lhc", "OUI")
    _, first = await street.received(PHONE, world.publish(lab, "Le courant est en cause #LHC"))

    form = {"status": "Le courant n’y est pour rien"}
    told, _ = await street.received(
        PHONE, world.client(lab).post(f"/api/pinson/v1/messages/{first.id}/corrections", json=form)
    )

    assert len(told) == 1
    assert told[0].endswith("Le courant n'y est pour rien")


async def test_links_in_texts_have_codes_of_their_own(street, world):
    lab = await world.person("lab")
    await follows(street, PHONE, "lab")
    told, post = await street.received(PHONE, world.publish(lab, "À lire", spoiler_text="Sensible", sensitive=True))

    assert len(told) == 1
    assert "Sensible https://pinson.example/" in told[0]
    assert str(post.id) not in told[0], "a short link leads there"


async def test_the_ceiling_of_a_day_holds_messages_until_tomorrow(street, world):
    lab = await world.person("lab")
    await follows(street, PHONE, "lab")
    spent = await world.ask(publishers.spent_today, now=world.clock.now())
    await world.write(publishers.spend, account_id=lab.account_id, parts=100 - spent, ceiling=None)

    silence, _ = await street.received(PHONE, world.publish(lab, "Un de trop"))
    answered = await street.text(PHONE, "AIDE")
    world.clock.move(timedelta(hours=12))
    await world.settle()

    assert silence == []
    assert len(answered) == 1, "what people ask is answered"
    assert (await street.all(PHONE))[-1] == "lab : Un de trop"


async def test_without_credits_nothing_leaves_until_there_are_some(street, world):
    lab = await world.person("lab")
    await follows(street, PHONE, "lab")
    await world.tools.db.write(publishers.change, publisher=Publisher(lab.account_id, credits=1))
    first, _ = await street.received(PHONE, world.publish(lab, "Un"))
    second, _ = await street.received(PHONE, world.publish(lab, "Deux"))
    await world.tools.db.write(publishers.change, publisher=Publisher(lab.account_id, credits=5))
    world.clock.move(timedelta(minutes=16))
    await world.settle()

    assert (first, second) == (["lab : Un"], [])
    assert (await street.all(PHONE))[-1] == "lab : Deux"


async def published(world, person):
    answer = await world.client(person).get(f"/api/v1/accounts/{person.id}/statuses")
    return [one["text"] if "text" in one else one["content"] for one in answer.json()]


async def test_a_linked_telephone_publishes_once(street, world):
    lab = await world.person("lab")
    await link(world, lab, PHONE)

    answers = await street.text(PHONE, "Faisceau perdu à 10 h 58", "Faisceau perdu à 10 h 58")

    assert await published(world, lab) == ["<p>Faisceau perdu à 10 h 58</p>"]
    assert any("https://pinson.example/@lab/" in one for one in answers)


async def test_one_that_begins_with_stop_is_published_if_it_is_a_sentence(street, world):
    lab = await world.person("lab")
    await link(world, lab, PHONE)

    await street.text(PHONE, "Stop au trafic sur la ligne B")

    assert len(await published(world, lab)) == 1


async def test_a_code_is_asked_for_where_it_is_wanted(street, world):
    lab = await world.person("lab")
    await link(world, lab, PHONE, code="4821")

    await street.text(PHONE, "Sans code", "0000 Faux code", "4821 Bon code")

    assert await published(world, lab) == ["<p>Bon code</p>"]


async def test_other_telephones_publish_nothing(street, world):
    lab = await world.person("lab")
    await link(world, lab, PHONE)
    await world.write(phones.let_publish, account_id=lab.account_id, allowed=False, code="")
    await street.text(PHONE, "Interdit")
    await street.text(OTHER, "Inconnu")

    assert await published(world, lab) == []
