"""Passkeys, as far as no device is needed: who may ask, and what is refused. The rest: tests/browser."""

import pytest

from pinson.domain import access
from pinson.domain.access import store
from pinson.domain.access.model import Passkey
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


async def test_nobody_removes_the_passkey_of_somebody_else(world, ana):
    made = Passkey(
        id=7,
        user_id=ana.user_id,
        credential_id="x",
        public_key="",
        sign_count=0,
        name="A",
        created_at=world.clock.now(),
        used_at=None,
    )
    await world.tools.db.write(store.insert_passkey, passkey=made)
    await world.person("ben")
    visitor = Visitor(world)
    await visitor.sign_in("ben")
    token = (await visitor.open("/settings/passkeys")).forms[0].fields["csrf"]

    await visitor.client.post("/settings/passkeys", data={"csrf": token, "id": "7"})

    assert len(await world.ask(access.passkeys_of, ana.user_id)) == 1
