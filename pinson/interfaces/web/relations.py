"""What a member does about an account, from the buttons of its page, and the lists of people that come of it.

The buttons are one form, which a script of ours sends in place. Not here: reports (`reports.py`), lists that
a member puts together (`lists.py`), conversations that they mute (`muted.py`).
"""

import re
from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, posts, relations
from pinson.domain.accounts import AccountId, AccountNotFound, Profile
from pinson.domain.posts import Tag
from pinson.domain.relations import lists
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.interactions import NoSuchDeed
from pinson.interfaces.web.profiles import profile_of
from pinson.interfaces.web.reading import KEPT
from pinson.interfaces.web.site import Call, local
from pinson.interfaces.web.stands import Stand, stand
from pinson.lib.db import ReadTx
from pinson.lib.paging import NEWEST, Page

routes = Routes()

PEOPLE = 40  # on a page
OF_LIST = re.compile(r"(un)?list:([0-9]{1,19})")


class Deed(msgspec.Struct):
    """What a button sends. duration: of a mute, in seconds, 0 is for ever. back: the page that it stands on.

    do: `list:` and `unlist:` are followed by the id of a list.
    """

    id: AccountId
    do: str = ""
    duration: int = 0
    note: str = ""
    back: str = "/"


class Asked(msgspec.Struct):
    """A page of people or hashtags, newest first."""

    max_id: str | None = None

    @property
    def before(self) -> int:
        """The place below which the page begins.

        Raises:
            BadCursor.
        """
        before = Page.of(max_id=self.max_id, default=PEOPLE, maximum=PEOPLE).max_id
        return NEWEST if before is None else before


class AskedOf(Asked, kw_only=True):
    """A page of the people around an account."""

    acct: str


class TagDeed(msgspec.Struct):
    """What the button of a hashtag's page sends."""

    name: str
    do: str = ""
    back: str = "/"


class Person(msgspec.Struct, frozen=True):
    """Somebody on a list of people. picture: an address. until: when their place on it ends, in words."""

    profile: Profile
    picture: str
    until: str = ""


@routes.post("/people/{id}")
async def act(call: Call, form: Deed) -> Response:
    """Do what the button says.

    Raises:
        NotSignedIn, RoleForbids, NoSuchDeed, AccountNotFound, CannotFollow, CannotFollowSelf,
        NoteTooLong, NoSuchRequest, ListNotFound, AlreadyInList.
    """
    await _do(call, form)
    if not call.is_fragment:
        return call.redirect(local(form.back))
    async with call.tools.db.read() as tx:
        return call.fragment("people/_stand", stand=await _stand(tx, call, form.id), back=local(form.back))


async def _do(call: Call, form: Deed) -> None:
    write, now = call.tools.db.write, call.now
    match form.do:
        case "follow" | "notify" | "ignore" | "hear" | "spare":
            notify = {"notify": True, "ignore": False}.get(form.do)
            boosts = {"hear": True, "spare": False}.get(form.do)
            own = call.require("write:follows")
            await write(relations.follow, account_id=own, target_id=form.id, notify=notify, boosts=boosts, now=now)
        case "unfollow":
            own = call.require("write:follows")
            await write(relations.unfollow, account_id=own, topic_id=form.id, now=now)
        case "remove":
            own = call.require("write:follows")
            await write(relations.unfollow, account_id=form.id, topic_id=own, now=now)
        case "accept":
            await write(relations.accept, account_id=call.require("write:follows"), follower_id=form.id, now=now)
        case "refuse":
            await write(relations.reject, account_id=call.require("write:follows"), follower_id=form.id, now=now)
        case "mute":
            own = await _about(call, form.id, "write:mutes")
            await write(relations.mute, account_id=own, target_id=form.id, seconds=form.duration, now=now)
        case "unmute":
            await write(relations.unmute, account_id=call.require("write:mutes"), target_id=form.id, now=now)
        case "block":
            own = await _about(call, form.id, "write:blocks")
            await write(relations.block, account_id=own, target_id=form.id, now=now)
        case "unblock":
            await write(relations.unblock, account_id=call.require("write:blocks"), target_id=form.id, now=now)
        case "note":
            own = await _about(call, form.id, "write:accounts")
            await write(relations.note, account_id=own, target_id=form.id, text=form.note, now=now)
        case do if (found := OF_LIST.fullmatch(do)) is not None:
            own, verb = call.require("write:lists"), lists.remove_accounts if found[1] else lists.add_accounts
            await write(verb, account_id=own, list_id=min(int(found[2]), NEWEST), member_ids=[form.id], now=now)
        case _:
            raise NoSuchDeed


async def _about(call: Call, id: AccountId, scope: str) -> AccountId:
    """The acting account, if it may do this and the other exists.

    Raises:
        NotSignedIn, RoleForbids, AccountNotFound.
    """
    own = call.require(scope)
    async with call.tools.db.read() as tx:
        if await accounts.by_id(tx, id) is None:
            raise AccountNotFound
    return own


async def _stand(tx: ReadTx, call: Call, id: AccountId) -> Stand:
    profile = await accounts.profile(tx, id)
    found = None if profile is None else await stand(tx, call, profile)
    if found is None:
        raise AccountNotFound
    return found


# --- lists of people ----------------------------------------------------------------------------------------------


@routes.get("/@{acct}/followers")
async def followers(call: Call, form: AskedOf) -> Response:
    """Who follows an account, unless it hides that from others."""
    return await _around(call, form, "followers")


@routes.get("/@{acct}/following")
async def following(call: Call, form: AskedOf) -> Response:
    """Whom an account follows, unless it hides that from others."""
    return await _around(call, form, "following")


async def _around(call: Call, form: AskedOf, which: str) -> Response:
    async with call.tools.db.read() as tx:
        profile = await profile_of(tx, call, form.acct)
        is_own = call.acting is not None and call.acting.account_id == profile.id
        is_hidden = bool(profile.hide_collections) and not is_own
        rows: list[tuple[int, AccountId]] = []
        if not is_hidden and which == "followers":
            found = await relations.followers(tx, profile.id, before=form.before, after=0, limit=PEOPLE)
            rows = [(one.id, one.account_id) for one in found]
        elif not is_hidden:
            found = await relations.following(tx, profile.id, before=form.before, after=0, limit=PEOPLE)
            rows = [(one.id, AccountId(one.topic_id)) for one in found]
        people = await shown(tx, call, [id for _, id in rows])
    return call.page(
        "people/around",
        kept=KEPT,
        profile=profile,
        which=which,
        is_hidden=is_hidden,
        people=people,
        path=f"/@{profile.acct}/{which}",
        older=older(rows),
    )


@routes.get("/follow_requests")
async def requests(call: Call, form: Asked) -> Response:
    """Who waits to follow the acting account."""
    own = call.require("read:follows")
    async with call.tools.db.read() as tx:
        found = await relations.requests(tx, own, before=form.before, after=0, limit=PEOPLE)
        people = await shown(tx, call, [one.account_id for one in found])
    last = older([(one.id, one.account_id) for one in found])
    return call.page("people/requests", people=people, path="/follow_requests", older=last)


@routes.get("/mutes")
async def mutes(call: Call, form: Asked) -> Response:
    """Whom the acting account mutes, and until when."""
    own = call.require("read:mutes")
    async with call.tools.db.read() as tx:
        found = await relations.mutes(tx, own, now=call.now, before=form.before, after=0, limit=PEOPLE)
        people = await shown(tx, call, [one.target_id for one in found])
    until = {one.target_id: one.expires_at for one in found}
    told = [
        msgspec.structs.replace(person, until=dates.moment(at, lang=call.lang, zone=call.zone))
        if (at := until[person.profile.id])
        else person
        for person in people
    ]
    last = older([(one.id, one.target_id) for one in found])
    return call.page("people/mutes", people=told, path="/mutes", older=last)


@routes.get("/blocks")
async def blocks(call: Call, form: Asked) -> Response:
    """Whom the acting account blocks."""
    own = call.require("read:blocks")
    async with call.tools.db.read() as tx:
        found = await relations.blocks(tx, own, before=form.before, after=0, limit=PEOPLE)
        people = await shown(tx, call, [one.account_id for one in found])
    last = older([(one.id, one.account_id) for one in found])
    return call.page("people/blocks", people=people, path="/blocks", older=last)


async def shown(tx: ReadTx, call: Call, ids: Sequence[AccountId]) -> list[Person]:
    """People, in order, without those whom nobody sees. One statement."""
    found = await accounts.profiles(tx, ids) if ids else {}
    hidden = call.tools.standing.hidden
    return [Person(found[id], call.picture_of(found[id])) for id in ids if id in found and id not in hidden]


def older(rows: Sequence[tuple[int, AccountId]]) -> int | None:
    """The cursor that leads on from a page with these rows; None where it ends."""
    return rows[-1][0] if len(rows) == PEOPLE else None


# --- hashtags -----------------------------------------------------------------------------------------------------


@routes.get("/followed_tags")
async def followed_tags(call: Call, form: Asked) -> Response:
    """Which hashtags the acting account follows."""
    own = call.require("read:follows")
    async with call.tools.db.read() as tx:
        found = await relations.followed_tags(tx, own, before=form.before, after=0, limit=PEOPLE)
        known = await posts.tags_by_ids(tx, [one.topic_id for one in found])
    tags: list[Tag] = [known[one.topic_id] for one in found if one.topic_id in known]
    last = found[-1].id if len(found) == PEOPLE else None
    return call.page("people/tags", tags=tags, path="/followed_tags", older=last)


@routes.post("/tags/{name}")
async def act_on_tag(call: Call, form: TagDeed) -> Response:
    """Follow a hashtag, used or not, or stop.

    Raises:
        NotSignedIn, RoleForbids, NoSuchDeed, BadTag.
    """
    own = call.require("write:follows")
    match form.do:
        case "follow":
            await call.tools.db.write(posts.follow_tag, name=form.name, account_id=own, now=call.now)
        case "unfollow":
            async with call.tools.db.read() as tx:
                tag = await posts.tag(tx, posts.tag_name(form.name))
            if tag is not None:
                await call.tools.db.write(relations.unfollow, account_id=own, topic_id=tag.id, now=call.now)
        case _:
            raise NoSuchDeed
    return call.redirect(local(form.back))
