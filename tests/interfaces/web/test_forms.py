"""A form does something only if one of our own pages sent it."""

import pytest

from pinson.interfaces.web import MODULES
from tests.interfaces.web.visitor import Visitor

POSTS = [  # but for those whose address holds a secret: programs of mailboxes press these (RFC 8058)
    route.path.replace("{id}", "1")
    for module in MODULES
    for route in module.routes.all
    if route.method == "POST" and not route.options.get("keyed")
]
REFUSED = "This form had expired"


def test_there_are_forms_to_hold_to_this():
    assert len(POSTS) >= 7


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
async def test_a_form_without_its_token_does_nothing(world, app, path, token):
    alice = await world.person("alice")
    visitor = Visitor(world)
    await visitor.sign_in("alice")
    held = visitor.session
    asked = {"client_id": app["client_id"], "redirect_uri": "elk://back", "response_type": "code", "scope": "read"}
    data = {"csrf": token, "login": "alice", "decision": "allow", "account_id": alice.id, **asked}

    answer = await visitor.client.post(path, data=data)

    assert answer.status_code == 403
    assert REFUSED in answer.text
    assert visitor.session == held
    assert "Sign out" in (await visitor.open("/")).text


async def test_a_token_is_of_one_browser(world, visitor):
    await world.person("alice")
    mine, theirs = await visitor.open("/auth/sign_in"), await Visitor(world).open("/auth/sign_in")
    stolen = theirs.forms[0].fields["csrf"]

    answer = await visitor.send(mine, csrf=stolen, login="alice", password="correct horse")

    assert answer.status == 403
    assert visitor.session is None


async def test_a_token_ends_when_somebody_signs_in(world, visitor):
    await world.person("alice")
    before = await visitor.open("/auth/password")
    await visitor.sign_in("alice")

    answer = await visitor.send(before, email="alice@mail.example")

    assert answer.status == 403
    assert REFUSED in answer.text


async def test_a_form_that_had_expired_can_be_sent_again_as_it_stands(world, visitor):
    await world.person("alice")
    page = await visitor.open("/auth/sign_in")
    visitor.client.cookies.clear()

    again = await visitor.send(page, login="alice", password="wrong")
    answer = await visitor.send(again, password="correct horse", follow=False)

    assert again.status == 403
    assert again.forms[0].fields["login"] == "alice"
    assert answer.headers["location"] == "/"


async def test_a_password_is_never_sent_back(visitor):
    answer = await visitor.send(await visitor.open("/auth/sign_in"), login="nobody", password="hunter2 hunter2")

    assert "hunter2" not in answer.html
