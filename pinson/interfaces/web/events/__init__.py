"""Live events on the web: their pages, their calendars, and how they are made and changed, and the desk of their team.

Not here: what their feeds hold (`feeds.py`), how the page goes on by itself (`live.py`).
"""

from pinson.interfaces.web.events import again, calendars, desk, editing, page

__all__ = ["MODULES"]

MODULES = (page, calendars, editing, desk, again)
