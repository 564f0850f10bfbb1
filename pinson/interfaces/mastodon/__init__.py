"""The API that Mastodon's apps speak, and the endpoints of OAuth and of discovery that go with it.

Called by `app.py`. What one request goes through is in `api.py`, what answers look like in
`entities.py`; every other module holds the handlers of one subject.
"""

from pinson.interfaces.mastodon import (
    accounts,
    admin,
    announcements,
    apps,
    collections,
    conversations,
    custom_emojis,
    discovery,
    email_subscriptions,
    empty,
    featured_tags,
    filters,
    filters_v1,
    instance,
    interactions,
    lists,
    markers,
    media,
    notification_groups,
    notification_policy,
    notifications,
    oauth,
    oembed,
    openapi,
    polls,
    profile,
    push,
    quotes,
    relations,
    reports,
    scheduled,
    search,
    statuses,
    streaming,
    suggestions,
    tags,
    threads,
    timelines,
    trends,
)
from pinson.interfaces.mastodon.api import MastodonApi
from pinson.interfaces.mastodon.entities import Renderings
from pinson.interfaces.request import Route
from pinson.tools import Tools

__all__ = ["Renderings", "interface", "routes"]

MODULES = (
    accounts,
    *admin.MODULES,
    announcements,
    apps,
    collections,
    conversations,
    custom_emojis,
    discovery,
    email_subscriptions,
    empty,
    filters,
    filters_v1,
    featured_tags,
    instance,
    interactions,
    lists,
    markers,
    media,
    notification_groups,
    notification_policy,
    notifications,
    oauth,
    oembed,
    polls,
    profile,
    push,
    quotes,
    relations,
    reports,
    scheduled,
    search,
    statuses,
    streaming,
    suggestions,
    tags,
    threads,
    timelines,
    trends,
)


def interface(tools: Tools, renderings: Renderings) -> MastodonApi:
    """The interface with the tools of this process."""
    return MastodonApi(tools, renderings, routes())


def routes() -> list[Route]:
    """Every route of the interface; the last one serves the document of all of them."""
    found = [route for module in MODULES for route in module.routes.all]
    return [*found, openapi.serving(found)]
