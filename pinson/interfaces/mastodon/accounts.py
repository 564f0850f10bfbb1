"""Accounts, as Mastodon clients know them: https://docs.joinmastodon.org/methods/accounts.

And what belongs to the user behind one: signing up, confirming an e-mail address. Not here: an
account's own view of itself (profile.py), its statuses (timelines.py), blocks and mutes (relations.py).
"""

from collections.abc import Set as AbstractSet

import msgspec
from starlette.responses import Response

from pinson.domain import access, accounts, relations
from pinson.domain.access import SignUp, SignUpMode, SignUpRefused
from pinson.domain.accounts import Account, AccountId, AccountNotFound
from pinson.domain.posts import Reader
from pinson.domain.search import find_people
from pinson.interfaces.mastodon.api import A_DAY, HALF_AN_HOUR, Call, TooManyIds, Who, json
from pinson.interfaces.mastodon.entities import AccountEntity, Empty, RelationshipEntity, not_featured, relationship
from pinson.interfaces.mastodon.oauth import TokenEntity, token_entity
from pinson.interfaces.mastodon.people import MOST, PAGE, OneAccount, PeopleOf, existing, page_of, rendered, stands
from pinson.interfaces.request import Routes, origin, peer
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.forms import BadParameter
from pinson.lib.languages import known_language
from pinson.lib.limits import Limit

routes = Routes()

MOST_IDS = 40


class NotYourSignUp(Refusal):
    """Only the app that somebody signed up with asks for their e-mail of confirmation."""

    kind, code = Kind.FORBIDDEN, "not_your_sign_up"
    text = "This method is only available to the application the user originally signed-up with"


class ConfirmedAlready(Refusal):
    """There is nothing to confirm."""

    kind, code = Kind.FORBIDDEN, "confirmed_already"
    text = "This method is only available while the e-mail is awaiting confirmation"


class NewUser(msgspec.Struct):
    """Body of POST /api/v1/accounts."""

    username: str = ""
    email: str = ""
    password: str = ""
    agreement: bool = False
    locale: str = ""
    reason: str = ""
    invite_code: str = ""

    def to_sign_up(self) -> SignUp:
        """What the domain calls it."""
        return SignUp(self.username, self.email, self.agreement, self.locale, self.reason, self.invite_code)


class Confirmation(msgspec.Struct):
    """Body of POST /api/v1/emails/confirmations."""

    email: str = ""


class SomeAccounts(msgspec.Struct):
    """Accounts by their ids."""

    id: list[AccountId] = []


class Relationships(SomeAccounts):
    """Accounts to which the viewer stands in some way."""

    with_suspended: bool = False


class Address(msgspec.Struct):
    """Parameters of GET /api/v1/accounts/lookup."""

    acct: str


class Wanted(msgspec.Struct):
    """Parameters of GET /api/v1/accounts/search. Nothing is looked for on other servers, with `resolve` or without."""

    q: str
    limit: int = PAGE
    offset: int = 0
    following: bool = False


class Following(msgspec.Struct):
    """How to follow an account. What is left out stays as it is."""

    id: AccountId
    reblogs: bool | None = None
    notify: bool | None = None
    languages: list[str] | None = None

    def to_languages(self) -> list[str] | None:
        """Those that are followed, each once; none: all are.

        Raises:
            BadParameter: one of them is none.
        """
        if self.languages is None:
            return None
        codes = {code: known_language(code) for code in self.languages}
        if not all(codes.values()):
            raise BadParameter(name="languages", why="is invalid")
        return list(dict.fromkeys(filter(None, codes.values())))


# --- oneself ------------------------------------------------------------------------------------------------------


@routes.post("/api/v1/accounts", who=Who.APP, scopes=("write:accounts",), answers=TokenEntity)
async def sign_up(call: Call, form: NewUser) -> Response:
    """Sign somebody up; the app gets a token for them, which works once they may act."""
    settings, principal = call.tools.settings, call.principal
    assert principal is not None
    call.limit("sign_up", origin(call.request), Limit(settings.limits.sign_up_per_30_minutes, HALF_AN_HOUR))
    secret = access.new_secret()
    token = await call.tools.db.write(
        access.sign_up_by_app,
        app_id=principal.app_id,
        applicant=await access.prepare(form.to_sign_up(), password=form.password, passwords=call.tools.passwords),
        mode=SignUpMode(settings.registration.mode),
        confirm_email=settings.registration.confirm_email,
        network=call.tools.ip_blocks.severity(peer(call.request), now=call.now),
        secret=secret,
        now=call.now,
    )
    if isinstance(token, SignUpRefused):
        raise token
    return json(token_entity(token, secret))


@routes.post("/api/v1/emails/confirmations", scopes=("write:accounts",), any_state=True, answers=Empty)
async def ask_confirmation(call: Call, form: Confirmation) -> Response:
    """Send the e-mail that confirms an address once more, to another one if the first was mistyped."""
    user = await _user(call)
    assert call.principal is not None
    if user.app_id != call.principal.app_id:
        raise NotYourSignUp
    if user.confirmed_at is not None:
        raise ConfirmedAlready
    call.limit("confirmation", str(user.id), Limit(call.tools.settings.limits.sign_up_per_30_minutes, HALF_AN_HOUR))
    await call.tools.db.write(access.ask_confirmation, user_id=user.id, email=form.email, now=call.now)
    return json({})


@routes.get("/api/v1/emails/check_confirmation", any_state=True, answers=bool)
async def check_confirmation(call: Call) -> Response:
    """Whether the user's address is confirmed."""
    return json((await _user(call)).confirmed_at is not None)


# --- others -------------------------------------------------------------------------------------------------------


@routes.get("/api/v1/accounts/{id}", scopes=("read:accounts",), who=Who.ANYONE, answers=AccountEntity)
async def show(call: Call, form: OneAccount) -> Response:
    """One account. Of a suspended one nothing but its name is shown."""
    async with call.tools.db.read() as tx:
        return json(await _one(tx, call, form.id))


@routes.get("/api/v1/accounts", scopes=("read:accounts",), who=Who.ANYONE, answers=list[AccountEntity])
async def show_some(call: Call, form: SomeAccounts) -> Response:
    """Several accounts, in the order asked for; those that do not exist are left out."""
    if len(form.id) > MOST_IDS:
        raise TooManyIds(limit=MOST_IDS)
    async with call.tools.db.read() as tx:
        return json(await rendered(tx, call, form.id))


@routes.get("/api/v1/accounts/lookup", scopes=("read:accounts",), who=Who.ANYONE, answers=AccountEntity)
async def look_up(call: Call, form: Address) -> Response:
    """The account with an address, among those that are known here."""
    async with call.tools.db.read() as tx:
        account = await accounts.by_acct(tx, form.acct, local_domain=call.local_domain)
        if account is None:
            raise AccountNotFound
        return json(await _one(tx, call, account.id))


@routes.get("/api/v1/accounts/search", scopes=("read:accounts",), answers=list[AccountEntity])
async def search(call: Call, form: Wanted) -> Response:
    """Accounts whose username, or a word of whose name, begins so, for those who are typing one."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    found = await call.tools.db.read_in_thread(
        find_people,
        typed=form.q,
        reader=reader,
        local_domain=call.local_domain,
        following=form.following,
        limit=min(abs(form.limit), MOST),
        offset=abs(form.offset),
    )
    async with call.tools.db.read() as tx:
        return json(await rendered(tx, call, found))


@routes.get("/api/v1/accounts/relationships", scopes=("read:follows",), answers=list[RelationshipEntity])
async def relationships(call: Call, form: Relationships) -> Response:
    """How the viewer stands to accounts, those that exist, in the order asked for."""
    async with call.tools.db.read() as tx:
        known = await accounts.by_ids(tx, form.id)
        shown = [id for id in dict.fromkeys(form.id) if id in known]
        if not form.with_suspended:
            shown = [id for id in shown if known[id].suspended_at is None]
        found = await relations.relationships(tx, call.account_id, shown, now=call.now)
    return json([relationship(one) for one in found])


@routes.get("/api/v1/accounts/{id}/followers", scopes=("read:accounts",), who=Who.ANYONE, answers=list[AccountEntity])
async def followers(call: Call, form: PeopleOf) -> Response:
    """Who follows an account, the latest first."""
    asked = form.bounds()
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        if not _shows_follows(await existing(tx, form.id), reader):
            return json([])
        found = await relations.followers(tx, form.id, before=asked.before, after=asked.after, limit=asked.limit)
        rows = [(follow.id, follow.account_id) for follow in found]
        return await page_of(call, tx, rows, asked.limit, without=_unwanted(reader, form.id))


@routes.get("/api/v1/accounts/{id}/following", scopes=("read:accounts",), who=Who.ANYONE, answers=list[AccountEntity])
async def following(call: Call, form: PeopleOf) -> Response:
    """Whom an account follows, the latest first."""
    asked = form.bounds()
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        if not _shows_follows(await existing(tx, form.id), reader):
            return json([])
        found = await relations.following(tx, form.id, before=asked.before, after=asked.after, limit=asked.limit)
        rows = [(follow.id, AccountId(follow.topic_id)) for follow in found]
        return await page_of(call, tx, rows, asked.limit, without=_unwanted(reader, form.id))


@routes.post("/api/v1/accounts/{id}/follow", scopes=("write:follows",), answers=RelationshipEntity)
async def follow(call: Call, form: Following) -> Response:
    """Follow an account, or change how."""
    most = call.tools.settings.limits.follows_per_24_hours
    call.limit("follows", f"account {call.account_id}", Limit(most, A_DAY))
    await call.tools.db.write(
        relations.follow,
        account_id=call.account_id,
        target_id=form.id,
        boosts=form.reblogs,
        notify=form.notify,
        languages=form.to_languages(),
        now=call.now,
    )
    return await stands(call, form.id)


@routes.post("/api/v1/accounts/{id}/unfollow", scopes=("write:follows",), answers=RelationshipEntity)
async def unfollow(call: Call, form: OneAccount) -> Response:
    """Stop following an account."""
    async with call.tools.db.read() as tx:
        await existing(tx, form.id)
    await call.tools.db.write(relations.unfollow, account_id=call.account_id, topic_id=form.id, now=call.now)
    return await stands(call, form.id)


# --- both ---------------------------------------------------------------------------------------------------------


async def _user(call: Call) -> access.User:
    assert call.principal is not None
    assert call.principal.user_id is not None
    async with call.tools.db.read() as tx:
        user = await access.user(tx, call.principal.user_id)
    assert user is not None
    return user


def _shows_follows(account: Account, reader: Reader) -> bool:
    """Whether the reader may see whom an account follows and who follows it."""
    if reader.id == account.id:
        return True
    return not account.hide_collections and (reader.circle is None or account.id not in reader.circle.blocked_by)


def _unwanted(reader: Reader, id: AccountId) -> AbstractSet[AccountId]:
    """Whom the reader does not want to find on the lists of an account, unless it is their own."""
    circle = reader.circle
    return frozenset() if circle is None or reader.id == id else circle.muted | circle.blocked | circle.blocked_by


async def _one(tx: ReadTx, call: Call, id: AccountId) -> bytes:
    """An account, and whether just this viewer may put it into a collection; elsewhere it says who may in general.

    Raises:
        AccountNotFound.
    """
    found = await call.renderings.accounts(tx, [id])
    if id not in found:
        raise AccountNotFound
    circle = (await call.reader(tx)).circle
    apart = circle is None or id in circle.blocked or id in circle.blocked_by
    return not_featured(found[id]) if apart else found[id]
