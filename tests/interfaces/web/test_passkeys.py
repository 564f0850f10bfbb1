"""Passkeys, as far as no device is needed: who may ask, and what is refused. The rest: tests/browser."""

import pytest

from pinson.domain import access
from pinson.domain.access import Factor, FactorChanged, store
from pinson.domain.access.model import Passkey
from pinson.lib import log
from tests.interfaces.web.visitor import Visitor
from tests.world import PASSWORD


@pytest.fixture
async def ana(world):
    return await world.person("ana")


@pytest.fixture
async def visitor(world, ana):
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    return visitor


async def test_the_page_is_for_those_who_signed_in(world):
    assert (await world.client().get("/settings/passkeys")).is_redirect


async def test_adding_one_takes_the_password(world, visitor):
    page = await visitor.open("/settings/passkeys")
    data = {"csrf": page.forms[0].fields["csrf"]}

    wrong = await visitor.client.post("/settings/passkeys/options", data={**data, "current": "wrong"})
    right = await visitor.client.post("/settings/passkeys/options", data={**data, "current": PASSWORD})

    assert wrong.status_code == 422
    options = right.json()
    assert options["rp"]["id"] == "pinson.example"
    assert options["authenticatorSelection"]["userVerification"] == "required"


async def test_asking_to_sign_in_tells_nothing_of_anybody(world, ana):
    visitor = Visitor(world)
    token = (await visitor.open("/auth/sign_in")).forms[0].fields["csrf"]

    answer = await visitor.client.post("/auth/passkey/options", data={"csrf": token, "login": "ana"})

    assert "allowCredentials" not in answer.json() or answer.json()["allowCredentials"] == []
    assert "ana" not in answer.text.replace(answer.json()["challenge"], "")


ODD = ["", "null", "[]", "{}", "x", '{"id": 1, "response": {"clientDataJSON": "e30"}}', '{"response": 3}', '"é"']


@pytest.mark.parametrize("credential", ODD)
async def test_what_is_no_credential_is_refused(world, visitor, credential):
    stranger = Visitor(world)
    token = (await stranger.open("/auth/sign_in")).forms[0].fields["csrf"]
    own = (await visitor.open("/settings/passkeys")).forms[0].fields["csrf"]

    signed_in = await stranger.client.post("/auth/passkey", data={"csrf": token, "credential": credential})
    added = await visitor.client.post("/settings/passkeys", data={"csrf": own, "credential": credential})

    assert (signed_in.status_code, added.status_code) == (422, 422)
    assert stranger.session is None


def a_passkey(world, ana):
    return Passkey(
        id=7,
        user_id=ana.user_id,
        credential_id="x",
        public_key="",
        sign_count=0,
        name="A",
        created_at=world.clock.now(),
        used_at=None,
    )


async def test_nobody_removes_the_passkey_of_somebody_else(world, ana):
    made = a_passkey(world, ana)
    await world.tools.db.write(store.insert_passkey, passkey=made)
    await world.person("ben")
    visitor = Visitor(world)
    await visitor.sign_in("ben")
    token = (await visitor.open("/settings/passkeys")).forms[0].fields["csrf"]

    await visitor.client.post("/settings/passkeys", data={"csrf": token, "id": "7"})

    assert len(await world.ask(access.passkeys_of, ana.user_id)) == 1


@pytest.mark.parametrize("lang", ["en", "fr"])
async def test_a_letter_says_that_a_passkey_is_gone_in_the_language_of_the_person(world, ana, visitor, lang):
    await visitor.send(await visitor.open("/settings/preferences"), language=lang)
    await world.write(_keep, passkey=a_passkey(world, ana))

    page = await visitor.open("/settings/passkeys")
    for _ in range(2):
        await visitor.client.post("/settings/passkeys", data={"csrf": page.forms[0].fields["csrf"], "id": "7"})
    await world.settle()

    [letter] = world.letters()
    said = letter.get_body(("plain",)).get_content()
    assert {"en": "a passkey was removed", "fr": "une clé d’accès a été retirée"}[lang] in said
    assert {"en": "If it was not you", "fr": "Si ce n’était pas vous"}[lang] in said


async def test_a_letter_names_a_passkey_that_was_added(world, ana):
    await world.write(_keep, passkey=a_passkey(world, ana))
    await world.write(_added, user_id=ana.user_id, passkey_id=7)
    await world.settle()

    [letter] = world.letters()
    assert "The passkey is called “A”." in letter.get_body(("plain",)).get_content()


async def _keep(tx, *, passkey, now):
    await store.insert_passkey(tx, passkey)


async def _added(tx, *, user_id, passkey_id, now):
    await log.record(tx, FactorChanged(at=now, user_id=user_id, change=Factor.PASSKEY_ADDED, passkey_id=passkey_id))
