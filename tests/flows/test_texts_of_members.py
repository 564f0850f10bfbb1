"""Somebody with an account does by text, in its name, what they do on the web; strangers are told what they can do."""

from datetime import timedelta

import pytest

from pinson.domain import alerts, moderation, phones
from pinson.domain.access import UserRole
from pinson.domain.alerts import Reach, invitations
from pinson.domain.deliveries import Channel
from pinson.domain.moderation import Moderator, Outcome
from pinson.lib import sms
from pinson.lib.paging import Page
from tests.street import DRAWN, OTHER, PHONE, Street, follows, link


@pytest.fixture
def settings():
    """Drawn telephones, and a number to write to."""
    return DRAWN | {"instance.contact_email": "mairie@pinson.example"}


@pytest.fixture
async def street(world):
    return Street(world)


async def statuses(world, person, *, reader=None):
    answer = await world.client(reader or person).get(f"/api/v1/accounts/{person.id}/statuses")
    return answer.json()


async def reports(world):
    return await world.ask(moderation.reports, page=Page(None, None, None, 9))


async def linked(world, **pocket):
    """Bea, who writes from `PHONE`, and the laboratory."""
    bea, lab = await world.people("bea", "lab")
    await link(world, bea, PHONE, **pocket)
    return bea, lab


async def test_a_private_message_reaches_one_person_alone(street, world):
    bea, lab = await linked(world)

    [answer] = await street.text(PHONE, "MP lab À quelle heure ?")
    await street.text(PHONE, "MP lab À quelle heure ?")  # handed over twice by the network

    [seen] = await statuses(world, bea, reader=lab)
    assert (seen["visibility"], [one["acct"] for one in seen["mentions"]]) == ("direct", ["lab"])
    assert "À quelle heure ?" in seen["content"]
    stranger = await world.person("carl")
    assert await statuses(world, bea, reader=stranger) == []
    assert answer == "Envoyé à lab. Personne d'autre ne le lit."


async def test_a_private_message_that_names_a_third_is_not_sent(street, world):
    bea, lab = await linked(world)
    await world.person("carl")

    [answer] = await street.text(PHONE, "MP lab Ne le dis pas à @carl")

    assert await statuses(world, bea, reader=lab) == []
    assert "une seule personne" in answer


async def test_a_private_message_is_as_long_as_a_post_may_be(street, world):
    bea, lab = await linked(world)

    [answer] = await street.text(PHONE, f"MP lab {'long ' * 110}")

    assert await statuses(world, bea, reader=lab) == []
    assert "500" in answer


async def test_the_last_message_for_all_is_passed_on_and_liked(street, world):
    bea, lab = await linked(world)
    wanted = await world.publish(lab, "Premier faisceau")
    await world.publish(lab, "Entre nous", visibility="private")
    await world.publish(lab, "@bea Pour toi", visibility="direct")

    answers = await street.text(PHONE, "RT lab", "FAV lab svp")

    [boost] = await statuses(world, bea)
    assert boost["reblog"]["id"] == str(wanted.id)
    assert boost["reblog"]["favourites_count"] == 1
    assert answers == ["Relayé, de lab : Premier faisceau", "Aimé, de lab : Premier faisceau"]


async def test_who_has_said_nothing_to_all_is_not_passed_on(street, world):
    bea, lab = await linked(world)
    await world.publish(lab, "@bea Pour toi", visibility="direct")

    answers = await street.text(PHONE, "RT lab", "FAV lab")

    assert await statuses(world, bea) == []
    assert all("aucun message public" in one for one in answers)


async def test_a_block_works_both_ways_and_ends_alerts(street, world):
    bea, lab = await linked(world)
    await follows(street, PHONE, "lab")

    [answer] = await street.text(PHONE, "BLOQUER lab")
    silence, _ = await street.received(PHONE, world.publish(lab, "Bonjour"))
    refused = await street.text(PHONE, "MP lab Bonjour", "RT lab", "FAV lab")

    [there] = (await world.client(bea).get("/api/v1/accounts/relationships", params={"id": lab.id})).json()
    assert there["blocking"]
    assert "lab" in answer
    assert silence == await statuses(world, bea, reader=lab) == []
    assert len(refused) == 3
    assert all("un blocage vous sépare de lab" in one for one in refused)


async def test_a_block_on_the_web_ends_alerts_as_well(street, world):
    bea, lab = await linked(world)
    await follows(street, PHONE, "lab")

    await world.client(bea).post(f"/api/v1/accounts/{lab.id}/block")
    await world.settle()
    silence, _ = await street.received(PHONE, world.publish(lab, "Bonjour"))

    address = await world.ask(alerts.address, Reach(Channel.SMS, PHONE))
    assert [one.topic_id for one in await world.ask(alerts.alerts_of, [address.id])] == [bea.account_id]
    assert silence == []


async def test_who_is_blocked_is_told_that_nothing_was_sent(street, world):
    bea, lab = await linked(world)
    await world.publish(lab, "Bonjour")
    await world.client(lab).post(f"/api/v1/accounts/{bea.id}/block")

    answers = await street.text(PHONE, "MP lab Pourquoi ?", "RT lab")

    assert await statuses(world, bea) == []
    assert all("un blocage vous sépare de lab" in one for one in answers)


async def test_a_report_reaches_moderators_with_the_message_and_the_words(street, world):
    bea, lab = await linked(world)
    post = await world.publish(lab, "Achetez !")

    [answer] = await street.text(PHONE, "SIGNALER lab Vend des faux")

    [made] = await reports(world)
    assert (made.account_id, made.target_id, made.comment) == (bea.account_id, lab.account_id, "Vend des faux")
    assert made.post_ids == (post.id,)
    assert answer == "Merci. Les modérateurs vont regarder lab."


@pytest.mark.parametrize("text", ["MP lab Bonjour", "RT lab", "FAV lab", "BLOQUER lab", "SIGNALER lab"])
async def test_digits_are_asked_for_by_all_that_is_done_in_the_name_of_an_account(street, world, text):
    bea, lab = await linked(world, code="4821")
    post = await world.publish(lab, "Bonjour")

    async def traces():
        [there] = (await world.client(bea).get("/api/v1/accounts/relationships", params={"id": lab.id})).json()
        liked = (await world.client(bea).get(f"/api/v1/statuses/{post.id}")).json().get("favourited")
        return bool(await statuses(world, bea) or there["blocking"] or liked or await reports(world))

    forged = await street.text(PHONE, text, f"0000 {text}")
    was_done = await traces()
    await street.text(PHONE, f"4821 {text}")

    assert ["code" in one for one in forged] == [True, True]
    assert (was_done, await traces()) == (False, True)


async def test_right_digits_can_be_written_often_and_wrong_ones_cannot(street, world):
    bea, _ = await linked(world, code="4821")

    await street.text(PHONE, *(f"4821 Message {number}" for number in range(7)))
    guesses = await street.text(PHONE, *(f"{number} Faux" for number in range(1000, 1006)), "4821 Peut-être volé")

    assert len(await statuses(world, bea)) == 7
    assert ["une heure" in one for one in guesses] == [False] * 5 + [True] * 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("MP personne Bonjour", "personne"),
        ("RT personne", "personne"),
        ("BLOQUER bea", "votre propre compte"),
        ("SIGNALER bea", "votre propre compte"),
        ("OK 4821", "Aucun message n'attend"),
    ],
)
async def test_what_cannot_be_done_is_said(street, world, text, says):
    bea, _ = await linked(world)

    [answer] = await street.text(PHONE, text)

    assert says in answer
    assert await statuses(world, bea) == []


async def test_a_suspended_account_does_nothing_by_text(street, world):
    bea, lab = await linked(world)
    await world.publish(lab, "Bonjour")
    moderator = await world.person("mod", role="admin")
    sent = await world.client(moderator).post(f"/api/v1/admin/accounts/{bea.id}/action", json={"type": "suspend"})
    assert sent.status_code == 200

    answers = await street.text(PHONE, "RT lab", "Fin du marché")

    assert all("votre compte ne peut rien faire" in one for one in answers), answers
    assert len(answers) == 2


async def test_strangers_are_told_how_to_link_a_telephone(street, world):
    lab = await world.person("lab")
    await link(world, lab, OTHER, allowed=False)

    for phone in (PHONE, OTHER):
        answers = await street.text(phone, "MP lab Bonjour", "RT lab", "FAV lab")
        assert all("https://pinson.example/settings/posting" in one for one in answers), answers
        assert len(answers) == 3
    assert await statuses(world, lab) == []


async def test_a_stranger_who_blocks_hears_no_more_and_is_not_invited(street, world):
    lab = await world.person("lab")
    await follows(street, PHONE, "lab")

    [answer] = await street.text(PHONE, "BLOQUER lab")
    silence, _ = await street.received(PHONE, world.publish(lab, "Bonjour"))
    reaches = [Reach(Channel.SMS, PHONE)]
    invited = await world.write(
        invitations.invite, account_id=lab.account_id, name="lab", reaches=reaches, lang="fr", zone="Europe/Paris"
    )

    assert "plus rien de lab" in answer
    assert (silence, invited.sent) == ([], 0)
    address = await world.ask(alerts.address, reaches[0])
    assert await world.ask(alerts.alerts_of, [address.id]) == []


async def test_a_member_who_writes_too_much_is_told_once_and_until_when(street, world):
    bea, _ = await linked(world)

    for _ in range(30):
        await street.text(PHONE, "QUI lab")
    [told] = await street.text(PHONE, "La ligne 4 repart")
    silent = await street.text(PHONE, "La ligne 4 repart", "QUI lab")
    written = await statuses(world, bea)
    world.clock.move(timedelta(hours=1, seconds=1))
    again = await street.text(PHONE, "La ligne 4 repart")

    assert told == "Rien n'a été fait : 30 SMS par heure sont lus d'un téléphone. De nouveau à partir de 16 h 06."
    assert sms.measure(told).parts == 1
    assert (silent, written) == ([], [])
    assert again[0].startswith("Publié")


async def test_what_a_stranger_reports_by_text_reaches_moderators_and_is_answered_by_text(street, world):
    mod, lab = await world.person("mod", role=UserRole.MODERATOR), await world.person("lab")
    post = await world.publish(lab, "Achetez !")

    [why] = await street.text(PHONE, "SIGNALER lab")
    [receipt] = await street.text(PHONE, "SIGNALER lab Vend des faux")
    [made] = await reports(world)
    before = len(await street.all(PHONE))
    by = Moderator(mod.account_id, UserRole.MODERATOR)
    answer = {"by": by, "id": made.id, "outcome": Outcome.KEPT, "text": "Ce sont des vrais."}
    await world.write(moderation.answer_notice, **answer)
    await world.settle()
    told = (await street.all(PHONE))[before:]

    assert why == "Dites ce qui est contraire à la loi, en un seul SMS : SIGNALER lab, puis pourquoi."
    assert (made.account_id, made.target_id, made.post_ids) == (None, lab.account_id, (post.id,))
    assert made.comment == "Vend des faux"
    assert receipt.startswith("Merci. Un modérateur lira votre signalement sur lab")
    [answered] = told
    assert answered.startswith("Votre signalement sur lab : cela reste tel quel.")
    assert sms.measure(receipt).parts == sms.measure(answered).parts == 1
    page = await world.client().get(answered.rpartition(" ")[2])
    assert "Ce sont des vrais." in page.text


async def test_a_stranger_reports_five_times_a_day_by_text(street, world):
    await world.person("lab")

    answers = [(await street.text(PHONE, f"SIGNALER lab Faux {n}"))[0] for n in range(6)]

    assert len(await reports(world)) == 5
    assert "/notice" in answers[-1]


async def test_every_answer_to_a_member_takes_one_part_in_both_languages(street, world):
    bea = await world.person("bea")
    lab = await world.person("lab", display_name="Laboratoire des Marais")
    await world.publish(lab, "Une longue phrase, « à l’ancienne » — sans fin. " * 9)
    asked = ("MP lab A", "MP lab @bea @lab @mod", "RT lab", "FAV lab", "SIGNALER lab", "BLOQUER lab", "RT lab", "RT x")
    for lang, phone in (("fr", PHONE), ("en", OTHER)):
        await link(world, bea, phone, lang=lang)
        for text in (*asked, "BLOQUER bea", "OK 4821"):
            answers = await street.text(phone, text)
            assert [sms.measure(one).parts for one in answers] == [1], (text, answers)
        await world.client(bea).post(f"/api/v1/accounts/{lab.id}/unblock")
    assert (await world.ask(phones.pocket, bea.account_id)).allowed
