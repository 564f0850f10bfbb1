"""The desk of those who moderate: what was reported, whom it is about, who waits to be let in, and what was decided.

Everybody else finds nothing at these addresses. `staff.py` says who may come in, one module a subject has the pages.

Not here: what a decision means and leaves behind (the domain's `moderation`), the same for apps (mastodon/admin).
"""

from pinson.interfaces.web.desk import (
    accounts,
    appeals,
    barriers,
    closed_sites,
    decisions,
    health,
    look,
    register,
    reports,
    sign_ups,
    site,
    taxonomy,
    telling,
)

__all__ = ["MODULES"]

MODULES = (
    reports,
    accounts,
    decisions,
    appeals,
    sign_ups,
    taxonomy,
    barriers,
    closed_sites,
    register,
    health,
    look,
    site,
    telling,
)
