"""Letting a published message say something else, at `/posts/ID/edit`, and what it said before, at `/posts/ID/history`.

Whom it is for, what it answers and what it asks stay as they are. Everybody who sees a message sees what it said.
"""

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from pinson.domain import accounts, media, posts
from pinson.domain.posts import Draft, Post, PostId, PostNotFound
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.cards import Tie, tied_to
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.writing import (
    LOOKS,
    MOST_SENT,
    THREE_HOURS,
    Written,
    defaults_of,
    doubts,
    looked_at,
    page,
    receive,
)
from pinson.lib.i18n import typography
from pinson.lib.limits import Limit

routes = Routes()


class One(msgspec.Struct):
    """A post, by the id in the path."""

    id: PostId


class Correction(Written, kw_only=True):
    """The form. What of it is not about what the message says does not count."""

    id: PostId


@routes.get("/posts/{id}/edit")
async def show(call: Call, form: One) -> Response:
    """The page where one writes, with what the message says.

    Raises:
        NotSignedIn, RoleForbids, PostNotFound, NotYourPost.
    """
    post = await _own(call, form.id)
    async with call.tools.db.read() as tx:
        shown = (await media.of_posts(tx, [post.id])).get(post.id, [])
    draft = Draft(
        text=post.text,
        spoiler=post.spoiler,
        sensitive=post.sensitive,
        language=post.language,
        media_ids=tuple(one.id for one in shown),
        place=post.place,
    )
    written = Written.of(draft, key="", due_at=None, zone=call.zone)
    return await page(call, written, correcting=post, described=False)


async def show_again(call: Call, form: Correction) -> Response:
    """The page with what was sent; only why it was refused if there is no such post to correct."""
    try:
        post = await _own(call, form.id)
    except PostNotFound:
        return call.page("error")
    return await page(call, form, correcting=post)


@routes.post("/posts/{id}/edit", again=show_again, max_body=MOST_SENT)
async def edit(call: Call, form: Correction) -> Response:
    """Let it say something else, and tell everybody who has it.

    Raises:
        NotSignedIn, RoleForbids, and all that `posts.edit` raises.
    """
    post = await _own(call, form.id)
    if form.do in LOOKS:
        return await page(call, await looked_at(call, form), correcting=post)
    settings = call.tools.settings
    await receive(call, form, post.author_id)
    draft = Draft(
        text=form.typed,
        spoiler=form.spoiler,
        sensitive=form.sensitive,
        language=form.language_code,
        media_ids=tuple(one.id for one in form.kept),
        quote_of_id=post.quote_of_id,
        place=form.place,
    )
    defaults = await defaults_of(call, post.author_id)
    prepared = posts.prepare(
        draft,
        max_characters=settings.posts.max_characters,
        local_domain=call.local_domain,
        shortener=call.tools.shortener(wanted=defaults.shorten_links),
    )
    if notices := [one for one in doubts(call, form) if one not in form.seen]:
        return await page(call, form, notices=notices, correcting=post)
    call.limit("posts", f"account {post.author_id}", Limit(settings.limits.posts_per_3_hours, THREE_HOURS))
    await call.tools.db.write(
        posts.edit,
        id=post.id,
        author_id=post.author_id,
        prepared=prepared,
        said=form.said,
        keep_poll=True,
        base_url=call.base_url,
        now=call.now,
    )
    assert call.acting is not None
    return call.redirect(f"/@{call.acting.username}/{post.id}")


class Said(msgspec.Struct, frozen=True):
    """What a message said from a moment on."""

    when: str
    spoiler: str
    html: Markup
    media: list[tuple[str | None, str]]
    options: tuple[str, ...]
    place: str


@routes.get("/posts/{id}/history")
async def show_history(call: Call, form: One) -> Response:
    """All that a message said, the newest first.

    Raises:
        PostNotFound: there is none, or not for this reader.
    """
    async with call.tools.db.read() as tx:
        shape = await posts.original(tx, form.id, reader=await call.reader(tx))
        post = await posts.post(tx, shape.id)
        tied = await tied_to(tx, call.tools.shapes, [post], call.tools.standing.posts)
        named = await accounts.by_ids(tx, [post.author_id, *(one.author_id for one in tied.values())])
        versions = await posts.versions(tx, post)
        shown = await media.of_versions(tx, post.id)
    ties = {id: Tie.of(one, named, lang=call.lang, zone=call.zone) for id, one in tied.items()}
    return call.page(
        "write/history",
        author=named[post.author_id],
        corrects=ties.get(post.corrects_id or 0),
        corrected=ties.get(post.corrected_by_id or 0),
        post=post,
        versions=[
            Said(
                dates.moment(one.created_at, lang=call.lang, zone=call.zone),
                one.spoiler,
                # Made by the parser of posts, which escapes all text.
                Markup(typography(one.html, "fr") if post.language == "fr" else one.html),  # noqa: S704
                [(shown[each.id].preview_key, each.description) for each in one.media if each.id in shown],
                one.options or (),
                one.place,
            )
            for one in reversed(versions)
        ],
    )


async def _own(call: Call, id: PostId) -> Post:
    """A post of the acting account's own.

    Raises:
        NotSignedIn, RoleForbids, PostNotFound, NotYourPost.
    """
    account_id = call.require("write:statuses")
    async with call.tools.db.read() as tx:
        await posts.visible(tx, id, reader=await call.reader(tx))
        post = await posts.post(tx, id)
    posts.check_own(post, account_id)
    return post
