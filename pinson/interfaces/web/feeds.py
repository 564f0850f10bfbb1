"""What profiles, days, hashtags and events show, for feed readers: `feed.atom`, `feed.rss` and `feed.json` behind it.

Pages that have one link to it (`_feeds.html`). Each says by what it can be subscribed to (WebSub), in itself and in its
headers.

Not here: what is in them (`feeding.py`), how the formats are written (`lib/feeds.py`).
"""

import msgspec
from starlette.responses import Response

from pinson import feeding
from pinson.feeding import PAGE, Source
from pinson.interfaces.request import Routes
from pinson.interfaces.web.reading import Paged
from pinson.interfaces.web.site import Call
from pinson.lib.feeds import FORMATS
from pinson.lib.paging import Page

routes = Routes()

KEPT = 60  # seconds that a proxy may hold a feed
CURSORS = ("max_id", "min_id")
FIRST = Paged()  # what is asked for where there is only one page


class OfProfile(Paged, kw_only=True):
    """A page of the feed of an account."""

    acct: str


class OfDays(msgspec.Struct):
    """The feed of a day or of a range: `what`."""

    acct: str
    what: str


class OfTag(Paged, kw_only=True):
    """A page of the feed of a hashtag."""

    name: str


class OfEvent(Paged, kw_only=True):
    """A page of the feed of an event."""

    slug: str


@routes.get("/@{acct}/feed.atom")
@routes.get("/@{acct}/feed.rss")
@routes.get("/@{acct}/feed.json")
async def of_profile(call: Call, form: OfProfile) -> Response:
    """What an account published itself, without its replies to others.

    Raises:
        AccountNotFound.
    """
    return await _answer(call, await feeding.of_account(call.tools, form.acct), form)


@routes.get("/@{acct}/{what}/feed.atom")
@routes.get("/@{acct}/{what}/feed.rss")
@routes.get("/@{acct}/{what}/feed.json")
async def of_days(call: Call, form: OfDays) -> Response:
    """What an account published on a day or in a range: all of it, on one page.

    Raises:
        AccountNotFound, NoSuchDays.
    """
    return await _answer(call, await feeding.of_days(call.tools, form.acct, form.what), FIRST)


@routes.get("/tags/{name}/feed.atom")
@routes.get("/tags/{name}/feed.rss")
@routes.get("/tags/{name}/feed.json")
async def of_tag(call: Call, form: OfTag) -> Response:
    """What is public under a hashtag.

    Raises:
        BadTag: no hashtag can have this name.
    """
    return await _answer(call, await feeding.of_tag(call.tools, form.name), form)


@routes.get("/e/{slug}/feed.atom")
@routes.get("/e/{slug}/feed.rss")
@routes.get("/e/{slug}/feed.json")
async def of_event(call: Call, form: OfEvent) -> Response:
    """What is told in an event.

    Raises:
        EventNotFound: there is none, it is a model, or its account is suspended.
    """
    return await _answer(call, await feeding.of_event(call.tools, form.slug), form)


async def _answer(call: Call, source: Source, form: Paged) -> Response:
    kind = call.request.scope["path"].rstrip("/").rpartition(".")[2]
    page = Page.of(max_id=form.max_id, min_id=form.min_id, default=PAGE, maximum=PAGE)
    asked = {name: value for name in CURSORS if (value := getattr(form, name))}
    feed = await feeding.read(call.tools, source, kind, page, asked)
    answer = call.feed(feed, FORMATS[kind], kept=KEPT)
    answer.headers["link"] = feed.link
    if not source.indexable:
        answer.headers["x-robots-tag"] = "noindex"
    return answer
