"""Pages for people: the front door, profiles, posts and hashtags, signing up and in, and letting an app act for one.

Everything works without script, in French and in English. `interface` is what app.py calls;
what all pages have in common is in `site.py`.

Not here: what apps ask for (mastodon).
"""

from pinson.interfaces.web import (
    about,
    acting,
    appeals,
    authorize,
    collections,
    correcting,
    desk,
    doors,
    drafts,
    events,
    explore,
    extracts,
    feeds,
    figures,
    files,
    home,
    installing,
    interactions,
    kept,
    leaving,
    links,
    lists,
    live,
    messages,
    mornings,
    muted,
    notices,
    notifications,
    passwords,
    profiles,
    relations,
    reports,
    search,
    settings,
    sharing,
    shortcuts,
    sign_in,
    sign_up,
    sources,
    starts,
    tags,
    telephone,
    theme,
    wall,
    writing,
)
from pinson.interfaces.web.cards import Cards
from pinson.interfaces.web.site import Web
from pinson.playing import Plays
from pinson.tools import Tools

__all__ = ["Cards", "interface"]

MODULES = (
    home,
    about,
    profiles,
    relations,
    reports,
    notices,
    notifications,
    messages,
    muted,
    lists,
    links,
    figures,
    sources,
    collections,
    kept,
    feeds,
    sharing,
    interactions,
    live,
    tags,
    theme,
    wall,
    installing,
    shortcuts,
    telephone,
    writing,
    drafts,
    *events.MODULES,
    *doors.MODULES,
    extracts,
    mornings,
    correcting,
    explore,
    search,
    starts,
    sign_in,
    sign_up,
    passwords,
    acting,
    authorize,
    files,
    *settings.MODULES,
    leaving,
    appeals,
    *desk.MODULES,
)


def interface(tools: Tools, cards: Cards, plays: Plays) -> Web:
    """The interface with the tools of this process."""
    return Web(tools, cards, plays, [route for module in MODULES for route in module.routes.all])
