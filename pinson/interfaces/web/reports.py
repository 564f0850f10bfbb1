"""Telling moderators of an account, in plain words: `/@name/report`. What becomes of it is theirs to decide.

Not here: the form for whoever has no account (notices.py).
"""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, instance, moderation, posts
from pinson.domain.moderation import Category
from pinson.domain.posts import PostId, PostNotFound
from pinson.interfaces.request import Routes
from pinson.interfaces.web.cards import Card
from pinson.interfaces.web.profiles import profile_of
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx
from pinson.lib.limits import Limit

A_DAY = 24 * 3600

routes = Routes()


class Asked(msgspec.Struct):
    """The form. post: the one that it is about, besides the account."""

    acct: str
    post: PostId | None = None
    category: Category = Category.OTHER
    rule_ids: list[int] = []
    comment: str = ""


@routes.get("/@{acct}/report")
async def show(call: Call, form: Asked) -> Response:
    """The form; for whoever has not signed in, the one for everybody.

    Raises:
        RoleForbids, AccountNotFound, PostNotFound.
    """
    if call.acting is None:
        page = f"/@{form.acct}/{form.post}" if form.post else f"/@{form.acct}"
        return call.redirect(f"/notice?{urlencode({'address': call.base_url + page})}")
    call.require("write:reports")
    async with call.tools.db.read() as tx:
        profile = await profile_of(tx, call, form.acct)
        rules = await instance.all_rules(tx)
        cards = await _about(tx, call, form.post)
    return call.page(
        "people/report",
        profile=profile,
        cards=cards,
        rules=[(rule.id, rule.said(call.lang)) for rule in rules],
        form=form,
    )


class AboutPost(msgspec.Struct):
    """A path that names a post."""

    id: PostId


@routes.get("/posts/{id}/report")
async def of_post(call: Call, form: AboutPost) -> Response:
    """Where a post's own menu leads, which does not know the name of its author: the form, about that post.

    Raises:
        RoleForbids, PostNotFound.
    """
    if call.acting is not None:
        call.require("write:reports")
    async with call.tools.db.read() as tx:
        shape = await posts.visible(tx, form.id, reader=await call.reader(tx))
        author = await accounts.profile(tx, shape.author_id)
    if author is None:
        raise PostNotFound
    return call.redirect(f"/@{author.acct}/report?post={form.id}")


@routes.post("/@{acct}/report")
async def report(call: Call, form: Asked) -> Response:
    """Tell them.

    Raises:
        NotSignedIn, RoleForbids, AccountNotFound, PostNotFound, CommentTooLong, TooManyAttempts.
    """
    own = call.require("write:reports")
    most = call.tools.settings.limits.reports_per_24_hours
    call.limit("reports", f"account {own}", Limit(most, A_DAY))
    async with call.tools.db.read() as tx:
        reader, profile = await call.reader(tx), await profile_of(tx, call, form.acct)
        known = {rule.id for rule in await instance.all_rules(tx)}  # one may be gone since the page was opened
    broken = [id for id in form.rule_ids if id in known] if form.category is Category.VIOLATION else []
    await call.tools.db.write(
        moderation.report,
        reporter=reader,
        target_id=profile.id,
        post_ids=[] if form.post is None else [form.post],
        category=form.category,
        comment=form.comment,
        rule_ids=broken,
        now=call.now,
    )
    return call.page("people/reported", profile=profile)


async def _about(tx: ReadTx, call: Call, id: PostId | None) -> Sequence[Card]:
    if id is None:
        return ()
    shape = await posts.visible(tx, id, reader=await call.reader(tx))
    cards = await call.cards(tx, [shape])
    if not cards:
        raise PostNotFound
    return cards
