"""What a member does with a post besides answering it: like, repeat, keep, pin, mute its thread; each way back too.

A card's buttons are one form, which a script of ours sends in place; without it the page comes
back where it was.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, posts
from pinson.domain.posts import PostId, PostNotFound, Shape, Visibility
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call, local
from pinson.lib.errors import Kind, Refusal

routes = Routes()

Verb = Callable[..., Coroutine[Any, Any, Shape]]
MARKS: dict[str, tuple[str, Verb]] = {
    "like": ("write:favourites", posts.favourite),
    "unlike": ("write:favourites", posts.unfavourite),
    "keep": ("write:bookmarks", posts.bookmark),
    "drop": ("write:bookmarks", posts.unbookmark),
    "pin": ("write:statuses", posts.pin),
    "unpin": ("write:statuses", posts.unpin),
    "mute": ("write:mutes", posts.mute),
    "unmute": ("write:mutes", posts.unmute),
}


class NoSuchDeed(Refusal):
    """The form asks for something that cannot be done with a post."""

    kind, code = Kind.MALFORMED, "no_such_deed"
    text = "There is no such button."


class Deed(msgspec.Struct):
    """What a button of a card sends. back: the page that it stands on."""

    id: PostId
    do: str = ""
    back: str = "/"


class Vote(msgspec.Struct):
    """What the form of a poll sends: places of answers, from 0."""

    id: PostId
    choices: list[int] = []
    back: str = "/"


@routes.post("/posts/{id}")
async def act(call: Call, form: Deed) -> Response:
    """Do what the button says.

    Raises:
        NotSignedIn, RoleForbids, NoSuchDeed, PostNotFound, CannotPin, TooManyPins.
    """
    match form.do:
        case "repeat":
            await _repeat(call, form.id)
        case "unrepeat":
            call.require("write:statuses")
            await call.tools.db.write(posts.unboost, booster=await _reader(call), id=form.id, now=call.now)
        case do if do in MARKS:
            scope, verb = MARKS[do]
            call.require(scope)
            await call.tools.db.write(verb, reader=await _reader(call), id=form.id, now=call.now)
        case _:
            raise NoSuchDeed
    return await _shown(call, form.id, form.back)


@routes.post("/posts/{id}/vote")
async def vote(call: Call, form: Vote) -> Response:
    """Choose in a poll.

    Raises:
        NotSignedIn, RoleForbids, PostNotFound, OwnPoll, PollEndedAlready, AlreadyVoted, BadChoice, OneChoiceOnly.
    """
    call.require("write:statuses")
    await call.tools.db.write(posts.vote, reader=await _reader(call), id=form.id, choices=form.choices, now=call.now)
    return await _shown(call, form.id, form.back)


async def _shown(call: Call, id: PostId, back: str) -> Response:
    """The page that it was done on, or for a script the card alone."""
    if not call.is_fragment:
        return call.redirect(f"{local(back)}#p{id}")
    async with call.tools.db.read() as tx:
        cards = await call.cards(tx, await call.tools.shapes.of(tx, [id]))
    if not cards:
        raise PostNotFound
    return call.fragment("posts/_card", card=cards[0], back=local(back))


async def _repeat(call: Call, id: PostId) -> None:
    account_id = call.require("write:statuses")
    async with call.tools.db.read() as tx:
        reader, defaults = await call.reader(tx), await accounts.defaults(tx, account_id)
    await call.tools.db.write(
        posts.boost, booster=reader, id=id, visibility=Visibility(defaults.visibility), app_id=None, now=call.now
    )


async def _reader(call: Call) -> posts.Reader:
    async with call.tools.db.read() as tx:
        return await call.reader(tx)
