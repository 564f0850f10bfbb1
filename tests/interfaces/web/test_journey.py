"""From nobody to a connected app, as a person goes: with a browser, a mailbox and an app."""

import re

import pytest

from pinson.domain import access
from tests.interfaces.web.visitor import CALLBACK, query_of
from tests.world import PASSWORD

with_confirmation = pytest.mark.parametrize(
    "settings", [{"registration.confirm_email": True, "registration.mode": "approval"}]
)
NEWCOMER = {
    "username": "ana",
    "email": "ana@mail.example",
    "password": PASSWORD,
    "reason": "To hear of collisions",
    "agreement": "1",
}


def link_in(letter):
    """The path of the link in a letter."""
    return re.search(r"https://pinson\.example(/\S+)", letter.get_body(("plain",)).get_content())[1]


@with_confirmation
async def test_signing_up_leads_to_an_app_that_acts(world, visitor, app, request_of):
    thanks = await visitor.send(await visitor.open("/auth/sign_up"), **NEWCOMER)
    await world.settle()
    [letter] = world.letters()
    assert thanks.status == 200
    assert letter["to"] == "ana@mail.example"

    confirmed = await visitor.send(await visitor.open(link_in(letter)))
    assert "A moderator now reads your request" in confirmed.text

    [ana] = await world.ask(access.people)
    await world.write(access.approve, user_id=ana.user_id)
    await world.settle()
    assert "Welcome" in world.letters()[-1]["subject"]

    consent = await visitor.sign_in("ana", at=request_of(app))
    back = await visitor.send(consent, button=("decision", "allow"))
    assert back.headers["location"].startswith(CALLBACK)

    credentials = {name: app[name] for name in ("client_id", "client_secret")}
    exchange = {**credentials, "grant_type": "authorization_code", "redirect_uri": CALLBACK}
    token = await world.client().post("/oauth/token", data={**exchange, "code": query_of(back)["code"]})
    bearer = {"authorization": f"Bearer {token.json()['access_token']}"}
    me = await world.client().get("/api/v1/accounts/verify_credentials", headers=bearer)
    assert me.json()["username"] == "ana"
