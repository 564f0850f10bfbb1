"""As which of their accounts somebody acts in this browser."""

import msgspec
from starlette.responses import Response

from pinson.domain.accounts import AccountId, AccountNotFound
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call, NotSignedIn

routes = Routes()


class Choice(msgspec.Struct):
    """The account that a button names."""

    account_id: AccountId = AccountId(0)


@routes.get("/auth/account")
async def show(call: Call) -> Response:
    """Those that they can choose from.

    Raises:
        NotSignedIn.
    """
    if call.acting is None:
        raise NotSignedIn
    return call.page("accounts")


@routes.post("/auth/account")
async def choose(call: Call, form: Choice) -> Response:
    """Act as this account from now on, and begin at home.

    Raises:
        NotSignedIn.
        AccountNotFound: they are no member of it.
    """
    if call.user is None:
        raise NotSignedIn
    if all(one.account_id != form.account_id for one in call.accounts):
        raise AccountNotFound
    response = call.redirect("/")
    call.act_as(response, form.account_id)
    return response
