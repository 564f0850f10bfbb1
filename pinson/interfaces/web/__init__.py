"""Pages for people: the front door, signing up and in, and letting an app act for one.

Everything works without script, in French and in English. `interface` is what app.py calls;
what all pages have in common is in `site.py`.

Not here: what apps ask for (mastodon).
"""

from pinson.interfaces.web import authorize, files, home, passwords, sign_in, sign_up
from pinson.interfaces.web.site import Web
from pinson.tools import Tools

MODULES = (home, sign_in, sign_up, passwords, authorize, files)


def interface(tools: Tools) -> Web:
    """The interface with the tools of this process."""
    return Web(tools, [route for module in MODULES for route in module.routes.all])
