"""Words that the acting account would rather not read: which, where, until when, and what happens to posts with them.

What is removed can be put back from the page that says so. Not here: what it does to cards (`veils.py`).
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import filters
from pinson.domain.filters import Action, Context, FilterNotFound, KeywordEdit, Whole
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.site import Call
from pinson.lib.errors import Kind, Refusal

routes = Routes()

SPARE = 3  # empty rows for more words
KEEP, FOR_EVER = "keep", "0"
DIGITS = re.compile(r"[0-9]{1,10}")


class NoWords(Refusal):
    """A filter that would look for nothing."""

    kind, code = Kind.INVALID, "filter_without_words"
    text = "Write at least one word to hide."


class Word(msgspec.Struct):
    """A word or phrase. whole: not inside of longer words. id: if it was there before; without its text it goes."""

    id: int | None = None
    text: str = ""
    whole: bool = False


class FilterForm(msgspec.Struct):
    """The form. lasts: seconds from now, `0` for ever, `keep` as it is. sent: else it is to be filled in.

    title: the first word if there is none.
    """

    title: str = ""
    words: list[Word] = []
    where: list[Context] = []
    action: Action = Action.WARN
    lasts: str = FOR_EVER
    sent: bool = False
    saved: bool = False

    @property
    def expires_in(self) -> int | msgspec.UnsetType | None:
        """What the domain calls it; what is no number is for ever."""
        if self.lasts == KEEP:
            return msgspec.UNSET
        return int(self.lasts) or None if DIGITS.fullmatch(self.lasts) else None

    @property
    def edits(self) -> list[KeywordEdit]:
        """What happens to the words."""
        return [
            KeywordEdit(one.id, one.text.strip(), one.whole, destroy=not one.text.strip())
            for one in self.words
            if one.id is not None or one.text.strip()
        ]

    @property
    def name(self) -> str:
        """The title, or else the first word."""
        return self.title.strip() or next((one.text.strip() for one in self.words if one.text.strip()), "")


class One(msgspec.Struct):
    """A filter, by the id in the path."""

    id: int


class OneForm(FilterForm, kw_only=True):
    """The form of one that is there."""

    id: int


class Listed(msgspec.Struct, frozen=True):
    """A filter on the list. until: when it ends, in words, "" if never. is_over: whether it has ended."""

    whole: Whole
    until: str
    is_over: bool


@routes.get("/settings/filters")
async def show_all(call: Call) -> Response:
    """The filters that there are.

    Raises:
        NotSignedIn, RoleForbids.
    """
    return await _all(call, None)


@routes.get("/settings/filters/new")
async def show_new(call: Call, form: FilterForm) -> Response:
    """The form for another.

    Raises:
        NotSignedIn, RoleForbids.
    """
    call.require("write:filters")
    if not form.sent:
        form = FilterForm(where=list(Context))
    return _form(call, form, None)


@routes.post("/settings/filters", again=show_new)
async def create(call: Call, form: FilterForm) -> Response:
    """Hide these words from now on.

    Raises:
        NotSignedIn, RoleForbids, NoWords, TitleTooLong, NoContext, KeywordTooLong, TooManyFilters, TooManyKeywords.
    """
    own = call.require("write:filters")
    edits = [msgspec.structs.replace(one, id=None) for one in form.edits if not one.destroy]
    if not edits:
        raise NoWords
    lasts = form.expires_in
    await call.tools.db.write(
        filters.create,
        account_id=own,
        title=form.name,
        contexts=form.where,
        action=form.action,
        expires_in=None if isinstance(lasts, msgspec.UnsetType) else lasts,
        keywords=edits,
        now=call.now,
    )
    return call.redirect("/settings/filters")


@routes.get("/settings/filters/{id}")
async def show(call: Call, form: OneForm) -> Response:
    """The form of one that is there, filled in with what is; with what was sent, if that was refused.

    Raises:
        NotSignedIn, RoleForbids, FilterNotFound.
    """
    own = call.require("write:filters")
    async with call.tools.db.read() as tx:
        whole = await filters.one(tx, own, form.id)
    if not form.sent:
        form = OneForm(id=form.id, saved=form.saved, **_as_form(whole))
    return _form(call, form, whole)


@routes.post("/settings/filters/{id}", again=show)
async def change(call: Call, form: OneForm) -> Response:
    """Keep it.

    Raises:
        NotSignedIn, RoleForbids, FilterNotFound, NoWords, TitleTooLong, NoContext, KeywordTooLong, TooManyKeywords.
    """
    own = call.require("write:filters")
    async with call.tools.db.read() as tx:
        whole = await filters.one(tx, own, form.id)
    if not whole.posts and all(one.destroy for one in form.edits):
        raise NoWords
    await call.tools.db.write(
        filters.change,
        account_id=own,
        filter_id=form.id,
        title=form.name or whole.filter.title,
        contexts=form.where,
        action=form.action,
        expires_in=form.expires_in,
        keywords=form.edits,
        now=call.now,
    )
    return call.redirect(f"/settings/filters/{form.id}?saved=1")


@routes.post("/settings/filters/{id}/remove")
async def remove(call: Call, form: One) -> Response:
    """Hide these words no longer; the page that follows can put them back.

    Raises:
        NotSignedIn, RoleForbids, FilterNotFound.
    """
    own = call.require("write:filters")
    async with call.tools.db.read() as tx:
        whole = await filters.one(tx, own, form.id)
    try:
        await call.tools.db.write(filters.delete, account_id=own, filter_id=form.id, now=call.now)
    except FilterNotFound:  # pressed twice: it is gone, as wanted
        return call.redirect("/settings/filters")
    return await _all(call, whole)


async def _all(call: Call, removed: Whole | None) -> Response:
    own = call.require("write:filters")
    async with call.tools.db.read() as tx:
        found = await filters.of_account(tx, own)
    listed = [
        Listed(
            one,
            dates.moment(at, lang=call.lang, zone=call.zone) if (at := one.filter.expires_at) else "",
            one.filter.expires_at is not None and one.filter.expires_at <= call.now,
        )
        for one in found
    ]
    undo = None
    if removed:
        undo = FilterForm(**_as_form(removed))
        if ends := removed.filter.expires_at:
            undo.lasts = str(max(1, int((ends - call.now).total_seconds())))
    return call.page("settings/filters", filters=listed, undo=undo)


def _as_form(whole: Whole) -> dict[str, Any]:
    one = whole.filter
    return {
        "title": one.title,
        "words": [Word(word.id, word.keyword, word.whole_word) for word in whole.keywords],
        "where": list(one.contexts),
        "action": one.action,
        "lasts": KEEP,
    }


def _form(call: Call, form: FilterForm, whole: Whole | None) -> Response:
    ends = whole.filter.expires_at if whole else None
    spare: Sequence[Word] = [Word(whole=True) for _ in range(SPARE)]
    return call.page(
        "settings/filter",
        form=form,
        rows=[*(word for word in form.words if word.id is not None or word.text), *spare],
        whole=whole,
        until=dates.moment(ends, lang=call.lang, zone=call.zone) if ends else "",
        is_over=ends is not None and ends <= call.now,
    )
