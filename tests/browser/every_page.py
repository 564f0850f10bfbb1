"""Every page there is, in a browser, on a town with so many of everything; no sockets, the real application.

A page that takes a name or a number says here which; a new one that is not named fails the tests that walk.
"""

import re
from contextlib import asynccontextmanager

import httpx

from pinson.interfaces.web import MODULES

PLACES = {  # of those with something to fill in, by what the town has
    "/@{acct}": "/@reader",
    "/@{acct}/{what}": "/@reader/{/api/v1/statuses/}",
    "/@{acct}/report": "/@neighbour0/report",
    "/@{acct}/tagged/{tag}": "/@reader/tagged/birds",
    "/collections/{id}": "/collections/{/api/v1/collections/}",
    "/e/{slug}": "/e/{event}",
    "/links/{code}": "/links/{link}",
    "/lists/{id}": "/lists/{/api/v1/lists/}",
    "/messages/{id}": "/messages/{/api/v1/conversations/}",
    "/moderation/accounts/{id}": "/moderation/accounts/{/api/v1/admin/accounts/}",
    "/moderation/reports/{id}": "/moderation/reports/{/api/v1/admin/reports/}",
    "/moderation/servers/{id}": "/moderation/servers/{/api/v1/admin/domain_blocks/}",
    "/moderation/tags/{id}": "/moderation/tags/{/api/v1/admin/tags/}",
    "/notices/{key}": "/notices/{notice}",
    "/operator/rules/{id}": "/operator/rules/{rule}",
    "/posts/{id}": "/posts/{/api/v1/statuses/}",
    "/s/{name}": "/s/reader",
    "/s/e/{name}": "/s/e/{event}",
    "/s/r/{name}": "/s/r/{line}",
    "/s/tag/{name}": "/s/tag/birds",
    "/s/confirm/{link}": "/s/confirm/something",
    "/s/non/{key}": "/s/non/{alert key}",
    "/s/resume/{key}": "/s/resume/{alert key}",
    "/s/gerer/{key}": "/s/gerer/{alert key}",
    "/settings/filters/{id}": "/settings/filters/{/api/v2/filters/}",
    "/sources/{id}": "/sources/{source}",
    "/start/{use}": "/start/day",
    "/tags/{name}": "/tags/birds",
    "/telephone/{number}": "/telephone/33639980001",
}
ASKED = {  # what else an address has to say
    "/search": "?q=bird",
    "/e/{slug}/revivre": "?visite=1",
    "/oauth/authorize/native": "?code=x",
    "/moderation/accounts/{id}/decide": "?do=limit",
}
NO_PAGES = re.compile(
    r"\.(png|svg|csv|atom|rss|json|ics|txt|css|js|webmanifest)$|^/(live|static|icons)\b|/(stream|file|situation|lendemain|morning-after|affiche)$"
)
ONCE = {  # there after a decision, a deletion, a wish or a letter only
    "/appeals/{id}",
    "/moderation/appeals/{id}",
    "/drafts/{id}/gone",
    "/s/code/{channel}",
    "/s/leave/{key}/{topic}",
}


def paths(town):
    """The address of every page, by its route."""
    found = {}
    for module in MODULES:
        for route in module.routes.all:
            if route.method == "GET" and route.path not in ONCE and not NO_PAGES.search(route.path):
                found[route.path] = _filled(town, route.path) + ASKED.get(route.path, "")
    return found


def _filled(town, path):
    for start, place in sorted(PLACES.items(), key=lambda pair: -len(pair[0])):
        if path == start or path.startswith(f"{start}/"):
            path = re.sub(r"\{([^}]+)\}", lambda found: str(town.ids[found[1]]), place) + path.removeprefix(start)
            break
    return path


@asynccontextmanager
async def a_window(browser, world, *, cookies=(), **context):
    """A page of a browser whose requests are answered by the application itself."""
    made = await browser.new_context(**context)
    made.set_default_timeout(60_000)
    url = world.tools.settings.url
    await made.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies])
    transport = httpx.ASGITransport(world.machine.application, client=("192.0.2.1", 50000))

    async def answer(route):
        request = route.request
        if request.resource_type == "eventsource" or not request.url.startswith(url):
            await route.abort()
            return
        asked = httpx.Request(
            request.method, request.url, headers=await request.all_headers(), content=request.post_data_buffer
        )
        given = await transport.handle_async_request(asked)
        headers = {name: value for name, value in given.headers.items() if name != "set-cookie"}
        if set_cookies := given.headers.get_list("set-cookie"):
            headers["set-cookie"] = "\n".join(set_cookies)
        await route.fulfill(status=given.status_code, headers=headers, body=await given.aread())

    await made.route("**/*", answer)
    try:
        yield await made.new_page()
    finally:
        await made.close()
