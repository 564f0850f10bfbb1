"""A visitor, and an app that wants to act for them."""

from urllib.parse import urlencode

import pytest

from tests.interfaces.web.visitor import CALLBACK, OUT_OF_BAND, Visitor


@pytest.fixture
def visitor(world):
    """Somebody with a browser that has never been here."""
    return Visitor(world)


@pytest.fixture
def register(world):
    """`await register(name=…, scopes=…)`: an app as the server knows it, with its secret."""

    async def make(*, name="Elk", scopes="read write follow push", redirect_uris=(CALLBACK,), website=None):
        form = {"client_name": name, "redirect_uris": "\n".join(redirect_uris), "scopes": scopes}
        form |= {"website": website} if website else {}
        answer = await world.client().post("/api/v1/apps", data=form)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return make


@pytest.fixture
async def app(register):
    """An app with an address on the web, one of its own, and one that is none."""
    return await register(redirect_uris=(CALLBACK, "elk://back", OUT_OF_BAND))


@pytest.fixture
def request_of():
    """`request_of(app, **parameters)`: the address by which an app asks."""

    def make(app, **parameters):
        asked = {
            "client_id": app["client_id"],
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "read write",
            "state": "xyz & co",
        }
        return f"/oauth/authorize?{urlencode(asked | parameters)}"

    return make
