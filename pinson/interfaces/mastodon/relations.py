"""What stands between accounts, as Mastodon clients know it.

https://docs.joinmastodon.org/methods/accounts, blocks, mutes, domain_blocks, follow_requests,
endorsements. Not here: follow and unfollow (accounts.py), lists (lists.py).
"""

import functools
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, relations
from pinson.domain.accounts import AccountId
from pinson.interfaces.mastodon.api import Call, TooManyIds, Who, json
from pinson.interfaces.mastodon.entities import AccountEntity, Empty, Nothing, RelationshipEntity, array, moment
from pinson.interfaces.mastodon.people import OneAccount, People, PeopleOf, existing, leading_on, page_of, stands
from pinson.interfaces.request import Routes

routes = Routes()

Verb = Callable[..., Coroutine[Any, Any, None]]

DOMAINS, MOST_DOMAINS = 100, 200
MOST_IDS = 40


class Muting(msgspec.Struct):
    """How to mute an account. duration: seconds; 0 is for ever."""

    id: AccountId
    notifications: bool = True
    duration: int = 0


class Remark(msgspec.Struct):
    """A private note about an account; none removes it."""

    id: AccountId
    comment: str = ""


class Domain(msgspec.Struct):
    """A server, by its name."""

    domain: str


class SomeAccounts(msgspec.Struct):
    """Accounts by their ids."""

    id: list[AccountId] = []


class MutedAccountEntity(AccountEntity, kw_only=True):
    """https://docs.joinmastodon.org/entities/Account/#MutedAccount"""

    mute_expires_at: str | None


class DomainBlockPreview(msgspec.Struct):
    """How many follows a block of a server would end."""

    followers_count: int
    following_count: int


class FamiliarFollowers(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/FamiliarFollowers"""

    id: str
    accounts: list[AccountEntity]


# --- blocks and mutes ---------------------------------------------------------------------------------------------


@routes.post("/api/v1/accounts/{id}/block", scopes=("write:blocks",), answers=RelationshipEntity)
async def block(call: Call, form: OneAccount) -> Response:
    """Keep an account and oneself from each other."""
    return await _decide(call, form.id, relations.block)


@routes.post("/api/v1/accounts/{id}/unblock", scopes=("write:blocks",), answers=RelationshipEntity)
async def unblock(call: Call, form: OneAccount) -> Response:
    """End a block."""
    return await _decide(call, form.id, relations.unblock)


@routes.post("/api/v1/accounts/{id}/mute", scopes=("write:mutes",), answers=RelationshipEntity)
async def mute(call: Call, form: Muting) -> Response:
    """Hear no more of an account, for a while or for ever."""
    return await _decide(call, form.id, relations.mute, notifications=form.notifications, seconds=form.duration)


@routes.post("/api/v1/accounts/{id}/unmute", scopes=("write:mutes",), answers=RelationshipEntity)
async def unmute(call: Call, form: OneAccount) -> Response:
    """Hear of an account again."""
    return await _decide(call, form.id, relations.unmute)


@routes.get("/api/v1/blocks", scopes=("read:blocks",), answers=list[AccountEntity])
async def blocks(call: Call, form: People) -> Response:
    """Whom the viewer blocks, the latest first."""
    asked = form.bounds()
    async with call.tools.db.read() as tx:
        found = await relations.blocks(tx, call.account_id, before=asked.before, after=asked.after, limit=asked.limit)
        return await page_of(call, tx, [(one.id, one.account_id) for one in found], asked.limit)


@routes.get("/api/v1/mutes", scopes=("read:mutes",), answers=list[MutedAccountEntity])
async def mutes(call: Call, form: People) -> Response:
    """Whom the viewer mutes, the latest first, and until when."""
    asked = form.bounds()
    async with call.tools.db.read() as tx:
        found = await relations.mutes(
            tx, call.account_id, now=call.now, before=asked.before, after=asked.after, limit=asked.limit
        )
        shown = await call.renderings.accounts(tx, [one.target_id for one in found])
    muted = []
    for one in found:
        if one.target_id in shown and one.target_id not in call.tools.standing.hidden:
            until = msgspec.json.encode(moment(one.expires_at) if one.expires_at else None)
            muted.append(shown[one.target_id][:-1] + b',"mute_expires_at":' + until + b"}")
    return json(array(muted), headers=leading_on(call, [one.id for one in found], asked.limit))


# --- other servers ------------------------------------------------------------------------------------------------


@routes.get("/api/v1/domain_blocks", scopes=("read:blocks",), answers=list[str])
async def domain_blocks(call: Call, form: People) -> Response:
    """The servers that the viewer does not want to see, the latest first."""
    asked = form.bounds(default=DOMAINS, maximum=MOST_DOMAINS)
    async with call.tools.db.read() as tx:
        found = await relations.domain_blocks(
            tx, call.account_id, before=asked.before, after=asked.after, limit=asked.limit
        )
    headers = leading_on(call, [one.id for one in found], asked.limit)
    return json([one.domain for one in found], headers=headers)


@routes.post("/api/v1/domain_blocks", scopes=("write:blocks",), answers=Empty)
async def block_domain(call: Call, form: Domain) -> Response:
    """See nothing of a server any more."""
    await call.tools.db.write(relations.block_domain, account_id=call.account_id, domain=form.domain, now=call.now)
    return json({})


@routes.on("DELETE", "/api/v1/domain_blocks", scopes=("write:blocks",), answers=Empty)
async def unblock_domain(call: Call, form: Domain) -> Response:
    """See a server again."""
    await call.tools.db.write(relations.unblock_domain, account_id=call.account_id, domain=form.domain, now=call.now)
    return json({})


@routes.get("/api/v1/domain_blocks/preview", scopes=("write:blocks",), answers=DomainBlockPreview)
async def preview_domain_block(_call: Call, form: Domain) -> Response:
    """How many follows a block of that server would end: none, since nobody lives on other servers yet."""
    relations.domain_name(form.domain)
    return json(DomainBlockPreview(0, 0))


# --- followers ----------------------------------------------------------------------------------------------------


@routes.get("/api/v1/follow_requests", scopes=("read:follows",), answers=list[AccountEntity])
async def follow_requests(call: Call, form: People) -> Response:
    """Who waits to follow the viewer, the latest first."""
    asked = form.bounds()
    async with call.tools.db.read() as tx:
        found = await relations.requests(tx, call.account_id, before=asked.before, after=asked.after, limit=asked.limit)
        return await page_of(call, tx, [(one.id, one.account_id) for one in found], asked.limit)


@routes.post("/api/v1/follow_requests/{id}/authorize", scopes=("write:follows",), answers=RelationshipEntity)
async def authorize(call: Call, form: OneAccount) -> Response:
    """Let somebody follow who asked to."""
    await call.tools.db.write(relations.accept, account_id=call.account_id, follower_id=form.id, now=call.now)
    return await stands(call, form.id)


@routes.post("/api/v1/follow_requests/{id}/reject", scopes=("write:follows",), answers=RelationshipEntity)
async def reject(call: Call, form: OneAccount) -> Response:
    """Do not let somebody follow who asked to."""
    await call.tools.db.write(relations.reject, account_id=call.account_id, follower_id=form.id, now=call.now)
    return await stands(call, form.id)


@routes.post("/api/v1/accounts/{id}/remove_from_followers", scopes=("write:follows",), answers=RelationshipEntity)
async def remove_from_followers(call: Call, form: OneAccount) -> Response:
    """Let somebody follow no more; they may come back."""
    async with call.tools.db.read() as tx:
        await existing(tx, form.id)
    await call.tools.db.write(relations.unfollow, account_id=form.id, topic_id=call.account_id, now=call.now)
    return await stands(call, form.id)


@routes.get("/api/v1/accounts/familiar_followers", scopes=("read:follows",), answers=list[FamiliarFollowers])
async def familiar_followers(call: Call, form: SomeAccounts) -> Response:
    """Whom the viewer follows who follow these accounts, unless those hide who follows them."""
    if len(form.id) > MOST_IDS:
        raise TooManyIds(limit=MOST_IDS)
    async with call.tools.db.read() as tx:
        known = await accounts.by_ids(tx, form.id)
    asked = [id for id in dict.fromkeys(form.id) if id in known and known[id].suspended_at is None]
    public = [id for id in asked if not known[id].hide_collections]
    found = await call.tools.db.read_in_thread(relations.familiar, viewer_id=call.account_id, account_ids=public)
    async with call.tools.db.read() as tx:
        shown = await call.renderings.accounts(tx, [one.account_id for one in found])
    return json(
        [
            {
                "id": str(id),
                "accounts": msgspec.Raw(
                    array(shown[one.account_id] for one in found if one.of_id == id and one.account_id in shown)
                ),
            }
            for id in asked
        ]
    )


# --- remarks ------------------------------------------------------------------------------------------------------


@routes.post("/api/v1/accounts/{id}/note", scopes=("write:accounts",), answers=RelationshipEntity)
async def note(call: Call, form: Remark) -> Response:
    """Keep a note about an account that only the viewer reads."""
    return await _decide(call, form.id, relations.note, text=form.comment)


async def endorse(call: Call, form: OneAccount) -> Response:
    """Show an account on one's own profile."""
    return await _decide(call, form.id, relations.endorse)


async def unendorse(call: Call, form: OneAccount) -> Response:
    """No longer show it there."""
    return await _decide(call, form.id, relations.unendorse)


for verb, former, handler in (("endorse", "pin", endorse), ("unendorse", "unpin", unendorse)):
    on_account = functools.partial(routes.post, scopes=("write:accounts",), answers=RelationshipEntity)
    on_account(f"/api/v1/accounts/{{id}}/{verb}")(handler)
    on_account(f"/api/v1/accounts/{{id}}/{former}", deprecated=date(2025, 7, 8))(handler)


@routes.get("/api/v1/endorsements", scopes=("read:accounts",), answers=list[AccountEntity])
async def own_endorsements(call: Call, form: People) -> Response:
    """Whom the viewer shows on their profile."""
    return await _endorsements(call, call.account_id, form, all_at_zero=True)


@routes.get("/api/v1/accounts/{id}/endorsements", who=Who.ANYONE, answers=list[AccountEntity])
async def endorsements(call: Call, form: PeopleOf) -> Response:
    """Whom an account shows on its profile."""
    async with call.tools.db.read() as tx:
        await existing(tx, form.id)
    return await _endorsements(call, form.id, form)


@routes.get(
    "/api/v1/accounts/{id}/identity_proofs",
    answers=Nothing,
    deprecated=date(2022, 3, 30),
)
async def identity_proofs(call: Call, form: OneAccount) -> Response:
    """Nothing: what this once told is told by links that a profile's pages confirm."""
    async with call.tools.db.read() as tx:
        await existing(tx, form.id)
    return json([])


async def _endorsements(call: Call, id: AccountId, form: People, *, all_at_zero: bool = False) -> Response:
    asked = form.bounds(all_at_zero=all_at_zero)
    async with call.tools.db.read() as tx:
        found = await relations.endorsements(tx, id, before=asked.before, after=asked.after, limit=asked.limit)
        return await page_of(call, tx, [(one.id, one.account_id) for one in found], asked.limit)


async def _decide(call: Call, id: AccountId, verb: Verb, **terms: object) -> Response:
    """Let the viewer do something about an account that exists, and answer how they stand."""
    async with call.tools.db.read() as tx:
        await existing(tx, id)
    await call.tools.db.write(verb, account_id=call.account_id, target_id=id, now=call.now, **terms)
    return await stands(call, id)
